"""Each kind of job and the use-case it runs. One definition serves every kind of worker."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloudviz.diagram.options import PictureOptions
from cloudviz.errors import CloudVizError, Invalid, NotFound, Unavailable
from cloudviz.inventory.select import Selection, parse_filter
from cloudviz.jobs.cleanup import clean_up
from cloudviz.jobs.costing import MEASURES, analyse
from cloudviz.jobs.diagrams import generate
from cloudviz.jobs.discover import discover
from cloudviz.jobs.imports import import_files
from cloudviz.jobs.inventory_export import write_export
from cloudviz.jobs.providers import opened_credential, provider_for, scan_types, source_of
from cloudviz.runtime.settings import Settings
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.provider import ProviderConfig, ScanProgress
from cloudviz.store import Store
from cloudviz.store.events import Event, EventKind
from cloudviz.store.job_rows import NewJob
from cloudviz.store.records import DiscoveryStatus, JobRecord
from cloudviz.store.types import new_uuid


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

    ``events`` are told, and ``followers`` put in the queue, when, and only when, this end is written.
    """

    result: Mapping[str, Any]
    status: str = "succeeded"
    events: tuple[Event, ...] = ()
    followers: tuple[NewJob, ...] = ()


Task = Callable[[Run], Awaitable[Ended]]


async def run_discover(run: Run) -> Ended:
    """``{provider, request, discovery_id, draw}``: a live scan; then, with ``draw``, a picture of what it saw.

    ``discovery_id`` is the discovery that the request made; one that a schedule starts has the id of its job, so
    that the attempt after a killed one goes on with the same.
    """
    arguments = run.job.arguments
    request = arguments.get("request") or {}
    discovery_id = str(arguments.get("discovery_id") or "")
    if not discovery_id:
        source = source_of(arguments["provider"], request)
        discovery_id = await run.store.discoveries.create(
            arguments["provider"], source, request, discovery_id=run.job.id
        )
    known = await run.store.discoveries.get(discovery_id)
    if known.outcome is not None and known.status in _DONE:  # its worker died before it could close the job
        return _discovered(run, known.outcome)

    try:
        config = ProviderConfig(
            accounts=tuple(request.get("accounts") or ()),
            regions=tuple(request.get("regions") or ()),
            types=scan_types(arguments["provider"], request),
            on_progress=_telling(run),
            cancelled=run.stop.is_set,
        )
        secret = await opened_credential(run.settings, run.store, arguments["provider"], request)
        provider = provider_for(arguments["provider"], request, run.settings, run.breakers, secret)
    except CloudVizError:  # an unknown profile, say: the scan never begins, and its discovery must not wait for it
        await run.store.discoveries.finish(discovery_id, "failed", is_told=False)
        raise
    outcome = await discover(run.store, provider, config, discovery_id, failure_is_told=False)
    return _discovered(run, outcome.summary())


def _telling(run: Run, *, is_of_files: bool = False) -> Callable[[ScanProgress], None]:
    """What notes each step of a scan or an import for those who follow the job; of files only their names.

    Where they lie on the server is nobody's business.
    """

    def told(step: ScanProgress) -> None:
        at = Path(step.at).name if is_of_files else step.at
        run.progress = {"done": step.done, "total": step.total, "resources": step.resources, "at": at}

    return told


_DONE = (DiscoveryStatus.COMPLETED, DiscoveryStatus.PARTIAL)


def _discovered(run: Run, outcome: Mapping[str, Any]) -> Ended:
    """The end of a discovery, with the picture that follows it where one is asked for."""
    status = {"completed": "succeeded"}.get(outcome["status"], outcome["status"])
    wanted = run.job.arguments.get("draw")
    if wanted is None or status == "cancelled":
        return Ended(outcome, status)
    picture = NewJob("draw", wanted, run.job.requested_by, priority=run.job.priority, id=new_uuid())
    return Ended({**outcome, "draw_job_id": picture.id}, status, followers=(picture,))


async def run_import(run: Run) -> Ended:
    """``{paths, source, account, region, folder}``: files into the store; then ``folder`` is removed."""
    arguments = run.job.arguments
    folder = Path(arguments["folder"]) if arguments.get("folder") else None
    with suppress(NotFound):
        known = await run.store.discoveries.get(run.job.id)
        if known.outcome is not None and known.status in _DONE:  # its worker died before it could close the job
            _remove(folder)
            return _imported(known.outcome)
    try:
        outcome = await import_files(
            run.store,
            [Path(path) for path in arguments["paths"]],
            account=arguments.get("account", ""),
            region=arguments.get("region", ""),
            source=arguments.get("source", ""),
            on_progress=_telling(run, is_of_files=True),
            cancelled=run.stop.is_set,
            within=folder,
            discovery_id=run.job.id,
        )
    except Unavailable:
        raise  # the job will be tried again, and needs its files
    except CloudVizError:
        _remove(folder)
        raise
    _remove(folder)
    return _imported(outcome.summary())


def _imported(outcome: Mapping[str, Any]) -> Ended:
    return Ended(outcome, "partial" if outcome["status"] == "partial" else "succeeded")


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
        diagram_id=run.job.id,  # a second attempt replaces what the first one left
    )
    result = {"diagram_id": drawn.diagram_id, "metadata": drawn.metadata}
    ready = Event(EventKind.DIAGRAM_READY, f"diagram:{drawn.diagram_id}", {**result, "job_id": run.job.id})
    return Ended(result, events=(ready,))


async def run_export(run: Run) -> Ended:
    """``{filter, at, format}``: the inventory as a file in the data folder, written in pieces."""
    arguments = run.job.arguments
    selection = parse_filter(arguments.get("filter", ""), Selection(at=arguments.get("at", "")))

    def report(progress: dict[str, Any]) -> None:
        run.progress = progress

    written = await write_export(
        run.store,
        run.settings.data_dir,
        run.job.id,
        selection,
        arguments.get("format", "json"),
        run.stop,
        report,
    )
    return Ended({}, "cancelled") if written is None else Ended(written)


async def run_costs(run: Run) -> Ended:
    """What the clouds cost by the bill; told where it is over the threshold, and which days stand out."""
    arguments = run.job.arguments
    result, told = await analyse(
        run.store,
        provider=arguments.get("provider", ""),
        account=arguments.get("account", ""),
        month=arguments.get("month", ""),
        threshold=arguments.get("threshold"),
        measure=arguments.get("measure", MEASURES[0]),
        anomalies=bool(arguments.get("anomalies")),
    )
    return Ended(result, events=tuple(told))


async def run_cleanup(run: Run) -> Ended:
    """Without arguments: let go of what is older than the settings keep it."""
    removed = await clean_up(run.store, run.settings, stopped=run.stop.is_set)
    return Ended({"removed": removed}, "cancelled" if run.stop.is_set() else "succeeded")


TASKS: dict[str, Task] = {
    "cleanup": run_cleanup,
    "costs": run_costs,
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
