"""Doing many things at once without holding what they brought."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


async def as_done(
    tasks: Sequence[Task], do: Callable[[Task], Awaitable[Result]], at_once: int
) -> AsyncGenerator[tuple[Task, Result], None]:
    """Each task with its result, as they come. Who takes them slowly slows the work down.

    Arguments:
        at_once: so many are under way, or done and waiting to be taken.

    Raises what ``do`` raises; what is still under way then, or when nobody takes any more, is cancelled.
    """
    waiting = iter(tasks)
    # One place only: who has done a task does not begin the next until it has been taken.
    done: asyncio.Queue[tuple[Task, Result] | Exception] = asyncio.Queue(1)

    async def worker() -> None:
        for task in waiting:
            try:
                found = (task, await do(task))
            except Exception as error:  # raised where somebody waits for it
                await done.put(error)
                return
            await done.put(found)
            del found

    workers = [asyncio.create_task(worker()) for _ in range(min(len(tasks), at_once))]
    try:
        for _ in tasks:
            found = await done.get()
            if isinstance(found, Exception):
                raise found
            yield found
            del found
    finally:
        for each in workers:
            each.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
