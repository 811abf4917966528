"""Where new boxes go that have no place beside those of an earlier picture."""

from __future__ import annotations

from tests.unit.diagram.graphs import graph_of, node, thing

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.scene import Composition, Scene
from cloudviz.inventory.model import Graph, Link, LinkKind

OPTIONS = PictureOptions()
OLD = (
    thing("vpc", "network"),
    thing("net", "subnet", parent="vpc"),
    thing("vm", "virtual_machine", parent="net"),
    thing("db", "database", parent="net"),
    thing("cache", "cache", parent="net"),
)


def _composed(*late, links=()) -> Composition:
    """The boxes of an estate beside the picture of what there was before something came."""
    return Composition(
        _graph(*OLD, *late, links=links), OPTIONS, previous=picture(_graph(*OLD, links=links), OPTIONS)
    )


def _graph(*things, links=()) -> Graph:
    graph = graph_of(*things)
    graph.links.extend(links)
    return graph


def _counts(scene: Scene) -> int:
    return sum(each.count for each in scene.nodes if not each.container)


def test_a_box_joins_its_like():
    folded = _composed(thing("late", "database", parent="net")).fold(["late"])
    assert node(folded, "db").members == ["db", "late"]
    assert node(folded, "db").count == 2
    assert _counts(folded) == folded.summary.resources == 4
    assert folded.summary.shown == 3


def test_without_its_like_it_makes_one_that_says_how_many_with_what_is_not_linked():
    links = [Link("vm", "db", LinkKind.USES)]
    composition = _composed(thing("late", "queue", parent="net"), links=links)
    folded = composition.fold(["late"])
    more = node(folded, "more:net")
    assert (more.label, more.parent, more.members) == ("2 more", "net", ["cache", "late"])
    assert {each.id for each in folded.nodes if each.parent == "net"} == {"vm", "db", "more:net"}
    assert _counts(folded) == folded.summary.resources == 4


def test_where_all_is_linked_it_stands_in_the_container_around():
    links = [Link("vm", "db", LinkKind.USES), Link("vm", "cache", LinkKind.USES)]
    folded = _composed(thing("late", "queue", parent="net"), links=links).fold(["late"])
    more = node(folded, "more:vpc")
    assert (more.label, more.parent, more.members) == ("late", "vpc", ["late"])
    assert _counts(folded) == folded.summary.resources == 4


def test_several_in_the_container_around_are_one():
    links = [Link("vm", "db", LinkKind.USES), Link("vm", "cache", LinkKind.USES)]
    late = [thing("late", "queue", parent="net"), thing("later", "key", parent="net")]
    folded = _composed(*late, links=links).fold(["late", "later"])
    more = node(folded, "more:vpc")
    assert (more.label, more.parent, more.members) == ("2 more", "vpc", ["late", "later"])
    assert _counts(folded) == folded.summary.resources == 5


def test_a_container_without_room_is_closed():
    late = [
        thing("new", "subnet", parent="vpc"),
        *(thing(f"new-{kind}", kind, parent="new") for kind in ("queue", "key")),
    ]
    folded = _composed(*late).fold(["new"])
    new = node(folded, "new")
    assert not new.container
    assert sorted(new.members) == ["new", "new-key", "new-queue"]
    assert _counts(folded) == folded.summary.resources


def test_lines_of_what_was_folded_lead_to_what_stands_for_it():
    late = thing("late", "database", parent="net")
    composition = Composition(
        _graph(*OLD, late, links=[Link("vm", "late", LinkKind.USES)]),
        OPTIONS,
        previous=picture(_graph(*OLD), OPTIONS),
    )
    assert [(each.source, each.target) for each in composition.fold(["late"]).edges] == [("vm", "db")]
