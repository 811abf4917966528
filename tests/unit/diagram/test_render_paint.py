"""What the drawing decides: words of the footer, round corners, arrow heads, halos, titles over lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

import pytest
from tests.unit.diagram.scenes import changes_and_costs, web_estate

from cloudviz.diagram.render import words
from cloudviz.diagram.render.lines import middle_of, rounded
from cloudviz.diagram.render.operations import Group, Operation, Path, Rect, Text
from cloudviz.diagram.render.paint import paint
from cloudviz.diagram.render.path_data import commands
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode, SceneSummary
from cloudviz.diagram.text import measure
from cloudviz.diagram.themes import BY_NAME


def flat(items: Iterable[Operation]) -> Iterator[Operation]:
    for item in items:
        if isinstance(item, Group):
            yield from flat(item.items)
        else:
            yield item


def texts(scene: Scene) -> list[Text]:
    return [item for item in flat(paint(scene).items) if isinstance(item, Text)]


@pytest.mark.parametrize(
    ("count", "word", "said"),
    [
        (1, "route_table", "1 route table"),
        (8, "route_table", "8 route tables"),
        (31, "aws.ec2.network_interface", "31 network interfaces"),
        (2, "identity", "2 identities"),
        (3, "address", "3 addresses"),
        (2, "gateway", "2 gateways"),
        (1200, "dns_zone", "1,200 DNS zones"),
        (4, "IAM roles", "4 IAM roles"),
        (2, "switch", "2 switches"),
    ],
)
def test_counts_are_said_as_a_person_would(count: int, word: str, said: str) -> None:
    assert words.counted(count, word) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [("18204.11", "USD", "$18,204"), ("0.4", "EUR", "€0.40"), ("99.99", "GBP", "£99.99"),
     ("12", "CHF", "CHF 12.00"), ("7", None, "$7.00")],
)  # fmt: skip
def test_money_is_written_with_its_sign(amount: str, currency: str | None, said: str) -> None:
    assert words.money(Decimal(amount), currency) == said


def test_the_footer_says_what_is_shown_hidden_and_unseen() -> None:
    said = " ".join(text.text for text in texts(web_estate()))
    assert "107 resources shown as 31" in said
    assert "hidden: 31 network interfaces, 22 identities, 14 security groups, 8 route tables" in said
    assert "3 gaps in coverage" in said
    assert "×n = like resources stacked" in said
    assert "dashed = guarded by, replicates" in said
    gap = next(text for text in texts(web_estate()) if text.text == "3 gaps in coverage")
    assert gap.fill == BY_NAME["enterprise"].changed


def test_a_long_footer_is_broken_where_the_page_ends() -> None:
    scene = Scene("grid", "enterprise", 500, 300, summary=SceneSummary(resources=9000, shown=10, gaps=12))
    scene.summary.hidden = {f"some_rather_long_kind_{number}": 100 + number for number in range(9)}
    lines = texts(scene)
    assert len({text.y for text in lines}) > 2
    for text in lines:
        right = text.x + measure(text.text, text.size, text.weight) / (2 if text.anchor == "middle" else 1)
        assert right <= 461
    assert paint(scene).height >= max(text.y for text in lines) + 10
    assert any("303 more" in text.text for text in lines)  # of nine kinds the three smallest: 100 + 101 + 102


def test_the_title_stands_above_the_picture() -> None:
    title = next(text for text in texts(changes_and_costs()) if text.size == 20)
    assert title.text == "Payments — was und wo"
    assert title.y < min(node.y for node in changes_and_costs().nodes)
    assert not [text for text in texts(web_estate()) if text.size == 20]


def test_the_room_for_a_title_that_nobody_gave_is_cut_off() -> None:
    scene = web_estate()
    for node in scene.nodes:
        node.y += 48
    for edge in scene.edges:
        edge.points = [(x, y + 48) for x, y in edge.points]
    scene.height += 48
    assert (paint(scene).top, paint(scene).height) == (48, 1110)
    scene.title = "Production"
    assert (paint(scene).top, paint(scene).height) == (0, 1158)


def test_labels_that_the_scene_did_not_shorten_are_shortened_to_their_box() -> None:
    node = SceneNode("a", None, False, "x" * 400, "y" * 400, x=10, y=10, width=120, height=92)
    box = SceneNode("b", None, True, "z" * 400, "", x=200, y=10, width=100, height=92)
    for text in texts(Scene("grid", "enterprise", 320, 200, [node, box])):
        if text.size != 11.5:  # the footer
            assert measure(text.text, text.size, text.weight) <= 106


def test_corners_are_rounded_by_half_a_segment_at_most() -> None:
    assert rounded([(0, 0), (10, 0), (10, 10)], 6) == [
        ("M", (0, 0)), ("L", (5, 0)), ("Q", (10, 0, 10, 5)), ("L", (10, 10)),
    ]  # fmt: skip
    assert rounded([(0, 0), (50, 0), (50, 50)], 6)[1:3] == [("L", (44, 0)), ("Q", (50, 0, 50, 6))]
    assert rounded([(0, 0), (50, 0), (90, 0)], 6) == [("M", (0, 0)), ("L", (50, 0)), ("L", (90, 0))]


def test_the_middle_of_a_line_is_that_of_its_longest_part() -> None:
    assert middle_of([(0, 0), (10, 0), (10, 100), (20, 100)]) == (10, 50)


def pair(count: int = 1, points: list[tuple[float, float]] | None = None) -> Scene:
    nodes = [
        SceneNode("a", None, False, "a", x=0, y=0, width=100, height=100),
        SceneNode("b", None, False, "b", x=300, y=0, width=100, height=100, count=count),
    ]
    return Scene("grid", "enterprise", 400, 200, nodes, [SceneEdge("e", "a", "b", "uses", points=points or [])])


def heads(scene: Scene) -> list[tuple[float, float]]:
    """The tips of the arrow heads."""
    found = []
    for item in flat(paint(scene).items):
        if isinstance(item, Path) and item.fill and len(item.commands) == 4:
            x, y = item.commands[0][1]
            found.append((x, y))
    return found


def test_a_line_without_points_goes_straight_from_border_to_border() -> None:
    assert heads(pair()) == [(300, 50)]


def test_an_arrow_head_is_not_hidden_by_the_cards_of_a_stack() -> None:
    assert heads(pair(3, [(100, 50), (300, 50)])) == [(300, 50)]
    assert heads(pair(3, [(50, 0), (50, -50), (350, -50), (350, 0)])) == [(350, -8)]
    assert heads(pair(3, [(50, 0), (50, -50), (450, -50), (450, 60), (400, 60)])) == [(408, 60)]
    assert heads(pair(1, [(50, 0), (50, -50), (350, -50), (350, 0)])) == [(350, 0)]


def test_lines_of_one_bundle_do_not_cut_each_other() -> None:
    nodes = [SceneNode(name, None, False, name, width=10, height=10) for name in "abcd"]
    edges = [
        SceneEdge("1", "a", "b", "uses", points=[(0, 0), (100, 0)]),
        SceneEdge("2", "c", "d", "uses", points=[(50, -50), (50, 50)]),
        SceneEdge("3", "a", "d", "uses", points=[(0, 0), (50, 0), (50, 50)]),
    ]
    order = []
    for item in paint(Scene("grid", "enterprise", 100, 100, nodes, edges)).items:
        if isinstance(item, Path):
            order.append("halo")
        elif isinstance(item, Group) and item.name == "edge":
            order.append(item.key)
    # All three hang together by their ends: all halos first.
    assert order == ["halo"] * 3 + ["1", "2", "3"]


def test_titles_of_containers_lie_on_a_patch_above_the_lines() -> None:
    box = SceneNode("b", None, True, "VPC", role="network", x=10, y=10, width=300, height=200)
    zone = SceneNode("z", "b", True, "Zone", role="zone", x=20, y=60, width=200, height=100)
    patches = [item for item in flat(paint(Scene("grid", "enterprise", 320, 260, [zone, box])).items)
               if isinstance(item, Rect) and item.height == 18]  # fmt: skip
    # The zone lets its network show through, and so does its patch.
    assert [patch.fill for patch in patches] == [BY_NAME["enterprise"].roles["network"].fill] * 2


def test_path_data_is_read_as_svg_means_it() -> None:
    assert commands("M1 2l3 4h5v-6H0V1z") == (
        ("M", (1, 2)), ("L", (4, 6)), ("L", (9, 6)), ("L", (9, 0)), ("L", (0, 0)), ("L", (0, 1)), ("Z", ()),
    )  # fmt: skip
    assert commands("m1 1 2 2zl1 0")[1:] == (("L", (3, 3)), ("Z", ()), ("L", (2, 1)))
    assert commands("M0 0c1 1 2 2 3 0s2-1 3 0") == (
        ("M", (0, 0)), ("C", (1, 1, 2, 2, 3, 0)), ("C", (4, -2, 5, -1, 6, 0)),
    )  # fmt: skip
    assert commands("M0 0a2 2 0 0 1 2 2")[1] == ("A", (2, 2, 0, 0, 1, 2, 2))
    assert commands("M.5-.5L1e1 2.")[1] == ("L", (10, 2))
    for wrong in ("M1", "1 2", "M0 0L1"):
        with pytest.raises(ValueError, match=r"M|numbers|number"):
            commands(wrong)
