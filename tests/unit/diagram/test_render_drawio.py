"""draw.io files, read by mxGraph's own model reader and laid out by its own view."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from tests.unit.diagram import node_judge
from tests.unit.diagram.estates import estate
from tests.unit.diagram.hostile import NAMES, names
from tests.unit.diagram.scenes import changes_and_costs, web_estate

from cloudviz.catalogue.registry import catalogue
from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.options import LAYOUTS, THEMES
from cloudviz.diagram.render import render
from cloudviz.diagram.render.console import console_address
from cloudviz.diagram.render.drawio_shapes import AWS_GROUPS, AZURE_GROUPS, shape_style
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
from cloudviz.diagram.text import clean
from cloudviz.diagram.themes import theme_named
from cloudviz.errors import Invalid
from cloudviz.inventory.select import Selection
from cloudviz.jobs.draw import draw_files
from cloudviz.normalise import normalise
from cloudviz.sources.demo import snapshots

STATES = Path(__file__).parents[2] / "payloads" / "terraform" / "inframap"
KNOWN = {
    line
    for line in (Path(__file__).with_name("drawio_names.txt")).read_text().splitlines()
    if line and not line.startswith("#")
}


@pytest.fixture(scope="module")
def judge() -> Iterator[node_judge.Judge]:
    node_judge.required()
    asked = node_judge.Judge("drawio")
    yield asked
    asked.close()


def read(judge: node_judge.Judge, scene: Scene) -> dict[str, Any]:
    answer = judge(render(scene, "drawio").decode("utf-8"))
    assert "error" not in answer, answer["error"]
    return answer


def by_thing(answer: dict[str, Any], scene: Scene) -> dict[str, dict[str, Any]]:
    """The cell of each node: those with data, in the order of depth first as the nodes are nested."""
    children: dict[str | None, list[SceneNode]] = {}
    for node in scene.nodes:
        children.setdefault(node.parent, []).append(node)
    found: dict[str, dict[str, Any]] = {}

    def walk(parent: str | None, cell: str | None) -> None:
        cells = [
            (id, each)
            for id, each in answer["cells"].items()
            if each["vertex"] and "name" in each["data"] and (cell is None or each["parent"] == cell)
        ]
        if cell is None:
            cells = [(id, each) for id, each in cells if each["parent"].startswith("layer-")]
        nodes = children.get(parent, [])
        # Boxes of a page: containers are in a layer below the others.
        nodes = (
            [n for n in nodes if n.container] + [n for n in nodes if not n.container] if cell is None else nodes
        )
        assert len(cells) == len(nodes)
        for (id, each), node in zip(cells, nodes, strict=True):
            found[node.id] = {**each, "cell": id}
            walk(node.id, id)

    walk(None, None)
    return found


def holds(answer: dict[str, Any], scene: Scene) -> None:
    """Every box is where the scene has it, in the box that the scene says, and every line joins its two ends."""
    cells = by_thing(answer, scene)
    assert set(cells) == {node.id for node in scene.nodes}
    for node in scene.nodes:
        cell = cells[node.id]
        assert cell["box"] == pytest.approx([node.x, node.y, node.width, node.height], abs=0.3)
        if node.parent is None:
            assert cell["parent"] == ("layer-containers" if node.container else "layer-resources")
        else:
            assert cell["parent"] == cells[node.parent]["cell"]
        assert cell["style"]["container"] == ("1" if node.container else "0")
        if node.container:
            assert cell["style"]["collapsible"] == "0"
        if len(node.members) == 1:
            assert cell["data"]["resource_id"] == node.members[0]
        elif node.members:
            assert cell["data"]["members"].split("\n") == node.members
        assert cell["data"].get("resource_type", "") == node.type
    lines = [cell for cell in answer["cells"].values() if cell["edge"]]
    assert len(lines) == len(scene.edges)
    for edge, line in zip(scene.edges, lines, strict=True):
        assert line["parent"] == "layer-links"
        assert (line["source"], line["target"]) == (cells[edge.source]["cell"], cells[edge.target]["cell"])
        assert line["data"]["link_kind"] == edge.kind
    assert all(cell["style"].get("html") == "0" for cell in answer["cells"].values() if cell["style"].get("html"))
    assert answer["scripts"] == 0


def test_the_model_has_the_boxes_lines_and_layers_of_the_scene(judge: node_judge.Judge) -> None:
    scene = web_estate("enterprise", "Production")
    answer = read(judge, scene)
    holds(answer, scene)
    assert answer["layers"] == [
        ["layer-containers", "Containers"],
        ["layer-links", "Links"],
        ["layer-labels", "Labels"],
    ]
    assert answer["page"] == [1580, 1110]
    cells = by_thing(answer, scene)
    assert cells["bast"]["label"] == "bastion"
    assert cells["asga"]["data"]["count"] == "9"
    assert cells["vpc"]["style"]["grIcon"] == "mxgraph.aws4.group_vpc"
    parts = [cell for cell in answer["cells"].values() if cell["style"].get("part") == "1"]
    assert parts and not any(cell["connectable"] for cell in parts)
    assert "×9" in {cell["label"] for cell in parts}


def test_the_view_leads_each_line_where_the_scene_does(judge: node_judge.Judge) -> None:
    scene = web_estate()
    answer = read(judge, scene)
    lines = [cell for cell in answer["cells"].values() if cell["edge"]]
    for edge, line in zip(scene.edges, lines, strict=True):
        assert len(line["points"]) == len(edge.points), edge.id
        for point, wanted in zip(line["points"], edge.points, strict=True):
            assert point == pytest.approx(list(wanted), abs=0.1), edge.id
    labels = {
        cell["parent"]: cell for cell in answer["cells"].values() if "edgeLabel" in cell["style"].get("", "")
    }
    assert len(labels) == sum(1 for edge in scene.edges if edge.label)
    assert {"HTTPS", "/api", "orders"} <= {cell["label"] for cell in labels.values()}
    assert all(answer["cells"][parent]["edge"] for parent in labels)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_demo_opens_in_every_layout(judge: node_judge.Judge, layout: str) -> None:
    graph, _ = normalise(snapshots()[-1].items)
    scene = picture(graph, PictureOptions(layout=layout, title="All"), gaps=1)
    answer = read(judge, scene)
    holds(answer, scene)
    cells = by_thing(answer, scene)
    shapes = {cell["style"].get("resIcon", "") for cell in answer["cells"].values()}
    assert {"mxgraph.aws4.lambda", "mxgraph.aws4.instance2"} <= shapes
    shown = {node.id: node for node in scene.nodes}
    links = {id: cell["data"].get("link", "") for id, cell in cells.items()}
    assert any(
        link.startswith("https://console.aws.amazon.com/go/view?arn=arn%3Aaws%3A") for link in links.values()
    )
    assert any(link.startswith("https://portal.azure.com/#resource/subscriptions/") for link in links.values())
    assert not any(links[id] for id, node in shown.items() if node.count > 1)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["aws_state_sg.json", "openstack_state_lb.json", "repeated_modules.json"])
def test_recorded_states_open_in_every_layout(judge: node_judge.Judge, name: str, layout: str) -> None:
    drawn = draw_files([STATES / name], Selection(), PictureOptions(layout=layout), "drawio")
    answer = judge(drawn.content.decode("utf-8"))
    assert "error" not in answer
    holds(answer, drawn.scene)


@pytest.mark.parametrize("theme", THEMES)
def test_changes_are_marked_in_the_colours_of_each_theme(judge: node_judge.Judge, theme: str) -> None:
    scene = changes_and_costs(theme)
    answer = read(judge, scene)
    holds(answer, scene)
    look = theme_named(theme)
    assert answer["background"] == look.background
    cells = by_thing(answer, scene)
    changed = [node for node in scene.nodes if node.change]
    assert {node.change for node in changed} == {"added", "removed", "changed"}
    for node in changed:
        assert cells[node.id]["style"]["strokeColor"] == look.change(node.change or "")
        assert cells[node.id]["data"]["change"] == node.change
    assert {"+", "−", "~"} <= {cell["label"] for cell in answer["cells"].values()}


def hostile(name: str, other: str) -> Scene:
    """A box in a box and a line, all of them named so."""
    nodes = [
        SceneNode("box", None, True, name, other, "aws." + other, "network", "aws", role=other, members=[name],
                  title=name, x=40, y=40, width=400, height=300),
        SceneNode("a", "box", False, name, other, other, other, other, count=2, members=[name, other],
                  title=name, x=60, y=100, width=120, height=92),
        SceneNode("b", "box", False, other, name, name, name, name, members=[other], title=other,
                  change=other or None, x=260, y=100, width=120, height=92),
    ]  # fmt: skip
    edges = [SceneEdge("e", "a", "b", other, 1, [(180, 146), (260, 146)], name)]
    return Scene("hierarchical", "enterprise", 480, 400, nodes, edges, title=name)


def storable(text: str) -> str:
    """What XML 1.0 can hold of a text."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n\r" or (sign >= " " and not "\x7f" <= sign <= "\x9f" and not "\ud800" <= sign <= "\udfff"
                                and not "\ufdd0" <= sign <= "\ufdef" and sign not in "\ufffe\uffff")
    )  # fmt: skip


