"""What bills say, put together for people: sums that are the bill, months, forecast, and days that stand out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from cloudviz.costs.amounts import CENT, EXACT, ZERO, to_the_cent
from cloudviz.costs.charges import Basis
from cloudviz.costs.forecast import Forecast, anomalies, forecast
from cloudviz.costs.rates import Rates
from cloudviz.errors import Invalid
from cloudviz.store import Store
from cloudviz.store.costs import TOLD, Charged, DayRow, Sum

GROUPS = ("account", "region", "type", "tag", "service", "provider", "category", "month")
"""What sums are given by; the first four have routes in the contract."""

UNATTRIBUTED = "(unattributed)"
UNTAGGED = "(untagged)"
MOST_ANOMALIES = 50


def charged(
    *, month: str = "", providers: Sequence[str] = (), accounts: Sequence[str] = (), currency: str = ""
) -> Charged:
    """Which charges are meant. ``month`` is ``2026-10``, ``all``, or empty for the month shown of each payer.

    Raises Invalid.
    """
    months: tuple[str, ...] | None = None
    if month == "all":
        months = ()
    elif month:
        if not (
            len(month) == 7 and month[4] == "-" and month.replace("-", "").isdigit() and "01" <= month[5:] <= "12"
        ):
            raise Invalid(f"{month[:20]!r} is no month", hint="Write it as 2026-10.")
        months = (month,)
    return Charged(months, tuple(providers), tuple(accounts), currency.upper())


async def summary(
    store: Store, asked: Charged, basis: Basis = Basis.AMORTISED, rates: Rates | None = None
) -> dict[str, Any]:
    """The bill of each currency: what resources cost, what has none and why, by category; months; forecast.

    Amounts are in the currency's units. ``attributed`` and ``unattributed`` add up to ``total``, to the cent.
    ``converted`` has all of it in one currency where a table of ``rates`` is given, and None where none is.
    """
    by_reason = await store.costs.sums("reason", asked)
    by_category = await store.costs.sums("category", asked)
    every = Charged((), asked.providers, asked.accounts, asked.currency)
    by_month = await store.costs.sums("month", every)
    # Sums that a provider told are of a month, and no day's.
    days = [row for row in await store.costs.days(every) if row.billing_account != TOLD]
    currencies = sorted({each.currency for each in by_reason})
    shown = sorted({row[2] for row in await store.costs.months() if row[4]})
    told = [_of_currency(currency, by_reason, by_category, by_month, days, basis) for currency in currencies]
    return {
        "basis": basis.value,
        "months": list(asked.months) if asked.months else shown if asked.months is None else ["all"],
        "currencies": told,
        "converted": None if rates is None else _converted(told, rates),
        "anomalies": [
            {
                "day": each.day,
                "provider": each.key[0],
                "account": each.key[1],
                "service": each.key[2],
                "currency": each.key[3],
                "amount": float(each.amount),
                "expected": float(each.expected),
            }
            for each in anomalies(_by_service(days, basis))[:MOST_ANOMALIES]
        ],
    }


def _of_currency(
    currency: str,
    by_reason: Sequence[Sum],
    by_category: Sequence[Sum],
    by_month: Sequence[Sum],
    days: Sequence[DayRow],
    basis: Basis,
) -> dict[str, Any]:
    mine = [each for each in by_reason if each.currency == currency]
    total = sum(_cents(each, basis) for each in mine)
    attributed = sum(_cents(each, basis) for each in mine if not each.key)
    lines = sum(each.lines for each in mine)
    daily: dict[str, Decimal] = {}
    for row in days:
        if row.currency == currency:
            daily[row.day] = daily.get(row.day, ZERO) + _amount(row, basis)
    return {
        "currency": currency,
        "total": money(total),
        "attributed": money(attributed),
        "unattributed": money(total - attributed),
        "unattributed_by_reason": {each.key: money(_cents(each, basis)) for each in mine if each.key},
        "by_category": {each.key: money(_cents(each, basis)) for each in by_category if each.currency == currency},
        "lines": lines,
        "lines_attributed": sum(each.lines for each in mine if not each.key),
        "resources": sum(each.resources for each in mine if not each.key),
        "by_month": [
            {"month": each.key, "total": money(_cents(each, basis))}
            for each in sorted(by_month, key=lambda each: each.key)
            if each.currency == currency
        ],
        "forecast": _forecast(forecast(daily)),
    }


def _converted(told: Sequence[dict[str, Any]], rates: Rates) -> dict[str, Any]:
    """The bill in the currency of the table. What the table does not have is named, and in no sum."""
    parts = {"attributed": ZERO, "unattributed": ZERO}
    left_out = []
    for each in told:
        worth = {name: rates.worth(Decimal(str(each[name])), each["currency"]) for name in parts}
        if None in worth.values():
            left_out.append(each["currency"])
            continue
        parts = {name: EXACT.add(parts[name], worth[name] or ZERO) for name in parts}
    cents = to_the_cent(parts)
    return {
        "currency": rates.to,
        "total": money(sum(cents.values())),
        **{name: money(held) for name, held in cents.items()},
        "left_out": left_out,
        **{name: value for name, value in rates.document().items() if name != "to"},
    }


def _forecast(made: Forecast | None) -> dict[str, Any] | None:
    if made is None:
        return None
    return {
        "month": made.month,
        "as_of": made.as_of,
        "so_far": float(made.so_far),
        "expected": float(made.expected),
        "error": None if made.error is None else round(made.error, 4),
        "checked_months": made.checked_months,
    }


async def grouped(
    store: Store,
    by: str,
    asked: Charged,
    *,
    tag: str = "",
    basis: Basis = Basis.AMORTISED,
    rates: Rates | None = None,
) -> list[dict[str, Any]]:
    """Sums by one thing, largest first within a currency; what has no resource, or no such tag, is named so.

    The sums of a currency add up to its bill, to the cent. With ``rates`` they are in the table's currency, and
    what it does not have stays in its own. Raises Invalid for what bills are not grouped by.
    """
    if by not in GROUPS:
        raise Invalid(f"costs are not given by {by[:40]!r}", hint="Ask for " + ", ".join(GROUPS) + ".")
    if by == "tag" and not tag:
        raise Invalid("which tag is not said", hint="Give its key: tag=env.")
    nameless = {"type": UNATTRIBUTED, "tag": UNTAGGED}.get(by, "(none)")
    sums = await store.costs.sums(by, asked, tag)
    if rates is not None:
        sums = _exchanged(sums, rates)
    totals: dict[str, int] = {}
    for each in sums:
        totals[each.currency] = totals.get(each.currency, 0) + _cents(each, basis)
    rows = [
        {
            "key": each.key or nameless,
            "currency": each.currency,
            "amount": money(_cents(each, basis)),
            "share": round(_cents(each, basis) / totals[each.currency], 6) if totals[each.currency] else None,
            "resources": each.resources,
        }
        for each in sums
    ]
    return sorted(rows, key=lambda row: (row["currency"], -abs(row["amount"]), row["key"]))


def _exchanged(sums: Sequence[Sum], rates: Rates) -> list[Sum]:
    """The same sums in the currency of the table, so that they add up to the bill converted as a whole."""
    exact: dict[str, dict[str, Decimal]] = {"billed": {}, "amortised": {}}
    lines: dict[str, int] = {}
    resources: dict[str, int] = {}
    kept = []
    for each in sums:
        billed = rates.worth(each.billed_cents * CENT, each.currency)
        amortised = rates.worth(each.amortised_cents * CENT, each.currency)
        if billed is None or amortised is None:
            kept.append(each)
            continue
        for name, worth in (("billed", billed), ("amortised", amortised)):
            exact[name][each.key] = EXACT.add(exact[name].get(each.key, ZERO), worth)
        lines[each.key] = lines.get(each.key, 0) + each.lines
        resources[each.key] = resources.get(each.key, 0) + each.resources
    cents = {name: to_the_cent(held) for name, held in exact.items()}
    return kept + [
        Sum(key, rates.to, cents["billed"][key], cents["amortised"][key], lines[key], resources[key])
        for key in lines
    ]


async def analysis(store: Store, provider: str, asked: Charged, basis: Basis) -> dict[str, Any]:
    """Everything of one provider: its summary, and its sums by service, account, region and type."""
    told: dict[str, Any] = {"provider": provider, **await summary(store, asked, basis)}
    for by in ("service", "account", "region", "type"):
        told[f"by_{by}"] = await grouped(store, by, asked, basis=basis)
    return told


def _cents(each: Sum, basis: Basis) -> int:
    return each.billed_cents if basis is Basis.BILLED else each.amortised_cents


def _amount(row: DayRow, basis: Basis) -> Decimal:
    return row.billed if basis is Basis.BILLED else row.amortised


def money(cents: int) -> float:
    """Cents as a number of the currency's units, which JSON writes with two digits at most."""
    return float(cents * CENT)


def _by_service(days: Iterable[DayRow], basis: Basis) -> dict[tuple[str, ...], dict[str, Decimal]]:
    found: dict[tuple[str, ...], dict[str, Decimal]] = {}
    for row in days:
        held = found.setdefault((row.provider, row.account, row.service, row.currency), {})
        held[row.day] = held.get(row.day, ZERO) + _amount(row, basis)
    return found
