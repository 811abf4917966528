"""Each kind of job and the use-case it runs. One definition serves every kind of worker."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloudviz.diagram.options import PictureOptions
from cloudviz.errors import CloudVizError, Invalid, Unavailable
from cloudviz.inventory import document
from cloudviz.inventory.select import Selection, parse_filter
from cloudviz.jobs.diagrams import generate
from cloudviz.jobs.discover import DiscoveryOutcome, discover
from cloudviz.jobs.exports import Exports, clean_up
from cloudviz.jobs.imports import import_files
from cloudviz.jobs.providers import opened_credential, provider_for, scan_types
from cloudviz.runtime.settings import Settings
from cloudviz.runtime.storage import open_storage
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.provider import ProviderConfig, ScanProgress
from cloudviz.store import Store
from cloudviz.store.events import Event, EventKind
from cloudviz.store.records import JobRecord


@dataclass(slots=True)
class Run:
    """One attempt at a job: what it may use, and the two ways it talks with its worker.

    ``progress`` is read by the worker at each heartbeat; ``stop`` is set by it when the job is cancelled or
    was taken over. Both are safe to use from any thread. ``breakers`` are those of the process.
    """

    store: Store
    settings: Settings
    job: JobRecord
    progress: dict[str, Any] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    breakers: Breakers = field(default_factory=Breakers)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: ``succeeded``, ``partial`` or ``cancelled``, with the result that people read.

    ``events`` are told when, and only when, this end is written.
    """

    result: Mapping[str, Any]
    status: str = "succeeded"
    events: tuple[Event, ...] = ()


Task = Callable[[Run], Awaitable[Ended]]


async def run_discover(run: Run) -> Ended:
    """``{provider, discovery_id, request}``: a live scan into the discovery that the request made."""
    arguments = run.job.arguments
    request = arguments["request"]

    def on_progress(step: ScanProgress) -> None:
        run.progress = {"done": step.done, "total": step.total, "resources": step.resources, "at": step.at}

    try:
        config = ProviderConfig(
            accounts=tuple(request.get("accounts") or ()),
            regions=tuple(request.get("regions") or ()),
            types=scan_types(arguments["provider"], request),
            on_progress=on_progress,
            cancelled=run.stop.is_set,
        )
        secret = await opened_credential(run.settings, run.store, arguments["provider"], request)
        provider = provider_for(arguments["provider"], request, run.settings, run.breakers, secret)
    except CloudVizError:  # an unknown profile, say: the scan never begins, and its discovery must not wait for it
        await run.store.discoveries.finish(arguments["discovery_id"], "failed", is_told=False)
        raise
    outcome = await discover(run.store, provider, config, arguments["discovery_id"], failure_is_told=False)
    status = {"completed": "succeeded"}.get(outcome.status, outcome.status)
    return Ended(summary_of(outcome), status)


def summary_of(outcome: DiscoveryOutcome) -> dict[str, Any]:
    """What a discovery came to, as jobs, the API and the command line report it."""
    return {
        "discovery_id": outcome.discovery_id,
        "status": outcome.status,
        "resources": outcome.resources,
        "links": outcome.links,
        "added": outcome.changes.added,
        "changed": outcome.changes.changed,
        "removed": outcome.changes.removed,
        "unchanged": outcome.changes.unchanged,
        "gaps": [document.coverage_document(entry) for entry in outcome.gaps],
        "problems": len(outcome.problems),
    }


async def run_import(run: Run) -> Ended:
    """``{paths, source, account, region, folder}``: files into the store; then ``folder`` is removed."""
    arguments = run.job.arguments
    folder = Path(arguments["folder"]) if arguments.get("folder") else None
    try:
        outcome = await import_files(
            run.store,
            [Path(path) for path in arguments["paths"]],
            account=arguments.get("account", ""),
            region=arguments.get("region", ""),
            source=arguments.get("source", ""),
            cancelled=run.stop.is_set,
            within=folder,
        )
    except Unavailable:
        raise  # the job will be tried again, and needs its files
    except CloudVizError:
        _remove(folder)
        raise
    _remove(folder)
    return Ended(outcome.summary(), "partial" if outcome.status == "partial" else "succeeded")


def _remove(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


async def run_draw(run: Run) -> Ended:
    """``{discovery_ids, filter, at, since, previous, options, with_links}``: a picture, stored as a diagram."""
    arguments = run.job.arguments
    selection = parse_filter(
        arguments.get("filter", ""),
        Selection(discoveries=tuple(arguments.get("discovery_ids") or ()), at=arguments.get("at", "")),
    )
    options = PictureOptions(**arguments.get("options", {}))
    drawn = await generate(
        run.store,
        selection,
        options,
        with_links=arguments.get("with_links", True),
        since=arguments.get("since", ""),
        previous=arguments.get("previous", ""),
    )
    result = {"diagram_id": drawn.diagram_id, "metadata": drawn.metadata}
    ready = Event(EventKind.DIAGRAM_READY, f"diagram:{drawn.diagram_id}", {**result, "job_id": run.job.id})
    return Ended(result, events=(ready,))


async def run_export(run: Run) -> Ended:
    """``{filter, at}``: the inventory document as a file in the storage."""
    arguments = run.job.arguments
    selection = parse_filter(arguments.get("filter", ""), Selection(at=arguments.get("at", "")))
    inventory = await run.store.inventories.inventory(selection)
    content = await asyncio.to_thread(document.to_bytes, inventory)
    exported = await Exports(run.store, open_storage(run.settings)).keep(
        f"job:{run.job.id}", content, suffix="json", media_type="application/json", stem="inventory"
    )
    if not exported.is_kept:
        raise Unavailable("the storage can't be written to", hint="See GET /health.")
    return Ended({"file": exported.file.name, "resources": len(inventory.graph.resources)})


async def run_cleanup(run: Run) -> Ended:
    """Without arguments: let go of what is older than the settings keep it, and of files that nothing leads to."""
    removed = await run.store.retention.remove(run.settings.retention, stopped=run.stop.is_set)
    if not run.stop.is_set():
        removed["files"] = await clean_up(run.store, open_storage(run.settings), stopped=run.stop.is_set)
    return Ended({"removed": removed}, "cancelled" if run.stop.is_set() else "succeeded")


TASKS: dict[str, Task] = {
    "cleanup": run_cleanup,
    "discover": run_discover,
    "import": run_import,
    "draw": run_draw,
    "export": run_export,
}


def task_for(kind: str) -> Task:
    """The task of a job kind. Raises :class:`~cloudviz.errors.Invalid` for an unknown one."""
    try:
        return TASKS[kind]
    except KeyError:
        raise Invalid(f"there is no job kind {kind!r}", hint=f"Known kinds: {', '.join(sorted(TASKS))}.") from None
