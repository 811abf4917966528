"""What the clouds cost a month, whether that is over a budget, and days that stand out: by bills, else by what
resources carry. Each is told once: a schedule may look every hour."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from cloudviz.costs.amounts import written
from cloudviz.errors import NotFound
from cloudviz.inventory.select import Selection
from cloudviz.jobs.cost_reports import charged, summary
from cloudviz.runtime import clock
from cloudviz.store import Store
from cloudviz.store.events import Event, EventKind

MEASURES = ("month", "so_far", "forecast")
"""What a threshold is compared with: the month that is shown, the newest up to its last day billed, its end."""

MOST_ANOMALIES = 10
"""How many of the days that stand out are told by one job, the newest and dearest first."""

_WORDS = {"month": "cost", "so_far": "has cost so far", "forecast": "is expected to cost"}


async def analyse(
    store: Store,
    *,
    provider: str = "",
    account: str = "",
    month: str = "",
    threshold: float | None = None,
    measure: str = MEASURES[0],
    anomalies: bool = False,
) -> tuple[dict[str, Any], list[Event]]:
    """The report of the bill, or the sums of what resources carry where there is none; and what is to be told.

    Arguments:
        provider: only this cloud; all when empty.
        account: only this account; all when empty.
        month: ``2026-10``; the newest of each payer when empty.
        threshold: in each currency by itself. Over it, ``cost.threshold`` is told, once for each month.
        measure: one of :data:`MEASURES`.
        anomalies: whether days that stand out are told (``cost.anomaly``), each once.

    Raises NotFound when there is neither: no bill is not a bill of nothing.
    """
    providers = (provider,) if provider else ()
    accounts = (account,) if account else ()
    report = await summary(store, charged(month=month, providers=providers, accounts=accounts))
    of_bill = {each["currency"]: (each["total"], "") for each in report["currencies"]}
    result: dict[str, Any] = {"source": "bill", "report": report}
    if not of_bill and not month:
        carried = await _carried(store, providers, accounts)
        of_bill = {currency: (total, "") for currency, total in carried.items()}
        result = {"source": "resources"}
    elif measure != "month":
        of_bill = {
            each["currency"]: (
                each["forecast"]["expected" if measure == "forecast" else measure],
                each["forecast"]["month"],
            )
            for each in report["currencies"]
            if each["forecast"] is not None
        }
    if not of_bill:
        raise NotFound(
            "there is no bill to analyse, and no resource carries a cost",
            hint="`cloudviz costs import FILE` or `cloudviz costs fetch aws` brings one.",
        )
    shown = month or ", ".join(report["months"]) or f"{clock.now():%Y-%m}"
    over = sorted(word for word, (total, _) in of_bill.items() if threshold is not None and total > threshold)
    told = [
        _over(word, of_bill[word][0], threshold, provider, account, of_bill[word][1] or shown, measure)
        for word in over
        if threshold is not None
    ]
    if anomalies:
        told += [_odd(each) for each in report["anomalies"][:MOST_ANOMALIES]]
    result |= {
        "monthly": {word: total for word, (total, _) in sorted(of_bill.items())},
        "measure": measure,
        "threshold": threshold,
        "over": over,
    }
    return result, [each for each in told if not await store.events.has(each.kind, each.subject)]


def _over(
    currency: str, amount: float, threshold: float, provider: str, account: str, month: str, measure: str
) -> Event:
    what = " ".join(word for word in (provider, account) if word) or "everything"
    said = (
        f"{what} {_WORDS[measure]} {written(amount, currency)} {currency} in {month}, "
        f"over {written(threshold, currency)}"
    )
    body = {
        "summary": said,
        "currency": currency,
        "amount": amount,
        "monthly": amount,
        "threshold": threshold,
        "measure": measure,
        "provider": provider,
        "account": account,
        "month": month,
    }
    named = (currency, str(threshold), measure, provider, account, month)
    return Event(EventKind.COST_THRESHOLD, _subject(currency, named), body)


def _odd(day: Mapping[str, Any]) -> Event:
    currency = day["currency"]
    amount, usual = (written(day[name], currency) for name in ("amount", "expected"))
    said = f"{day['service']} of {day['account']} cost {amount} {currency} on {day['day']}, usually {usual}"
    named = (currency, day["provider"], day["account"], day["service"], day["day"])
    return Event(EventKind.COST_ANOMALY, _subject(currency, named), {"summary": said, **day})


def _subject(currency: str, named: Iterable[str]) -> str:
    """What it is about, the same whenever the same is found: names of clouds may be of any length."""
    digest = hashlib.sha256("\0".join(named).encode("utf-8", "replace")).hexdigest()[:16]
    return f"costs:{currency}:{digest}"


async def _carried(store: Store, providers: tuple[str, ...], accounts: tuple[str, ...]) -> dict[str, float]:
    """What resources say that they cost a month, by currency: imported documents do, without any bill."""
    graph = await store.inventories.read(Selection(providers=providers), with_links=False)
    totals: dict[str, Decimal] = {}
    for item in graph.resources.values():
        if item.cost_monthly is not None and (not accounts or item.account in accounts):
            currency = item.currency or "USD"
            totals[currency] = totals.get(currency, Decimal(0)) + item.cost_monthly
    return {currency: float(total) for currency, total in totals.items()}
