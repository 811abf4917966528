from __future__ import annotations

from cloudviz.access.throttle import ADDRESS, FORGET_AFTER, MOST_COUNTERS, NAME, PAIR, SignInThrottle
from cloudviz.errors import TooManyRequests


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def wait(throttle: SignInThrottle, name: str, address: str) -> float:
    """Seconds until the next attempt may begin; 0 when it has begun."""
    try:
        throttle.attempt(name, address)
    except TooManyRequests as refusal:
        return refusal.retry_after
    return 0


def test_the_delay_grows_by_doubling_up_to_its_limit() -> None:
    clock = Clock()
    throttle = SignInThrottle(clock)
    delays = []
    for _ in range(14):
        if delay := wait(throttle, "ada", "10.0.0.1"):
            delays.append(delay)
            clock.now += delay
            assert wait(throttle, "ada", "10.0.0.1") == 0
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_refused_attempt_makes_nothing_worse() -> None:
    clock = Clock()
    throttle = SignInThrottle(clock)
    for _ in range(PAIR.free + 1):
        throttle.attempt("ada", "10.0.0.1")
    assert [wait(throttle, "ada", "10.0.0.1") for _ in range(50)] == [1.0] * 50


def test_the_owner_elsewhere_is_not_locked_out_by_a_stranger() -> None:
    clock = Clock()
    throttle = SignInThrottle(clock)
    for _ in range(300):
        wait(throttle, "ada", "203.0.113.9")
        clock.now += 0.5
    assert wait(throttle, "ada", "10.0.0.1") == 0


def test_guessing_from_many_addresses_slows_a_name_by_seconds_only() -> None:
    throttle = SignInThrottle(Clock())
    delays = [wait(throttle, "ada", f"203.0.113.{n}") for n in range(NAME.free + 50)]
    assert delays[: NAME.free] == [0] * NAME.free
    assert 0 < max(delays) <= NAME.longest


def test_guessing_many_names_slows_the_address() -> None:
    throttle = SignInThrottle(Clock())
    delays = [wait(throttle, f"user{n}", "203.0.113.9") for n in range(ADDRESS.free + 2)]
    assert delays[: ADDRESS.free + 1] == [0] * (ADDRESS.free + 1)
    assert delays[-1] == 1


def test_success_forgets() -> None:
    throttle = SignInThrottle(Clock())
    for _ in range(50):
        for _ in range(PAIR.free):
            throttle.attempt("ada", "10.0.0.1")
        throttle.succeeded("ada", "10.0.0.1")
        for _ in range(PAIR.free - 1):  # the failures themselves still count against the address
            throttle.succeeded("ada", "10.0.0.1")


def test_quiet_forgets() -> None:
    clock = Clock()
    throttle = SignInThrottle(clock)
    for _ in range(PAIR.free + 1):
        throttle.attempt("ada", "10.0.0.1")
    clock.now += FORGET_AFTER + 1
    for _ in range(PAIR.free):
        assert wait(throttle, "ada", "10.0.0.1") == 0


def test_names_are_counted_without_case() -> None:
    throttle = SignInThrottle(Clock())
    for name in ("ada", "ADA", " Ada ", "aDa", "adA", "ada"):
        assert wait(throttle, name, "10.0.0.1") == 0
    assert wait(throttle, "Ada", "10.0.0.1") == 1


def test_a_flood_of_names_does_not_fill_the_memory() -> None:
    clock = Clock()
    throttle = SignInThrottle(clock)
    for n in range(MOST_COUNTERS):
        wait(throttle, "x" * 10_000 + str(n), f"address {n}")
    assert len(throttle._counters) <= MOST_COUNTERS