def test_hostile_names_are_read_back_as_they_were(judge: node_judge.Judge) -> None:
    for name, other in zip(NAMES, reversed(NAMES), strict=True):
        answer = read(judge, hostile(name, other))
        holds_hostile(answer, name, other)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=names, other=names)
def test_any_names_at_all_stay_words(judge: node_judge.Judge, name: str, other: str) -> None:
    holds_hostile(read(judge, hostile(name, other)), name, other)


def holds_hostile(answer: dict[str, Any], name: str, other: str) -> None:
    cells = [cell for cell in answer["cells"].values() if "name" in cell["data"] or cell["data"].get("tags")]
    things = {cell["data"].get("count", ""): cell for cell in cells if cell["vertex"] and "kind" in cell["data"]}
    stack = things.get("2")
    if stack is not None and storable(name) and storable(other):
        assert stack["data"]["members"] == storable(name) + "\n" + storable(other)
        assert stack["data"].get("name", "") == storable(clean(name) or clean(name))
    assert sum(cell["edge"] for cell in answer["cells"].values()) == 1
    assert all(cell["style"].get("html") == "0" for cell in answer["cells"].values() if cell["style"].get("html"))
    for cell in answer["cells"].values():
        link = cell["data"].get("link")
        assert link is None or link.startswith("https://")
        assert "placeholders" not in cell["data"] and "tooltip" not in cell["data"]
    assert answer["scripts"] == 0


