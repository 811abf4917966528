"""Scenes placed by hand, for tests of the renderers: what they draw must not depend on any layout."""

from __future__ import annotations

from decimal import Decimal

from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode, SceneSummary

_W, _H = 120.0, 92.0


def _box(
    id: str, parent: str | None, role: str, label: str, sub: str, at: tuple[float, float, float, float]
) -> SceneNode:
    kind = {"subnet_public": "subnet", "subnet_private": "subnet", "group": ""}.get(role, role)
    x, y, width, height = at
    return SceneNode(
        id, parent, True, label, sub, kind=kind, role=role, provider="aws", x=x, y=y, width=width, height=height
    )


def _leaf(
    id: str, parent: str | None, kind: str, label: str, sub: str, x: float, y: float, count: int = 1
) -> SceneNode:
    members = [id] if count == 1 else [f"{id}/{number}" for number in range(count)]
    return SceneNode(
        id, parent, False, label, sub, f"aws.{kind}", kind, "aws", count=count, members=members, x=x, y=y,
        width=_W, height=_H,
    )  # fmt: skip


def _edge(source: str, target: str, *points: tuple[float, float], kind: str = "uses", label: str | None = None,
          count: int = 1) -> SceneEdge:  # fmt: skip
    return SceneEdge(f"{source}>{target}", source, target, kind, count, list(points), label)


def web_estate(theme: str = "enterprise", title: str = "") -> Scene:
    """A classic web estate in one region, after the picture that ours must reach."""
    nodes = [
        _box("acct", None, "account", "AWS account acme-prod", "123456789012", (40, 40, 1500, 1010)),
        _box("reg", "acct", "region", "Region us-east-1", "N. Virginia", (64, 210, 1452, 816)),
        _box("vpc", "reg", "network", "VPC prod", "10.0.0.0/16", (88, 258, 852, 744)),
        _box("za", "vpc", "zone", "Availability Zone us-east-1a", "", (112, 428, 390, 550)),
        _box("zb", "vpc", "zone", "Availability Zone us-east-1b", "", (526, 428, 390, 550)),
        _box("puba", "za", "subnet_public", "Public subnet", "10.0.1.0/24", (136, 470, 342, 150)),
        _box("pubb", "zb", "subnet_public", "Public subnet", "10.0.2.0/24", (550, 470, 342, 150)),
        _box("appa", "za", "subnet_private", "Private subnet · app", "10.0.11.0/24", (136, 640, 342, 150)),
        _box("appb", "zb", "subnet_private", "Private subnet · app", "10.0.12.0/24", (550, 640, 342, 150)),
        _box("data", "za", "subnet_private", "Private subnet · data", "10.0.21.0/24", (136, 812, 342, 150)),
        _box("datb", "zb", "subnet_private", "Private subnet · data", "10.0.22.0/24", (550, 812, 342, 150)),
        _box("int", "reg", "group", "Integration & compute", "", (980, 258, 512, 290)),
        _box("dat", "reg", "group", "Data & artefacts", "", (980, 570, 512, 170)),
        _box("sec", "reg", "group", "Security & operations", "", (980, 762, 512, 170)),
        _leaf("r53", "acct", "dns_zone", "acme.example", "Route 53", 250, 88),
        _leaf("cf", "acct", "cdn", "CloudFront", "d1x…cloudfront", 420, 88),
        _leaf("waf", "acct", "firewall", "acme-web-acl", "WAF", 590, 88),
        _leaf("igw", "vpc", "gateway", "igw-0a1", "Internet gateway", 300, 304),
        _leaf("alb", "vpc", "load_balancer", "web-alb", "443 · 2 AZ", 520, 304),
        _leaf("nata", "puba", "gateway", "nat-a", "52.1.4.9", 166, 512),
        _leaf("bast", "puba", "virtual_machine", "bastion", "t3.micro", 322, 512),
        _leaf("natb", "pubb", "gateway", "nat-b", "52.1.7.2", 661, 512),
        _leaf("asga", "appa", "scaling_group", "web-asg", "m6i.large", 166, 684, 9),
        _leaf("svca", "appa", "container_service", "orders svc", "Fargate tasks", 322, 684, 4),
        _leaf("asgb", "appb", "scaling_group", "web-asg", "m6i.large", 580, 684, 9),
        _leaf("svcb", "appb", "container_service", "orders svc", "Fargate tasks", 736, 684, 4),
        _leaf("dba", "data", "database_cluster", "orders-db", "writer · r6g.xl", 166, 854),
        _leaf("ca", "data", "cache", "session-cache", "primary", 322, 854),
        _leaf("dbb", "datb", "database_cluster", "orders-db", "reader · r6g.xl", 580, 854),
        _leaf("cb", "datb", "cache", "session-cache", "replica", 736, 854),
        _leaf("api", "int", "api", "orders-api", "HTTP API", 1010, 302),
        _leaf("fn", "int", "function", "Functions", "python3.12", 1180, 302, 12),
        _leaf("wf", "int", "workflow", "fulfilment", "state machine", 1350, 302),
        _leaf("q", "int", "queue", "Queues", "incl. 3 DLQ", 1010, 440, 6),
        _leaf("t", "int", "topic", "Topics", "", 1180, 440, 3),
        _leaf("bus", "int", "stream", "clicks", "2 shards", 1350, 440),
        _leaf("b", "dat", "bucket", "Buckets", "3.1 TB", 1010, 620, 5),
        _leaf("tab", "dat", "table", "Tables", "on-demand", 1180, 620, 4),
        _leaf("disk", "dat", "file_share", "shared-home", "EFS", 1350, 620),
        _leaf("idp", "sec", "identity", "customers", "user pool", 1010, 812),
        _leaf("kms", "sec", "key", "KMS keys", "", 1180, 812, 5),
        _leaf("secr", "sec", "secret", "Secrets", "rotated", 1350, 812, 8),
    ]
    edges = [
        _edge("r53", "cf", (370, 134), (420, 134), kind="routes_to"),
        _edge("cf", "waf", (540, 134), (590, 134), kind="guarded_by"),
        _edge("waf", "igw", (650, 180), (650, 240), (360, 240), (360, 304), kind="routes_to", label="HTTPS"),
        _edge("igw", "alb", (420, 350), (520, 350), kind="routes_to"),
        _edge("alb", "asga", (580, 396), (580, 414), (514, 414), (514, 802), (226, 802), (226, 776), count=9),
        _edge("alb", "asgb", (580, 396), (580, 414), (514, 414), (514, 730), (580, 730), count=9),
        _edge("asga", "dba", (166, 730), (124, 730), (124, 900), (166, 900), label="5432"),
        _edge("svca", "ca", (442, 730), (466, 730), (466, 900), (442, 900), label="6379"),
        _edge("svcb", "cb", (856, 730), (880, 730), (880, 900), (856, 900), label="6379"),
        _edge("svcb", "q", (856, 745), (960, 745), (960, 486), (1010, 486), label="orders"),
        _edge("dba", "dbb", (226, 946), (226, 956), (640, 956), (640, 946), kind="replicates", label="replica"),
        _edge("cf", "api", (480, 180), (480, 198), (968, 198), (968, 348), (1010, 348), label="/api"),
        _edge("api", "fn", (1130, 348), (1180, 348)),
        _edge("fn", "wf", (1300, 348), (1350, 348)),
        _edge("t", "q", (1180, 486), (1130, 486)),
        _edge("fn", "tab", (1240, 394), (1240, 416), (1164, 416), (1164, 598), (1240, 598), (1240, 620), count=4),
        _edge("fn", "bus", (1240, 394), (1240, 416), (1410, 416), (1410, 440)),
    ]  # fmt: skip
    summary = SceneSummary(
        resources=107,
        shown=31,
        links=140,
        links_shown=17,
        hidden={"network_interface": 31, "security_group": 14, "route_table": 8, "identity": 22},
        gaps=3,
    )
    return Scene("hierarchical", theme, 1580, 1110, nodes, edges, summary, title)


