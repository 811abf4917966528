"""The map in tiles: whatever a window shows is in the tiles over it, and questions are answered from all of it."""

from __future__ import annotations

import zlib
from decimal import Decimal
from typing import Any

import orjson
import pytest

from cloudviz.diagram.atlas import TILE, Atlas, packed, scene_of, settled, unpacked
from cloudviz.diagram.atlas.levels import BORN, MARGIN
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode, SceneSummary
from cloudviz.errors import BadInput, NotFound
from cloudviz.inventory.model import Coverage, CoverageStatus, Graph, Link, LinkKind, Resource

SIDE, ACROSS = 2000.0, 10


def resource(id: str, **more: Any) -> Resource:
    said: dict[str, Any] = {
        "provider": "aws",
        "type": "aws.ec2.instance",
        "native_type": "AWS::EC2::Instance",
        "kind": "virtual_machine",
        "name": id,
        "account": "1",
        "region": "r",
        **more,
    }
    return Resource(id=id, **said)


def estate(accounts: int = 4, leaves: int = 900) -> Scene:
    """Accounts beside each other, each a square of small boxes with a chain of lines through them."""
    nodes, edges = [], []
    for number in range(accounts):
        account = f"a{number}"
        left = number * (SIDE + 100)
        nodes.append(SceneNode(account, None, True, account, role="account", x=left, y=0, width=SIDE, height=SIDE))
        across = round(leaves**0.5)
        for at in range(leaves):
            x, y = left + 20 + at % across * 65, 20 + at // across * 65
            id = f"{account}-{at}"
            leaf = SceneNode(
                id, account, False, id, kind="virtual_machine", members=[id], x=x, y=y, width=60, height=40
            )
            leaf.cost_monthly = Decimal(at % 7)
            nodes.append(leaf)
            if at:
                before = nodes[-2]
                points = [(before.x + 30, before.y + 20), (x + 30, y + 20)]
                edges.append(SceneEdge(f"e{id}", before.id, id, "uses", points=points))
    summary = SceneSummary(resources=accounts * leaves, shown=accounts * leaves)
    return Scene("grid", "enterprise", accounts * (SIDE + 100), SIDE, nodes, edges, summary)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return estate()


@pytest.fixture(scope="module")
def atlas(scene: Scene) -> Atlas:
    resources = {
        node.id: resource(node.id, state="running" if number % 3 else "stopped", tags={"env": "prod"})
        for number, node in enumerate(scene.nodes)
        if not node.container
    }
    gap = Coverage("aws", "1", "r", "aws.ec2.volume", CoverageStatus.DENIED)
    return Atlas.of(scene, Graph(resources), [gap], "v1")


