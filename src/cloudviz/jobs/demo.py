"""Fill a store with the bundled estate: three clouds, three snapshots that differ."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from cloudviz.inventory.model import Graph, gaps_in
from cloudviz.normalise import normalise
from cloudviz.runtime import clock
from cloudviz.sources.demo import DemoSnapshot, snapshots
from cloudviz.store import Store


async def load_demo(store: Store) -> int:
    """Record every snapshot of the estate, one discovery a cloud. Returns how many resources the last one has."""
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
    return shown


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