def changes_and_costs(theme: str = "enterprise") -> Scene:
    """One card for each change, costs, names in other scripts, a low card and an edge without points."""
    nodes = [
        _box("acct", None, "account", "Subscription payments", "東京", (40, 88, 760, 330)),
        _leaf("a", "acct", "virtual_machine", "веб-1", "added", 64, 140),
        _leaf("b", "acct", "database", "orders-db", "db.r6g.xlarge", 214, 140),
        _leaf("c", "acct", "bucket", "قاعدة البيانات", "removed", 364, 140),
        _leaf("d", "acct", "queue", "emoji 😀 queue", "", 514, 140, 1234),
        _leaf("e", "acct", "secret", "日本語サーバー", "key", 664, 140),
        _leaf("f", "acct", "function", "thumbnail-maker-with-a-long-name", "python3.12", 64, 300),
        _leaf("g", "acct", "key", "Ελληνικά ключ", "", 364, 300),
    ]
    nodes[1].change, nodes[2].change, nodes[3].change = "added", "changed", "removed"
    nodes[2].cost_monthly, nodes[4].cost_monthly, nodes[6].cost_monthly = (
        Decimal("412.40"), Decimal("18204.11"), Decimal("0.4"),
    )  # fmt: skip
    nodes[7].height = 44
    edges = [
        _edge("a", "b", label="5432"),
        _edge("f", "c"),
        _edge("f", "g", kind="runs_as"),
        _edge("b", "d", kind="replicates"),
    ]
    summary = SceneSummary(
        resources=1240,
        shown=7,
        links=12,
        links_shown=4,
        cost_monthly=Decimal("18617.11"),
        currency="EUR",
        hidden={"disk": 1, "identity": 2},
        gaps=1,
    )
    return Scene("hierarchical", theme, 840, 480, nodes, edges, summary, "Payments — was und wo")