def test_links_lead_to_pages_where_somebody_said_where_they_are() -> None:
    page = ElementTree.fromstring(
        render(web_estate(), "drawio", link_base="https://cloudviz.example/#/map?select=")
    )
    links = {cell.get("resource_id"): cell.get("link") for cell in page.iter("UserObject")}
    assert links["bast"] == "https://cloudviz.example/#/map?select=bast"
    with pytest.raises(Invalid):
        render(web_estate(), "drawio", link_base="javascript:alert(1)")


def test_the_same_scene_gives_the_same_bytes_and_cells_keep_their_ids() -> None:
    graph = estate(40)
    small = picture(graph, PictureOptions(max_nodes=60))
    assert render(small, "drawio") == render(picture(graph, PictureOptions(max_nodes=60)), "drawio")
    whole = picture(graph, PictureOptions(max_nodes=0))

    def ids(scene: Scene) -> dict[str, str]:
        root = ElementTree.fromstring(render(scene, "drawio"))
        return {e.get("resource_id", ""): e.get("id", "") for e in root.iter("UserObject") if e.get("resource_id")}

    few, all_of_them = ids(small), ids(whole)
    both = {id for id in few if id in all_of_them and few[id][0] == all_of_them[id][0]}
    assert len(both) > 20
    assert all(few[id] == all_of_them[id] for id in both)


