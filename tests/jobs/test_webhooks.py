"""Webhooks against receivers that answer anything: nothing is lost, nothing comes twice after a 2xx."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from tests.jobs.receiver import Clock, Receiver, receiving, reply

from cloudviz.errors import Invalid
from cloudviz.jobs.webhooks.deliverer import Deliverer
from cloudviz.jobs.webhooks.endpoints import Endpoints
from cloudviz.jobs.webhooks.verdicts import PAUSES, after_answer, quiet_seconds
from cloudviz.runtime import clock as real_clock
from cloudviz.runtime.outbound import Outbound
from cloudviz.runtime.settings import OutboundSettings, Settings
from cloudviz.store import Store, open_store
from cloudviz.store.deliveries import Attempt, DeliveryStatus

PARTLY = "discovery.partial"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as each:
        yield each


@pytest.fixture
def clock() -> Clock:
    return Clock()


def settings(tmp_path: Path, **webhooks: Any) -> Settings:
    return Settings.model_validate(
        {
            "data_dir": tmp_path,
            "outbound": {"allowed_hosts": ["127.0.0.1"]},
            "webhooks": {"timeout_seconds": 60, "poll_seconds": 0.02, **webhooks},
        }
    )


def deliverer(store: Store, given: Settings, clock: Any, **more: Any) -> Deliverer:
    return Deliverer(store, given, now=clock, chance=lambda: 0.5, **more)


async def happen(store: Store, number: int, source: str = "aws:123456789012", **body: Any) -> None:
    about = {"n": number, "provider": "aws", "source": source, **body}
    await store.events.append(PARTLY, f"discovery:{number}", about)


async def statuses(store: Store, webhook_id: str) -> list[str]:
    return [each.status for each in (await store.deliveries.page(webhook_id, limit=500)).items]


CODES = (
    200,
    201,
    202,
    204,
    299,
    300,
    301,
    302,
    304,
    307,
    400,
    401,
    403,
    404,
    408,
    409,
    410,
    418,
    425,
    429,
    500,
    502,
)


async def test_every_answer_means_what_it_says(
    store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    given = settings(tmp_path)
    kept = Endpoints.of(given, store)
    paths = [f"/{code}" for code in (*CODES, 503, 504, 599)]
    lies = {
        "/half": "delivered",  # the status was read, and is the answer
        "/short": "delivered",
        "/chunks": "delivered",
        "/endless": "delivered",
        "/garbage": "waiting",
        "/torn": "waiting",
        "/redirect": "waiting",
    }
    hooks = {path: (await kept.register(receiver.url(path), "ann")).record for path in (*paths, *lies)}
    await happen(store, 1)
    at_work = deliverer(store, given, clock)
    assert await at_work.run_until_idle() == len(hooks)
    for path, hook in hooks.items():
        (found,) = (await store.deliveries.page(hook.id)).items
        code = int(path[1:]) if path[1:].isdigit() else 0
        expected = lies.get(path) or ("delivered" if code < 300 else "failed" if code == 410 else "waiting")
        assert found.status == expected, (path, found.attempts)
        assert len(receiver.at(path)) == 1, path
        (attempt,) = found.attempts
        said = 200 if expected == "delivered" else 302 if path == "/redirect" else None
        assert attempt.status == (code or said)
        assert bool(attempt.error) == (attempt.status is None)
        if expected == "waiting":
            assert found.due_at == clock() + timedelta(seconds=PAUSES[0])
        now = await store.webhooks.get(hook.id)
        assert now.status == ("disabled" if code == 410 else "active")
        assert (now.failing_since is None) == (expected == "delivered")
    assert "410" in (await store.webhooks.get(hooks["/410"].id)).reason
    assert await at_work.run_until_idle() == 0, "nothing is due, and nothing that was taken is sent again"
    assert len(receiver.came) == len(hooks), "no redirect was followed"


async def test_an_answer_that_does_not_come_and_a_body_that_does_not(
    store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    given = settings(tmp_path, timeout_seconds=3)
    kept = Endpoints.of(given, store)
    late = (await kept.register(receiver.url("/late-body"), "ann")).record
    never = (await kept.register(receiver.url("/hang"), "ann")).record
    await happen(store, 1)
    await deliverer(store, given, clock).run_until_idle()
    assert await statuses(store, late.id) == ["delivered"], "the status had come"
    (found,) = (await store.deliveries.page(never.id)).items
    assert (found.status, found.attempts[0].error) == ("waiting", "no answer within 3 s")


async def test_an_hour_down_loses_nothing_and_delays_nobody_else(
    store: Store, tmp_path: Path, clock: Clock
) -> None:
    given = settings(tmp_path)
    kept = Endpoints.of(given, store)
    async with receiving() as well, receiving() as away:
        good = (await kept.register(well.url("/200"), "ann")).record
        gone = (await kept.register(away.url("/200"), "ann")).record
        at_work = deliverer(store, given, clock)
        await happen(store, 0)
        await at_work.run_until_idle()
        await away.down()
        for number in range(1, 31):
            await happen(store, number)
            await at_work.run_until_idle()
            assert well.numbers("/200")[-1] == number, "the other one hears at once"
            clock.forward(minutes=2)
        assert away.numbers("/200") == [0]
        failing = await store.webhooks.get(gone.id)
        assert failing.failing_since is not None and failing.status == "active"
        await away.up()
        for _ in range(24):
            clock.forward(minutes=15)
            await at_work.run_until_idle()
        assert away.numbers("/200") == list(range(31)), "all, once, in their order"
        assert well.numbers("/200") == list(range(31))
        assert len({each.headers["webhook-id"] for each in away.came}) == 31
        assert set(await statuses(store, gone.id)) == {"delivered"} == set(await statuses(store, good.id))
        assert (await store.webhooks.get(gone.id)).failing_since is None


async def test_an_endpoint_that_hangs_holds_up_nobody(store: Store, tmp_path: Path, receiver: Receiver) -> None:
    """The slow ones answer only when the quick one has everything: if they held that up, nothing would come."""
    given = settings(tmp_path, concurrency=12, per_endpoint=2)
    kept = Endpoints.of(given, store)
    slow = [(await kept.register(receiver.url(f"/hang/{n}"), "ann")).record for n in range(5)]
    await kept.register(receiver.url("/200"), "ann")
    for number in range(20):
        await happen(store, number, source=f"aws:{number}")
    at_work = deliverer(store, given, real_clock.now)
    running = asyncio.create_task(at_work.run())
    async with asyncio.timeout(60):
        while len(receiver.at("/200")) < 20:
            await asyncio.sleep(0.01)
        hanging = [len(receiver.at(f"/hang/{n}")) for n in range(5)]
        assert max(hanging) <= 2 and sum(hanging) <= 11, hanging
        receiver.gate.set()
        for each in slow:
            while "waiting" in await statuses(store, each.id):
                await asyncio.sleep(0.02)
    await at_work.stop()
    await running
    assert sorted(receiver.numbers("/200")) == list(range(20))
    assert all(sorted(receiver.numbers(f"/hang/{n}")) == list(range(20)) for n in range(5))


async def test_those_of_one_source_come_in_order_and_those_of_others_do_not_wait(
    store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    given = settings(tmp_path)
    await Endpoints.of(given, store).register(receiver.url("/hook"), "ann")
    receiver.answers["/hook"] = reply(500)
    at_work = deliverer(store, given, clock)
    await happen(store, 1, source="aws:1")
    await at_work.run_until_idle()
    await happen(store, 2, source="aws:1")
    await happen(store, 3, source="aws:2")
    receiver.answers["/hook"] = reply(200)
    await at_work.run_until_idle()
    assert receiver.numbers("/hook") == [1, 3]
    clock.forward(seconds=5)
    await at_work.run_until_idle()
    assert receiver.numbers("/hook") == [1, 3, 1, 2]


async def test_two_workers_send_nothing_twice(
    url: str, store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    given = settings(tmp_path)
    kept = Endpoints.of(given, store)
    for name in ("a", "b", "c"):
        await kept.register(receiver.url(f"/200/{name}"), "ann")
    for number in range(15):
        await happen(store, number, source=f"aws:{number % 4}")
    async with await open_store(url) as other:
        await asyncio.gather(
            *(deliverer(each, given, clock).run_until_idle() for each in (store, other, store, other))
        )
        await deliverer(store, given, clock).run_until_idle()
    for name in ("a", "b", "c"):
        came = receiver.numbers(f"/200/{name}")
        assert sorted(came) == list(range(15))
        for lane in range(4):
            assert [each for each in came if each % 4 == lane] == list(range(lane, 15, 4))


async def test_a_worker_that_dies_while_it_sends_loses_nothing(
    store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    given = settings(tmp_path)
    hook = (await Endpoints.of(given, store).register(receiver.url("/200"), "ann")).record
    await happen(store, 1)
    at_work = deliverer(store, given, clock)
    await at_work._spreader.step(clock())
    held = await store.deliveries.claim("the dead", lease_seconds=90, now=clock())
    assert held is not None
    assert await at_work.run_until_idle() == 0, "it is held"
    clock.forward(seconds=91)
    assert await at_work.run_until_idle() == 1
    attempt = Attempt(1, clock(), 200, "", "", 1.0)
    after = after_answer(1, 503, "", None, clock(), timedelta(days=5), lambda: 0.5)
    assert not await store.deliveries.finish(held[0], attempt, after, clock()), "what the dead says counts no more"
    assert await statuses(store, hook.id) == ["delivered"]
    assert receiver.numbers("/200") == [1]


async def test_a_day_of_tries_then_it_is_given_up_and_can_be_sent_again(
    store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    given = settings(tmp_path)
    hook = (await Endpoints.of(given, store).register(receiver.url("/hook"), "ann")).record
    receiver.answers["/hook"] = reply(500, b"sorry")
    await happen(store, 1)
    at_work = deliverer(store, given, clock)
    began, tries = clock(), []
    while await at_work.run_until_idle():
        tries.append((clock() - began).total_seconds())
        clock.instant = (await store.deliveries.page(hook.id)).items[0].due_at
    assert len(tries) == 11 and 23 * 3600 < tries[-1] < 24.5 * 3600
    assert tries == [sum(PAUSES[:count]) for count in range(11)]
    (found,) = (await store.deliveries.page(hook.id)).items
    assert (found.status, len(found.attempts), found.attempts[0].body) == ("failed", 11, "sorry")
    receiver.answers["/hook"] = reply(200)
    await store.deliveries.again(hook.id, found.id, clock())
    assert await at_work.run_until_idle() == 1
    assert await statuses(store, hook.id) == ["delivered"]
    assert len({each.headers["webhook-id"] for each in receiver.came}) == 1


def test_jitter_and_retry_after() -> None:
    now = Clock()()
    for attempt, pause in enumerate(PAUSES, 1):
        for chance, share in ((0.0, 0.9), (1.0, 1.1)):
            after = after_answer(attempt, 500, "", None, now, timedelta(days=5), lambda chance=chance: chance)
            assert after.due_at == now + timedelta(seconds=pause * share)
    assert quiet_seconds("120", now) == 120
    assert quiet_seconds("Tue, 24 Nov 2026 08:30:00 GMT", now) == 1800
    assert quiet_seconds("Tue, 24 Nov 2020 08:30:00 GMT", now) == 0
    assert quiet_seconds("9" * 40, now) == quiet_seconds("Fri, 31 Dec 9999 23:59:59 GMT", now) == 6 * 3600
    for nonsense in ("", "soon", "-5", "1e9", "٣", "x" * 10_000, "Tue, 99 Nov 2026 08:30:00 GMT"):
        assert quiet_seconds(nonsense, now) is None
    after = after_answer(1, 503, "600", None, now, timedelta(days=5), lambda: 0.5)
    assert after.due_at == after.quiet_until == now + timedelta(minutes=10)


async def test_who_asks_for_quiet_is_left_in_peace(
    store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    given = settings(tmp_path, per_endpoint=1)
    await Endpoints.of(given, store).register(receiver.url("/hook"), "ann")
    receiver.answers["/hook"] = reply(429, Retry_After="3600")
    for number in range(3):
        await happen(store, number, source=f"aws:{number}")
    at_work = deliverer(store, given, clock)
    assert await at_work.run_until_idle() == 1, "the others wait too"
    receiver.answers["/hook"] = reply(200)
    clock.forward(seconds=3599)
    assert await at_work.run_until_idle() == 0
    clock.forward(seconds=1)
    assert await at_work.run_until_idle() == 3
    assert sorted(receiver.numbers("/hook")) == [0, 0, 1, 2]


async def test_an_endpoint_that_fails_for_days_is_disabled_and_goes_on_when_resumed(
    store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    given = settings(tmp_path)
    kept = Endpoints.of(given, store)
    hook = (await kept.register(receiver.url("/hook"), "ann")).record
    receiver.answers["/hook"] = reply(500)
    at_work = deliverer(store, given, clock)
    for day in range(6):
        await happen(store, day, source=f"aws:{day}")
        await at_work.run_until_idle()
        clock.forward(days=1)
    now = await store.webhooks.get(hook.id)
    assert (now.status, now.reason) == ("disabled", "every try failed for 5 days")
    await happen(store, 99)
    await at_work.run_until_idle()
    assert 99 not in receiver.numbers("/hook")
    receiver.answers["/hook"] = reply(200)
    receiver.came.clear()
    await kept.resume(hook.id)
    await at_work.run_until_idle()
    clock.forward(days=1)
    await at_work.run_until_idle()
    assert sorted(receiver.numbers("/hook")) == [0, 1, 2, 3, 4, 5], "what waited; not what passed by meanwhile"


async def test_signatures_hold_and_secrets_are_exchanged_without_a_gap(
    store: Store, tmp_path: Path, receiver: Receiver
) -> None:
    clock = Clock()
    clock.instant = real_clock.now()  # receivers refuse what is old
    given = settings(tmp_path)
    kept = Endpoints.of(given, store)
    made = await kept.register(receiver.url("/200"), "ann")
    at_work = deliverer(store, given, clock)

    async def told() -> Any:
        await happen(store, 7, name="Zoë “<script>” \u202e")
        await at_work.run_until_idle()
        return receiver.came[-1]

    first = await told()
    assert Webhook(made.secret).verify(first.body, first.headers)["data"]["n"] == 7
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(first.body + b" ", first.headers)
    turned = await kept.rotate(made.record.id, now=clock())
    assert turned.secret != made.secret
    both = await told()
    assert both.headers["webhook-signature"].count("v1,") == 2
    for secret in (made.secret, turned.secret):
        assert Webhook(secret).verify(both.body, both.headers)
    clock.forward(hours=24)
    last = await told()
    assert last.headers["webhook-signature"].count("v1,") == 1
    clock.instant = real_clock.now() - timedelta(seconds=1)
    opened = await kept.open(await store.webhooks.get(made.record.id))
    assert opened.signing(clock() + timedelta(days=2)) == [turned.secret]
    record = await store.webhooks.get(made.record.id)
    assert made.secret.encode() not in record.sealed and b"127.0.0.1" not in record.sealed


async def test_a_name_that_comes_to_mean_the_metadata_service_is_not_asked(
    store: Store, tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    means = ["93.184.215.14"]

    async def resolve(host: str, port: int) -> list[str]:
        return means

    given = settings(tmp_path)
    outbound = Outbound(OutboundSettings(timeout_seconds=0.5), resolve)
    hook = (await Endpoints.of(given, store, outbound).register("https://hooks.example.org/x", "ann")).record
    means[:] = ["169.254.169.254"]
    await happen(store, 1)
    await deliverer(store, given, clock, outbound=outbound).run_until_idle()
    (found,) = (await store.deliveries.page(hook.id)).items
    assert found.status == DeliveryStatus.WAITING
    assert "may not be asked" in found.attempts[0].error and found.attempts[0].status is None


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/hook",
        "https://[::1]/hook",
        "http://hooks.example.org/plain",
        "https://user:canary@hooks.example.org/",
        "file:///etc/passwd",
        "https://hooks.example.org:22/",
        "gopher://x",
        "",
    ],
)
async def test_addresses_that_are_refused_at_once(url: str, tmp_path: Path) -> None:
    given = settings(tmp_path)
    endpoints = Endpoints.of(given, None, Outbound(OutboundSettings()))  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        await endpoints.register(url, "ann")
    assert "canary" not in refused.value.one_line()


async def test_the_log_keeps_no_secret(store: Store, tmp_path: Path, receiver: Receiver, clock: Clock) -> None:
    given = settings(tmp_path)
    made = await Endpoints.of(given, store).register(receiver.url("/hook"), "ann")
    canary = "canary-9f8b2c"
    said = f'{{"password": "{canary}", "seen": "{made.secret}", "ok": false}}'
    answers = [said, f"token={canary}", f"Bearer {canary * 3}", "x" * 5000, f"plain words\nsecret: {canary}\nmore"]
    at_work = deliverer(store, given, clock)
    bodies = []
    for number, text in enumerate(answers):
        receiver.answers["/hook"] = reply(400, text.encode())
        await happen(store, number, source=f"aws:{number}")
        clock.forward(seconds=1)
        await at_work.run_until_idle()
        bodies.append((await store.deliveries.page(made.record.id)).items[0].attempts[0].body)
    assert canary not in str(bodies) and made.secret not in str(bodies)
    assert '"ok":false' in bodies[0] and "plain words" in bodies[4]
    assert all(len(each) <= 500 for each in bodies)
