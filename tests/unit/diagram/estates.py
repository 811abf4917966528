"""Estates of any size for the diagram's tests and benchmarks: the same number gives the same estate.

A unit is a small application as companies run it: a network over two zones with public, application and data
subnets, a load balancer before a scaling group, a database, plumbing, and the regional services around it. Larger
estates are more units over more regions, accounts and clouds, each a little different.
"""

from __future__ import annotations

from decimal import Decimal

from cloudviz.inventory.model import Graph, Link, Resource

REGIONS = {
    "aws": ("eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2"),
    "azure": ("westeurope", "northeurope", "eastus"),
    "gcp": ("europe-west1", "us-central1"),
}
APPS = ("shop", "orders", "billing", "search", "media", "identity", "reports", "partner", "mobile", "archive")
TYPES = {
    "network": ("aws.ec2.vpc", "azure.network.virtual_network", "gcp.compute.network"),
    "subnet": ("aws.ec2.subnet", "azure.network.subnet", "gcp.compute.subnetwork"),
    "gateway": ("aws.ec2.nat_gateway", "azure.network.nat_gateway", "gcp.compute.router"),
    "load_balancer": ("aws.elbv2.alb", "azure.network.load_balancer", "gcp.compute.forwarding_rule"),
    "target_group": ("aws.elbv2.target_group", "azure.network.backend_pool", "gcp.compute.backend_service"),
    "virtual_machine": ("aws.ec2.instance", "azure.compute.virtual_machine", "gcp.compute.instance"),
    "database": ("aws.rds.instance", "azure.sql.database", "gcp.sqladmin.instance"),
    "cache": ("aws.elasticache.cluster", "azure.cache.redis", "gcp.redis.instance"),
    "function": ("aws.lambda.function", "azure.web.function", "gcp.cloudfunctions.function"),
    "queue": ("aws.sqs.queue", "azure.servicebus.queue", "gcp.pubsub.subscription"),
    "topic": ("aws.sns.topic", "azure.servicebus.topic", "gcp.pubsub.topic"),
    "table": ("aws.dynamodb.table", "azure.documentdb.account", "gcp.firestore.database"),
    "bucket": ("aws.s3.bucket", "azure.storage.account", "gcp.storage.bucket"),
    "key": ("aws.kms.key", "azure.keyvault.key", "gcp.cloudkms.key"),
    "secret": ("aws.secretsmanager.secret", "azure.keyvault.secret", "gcp.secretmanager.secret"),
    "alarm": ("aws.cloudwatch.alarm", "azure.insights.alert", "gcp.monitoring.alert"),
    "firewall": ("aws.ec2.security_group", "azure.network.security_group", "gcp.compute.firewall"),
    "network_interface": ("aws.ec2.network_interface", "azure.network.network_interface", "gcp.compute.address"),
    "disk": ("aws.ec2.volume", "azure.compute.disk", "gcp.compute.disk"),
    "identity": ("aws.iam.role", "azure.managedidentity.identity", "gcp.iam.service_account"),
    "route_table": ("aws.ec2.route_table", "azure.network.route_table", "gcp.compute.route"),
    "cdn": ("aws.cloudfront.distribution", "azure.cdn.profile", "gcp.compute.cdn"),
    "dns_zone": ("aws.route53.hosted_zone", "azure.network.dns_zone", "gcp.dns.zone"),
}
CLOUDS = ("aws", "azure", "gcp")


