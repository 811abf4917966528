"""Passwords: hashed with Argon2id, checked in the same time whether or not the person exists."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from cloudviz.errors import Invalid

# OWASP Password Storage Cheat Sheet, the Argon2id row with 19 MiB: 40 ms on one core here, against 287 ms
# with the library's defaults, which a login storm would turn into a denial of service.
MEMORY_KIB = 19 * 1024
ITERATIONS = 2
LANES = 1

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
    """Hashes and checks passwords on a small pool of threads of its own.

    Arguments:
        threads: how many hashes may run at once. Argon2 releases the interpreter lock; each holds 19 MiB.
    """

    def __init__(self, threads: int = 2) -> None:
        self._hasher = PasswordHasher(
            time_cost=ITERATIONS, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        # Checked in place of the hash of a person who does not exist, so that the clock tells nothing.
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))

    async def hash(self, password: str) -> str:
        """The Argon2id hash to store, in PHC form with its own random salt."""
        return await self._run(lambda: self._hasher.hash(_canonical(password)))

    async def check(self, password: str, stored: str | None) -> Verdict:
        """Compare a password with a stored hash; ``None`` stands for a person who does not exist."""
        return await self._run(lambda: self._check(password, stored))

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

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
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def _canonical(password: str) -> bytes:
    """One spelling for what looks alike on different keyboards (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
