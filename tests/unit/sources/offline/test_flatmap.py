"""Attributes of Terraform 0.11 become the nested ones of today."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.sources.offline.flatmap import unflatten


@pytest.mark.parametrize(
    ("flat", "nested"),
    [
        ({"id": "i-1", "ami": "ami-1"}, {"id": "i-1", "ami": "ami-1"}),
        ({"a.#": "0", "m.%": "0"}, {"a": [], "m": {}}),
        ({"a.#": "2", "a.0": "x", "a.1": "y"}, {"a": ["x", "y"]}),
        ({"a.#": "11", **{f"a.{n}": str(n) for n in range(11)}}, {"a": [str(n) for n in range(11)]}),
        # A set: the hash of each element stands in place of its position.
        ({"sg.#": "2", "sg.3905560482": "sg-2", "sg.94012": "sg-1"}, {"sg": ["sg-1", "sg-2"]}),
        (
            {"tags.%": "2", "tags.Name": "web", "tags.k8s.io/role/node": "1"},
            {"tags": {"Name": "web", "k8s.io/role/node": "1"}},
        ),
        (
            {"disk.#": "1", "disk.0.volume_id": "vol-1", "disk.0.tags.%": "1", "disk.0.tags.a": "b"},
            {"disk": [{"volume_id": "vol-1", "tags": {"a": "b"}}]},
        ),
        (
            {"ingress.#": "1", "ingress.482.security_groups.#": "1", "ingress.482.security_groups.77": "sg-9"},
            {"ingress": [{"security_groups": ["sg-9"]}]},
        ),
        # Contradictions keep the first meaning.
        ({"a": "text", "a.b": "c"}, {"a": "text"}),
        ({}, {}),
    ],
)
def test_unflatten(flat: dict[str, str], nested: dict[str, Any]) -> None:
    assert unflatten(flat) == nested


def flattened(value: Any, prefix: str = "") -> dict[str, str]:
    """What Terraform's flatmap wrote, the other way round."""
    if isinstance(value, dict):
        flat = {f"{prefix}%": str(len(value))} if prefix else {}
        for key, entry in value.items():
            flat.update(flattened(entry, f"{prefix}{key}."))
        return flat
    if isinstance(value, list):
        flat = {f"{prefix}#": str(len(value))}
        for index, entry in enumerate(value):
            flat.update(flattened(entry, f"{prefix}{index}."))
        return flat
    return {prefix[:-1]: value}


KEYS = st.text("abcxyz_", min_size=1, max_size=4)
TEXTS = st.text(max_size=6)
MAPS = st.dictionaries(KEYS, TEXTS, max_size=3)
ATTRIBUTES = st.dictionaries(
    KEYS, TEXTS | st.lists(TEXTS, max_size=12) | MAPS | st.lists(MAPS, max_size=3), max_size=5
)


@given(ATTRIBUTES)
def test_what_was_flattened_comes_back(attributes: dict[str, Any]) -> None:
    assert unflatten(flattened(attributes)) == attributes


@given(st.dictionaries(st.text(".#%0a9", max_size=8), TEXTS, max_size=8))
def test_it_never_raises(flat: dict[str, str]) -> None:
    assert isinstance(unflatten(flat), dict)


def test_a_key_of_a_thousand_dots_does_not_nest_without_end() -> None:
    assert unflatten({"a" + ".b" * 5000: "x"})["a"]
