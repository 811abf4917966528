"""Schedules: one job a tick, with any number of schedulers, over changes of the clock and of summer time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from cloudviz.errors import Conflict, Invalid, NotFound
from cloudviz.jobs.scheduler import Scheduler, checked_schedule, job_of
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store, open_store
from cloudviz.store.records import ScheduleRecord


class Clock:
    """A clock that stands where it was put."""

    def __init__(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def to(self, text: str) -> None:
        self.now = datetime.fromisoformat(text).replace(tzinfo=UTC)


def schedule(**changes: object) -> ScheduleRecord:
    values: dict[str, object] = {
        "id": "",
        "name": "nightly",
        "cron": "0 * * * *",
        "time_zone": "UTC",
        "kind": "cleanup",
        "created_by": "ann",
    }
    return ScheduleRecord(**{**values, **changes})  # type: ignore[arg-type]


async def made(store: Store, clock: Clock, **changes: object) -> ScheduleRecord:
    return await store.schedules.save(checked_schedule(schedule(**changes), clock()))


async def history(store: Store, found: ScheduleRecord) -> list[str]:
    runs = [each async for page in pages(store, found.id) for each in page]
    return [f"{each.tick:%m-%d %H:%M}{'' if each.job_id else ' skipped'}" for each in reversed(runs)]


async def pages(store: Store, key: str):  # type: ignore[no-untyped-def]
    cursor = None
    while True:
        page = await store.schedules.runs(key, limit=50, cursor=cursor)
        yield page.items
        cursor = page.next_cursor
        if cursor is None:
            return


async def jobs(store: Store) -> int:
    return len((await store.jobs.page(limit=1000)).items)


async def test_two_schedulers_and_one_job_a_tick_over_a_change_to_summer_time(url: str):
    """Twelve hours around the gap of 29 March, minute by minute, both at once."""
    stores = [await open_store(url) for _ in range(2)]
    clock = Clock("2026-03-28T23:50")
    try:
        hourly = await made(stores[0], clock, name="hourly", cron="0 * * * *", time_zone="Europe/Berlin")
        daily = await made(stores[0], clock, name="daily", cron="30 2 * * *", time_zone="Europe/Berlin")
        both = [Scheduler(store, Settings(), clock=clock) for store in stores]
        for _ in range(18):
            await asyncio.gather(*(each.tick() for each in both))
            clock.now += timedelta(minutes=20)
        hours = [f"03-29 {hour:02}:00" for hour in range(6)]
        assert await history(stores[0], hourly) == hours
        assert await history(stores[0], daily) == ["03-29 01:00"]
        assert await jobs(stores[0]) == 7
    finally:
        for store in stores:
            await store.close()


async def test_the_hour_that_comes_twice(store: Store):
    clock = Clock("2026-10-24T23:50")
    hourly = await made(store, clock, name="hourly", cron="0 * * * *", time_zone="Europe/Berlin")
    daily = await made(store, clock, name="daily", cron="30 2 * * *", time_zone="Europe/Berlin")
    ticking = Scheduler(store, Settings(), clock=clock)
    for _ in range(10):
        await ticking.tick()
        clock.now += timedelta(minutes=20)
    assert await history(store, hourly) == [f"10-25 {hour:02}:00" for hour in range(3)]
    assert await history(store, daily) == ["10-25 00:30"]


async def test_a_clock_that_jumps_forth_and_back_starts_no_tick_twice(store: Store):
    clock = Clock("2026-01-01T09:59:59")
    found = await made(store, clock, missed="skip")
    ticking = Scheduler(store, Settings(), clock=clock)
    await ticking.tick()
    clock.to("2026-01-01T10:00:01")
    assert len(await ticking.tick()) == 1
    clock.to("2026-01-01T09:30")  # set back by half an hour
    assert await ticking.tick() == []
    clock.to("2026-01-01T10:00:01")
    assert await ticking.tick() == [], "10:00 was dealt with"
    clock.to("2031-06-01T12:00:05")  # five years ahead, by mistake
    assert len(await ticking.tick()) == 1
    clock.to("2026-01-01T10:30")  # and back
    await ticking.tick()
    clock.to("2026-01-01T11:00:01")
    assert len(await ticking.tick()) == 1, "the next tick is not the one of 2031"
    assert (await store.schedules.get(found.id)).next_at == datetime(2026, 1, 1, 12, tzinfo=UTC)
    runs = [each for each in await history(store, found) if "skipped" not in each]
    assert sorted(runs) == ["01-01 10:00", "01-01 11:00", "06-01 12:00"]


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        ("skip", ["01-01 10:00 skipped", "01-01 11:00 skipped", "01-01 12:00 skipped"]),
        ("once", ["01-01 10:00 skipped", "01-01 11:00 skipped", "01-01 12:00"]),
        ("all", ["01-01 10:00", "01-01 11:00", "01-01 12:00"]),
    ],
)
async def test_what_was_missed_is_in_the_history(store: Store, missed: str, expected: list[str]):
    clock = Clock("2026-01-01T09:30")
    found = await made(store, clock, missed=missed)
    clock.to("2026-01-01T12:20")
    await Scheduler(store, Settings(), clock=clock).tick()
    assert await history(store, found) == expected


async def test_a_paused_schedule_rests_and_makes_up_for_nothing(store: Store):
    clock = Clock("2026-01-01T09:30")
    found = await made(store, clock, missed="all", paused=True)
    ticking = Scheduler(store, Settings(), clock=clock)
    clock.to("2026-01-01T12:20")
    assert await ticking.tick() == []
    again = checked_schedule(schedule(id=found.id, missed="all"), clock())
    assert (await store.schedules.save(again)).next_at == datetime(2026, 1, 1, 13, tzinfo=UTC)
    clock.to("2026-01-01T13:00:30")
    assert len(await ticking.tick()) == 1
    assert await history(store, found) == ["01-01 13:00"]


async def test_the_job_of_a_tick(store: Store):
    clock = Clock("2026-01-01T09:30")
    arguments = {"provider": "aws", "accounts": ["111111111111"], "draw": {}}
    found = await made(store, clock, kind="discover", arguments=arguments, jitter_seconds=300)
    clock.to("2026-01-01T10:00:01")
    rung: list[bool] = []
    (job,) = await Scheduler(store, Settings(), clock=clock, ring=lambda: rung.append(True)).tick()
    assert rung == [True]
    assert (job.kind, job.requested_by, job.priority) == ("discover", "schedule:nightly", -1)
    assert job.arguments["request"] == {"accounts": ["111111111111"]} and "options" in job.arguments["draw"]
    wait = (job.run_after - clock()).total_seconds()
    assert 0 <= wait <= 300
    (run,) = await store.schedules.runs(found.id)
    assert (run.job_id, run.status) == (job.id, "queued")
    out_of_turn = await store.schedules.start_now(found.id, job_of(found))
    assert {each.job_id for each in await store.schedules.runs(found.id)} == {job.id, out_of_turn.id}


async def test_names_are_one_schedule_s_and_unknown_ones_are_told(store: Store):
    clock = Clock("2026-01-01T09:30")
    found = await made(store, clock)
    with pytest.raises(Conflict):
        await made(store, clock)
    assert await store.schedules.by_name("nightly") == found == await store.schedules.by_name(found.id)
    await store.schedules.delete(found.id)
    for missing in (found.id, "no-such", "x" * 5000, "\0"):
        with pytest.raises(NotFound):
            await store.schedules.by_name(missing)
    assert (await store.schedules.page()).items == []


@pytest.mark.parametrize(
    "wrong",
    [{"cron": "x"}, {"time_zone": "x"}, {"kind": "x"}, {"missed": "x"}, {"jitter_seconds": -1}, {"priority": 99},
     {"name": " "}],
)  # fmt: skip
def test_what_can_not_be_scheduled_is_refused(wrong: dict[str, object]):
    with pytest.raises(Invalid):
        checked_schedule(schedule(**wrong), datetime(2026, 1, 1, tzinfo=UTC))
