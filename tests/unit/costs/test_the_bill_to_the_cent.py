"""What resources cost and what belongs to none are together the bill, whatever the bill and the inventory are."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some

from cloudviz.costs.allocation import Allocation, Known, allocate, names_of
from cloudviz.costs.apportioning import apportion
from cloudviz.costs.charges import Amounts, ChargeCategory, ChargeKey
from cloudviz.costs.reading import read_bill

SAMPLE = Path(__file__).parents[2] / "payloads" / "costs" / "focus_sample.csv"
CENT = Decimal("0.01")

AMOUNTS = some.one_of(
    some.decimals(min_value=-(10**9), max_value=10**9, places=12),
    some.sampled_from(["0", "0.005", "-0.005", "0.004999999999", "0.0000000001", "33.333333333333"]).map(Decimal),
)
RESOURCES = (
    "",
    "web",
    "db",
    "i-0123456789abcdef0",
    "arn:aws:ec2:eu-west-1:1:instance/i-0123456789abcdef0",
    "gone",
)


@some.composite
def bills(draw: some.DrawFn) -> dict[ChargeKey, Amounts]:
    keys = some.builds(
        ChargeKey,
        provider=some.just("aws"),
        billing_account=some.sampled_from(["p", "q"]),
        account=some.sampled_from(["1", "2"]),
        month=some.sampled_from(["2026-09", "2026-10"]),
        currency=some.sampled_from(["USD", "JPY", "EUR"]),
        region=some.sampled_from(["", "eu-west-1"]),
        service=some.sampled_from(["EC2", "S3"]),
        category=some.sampled_from([each.value for each in ChargeCategory]),
        resource=some.sampled_from(RESOURCES),
    )
    amounts = some.builds(Amounts, billed=AMOUNTS, amortised=AMOUNTS, lines=some.integers(1, 9))
    return draw(some.dictionaries(keys, amounts, max_size=40))


def checked(charges: dict[ChargeKey, Amounts], allocation: Allocation) -> None:
    cents = apportion(charges, allocation)
    assert cents.keys() == charges.keys()
    for basis in ("billed", "amortised"):
        exact: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
        whole: dict[tuple[str, ...], int] = defaultdict(int)
        of_owner: dict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for key, held in charges.items():
            payer = (key.billing_account, key.account, key.month, key.currency)
            owner = (*payer, allocation.resource_of.get(key) or allocation.reasons[key].value)
            exact[payer] += getattr(held, basis)
            whole[payer] += getattr(cents[key], basis)
            of_owner[owner][0] += getattr(held, basis)
            of_owner[owner][1] += getattr(cents[key], basis) * CENT
        for payer, total in exact.items():
            assert whole[payer] * CENT == total.quantize(CENT, ROUND_HALF_EVEN), (basis, payer)
        for owner, (real, shown) in of_owner.items():
            assert abs(real - shown) < CENT, (basis, owner)


@given(bills())
@settings(max_examples=40, deadline=None)
def test_nodes_and_the_remainder_are_the_bill(charges: dict[ChargeKey, Amounts]):
    names = names_of(
        [
            Known("arn:aws:ec2:eu-west-1:1:instance/i-0123456789abcdef0", "aws", "1", "web", "aws.ec2.instance"),
            Known("arn:aws:rds:eu-west-1:2:db:db", "aws", "2", "db", "aws.rds.instance"),
        ]
    )
    checked(charges, allocate({key: held.lines for key, held in charges.items()}, names))


def test_the_sample_of_focus_is_its_bill_of_each_account_to_the_cent():
    """Every third resource of the sample is in the inventory; sums are taken from the file itself."""
    bill = read_bill([SAMPLE])
    named = sorted({key.resource for key in bill.charges if key.resource})
    known = [
        Known(name, "aws", key.account, "", "")
        for name in named[::3]
        for key in bill.charges
        if key.resource == name
    ]
    allocation = allocate({key: held.lines for key, held in bill.charges.items()}, names_of(known))
    checked(bill.charges, allocation)
    with SAMPLE.open(newline="") as file:
        lines = list(csv.DictReader(file))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line["SubAccountId"]] += Decimal(line["BilledCost"])
    cents = apportion(bill.charges, allocation)
    shown: dict[str, int] = defaultdict(int)
    for key, held in cents.items():
        shown[key.account] += held.billed
    assert {each: total.quantize(CENT, ROUND_HALF_EVEN) for each, total in sums.items()} == {
        each: total * CENT for each, total in shown.items()
    }
    without = sum(line["ResourceId"] == "NULL" for line in lines)
    assert (
        sum(allocation.lines.values()),
        allocation.lines["not_named"] + allocation.lines["not_of_resources"],
    ) == (
        len(lines),
        without,
    )
