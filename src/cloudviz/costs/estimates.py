"""What a resource that no bill names is likely to cost: what its like costs by the estate's own bills.

List prices are no data that CloudViz may ship, and nobody pays them who has a contract. What the same size in the
same region came to on the bill is what this customer pays. An estimate is never part of a sum of the bill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from cloudviz.costs.amounts import rounded
from cloudviz.inventory.model import Resource

FLAT = frozenset(
    {
        "aws.ec2.eip",
        "aws.ec2.nat_gateway",
        "aws.elb.load_balancer",
        "aws.elbv2.alb",
        "aws.elbv2.nlb",
        "azure.network.public_ip",
        "gcp.network.address",
        "gcp.network.forwarding_rule",
    }
)
"""Types without a size, of which most of what each costs is paid by the hour."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a resource is likely to cost a month.

    Attributes:
        amount: the median of what its like costs, to the cent.
        low, high: the least and the most of them.
        like: how many resources of the bill it is taken from.
        same_region: false where none of them is in its region.
        source: the same in words.
    """

    amount: Decimal
    low: Decimal
    high: Decimal
    currency: str
    like: int
    same_region: bool
    source: str


_Like = tuple[str, str, str, str]  # type, size, region, currency


def estimates(resources: Iterable[Resource]) -> dict[str, Estimate]:
    """Of each resource without a cost, and with something like it that has one, what it is likely to cost.

    Disks are priced by the gigabyte of those of their class. Types that are paid by use, as buckets and functions
    are, have no estimate: what another one's use came to says nothing.
    """
    here: dict[_Like, list[Decimal]] = defaultdict(list)
    anywhere: dict[_Like, list[Decimal]] = defaultdict(list)
    unpriced = []
    currencies: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item in resources:
        size, amount = _size(item), item.cost_monthly
        if size is None:
            continue
        if amount is None or not item.currency:
            unpriced.append((item, size))
            continue
        if amount > 0:
            each = amount / (_capacity(item) or 1)
            currencies[item.provider][item.currency] += 1
            here[item.type, size, item.region, item.currency].append(each)
            anywhere[item.type, size, "", item.currency].append(each)
    found = {}
    for item, size in unpriced:
        by_use = currencies.get(item.provider)
        if by_use:
            currency = min(by_use, key=lambda word: (-by_use[word], word))
            made = _estimate(item, size, currency, here, anywhere)
            if made is not None:
                found[item.id] = made
    return found


def _estimate(
    item: Resource,
    size: str,
    currency: str,
    here: Mapping[_Like, list[Decimal]],
    anywhere: Mapping[_Like, list[Decimal]],
) -> Estimate | None:
    like = here.get((item.type, size, item.region, currency))
    place = item.region or "no region"
    if not like:
        like, place = anywhere.get((item.type, size, "", currency)), "other regions"
    if not like:
        return None
    capacity = _capacity(item)
    amount, low, high = (rounded(value * (capacity or 1)) for value in (median(like), min(like), max(like)))
    words = " ".join(word for word in (item.type, size) if word)
    per = f", {capacity} GB of it" if capacity else ""
    return Estimate(
        amount=amount,
        low=low,
        high=high,
        currency=currency,
        like=len(like),
        same_region=place != "other regions",
        source=f"median of {len(like)} × {words} in {place}, by your bills{per}",
    )


def _size(item: Resource) -> str | None:
    """What makes two of a type cost the same; None where nothing does."""
    size = item.properties.get("size")
    if isinstance(size, str) and size:
        return size
    return "" if item.type in FLAT or _capacity(item) else None


def _capacity(item: Resource) -> Decimal | None:
    """Gigabytes of a disk or snapshot, by which it is paid."""
    value = item.properties.get("capacity_gb")
    try:
        amount = Decimal(str(value)) if value is not None and not isinstance(value, bool) else None
    except ArithmeticError:
        return None
    return amount if amount is not None and amount.is_finite() and 0 < amount < 10**9 else None
