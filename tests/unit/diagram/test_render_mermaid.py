"""Mermaid's own parser takes every chart that we write, and reads back the names that we meant."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.diagram import mermaid_judge
from tests.unit.diagram.hostile import NAMES, names
from tests.unit.diagram.scenes import changes_and_costs, web_estate

from cloudviz.diagram.render import render
from cloudviz.diagram.render.mermaid import MOST_EDGES
from cloudviz.diagram.render.mermaid_pages import markdown, mermaid, mermaid_files, mermaid_pages
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
from cloudviz.diagram.text import clean
from cloudviz.diagram.themes import BY_NAME
from cloudviz.errors import Invalid


@pytest.fixture(scope="module")
def judge() -> Iterator[mermaid_judge.Judge]:
    reason = mermaid_judge.missing()
    if reason and not os.environ.get("CI"):
        pytest.skip(reason)
    assert not reason
    asked = mermaid_judge.Judge()
    yield asked
    asked.close()


def small(label: str, sublabel: str = "", edge: str | None = None, role: str = "group") -> Scene:
    nodes = [
        SceneNode("box", None, True, label, sublabel, role=role),
        SceneNode("a", "box", False, label, sublabel, kind="queue", tier="integration"),
        SceneNode(
            "b", "box", False, label, sublabel, kind="database", tier="data", count=3, members=["x", "y", "z"]
        ),
        SceneNode("c", None, False, label, "", kind=label, tier=label),
    ]
    edges = [SceneEdge("e", "a", "b", "uses", label=edge), SceneEdge("f", "c", "a", "runs_as", 7, label=edge)]
    return Scene("hierarchical", "enterprise", 10, 10, nodes, edges, title=label)


def test_the_estate_becomes_boxes_in_boxes_with_their_classes(judge: mermaid_judge.Judge) -> None:
    read = judge(mermaid(web_estate()))
    assert "error" not in read
    by_text = {graph["text"]: graph for graph in read["subgraphs"].values()}
    zone = by_text["Availability Zone us-east-1a"]
    assert len(zone["members"]) == 3
    assert by_text["VPC prod · 10.0.0.0/16"]["classes"] == ["role_network"]
    subnet = by_text["Private subnet · app · 10.0.11.0/24"]
    texts = sorted(read["vertices"][member]["text"] for member in subnet["members"])
    assert texts == ["orders svc ×4\nFargate tasks", "web-asg ×9\nm6i.large"]
    queue = next(vertex for vertex in read["vertices"].values() if vertex["text"].startswith("Queues"))
    assert queue == {"text": "Queues ×6\nincl. 3 DLQ", "classes": ["kind_integration"]}
    assert len(read["edges"]) == len(web_estate().edges)
    used = {name for item in (*read["vertices"].values(), *read["subgraphs"].values()) for name in item["classes"]}
    assert used == set(read["classes"])  # every class is defined, and every definition is used


def test_it_is_a_top_down_flowchart() -> None:
    assert mermaid(web_estate()).startswith("flowchart TD\n")
    assert render(web_estate(), "mermaid").decode("utf-8") == mermaid(web_estate())


def test_resources_of_several_tiers_stand_in_a_subgraph_for_each(judge: mermaid_judge.Judge) -> None:
    read = judge(mermaid(small("box")))
    tiers = {graph["text"]: graph for graph in read["subgraphs"].values() if graph["classes"] == ["tier"]}
    assert set(tiers) == {"Integration", "Data"}
    assert tiers["Integration"]["members"] == ["n2"]


@pytest.mark.parametrize("theme", BY_NAME)
def test_changes_are_marked_in_every_theme(judge: mermaid_judge.Judge, theme: str) -> None:
    read = judge(mermaid(changes_and_costs(theme)))
    assert {"change_added", "change_removed", "change_changed"} <= set(read["classes"])
    orders = next(vertex for vertex in read["vertices"].values() if vertex["text"].startswith("orders-db"))
    assert orders["text"] == "orders-db\ndb.r6g.xlarge · €412"
    assert orders["classes"] == ["kind_database", "change_changed"]


def test_hostile_names_are_read_back_as_they_were(judge: mermaid_judge.Judge) -> None:
    for name in NAMES:
        read = judge(mermaid(small(name, name, name)))
        assert "error" not in read, (name, read)
        assert set(read["vertices"]) == {"n2", "n3", "n4"}, name
        assert len(read["edges"]) == 2
        said = read["vertices"]["n4"]["text"].strip()
        meant = clean(name)
        assert said == meant or (said.endswith("…") and meant.startswith(said[:-1])), name


@settings(max_examples=150, deadline=None)
@given(label=names, sublabel=names, edge=names, role=st.sampled_from(["account", "zone", "x"]))
def test_any_name_at_all_makes_a_valid_chart(
    judge: mermaid_judge.Judge, label: str, sublabel: str, edge: str, role: str
) -> None:
    read = judge(mermaid(small(label, sublabel, edge, role)))
    assert "error" not in read, read
    assert set(read["vertices"]) == {"n2", "n3", "n4"}
    assert [pair[:2] for pair in read["edges"]] == [["n2", "n3"], ["n4", "n2"]]
    assert not any(name.startswith("x") for name in read["classes"])


def crowd(boxes: int, links: int, name: str) -> Scene:
    nodes = [SceneNode(f"box{number}", None, True, name, role="network") for number in range(boxes // 20 + 1)]
    nodes += [
        SceneNode(f"leaf{number}", f"box{number // 20}", False, f"{name} {number}", kind="queue", tier="data")
        for number in range(boxes)
    ]
    edges = [
        SceneEdge(f"e{number}", f"leaf{number % boxes}", f"leaf{(number * 7 + 1) % boxes}", "uses")
        for number in range(links)
    ]
    return Scene("hierarchical", "enterprise", 10, 10, nodes, edges)


@pytest.mark.parametrize(
    ("boxes", "links", "name"),
    [(100, 800, "queue"), (2000, 3000, "a-rather-long-name"), (600, 600, "日本語 <&>" * 6), (700, 700, "😀" * 30)],
)  # fmt: skip
def test_what_is_too_much_for_mermaid_becomes_pages_that_hold_all_of_it(
    judge: mermaid_judge.Judge, boxes: int, links: int, name: str
) -> None:
    scene = crowd(boxes, links, name)
    files = mermaid_files(scene, "estate.mmd")
    assert len(files) > 2
    assert [file for file, _ in files[:3]] == ["estate.mmd", "estate-2.mmd", "estate-3.mmd"]
    assert files[0][1].decode() != mermaid(scene)  # the one that stands alone cannot lead to the others
    shown = 0
    for number, (_, content) in enumerate(files, 1):
        chart = content.decode()
        assert len(chart.encode("utf-16-le")) // 2 < 50_000
        read = judge(chart)
        assert "error" not in read
        assert len(read["edges"]) <= MOST_EDGES
        assert "Left out" not in chart
        leaves = [vertex for vertex in read["vertices"].values() if vertex["classes"] != ["page"]]
        stubs = len(read["vertices"]) - len(leaves)
        if number == 1:
            assert not leaves
            assert stubs == len(files) - 1
            assert chart.count('href "estate-') == len(files) - 1
        shown += len(leaves)
    assert shown == sum(node.id not in {other.parent for other in scene.nodes} for node in scene.nodes)
    alone = judge(mermaid(scene))
    assert len(alone["vertices"]) == len(files) - 1


def test_a_page_says_where_its_lines_lead(judge: mermaid_judge.Judge) -> None:
    pages = mermaid_pages(crowd(2000, 3000, "queue"), page_address=lambda number: f"#page-{number}")
    read = judge(pages[1].text)
    stubs = [vertex["text"] for vertex in read["vertices"].values() if vertex["classes"] == ["page"]]
    assert stubs
    assert all("\npage " in text for text in stubs)
    links = {vertex["link"] for vertex in read["vertices"].values() if vertex.get("link")}
    assert len(links) == len(stubs)
    assert all(link.startswith("#page-") for link in links)


def test_more_links_between_a_few_boxes_than_mermaid_takes_are_left_out_and_said(
    judge: mermaid_judge.Judge,
) -> None:
    nodes = [SceneNode(f"n{number}", None, False, f"n{number}", kind="queue") for number in range(40)]
    edges = [
        SceneEdge(f"{a}-{b}", f"n{a}", f"n{b}", "uses") for a in range(40) for b in range(40) if a != b
    ]  # fmt: skip
    pages = mermaid_pages(Scene("grid", "enterprise", 1, 1, nodes, edges))
    assert sum(page.text.count("Left out") for page in pages) <= len(pages)
    for page in pages:
        read = judge(page.text)
        assert "error" not in read
        assert len(read["edges"]) <= MOST_EDGES


@settings(max_examples=12, deadline=None)
@given(name=names)
def test_pages_with_any_name_at_all_are_valid(judge: mermaid_judge.Judge, name: str) -> None:
    nodes = [SceneNode(f"box{number}", None, True, name, role="account") for number in range(3)]
    nodes += [
        SceneNode(f"{name}{number}", f"box{number % 3}", False, name, name, kind="queue", members=[name])
        for number in range(420)
    ]
    edges = [
        SceneEdge(f"e{n}", f"{name}{n}", f"{name}{(n * 7 + 1) % 420}", "uses", label=name) for n in range(420)
    ]
    scene = Scene("grid", "enterprise", 1, 1, nodes, edges, title=name)
    for page in mermaid_pages(scene, "https://example.org/#/map?select="):
        assert "error" not in judge(page.text)
    assert markdown(scene).count("```mermaid\n") == markdown(scene).count("\n```\n")


def test_a_press_on_a_box_leads_to_the_page_of_its_resource_and_nowhere_else(judge: mermaid_judge.Judge) -> None:
    for name in NAMES:
        scene = Scene("grid", "enterprise", 1, 1, [SceneNode("a", None, False, name, members=[f"id {name}"])])
        read = judge(mermaid(scene, "https://example.org/x?id="))
        assert read["vertices"]["n1"]["link"].startswith("https://example.org/x?id=id"), name
    for base in ("javascript:alert(1)", "data:text/html,x", "//x", "x", "https://", "https://[x"):
        with pytest.raises(Invalid, match="address"):
            mermaid(web_estate(), base)


def test_markdown_holds_each_page_in_a_fence(judge: mermaid_judge.Judge) -> None:
    small_one = markdown(web_estate(title="Production"))
    assert small_one.startswith("# Production\n\n```mermaid\nflowchart TD\n")
    assert small_one.count("```") == 2
    large = markdown(crowd(2000, 3000, "queue"))
    assert large.count("\n## Page ") == large.count("```mermaid") - 1 == large.count("](#page-")
    assert 'href "#page-2"' in large


def test_scenes_that_contradict_themselves_still_make_a_chart(judge: mermaid_judge.Judge) -> None:
    nodes = [
        SceneNode("a", "b", True, "a", role="network"),
        SceneNode("b", "a", True, "b", role="network"),
        SceneNode("c", "gone", False, "c"),
        SceneNode("d", "a", False, "d"),
    ]
    edges = [
        SceneEdge("1", "c", "nowhere", "uses"),
        SceneEdge("2", "a", "d", "uses"),
        SceneEdge("3", "c", "c", "uses"),
    ]
    read = judge(mermaid(Scene("grid", "enterprise", 1, 1, nodes, edges)))
    assert "error" not in read
    assert read["edges"] == []


def test_an_empty_scene_is_a_valid_chart(judge: mermaid_judge.Judge) -> None:
    assert "error" not in judge(mermaid(Scene("grid", "enterprise", 1, 1)))
