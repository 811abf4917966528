"""The demo estate: real shapes, consistent ids, three looks whose differences were counted by hand."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import lru_cache

import orjson

from cloudviz.inventory.model import CoverageStatus, Graph, Problem
from cloudviz.normalise import normalise
from cloudviz.sources.demo import snapshots
from cloudviz.sources.demo.aws_place import AwsPlace
from cloudviz.sources.demo.estate import Estate
from cloudviz.sources.demo.history import PLANS, _all


@lru_cache(maxsize=1)
def looks() -> list[tuple[Graph, list[Problem]]]:
    return [normalise(snapshot.items) for snapshot in snapshots()]


def test_three_looks_a_week_apart():
    assert [snapshot.taken_at for snapshot in snapshots()] == [
        "2026-11-10T06:00:00Z",
        "2026-11-17T06:00:00Z",
        "2026-11-24T06:00:00Z",
    ]


def test_every_item_becomes_one_resource_without_a_problem():
    for snapshot, (graph, problems) in zip(snapshots(), looks(), strict=True):
        assert problems == []
        assert len(graph.resources) == len(snapshot.items)


def test_about_four_hundred_resources_in_three_clouds():
    graph, _ = looks()[-1]
    counts = Counter(item.provider for item in graph.resources.values())
    assert set(counts) == {"aws", "azure", "gcp"}
    assert 360 <= sum(counts.values()) <= 440
    assert min(counts.values()) >= 45


def test_every_reference_resolves_but_those_to_what_no_list_holds():
    # Databases name the key that AWS keeps for them, which is not among the account's own.
    managed = {AwsPlace(Estate(PLANS[0]), region).kms_key("aws/rds") for region in ("us-east-1", "eu-west-1")}
    for graph, _ in looks():
        assert {link.target for link in graph.links if not link.resolved} == managed


def test_a_denied_service_leaves_references_from_what_was_not_seen():
    graph, _ = looks()[1]
    assert {link.source for link in graph.links if link.source not in graph.resources} == {
        "arn:aws:dynamodb:us-east-1:123456789012:table/carts",
        "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
    }


def test_the_second_look_was_denied_the_tables_of_one_region():
    for index, snapshot in enumerate(snapshots()):
        gaps = [entry for entry in snapshot.coverage if entry.status != CoverageStatus.SEEN]
        if index != 1:
            assert gaps == []
            continue
        (gap,) = gaps
        assert (gap.status, gap.region, gap.type, gap.permission, gap.count) == (
            CoverageStatus.DENIED,
            "us-east-1",
            "aws.dynamodb.table",
            "dynamodb:ListTables",
            0,
        )
        graph, _ = looks()[1]
        assert [item.name for item in graph.of_type("aws.dynamodb.table")] == ["consents"]


def test_coverage_counts_what_was_listed():
    for snapshot in snapshots():
        listed = Counter((item.scope.provider, item.type_key) for item in snapshot.items)
        for provider in ("aws", "azure", "gcp"):
            counted = sum(entry.count for entry in snapshot.coverage if entry.provider == provider)
            assert counted == sum(count for (name, _), count in listed.items() if name == provider)


def test_the_looks_differ_as_planned():
    first, second, third = (graph.resources for graph, _ in looks())
    names = {
        "gone after the first": {first[key].name for key in first.keys() - second.keys()},
        "new in the third": {third[key].name for key in third.keys() - second.keys()},
    }
    tables = {"orders", "carts", "inventory", "idempotency-keys"}
    assert names["gone after the first"] == tables | {"legacy-reports", "legacy-reports-data-1"}
    assert {"loyalty", "loyalty-dlq", "loyalty-points", "features", "acme-loyalty-imports"} <= names[
        "new in the third"
    ]
    # Not looked at is not gone: the tables are back with the ids they had.
    assert {key for key in first if "table/orders" in key} <= third.keys()
    writer = "arn:aws:rds:us-east-1:123456789012:db:orders-db-writer"
    assert [look[writer].properties["size"] for look in (first, second, third)] == [
        "db.r6g.large",
        "db.r6g.xlarge",
        "db.r6g.xlarge",
    ]


def test_machines_hang_together_as_they_were_built():
    graph, _ = looks()[0]
    (alb,) = [item for item in graph.of_type("aws.elbv2.alb") if item.name == "web-alb"]
    web = {
        item.id for item in graph.of_type("aws.ec2.instance") if item.name == "web" and item.region == "us-east-1"
    }
    assert len(web) == 18  # six in each of three zones
    groups = {link.target for link in graph.links if link.source == alb.id and link.kind == "routes_to"}
    targets = {link.target for link in graph.links if link.source in groups and link.kind == "routes_to"}
    assert targets == web
    zones = Counter(graph.resources[graph.resources[key].parent or ""].name for key in web)
    assert zones == {"prod-app-a": 6, "prod-app-b": 6, "prod-app-c": 6}


def test_names_that_break_software_are_kept_as_they_are():
    names = {item.name for item in looks()[0][0].resources.values()}
    assert '<script>alert("cloudviz")</script>' in names
    assert "\U0001f680 launch-pad" in names
    assert "خادم التقارير" in names
    assert max(map(len, names)) > 150


def test_no_environment_variable_is_kept():
    graph, _ = looks()[0]
    text = orjson.dumps([dict(item.properties) for item in graph.resources.values()]).decode()
    assert "DATABASE_PASSWORD" in text
    assert "never shown" not in text


def test_unknown_types_are_kept():
    graph, _ = looks()[2]
    natives = {item.native_type for item in graph.resources.values() if item.type.endswith(".other")}
    assert "microsoft.portal/dashboards" in natives


def test_costs_belong_to_resources_and_are_sane():
    for snapshot, (graph, _) in zip(snapshots(), looks(), strict=True):
        stray = {key for key in snapshot.costs if key not in graph.resources}
        # A bill is not blind where a scan is: the denied tables still cost money.
        assert {key.rsplit("/", 1)[0] for key in stray} <= {"arn:aws:dynamodb:us-east-1:123456789012:table"}
        assert all(amount >= 0 for amount in snapshot.costs.values())
        assert Decimal(10_000) < sum(snapshot.costs.values()) < Decimal(40_000)


def test_the_same_bytes_every_time():
    def as_bytes() -> bytes:
        return orjson.dumps(
            [[(item.native_type, item.type_key, dict(item.body)) for item in each.items] for each in snapshots()]
        )

    before = as_bytes()
    _all.cache_clear()
    assert as_bytes() == before
