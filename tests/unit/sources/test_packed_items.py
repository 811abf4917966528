"""Packed items are the items they were made of."""

from __future__ import annotations

from cloudviz.inventory.model import RawItem, Scope
from cloudviz.sources.packed_items import PackedItems

HERE, THERE = Scope("gcp", "1", "a"), Scope("gcp", "1", "b")
ITEMS = [
    RawItem(HERE, "x/A", {"n": 1, "deep": [{"ü": None}]}, "gcp.a", where="one"),
    RawItem(THERE, "x/B", {"huge": 2**70, "half": "\ud800"}, None, where="two"),
    RawItem(HERE, "x/C", {}, None, where="three"),
]


def test_they_come_back_as_they_were() -> None:
    packed = PackedItems(ITEMS)
    assert list(packed) == ITEMS and len(packed) == 3 and packed[-1] == ITEMS[-1] and packed[1:] == ITEMS[1:]
    packed.extend(PackedItems(ITEMS[:1]))
    assert list(packed) == [*ITEMS, ITEMS[0]]
    assert packed.native_types() == {"x/A", "x/B", "x/C"}
    assert not PackedItems() and packed


def test_what_is_handed_out_may_be_changed() -> None:
    packed = PackedItems(ITEMS)
    packed[0].body["deep"].append("more")
    assert packed[0] == ITEMS[0]


def test_some_places_and_other_places() -> None:
    packed = PackedItems(ITEMS)
    assert list(packed.placed(HERE.__eq__)) == [ITEMS[0], ITEMS[2]]
    moved = packed.moved(lambda scope: (Scope("gcp", "shop", scope.region), "elsewhere"))
    assert [(each.scope, each.where) for each in moved][:2] == [
        (Scope("gcp", "shop", "a"), "elsewhere"),
        (Scope("gcp", "shop", "b"), "elsewhere"),
    ]
    assert [each.body for each in moved] == [each.body for each in ITEMS]


def test_they_are_let_go_as_they_are_taken() -> None:
    packed = PackedItems(ITEMS)
    left = []
    taken = []
    for run in packed.drained(2):
        taken.append(run)
        left.append(len(packed))
    assert [list(each) for each in taken] == [ITEMS[:2], ITEMS[2:]]
    assert left == [1, 0]
