"""JSON cut by its bytes is what JSON parsed as a whole is, whatever it looks like and wherever a read ends."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudviz.errors import BadInput
from cloudviz.sources.offline import cutting
from cloudviz.sources.offline.cutting import Cutter

TEXTS = st.text(alphabet='ab"\\{}[],: \n\té\u202e😀', max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3),
    max_leaves=12,
)
ENTRIES = st.lists(st.fixed_dictionaries({"k": VALUES}, optional={"more": VALUES}) | VALUES, max_size=12)


@pytest.fixture(autouse=True, scope="module")
def small_window() -> Iterator[None]:
    """Reads of a few bytes, so that they end everywhere."""
    before, cutting.WINDOW = cutting.WINDOW, 16
    yield
    cutting.WINDOW = before


def cut(data: bytes, *paths: str) -> list[tuple[str, Any]]:
    return list(Cutter(io.BytesIO(data), "x").elements(lambda path: path in paths))


@settings(max_examples=150, deadline=None)
@given(entries=ENTRIES, around=VALUES, indent=st.sampled_from([None, 0, 2]))
def test_the_entries_of_a_list(entries: list[Any], around: Any, indent: int | None) -> None:
    wanted = [("list.item", each) for each in entries if isinstance(each, dict | list)]
    text = json.dumps({"before": around, "list": entries, "after": [around]}, indent=indent, ensure_ascii=False)
    assert cut(text.encode(), "list.item") == wanted
    compact = json.dumps(entries, separators=(",", ":"))
    assert [each for _, each in cut(compact.encode(), "item")] == [each for _, each in wanted]


@settings(max_examples=60, deadline=None)
@given(entries=ENTRIES, share=st.floats(0, 0.999))
def test_what_is_cut_off_is_told(entries: list[Any], share: float) -> None:
    data = json.dumps({"list": entries}).encode()
    with pytest.raises(BadInput):
        cut(data[: max(1, int(len(data) * share))], "list.item")


@pytest.mark.parametrize(
    "text",
    [
        '{"list": [{"k": 1}, {"k": 2},]}',
        '{"list": [{"k": 1} {"k": 2}]}',
        '{"list": [{"k": 1}, {"k": 2}]} x',
        '{"list": [{"k": 1}, {"k": nan}, {"k": 3}]}',
        '{"list": [{"k": 1}, {"k": 2}}, {"k": 3}]}',
        '{"list" [{"k": 1}]}',
        '{"list": [{"k": 1}], x}',
    ],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is not JSON"):
        cut(text.encode(), "list.item")


def test_lists_that_look_alike_are_told_apart() -> None:
    """The boundary between entries also stands inside them, and between lists."""
    inner = [{"k": 1}, {"k": 2}, {"k": 3}]
    document = {"a": [{"k": 0, "in": inner}, {"k": 1, "in": inner}] * 3, "b": inner, "c": [{"k": '},{"k"'}] * 4}
    text = json.dumps(document, separators=(",", ":")).encode()
    found = cut(text, "a.item", "c.item")
    assert [each for path, each in found if path == "a.item"] == document["a"]
    assert [each for path, each in found if path == "c.item"] == document["c"]
