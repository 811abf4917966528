"""Many things at once: each result is handed over, what is held is bounded, and nothing is left running."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from cloudviz.sources.flow import as_done


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
