"""What a picture shows: containment, folding, stacking, the budget, and that nothing is counted twice or lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.diagram.estates import estate
from tests.unit.diagram.graphs import graph_of, graphs, node, shuffled, small_estate, thing

from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.scene import Scene, build
from cloudviz.errors import Invalid, NotFound
from cloudviz.inventory.model import Graph

EVERYTHING = PictureOptions(max_nodes=0)


def inside(scene: Scene) -> dict[str, str | None]:
    return {node.id: node.parent for node in scene.nodes}


def adds_up(graph: Graph, scene: Scene) -> None:
    """The counts of the leaves are the resources, and every resource of the graph is counted once."""
    leaves = [each for each in scene.nodes if not each.container]
    assert sum(each.count for each in leaves) == scene.summary.resources
    assert len(leaves) == scene.summary.shown
    assert all(len(each.members) == each.count for each in leaves)
    summary = scene.summary
    assert summary.resources + summary.containers + sum(summary.hidden.values()) == len(graph.resources)


def test_a_hand_made_estate_stands_where_an_architect_would_draw_it():
    graph = small_estate()
    scene = build(graph, EVERYTHING)
    account, region = "account:aws/1", "region:aws/1/eu-west-1"
    zone_a, zone_b = "zone:vpc/eu-west-1a", "zone:vpc/eu-west-1b"
    assert inside(scene) == {
        account: None,
        "zone": account,
        region: account,
        "vpc": region,
        "alb": "vpc",
        zone_a: "vpc",
        "pub-a": zone_a,
        "nat": "pub-a",
        "app-a": zone_a,
        "web-1": "app-a",
        "web-2": "app-a",
        "web-3": "app-a",
        zone_b: "vpc",
        "app-b": zone_b,
        "web-4": "app-b",
        "jobs": region,
        "loose-disk": region,
    }
    assert node(scene, "vpc").label == "VPC prod 10.0.0.0/16"
    assert node(scene, region).label == "Region eu-west-1 (Ireland)"
    assert node(scene, "pub-a").role == "subnet_public"
    assert node(scene, "app-a").role == "subnet_private"
    assert scene.summary.hidden == {"security_group": 1, "volume": 1, "role": 1, "target_group": 1}
    assert scene.summary.containers == 4
    adds_up(graph, scene)


def test_regional_services_beside_networks_stand_in_groups_by_tier():
    graph = small_estate()
    for kind in ("function", "bucket", "secret"):
        graph.resources[kind] = thing(kind, kind)
    parents = inside(build(graph, EVERYTHING))
    region = "region:aws/1/eu-west-1"
    assert parents["jobs"] == parents["function"] == f"group:{region}/Integration & compute"
    assert parents["bucket"] == parents["loose-disk"] == f"group:{region}/Data"
    assert parents["secret"] == region  # a group of one would be a frame that says nothing


def test_a_link_through_a_folded_target_group_becomes_one_link_with_its_port():
    scene = build(small_estate(), EVERYTHING)
    assert [(edge.source, edge.target, edge.kind, edge.label) for edge in scene.edges] == [
        ("alb", f"web-{n}", "routes_to", "8080") for n in (1, 2, 3, 4)
    ]


def test_like_siblings_become_one_stack_named_by_what_they_share():
    graph = small_estate()
    scene = build(graph, PictureOptions())
    stack = next(each for each in scene.nodes if each.count == 3)
    assert (stack.parent, stack.label, stack.sublabel) == ("app-a", "web", "m6i.large")
    assert stack.members == ["web-1", "web-2", "web-3"]
    to_stack = next(edge for edge in scene.edges if edge.target == stack.id)
    assert (to_stack.source, to_stack.count) == ("alb", 3)
    adds_up(graph, scene)


def test_siblings_with_other_ties_stay_apart_while_there_is_room():
    links = (
        ("fn-1", "orders", "uses"),
        ("fn-2", "orders", "uses"),
        ("fn-3", "orders", "uses"),
        ("fn-4", "bills", "uses"),
    )
    graph = graph_of(
        *(thing(f"fn-{n}", "function") for n in (1, 2, 3, 4)),
        thing("orders", "table"),
        thing("bills", "table"),
        links=links,
    )
    shown = {tuple(each.members) for each in build(graph, PictureOptions()).nodes if not each.container}
    assert ("fn-1", "fn-2", "fn-3") in shown and ("fn-4",) in shown
    crowded = {
        tuple(each.members) for each in build(graph, PictureOptions(max_nodes=5)).nodes if not each.container
    }
    assert ("fn-1", "fn-2", "fn-3", "fn-4") in crowded


def test_instances_of_a_scaling_group_stack_under_its_name():
    graph = graph_of(
        thing("vpc", "network"),
        thing("sub", "subnet", parent="vpc"),
        thing("asg", "scaling_group", name="web-asg", type="aws.autoscaling.group"),
        thing("tg", "target_group"),
        thing("alb", "load_balancer", parent="vpc"),
        thing("i-1", "virtual_machine", parent="sub", name="i-0a1"),
        thing("i-2", "virtual_machine", parent="sub", name="i-9f2"),
        links=(
            ("asg", "i-1", "contains"),
            ("asg", "i-2", "contains"),
            ("asg", "tg", "attached_to"),
            ("alb", "tg", "routes_to"),
        ),
    )
    scene = build(graph, PictureOptions())
    stack = next(each for each in scene.nodes if each.count == 2)
    assert (stack.label, stack.parent) == ("web-asg", "sub")
    assert [(edge.source, edge.target, edge.count) for edge in scene.edges] == [("alb", stack.id, 2)]
    adds_up(graph, scene)


def test_rules_between_security_groups_become_lines_between_what_they_guard():
    graph = graph_of(
        thing("web", "virtual_machine"),
        thing("db", "database"),
        thing("sg-web", "firewall"),
        thing("sg-db", "firewall"),
        links=(("web", "sg-web", "guarded_by"), ("db", "sg-db", "guarded_by"), ("sg-web", "sg-db", "routes_to")),
    )
    assert [(edge.source, edge.target) for edge in build(graph, PictureOptions()).edges] == [("web", "db")]


def test_an_azure_machine_stands_in_the_subnet_of_its_interface():
    graph = graph_of(
        thing("net", "network", provider="azure", type="azure.network.virtual_network"),
        thing("sub", "subnet", provider="azure", parent="net"),
        thing("group", "resource_group", provider="azure"),
        thing("vm", "virtual_machine", provider="azure", parent="group"),
        thing("nic", "network_interface", provider="azure", parent="sub"),
        links=(("vm", "nic", "attached_to"),),
    )
    scene = build(graph, PictureOptions())
    assert inside(scene)["vm"] == "sub"
    assert scene.summary.containers == 3
    adds_up(graph, scene)


def test_a_gcp_network_is_global_and_holds_regions():
    graph = graph_of(
        thing("net", "network", provider="gcp", region=""),
        thing("sub", "subnet", provider="gcp", region="europe-west1", parent="net"),
        thing("vm", "virtual_machine", provider="gcp", region="europe-west1", parent="sub"),
    )
    scene = build(graph, PictureOptions())
    assert inside(scene)["sub"] == "region:net/europe-west1"
    assert inside(scene)["region:net/europe-west1"] == "net"
    assert inside(scene)["net"] == "account:gcp/1"


def test_a_database_over_several_subnets_stands_in_that_of_its_zone():
    graph = graph_of(
        thing("vpc", "network"),
        thing("a", "subnet", parent="vpc", zone="z-a"),
        thing("b", "subnet", parent="vpc", zone="z-b"),
        thing("db", "database", parent="vpc", zone="z-b"),
        thing("fn", "function", parent="vpc"),
        links=(
            ("db", "a", "member_of"),
            ("db", "b", "member_of"),
            ("fn", "a", "member_of"),
            ("fn", "b", "member_of"),
        ),
    )
    scene = build(graph, EVERYTHING)
    assert (inside(scene)["db"], inside(scene)["fn"]) == ("b", "vpc")
    assert scene.edges == []


def test_parents_that_are_missing_circular_or_no_container_are_skipped():
    graph = graph_of(
        thing("lost", "virtual_machine", parent="nowhere"),
        thing("one", "subnet", parent="two"),
        thing("two", "subnet", parent="one"),
        thing("self", "network", parent="self"),
        thing("task", "container_service", parent="cluster"),
        thing("cluster", "container_cluster", parent="self"),
    )
    scene = build(graph, EVERYTHING)
    assert inside(scene)["task"] == "self"
    assert inside(scene)["lost"] in (
        "region:aws/1/eu-west-1",
        "group:region:aws/1/eu-west-1/Integration & compute",
    )
    adds_up(graph, scene)


def test_a_picture_of_plumbing_alone_shows_the_plumbing():
    graph = graph_of(thing("sg-1", "firewall"), thing("role", "identity"))
    scene = build(graph, PictureOptions())
    assert {each.id for each in scene.nodes if not each.container} == {"sg-1", "role"}
    assert scene.summary.hidden == {}


def test_an_empty_graph_gives_an_empty_scene():
    scene = build(Graph(), PictureOptions(title="Nothing"))
    assert (scene.nodes, scene.edges, scene.summary.resources) == ([], [], 0)


@pytest.mark.parametrize("size", [30, 100, 400, 2000])
@pytest.mark.parametrize("budget", [1, 10, 50, 100])
def test_the_budget_is_kept_and_the_counts_with_it(size, budget):
    graph = estate(size)
    scene = build(graph, PictureOptions(max_nodes=budget))
    clouds = len({item.provider for item in graph.resources.values()})
    assert len(scene.nodes) <= max(budget, clouds)
    adds_up(graph, scene)


def test_empty_subnets_are_collapsed_before_busy_ones():
    graph = small_estate()
    for number in range(40):
        vpc = f"idle-{number}"
        graph.resources[vpc] = thing(vpc, "network", region="us-east-1")
        for letter in "abc":
            key = f"{vpc}-{letter}"
            graph.resources[key] = thing(key, "subnet", parent=vpc, region="us-east-1", zone=f"us-east-1{letter}")
    scene = build(graph, PictureOptions(max_nodes=25))
    assert "app-a" in inside(scene)
    idle = next(each for each in scene.nodes if each.label == "40 networks")
    assert (idle.count, idle.role) == (160, "network")
    adds_up(graph, scene)


@pytest.mark.parametrize("budget", [10, 20, 40])
def test_subnets_in_subnets_keep_the_budget_too(budget):
    deep = [thing("s-0", "subnet", parent="net")]
    deep += [thing(f"s-{at}", "subnet", parent=f"s-{at - 1}") for at in range(1, 12)]
    kinds = ("virtual_machine", "database", "function", "bucket")
    inside = [thing(f"{kind}-{at}", kind, parent=f"s-{at}") for at in range(12) for kind in kinds]
    graph = graph_of(thing("net", "network"), *deep, *inside)
    scene = build(graph, PictureOptions(max_nodes=budget))
    assert budget // 2 <= len(scene.nodes) <= budget
    adds_up(graph, scene)


def test_costs_are_summed_per_box_and_shown_when_asked_for():
    graph = small_estate()
    for key, cost in (("web-1", "70.08"), ("web-2", "70.08"), ("web-3", "70.08"), ("disk", "8"), ("jobs", "0.5")):
        graph.resources[key] = replace(graph.resources[key], cost_monthly=Decimal(cost), currency="USD")
    scene = build(graph, PictureOptions(show_costs=True))
    stack = next(each for each in scene.nodes if each.count == 3)
    assert stack.cost_monthly == Decimal("210.24")
    assert stack.sublabel == "m6i.large · $210/mo"
    assert node(scene, "app-a").cost_monthly == Decimal("218.24")  # with the folded disk of web-1
    assert (scene.summary.cost_monthly, scene.summary.currency) == (Decimal("218.74"), "USD")
    quiet = build(graph, PictureOptions())
    assert quiet.summary.cost_monthly == Decimal("218.74")
    assert all(each.cost_monthly is None for each in quiet.nodes)


@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        ("account", {"account:aws/1"}),
        ("region", {"account:aws/1"}),
        ("network", {"group:network/vpc", "group:network/network"}),
        (
            "kind",
            {
                f"group:kind/{kind}"
                for kind in ("gateway", "load_balancer", "virtual_machine", "disk", "queue", "dns_zone")
            },
        ),
        ("tag:app", {"group:tag:app/=shop", "group:tag:app/"}),
    ],
)
def test_grouping_by_one_thing(group_by, expected):
    graph = small_estate()
    graph.resources["jobs"] = replace(graph.resources["jobs"], tags={"app": "shop"})
    scene = build(graph, PictureOptions(group_by=group_by))
    assert {each.id for each in scene.nodes if each.parent is None} == expected
    adds_up(graph, scene)


def test_an_unknown_grouping_is_refused():
    with pytest.raises(Invalid, match="weather"):
        build(small_estate(), PictureOptions(group_by="weather"))


def test_the_focus_shows_what_is_within_so_many_hops():
    scene = build(small_estate(), PictureOptions(focus="web-4", hops=1))
    assert {each.id for each in scene.nodes if not each.container} == {"web-4", "alb"}
    wider = build(small_estate(), PictureOptions(focus="web-4", hops=2, max_nodes=0))
    assert {each.id for each in wider.nodes if not each.container} == {"web-4", "alb", "web-1", "web-2", "web-3"}
    container = build(small_estate(), PictureOptions(focus="app-b", hops=0))
    assert {each.id for each in container.nodes if not each.container} == {"web-4"}
    group = build(small_estate(), PictureOptions(focus="sg", hops=0))
    assert {each.id for each in group.nodes if not each.container} == {"sg", "web-1"}


def test_a_network_whose_contents_are_out_of_focus_is_not_called_empty():
    inside = replace(thing("inside", "virtual_machine"), parent="net")
    graph = graph_of(thing("net", "network"), inside, thing("db", "database"), links=(("db", "net", "uses"),))
    whole = graph_of(thing("net", "network"), thing("db", "database"), links=(("db", "net", "uses"),))

    def words(of):
        scene = build(of, PictureOptions(focus="db", hops=1))
        return {each.id: each.sublabel for each in scene.nodes if not each.container}["net"]

    assert "empty" not in words(graph)
    assert words(whole) == "empty"


def test_a_focus_that_is_not_there_is_refused():
    with pytest.raises(NotFound, match="nowhere"):
        build(small_estate(), PictureOptions(focus="nowhere"))


def test_many_lines_into_one_key_are_left_out():
    links = tuple((f"bucket-{n}", "key", "uses") for n in range(8))
    graph = graph_of(*(thing(f"bucket-{n}", "bucket") for n in range(8)), thing("key", "key"), links=links)
    assert build(graph, EVERYTHING).edges == []
    few = Graph(graph.resources, graph.links[:2])
    assert len(build(few, EVERYTHING).edges) == 2


@pytest.mark.parametrize("budget", [0, 20, 100])
def test_the_order_of_the_input_does_not_matter(budget):
    graph = estate(300)
    options = PictureOptions(max_nodes=budget, show_costs=True)
    first = orjson.dumps(build(graph, options).to_document())
    assert all(orjson.dumps(build(shuffled(graph, seed), options).to_document()) == first for seed in range(3))


@settings(max_examples=300, deadline=None)
@given(graphs(), st.sampled_from([0, 1, 5, 100]), st.sampled_from(["", "account", "network", "kind", "tag:x"]))
def test_any_graph_gives_a_scene_that_adds_up(graph, budget, group_by):
    scene = build(graph, PictureOptions(max_nodes=budget, group_by=group_by, show_costs=True))
    adds_up(graph, scene)
    ids = [each.id for each in scene.nodes]
    assert len(set(ids)) == len(ids)
    assert all(edge.source in ids and edge.target in ids for edge in scene.edges)
    seen: set[str | None] = {None}
    for each in scene.nodes:  # parents come before their children
        assert each.parent in seen
        seen.add(each.id)
    orjson.dumps(scene.to_document())
