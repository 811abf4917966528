"""Every request to the API, recorded in batches: writing each by itself would cost more than answering it.

Security events do not go this way: :class:`~cloudviz.access.audit.SecurityLog` writes them at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence

from cloudviz.errors import CloudVizError
from cloudviz.runtime.logs import get_logger
from cloudviz.store import Access, Store

CHUNK = 1000  # rows to a transaction, which costs about as much as the rows in it

log = get_logger(__name__)


class AccessLog:
    """Takes accesses and writes them to the audit.

    Arguments:
        most: how many may wait in memory; what comes beyond is counted in :attr:`dropped` and not kept.
        every: seconds between two writings.
    """

    def __init__(self, store: Store, *, most: int, every: float) -> None:
        self._store = store
        self._most = most
        self._every = every
        self._waiting: deque[Access] = deque()
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0
        self.written = 0

    def note(self, access: Access) -> None:
        """Take one access. Costs next to nothing, and never fails."""
        if len(self._waiting) >= self._most:
            self.dropped += 1
            return
        self._waiting.append(access)

    def start(self) -> None:
        """Begin to write now and then."""
        self._task = asyncio.create_task(self._run(), name="access log")

    async def close(self) -> None:
        """Write what waits, and stop."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.flush()

    async def flush(self) -> None:
        """Write what waits. What can't be written stays, as long as there is room."""
        while self._waiting:
            chunk = [self._waiting.popleft() for _ in range(min(CHUNK, len(self._waiting)))]
            try:
                await self._write(chunk)
            except asyncio.CancelledError:
                self._waiting.extendleft(reversed(chunk))
                raise
            except CloudVizError as error:
                log.warning("accesses could not be recorded", waiting=len(self._waiting), detail=error.detail)
                room = max(0, self._most - len(self._waiting))
                self.dropped += max(0, len(chunk) - room)
                self._waiting.extendleft(reversed(chunk[:room]))
                return

    async def _write(self, chunk: Sequence[Access]) -> None:
        await self._store.audit.append_accesses(chunk)
        self.written += len(chunk)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.flush()
            except Exception:  # the next batch may go better: nobody else would start this again
                log.exception("accesses could not be recorded")
