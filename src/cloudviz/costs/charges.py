"""A bill, read: charges summed over the lines that agree in all that is asked of them.

A bill of a million lines names each resource once an hour. What is kept is one charge for each month, account,
currency, region, service, category and resource, and beside it the days of each account and service, so that
memory grows with the estate and not with the bill.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from cloudviz.costs.amounts import EXACT, ZERO
from cloudviz.inventory.model import Problem

MOST_PROBLEMS = 100
"""How many unreadable lines are told one by one; the rest are counted."""


class ChargeCategory(StrEnum):
    """What a charge is for (FOCUS 1.2 §2.4, ChargeCategory), with commitments apart."""

    USAGE = "usage"
    COMMITMENT = "commitment"  # buying a commitment, and the part of one that was not used
    PURCHASE = "purchase"
    TAX = "tax"
    CREDIT = "credit"
    ADJUSTMENT = "adjustment"


class Basis(StrEnum):
    """Which of a bill's two amounts is meant."""

    AMORTISED = "amortised"  # commitments spread over what used them: FOCUS EffectiveCost
    BILLED = "billed"  # what the invoice says: FOCUS BilledCost


class ChargeKey(NamedTuple):
    """What makes two lines one charge. ``resource`` is as the bill names it, empty where it names none.

    ``tags`` is canonical JSON of the bill's own tags, only where there is no resource that would carry them.
    """

    provider: str
    billing_account: str
    account: str
    month: str  # 2026-10
    currency: str
    region: str
    service: str
    category: str
    resource: str
    tags: str = ""


class DayKey(NamedTuple):
    """What makes two lines one day's sum."""

    provider: str
    billing_account: str
    account: str
    month: str  # of the bill, which the day may lie outside of
    day: str  # 2026-10-31
    currency: str
    service: str


@dataclass(slots=True)
class Amounts:
    """Exact sums over ``lines`` lines of a bill."""

    billed: Decimal = ZERO
    amortised: Decimal = ZERO
    lines: int = 0

    def add(self, billed: Decimal, amortised: Decimal, lines: int = 1) -> None:
        """One more line, or several."""
        self.billed = EXACT.add(self.billed, billed)
        self.amortised = EXACT.add(self.amortised, amortised)
        self.lines += lines

    def of(self, basis: Basis) -> Decimal:
        """The one that is asked for."""
        return self.billed if basis is Basis.BILLED else self.amortised


class Line(NamedTuple):
    """One line of a bill in the one form that all formats are read into."""

    key: ChargeKey
    day: str
    billed: Decimal
    amortised: Decimal
    tags: str = ""  # JSON, as the bill has them


@dataclass(slots=True)
class Place:
    """Where a charge's lines are added: to the charge, and to the day of its account and service."""

    key: ChargeKey
    charge: Amounts
    days: dict[str, Amounts]


@dataclass(slots=True)
class Bill:
    """What the files of one import hold together.

    Attributes:
        formats: what they were, in words: ``FOCUS 1.0``.
        charges: sums by :class:`ChargeKey`.
        days: sums by :class:`DayKey`.
        tags: of a bill's resource, by (provider, account, resource): the first that a line brought.
        lines: how many lines were read, and ``lost`` how many could not be.
        problems: the first hundred of those, each with its file and line.
    """

    formats: list[str] = field(default_factory=list)
    charges: dict[ChargeKey, Amounts] = field(default_factory=dict)
    days: dict[DayKey, Amounts] = field(default_factory=dict)
    tags: dict[tuple[str, str, str], str] = field(default_factory=dict)
    lines: int = 0
    lost: int = 0
    problems: list[Problem] = field(default_factory=list)
    _days: dict[tuple[str, ...], dict[str, Amounts]] = field(default_factory=dict)

    def take(self, line: Line) -> None:
        """Add one line."""
        self.add(self.place(line.key, line.tags), line.day, line.billed, line.amortised)

    def place(self, key: ChargeKey, tags: str) -> Place:
        """Where lines of a charge are added. ``tags`` are as the bill writes them."""
        sums = self.charges.get(key)
        if sums is None:
            sums = self.charges[key] = Amounts()
            if tags and key.resource:
                self.tags.setdefault((key.provider, key.account, key.resource), tags)
        whose = (key.provider, key.billing_account, key.account, key.month, key.currency, key.service)
        return Place(key, sums, self._days.setdefault(whose, {}))

    def add(self, place: Place, day: str, billed: Decimal, amortised: Decimal) -> None:
        """One line of the charge at ``place``."""
        self.lines += 1
        place.charge.add(billed, amortised)
        sums = place.days.get(day)
        if sums is None:
            key = place.key
            sums = place.days[day] = Amounts()
            named = DayKey(
                key.provider, key.billing_account, key.account, key.month, day, key.currency, key.service
            )
            self.days[named] = sums
        sums.add(billed, amortised)

    def lose(self, what: str, where: str) -> None:
        """A line that cannot be read: it is counted, and told while there are few."""
        self.lost += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem("", what, where))

    def months(self) -> list[str]:
        """The months that it bills, in order."""
        return sorted({key.month for key in self.charges})

    def totals(self, basis: Basis = Basis.BILLED) -> dict[tuple[str, str], Decimal]:
        """The exact sum of each (month, currency)."""
        return totals(self.charges, basis)


def totals(charges: Mapping[ChargeKey, Amounts], basis: Basis) -> dict[tuple[str, str], Decimal]:
    """The exact sum of each (month, currency)."""
    sums: dict[tuple[str, str], Decimal] = {}
    for key, amounts in charges.items():
        at = (key.month, key.currency)
        sums[at] = EXACT.add(sums.get(at, ZERO), amounts.of(basis))
    return sums


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """Their sum, without rounding."""
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total
