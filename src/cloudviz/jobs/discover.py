"""Look at a cloud and keep what was seen: sources ▶ normalise ▶ store."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cloudviz.errors import Cancelled, CloudVizError
from cloudviz.inventory.model import Coverage, CoverageStatus, Problem
from cloudviz.normalise import normalise
from cloudviz.runtime import clock
from cloudviz.sources.provider import CloudProvider, DiscoveryResult, ProviderConfig
from cloudviz.store import Store
from cloudviz.store.records import RecordedChanges

BLIND = frozenset({CoverageStatus.DENIED, CoverageStatus.THROTTLED, CoverageStatus.TIMEOUT, CoverageStatus.FAILED})
"""The outcomes that leave a gap: something may be there that was not seen."""


@dataclass(frozen=True, slots=True)
class DiscoveryOutcome:
    """What a discovery came to. ``status`` is ``completed``, ``partial`` or ``cancelled``."""

    discovery_id: str
    status: str
    resources: int
    links: int
    changes: RecordedChanges
    coverage: list[Coverage]
    problems: list[Problem]

    @property
    def gaps(self) -> list[Coverage]:
        """The coverage entries that hide something."""
        return [entry for entry in self.coverage if entry.status in BLIND]


async def discover(
    store: Store, provider: CloudProvider, config: ProviderConfig, discovery_id: str
) -> DiscoveryOutcome:
    """Scan with ``provider`` and record the result under a discovery that exists already.

    The discovery ends as ``completed``, ``partial`` (coverage has gaps), ``cancelled`` or ``failed``; what was
    seen before a gap is kept. Raises what the provider raises when nothing could be scanned at all.
    """
    await store.discoveries.start(discovery_id)
    try:
        result = await provider.discover_resources(config)
        outcome = await record(
            store, discovery_id, result, cancelled=bool(config.cancelled and config.cancelled())
        )
    except (CloudVizError, asyncio.CancelledError):
        await store.discoveries.finish(discovery_id, "failed")
        raise
    await store.discoveries.finish(discovery_id, outcome.status)
    return outcome


async def record(
    store: Store, discovery_id: str, result: DiscoveryResult, *, cancelled: bool = False
) -> DiscoveryOutcome:
    """Normalise the listings of a scan and store graph, coverage and problems in one transaction."""
    coverage = result.coverage()
    # Normalising 100,000 items takes seconds of pure computing: off the event loop with it.
    graph, problems = await asyncio.to_thread(normalise, result.items())
    changes = await store.inventories.record(discovery_id, graph, coverage, problems, clock.now())
    if cancelled:
        status = "cancelled"
    elif any(entry.status in BLIND for entry in coverage):
        status = "partial"
    else:
        status = "completed"
    return DiscoveryOutcome(
        discovery_id, status, len(graph.resources), len(graph.links), changes, coverage, problems
    )


__all__ = ["Cancelled", "DiscoveryOutcome", "discover", "record"]
