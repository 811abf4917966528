"""A circuit breaker per cloud endpoint: what does not answer is left alone for a while, then tried by one call.

A scan makes thousands of calls. When an endpoint hangs, each of them would wait its full time; here the first few
do, the others fail at once with the reason, and after a rest one call tries whether it is back. An answer of any
kind closes the circuit, a refusal, a "not found" and "too many requests" among them: who answers is there.

The pattern is Michael Nygard's (Release It!, ch. 5): https://martinfowler.com/bliki/CircuitBreaker.html
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.call_outcomes import CallOutcomes

FAILURES = 3
"""Calls in a row that got no answer, each with all its attempts, after which a circuit opens."""

REST = 30.0
"""Seconds that an endpoint is left alone for at first. Each try in vain doubles them."""

LONGEST_REST = 300.0

FORGOTTEN = 900.0
"""Seconds after a rest in which nobody tried: what was down then may be anything now, and is taken to be up."""


class State(StrEnum):
    """``closed``: calls go through. ``open``: none does. ``half_open``: the next one may try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class NotAnswering(Exception):
    """A call that was not made, since its endpoint has not been answering.

    Attributes:
        status: what the calls before it came to: ``timeout`` or ``failed``.
        detail: one line for people.
    """

    def __init__(self, status: CoverageStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Breaker:
    """The circuit of one endpoint. Not for several threads at once.

    Arguments:
        endpoint: its host name, for the message.
        clock: seconds that only ever grow; a test gives its own.
        failures, rest: see :data:`FAILURES` and :data:`REST`.

    Attributes:
        calls: how many attempts were let through, since it was made.
        unanswered: how many of them ended without an answer.
    """

    def __init__(
        self,
        endpoint: str,
        clock: Callable[[], float] = time.monotonic,
        failures: int = FAILURES,
        rest: float = REST,
    ) -> None:
        self.endpoint = endpoint
        self.calls = 0
        self.unanswered = 0
        self._clock = clock
        self._limit = failures
        self._first_rest = self._rest = rest
        self._failures = 0
        self._until: float | None = None  # the end of the rest; None while closed
        self._status = CoverageStatus.FAILED
        self._probe: Attempt | None = None
        self._probed: asyncio.Event | None = None
        # Attempts made before the circuit opened may end after that, and tell nothing of now.
        self._era = 0

    @property
    def state(self) -> State:
        """The state now: rests end by themselves."""
        if self._until is None:
            return State.CLOSED
        past = self._clock() - self._until
        if past < 0:
            return State.OPEN
        return State.HALF_OPEN if past < FORGOTTEN or self._probe else State.CLOSED

    @property
    def seconds_left(self) -> float:
        """Until the next try; 0 when one may be made, or is."""
        return max(0.0, self._until - self._clock()) if self._until is not None else 0.0

    @property
    def is_probed(self) -> bool:
        """Whether one call is trying, for which the others should wait: see :meth:`turn`."""
        return self._probe is not None

    async def turn(self) -> None:
        """Return when an attempt may be made. Who comes while one call tries learns from it.

        Otherwise of a hundred lists that begin together all but one would be lost on an endpoint that is back.
        Raises :class:`NotAnswering`.
        """
        while self.is_probed:
            self._probed = self._probed or asyncio.Event()
            await self._probed.wait()
        self.check()

    def _end_probe(self) -> None:
        self._probe = None
        if self._probed is not None:
            self._probed.set()
            self._probed = None

    def check(self) -> None:
        """Raise :class:`NotAnswering` when a call made now would be refused."""
        state = self.state
        if state is State.OPEN or (state is State.HALF_OPEN and self._probe):
            raise NotAnswering(self._status, f"endpoint {self.endpoint} is not answering; {self.next_try()}")

    def next_try(self) -> str:
        """When the endpoint is tried again, in words."""
        if self._probe:
            return "it is being tried again now"
        left = self.seconds_left
        # In steps, so that calls refused one after the other are refused in the same words.
        return f"next try in {math.ceil(left / 5) * 5} s" if left else "next try with the next call"

    def admit(self) -> Attempt:
        """Let one attempt through, to be used as a context manager. Raises :class:`NotAnswering`."""
        self.check()
        self.calls += 1
        if self.state is State.CLOSED:
            if self._until is not None:
                self._close()
            return Attempt(self, self._era)
        self._probe = Attempt(self, self._era, is_probe=True)
        return self._probe

    def _answered(self) -> None:
        self._failures = 0
        if self._until is not None:
            self._close()

    def _close(self) -> None:
        self._failures, self._until = 0, None
        self._end_probe()
        self._rest = self._first_rest
        self._era += 1

    def _failed(self, attempt: Attempt, status: CoverageStatus) -> None:
        self.unanswered += 1
        if attempt.era != self._era:
            return
        if attempt is self._probe:
            self._rest = min(2 * self._rest, LONGEST_REST)
        else:
            self._failures += 1
            if self._failures < self._limit:
                return
        self._status = status
        self._until = self._clock() + self._rest
        self._end_probe()
        self._era += 1

    def _withdrawn(self, attempt: Attempt) -> None:
        if attempt is self._probe:
            self._end_probe()


class Attempt:
    """One call under way. Whoever leaves it without a word, cancelled for example, has told nothing."""

    def __init__(self, breaker: Breaker, era: int, *, is_probe: bool = False) -> None:
        self._breaker = breaker
        self.era = era
        self.is_probe = is_probe
        self._settled = False

    def __enter__(self) -> Attempt:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._settled:
            self._settled = True
            self._breaker._withdrawn(self)

    def answered(self) -> None:
        """The endpoint answered, whatever it said."""
        if not self._settled:
            self._settled = True
            self._breaker._answered()

    def failed(self, status: CoverageStatus) -> None:
        """There was no connection, no answer in time, or a server error. ``status`` is that of the listing."""
        if not self._settled:
            self._settled = True
            self._breaker._failed(self, status)


@dataclass(frozen=True, slots=True)
class Troubled:
    """An endpoint whose circuit is not closed. ``next_try`` says in words when it is tried again."""

    provider: str
    endpoint: str
    state: State
    next_try: str


class Breakers:
    """The breakers of a process, by provider and endpoint, each made when it is first asked for.

    Arguments:
        clock: see :class:`Breaker`.

    Attributes:
        outcomes: how the calls ended, by service.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.outcomes = CallOutcomes()
        self._clock = clock
        self._breakers: dict[tuple[str, str], Breaker] = {}

    def at(self, provider: str, endpoint: str) -> Breaker:
        """The breaker of an endpoint."""
        key = (provider, endpoint)
        breaker = self._breakers.get(key)
        if breaker is None:
            breaker = self._breakers[key] = Breaker(endpoint, self._clock)
        return breaker

    def troubled(self) -> list[Troubled]:
        """The endpoints whose circuit is not closed, sorted."""
        return [
            Troubled(provider, endpoint, state, breaker.next_try())
            for (provider, endpoint), breaker in sorted(self._breakers.items())
            if (state := breaker.state) is not State.CLOSED
        ]

    def calls(self) -> dict[str, tuple[int, int]]:
        """Provider → how many calls were made since the start, and how many of them got no answer."""
        told: dict[str, tuple[int, int]] = {}
        for (provider, _), breaker in sorted(self._breakers.items()):
            calls, unanswered = told.get(provider, (0, 0))
            told[provider] = (calls + breaker.calls, unanswered + breaker.unanswered)
        return told

    def counts(self) -> dict[tuple[str, State], int]:
        """How many endpoints of each provider are in each state, for the providers that were called."""
        counts = {(provider, state): 0 for provider, _ in sorted(self._breakers) for state in State}
        for (provider, _), breaker in self._breakers.items():
            counts[provider, breaker.state] += 1
        return counts
