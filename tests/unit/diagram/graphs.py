"""Graphs for the diagram's tests: written by hand, shuffled, and any at all."""

from __future__ import annotations

import random
from decimal import Decimal

from hypothesis import strategies as st

from cloudviz.catalogue.kinds import Kind
from cloudviz.diagram.scene import Scene
from cloudviz.inventory.model import Graph, Link, LinkKind, Resource


def thing(key: str, kind: str, **more) -> Resource:
    more.setdefault("name", key)
    more.setdefault("type", f"aws.test.{kind}")
    more.setdefault("account", "1")
    more.setdefault("region", "eu-west-1")
    return Resource(id=key, provider=more.pop("provider", "aws"), native_type="T", kind=kind, **more)


def graph_of(*resources: Resource, links: tuple[tuple[str, str, str], ...] = ()) -> Graph:
    return Graph({item.id: item for item in resources}, [Link(*link) for link in links])


def small_estate() -> Graph:
    """One web application, written out by hand."""
    return graph_of(
        thing("vpc", "network", name="prod", properties={"address_range": "10.0.0.0/16"}),
        thing("pub-a", "subnet", parent="vpc", zone="eu-west-1a", properties={"public": True}),
        thing("app-a", "subnet", parent="vpc", zone="eu-west-1a"),
        thing("app-b", "subnet", parent="vpc", zone="eu-west-1b"),
        thing("nat", "gateway", parent="pub-a"),
        thing("alb", "load_balancer", parent="vpc"),
        thing("tg", "target_group", parent="vpc", type="aws.elbv2.target_group", properties={"port": 8080}),
        *(
            thing(f"web-{n}", "virtual_machine", parent="app-a", properties={"size": "m6i.large"})
            for n in (1, 2, 3)
        ),
        thing("web-4", "virtual_machine", parent="app-b"),
        thing("sg", "firewall", parent="vpc", type="aws.ec2.security_group"),
        thing("disk", "disk", type="aws.ec2.volume"),
        thing("loose-disk", "disk", type="aws.ec2.volume"),
        thing("role", "identity", type="aws.iam.role", region=""),
        thing("jobs", "queue"),
        thing("zone", "dns_zone", region=""),
        links=(
            ("alb", "tg", LinkKind.ROUTES_TO),
            *(("tg", f"web-{n}", LinkKind.ROUTES_TO) for n in (1, 2, 3, 4)),
            ("web-1", "sg", LinkKind.GUARDED_BY),
            ("web-1", "disk", LinkKind.ATTACHED_TO),
            ("web-1", "role", LinkKind.RUNS_AS),
            ("alb", "vpc", LinkKind.MEMBER_OF),
        ),
    )


def node(scene: Scene, key: str):
    return next(each for each in scene.nodes if each.id == key)


def shuffled(graph: Graph, seed: int) -> Graph:
    keys, links = list(graph.resources), list(graph.links)
    chance = random.Random(seed)
    chance.shuffle(keys)
    chance.shuffle(links)
    return Graph({key: graph.resources[key] for key in keys}, links)


NAMES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["<script>", '"', "مرحبا", "👩‍👩‍👧" * 4, "x" * 1000, "\u202eevil", "a\nb"]),
)
KEYS = [f"r{n}" for n in range(9)]


@st.composite
def graphs(draw) -> Graph:
    """Any small graph: parents that are missing or go in circles, strange names, kinds and links."""
    resources = []
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=9)):
        resources.append(
            Resource(
                key,
                draw(st.sampled_from(["aws", "azure", "gcp", "openstack"])),
                draw(st.sampled_from(["aws.ec2.instance", "aws.other", "", "x.y.z"])),
                draw(st.sampled_from(["AWS::EC2::Instance", "", "microsoft.web/sites"])),
                draw(st.sampled_from([*Kind, "nonsense"])),
                draw(NAMES),
                draw(st.sampled_from(["", "1", "2"])),
                draw(st.sampled_from(["", "global", "eu-west-1", "us-east-1"])),
                draw(st.sampled_from([None, "a", "b"])),
                draw(st.sampled_from([None, "gone", *KEYS])),
                cost_monthly=draw(st.sampled_from([None, Decimal("1.5")])),
            )
        )
    ends = st.sampled_from(KEYS)
    links = draw(st.lists(st.builds(Link, ends, ends, st.sampled_from([*LinkKind, "odd"])), max_size=14))
    return Graph({item.id: item for item in resources}, links)
