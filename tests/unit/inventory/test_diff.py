"""What differs between two graphs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cloudviz.inventory.diff import Changed, Diff, changed_fields, diff
from cloudviz.inventory.model import Graph, Link, Resource


def thing(key: str, **changes: Any) -> Resource:
    values: dict[str, Any] = {"provider": "aws", "type": "t", "native_type": "T", "kind": "bucket", "name": key}
    return Resource(id=key, **(values | changes))


def graph(*items: Resource, links: tuple[Link, ...] = ()) -> Graph:
    return Graph({item.id: item for item in items}, list(links))


def test_what_is_added_removed_and_changed():
    before = graph(thing("b"), thing("a"), thing("z", state="running", tags={"env": "dev", "old": "1"}))
    after = graph(thing("d"), thing("c"), thing("a"), thing("z", state="stopped", tags={"env": "prod"}))
    found = diff(before, after)
    assert found == Diff(
        added=[thing("c"), thing("d")],
        removed=[thing("b")],
        changed=[Changed(before.resources["z"], after.resources["z"], ("state", "tags.env", "tags.old"))],
    )
    assert found.marks() == {"c": "added", "d": "added", "b": "removed", "z": "changed"}
    assert bool(found) and not diff(before, before)


def test_links_are_told_by_their_ends_and_kind():
    before = graph(thing("a"), thing("b"), links=(Link("a", "b", "uses"), Link("a", "x", "uses", False)))
    after = graph(thing("a"), thing("b"), thing("x"), links=(Link("a", "x", "uses"), Link("a", "b", "routes_to")))
    found = diff(before, after)
    # a → x was there already; that x now is, shows in the resources.
    assert found.links_added == [Link("a", "b", "routes_to")]
    assert found.links_removed == [Link("a", "b", "uses")]


def test_properties_are_compared_to_their_depth_and_lists_as_a_whole():
    before = {"size": "s", "net": {"ip": "1", "ports": [1, 2]}, "gone": None, "same": {"x": [1]}}
    after = {"size": "l", "net": {"ip": "1", "ports": [2, 1], "new": 1}, "same": {"x": [1]}}
    assert changed_fields(thing("a", properties=before), thing("a", properties=after)) == (
        "properties.gone",
        "properties.net.new",
        "properties.net.ports",
        "properties.size",
    )


def test_true_is_not_one():
    assert changed_fields(thing("a", properties={"x": True}), thing("a", properties={"x": 1})) == ("properties.x",)


def test_amounts_are_compared_by_value():
    one, other = thing("a", cost_monthly=Decimal("70.10")), thing("a", cost_monthly=Decimal("70.1"))
    assert changed_fields(one, other) == ()
    assert changed_fields(one, thing("a", cost_monthly=Decimal("70.11"))) == ("cost_monthly",)


def test_properties_nested_deeper_than_python_recurses():
    def deep(end: str) -> dict[str, Any]:
        found: dict[str, Any] = {"end": end}
        for _ in range(5000):
            found = {"in": found}
        return found

    (path,) = changed_fields(thing("a", properties=deep("x")), thing("a", properties=deep("y")))
    assert path.endswith(".in.end") and path.count(".in") == 5000


things = st.builds(
    thing,
    st.sampled_from("abcdef"),
    state=st.sampled_from(["running", "stopped", None]),
    tags=st.dictionaries(st.sampled_from("xy"), st.sampled_from("12")),
)
graphs = st.lists(things).map(lambda items: graph(*items))


@given(graphs, graphs)
def test_a_difference_turned_round_undoes_itself(one: Graph, other: Graph):
    there, back = diff(one, other), diff(other, one)
    assert (there.added, there.removed) == (back.removed, back.added)
    assert [(each.after, each.before, each.fields) for each in there.changed] == [
        (each.before, each.after, each.fields) for each in back.changed
    ]
    rebuilt = {key: item for key, item in one.resources.items() if key not in {each.id for each in there.removed}}
    rebuilt |= {each.id: each for each in there.added} | {each.after.id: each.after for each in there.changed}
    assert rebuilt == other.resources
