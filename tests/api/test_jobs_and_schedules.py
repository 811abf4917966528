"""Starting, following and fetching jobs; schedules, by those who may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import orjson
import pytest
from tests.api.serving import Server, assert_problem, instance

from cloudviz.inventory import document
from cloudviz.inventory.select import Selection
from cloudviz.jobs.scheduler import Scheduler
from cloudviz.jobs.worker import Worker


async def worked(server: Server) -> None:
    worker = Worker(server.store, server.settings)
    while await worker.run_once():
        pass


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.partition(": ")[::2] for line in block.splitlines())
        if "event" in lines:
            found.append((lines["event"], orjson.loads(lines["data"])))
    return found


async def heads_tell_of_files(server: Server, place: str, whole: httpx.Response) -> None:
    """What GET would say, without the file; and nothing to who may not have it."""
    head = await server.ask("HEAD", place, role="viewer")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(whole.content)
    for name in ("content-type", "content-disposition", "etag", "last-modified", "accept-ranges", "cache-control"):
        assert head.headers[name] == whole.headers[name], name
    assert (await server.ask("HEAD", place, role=None)).status_code == 401
    missing = await server.ask("HEAD", "/jobs/6f9619ff-8b86-d011-b42d-00c04fc964ff/file")
    assert (missing.status_code, missing.content) == (404, b"")


async def test_an_export_is_started_followed_and_fetched_in_parts(server: Server) -> None:
    await server.record([instance(number) for number in range(3)])
    asked = {"kind": "export", "arguments": {"format": "json"}}
    headers = {"Idempotency-Key": "e-1"}
    reply = await server.post("/jobs", json=asked, headers=headers)
    assert reply.status_code == 202, reply.text
    assert (await server.post("/jobs", json=asked, headers=headers)).json() == reply.json()
    where = reply.headers["location"]
    assert_problem(await server.get(f"{where}/file"), 404, "not_found")
    await worked(server)
    job = (await server.get(where)).json()
    assert (job["status"], job["attempt"], job["priority"]) == ("succeeded", 1, 0), job
    told = events_of((await server.get(f"{where}/events", role="viewer")).text)
    assert [what for what, _ in told] == ["started", "succeeded", "end"]
    assert told[-1][1]["result"] == job["result"]
    whole = await server.get(f"{where}/file", role="viewer")
    assert whole.content == document.to_bytes(await server.store.inventories.inventory(Selection()))
    rest = await server.get(f"{where}/file", headers={"Range": "bytes=100-"})
    assert (rest.status_code, whole.content[:100] + rest.content) == (206, whole.content)
    await heads_tell_of_files(server, f"{where}/file", whole)
    again = await server.get(f"{where}/events", headers={"Last-Event-ID": "999999"})
    assert [what for what, _ in events_of(again.text)] == ["end"]
    assert_problem(await server.get("/jobs/6f9619ff-8b86-d011-b42d-00c04fc964ff/events"), 404, "not_found")


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("export", {"format": "exe"}),
        ("export", {"path": "/etc/passwd"}),
        ("draw", {"layout": "spiral"}),
        ("draw", {"filter": "=="}),
        ("discover", {}),
        ("discover", {"provider": "aws", "resource_types": ["aws.nothing"]}),
        ("discover", {"provider": "aws", "endpoint_url": "http://169.254.169.254"}),
        ("costs", {"threshold": -1}),
        ("costs", {"month": "soon"}),
        ("import", {"paths": ["/etc/passwd"]}),
        ("no-such", {}),
    ],
)
async def test_what_can_not_be_carried_out_is_refused_now(
    light_server: Server, kind: str, arguments: dict[str, Any]
) -> None:
    reply = await light_server.post("/jobs", json={"kind": kind, "arguments": arguments}, role="admin")
    problem = assert_problem(reply, 422, "invalid")
    assert problem["hint"]
    assert (await light_server.get("/jobs")).json()["items"] == []


async def test_costs_are_summed_and_told_where_they_pass_a_threshold(server: Server) -> None:
    started = await server.post("/jobs", json={"kind": "costs"})
    await worked(server)
    refused = (await server.get(started.headers["location"])).json()
    assert refused["status"] == "failed" and "no bill" in refused["error"]["detail"]
    priced = [instance(number, cost_monthly=Decimal(50 + number), currency="USD") for number in range(2)]
    await server.record([*priced, instance(9)])
    started = await server.post("/jobs", json={"kind": "costs", "arguments": {"threshold": 100}})
    await worked(server)
    job = (await server.get(started.headers["location"])).json()
    assert job["result"]["monthly"] == {"USD": 101.0} and job["result"]["over"] == ["USD"]
    assert job["result"]["source"] == "resources"
    (told,) = await server.store.events.after(0, kinds=["cost.threshold"])
    assert (told.body["monthly"], told.body["amount"]) == (101.0, 101.0)
    assert "101.00 USD" in told.body["summary"] and "over 100.00" in told.body["summary"]
    again = {"kind": "costs", "arguments": {"threshold": 100}}
    await server.post("/jobs", json=again)
    await server.post("/jobs", json={**again, "arguments": {"threshold": 90}})
    await server.post("/jobs", json={**again, "arguments": {"threshold": 90, "account": "210987654321"}})
    await worked(server)
    told_again = await server.store.events.after(told.position, kinds=["cost.threshold"])
    assert [each.body["threshold"] for each in told_again] == [90.0], "each threshold is told once a month"


async def test_a_forecast_over_its_budget_and_an_odd_day_are_told_once(server: Server) -> None:
    days = [(f"2026-10-{day:02d}", "10") for day in range(1, 32)] + [
        (f"2026-11-{day:02d}", "90" if day == 9 else "10") for day in range(1, 11)
    ]
    header = (
        "ProviderName,BillingAccountId,BillingPeriodStart,ChargePeriodStart,BillingCurrency,BilledCost,ServiceName"
    )
    lines = [f"AWS,999,{day[:7]}-01,{day},USD,{cost},EC2" for day, cost in days]
    bill = "\n".join((header, *lines)).encode()
    await server.post("/costs/import", files={"file": ("focus.csv", bill)})
    asked = {"threshold": 350, "measure": "forecast", "anomalies": True}
    for _ in range(2):
        await server.post("/jobs", json={"kind": "costs", "arguments": asked})
        await worked(server)
    over, odd = await server.store.events.after(0, kinds=["cost.threshold", "cost.anomaly"])
    assert (over.kind, over.body["month"], over.body["amount"]) == ("cost.threshold", "2026-11", 380.0)
    assert (odd.kind, odd.body["day"], odd.body["amount"], odd.body["expected"]) == (
        "cost.anomaly", "2026-11-09", 90.0, 10.0,
    )  # fmt: skip
    assert odd.body["summary"] == "EC2 of 999 cost 90.00 USD on 2026-11-09, usually 10.00"


async def test_a_cleanup_is_for_administrators(light_server: Server) -> None:
    assert_problem(await light_server.post("/jobs", json={"kind": "cleanup"}), 403, "forbidden")
    assert (await light_server.post("/jobs", json={"kind": "cleanup"}, role="admin")).status_code == 202
    schedule = {"name": "clean", "cron": "@daily", "kind": "cleanup"}
    assert_problem(await light_server.post("/jobs/schedules", json=schedule), 403, "forbidden")
    made = await light_server.post("/jobs/schedules", json=schedule, role="admin")
    assert made.status_code == 201
    assert_problem(await light_server.ask("DELETE", made.headers["location"]), 403, "forbidden")


async def test_a_schedule_from_its_making_to_its_end(server: Server) -> None:
    asked = {
        "name": "nightly",
        "cron": "30 2 * * *",
        "time_zone": "Europe/Berlin",
        "kind": "discover",
        "arguments": {"provider": "aws", "accounts": ["123456789012"], "draw": {"theme": "dark"}},
    }
    made = await server.post("/jobs/schedules", json=asked)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert len(shown["next_runs"]) == 5 and shown["created_by"] == "operator"
    assert shown["arguments"] == asked["arguments"]
    where = made.headers["location"]
    assert (await server.get(where, role="viewer")).json() == shown
    assert (await server.get("/jobs/schedules/nightly", role="viewer")).json() == shown
    assert [each["id"] for each in (await server.get("/jobs/schedules")).json()["items"]] == [shown["id"]]
    assert_problem(await server.post("/jobs/schedules", json=asked), 409, "conflict")

    started = await server.post(f"{where}/run")
    assert started.status_code == 202
    job = await server.store.jobs.get(started.json()["job_id"])
    assert (job.kind, job.requested_by) == ("discover", "schedule:nightly")
    (run,) = (await server.get(f"{where}/runs", role="viewer")).json()["items"]
    assert (run["job_id"], run["status"]) == (job.id, "queued")

    changed = await server.ask("PUT", where, json={**asked, "paused": True})
    assert (changed.status_code, changed.json()["next_runs"]) == (200, [])
    assert await Scheduler(server.store, server.settings).tick() == []
    assert (await server.ask("DELETE", where)).status_code == 204
    assert_problem(await server.get(where), 404, "not_found")
    assert (await server.store.jobs.get(job.id)).status == "queued"
    actions = {entry.action for entry in (await server.store.audit.page()).items}
    assert {"schedule.saved", "schedule.deleted", "job.requested"} <= actions


@pytest.mark.parametrize(
    "wrong",
    [
        {"cron": "61 * * * *"},
        {"cron": "* * * * * *"},
        {"time_zone": "Mars/Olympus"},
        {"kind": "import"},
        {"missed": "twice"},
        {"jitter_seconds": 9999},
        {"arguments": {"layuot": "grid"}},
        {"name": ""},
        {"name": "a\u0000b"},
    ],
)
async def test_a_schedule_that_can_not_be_is_refused(light_server: Server, wrong: dict[str, Any]) -> None:
    asked = {"name": "x", "cron": "@daily", "kind": "draw", **wrong}
    assert_problem(await light_server.post("/jobs/schedules", json=asked), 422, "invalid")


async def test_health_and_metrics_tell_how_the_queue_stands(light_server: Server) -> None:
    await light_server.post("/jobs", json={"kind": "draw"})
    health = (await light_server.get("/health")).json()["components"]["jobs"]
    assert health["status"] == "degraded" and "no worker" in health["detail"]
    await light_server.store.jobs.report("w1", "worker", 2, 0)
    health = (await light_server.get("/health")).json()["components"]["jobs"]
    assert (health["status"], health["detail"]) == ("healthy", "1 workers elsewhere")
    metrics = (await light_server.get("/metrics")).text
    assert 'cloudviz_jobs{kind="draw",status="queued"} 1.0' in metrics
    assert "cloudviz_jobs_queue_depth 1.0" in metrics
    assert 'cloudviz_job_workers{role="worker"} 1.0' in metrics
    assert "cloudviz_jobs_oldest_waiting_seconds" in metrics
