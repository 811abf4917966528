"""Pictures of changes: what is new, gone or different since another look, and what has its fair room."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.diagram.graphs import graph_of, thing

from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.scene import Scene, build
from cloudviz.inventory.model import Graph, Link, LinkKind, Resource
from cloudviz.inventory.select import Selection
from cloudviz.jobs.draw import draw


def machine(name: str, **fields: object) -> Resource:
    return replace(thing(name, "virtual_machine"), name=name, **fields)  # type: ignore[arg-type]


def graph(*resources: Resource) -> Graph:
    return Graph({item.id: item for item in resources})


def changes_in(scene: Scene) -> dict[str, str | None]:
    return {node.label: node.change for node in scene.nodes if not node.container}


def test_what_is_new_gone_and_different_is_marked_and_what_is_gone_is_drawn():
    before = graph(machine("alone"), machine("leaving"), machine("other"))
    after = graph(machine("alone"), machine("coming"), machine("other", state="stopped"))
    scene = draw(after, Selection(), PictureOptions(max_nodes=0), "json", before=before).scene
    assert changes_in(scene) == {"alone": None, "leaving": "removed", "coming": "added", "other": "changed"}
    assert scene.summary.changes == {"added": 1, "removed": 1, "changed": 1}
    assert scene.summary.resources == 4
    assert scene.to_document()["summary"]["changes"] == {"added": 1, "changed": 1, "removed": 1}


def test_a_new_machine_is_not_hidden_in_the_stack_of_its_like():
    machines = [machine(f"web-{at}") for at in range(9)]
    scene = build(graph(*machines), PictureOptions(), changes={machines[4].id: "added"})
    leaves = [node for node in scene.nodes if not node.container]
    assert sorted((node.count, node.change) for node in leaves) == [(1, "added"), (8, None)]
    assert len([node for node in build(graph(*machines), PictureOptions()).nodes if not node.container]) == 1


def test_what_is_collapsed_says_how_much_of_it_is_new():
    resources = [
        replace(thing(f"{account}-{kind}-{at}", kind), account=account)
        for account in ("1", "2", "3")
        for kind in ("virtual_machine", "bucket", "queue", "function")
        for at in range(3)
    ]
    changes = {resources[0].id: "added", resources[1].id: "removed", resources[20].id: "changed"}
    scene = build(graph(*resources), PictureOptions(max_nodes=3), changes=changes)
    told = {node.change: node.sublabel for node in scene.nodes if node.count > 1}
    assert set(told) <= {None, "changed", "added", "removed"}
    assert any(line.startswith("+1 −1") or line == "~1" for line in told.values()), told


def test_without_an_earlier_look_nothing_is_marked():
    scene = build(graph_of(thing("a", "bucket")), PictureOptions())
    assert {node.change for node in scene.nodes} == {None}
    assert scene.summary.changes == {}


def test_a_small_account_keeps_its_detail_beside_a_large_one():
    def pair(account: str, region: str, first: str, second: str) -> tuple[list[Resource], Link]:
        names = f"{account}-{region}-{first}", f"{account}-{region}-{second}"
        things = [
            replace(thing(name, kind), account=account, region=region)
            for name, kind in zip(names, (first, second), strict=True)
        ]
        return things, Link(*names, LinkKind.USES)

    regions = [f"eu-west-{at}" for at in range(1, 13)]
    pairs = [pair("large", region, "virtual_machine", "database") for region in regions]
    # A function and its queue tell a little less than a machine and its database: alone that would decide it.
    pairs.append(pair("small", "eu-west-1", "function", "queue"))
    estate = Graph({item.id: item for things, _ in pairs for item in things}, [link for _, link in pairs])
    scene = build(estate, PictureOptions(max_nodes=36))
    parents = {node.id: node.parent for node in scene.nodes}

    def account_of(key: str) -> str:
        while (outer := parents[key]) is not None:
            key = outer
        return key

    shown = [node for node in scene.nodes if not node.container and account_of(node.id).endswith("small")]
    assert len(scene.nodes) <= 36
    assert sum(node.count for node in scene.nodes if not node.container) == len(estate.resources)
    assert len(shown) == 2, [node.label for node in shown]


def test_like_regions_share_the_room_of_their_account_and_a_bundle_counts_what_is_in_it():
    resources: dict[str, Resource] = {}
    links: list[Link] = []
    for region in ("eu-west-1", "eu-west-2", "us-east-1", "us-west-2"):
        for at in range(12):
            network = replace(thing(f"{region}-net-{at}", "network"), region=region, name=f"{region} net {at}")
            server = replace(thing(f"{region}-vm-{at}", "virtual_machine"), region=region, parent=network.id)
            database = replace(thing(f"{region}-db-{at}", "database"), region=region, parent=network.id)
            resources.update({item.id: item for item in (network, server, database)})
            links.append(Link(server.id, database.id, LinkKind.USES))
    scene = build(Graph(resources, links), PictureOptions(max_nodes=40))
    roles = {node.id: node.role for node in scene.nodes}
    open_networks = [node.parent for node in scene.nodes if node.container and node.role == "network"]
    counts = [open_networks.count(key) for key, role in roles.items() if role == "region"]
    assert len(counts) == 4 and max(counts) - min(counts) <= 2, counts
    bundles = [node for node in scene.nodes if node.id.startswith("bundle:")]
    assert bundles
    for node in bundles:
        networks = sum(resources[member].kind == "network" for member in node.members)
        assert node.label == f"{networks} networks"
