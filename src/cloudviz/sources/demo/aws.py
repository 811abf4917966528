"""The demo's AWS account acme-prod: a classic web estate in two regions, and a forgotten sandbox."""

from __future__ import annotations

from cloudviz.sources.demo.aws_compute import (
    Machine,
    instance,
    load_balancer,
    load_balancer_arn,
    scaling_group,
    target_group,
    target_group_arn,
    volume,
)
from cloudviz.sources.demo.aws_data import AURORA, MYSQL, POSTGRES, aurora_cluster, bucket, database, table
from cloudviz.sources.demo.aws_network import Network, build_network, security_group
from cloudviz.sources.demo.aws_place import AwsPlace
from cloudviz.sources.demo.aws_services import (
    cache,
    cache_group,
    edge,
    function,
    key,
    queue,
    role,
    secret,
    secret_arn,
)
from cloudviz.sources.demo.estate import Estate

LONG_NAME = (
    "temporary-copy-of-the-quarterly-revenue-reconciliation-batch-runner-for-the-finance-department-"
    "do-not-delete-before-the-audit-of-fiscal-year-2025-is-closed-ask-accounting-first"
)


def build_aws(estate: Estate) -> None:
    """Everything of the account."""
    account = AwsPlace(estate, "")
    virginia, ireland = AwsPlace(estate, "us-east-1"), AwsPlace(estate, "eu-west-1")
    _roles(account)
    edge(account)
    _virginia(virginia)
    _ireland(ireland)
    _sandbox(ireland)
    _buckets(account, virginia, ireland)


def _roles(account: AwsPlace) -> None:
    for name in ("acme-web", "acme-orders", "acme-workers", "acme-bastion"):
        role(account, name, "ec2.amazonaws.com", profile=True)
    role(account, "acme-lambda", "lambda.amazonaws.com")
    role(account, "acme-lambda-orders", "lambda.amazonaws.com")
    role(account, "acme-ci", "", trusts="acme-bastion")
    role(account, "acme-deployer", "", trusts="acme-ci")
    role(account, "acme-backup", "backup.amazonaws.com")
    role(account, "rds-monitoring-role", "monitoring.rds.amazonaws.com")
    service = "autoscaling.amazonaws.com"
    role(account, "AWSServiceRoleForAutoScaling", service, path=f"/aws-service-role/{service}/")
    if account.plan.since(3):
        role(account, "cloudviz-reader", "", trusts="acme-ci")


def _virginia(place: AwsPlace) -> None:
    plan = place.plan
    network = build_network(place, "prod", 0, ("us-east-1a", "us-east-1b", "us-east-1c"), 2)
    _guards(place, network)
    for alias in ("ebs", "data"):
        key(place, alias)
    for name in ("prod/orders-db", "prod/stripe-key", "prod/session-signing"):
        secret(place, name)
    web = Machine("m6i.large", "web", plan.web_owner, "acme-web", (40,))
    machines = scaling_group(
        place, network, "web-asg", web, plan.web_per_zone, 20, [target_group_arn(place, "web")]
    )
    public = load_balancer(place, network, "web-alb", target_group_arn(place, "web"), group="alb")
    target_group(place, network, "web", public, 8080, machines, sick=1 if plan.moment == 2 else 0)
    orders = Machine("c6i.xlarge", "orders", "team-orders", "acme-orders", (60,))
    backends = scaling_group(place, network, "orders-asg", orders, 2, 120, [target_group_arn(place, "orders")])
    inner = load_balancer(
        place, network, "orders-nlb", target_group_arn(place, "orders"), port=8443, internal=True
    )
    target_group(place, network, "orders", inner, 8443, backends)
    workers = Machine("r6i.large", "workers", "team-data", "acme-workers", (40, 200))
    scaling_group(place, network, "workers-asg", workers, 1, 180)
    _single_machines(place, network)
    _databases(place, network)
    _functions(place, network)


def _guards(place: AwsPlace, network: Network) -> None:
    security_group(place, network, "alb", 443, title="prod-alb")
    security_group(place, network, "bastion", 22, title="prod-bastion")
    security_group(place, network, "web", 8080, ("alb",), title="prod-web")
    security_group(place, network, "orders", 8443, ("web", "bastion"), title="prod-orders")
    security_group(place, network, "workers", 0, title="prod-workers")
    security_group(place, network, "lambda", 0, title="prod-lambda")
    security_group(place, network, "db", 5432, ("orders", "lambda"), title="prod-orders-db")
    security_group(place, network, "reporting", 5432, ("workers",), title="prod-reporting-db")
    security_group(place, network, "cache", 6379, ("web",), title="prod-cache")


