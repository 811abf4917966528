"""The circuit breaker: its states one by one, and against a model over any order of events."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.breaker import (
    FORGOTTEN,
    LONGEST_REST,
    REST,
    Attempt,
    Breaker,
    Breakers,
    NotAnswering,
    State,
    Troubled,
)

TIMEOUT, FAILED = CoverageStatus.TIMEOUT, CoverageStatus.FAILED


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock, status: CoverageStatus = TIMEOUT) -> Breaker:
    breaker = Breaker("ec2.eu-west-1.amazonaws.com", clock, failures=3)
    for _ in range(3):
        breaker.admit().failed(status)
    return breaker


def refusal(breaker: Breaker) -> NotAnswering:
    with pytest.raises(NotAnswering) as caught:
        breaker.admit()
    return caught.value


def test_it_opens_after_so_many_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker("host", Clock(), failures=3)
    for _ in range(4):
        breaker.admit().failed(TIMEOUT)
        breaker.admit().failed(TIMEOUT)
        breaker.admit().answered()
        assert breaker.state is State.CLOSED
    for state in (State.CLOSED, State.CLOSED, State.OPEN):
        breaker.admit().failed(TIMEOUT)
        assert breaker.state is state


@pytest.mark.parametrize("status", [TIMEOUT, FAILED])
def test_while_open_it_refuses_at_once_and_says_why_and_until_when(status: CoverageStatus) -> None:
    clock = Clock()
    breaker = opened(clock, status)
    clock.now += 7.5
    refused = refusal(breaker)
    assert refused.status is status
    assert refused.detail == "endpoint ec2.eu-west-1.amazonaws.com is not answering; next try in 25 s"


def test_after_the_rest_one_call_tries_and_the_others_still_fail() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += REST
    assert breaker.state is State.HALF_OPEN
    with breaker.admit() as probe:
        assert probe.is_probe
        assert refusal(breaker).detail.endswith("it is being tried again now")
        probe.answered()
    assert breaker.state is State.CLOSED
    assert not breaker.admit().is_probe


@pytest.mark.parametrize("is_back", [True, False])
async def test_who_comes_while_one_call_tries_waits_for_what_it_finds(is_back: bool) -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += REST
    probe = breaker.admit()
    others = [asyncio.create_task(breaker.turn()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in others)
    if is_back:
        probe.answered()
    else:
        probe.failed(TIMEOUT)
    found = await asyncio.gather(*others, return_exceptions=True)
    assert [type(each) for each in found] == [type(None) if is_back else NotAnswering] * 3


async def test_who_waits_for_a_probe_that_is_cancelled_may_probe() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += REST
    with breaker.admit():
        waiting = asyncio.create_task(breaker.turn())
        await asyncio.sleep(0)
    await waiting
    assert breaker.admit().is_probe


def test_each_try_in_vain_doubles_the_rest_up_to_a_limit_and_an_answer_makes_it_short_again() -> None:
    clock = Clock()
    breaker = opened(clock)
    rests = []
    for _ in range(6):
        clock.now += breaker.seconds_left
        breaker.admit().failed(TIMEOUT)
        rests.append(breaker.seconds_left)
    assert rests == [60, 120, 240, LONGEST_REST, LONGEST_REST, LONGEST_REST]
    clock.now += breaker.seconds_left
    breaker.admit().answered()
    for _ in range(3):
        breaker.admit().failed(TIMEOUT)
    assert breaker.seconds_left == REST


def test_a_probe_that_is_cancelled_tells_nothing_and_the_next_call_probes() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += REST
    with pytest.raises(KeyboardInterrupt), breaker.admit():
        raise KeyboardInterrupt
    assert breaker.state is State.HALF_OPEN
    assert breaker.admit().is_probe


def test_calls_from_before_it_opened_neither_prolong_the_rest_nor_spoil_a_probe() -> None:
    clock = Clock()
    breaker = Breaker("host", clock, failures=3)
    late = [breaker.admit() for _ in range(3)]
    for _ in range(3):
        breaker.admit().failed(TIMEOUT)
    clock.now += 10
    late[0].failed(TIMEOUT)
    assert breaker.seconds_left == REST - 10
    clock.now += REST
    probe = breaker.admit()
    late[1].failed(TIMEOUT)
    assert breaker.state is State.HALF_OPEN
    probe.answered()
    late[2].failed(TIMEOUT)
    assert breaker.state is State.CLOSED


def test_a_late_answer_shows_that_the_endpoint_is_there() -> None:
    clock = Clock()
    breaker = Breaker("host", clock, failures=1)
    late = breaker.admit()
    breaker.admit().failed(FAILED)
    assert breaker.state is State.OPEN
    late.answered()
    assert breaker.state is State.CLOSED


def test_what_nobody_tried_for_long_is_forgotten() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += REST + FORGOTTEN
    assert breaker.state is State.CLOSED
    breaker.admit().failed(TIMEOUT)
    breaker.admit().failed(TIMEOUT)
    assert breaker.state is State.CLOSED


def test_breakers_are_kept_by_provider_and_endpoint() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    assert breakers.counts() == {} and breakers.troubled() == []
    assert breakers.at("aws", "a") is breakers.at("aws", "a")
    breakers.at("gcp", "a").admit().answered()
    for endpoint in ("b", "a"):
        for _ in range(3):
            breakers.at("aws", endpoint).admit().failed(TIMEOUT)
        clock.now += 20
    assert breakers.troubled() == [
        Troubled("aws", "a", State.OPEN, "next try in 10 s"),
        Troubled("aws", "b", State.HALF_OPEN, "next try with the next call"),
    ]
    assert {key: count for key, count in breakers.counts().items() if count} == {
        ("aws", State.OPEN): 1,
        ("aws", State.HALF_OPEN): 1,
        ("gcp", State.CLOSED): 1,
    }


class AnyOrder(RuleBasedStateMachine):
    """Calls that begin, end, fail and vanish in any order, against what a reader of the rules would expect."""

    attempts = Bundle("attempts")
    LIMIT = 3

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = Breaker("host", self.clock, failures=self.LIMIT)
        self.opened_at: float | None = None
        self.rest = REST
        self.in_a_row = 0
        self.current: set[Attempt] = set()  # those whose failure still counts
        self.probe: Attempt | None = None

    def close(self) -> None:
        self.opened_at, self.probe, self.rest, self.in_a_row = None, None, REST, 0
        self.current.clear()

    def expected(self) -> State:
        if self.opened_at is None:
            return State.CLOSED
        past = self.clock.now - self.opened_at - self.rest
        if past < 0:
            return State.OPEN
        return State.CLOSED if past >= FORGOTTEN and not self.probe else State.HALF_OPEN

    @rule(target=attempts)
    def begin(self) -> Attempt | None:
        state = self.expected()
        try:
            attempt = self.breaker.admit()
        except NotAnswering:
            assert state is State.OPEN or (state is State.HALF_OPEN and self.probe)
            return None
        assert state is not State.OPEN and not (state is State.HALF_OPEN and self.probe)
        assert attempt.is_probe == (state is State.HALF_OPEN)
        if state is State.CLOSED and self.opened_at is not None:
            self.close()
        if attempt.is_probe:
            self.probe = attempt
        self.current.add(attempt)
        return attempt

    @rule(attempt=consumes(attempts))
    def answers(self, attempt: Attempt | None) -> None:
        if attempt is None:
            return
        attempt.answered()
        self.in_a_row = 0
        if self.opened_at is not None:
            self.close()

    @rule(attempt=consumes(attempts), status=st.sampled_from([TIMEOUT, FAILED]))
    def fails(self, attempt: Attempt | None, status: CoverageStatus) -> None:
        if attempt is None:
            return
        attempt.failed(status)
        if attempt not in self.current:
            return
        if attempt is self.probe:
            self.rest = min(2 * self.rest, LONGEST_REST)
        else:
            self.in_a_row += 1
            if self.in_a_row < self.LIMIT:
                return
        self.opened_at, self.probe = self.clock.now, None
        self.current.clear()

    @rule(attempt=consumes(attempts))
    def vanishes(self, attempt: Attempt | None) -> None:
        if attempt is None:
            return
        with attempt:
            pass
        if attempt is self.probe:
            self.probe = None

    @rule(seconds=st.sampled_from([0.0, 1.0, 29.0, 30.0, 60.0, 300.0, 1200.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @invariant()
    def agrees(self) -> None:
        assert self.breaker.state is self.expected()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
