"""What a demo snapshot is made of, and the small tools with which the clouds' estates are laid out.

Everything is a function of names: an id is a hash of what it names, so two runs give the same bytes and two
snapshots the same ids.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cloudviz.inventory.model import Coverage, RawItem, Scope

Body = dict[str, Any]
HOURS = Decimal(730)
"""Hours in a month, as all three clouds' calculators count them."""

_NAMESPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")  # the OID namespace of RFC 9562


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs from one snapshot to the next; the rest of the estate stays as it is.

    ``moment`` is 1, 2 or 3. Whatever appears or goes is written as "from" or "until" a moment where it is built.
    """

    moment: int
    name: str
    taken_at: str
    web_per_zone: int
    orders_db_class: str
    web_owner: str
    azure_web_size: str
    gcp_worker_count: int

    def since(self, moment: int) -> bool:
        """Whether something that came at ``moment`` is there already."""
        return self.moment >= moment

    def until(self, moment: int) -> bool:
        """Whether something that was last seen at ``moment`` is still there."""
        return self.moment <= moment


@dataclass(frozen=True)
class DemoSnapshot:
    """One look at the demo estate.

    Attributes:
        name: what the look is called, for people.
        taken_at: when, RFC 3339 in UTC.
        items: what the clouds answered, in their own field names.
        coverage: what was looked at; one service is denied in the second snapshot.
        costs: resource id → US dollars a month, for what has a price of its own.
    """

    name: str
    taken_at: str
    items: list[RawItem]
    coverage: list[Coverage]
    costs: Mapping[str, Decimal]


@dataclass(slots=True)
class Estate:
    """Collects the resources of one snapshot."""

    plan: Plan
    items: list[RawItem] = field(default_factory=list)
    costs: dict[str, Decimal] = field(default_factory=dict)

    def add(
        self,
        scope: Scope,
        type_key: str,
        native_type: str,
        body: Body,
        *,
        costs: tuple[str, Decimal] | None = None,
    ) -> None:
        """Put one resource into the snapshot. ``costs`` is its id and what it costs a month."""
        where = f"demo {scope.provider} {scope.account} {scope.region}".rstrip()
        self.items.append(RawItem(scope, native_type, body, type_key=type_key, where=where))
        if costs is not None:
            identifier, monthly = costs
            self.costs[identifier] = monthly.quantize(Decimal("0.01"))


def hex_of(name: str, digits: int) -> str:
    """So many hexadecimal digits that belong to this name."""
    return hashlib.sha256(name.encode()).hexdigest()[:digits]


def number_of(name: str, digits: int) -> str:
    """A decimal number of exactly so many digits that belongs to this name, as Google's ids are."""
    value = int(hashlib.sha256(name.encode()).hexdigest(), 16) % (9 * 10 ** (digits - 1))
    return str(10 ** (digits - 1) + value)


def guid_of(name: str) -> str:
    """A UUID that belongs to this name."""
    return str(uuid.uuid5(_NAMESPACE, name))


def hourly(dollars: str) -> Decimal:
    """A month of something priced by the hour."""
    return Decimal(dollars) * HOURS


def gigabytes(size: int, dollars: str) -> Decimal:
    """A month of so many gigabytes at a price for one."""
    return size * Decimal(dollars)


def addresses(prefix: str, first: int = 10) -> Iterator[str]:
    """``10.0.11.10``, ``10.0.11.11``, … in the /24 that ``prefix`` names by three octets."""
    for last in range(first, 255):
        yield f"{prefix}.{last}"
