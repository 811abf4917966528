"""What the month will come to, from its days so far; and how far off the same reckoning was in past months.

The days that are left are taken to cost what that weekday cost in the four weeks before: usage breathes with the
week, and one day's purchase must not be repeated (the median of four does not). What has no such past costs the
mean of the days so far.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from cloudviz.costs.amounts import ZERO, rounded

WEEKS = 4
PAST_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Forecast:
    """The end of a month, foreseen on ``as_of``.

    Attributes:
        so_far: what the days up to ``as_of`` cost.
        expected: what the whole month is expected to cost.
        error: how far off, as a share of what it came to, the same reckoning was at the same day of past months:
            the mean over ``checked_months`` of them; None where there are none.
    """

    month: str
    as_of: str
    so_far: Decimal
    expected: Decimal
    error: float | None
    checked_months: int


def forecast(days: Mapping[str, Decimal]) -> Forecast | None:
    """The forecast of the newest month, from what each day (``2026-10-31``) cost in one currency.

    None where there are no days. A month that is over is its own forecast.
    """
    if not days:
        return None
    known = {date.fromisoformat(day): amount for day, amount in days.items()}
    today = max(known)
    so_far, expected = _reckoned(known, today)
    errors = []
    first = today.replace(day=1)
    for _ in range(PAST_MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        if first not in known or last not in known:
            break
        actual = sum((amount for day, amount in known.items() if first <= day <= last), ZERO)
        then = min(first.replace(day=min(today.day, last.day)), last)
        _, foreseen = _reckoned(known, then)
        if actual:
            errors.append(abs(float((foreseen - actual) / actual)))
    error = sum(errors) / len(errors) if errors else None
    return Forecast(
        today.strftime("%Y-%m"), today.isoformat(), rounded(so_far), rounded(expected), error, len(errors)
    )


def _reckoned(known: Mapping[date, Decimal], today: date) -> tuple[Decimal, Decimal]:
    """What the month of ``today`` has cost so far, and with the days that are left, by what was known then."""
    first = today.replace(day=1)
    length = calendar.monthrange(today.year, today.month)[1]
    held = [known.get(first + timedelta(days=offset), ZERO) for offset in range(today.day)]
    so_far = sum(held, ZERO)
    mean = so_far / len(held)
    expected = so_far
    for number in range(today.day + 1, length + 1):
        day = today.replace(day=number)
        before = [day - timedelta(weeks=week) for week in range(1, WEEKS + 2)]
        past = [known[each] for each in before if each in known and each <= today][:WEEKS]
        expected += median(past) if len(past) >= 2 else mean
    return so_far, expected


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A day on which a part of the bill cost far more, or less, than it used to."""

    day: str
    key: tuple[str, ...]
    amount: Decimal
    expected: Decimal


def anomalies(
    days: Mapping[tuple[str, ...], Mapping[str, Decimal]],
    *,
    least: Decimal = Decimal(10),
    factor: Decimal = Decimal(6),
    window: int = 28,
    newest: int = 14,
) -> list[Anomaly]:
    """Days among the ``newest`` that stand out, newest and largest first.

    A day stands out when it is off the median of the days before by more than ``factor`` times their median
    deviation from it, by a quarter of it, and by ``least``: the median deviation is not moved by the few days that
    are themselves odd (Leys et al. 2013, on the median absolute deviation).

    Arguments:
        days: amounts of each day by what is looked at, such as (provider, account, service, currency).
        window: how many days before are compared with; with fewer than seven nothing is said.
    """
    last = max((day for held in days.values() for day in held), default="")
    if not last:
        return []
    end = date.fromisoformat(last)
    found = []
    for key, held in days.items():
        for offset in range(newest):
            day = end - timedelta(days=offset)
            past = [held.get((day - timedelta(days=back)).isoformat(), ZERO) for back in range(1, window + 1)]
            known = [back for back in range(window) if (day - timedelta(days=back + 1)).isoformat() in held]
            if len(known) < 7:
                continue
            past = past[: max(known) + 1]
            usual = median(past)
            spread = median([abs(each - usual) for each in past])
            amount = held.get(day.isoformat(), ZERO)
            off = abs(amount - usual)
            # The newest day is often billed only in part: that it is low says nothing.
            if offset == 0 and amount < usual:
                continue
            if off >= least and off > factor * spread and off * 4 > usual:
                found.append(Anomaly(day.isoformat(), key, rounded(amount), rounded(usual)))
    odd = {(each.key, each.day, each.amount > each.expected) for each in found}
    # What has become dearer for good is told once, on its first day.
    first = [each for each in found if (each.key, _day_before(each.day), each.amount > each.expected) not in odd]
    return sorted(first, key=lambda each: (each.day, abs(each.amount - each.expected)), reverse=True)


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
