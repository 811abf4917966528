"""So many calls in any minute, in the order they were asked for."""

from __future__ import annotations

import asyncio

from cloudviz.sources.gcp.quota import Quota, Window


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


async def test_a_hundred_at_once_then_the_next_when_the_first_is_a_minute_old() -> None:
    time = Time()
    window = Window(100, now=time.read, sleep=time.sleep)
    for _ in range(100):
        await window.take()
    assert time.slept == []
    await window.take()
    assert time.slept == [60.0]


async def test_never_more_than_so_many_in_any_minute() -> None:
    time = Time()
    window = Window(5, now=time.read, sleep=time.sleep)
    made: list[float] = []
    for _ in range(23):
        await window.take()
        made.append(time.now)
        time.now += 7.0
    for start in made:
        assert len([each for each in made if start <= each < start + 60]) <= 5


async def test_retry_after_closes_it_for_all() -> None:
    time = Time()
    window = Window(100, now=time.read, sleep=time.sleep)
    window.heard({}, 429, 12)
    await asyncio.gather(*(window.take() for _ in range(3)))
    assert time.now == 1012.0
    assert time.slept == [12.0]


def test_services_and_projects_have_windows_of_their_own() -> None:
    quota = Quota()
    assert quota.window("compute.googleapis.com", "a") is quota.window("compute.googleapis.com", "a")
    assert quota.window("compute.googleapis.com", "a") is not quota.window("compute.googleapis.com", "b")
    vertex = quota.window("europe-west1-aiplatform.googleapis.com", "a")
    assert vertex is quota.window("us-east1-aiplatform.googleapis.com", "a")
    assert vertex is quota.window("aiplatform.googleapis.com", "a")
