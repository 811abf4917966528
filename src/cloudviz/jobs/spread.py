"""Reading spread over the cores of the machine: runs of items go to processes and come back as batches, in order.

Python runs one thread at a time, so that threads would not help. The processes are started as programs of their
own, never forked from this one, which has threads; and only when a scan proves to be large, since they take a
fifth of a second to start. What is made of an item does not depend on who makes it: the result is the same
with any number of processes.
"""

from __future__ import annotations

import asyncio
import os
import sys

from cloudviz.errors import Unavailable
from cloudviz.jobs.child import Process, reaped, started
from cloudviz.jobs.reading import READY, Read, Run, question, read_run, received, send, understood
from cloudviz.normalise import Normaliser

SPREAD_FROM = 10_000
"""Items a scan has read when processes are started: half a second of one core."""

MOST_PROCESSES = 4
"""More would wait for the one process that takes in what they have read."""

START_SECONDS = 30.0


def processes_here() -> int:
    """How many processes are worth starting on this machine: none where there is one core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_PROCESSES) if cores > 1 and sys.executable else 0


class Spread:
    """Reads runs of items for one scan.

    Arguments:
        normaliser: what reads in this process.
        processes: how many to use at most; what is worth it here when None.
        spread_from: items after which they are started; SPREAD_FROM when None.
    """

    def __init__(
        self, normaliser: Normaliser, processes: int | None = None, spread_from: int | None = None
    ) -> None:
        self._normaliser = normaliser
        self._wanted = processes_here() if processes is None else processes
        self._left = SPREAD_FROM if spread_from is None else spread_from
        self._idle: asyncio.Queue[Process] = asyncio.Queue()
        self._started: list[Process] = []

    @property
    def processes(self) -> list[int]:
        """The ids of the processes that have been started."""
        return [process.pid for process in self._started]

    @property
    def at_once(self) -> int:
        """How many runs may be under way: one for each process, and one that waits for the first to end."""
        return len(self._started) + 1 if self._started else 0

    async def begin(self, run: Run, *, is_whole: bool) -> asyncio.Task[list[Read]]:
        """Begin to read a run. The task raises Unavailable where a process ends before it has answered.

        Arguments:
            is_whole: whether the batches are written down afterwards.
        """
        self._left -= sum(len(items) for _, items in run)
        if self._left < 0 and self._wanted:
            await self._start()
        return asyncio.create_task(self._read(run, is_whole))

    async def close(self) -> None:
        """End the processes. They hold nothing that is still needed."""
        ended, self._started = self._started, []
        self._idle = asyncio.Queue()
        for process in ended:
            process.kill()
        for process in ended:
            await asyncio.to_thread(reaped, process)

    async def _read(self, run: Run, is_whole: bool) -> list[Read]:
        if not self._started:
            read = await asyncio.to_thread(read_run, self._normaliser, run, is_whole=is_whole)
            run.clear()  # whoever made the run may still hold it
            return read
        process = await self._idle.get()
        try:
            read = await asyncio.to_thread(_asked, process, run, is_whole)
        except (EOFError, OSError) as error:
            process.kill()
            code = await asyncio.to_thread(process.wait)
            self._idle.put_nowait(process)  # whoever waits for one is told too, and does not wait for ever
            raise Unavailable(
                f"a process that read for this scan ended early ({_ending(code)})",
                hint="It may have run out of memory. Resume the scan: what was read to its end is not read again.",
            ) from error
        self._idle.put_nowait(process)
        return read

    async def _start(self) -> None:
        """Start the processes. Where they can't be started, this one goes on alone."""
        wanted, self._wanted = self._wanted, 0
        try:
            for _ in range(wanted):
                made = await asyncio.to_thread(started, "cloudviz.jobs.reading")
                self._started.append(made)
            async with asyncio.timeout(START_SECONDS):
                for process in self._started:
                    await asyncio.to_thread(_ready, process)
                    self._idle.put_nowait(process)
        except (EOFError, OSError, TimeoutError):
            await self.close()
        except BaseException:
            await self.close()
            raise


def _ready(process: Process) -> None:
    if process.stdout is None or received(process.stdout) != READY:
        raise EOFError


def _asked(process: Process, run: Run, is_whole: bool) -> list[Read]:
    """Ask a process and wait for what it says. Raises EOFError when it has ended."""
    assert process.stdin is not None and process.stdout is not None
    send(process.stdin, question(run, is_whole=is_whole))
    run.clear()  # whoever made the run may still hold it
    return understood(received(process.stdout))


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
