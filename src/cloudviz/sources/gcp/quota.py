"""Asking Google no faster than it answers: so many calls in any minute, per project and service.

Cloud Asset Inventory lists 100 times a minute per project
(https://cloud.google.com/asset-inventory/docs/quota); the others are documented per service, and mostly far above
what a scan asks. The window slides: a fixed minute would let twice as many through at its turn.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

MINUTE = 60.0

CALLS_A_MINUTE: Mapping[str, int] = {
    "bigquery.googleapis.com": 3000,
    "cloudasset.googleapis.com": 100,
    "cloudkms.googleapis.com": 300,
    "cloudresourcemanager.googleapis.com": 240,
    "sqladmin.googleapis.com": 180,
}
DEFAULT_CALLS = 600


class Window:
    """At most ``calls`` in any ``seconds``. Callers wait their turn in the order they came."""

    def __init__(
        self,
        calls: int,
        seconds: float = MINUTE,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._calls = calls
        self._seconds = seconds
        self._now = now
        self._sleep = sleep
        self._made: deque[float] = deque()
        self._closed_until = 0.0
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Return when one more call may be made."""
        async with self._turn:
            while True:
                now = self._now()
                while self._made and self._made[0] <= now - self._seconds:
                    self._made.popleft()
                wait = self._closed_until - now
                if len(self._made) >= self._calls:
                    wait = max(wait, self._made[0] + self._seconds - now)
                if wait <= 0:
                    self._made.append(now)
                    return
                await self._sleep(wait)

    def heard(self, headers: Mapping[str, str], status: int, wait: float | None) -> None:
        """Let nobody through for a while when the service said ``Retry-After`` to one."""
        if wait and status in (403, 429):
            self._closed_until = max(self._closed_until, self._now() + wait)


class Quota:
    """The windows of one scan, made when first asked for."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        calls: Mapping[str, int] = CALLS_A_MINUTE,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._calls = calls
        self._windows: dict[tuple[str, str], Window] = {}

    def window(self, host: str, project: str) -> Window:
        """The window of a service for a project. Regional hosts share their service's quota."""
        service = host.rpartition("-")[2] if host.endswith("-aiplatform.googleapis.com") else host
        key = (service, project)
        if key not in self._windows:
            calls = self._calls.get(service, DEFAULT_CALLS)
            self._windows[key] = Window(calls, now=self._now, sleep=self._sleep)
        return self._windows[key]
