"""Look at a cloud and keep what was seen: sources ▶ normalise ▶ store."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Any

from cloudviz.errors import Cancelled, CloudVizError, Conflict
from cloudviz.inventory.document import coverage_document
from cloudviz.inventory.model import Coverage, Problem, gaps_in
from cloudviz.jobs.costs import allocate_after_look
from cloudviz.jobs.intake import Intake
from cloudviz.runtime import clock
from cloudviz.sources.provider import CloudProvider, ProviderConfig
from cloudviz.store import Store
from cloudviz.store.discoveries import is_live
from cloudviz.store.records import DiscoveryRecord, DiscoveryStatus, Ending, RecordedChanges


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
        return gaps_in(self.coverage)

    def summary(self) -> dict[str, Any]:
        """What a discovery came to, as jobs, the API and the command line report it."""
        return {
            "discovery_id": self.discovery_id,
            "status": self.status,
            "resources": self.resources,
            "links": self.links,
            "added": self.changes.added,
            "changed": self.changes.changed,
            "removed": self.changes.removed,
            "unchanged": self.changes.unchanged,
            "gaps": [coverage_document(entry) for entry in self.gaps],
            "problems": len(self.problems),
        }


async def discover(
    store: Store,
    provider: CloudProvider,
    config: ProviderConfig,
    discovery_id: str,
    *,
    processes: int | None = None,
    failure_is_told: bool = True,
) -> DiscoveryOutcome:
    """Scan with ``provider`` and record the result under a discovery that exists already.

    The discovery ends as ``completed``, ``partial`` (coverage has gaps), ``cancelled`` or ``failed``; what was
    seen before a gap is kept. Where an earlier try of the same discovery died, was cancelled or failed, what it
    had read is not read again, and the result is that of a scan that was never disturbed. Raises what the
    provider raises when nothing could be scanned at all.

    Arguments:
        processes: how many may help to read a large scan; as many as this machine has cores for when None.
        failure_is_told: whether a failure is the end of it, and told as an event; a job may try again.
    """
    await store.discoveries.start(discovery_id)
    intake = Intake(store, discovery_id, processes)
    try:
        await intake.recall()
        async with aclosing(provider.scan(replace(config, done=dict(intake.done)))) as parts:
            async for part in parts:
                await intake.take(part, stopped=_is_cancelled(config))
        outcome = await _record(store, discovery_id, intake, cancelled=_is_cancelled(config))
    except (CloudVizError, asyncio.CancelledError) as ended:
        if isinstance(ended, CloudVizError):
            await intake.keep()
        reason = ended.detail if isinstance(ended, CloudVizError) else "it was stopped"
        await store.discoveries.finish(discovery_id, "failed", reason, is_told=failure_is_told)
        raise
    finally:
        await intake.close()
    if outcome.status != "cancelled":
        with suppress(CloudVizError):  # retention takes away what stays
            await store.checkpoints.clear(discovery_id)
    await store.discoveries.tell(discovery_id)
    await allocate_after_look(store)
    return outcome


def _is_cancelled(config: ProviderConfig) -> bool:
    return bool(config.cancelled and config.cancelled())


async def _record(store: Store, discovery_id: str, intake: Intake, *, cancelled: bool) -> DiscoveryOutcome:
    """Link what was taken in; store graph, coverage, problems and the end in one transaction."""
    graph, coverage, problems = await intake.finish()
    if cancelled:
        status = "cancelled"
    elif gaps_in(coverage):
        status = "partial"
    else:
        status = "completed"
    found = DiscoveryOutcome(
        discovery_id, status, len(graph.resources), len(graph.links), RecordedChanges(), coverage, problems
    )
    # It ends in the transaction that records it: whoever dies has recorded and ended it, or neither.
    ending = Ending(status, found.summary())
    changes = await store.inventories.record(discovery_id, graph, coverage, problems, clock.now(), ending)
    return replace(found, changes=changes)


async def resumable(store: Store, provider: str, discovery_id: str) -> DiscoveryRecord:
    """The discovery that is to be resumed.

    Raises NotFound, and Conflict where it is one of another cloud, where somebody is still at work on it, and
    where nothing is left to resume.
    """
    await store.discoveries.close_abandoned()
    found = await store.discoveries.get(discovery_id)
    if found.provider != provider:
        raise Conflict(
            f"discovery {found.id} is one of {found.provider}", hint=f"Use `cloudviz discover {found.provider}`."
        )
    if not is_live(found.source):
        raise Conflict(f"discovery {found.id} is an import, and no scan", hint="Import the files again.")
    if found.status in (DiscoveryStatus.COMPLETED, DiscoveryStatus.PARTIAL):
        raise Conflict(
            f"discovery {found.id} is {found.status}: there is nothing left to resume",
            hint="Scan anew to see what has changed since, or what was refused then.",
        )
    if found.status in (DiscoveryStatus.PENDING, DiscoveryStatus.RUNNING):
        raise Conflict(
            f"discovery {found.id} is {found.status}: somebody is at work on it",
            hint="Wait for its end. One whose process died is taken for failed within a minute.",
        )
    return found


__all__ = ["Cancelled", "DiscoveryOutcome", "discover", "resumable"]
