"""Walking over links."""

from __future__ import annotations

from cloudviz.inventory.walk import neighbours, within

PAIRS = [("a", "b"), ("b", "c"), ("d", "c"), ("x", "y")]


def test_neighbours_know_both_directions():
    assert neighbours(PAIRS) == {"a": {"b"}, "b": {"a", "c"}, "c": {"b", "d"}, "d": {"c"}, "x": {"y"}, "y": {"x"}}


def test_within_counts_hops_in_either_direction_and_ends_where_nothing_is_left():
    near = neighbours(PAIRS)
    assert within(near, ["a"], 0) == {"a"}
    assert within(near, ["a"], 1) == {"a", "b"}
    assert within(near, ["a"], 3) == {"a", "b", "c", "d"}
    assert within(near, ["a", "x"], 99) == {"a", "b", "c", "d", "x", "y"}
    assert within(near, ["alone"], 2) == {"alone"}
