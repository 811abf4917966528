"""Passwords: hashed with Argon2id, checked in the same time whether or not the person exists."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from cloudviz.errors import Invalid, Unavailable

# OWASP Password Storage Cheat Sheet, the Argon2id row with 19 MiB: 40 ms on one core here, against 287 ms
# with the library's defaults, which a login storm would turn into a denial of service.
MEMORY_KIB = 19 * 1024
ITERATIONS = 2
LANES = 1

NICENESS = 10
"""How far hashing stands back behind answering: a tenth of a core where that is all that is left."""

MOST_WAITING = 32
"""Hashes that may wait for a thread, a second or two of work; who comes then is told to come again."""

WAIT_SECONDS = 2.0

T = TypeVar("T")

SHORTEST = 8  # NIST SP 800-63B §5.1.1.2: at least 8 characters, no rules of composition
LONGEST = 1024  # hashing takes its time with the length of its input


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a password was right, and whether its hash was made with other parameters than today's."""

    right: bool
    outdated: bool = False


def check_new(password: str) -> None:
    """Raise :class:`~cloudviz.errors.Invalid` for a password that nobody should choose."""
    if len(password) < SHORTEST:
        raise Invalid(
            f"the password has fewer than {SHORTEST} characters", hint="A sentence of four words is a good one."
        )
    if len(password) > LONGEST:
        raise Invalid(f"the password has more than {LONGEST} characters", hint="Choose a shorter one.")


class Passwords:
    """Hashes and checks passwords on a small pool of threads of its own, behind everything else that runs.

    Arguments:
        threads: how many hashes may run at once; half of the cores when 0. Argon2 releases the interpreter lock;
            each holds 19 MiB.
        most_waiting: how many may wait for a thread.
    """

    def __init__(self, threads: int = 0, most_waiting: int = MOST_WAITING) -> None:
        self._hasher = PasswordHasher(
            time_cost=ITERATIONS, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        threads = threads or max(1, (os.cpu_count() or 2) // 2)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2", initializer=_stand_back)
        self._most = threads + most_waiting
        self._under_way = 0
        # Checked in place of the hash of a person who does not exist, so that the clock tells nothing.
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        """The Argon2id hash to store, in PHC form with its own random salt. Raises as :meth:`check` does."""
        return await self._run(lambda: self._hasher.hash(_canonical(password)))

    async def check(self, password: str, stored: str | None) -> Verdict:
        """Compare a password with a stored hash; ``None`` stands for a person who does not exist.

        Raises :class:`~cloudviz.errors.Unavailable` while too many wait already.
        """
        return await self._run(lambda: self._check(password, stored))

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def check_room(self) -> None:
        """Raise :class:`~cloudviz.errors.Unavailable` while as many wait as may."""
        if self._under_way >= self._most:
            raise Unavailable(
                "too many people are signing in at this moment",
                hint=f"Try again in {WAIT_SECONDS:g} seconds.",
                retry_after=WAIT_SECONDS,
            )

    def _check(self, password: str, stored: str | None) -> Verdict:
        # An over-long guess is cut, not refused early: it is hashed like any other and does not match.
        guess = _canonical(password[: LONGEST + 1])
        known = stored if stored and stored.startswith("$argon2") else None
        try:
            self._hasher.verify(known or self._decoy, guess)
        except (VerificationError, InvalidHashError):
            return Verdict(right=False)
        if known is None or len(password) > LONGEST:
            return Verdict(right=False)
        return Verdict(right=True, outdated=self._hasher.check_needs_rehash(known))

    async def _run(self, work: Callable[[], T]) -> T:
        self.check_room()
        self._under_way += 1
        # Counted until it has run: who goes away meanwhile leaves the work behind.
        try:
            running = self._pool.submit(work)
        except BaseException:
            self._under_way -= 1
            raise
        loop = asyncio.get_running_loop()

        def done(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody counts any more
                loop.call_soon_threadsafe(self._finished)

        running.add_done_callback(done)
        return await asyncio.wrap_future(running)

    def _finished(self) -> None:
        self._under_way -= 1


def _stand_back() -> None:
    """Let the system prefer everything else to this thread, where it has priorities for threads (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        if os.uname().sysname == "Linux":  # elsewhere the number of a thread may be that of some process
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _canonical(password: str) -> bytes:
    """One spelling for what looks alike on different keyboards (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
