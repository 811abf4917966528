"""``/webhooks``: registered, shown without secrets, tried out, told; and ``webhook_url`` of a discovery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from standardwebhooks.webhooks import Webhook
from tests.api.serving import Server, assert_problem, instance, serve, settings_with
from tests.jobs.receiver import Receiver, receiving, reply

INSIDE = {"outbound": {"allowed_hosts": ["127.0.0.1"]}, "webhooks": {"poll_seconds": 0.05, "timeout_seconds": 60}}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as each:
        yield each


@pytest.fixture
async def telling(database_url: str, tmp_path: Path) -> AsyncIterator[Server]:
    """A server with its worker, which may ask receivers on this machine."""
    async for each in serve(settings_with(database_url, tmp_path, **INSIDE), embedded_worker=True):
        yield each


async def come(receiver: Receiver, path: str, count: int) -> list[Any]:
    async with asyncio.timeout(60):
        while len(receiver.at(path)) < count:
            await asyncio.sleep(0.02)
    return receiver.at(path)


async def taken(server: Server, hook: str, count: int) -> list[dict[str, Any]]:
    """The deliveries, once so many are delivered."""
    async with asyncio.timeout(60):
        while True:
            items = (await server.get(f"/webhooks/{hook}/deliveries?status=delivered")).json()["items"]
            if len(items) >= count:
                return list(items)
            await asyncio.sleep(0.02)


async def test_a_change_is_told_with_its_summary_and_links(telling: Server, receiver: Receiver) -> None:
    asked = {"url": receiver.url("/200"), "events": ["change.detected"], "description": "on call"}
    made = await telling.post("/webhooks/register", json=asked)
    assert made.status_code == 201, made.text
    hook = made.json()
    assert (hook["status"], hook["shape"], hook["url"]) == ("active", "standard", receiver.url("/200"))
    assert hook["secret"].startswith("whsec_") and made.headers["location"] == f"/webhooks/{hook['id']}"
    one = await telling.record([instance(1), instance(2)])
    two = await telling.record([instance(1, state="stopped"), instance(3)])
    (message,) = await come(receiver, "/200", 1)
    told = Webhook(hook["secret"]).verify(message.body, message.headers)
    assert (told["type"], told["subject"], told["severity"]) == ("change.detected", f"discovery:{two}", "info")
    data = told["data"]
    assert (data["added"], data["changed"], data["removed"], data["since"]) == (1, 1, 1, one)
    assert [each["name"] for each in data["examples"]["removed"]] == ["web-2"]
    links = data["links"]
    assert links["diff"] == f"/visualization/diff?a={one}&b={two}"
    shown = await telling.get(links["picture"])
    assert shown.status_code == 200 and shown.content.startswith(b"\x89PNG")
    assert (await telling.get(links["diff"])).json()["removed"][0]["name"] == "web-2"
    (delivery,) = await taken(telling, hook["id"], 1)
    assert delivery["message_id"] == message.headers["webhook-id"]
    assert [each["response_status"] for each in delivery["attempts"]] == [200]
    actions = {each.action for each in await telling.store.audit.page(target=hook["id"])}
    assert "webhook.added" in actions


async def test_what_people_do_with_a_webhook(telling: Server, receiver: Receiver) -> None:
    made = (await telling.post("/webhooks/register", json={"url": receiver.url("/hook?key=s3cret")})).json()
    path, secret = f"/webhooks/{made['id']}", made["secret"]
    receiver.answers["/hook?key=s3cret"] = reply(204)
    assert made["url"] == receiver.url("/hook?…")
    sent = await telling.post(f"{path}/ping")
    assert sent.status_code == 202, sent.text
    await taken(telling, made["id"], 1)
    found = (await telling.get(sent.headers["location"])).json()
    assert (found["event"], found["status"]) == ("webhook.ping", "delivered")
    again = await telling.post(f"{path}/deliveries/{found['id']}/redeliver")
    assert again.status_code == 202 and again.json()["status"] == "waiting"
    messages = await come(receiver, "/hook?key=s3cret", 2)
    assert messages[0].headers["webhook-id"] == messages[1].headers["webhook-id"]
    turned = (await telling.post(f"{path}/rotate", json={})).json()
    assert turned["secret"] != secret
    assert (await telling.post(f"{path}/pause")).json()["status"] == "paused"
    assert_problem(await telling.post(f"{path}/ping"), 409, "conflict")
    await telling.store.events.append("job.failed", "job:1", {"job_id": "1", "kind": "draw", "n": 5})
    async with asyncio.timeout(60):
        while not (await telling.get(f"{path}/deliveries?status=waiting")).json()["items"]:
            await asyncio.sleep(0.02)
    assert len(receiver.came) == 2
    assert (await telling.post(f"{path}/resume")).json()["status"] == "active"
    third = (await come(receiver, "/hook?key=s3cret", 3))[2]
    for each in (secret, turned["secret"]):
        assert Webhook(each).verify(third.body, third.headers)["type"] == "job.failed"
    changed = await telling.ask("PUT", path, json={"events": ["discovery.failed"], "filters": {"tags": {"a": ""}}})
    assert changed.json()["events"] == ["discovery.failed"] and changed.json()["filters"] == {"tags": {"a": ""}}
    listed = await telling.get("/webhooks")
    assert [each["id"] for each in listed.json()["items"]] == [made["id"]]
    for text in (listed.text, changed.text, (await telling.get(f"{path}/deliveries")).text):
        assert secret not in text and "s3cret" not in text
    assert (await telling.ask("DELETE", path)).status_code == 204
    assert_problem(await telling.get(f"{path}/deliveries"), 404, "not_found")


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://169.254.169.254/latest/meta-data"},
        {"url": "https://10.0.0.1/"},
        {"url": "https://u:canary@hooks.example.org/"},
        {"url": "javascript:alert(1)"},
        {"events": ["no.such"]},
        {"shape": "discord"},
        {"secret": "whsec_canary"},
        {"secret": "canary" * 20},
        {"filters": {"min_severity": "canary"}},
        {"filters": {"regions": ["x"]}},
        {"filters": {"min_changes": -1}},
        {"filters": {"providers": ["canary"]}},
        {"description": "x" * 501},
        {"retries": 5},
    ],
)
async def test_webhooks_that_are_refused(light_server: Server, change: dict[str, Any]) -> None:
    asked = {"url": "https://93.184.215.14/hook", **change}
    assert "canary" not in str(
        assert_problem(await light_server.post("/webhooks/register", json=asked), 422, "invalid")
    )
    assert (await light_server.get("/webhooks")).json()["items"] == []


async def test_the_address_of_slack_is_a_secret_and_nothing_steers_it(light_server: Server) -> None:
    asked = {"url": "https://93.184.215.14/services/T0/B0/canary", "shape": "slack"}
    made = (await light_server.post("/webhooks/register", json=asked)).json()
    assert made["url"] == "https://93.184.215.14/…"
    assert "canary" not in (await light_server.get("/webhooks")).text


async def test_a_discovery_tells_the_address_that_it_was_asked_with(telling: Server, receiver: Receiver) -> None:
    """Its credential is broken on purpose: that it fails is told too."""
    asked = {"webhook_url": receiver.url("/200"), "regions": ["eu-west-1"], "role_arn": "arn:aws:iam::1:role/none"}
    headers = {"Idempotency-Key": "once"}
    accepted = await telling.post("/aws/discover", json=asked, headers=headers)
    assert accepted.status_code == 202, accepted.text
    discovery, hook = accepted.json()["discovery_id"], accepted.json()["webhook_id"]
    repeated = (await telling.post("/aws/discover", json=asked, headers=headers)).json()
    assert (repeated["discovery_id"], repeated["webhook_secret"]) == (discovery, None)
    assert receiver.url("/200") not in (await telling.get(f"/discoveries/{discovery}")).text
    await telling.store.discoveries.finish(discovery, "failed", "tests say so")
    await telling.store.discoveries.finish(await telling.store.discoveries.create("aws", "aws:9", {}), "failed")
    message = (await come(receiver, "/200", 1))[0]
    told = Webhook(accepted.json()["webhook_secret"]).verify(message.body, message.headers)
    assert (told["type"], told["data"]["discovery_id"]) == ("discovery.failed", discovery)
    assert (await telling.get(f"/webhooks/{hook}")).json()["subject"] == f"discovery:{discovery}"
    for each in receiver.came:
        assert orjson.loads(each.body)["subject"] == f"discovery:{discovery}", "and of no other"
    refused = await telling.post("/gcp/discover", json={"webhook_url": "http://169.254.169.254/"})
    assert_problem(refused, 422, "invalid")
