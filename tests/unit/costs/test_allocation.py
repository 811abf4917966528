"""Whose charge it is, and cents that add up to the bill whatever it is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.costs.allocation import Known, Reason, allocate, names_of
from cloudviz.costs.amounts import rounded, to_the_cent
from cloudviz.costs.apportioning import apportion
from cloudviz.costs.charges import Amounts, ChargeKey

ACCOUNT = "123456789012"
MACHINE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0123456789abcdef0"
BUCKET = "arn:aws:s3:::logs"
CLUSTER = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster/shop"
API = "arn:aws:apigateway:eu-west-1::/restapis/abc123"
ARM = "/subscriptions/aaaa-1/resourcegroups/rg/providers/microsoft.sql/servers/db"
INSTANCE = "//compute.googleapis.com/projects/shop/zones/europe-west1-b/instances/web-1"
KNOWN = names_of(
    [
        Known(MACHINE, "aws", ACCOUNT, "web-1", "aws.ec2.instance"),
        Known(BUCKET, "aws", ACCOUNT, "logs", "aws.s3.bucket"),
        Known(CLUSTER, "aws", ACCOUNT, "shop", "aws.ecs.cluster"),
        Known(API, "aws", ACCOUNT, "orders", "aws.apigateway.rest_api"),
        Known(f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:twin", "aws", ACCOUNT, "twin", "aws.lambda.function"),
        Known(f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:twin", "aws", ACCOUNT, "twin", "aws.lambda.function"),
        Known(ARM, "azure", "aaaa-1", "db", "azure.sql.server"),
        Known(INSTANCE, "gcp", "shop", "web-1", "gcp.compute.instance", "7654321"),
    ]
)


@pytest.mark.parametrize(
    ("provider", "account", "named", "resource"),
    [
        ("aws", ACCOUNT, MACHINE, MACHINE),
        ("aws", ACCOUNT, "i-0123456789abcdef0", MACHINE),
        ("aws", "another", "i-0123456789abcdef0", MACHINE),  # given out once in the world
        ("aws", ACCOUNT, "arn:ats:el2:eu-test-1:1:instanle/i-0123456789abcdef0", MACHINE),  # mangled by an export
        ("aws", "another", "logs", BUCKET),
        ("aws", ACCOUNT, f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task/shop/0123", CLUSTER),
        ("aws", ACCOUNT, f"{API}/stages/prod", API),
        ("azure", "aaaa-1", ARM.upper().replace("/SUBSCRIPTIONS", "/Subscriptions"), ARM),
        ("azure", "aaaa-1", f"{ARM}/databases/orders", ARM),
        ("gcp", "shop", INSTANCE, INSTANCE),
        ("gcp", "shop", "//compute.googleapis.com/projects/shop/zones/europe-west1-b/instances/7654321", INSTANCE),
        ("gcp", "shop", "web-1", INSTANCE),
        ("aws", ACCOUNT, "twin", Reason.AMBIGUOUS),
        ("aws", ACCOUNT, "vol-0123456789abcdef0", Reason.NOT_IN_INVENTORY),
        ("aws", "another", "web-1", Reason.NOT_IN_INVENTORY),  # a name means something in its account only
        ("azure", "aaaa-1", "/subscriptions/aaaa-1/resourcegroups/rg", Reason.NOT_IN_INVENTORY),
        ("gcp", "other", "web-1", Reason.NOT_IN_INVENTORY),
    ],
)
def test_what_a_bill_calls_a_resource(provider: str, account: str, named: str, resource: str):
    assert KNOWN.find(provider, account, named) == resource


AMOUNTS = st.decimals(min_value=-1000, max_value=100_000, places=10)


@given(st.dictionaries(st.text(max_size=3), AMOUNTS, min_size=1, max_size=40))
def test_cents_add_up_to_the_rounded_sum_and_none_is_off_by_a_cent(parts: dict[str, Decimal]):
    cents = to_the_cent(parts)
    assert sum(cents.values()) == int(rounded(sum(parts.values(), Decimal(0))) * 100)
    for key, value in parts.items():
        assert abs(cents[key] - value * 100) < 1 + Decimal("1e-9")
    assert to_the_cent(dict(reversed(list(parts.items())))) == cents


KEYS = st.builds(
    ChargeKey,
    provider=st.just("aws"),
    billing_account=st.just("999"),
    account=st.sampled_from([ACCOUNT, "210987654321"]),
    month=st.sampled_from(["2026-09", "2026-10"]),
    currency=st.sampled_from(["USD", "EUR"]),
    region=st.just(""),
    service=st.sampled_from(["EC2", "S3"]),
    category=st.sampled_from(["usage", "tax", "credit"]),
    resource=st.sampled_from(["", "i-0123456789abcdef0", "logs", "gone"]),
)


@given(st.dictionaries(KEYS, st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=60))
def test_resources_and_the_remainder_are_the_bill_of_each_account_month_and_currency(bill):
    charges = {key: Amounts(billed, amortised, 1) for key, (billed, amortised) in bill.items()}
    allocation = allocate(dict.fromkeys(charges, 1), KNOWN)
    assert allocation.resource_of.keys() | allocation.reasons.keys() == charges.keys()
    assert not allocation.resource_of.keys() & allocation.reasons.keys()
    cents = apportion(charges, allocation)
    for name in ("billed", "amortised"):
        exact: dict[tuple[str, ...], Decimal] = {}
        shared: dict[tuple[str, ...], int] = {}
        by_resource: dict[tuple[str, ...], list[Decimal | int]] = {}
        for key, amounts in charges.items():
            whose = (key.account, key.month, key.currency)
            exact[whose] = exact.get(whose, Decimal(0)) + getattr(amounts, name)
            shared[whose] = shared.get(whose, 0) + getattr(cents[key], name)
            owner = allocation.resource_of.get(key)
            if owner:
                held = by_resource.setdefault((*whose, owner), [Decimal(0), 0])
                held[0] += getattr(amounts, name) * 100
                held[1] += getattr(cents[key], name)
        assert shared == {whose: int(rounded(amount) * 100) for whose, amount in exact.items()}
        assert all(abs(amount - whole) < 1 + Decimal("1e-9") for amount, whole in by_resource.values())
