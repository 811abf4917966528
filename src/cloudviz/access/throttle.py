"""Slows down who guesses passwords, without locking anybody out.

A lock-out after so many failures would let a stranger lock out anybody whose name they know. So the delay
falls on a name *from an address*, more loosely on an address over all names, and on a name over all addresses
only by a few seconds, which ends a guessing game and costs the owner little.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cloudviz.errors import TooManyRequests


@dataclass(frozen=True, slots=True)
class Grade:
    """How one kind of counter slows down: ``free`` failures cost nothing, then 1, 2, 4 … ``longest`` seconds."""

    name: str
    free: int
    longest: float


PAIR = Grade("name and address", free=5, longest=60.0)
ADDRESS = Grade("address", free=30, longest=60.0)
NAME = Grade("name", free=100, longest=5.0)

FORGET_AFTER = 900.0  # seconds without a failure
MOST_COUNTERS = 20_000  # about 3 MB; the counter that has been quiet longest goes first


@dataclass(slots=True)
class _Counter:
    failures: int = 0
    last: float = 0.0
    open_at: float = 0.0


class SignInThrottle:
    """Counts failed attempts in this process.

    Arguments:
        now: a monotonic clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counters: OrderedDict[tuple[str, str], _Counter] = OrderedDict()

    def attempt(self, username: str, address: str) -> None:
        """Let an attempt begin, and count it as failed until :meth:`succeeded` says otherwise.

        Counting first means that a hundred attempts sent at once do not all slip through before one fails.
        Raises :class:`~cloudviz.errors.TooManyRequests` with the seconds to wait; a refused attempt counts
        for nothing, so that who keeps knocking waits no longer than who waits.
        """
        now = self._now()
        waiting = 0.0
        for grade, key in self._keys(username, address):
            counter = self._counters.get((grade.name, key))
            if counter is not None:
                waiting = max(waiting, counter.open_at - now)
        if waiting > 0:
            raise TooManyRequests(
                f"too many failed attempts to sign in; the next is possible in {_seconds(waiting)}",
                retry_after=waiting,
                hint="Wait, then try again. Nothing is locked: the right password will work.",
            )
        for grade, key in self._keys(username, address):
            self._count(grade, key, now)

    def succeeded(self, username: str, address: str) -> None:
        """The password was right: forget the failures of this name from here, and this attempt elsewhere."""
        for grade, key in self._keys(username, address):
            counter = self._counters.get((grade.name, key))
            if counter is None:
                continue
            if grade is PAIR:
                del self._counters[(grade.name, key)]
            else:
                counter.failures = max(0, counter.failures - 1)
                counter.open_at = 0.0

    def _count(self, grade: Grade, key: str, now: float) -> None:
        place = (grade.name, key)
        counter = self._counters.get(place)
        if counter is None or now - counter.last > FORGET_AFTER:
            counter = self._counters[place] = _Counter()
        counter.failures += 1
        counter.last = now
        over = counter.failures - grade.free
        counter.open_at = now + min(grade.longest, 2.0 ** min(over - 1, 16)) if over > 0 else 0.0
        self._counters.move_to_end(place)
        while len(self._counters) > MOST_COUNTERS:
            self._counters.popitem(last=False)

    @staticmethod
    def _keys(username: str, address: str) -> tuple[tuple[Grade, str], ...]:
        name = username.strip().casefold()[:200]
        return (PAIR, f"{name}\0{address}"), (ADDRESS, address), (NAME, name)


def _seconds(waiting: float) -> str:
    whole = max(1, round(waiting))
    return f"{whole} second{'' if whole == 1 else 's'}"
