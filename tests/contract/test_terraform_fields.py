"""The Terraform names of the declarations: each for a path that is read, each for a type that exists."""

from __future__ import annotations

import pytest

from cloudviz.catalogue.declare import Field, ResourceType
from cloudviz.catalogue.registry import catalogue
from cloudviz.sources.offline.terraform_types import HELPERS, PROVIDERS, SETTINGS

TYPES = list(catalogue().types.values())


@pytest.mark.parametrize("declared", TYPES, ids=lambda declared: declared.key)
def test_every_mapped_path_is_one_that_the_declaration_reads(declared: ResourceType) -> None:
    # Types that share a Terraform name share their mapping too, and each reads its part of it.
    readers = [each for name in declared.known_as.terraform for each in catalogue().by_terraform(name)]
    assert set(declared.known_as.terraform_fields) <= {path for each in readers for path in each.paths()}


@pytest.mark.parametrize("declared", TYPES, ids=lambda declared: declared.key)
def test_terraform_names_belong_to_a_provider_of_the_cloud(declared: ResourceType) -> None:
    assert {PROVIDERS[name.split("_", 1)[0]] for name in declared.known_as.terraform} <= {declared.provider}


def test_types_that_share_a_terraform_name_are_told_apart() -> None:
    for name in {name for declared in TYPES for name in declared.known_as.terraform}:
        found = catalogue().by_terraform(name)
        assert len(found) == 1 or all(declared.only is not None for declared in found), name


def test_joins_end_in_declared_types_or_types_to_come() -> None:
    for name, joins in catalogue().joins.items():
        assert not catalogue().by_terraform(name), f"{name} is both a thing and a join"
        for join in joins:
            for keys, where in (join.source, join.target):
                assert isinstance(where, Field) or where
                assert {key.split(".", 1)[0] for key in keys.split("|")} == {PROVIDERS[name.split("_", 1)[0]]}


def test_what_is_left_out_is_no_declared_type_and_has_a_reason() -> None:
    for name, reason in {**SETTINGS, **HELPERS}.items():
        assert reason
        assert not catalogue().by_terraform(name), name