def _single_machines(place: AwsPlace, network: Network) -> None:
    bastion = Machine("t3.micro", "bastion", "platform", "acme-bastion", (8,), public=True)
    instance(
        place, network, "bastion", network.subnets["public", "us-east-1a"], "us-east-1a", "10.0.1.10", bastion
    )
    app = network.subnets["app", "us-east-1c"]
    if place.plan.until(1):
        legacy = Machine("t3.medium", "workers", "unknown", "", (100, 500))
        instance(place, network, "legacy-reports", app, "us-east-1c", "10.0.13.240", legacy)
    volume(place, "restore-test-2025-08", "restore-test", "us-east-1a", 500)
    volume(place, "do-not-touch?", "do-not-touch", "us-east-1b", 100)


def _databases(place: AwsPlace, network: Network) -> None:
    plan = place.plan
    members = ["orders-db-writer", "orders-db-reader-1"]
    if plan.since(3):
        members.append("orders-db-reader-2")
    for member, zone in zip(members, network.zones, strict=False):
        database(place, network, member, plan.orders_db_class, AURORA, zone, cluster="orders-db")
    aurora_cluster(place, network, "orders-db", members, secret=secret_arn(place, "prod/orders-db"))
    database(
        place,
        network,
        "reporting",
        "db.m6g.large",
        POSTGRES,
        "us-east-1b",
        storage=400,
        standby=True,
        group="reporting",
        owner="team-data",
    )
    database(
        place,
        network,
        "reporting-replica",
        "db.m6g.large",
        POSTGRES,
        "us-east-1c",
        storage=400,
        replica_of="reporting",
        group="reporting",
        owner="team-data",
    )
    if plan.until(2):
        old = "us-east-1a"
        database(
            place,
            network,
            "legacy-mysql",
            "db.t3.small",
            MYSQL,
            old,
            storage=50,
            group="reporting",
            owner="unknown",
        )
    cache_group(place, "session-cache", ("session-cache-001", "session-cache-002"), "cache.r7g.large")
    cache(place, network, "session-cache-001", "cache.r7g.large", "0.219", "us-east-1a")
    cache(place, network, "session-cache-002", "cache.r7g.large", "0.219", "us-east-1b")


def _functions(place: AwsPlace, network: Network) -> None:
    streams = {
        name: table(place, name, key_name, owner, monthly)
        for name, key_name, owner, monthly in (
            ("orders", "order_id", "team-orders", "310.12"),
            ("carts", "session_id", "team-web", "96.40"),
            ("inventory", "sku", "team-orders", "58.77"),
            ("idempotency-keys", "key", "team-orders", "12.03"),
        )
    }
    dead = {
        name: queue(place, f"{name}-dlq", "team-orders", monthly="0.40")
        for name in ("orders", "emails", "refunds")
    }
    live = {name: queue(place, name, "team-orders", dead_letters=arn) for name, arn in dead.items()}
    if place.plan.since(3):
        dead["loyalty"] = queue(place, "loyalty-dlq", "team-web", monthly="0.40")
        live["loyalty"] = queue(place, "loyalty", "team-web", dead_letters=dead["loyalty"])
        function(place, "loyalty-points", "python3.13", 512, "team-web", "6.10", sources=[live["loyalty"]])
        function(place, "loyalty-tier-mailer", "nodejs22.x", 256, "team-web", "1.15", dead_letters=dead["loyalty"])
    owner = "team-orders"
    runs_in = "acme-lambda-orders"
    function(place, "order-intake", "python3.12", 1024, owner, "41.80", role_name=runs_in, network=network)
    function(
        place,
        "order-fulfil",
        "python3.12",
        1024,
        owner,
        "38.25",
        role_name=runs_in,
        network=network,
        sources=[live["orders"]],
    )
    function(place, "order-projector", "python3.12", 512, owner, "17.90", sources=[streams["orders"]])
    function(place, "refund-worker", "python3.12", 512, owner, "4.11", sources=[live["refunds"]])
    function(place, "email-sender", "nodejs22.x", 256, "team-web", "3.32", sources=[live["emails"]])
    function(place, "cart-expiry", "nodejs22.x", 256, "team-web", "1.08", sources=[streams["carts"]])
    function(place, "image-resize", "nodejs22.x", 2048, "team-web", "22.60")
    function(place, "sitemap-nightly", "nodejs22.x", 512, "team-web", "0.35")
    function(place, "stock-sync", "java21", 2048, owner, "64.20", dead_letters=dead["orders"])
    function(place, "fraud-score", "python3.12", 3008, owner, "130.70")
    function(place, "log-shipper", "python3.12", 256, "platform", "9.90")
    retired = "python3.8" if place.plan.moment == 1 else "python3.12"
    function(place, "invoice-pdf", retired, 1536, owner, "12.75", tags={"note": "Rechnung & Beleg \u2013 \u20ac"})