class Builder:
    """Adds resources until the estate has its size."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.graph = Graph()

    @property
    def full(self) -> bool:
        return len(self.graph.resources) >= self.size

    def add(self, cloud, account, region, kind, name, *, parent=None, zone=None, cost=None, **properties) -> str:
        """One resource; nothing once the estate is full. Returns its id either way."""
        key = f"{cloud}:{account}:{region}:{kind}/{name}"
        if not self.full and key not in self.graph.resources:
            type_key = TYPES[kind][CLOUDS.index(cloud)]
            self.graph.resources[key] = Resource(
                key,
                cloud,
                type_key,
                type_key,
                kind,
                name,
                account,
                region,
                zone,
                parent,
                "running",
                {"app": name.split("-")[0]},
                None if cost is None else Decimal(str(cost)),
                None if cost is None else "USD",
                properties,
            )
        return key

    def link(self, source: str, target: str, kind: str) -> None:
        if source in self.graph.resources and target in self.graph.resources:
            self.graph.links.append(Link(source, target, kind))


def estate(size: int, *, clouds: tuple[str, ...] = CLOUDS, units_per_region: int = 3) -> Graph:
    """An estate of exactly ``size`` resources."""
    builder = Builder(size)
    unit = 0
    while not builder.full:
        place = unit // units_per_region
        cloud = clouds[place % len(clouds)]
        regions = REGIONS[cloud]
        region = regions[place // len(clouds) % len(regions)]
        account = f"{100000000000 + place // (len(clouds) * len(regions)):012d}"
        _unit(builder, cloud, account, region, unit)
        unit += 1
    return builder.graph


def _unit(builder: Builder, cloud: str, account: str, region: str, unit: int) -> None:
    app = f"{APPS[unit % len(APPS)]}{unit // len(APPS) or ''}"

    def add(kind, name, **more):
        return builder.add(cloud, account, more.pop("region", region), kind, f"{app}-{name}", **more)

    vpc = add("network", "net", region="" if cloud == "gcp" else region, address_range=f"10.{unit % 250}.0.0/16")
    balancer = add("load_balancer", "lb", parent=vpc, cost=22.5)
    targets = add("target_group", "targets", parent=vpc, port=8080)
    builder.link(balancer, targets, "routes_to")
    groups = {name: add("firewall", f"sg-{name}", parent=vpc) for name in ("lb", "web", "data")}
    builder.link(groups["lb"], groups["web"], "routes_to")
    builder.link(groups["web"], groups["data"], "routes_to")
    builder.link(balancer, groups["lb"], "guarded_by")
    zones = ("a", "b") if cloud != "azure" else ("",)
    role = add("identity", "role", region="")
    queue = add("queue", "jobs")
    for index, letter in enumerate(zones):
        zone = f"{region}{letter}" if letter else None
        number = index * 10
        public = add("subnet", f"public-{letter}", parent=vpc, zone=zone, public=True,
                     address_range=f"10.{unit % 250}.{number}.0/24")  # fmt: skip
        private = add("subnet", f"app-{letter}", parent=vpc, zone=zone,
                      address_range=f"10.{unit % 250}.{number + 1}.0/24")  # fmt: skip
        data = add("subnet", f"data-{letter}", parent=vpc, zone=zone,
                   address_range=f"10.{unit % 250}.{number + 2}.0/24")  # fmt: skip
        add("gateway", f"nat-{letter}", parent=public, zone=zone, cost=32.85)
        table = add("route_table", f"routes-{letter}", parent=vpc)
        builder.link(table, private, "attached_to")
        for machine in range(2 + unit % 4):
            web = add("virtual_machine", f"web-{letter}{machine + 1}", parent=private, zone=zone, cost=70.08,
                      size="m6i.large")  # fmt: skip
            builder.link(targets, web, "routes_to")
            builder.link(web, groups["web"], "guarded_by")
            builder.link(web, role, "runs_as")
            builder.link(web, queue, "uses")
            disk = add("disk", f"disk-{letter}{machine + 1}", zone=zone, cost=8)
            builder.link(web, disk, "attached_to")
            card = add("network_interface", f"nic-{letter}{machine + 1}", parent=private)
            builder.link(card, web, "attached_to")
        database = add("database", f"db-{letter}", parent=data, zone=zone, cost=210.5, engine="postgres")
        builder.link(database, groups["data"], "guarded_by")
        if unit % 2 == 0:
            cache = add("cache", f"cache-{letter}", parent=data, zone=zone, cost=48)
            builder.link(cache, groups["data"], "guarded_by")
    bucket = add("bucket", "assets", cost=3.1)
    table = add("table", "events", cost=1.2)
    topic = add("topic", "news")
    builder.link(topic, queue, "routes_to")
    for number in range(1 + unit % 5):
        function = add("function", f"fn-{number + 1}", runtime="python3.12", cost=0.4)
        builder.link(queue, function, "routes_to")
        builder.link(function, table, "uses")
        if number == 0:
            builder.link(function, bucket, "uses")
    key = add("key", "key", cost=1)
    builder.link(bucket, key, "uses")
    add("secret", "db-password", cost=0.4)
    for number in range(unit % 3):
        add("alarm", f"alarm-{number + 1}")
    if unit % 3 == 0:
        site = add("cdn", "site", region="")
        zone = add("dns_zone", "zone", region="")
        builder.link(zone, site, "routes_to")
        builder.link(site, bucket, "uses")
        builder.link(site, balancer, "routes_to")
