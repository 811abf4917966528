"""All paths read in one go give what each of them gives alone, whatever a body holds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.catalogue.gathering import gatherer
from cloudviz.catalogue.paths import plain_value, read_path
from cloudviz.catalogue.registry import catalogue

PATHS = (
    *("a", "a.b", "a.b.c", "a[]", "a[].b", "a[].b.c", "a[].b[]", "a[].b[].c", "b[].a[].b[].c", "b.a[].c", "c"),
    *("a{}", "b.*.c", "c[a=b].c", "a.b{}", "*.a", "c[].a.b", "c[].a.c", "c[].a[]"),
)

NAMES = st.sampled_from("abcd")
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.dictionaries(NAMES, inner, max_size=4)
        | st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(NAMES, inner, max_size=3).map(MappingProxyType)
    ),
    max_leaves=30,
)


def alone(path: str, body: Mapping[str, Any]) -> Any:
    value = plain_value(path)
    return read_path(path)(body) if value is None else value(body)


@given(st.dictionaries(NAMES, BODIES, max_size=4))
def test_together_as_alone(body: dict[str, Any]) -> None:
    found = gatherer(PATHS)(body)
    for path, together in zip(PATHS, found, strict=True):
        by_itself = alone(path, body)
        assert together == by_itself or (together is None and by_itself == []), path


@pytest.mark.parametrize(
    "body", [MappingProxyType({"a": {"b": 1}}), {}, {"a": "text"}, {"a": [None, "x", {"b": 2}]}]
)
def test_what_is_no_plain_json_is_read_too(body: Mapping[str, Any]) -> None:
    assert gatherer(("a.b", "a[].b"))(body)[0] == alone("a.b", body)
    assert (gatherer(("a.b", "a[].b"))(body)[1] or []) == alone("a[].b", body)


def test_every_declaration_can_be_gathered() -> None:
    for declared in catalogue().types.values():
        paths = declared.paths()
        assert len(gatherer(paths)({})) == len(paths), declared.key
        assert not any(gatherer(paths)({})), declared.key


def test_no_paths_give_nothing() -> None:
    assert gatherer(())({"a": 1}) == ()