def test_every_shape_name_is_one_that_drawio_has() -> None:
    named = [shape_style(key) for key in catalogue().types]
    used = [
        part.split("=", 1)[1]
        for style in named
        for part in style.split(";")
        if part.startswith(("shape=mxgraph", "resIcon=", "image="))
    ]
    used += [f"mxgraph.aws4.{sign}" for sign in AWS_GROUPS.values()]
    used += [f"img/lib/azure2/{sign}.svg" for sign in AZURE_GROUPS.values()]
    assert set(used) - KNOWN == set()
    # Every headline type has a shape of its cloud; what has none gets our own glyph.
    headline = [each.key for each in catalogue().types.values() if not each.supporting]
    assert [key for key in headline if not shape_style(key)] == ["aws.ec2.subnet", "gcp.network.subnetwork"]


def test_types_without_a_shape_get_our_glyph(judge: node_judge.Judge) -> None:
    drawn = draw_files([STATES / "openstack_state_lb.json"], Selection(), PictureOptions(), "drawio")
    images = [
        cell["style"]["image"]
        for cell in judge(drawn.content.decode())["cells"].values()
        if cell["style"].get("shape") == "image"
    ]
    assert images and all(image.startswith("data:image/svg+xml,") for image in images)


@pytest.mark.parametrize(
    ("id", "address"),
    [
        (
            "arn:aws:s3:::acme-logs",
            "https://console.aws.amazon.com/go/view?arn=arn%3Aaws%3As3%3A%3A%3Aacme-logs",
        ),
        (
            "arn:aws-cn:sqs:cn-north-1:123456789012:jobs",
            "https://console.amazonaws.cn/go/view?arn=arn%3Aaws-cn%3Asqs%3Acn-north-1%3A123456789012%3Ajobs",
        ),
        (
            "/subscriptions/0b1f/resourcegroups/rg (1)",
            "",
        ),
        (
            "/subscriptions/0b1f/resourcegroups/shop/providers/microsoft.network/virtualnetworks/vnet",
            "https://portal.azure.com/#resource/subscriptions/0b1f/resourcegroups/shop/providers/"
            "microsoft.network/virtualnetworks/vnet",
        ),
        (
            "//compute.googleapis.com/projects/acme/zones/europe-west1-b/instances/web-1",
            "https://console.cloud.google.com/compute/instancesDetail/zones/europe-west1-b/instances/web-1"
            "?project=acme",
        ),
        ("//storage.googleapis.com/acme-logs", "https://console.cloud.google.com/storage/browser/acme-logs"),
        ("//example.org/projects/acme", ""),
        ("javascript:alert(1)", ""),
        ("arn:aws:s3:::x\" onclick=\"y", ""),
        ("arn:evil:s3:::x", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_console_address_is_made_of_known_ids_only(id: str, address: str) -> None:
    assert console_address(id) == address


@settings(max_examples=200)
@given(name=names)
def test_no_id_leads_anywhere_but_to_a_console(name: str) -> None:
    for id in (name, f"arn:aws:s3:::{name}", f"/subscriptions/0/{name}", f"//storage.googleapis.com/{name}"):
        address = console_address(id)
        if address:
            parts = urlsplit(address)
            assert parts.scheme == "https"
            assert parts.netloc in (
                "console.aws.amazon.com", "portal.azure.com", "console.cloud.google.com",
            )  # fmt: skip
            assert not set("\"'<> \n\\") & set(address)
            assert unquote(address)
