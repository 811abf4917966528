"""What the clouds cost a month, and whether that is over a threshold: by bills, else by what resources carry."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cloudviz.errors import NotFound
from cloudviz.inventory.select import Selection
from cloudviz.jobs.cost_reports import charged, summary
from cloudviz.store import Store
from cloudviz.store.events import Event, EventKind


async def analyse(
    store: Store, *, provider: str = "", month: str = "", threshold: float | None = None
) -> tuple[dict[str, Any], list[Event]]:
    """The report of the bill, or the sums of what resources carry where there is none; and ``cost.threshold``.

    Arguments:
        provider: only this cloud; all when empty.
        month: ``2026-10``; the newest of each payer when empty.
        threshold: in each currency by itself.

    Raises NotFound when there is neither: no bill is not a bill of nothing.
    """
    providers = (provider,) if provider else ()
    report = await summary(store, charged(month=month, providers=providers))
    totals = {each["currency"]: each["total"] for each in report["currencies"]}
    result: dict[str, Any] = {"source": "bill", "report": report}
    if not totals and not month:
        totals = await _carried(store, providers)
        result = {"source": "resources"}
    if not totals:
        raise NotFound(
            "there is no bill to analyse, and no resource carries a cost",
            hint="`cloudviz costs import FILE` or `cloudviz costs fetch aws` brings one.",
        )
    over = [] if threshold is None else [name for name, total in sorted(totals.items()) if total > threshold]
    told = [
        Event(
            EventKind.COST_THRESHOLD,
            f"costs:{currency}",
            {
                "currency": currency,
                "monthly": totals[currency],
                "threshold": threshold,
                "provider": provider,
                "month": month,
            },
        )
        for currency in over
    ]
    return {**result, "monthly": dict(sorted(totals.items())), "threshold": threshold, "over": over}, told


async def _carried(store: Store, providers: tuple[str, ...]) -> dict[str, float]:
    """What resources say that they cost a month, by currency: imported documents do, without any bill."""
    graph = await store.inventories.read(Selection(providers=providers), with_links=False)
    totals: dict[str, Decimal] = {}
    for item in graph.resources.values():
        if item.cost_monthly is not None:
            currency = item.currency or "USD"
            totals[currency] = totals.get(currency, Decimal(0)) + item.cost_monthly
    return {currency: float(total) for currency, total in totals.items()}
