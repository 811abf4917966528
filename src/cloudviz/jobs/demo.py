"""Fill a store with the bundled estate: three clouds, three snapshots that differ, and their bill."""

from __future__ import annotations

import asyncio
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from cloudviz.costs.charges import Bill, ChargeKey, Line
from cloudviz.inventory.model import Graph, gaps_in
from cloudviz.jobs.costs import keep_bill
from cloudviz.normalise import normalise
from cloudviz.runtime import clock
from cloudviz.sources.demo import DemoSnapshot, snapshots
from cloudviz.store import Store


async def load_demo(store: Store) -> int:
    """Record every snapshot of the estate, one discovery a cloud, and its bill.

    Returns how many resources the last one has.
    """
    shown = 0
    for snapshot in snapshots():
        graph, problems = await asyncio.to_thread(normalise, snapshot.items)
        graph = _priced(graph, snapshot)
        shown = len(graph.resources)
        for provider in sorted({entry.provider for entry in snapshot.coverage}):
            coverage = [entry for entry in snapshot.coverage if entry.provider == provider]
            discovery_id = await store.discoveries.create(
                provider, f"{provider}:demo", {"snapshot": snapshot.name}
            )
            await store.discoveries.start(discovery_id)
            await store.inventories.record(
                discovery_id,
                _of(graph, provider),
                coverage,
                problems if provider == _first(snapshot) else [],
                clock.parse(snapshot.taken_at),
            )
            status = "partial" if gaps_in(coverage) else "completed"
            await store.discoveries.finish(discovery_id, status)
    await keep_bill(store, _bill(snapshots()), source="demo")
    return shown


def _bill(looks: Sequence[DemoSnapshot]) -> Bill:
    """The estate's bill from September to the day before its last snapshot, in US dollars.

    Each day costs what the snapshot of then says a month costs, over the days of its month. Support, taxes and a
    credit belong to no resource, as in any bill; one day of November stands out.
    """
    bill = Bill(formats=["demo"])
    last = clock.parse(looks[-1].taken_at).date()
    day = date(2026, 9, 1)
    while day < last:
        look = max((each for each in looks if each.taken_at[:10] <= day.isoformat()), key=_taken, default=looks[0])
        month, length = day.isoformat()[:7], monthrange(day.year, day.month)[1]
        for resource, cost in sorted(look.costs.items()):
            provider, account, service, region = _billed_as(resource)
            amount = (cost / length).quantize(Decimal("1e-10"))
            if day == date(2026, 11, 14) and "natgateway" in resource:
                amount *= 9  # somebody copied a database through it
            key = ChargeKey(provider, "demo", account, month, "USD", region, service, "usage", resource)
            bill.take(Line(key, day.isoformat(), amount, amount))
        for category, service, amount in _OF_NO_RESOURCE:
            key = ChargeKey("aws", "demo", "123456789012", month, "USD", "", service, category, "")
            bill.take(Line(key, day.isoformat(), amount, amount))
        day += timedelta(days=1)
    return bill


_OF_NO_RESOURCE = (
    ("usage", "AWS Support (Business)", Decimal("13.40")),
    ("tax", "Tax", Decimal("9.80")),
    ("credit", "Promotional credit", Decimal("-4.00")),
)


def _taken(look: DemoSnapshot) -> str:
    return look.taken_at


def _billed_as(resource: str) -> tuple[str, str, str, str]:
    """Provider, account, service and region by a resource's id."""
    if resource.startswith("arn:"):
        _, _, service, region, account, *_ = resource.split(":", 5)
        return "aws", account or "123456789012", service, region
    parts = resource.split("/")
    if resource.startswith("//"):
        account = parts[parts.index("projects") + 1] if "projects" in parts else "acme-shop"
        return "gcp", account, parts[2].partition(".")[0], ""
    return "azure", parts[2], parts[parts.index("providers") + 1] if "providers" in parts else "azure", ""


def _first(snapshot: DemoSnapshot) -> str:
    return min((entry.provider for entry in snapshot.coverage), default="")


def _of(graph: Graph, provider: str) -> Graph:
    kept = {key: item for key, item in graph.resources.items() if item.provider == provider}
    return Graph(kept, [link for link in graph.links if link.source in kept])


def _priced(graph: Graph, snapshot: DemoSnapshot) -> Graph:
    """The graph with each resource's monthly cost, in US dollars, where the estate knows one."""
    priced = {
        key: replace(item, cost_monthly=snapshot.costs[key], currency="USD") if key in snapshot.costs else item
        for key, item in graph.resources.items()
    }
    return Graph(priced, graph.links)


__all__: Sequence[str] = ("load_demo",)
