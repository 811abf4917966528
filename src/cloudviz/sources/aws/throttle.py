"""Asking AWS no faster than it answers: one token bucket per (account, region, service, action).

The rates are those Steampipe ships, which its users found by running into the limits; EC2's is documented as a
bucket of 100 refilled at 20 a second: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_second`` calls for ever, after ``burst`` at once."""

    per_second: float
    burst: float


DEFAULT_RATE = Rate(20, 100)

RATES: tuple[tuple[str, str, Rate], ...] = (
    ("cloudfront", "*", Rate(5, 5)),
    ("route53", "*", Rate(5, 5)),
    ("kinesis", "describe_stream*", Rate(10, 10)),
    ("kinesis", "list_*", Rate(5, 5)),
    ("wafv2", "*", Rate(5, 5)),
    ("iam", "*polic*", Rate(35, 35)),
    ("iam", "*role*", Rate(15, 15)),
    ("lambda", "get_function", Rate(100, 100)),
    ("lambda", "get_policy", Rate(15, 15)),
    ("lambda", "list_functions", Rate(10, 10)),
    # S3 serves thousands of requests a second per bucket; this keeps one scan from being a burden.
    ("s3", "*", Rate(100, 200)),
    ("sqs", "*", Rate(100, 200)),
    ("ce", "*", Rate(1, 5)),
    # 15 a second: https://docs.aws.amazon.com/ARG/latest/userguide/quotas.html
    ("resourcegroupstaggingapi", "*", Rate(12, 15)),
    ("apigateway", "*", Rate(10, 20)),
    ("organizations", "*", Rate(8, 12)),
    # Each is a handler that calls the service behind it.
    ("cloudcontrol", "*", Rate(5, 10)),
    ("cloudformation", "list_types", Rate(5, 10)),
    # Not documented; queries over a whole organisation are dear.
    ("config", "*", Rate(10, 20)),
    ("*", "*", DEFAULT_RATE),
)
"""(service, action pattern, rate), the first that fits."""


def rate_of(service: str, operation: str) -> Rate:
    """The rate for a boto3 service and operation."""
    for known, pattern, rate in RATES:
        if known in (service, "*") and fnmatchcase(operation, pattern):
            return rate
    return DEFAULT_RATE


class Bucket:
    """A token bucket. Callers wait their turn in the order they came.

    Arguments:
        rate: how fast it refills and how much it holds.
        clock, sleep: the time; a test gives its own.
    """

    def __init__(
        self,
        rate: Rate,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._level = rate.burst
        self._at = clock()

    async def take(self) -> None:
        """Return when one more call may be made."""
        now = self._clock()
        self._level = min(self._rate.burst, self._level + (now - self._at) * self._rate.per_second)
        self._at = now
        # The level may go below zero: each caller reserves its token now and waits until it would be there.
        self._level -= 1
        if self._level < 0:
            await self._sleep(-self._level / self._rate.per_second)


class Throttle:
    """The buckets of one scan, made when first asked for."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._buckets: dict[tuple[str, str, str, str], Bucket] = {}

    async def take(self, account: str, region: str, service: str, operation: str) -> None:
        """Return when ``operation`` may be called once more."""
        key = (account, region, service, operation)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(rate_of(service, operation), self._clock, self._sleep)
        await bucket.take()
