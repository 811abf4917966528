"""Token buckets, in a time of the test's own."""

from __future__ import annotations

import pytest

from cloudviz.sources.aws.throttle import DEFAULT_RATE, Bucket, Rate, Throttle, rate_of


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_a_burst_passes_at_once_and_then_the_rate_holds() -> None:
    time = Time()
    bucket = Bucket(Rate(per_second=2, burst=3), time.clock, time.sleep)
    at = []
    for _ in range(6):
        await bucket.take()
        at.append(time.now - 1000)
    assert at == pytest.approx([0, 0, 0, 0.5, 1.0, 1.5])


async def test_what_was_not_used_comes_back_but_never_more_than_the_burst() -> None:
    time = Time()
    bucket = Bucket(Rate(per_second=2, burst=3), time.clock, time.sleep)
    for _ in range(3):
        await bucket.take()
    time.now += 3600
    for _ in range(3):
        await bucket.take()
    assert time.now == 4600
    await bucket.take()
    assert time.now == 4600.5


async def test_each_account_region_service_and_action_has_a_bucket_of_its_own() -> None:
    time = Time()
    throttle = Throttle(time.clock, time.sleep)
    for account in ("1", "2"):
        for region in ("eu-west-1", "us-east-1"):
            for action in ("list_functions", "list_tags"):
                for _ in range(10):
                    await throttle.take(account, region, "lambda", action)
    assert time.now == 1000
    await throttle.take("1", "eu-west-1", "lambda", "list_functions")
    assert time.now == pytest.approx(1000.1)


@pytest.mark.parametrize(
    ("service", "operation", "per_second"),
    [
        ("ec2", "describe_instances", 20),
        ("lambda", "list_functions", 10),
        ("lambda", "get_policy", 15),
        ("lambda", "get_function", 100),
        ("iam", "list_role_tags", 15),
        ("iam", "list_policies", 35),
        ("route53", "list_resource_record_sets", 5),
        ("kinesis", "describe_stream_summary", 10),
        ("kinesis", "list_streams", 5),
        ("unheard-of", "list_things", DEFAULT_RATE.per_second),
    ],
)
def test_the_measured_table(service: str, operation: str, per_second: float) -> None:
    assert rate_of(service, operation).per_second == per_second


def test_ec2_has_a_bucket_of_a_hundred() -> None:
    assert rate_of("ec2", "describe_volumes") == Rate(20, 100)
