"""Waiting for Resource Graph's quota, by a clock of the test's own."""

from __future__ import annotations

import pytest

from cloudviz.sources.azure.quota import Quota, seconds_of


class Time:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:00:05", 5), ("00:01:00", 60), ("01:00:00.5", 3600.5), ("", None), ("5", None), ("soon", None)],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


async def test_as_many_queries_as_are_left_go_at_once_and_the_next_waits() -> None:
    time = Time()
    quota = Quota(time.clock, time.sleep)
    quota.heard({"x-ms-user-quota-remaining": "2", "x-ms-user-quota-resets-after": "00:00:05"}, 200)
    await quota.take()
    await quota.take()
    assert time.slept == []
    await quota.take()
    assert time.slept == [5.0]
    # The lot is new: nobody waits until an answer says how large it is.
    await quota.take()
    assert time.slept == [5.0]


async def test_who_is_throttled_waits_for_the_next_lot() -> None:
    time = Time()
    quota = Quota(time.clock, time.sleep)
    quota.heard({"x-ms-user-quota-resets-after": "00:00:03"}, 429)
    await quota.take()
    assert time.slept == [3.0]


async def test_answers_without_a_quota_change_nothing() -> None:
    time = Time()
    quota = Quota(time.clock, time.sleep)
    for headers in ({}, {"x-ms-user-quota-remaining": "0"}, {"x-ms-user-quota-resets-after": "never"}):
        quota.heard(headers, 200)
        await quota.take()
    assert time.slept == []