def over(
    atlas: Atlas, level: int, left: float, top: float, right: float, bottom: float
) -> list[tuple[int, int, int]]:
    """The tiles of a level over a window, as a client reckons them."""
    scale = atlas.levels.scale(level)
    side, margin, last = TILE / scale, MARGIN / scale, (1 << level) - 1
    columns = range(max(0, int((left - margin) // side)), min(last, int((right + margin) // side)) + 1)
    rows = range(max(0, int((top - margin) // side)), min(last, int((bottom + margin) // side)) + 1)
    return [(level, column, row) for column in columns for row in rows]


def test_a_window_is_complete_with_the_tiles_over_it(scene: Scene, atlas: Atlas) -> None:
    assert atlas.levels.count > 2
    for level in range(atlas.levels.count):
        for left, top in ((0, 0), (1990, 700), (4321, 1234), (7000, 1500)):
            window = (left, top, left + 600, top + 400)
            names = [tile for each in range(level + 1) for tile in over(atlas, each, *window)]
            told = {node["id"] for tile in names for node in orjson.loads(atlas.tile(tile))["nodes"]}
            large = BORN / atlas.levels.scale(level)
            due = {
                node.id
                for node in scene.nodes
                if max(node.width, node.height) >= large
                and node.x < window[2]
                and node.x + node.width > left
                and node.y < window[3]
                and node.y + node.height > top
            }
            assert due <= told


def test_from_afar_only_what_is_large_is_told(atlas: Atlas) -> None:
    whole = orjson.loads(atlas.tile((0, 0, 0)))
    assert [node["id"] for node in whole["nodes"]] == ["a0", "a1", "a2", "a3"]
    assert whole["edges"] == []
    assert whole["nodes"][0]["inside"]["resources"] == 900
    assert whole["nodes"][0]["inside"]["kinds"] == [["virtual_machine", 900]]
    # 900 boxes that cost 0 to 6 a month by turns: 128 rounds of 21, and 0 + 1 + 2 + 3 for the last four.
    assert whole["nodes"][0]["inside"]["cost_monthly"] == 128 * 21 + 6


def test_every_box_is_in_one_tile_and_lines_where_they_pass(scene: Scene, atlas: Atlas) -> None:
    told: list[str] = []
    lines: set[str] = set()
    for level in range(atlas.levels.count):
        for column in range(1 << level):
            for row in range(1 << level):
                part = orjson.loads(atlas.tile((level, column, row)))
                told += [node["id"] for node in part["nodes"]]
                lines |= {edge["id"] for edge in part["edges"]}
    assert sorted(told) == sorted(node.id for node in scene.nodes)
    assert lines == {edge.id for edge in scene.edges}


def test_a_small_map_is_handed_over_whole() -> None:
    small = Atlas.of(estate(2, 25), Graph(), version="v1")
    part = orjson.loads(small.tile((0, 0, 0)))
    assert small.document()["levels"] == 1
    assert (len(part["nodes"]), len(part["edges"])) == (52, 48)


def test_a_tile_that_is_none_is_empty(atlas: Atlas) -> None:
    assert atlas.tile((30, 1, 1)) == b'{"nodes":[],"edges":[]}'


def test_places_ways_and_neighbours(atlas: Atlas) -> None:
    number = atlas.showing("a2-17")
    assert [orjson.loads(atlas.row(at))["id"] for at in (*atlas.path(number), number)] == ["a2", "a2-17"]
    around = atlas.around(number, 2)
    assert {orjson.loads(atlas.row(at))["id"] for at in around.nodes} == {f"a2-{at}" for at in range(15, 20)}
    assert (len(around.edges), around.more) == (4, False)
    way = atlas.way(number, atlas.showing("a2-20"))
    assert [orjson.loads(atlas.row(at))["id"] for at in way.nodes] == ["a2-17", "a2-18", "a2-19", "a2-20"]
    with pytest.raises(NotFound, match="no links lead"):
        atlas.way(number, atlas.showing("a3-1"))
    with pytest.raises(NotFound, match="no box"):
        atlas.showing("arn:nothing")
    assert atlas.around(atlas.showing("a1"), 1, most=10).more


def test_the_tree_is_paged(atlas: Atlas) -> None:
    assert [orjson.loads(atlas.row(at))["id"] for at in atlas.children("").nodes] == ["a0", "a1", "a2", "a3"]
    first = atlas.children("a1", 0, 500)
    rest = atlas.children("a1", 500, 500)
    assert (first.more, rest.more) == (True, False)
    assert len({*first.nodes, *rest.nodes}) == 900
    with pytest.raises(NotFound):
        atlas.children("nothing")


def test_layers_colour_boxes_and_what_holds_them(atlas: Atlas) -> None:
    assert atlas.document()["layers"] == ["account", "cost", "coverage", "provider", "region", "state", "tag:env"]
    part = orjson.loads(atlas.tile((0, 0, 0), "state"))
    legend = atlas.document("state")["layer"]
    value, share = part["paint"][0]
    assert (legend["values"][value]["value"], share) == ("running", 67)
    assert {each["value"]: each["count"] for each in legend["values"]} == {"": 0, "running": 2400, "stopped": 1200}
    cost = atlas.document("cost")["layer"]
    assert (cost["scale"], [each["value"] for each in cost["values"]][:3]) == (True, ["", "below 1", "1 to 10"])
    assert atlas.document("coverage")["layer"]["values"][1] == {"value": "gaps in its region", "count": 3600}
    with pytest.raises(NotFound, match="no layer"):
        atlas.tile((0, 0, 0), "tag:nothing")


def of_networks() -> Scene:
    """One account with three networks beside each other; machines of the first use those of the others."""
    nodes = [SceneNode("a", None, True, "a", role="account", x=0, y=0, width=9000, height=3000)]
    edges = []
    for network in range(3):
        id, left = f"n{network}", 100 + network * 3000
        nodes.append(SceneNode(id, "a", True, id, role="network", x=left, y=100, width=2800, height=2800))
        for at in range(1200):
            x, y = left + 20 + at % 35 * 78, 120 + at // 35 * 75
            leaf = f"{id}-{at:04d}"
            nodes.append(
                SceneNode(
                    leaf, id, False, leaf, kind="virtual_machine", members=[leaf], x=x, y=y, width=60, height=40
                )
            )
    pairs = [
        ("n0-0001", "n1-0007", 3, "uses"),
        ("n0-0002", "n1-0001", 2, "uses"),
        ("n1-0009", "n0-0004", 1, "routes_to"),
    ]
    pairs += [("n0-0001", "n2-0001", 1, "uses"), ("n0-0001", "n0-0002", 9, "uses"), ("n2-0003", "a", 4, "uses")]
    for source, target, count, kind in pairs:
        edges.append(SceneEdge(f"{source}>{target}", source, target, kind, count, [(0, 0), (9000, 0)]))
    return Scene("grid", "enterprise", 9000, 3000, nodes, edges, SceneSummary())


def bundles_of(atlas: Atlas, level: int) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for column in range(1 << level):
        for row in range(1 << level):
            for bundle in orjson.loads(atlas.tile((level, column, row))).get("bundles", []):
                found[bundle["source"], bundle["target"]] = bundle
    return found


def test_from_afar_lines_lead_between_containers_and_are_counted() -> None:
    atlas = Atlas.of(of_networks(), Graph())
    far = bundles_of(atlas, 0)
    assert {pair: (each["count"], each["kind"]) for pair, each in far.items()} == {
        ("n0", "n1"): (6, ""),  # of two kinds; most of them point this way
        ("n0", "n2"): (1, "uses"),
    }
    bundle = far["n0", "n1"]
    # From border to border, on the height of both middles; the number stands half way.
    assert bundle["points"] == [[2900, 1500], [3100, 1500]]
    assert (bundle["label"], bundle["label_at"]) == ("6", [3000, 1500])
    assert far["n0", "n2"]["label"] is None
    # Where the machines are there themselves, their own lines are, and no bundle.
    last = atlas.levels.count - 1
    assert last > 1 and bundles_of(atlas, last) == {}
    own = {edge["id"] for tile in atlas._lines for edge in orjson.loads(atlas.tile(tile))["edges"]}
    assert "n0-0001>n1-0007" in own


def test_a_map_that_was_kept_is_the_same_map(scene: Scene, atlas: Atlas) -> None:
    for made in (atlas, Atlas.of(settled(of_networks()), Graph(), version="v2")):
        of = scene if made is atlas else settled(of_networks())
        again, read = unpacked(packed(of, made))
        assert again.to_document() == of.to_document()
        assert read.document() == made.document()
        for layer in ("", *made.document()["layers"]):
            for tile in list(made._tiles)[:50]:
                assert read.tile(tile, layer) == made.tile(tile, layer)
        assert packed(again, read) == packed(of, made)


def shop() -> tuple[Scene, Graph]:
    """Two accounts; in the first a network of two subnets with a machine each; and what serves them."""

    def box(id: str, parent: str | None, **more: Any) -> SceneNode:
        container = not id.startswith("m")
        members = [] if id.startswith("account") else [id]
        return SceneNode(id, parent, container, id, members=members, width=100, height=100, **more)

    nodes = [
        box("account-1", None, role="account"),
        box("vpc", "account-1", role="network"),
        box("subnet-1", "vpc"),
        box("subnet-2", "vpc"),
        box("m1", "subnet-1"),
        box("m2", "subnet-2"),
        box("account-2", None, role="account"),
        box("m3", "account-2"),
    ]
    parents = {"subnet-1": "vpc", "subnet-2": "vpc", "m1": "subnet-1", "m2": "subnet-2", "nic": "subnet-1"}
    parents |= {"sg": "vpc", "routes": "vpc", "both": "vpc"}
    ids = [
        "vpc",
        "subnet-1",
        "subnet-2",
        "m1",
        "m2",
        "nic",
        "sg",
        "routes",
        "both",
        "role",
        "policy",
        "key",
        "lost",
    ]
    resources = {id: resource(id, parent=parents.get(id)) for id in ids}
    resources["m3"] = resource("m3", account="2")
    resources["lost"] = resource("lost", account="3")
    said = [
        ("nic", "m1", LinkKind.ATTACHED_TO),
        ("nic", "subnet-1", LinkKind.CONTAINS),
        ("nic", "sg", LinkKind.GUARDED_BY),
        ("nic", "m2", LinkKind.USES),
        ("m1", "sg", LinkKind.GUARDED_BY),
        ("m2", "sg", LinkKind.GUARDED_BY),
        ("routes", "subnet-2", LinkKind.ATTACHED_TO),
        ("m2", "both", LinkKind.USES),
        ("m3", "both", LinkKind.USES),
        ("m3", "role", LinkKind.RUNS_AS),
        ("policy", "role", LinkKind.ATTACHED_TO),
    ]
    scene = Scene("grid", "enterprise", 500, 500, nodes, [], SceneSummary())
    return scene, Graph(resources, [Link(*each) for each in said])


def test_each_resource_without_a_box_belongs_to_the_box_that_it_serves() -> None:
    scene, graph = shop()
    atlas = Atlas.of(scene, graph, version="v1")
    hidden = graph.resources.keys() - {node.id for node in scene.nodes}
    hosts = {id: None if (at := atlas.host(id)) is None else scene.nodes[at].id for id in hidden}
    assert hosts == {
        "nic": "m1",  # the machine it is attached to, not the subnet it lies in
        "sg": "vpc",  # guards one machine in each subnet: the container around both
        "routes": "subnet-2",
        "both": "vpc",  # serves two accounts, which nothing is around: where it lies
        "role": "m3",
        "policy": "m3",  # by way of the role
        "key": "account-1",  # serves nothing, lies in nothing
        "lost": None,  # its account has no box
    }
    everywhere = [item.id for items in atlas.folded.values() for item in items]
    assert sorted(everywhere) == sorted(
        id for id in graph.resources if id not in {node.id for node in scene.nodes}
    )

    # The box says how many, and lists them behind the boxes in it; the map lists what belongs to no box.
    vpc = atlas.children("vpc")
    assert ([scene.nodes[at].id for at in vpc.nodes], [item.id for item in vpc.folded]) == (
        ["subnet-1", "subnet-2"],
        ["both", "sg"],
    )
    pages = [atlas.children("vpc", start, 1) for start in range(4)]
    assert [(len(page.nodes), len(page.folded), page.more) for page in pages] == [
        (1, 0, True),
        (1, 0, True),
        (0, 1, True),
        (0, 1, False),
    ]
    assert [item.id for item in atlas.children("vpc", only_folded=True).folded] == ["both", "sg"]
    assert [item.id for item in atlas.children("m3").folded] == ["policy", "role"]
    assert [item.id for item in atlas.children("", 2).folded] == ["lost"]
    assert orjson.loads(atlas.row(atlas.showing("vpc")))["folds"] == 2
    assert "folds" not in orjson.loads(atlas.row(atlas.showing("subnet-1")))
    assert atlas.first_shown(["lost", "policy"]) == ("policy", atlas.showing("m3"))
    with pytest.raises(NotFound):
        atlas.first_shown(["lost"])
    # All of it is there again when the map was kept.
    _, read = unpacked(packed(scene, atlas))
    assert read.folded == atlas.folded
    assert scene_of(packed(scene, atlas))[1].to_document() == scene.to_document()


def test_what_is_no_kept_map_is_refused(scene: Scene, atlas: Atlas) -> None:
    content = packed(scene, atlas)
    wrong = [b"", b"nonsense", content[:-20], zlib.compress(b"[]"), zlib.compress(b'{"format":"other"}')]
    document = orjson.loads(zlib.decompress(content))
    document["layers"]["state"]["of_node"] = "AAAA"
    wrong.append(zlib.compress(orjson.dumps(document)))
    document = orjson.loads(zlib.decompress(content))
    document["folded"] = [[len(scene.nodes), []]]
    wrong.append(zlib.compress(orjson.dumps(document)))
    for each in wrong:
        with pytest.raises(BadInput, match="no map that was kept"):
            unpacked(each)