def _ireland(place: AwsPlace) -> None:
    network = build_network(place, "prod-eu", 20, ("eu-west-1a", "eu-west-1b"), 1)
    for alias in ("ebs", "data"):
        key(place, alias)
    security_group(place, network, "alb", 443, title="eu-alb")
    security_group(place, network, "web", 8080, ("alb",), title="eu-web")
    security_group(place, network, "lambda", 0, title="eu-lambda")
    security_group(place, network, "db", 5432, ("web", "lambda"), title="eu-db")
    web = Machine("m6i.large", "web", place.plan.web_owner, "acme-web", (40,))
    machines = scaling_group(place, network, "web-eu-asg", web, 2, 20, [target_group_arn(place, "web-eu")])
    load_balancer(place, network, "web-eu-alb", target_group_arn(place, "web-eu"), group="alb")
    target_group(place, network, "web-eu", load_balancer_arn(place, "web-eu-alb"), 8080, machines)
    database(place, network, "profiles-db-writer", "db.r6g.large", AURORA, "eu-west-1a", cluster="profiles-db")
    database(place, network, "profiles-db-reader", "db.r6g.large", AURORA, "eu-west-1b", cluster="profiles-db")
    aurora_cluster(place, network, "profiles-db", ["profiles-db-writer", "profiles-db-reader"])
    stream = table(place, "consents", "person_id", "team-web", "21.44")
    dead = queue(place, "gdpr-requests-dlq", "team-web", monthly="0.40")
    live = queue(place, "gdpr-requests", "team-web", dead_letters=dead)
    function(place, "gdpr-export", "python3.12", 1024, "team-web", "2.20", network=network, sources=[live])
    function(place, "consent-audit", "python3.12", 256, "team-web", "0.90", sources=[stream])
    function(place, "profile-merge", "python3.12", 512, "team-web", "5.48", network=network)


def _sandbox(place: AwsPlace) -> None:
    """A network somebody once tried things in: names as people and attackers really write them."""
    network = build_network(place, "sandbox \U0001f9ea", 99, ("eu-west-1c",), 1)
    security_group(place, network, "open", 22, title="wide open \u26a0\ufe0f")
    subnet = network.subnets["public", "eu-west-1c"]
    small = Machine("t3.small", "open", "unknown", "", (20,), public=True, state="stopped")
    names = [
        '<script>alert("cloudviz")</script>',
        "\u062e\u0627\u062f\u0645 \u0627\u0644\u062a\u0642\u0627\u0631\u064a\u0631",
        "\U0001f680 launch-pad",
        LONG_NAME,
    ]
    for index, name in enumerate(names):
        instance(place, network, name, subnet, "eu-west-1c", f"10.99.1.{20 + index}", small)


def _buckets(account: AwsPlace, virginia: AwsPlace, ireland: AwsPlace) -> None:
    resize = virginia.arn("lambda", "function:image-resize")
    bucket(account, virginia, "acme-assets", "team-web", 142, notifies=resize)
    bucket(account, virginia, "acme-invoices", "team-orders", 61, own_key=True, retention="10y")
    bucket(account, virginia, "acme-access-logs", "platform", 880)
    bucket(account, virginia, "acme-tf-state", "platform", 1)
    bucket(account, ireland, "acme-eu-profiles-export", "team-web", 75, gdpr="yes")
    bucket(account, virginia, "acme-db-backups", "team-data", 2100)
    if account.plan.since(3):
        bucket(account, virginia, "acme-loyalty-imports", "team-web", 3)
