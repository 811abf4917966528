"""Files people already have, into a graph or into the store: sources.offline ▶ normalise ▶ store."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cloudviz.errors import CloudVizError
from cloudviz.inventory.model import (
    Coverage,
    CoverageStatus,
    DiscoveryInfo,
    Graph,
    Inventory,
    Problem,
    merge,
)
from cloudviz.normalise import cleaned, normalise
from cloudviz.runtime import clock
from cloudviz.sources.offline import read_paths
from cloudviz.sources.provider import Progress

if TYPE_CHECKING:  # reading files needs no database, and SQLAlchemy costs 0.35 s of every `cloudviz draw`
    from cloudviz.store import Store
    from cloudviz.store.records import RecordedChanges


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import came to. ``status`` is ``partial`` when something in the files was left out."""

    discovery_id: str
    status: str
    resources: int
    links: int
    changes: RecordedChanges
    problems: list[Problem]


def read_files(
    paths: Sequence[Path],
    *,
    account: str = "",
    region: str = "",
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    within: Path | None = None,
) -> Inventory:
    """Read any importable files into one inventory.

    ``account`` and ``region`` are what the caller knows and the files do not say. Coverage carries one
    ``seen`` entry per (account, region, type) the files hold, besides what inventory documents bring along.
    ``within`` is a folder to leave out of every name and message: uploads are told by the user's own names.
    Raises the refusals of :mod:`cloudviz.sources.offline` when no file could be read.
    """
    try:
        found = read_paths(paths, account=account, region=region, on_progress=on_progress, cancelled=cancelled)
    except CloudVizError as refusal:
        refusal.detail, refusal.where = _without(within, refusal.detail), _without(within, refusal.where)
        raise
    graph, problems = normalise(found.items)
    coverage = _coverage_of(graph)
    documents = found.inventories
    for document in documents:
        coverage.extend(document.coverage)
        problems.extend(document.problems)
    if documents:
        graph = merge([graph, *(cleaned(document.graph) for document in documents)])
    providers = sorted({item.provider for item in graph.resources.values()})
    source = (
        documents[0].discovery.source
        if len(documents) == 1 and not found.items
        else _source_name([_without(within, each) for each in found.sources])
    )
    every = (*found.problems, *problems)
    return Inventory(
        DiscoveryInfo(
            id=documents[0].discovery.id if len(documents) == 1 and not found.items else "",
            provider=providers[0] if len(providers) == 1 else "mixed",
            source=source,
        ),
        graph,
        sorted(
            coverage, key=lambda entry: (entry.provider, entry.account, entry.region, entry.type, entry.status)
        ),
        sorted({replace(each, where=_without(within, each.where)) for each in every}),
    )


async def import_files(
    store: Store,
    paths: Sequence[Path],
    *,
    account: str = "",
    region: str = "",
    source: str = "",
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    within: Path | None = None,
) -> ImportOutcome:
    """Read files and record them as one discovery. ``source`` names them; the file names when empty.

    ``within`` as in :func:`read_files`. Nothing is stored when the files are refused. A second import of the
    same source makes gone what has left it.
    """
    inventory = await asyncio.to_thread(
        read_files,
        paths,
        account=account,
        region=region,
        on_progress=on_progress,
        cancelled=cancelled,
        within=within,
    )
    name = source or inventory.discovery.source
    discovery_id = await store.discoveries.create(
        inventory.discovery.provider, name, {"paths": [path.name for path in paths]}
    )
    await store.discoveries.start(discovery_id)
    try:
        changes = await store.inventories.record(
            discovery_id, inventory.graph, inventory.coverage, inventory.problems, clock.now()
        )
    except BaseException:
        await store.discoveries.finish(discovery_id, "failed")
        raise
    lost = any(problem.loss for problem in inventory.problems)
    status = "partial" if lost or inventory.gaps() else "completed"
    await store.discoveries.finish(discovery_id, status)
    return ImportOutcome(
        discovery_id,
        status,
        len(inventory.graph.resources),
        len(inventory.graph.links),
        changes,
        inventory.problems,
    )


def _coverage_of(graph: Graph) -> list[Coverage]:
    counts = Counter((item.provider, item.account, item.region, item.type) for item in graph.resources.values())
    return [
        Coverage(provider, account, region, type_key, CoverageStatus.SEEN.value, count)
        for (provider, account, region, type_key), count in sorted(counts.items())
    ]


def _without(folder: Path | None, text: str) -> str:
    return text.replace(f"{folder}/", "") if folder else text


def _source_name(sources: Sequence[str]) -> str:
    if len(sources) == 1:
        return f"file:{sources[0]}"
    return f"files:{len(sources)}:" + ",".join(sources[:3]) if sources else "files"
