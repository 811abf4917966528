"""Doing many things at once without holding what they brought."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


async def interleaved(
    streams: Iterable[AsyncGenerator[Result, None]], at_once: int
) -> AsyncGenerator[Result, None]:
    """What several streams give, as it comes. Who takes it slowly slows the streams down.

    Arguments:
        streams: each is begun when one before it has ended.
        at_once: so many run at a time; each holds one result at most that waits to be taken.

    Raises what a stream raises; what is still under way then, or when nobody takes any more, is cancelled.
    """
    waiting = iter(streams)
    # One place only: a stream goes on when what it gave has been taken.
    ready: asyncio.Queue[tuple[Result] | Exception | None] = asyncio.Queue(1)

    async def worker() -> None:
        try:
            for stream in waiting:
                async with aclosing(stream):
                    async for found in stream:
                        await ready.put((found,))
                        del found
        except Exception as error:  # raised where somebody waits for it
            await ready.put(error)
        else:
            await ready.put(None)

    workers = [asyncio.create_task(worker()) for _ in range(at_once)]
    try:
        at_work = len(workers)
        while at_work:
            taken = await ready.get()
            if isinstance(taken, Exception):
                raise taken
            if taken is None:
                at_work -= 1
                continue
            (found,) = taken
            del taken
            yield found
            del found
    finally:
        for each in workers:
            each.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def as_done(
    tasks: Sequence[Task], do: Callable[[Task], Awaitable[Result]], at_once: int
) -> AsyncGenerator[tuple[Task, Result], None]:
    """Each task with its result, as they come. Who takes them slowly slows the work down.

    Arguments:
        at_once: so many are under way, or done and waiting to be taken.

    Raises what ``do`` raises; what is still under way then, or when nobody takes any more, is cancelled.
    """

    async def one(task: Task) -> AsyncGenerator[tuple[Task, Result], None]:
        yield task, await do(task)

    async with aclosing(interleaved(map(one, tasks), min(len(tasks), at_once))) as results:
        async for result in results:
            yield result
            del result


async def within(seconds: float, pages: AsyncIterator[Result]) -> AsyncGenerator[Result, None]:
    """The same pages, as long as waiting for them takes no longer altogether.

    What is done with them does not count. Raises TimeoutError.
    """
    now = asyncio.get_running_loop().time
    left = seconds
    while True:
        began = now()
        try:
            async with asyncio.timeout(left):
                page = await anext(pages)
        except StopAsyncIteration:
            return
        left -= now() - began
        yield page
        del page
