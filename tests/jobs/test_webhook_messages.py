"""What is sent to whom: filters, and the shapes of Slack and Teams, with hostile names in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.api.serving import instance
from tests.jobs.receiver import Clock

from cloudviz.inventory.model import Coverage, Graph, Resource
from cloudviz.jobs.webhooks.endpoints import Endpoints, shape_of, shown
from cloudviz.jobs.webhooks.messages import SLACK, TEAMS, message
from cloudviz.jobs.webhooks.spreading import Spreader, is_touched, is_wanted
from cloudviz.runtime.outbound import Outbound
from cloudviz.runtime.settings import OutboundSettings, Settings
from cloudviz.store import Store
from cloudviz.store.events import EventRecord
from cloudviz.store.webhooks import WebhookRecord

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
HOSTILE = "<!channel> *all* _of_ <https://evil.example|you> [x](http://y) `rm` & ~z~ \u202e\x1b[31m" + "x" * 900
CHANGE: dict[str, Any] = {
    "type": "change.detected",
    "timestamp": "2026-11-24T08:00:00Z",
    "subject": "discovery:1",
    "severity": "info",
    "data": {
        "provider": "aws",
        "source": "aws:prod",
        "added": 2000,
        "changed": 1,
        "removed": 1,
        "examples": {
            "added": [{"id": "a", "name": HOSTILE, "type": "aws.ec2.instance"}] * 20,
            "changed": [{"id": "b", "name": "web-1", "type": "aws.ec2.instance"}],
            "removed": [{"id": "c", "name": "", "type": "aws.s3.bucket"}],
        },
        "links": {
            "picture": "https://cv.example.org/picture",
            "diff": "/visualization/diff",
            "map": "javascript:x",
        },
    },
}


def hook(**changes: Any) -> WebhookRecord:
    plain = WebhookRecord(
        "w", "", "standard", (), {}, "active", "", "", "", 0, "k", "ann", NOW, None, None, None, b""
    )
    return replace(plain, **changes)


def event(kind: str = "change.detected", **body: Any) -> EventRecord:
    return EventRecord(1, NOW, kind, "discovery:1", {"provider": "aws", "source": "aws:123", "added": 3, **body})


@pytest.mark.parametrize(
    ("changes", "happened", "wanted"),
    [
        ({}, event(), True),
        ({"events": ("change.detected",)}, event(), True),
        ({"events": ("job.failed",)}, event(), False),
        ({"subject": "discovery:1"}, event(), True),
        ({"subject": "discovery:2"}, event(), False),
        ({"filters": {"providers": ["azure", "aws"]}}, event(), True),
        ({"filters": {"providers": ["azure"]}}, event(), False),
        ({"filters": {"min_severity": "warning"}}, event(), False),
        ({"filters": {"min_severity": "warning"}}, event("discovery.partial"), True),
        ({"filters": {"min_severity": "error"}}, event("discovery.partial"), False),
        ({"filters": {"min_severity": "error"}}, event("cost.threshold", severity="error"), True),
        ({"filters": {"min_changes": 3}}, event(), True),
        ({"filters": {"min_changes": 4}}, event(), False),
        ({"filters": {"min_changes": 4}}, event("discovery.failed"), True),
        ({"filters": {"min_amount": 100}}, event("cost.threshold", amount=99.5), False),
        ({"filters": {"min_amount": 100}}, event("cost.threshold", amount="100.00"), True),
        ({"filters": {"min_amount": 100}}, event("cost.threshold", amount=None), True),
        ({"filters": {"min_amount": 100}}, event("cost.anomaly", amount=99.5), False),
    ],
)
def test_who_wants_what(changes: dict[str, Any], happened: EventRecord, wanted: bool) -> None:
    assert is_wanted(happened, hook(**changes)) is wanted


@pytest.mark.parametrize(
    ("filters", "touched", "wanted"),
    [
        ({}, [], True),
        ({"accounts": ["1"]}, [("1", {}), ("2", {})], True),
        ({"accounts": ["3"]}, [("1", {}), ("2", {})], False),
        ({"tags": {"env": "prod"}}, [("1", {"env": "prod"})], True),
        ({"tags": {"env": ""}}, [("1", {"env": "x"})], True),
        ({"tags": {"env": "prod"}}, [("1", {"env": "dev"})], False),
        ({"accounts": ["1"], "tags": {"env": "prod"}}, [("1", {}), ("2", {"env": "prod"})], False),
        ({"tags": {"env": "prod"}}, None, True),
    ],
)
def test_who_wants_to_know_of_these_resources(filters: Any, touched: Any, wanted: bool) -> None:
    assert is_touched(event(), hook(filters=filters), touched) is wanted


def test_a_failed_scan_is_of_the_account_that_it_names() -> None:
    for source, wanted in (("aws:1", True), ("aws:2", False), ("aws:profile/prod", True), ("aws:2,1", True)):
        failed = event("discovery.failed", source=source)
        assert is_touched(failed, hook(filters={"accounts": ["1"]}), []) is wanted


def test_slack_neither_mentions_nor_links_nor_formats_what_a_cloud_says() -> None:
    body = message(CHANGE, SLACK)
    assert message(CHANGE, SLACK) == body
    told = orjson.loads(body)
    assert [each["type"] for each in told["blocks"]] == ["header", "section", "section", "actions", "context"]
    assert told["text"].startswith("🔵 Changes detected: 2,000 added, 1 changed, 1 removed in aws:prod")
    text = told["blocks"][1]["text"]["text"]
    assert len(text) <= 3000
    assert "<" not in text and "\u202e" not in text and "\x1b" not in text
    assert "&lt;!channel&gt; *\u200ball" in text
    assert text.index("− c") < text.index("+ ") and text.endswith(" more")
    assert [each["url"] for each in told["blocks"][3]["elements"]] == ["https://cv.example.org/picture"]


def test_teams_gets_an_adaptive_card() -> None:
    body = message(CHANGE, TEAMS)
    assert len(body) < 28_000
    (attachment,) = orjson.loads(body)["attachments"]
    card = attachment["content"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {each["type"] for each in card["body"]} == {"TextBlock", "FactSet"}
    assert [each["url"] for each in card["actions"]] == ["https://cv.example.org/picture"]
    written = body.decode()
    assert "[x](http" not in written and "\\u202e" not in written


@pytest.mark.parametrize("shape", [SLACK, TEAMS])
@pytest.mark.parametrize(
    "document",
    [
        {},
        {"type": "x" * 5000, "data": None},
        {"type": "change.detected", "data": {"added": "many", "examples": [1]}},
        {"type": "job.failed", "severity": "odd", "data": {"error": None, "kind": HOSTILE}},
        {"type": "discovery.partial", "data": {"changes": [], "resources": None, "links": {}}},
        {"type": "diagram.ready", "data": {"metadata": "?"}},
        {"type": "cost.anomaly", "data": {"expected": "?", "summary": HOSTILE}},
        {"type": "cost.threshold", "data": {"amount": 12.5, "currency": "EUR", "name": HOSTILE}},
    ],
)
def test_whatever_an_event_holds_a_message_comes_of_it(shape: str, document: dict[str, Any]) -> None:
    assert orjson.loads(message(document, shape))


def test_addresses_of_services_are_known_and_not_shown() -> None:
    slack = "https://hooks.slack.com/services/T0/B0/secret"
    assert (shape_of(slack), shown(slack, SLACK)) == (SLACK, "https://hooks.slack.com/…")
    assert shape_of("https://prod-1.westeurope.logic.azure.com:443/workflows/x?sig=y") == TEAMS
    assert shape_of("https://x.webhook.office.com/y") == TEAMS
    assert shape_of("https://hooks.slack.com.evil.example/x") == "standard"
    assert shown("https://h.example.org/a/b?token=x", "standard") == "https://h.example.org/a/b?…"


async def test_tags_of_what_changed_decide_and_what_was_before_a_webhook_is_not_for_it(
    store: Store, tmp_path: Path
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14"]

    clock = Clock()
    kept = Endpoints.of(Settings(data_dir=tmp_path), store, Outbound(OutboundSettings(), resolve))

    async def scanned(*resources: Resource) -> None:
        discovery = await store.discoveries.create("aws", "aws:profile/prod", {})
        graph = Graph({each.id: each for each in resources})
        seen = [Coverage("aws", "123456789012", "eu-west-1", "aws.ec2.instance", "seen", len(resources))]
        clock.forward(hours=1)
        await store.inventories.record(discovery, graph, seen, [], clock())
        await store.discoveries.finish(discovery, "completed")

    await scanned(instance(1))
    await scanned(instance(1, state="stopped"))
    hooks = {
        name: (await kept.register("https://hooks.example.org/", "ann", events=events, filters=filters)).record.id
        for name, events, filters in (
            ("all", [], {}),
            ("prod", ["change.detected"], {"tags": {"env": "prod"}}),
            ("dev", ["change.detected"], {"tags": {"env": "dev"}, "accounts": ["123456789012"]}),
            ("elsewhere", ["change.detected"], {"accounts": ["210987654321"]}),
        )
    }
    await scanned(instance(1, state="stopped"), instance(2, tags={"env": "dev"}))
    await Spreader(store, "https://cv.example.org/").step(clock())
    while await Spreader(store, "https://cv.example.org/").step(clock()):
        pass
    told = {
        name: sorted(each.kind for each in (await store.deliveries.page(hook_id)).items)
        for name, hook_id in hooks.items()
    }
    assert told == {
        "all": ["change.detected", "discovery.completed"],
        "prod": [],
        "dev": ["change.detected"],
        "elsewhere": [],
    }
    (delivery,) = (await store.deliveries.page(hooks["dev"])).items
    links = delivery.document["data"]["links"]
    assert all(each.startswith("https://cv.example.org/") for each in links.values())
    assert links["picture"].endswith("since=2026-11-24T10%3A00%3A00Z&at=2026-11-24T11%3A00%3A00Z")
