"""Many things at once: each result is handed over, what is held is bounded, and nothing is left running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from cloudviz.sources.flow import as_done, interleaved, within


async def test_every_task_comes_once_with_its_result() -> None:
    async def double(number: int) -> int:
        await asyncio.sleep(0.001 * (number % 3))
        return 2 * number

    found = [pair async for pair in as_done(range(20), double, 4)]
    assert sorted(found) == [(number, 2 * number) for number in range(20)]
    assert [pair async for pair in as_done([], double, 4)] == []


async def test_who_takes_slowly_slows_the_work_down() -> None:
    begun: list[int] = []
    taken = 0

    async def note(number: int) -> None:
        begun.append(number)

    async for _ in as_done(range(50), note, 4):
        taken += 1
        for _ in range(10):
            await asyncio.sleep(0)
        # Those at work, one in the place between, and the one that was taken.
        assert len(begun) <= taken + 5
    assert taken == 50


async def test_an_error_ends_it_and_nothing_runs_on() -> None:
    cancelled: list[int] = []

    async def fail_at_two(number: int) -> None:
        if number == 2:
            raise ValueError("two")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise

    with pytest.raises(ValueError, match="two"):
        async for _ in as_done(range(10), fail_at_two, 3):
            pass
    assert cancelled == [0, 1]


async def test_taking_no_more_ends_it() -> None:
    running: set[int] = set()

    async def run(number: int) -> None:
        running.add(number)
        try:
            await asyncio.sleep(0 if number == 0 else 60)
        finally:
            running.discard(number)

    async with aclosing(as_done(range(10), run, 3)) as results:
        async for number, _ in results:
            assert number == 0
            break
    assert running == set()


async def count(to: int, pause: float = 0) -> AsyncGenerator[int, None]:
    for number in range(to):
        await asyncio.sleep(pause)
        yield number


async def test_streams_are_read_side_by_side_each_in_its_order() -> None:
    async def named(name: str, to: int) -> AsyncGenerator[tuple[str, int], None]:
        async for number in count(to):
            yield name, number

    names = {"a": 3, "b": 0, "c": 5, "d": 1}
    found = [each async for each in interleaved([named(*each) for each in names.items()], 2)]
    for name, to in names.items():
        assert [number for owner, number in found if owner == name] == list(range(to))
    assert [each async for each in interleaved([], 0)] == []


async def test_a_stream_goes_on_when_what_it_gave_is_taken() -> None:
    given: list[int] = []

    async def stream() -> AsyncGenerator[int, None]:
        for number in range(20):
            given.append(number)
            yield number

    async for number in interleaved([stream()], 1):
        for _ in range(10):
            await asyncio.sleep(0)
        # The one that was taken, one that waits, and one that would.
        assert len(given) <= number + 3


async def test_only_the_waiting_for_pages_counts() -> None:
    taken = []
    async for page in within(0.2, count(3)):
        await asyncio.sleep(0.15)
        taken.append(page)
    assert taken == [0, 1, 2]
    with pytest.raises(TimeoutError):
        async for _ in within(0.05, count(3, pause=30)):
            pass
