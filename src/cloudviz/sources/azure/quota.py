"""Resource Graph's quota: 15 queries in 5 seconds for each user, told in the headers of every answer.

Source: https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping

_DURATION = re.compile(r"(?:(?P<hours>\d{1,3}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{1,2}(?:\.\d+)?)")


def seconds_of(duration: str) -> float | None:
    """``00:00:05`` in seconds, None when it is no duration."""
    match = _DURATION.fullmatch(duration.strip())
    if match is None:
        return None
    return int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + float(match["seconds"])


class Quota:
    """How many queries may still be asked, and when the next lot begins.

    Arguments:
        clock, sleep: the time; a test gives its own.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._left: int | None = None
        self._renewed_at = 0.0

    async def take(self) -> None:
        """Return when one more query may be asked."""
        while self._left is not None and self._left <= 0:
            wait = self._renewed_at - self._clock()
            if wait <= 0:
                # The lot is new and nobody has said yet how large it is.
                self._left = None
                break
            await self._sleep(wait)
        if self._left is not None:
            self._left -= 1

    def heard(self, headers: Mapping[str, str], status: int, wait: float | None = None) -> None:
        """Learn from the headers of an answer."""
        resets = seconds_of(headers.get("x-ms-user-quota-resets-after", ""))
        if resets is None:
            return
        try:
            left = int(headers.get("x-ms-user-quota-remaining", ""))
        except ValueError:
            left = 0 if status == 429 else 1
        self._left = left
        self._renewed_at = self._clock() + resets
