"""When schedules are due. Expected times were read off the calendars of the zones by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from cloudviz.errors import Invalid
from cloudviz.jobs.ticks import MOST_MISSED, checked_cron, checked_zone, due, jitter, next_ticks

BERLIN = "Europe/Berlin"
LATE = timedelta(seconds=60)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ticks(cron: str, zone: str, after: str, count: int) -> list[str]:
    return [each.strftime("%m-%d %H:%M") for each in next_ticks(cron, zone, utc(after), count)]


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        # 29 March 2026: at 02:00 the clock in Berlin goes to 03:00, which is 01:00 UTC.
        ("30 2 * * *", BERLIN, "2026-03-28T12:00", ["03-29 01:00", "03-30 00:30", "03-31 00:30"]),
        ("30 2 * * *", BERLIN, "2026-03-29T01:00", ["03-30 00:30"]),
        ("30 1,3 * * *", BERLIN, "2026-03-28T12:00", ["03-29 00:30", "03-29 01:30", "03-29 23:30"]),
        ("*/30 * * * *", BERLIN, "2026-03-29T00:00", ["03-29 00:30", "03-29 01:00", "03-29 01:30"]),
        ("*/30 2 * * *", BERLIN, "2026-03-28T12:00", ["03-30 00:00", "03-30 00:30", "03-31 00:00"]),
        # 25 October 2026: at 03:00 it goes back to 02:00; 02:30 is both 00:30 and 01:30 UTC.
        ("30 2 * * *", BERLIN, "2026-10-24T12:00", ["10-25 00:30", "10-26 01:30"]),
        ("30 2 * * *", BERLIN, "2026-10-25T00:30", ["10-26 01:30"]),
        ("30 2 * * *", BERLIN, "2026-10-25T00:45", ["10-26 01:30"]),
        ("30 * * * *", BERLIN, "2026-10-24T23:45", ["10-25 00:30", "10-25 01:30", "10-25 02:30"]),
        ("*/30 2 * * *", BERLIN, "2026-10-24T12:00", ["10-25 00:00", "10-25 00:30", "10-25 01:00", "10-25 01:30"]),
        # New York changes at other times, and Lord Howe Island by half an hour.
        ("30 2 * * *", "America/New_York", "2026-03-07T12:00", ["03-08 07:00", "03-09 06:30"]),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T20:00", ["10-03 15:30", "10-04 15:15"]),
        ("0 12 * * *", "Asia/Kathmandu", "2026-01-01T00:00", ["01-01 06:15"]),
        ("0 0 29 2 *", "UTC", "2026-03-01T00:00", ["02-29 00:00"]),
        ("0 9 L * *", "UTC", "2026-01-31T10:00", ["02-28 09:00"]),
        ("@daily", "UTC", "2026-01-01T00:00", ["01-02 00:00"]),
        ("0 9 * * MON-FRI", "UTC", "2026-11-27T10:00", ["11-30 09:00"]),
    ],
)
def test_the_next_times(cron: str, zone: str, after: str, expected: list[str]) -> None:
    assert ticks(cron, zone, after, len(expected)) == expected


def test_a_year_of_a_daily_schedule_has_each_day_once() -> None:
    for zone in (BERLIN, "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca"):
        found = next_ticks("30 2 * * *", zone, utc("2026-01-01T00:00"), 365)
        assert len(set(found)) == 365 and found == sorted(found)
        gaps = {(later - one) / timedelta(hours=1) for one, later in pairwise(found)}
        assert max(gaps) <= 25.0 and min(gaps) >= 22.5, zone


@pytest.mark.parametrize(
    "wrong",
    ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "0 0 0 * *", "0 0 31 2 *", "*/0 * * * *",
     "a b c d e", "١ * * * *", "5/ * * * *", ",, * * * *", "0 0 * * MON#9", "@reboot", "0" * 300, "- * * * *"],
)  # fmt: skip
def test_what_is_no_cron_expression_is_refused_in_words(wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_cron(wrong)
    assert refused.value.hint and len(refused.value.detail) < 200


@pytest.mark.parametrize("wrong", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "UTC\0"])
def test_what_is_no_time_zone_is_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        checked_zone(wrong)


def test_spaces_and_names_are_put_in_one_form() -> None:
    assert checked_cron("  0   9 * *  mon ") == "0 9 * * mon"
    assert checked_cron("@Daily") == "@daily"
    assert checked_zone("Europe/Berlin") == "Europe/Berlin"


def test_a_tick_on_time_is_started_and_the_next_is_kept() -> None:
    found = due("0 * * * *", "UTC", "skip", utc("2026-01-01T10:00"), utc("2026-01-01T10:00:30"), LATE)
    assert found.started == [utc("2026-01-01T10:00")] and found.skipped == []
    assert found.next_at == utc("2026-01-01T11:00")
    early = due("0 * * * *", "UTC", "skip", utc("2026-01-01T10:00"), utc("2026-01-01T09:59:59"), LATE)
    assert (early.started, early.skipped, early.next_at) == ([], [], utc("2026-01-01T10:00"))


@pytest.mark.parametrize(
    ("missed", "started", "skipped"),
    [("skip", [], [10, 11, 12]), ("once", [12], [10, 11]), ("all", [10, 11, 12], [])],
)
def test_missed_ticks_by_their_policy(missed: str, started: list[int], skipped: list[int]) -> None:
    found = due("0 * * * *", "UTC", missed, utc("2026-01-01T10:00"), utc("2026-01-01T12:30"), LATE)
    assert [each.hour for each in found.started] == started
    assert [each.hour for each in found.skipped] == skipped
    assert found.next_at == utc("2026-01-01T13:00")


@pytest.mark.parametrize(("missed", "started"), [("skip", [13]), ("once", [13]), ("all", [10, 11, 12, 13])])
def test_a_tick_on_time_makes_up_for_those_before_it(missed: str, started: list[int]) -> None:
    found = due("0 * * * *", "UTC", missed, utc("2026-01-01T10:00"), utc("2026-01-01T13:00:10"), LATE)
    assert [each.hour for each in found.started] == started


@pytest.mark.parametrize("missed", ["skip", "once", "all"])
def test_a_year_asleep_is_bounded(missed: str) -> None:
    found = due("* * * * *", BERLIN, missed, utc("2025-01-01T00:00"), utc("2026-01-01T00:00:20"), LATE)
    assert len(found.started) + len(found.skipped) <= MOST_MISSED
    assert found.started[-1] == utc("2026-01-01T00:00")
    assert found.next_at == utc("2026-01-01T00:01")
    rare = due("0 0 1 1 *", "UTC", missed, utc("2020-01-01T00:00"), utc("2026-03-01T00:00"), LATE)
    assert [each.year for each in (*rare.skipped, *rare.started)] == [2020, 2021, 2022, 2023, 2024, 2025, 2026]


def test_a_clock_that_was_set_back_brings_the_next_tick_back() -> None:
    found = due("0 * * * *", "UTC", "once", utc("2031-01-01T10:00"), utc("2026-01-01T09:30"), LATE)
    assert (found.started, found.next_at) == ([], utc("2026-01-01T10:00"))


def test_jitter_is_the_same_at_every_look_and_spreads() -> None:
    tick = utc("2026-01-01T10:00")
    assert jitter("one", tick, 0) == 0.0
    found = [jitter(f"schedule {number}", tick, 300) for number in range(200)]
    assert found == [jitter(f"schedule {number}", tick, 300) for number in range(200)]
    assert all(0 <= each <= 300 for each in found)
    assert min(found) < 30 and max(found) > 270 and len(set(found)) > 190
