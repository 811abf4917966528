"""Files people already have, into a graph or into the store: sources.offline ▶ normalise ▶ store."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cloudviz.errors import Cancelled, CloudVizError, Invalid, Unavailable
from cloudviz.inventory.document import problem_document
from cloudviz.inventory.model import (
    Coverage,
    CoverageStatus,
    DiscoveryInfo,
    Graph,
    Inventory,
    Link,
    Problem,
    RawItem,
    Resource,
    merge,
)
from cloudviz.jobs.alive import held
from cloudviz.jobs.uploads import told_without, without
from cloudviz.normalise import LinkPile, Normaliser, Shelf, cleaned, here, normalise
from cloudviz.runtime import clock
from cloudviz.runtime.spill import Spill
from cloudviz.sources.offline import read_paths
from cloudviz.sources.offline.kept import Kept
from cloudviz.sources.offline.read import OfflineResult, weight
from cloudviz.sources.provider import Progress

if TYPE_CHECKING:  # reading files needs no database, and SQLAlchemy costs 0.35 s of every `cloudviz draw`
    from cloudviz.store import Store
    from cloudviz.store.prepared import Prepared, Stated
    from cloudviz.store.records import RecordedChanges


ITEMS_AT_ONCE = 2000

MOST_PROBLEMS = 100
"""How many a summary repeats."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import came to. ``status`` is ``partial`` when something in the files was left out."""

    discovery_id: str
    status: str
    resources: int
    links: int
    changes: RecordedChanges
    problems: list[Problem]

    def summary(self) -> dict[str, Any]:
        """What an import came to, as jobs and the API report it. The discovery keeps all of its problems."""
        return {
            "discovery_id": self.discovery_id,
            "status": self.status,
            "resources": self.resources,
            "links": self.links,
            "added": self.changes.added,
            "changed": self.changes.changed,
            "removed": self.changes.removed,
            "problems": [problem_document(each) for each in self.problems[:MOST_PROBLEMS]],
        }


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """What files held, but for the graph where that was written elsewhere.

    Attributes:
        resources, links: how many there are.
    """

    inventory: Inventory
    resources: int
    links: int


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
    with told_without(within):
        found = read_paths(paths, account=account, region=region, on_progress=on_progress, cancelled=cancelled)
    graph, problems = _normalised(found.items, cancelled)
    return _inventory(found, graph, problems, paths, within)


def prepare_files(
    paths: Sequence[Path],
    to: IO[bytes],
    *,
    account: str = "",
    region: str = "",
    on_progress: Progress | None = None,
    within: Path | None = None,
) -> PreparedImport:
    """The same, made ready to be stored chunk by chunk in a file, for what memory should not hold as a whole.

    Arguments:
        to: an empty file that nobody else writes to.
    """
    from cloudviz.store.prepared import chunks_of, links_by_stater, write_chunks

    with told_without(within):
        found = read_paths(paths, account=account, region=region, on_progress=on_progress)
    is_much = isinstance(found.items, Kept) and not found.inventories
    pile = LinkPile(Spill()) if is_much else None
    graph, problems = _normalised(found.items, None, pile)
    inventory = _inventory(found, graph, problems, paths, within)
    graph = inventory.graph
    count = len(graph.links) if pile is None else pile.count(graph.links)
    others = links_by_stater(graph.resources, graph.links)
    resources = len(graph.resources)
    stated = _Stated(others, pile or ())
    inventory.graph = Graph()
    write_chunks(chunks_of(map(here, _drained(graph.resources)), stated), to)
    return PreparedImport(inventory, resources, count)


class _Stated:
    """The links that resources state, in the order of their ids: those of a pile, and the few others."""

    def __init__(self, others: Stated, pile: Iterable[Link]) -> None:
        self._others = others
        self._pile = iter(pile)
        self._next = next(self._pile, None)

    def __call__(self, last: str) -> Stated:
        from cloudviz.store.prepared import name_of
        from cloudviz.store.rows import key_text

        told = self._others
        while self._next is not None:
            link = self._next
            stater = link.stated_by[0] if link.stated_by else link.source
            if stater > last:
                break
            told.setdefault(key_text(stater), []).append(name_of(link))
            self._next = next(self._pile, None)
        return told


def _drained(resources: dict[str, Resource]) -> Iterator[Resource]:
    """The resources in the order of their ids, let go one by one."""
    for key in sorted(resources):
        yield resources.pop(key)


def _inventory(
    found: OfflineResult, graph: Graph, problems: list[Problem], paths: Sequence[Path], within: Path | None
) -> Inventory:
    """What files held, with the inventories among them and what was looked at."""
    coverage = _coverage_of(graph)
    documents = found.inventories
    for document in documents:
        coverage.extend(document.coverage)
        problems.extend(document.problems)
    if documents:
        graph = merge([graph, *(cleaned(document.graph) for document in documents)])
    providers = sorted({item.provider for item in graph.resources.values()})
    only = documents[0].discovery if len(documents) == 1 and not found.items else None
    source = (only.source if only else "") or _source_name(paths, within, found.lineages)
    every = (*found.problems, *problems)
    return Inventory(
        DiscoveryInfo(
            id=only.id if only else "",
            provider=providers[0] if len(providers) == 1 else "mixed",
            source=source,
        ),
        graph,
        sorted(
            coverage, key=lambda entry: (entry.provider, entry.account, entry.region, entry.type, entry.status)
        ),
        sorted({replace(each, where=without(within, each.where)) for each in every}),
    )


def _normalised(
    items: list[RawItem] | Kept[RawItem], cancelled: Callable[[], bool] | None, pile: LinkPile | None = None
) -> tuple[Graph, list[Problem]]:
    """The graph of what files held. Of much, all that linking does not read is in temporary files meanwhile.

    Arguments:
        pile: takes the links that resources state themselves, where the graph is only to be stored.
    """
    if isinstance(items, list):
        return normalise(items)
    normaliser = Normaliser(shelf=Shelf(Spill(), with_tags=pile is not None))
    waiting = items.drained()
    while run := list(islice(waiting, ITEMS_AT_ONCE)):
        if cancelled is not None and cancelled():
            raise Cancelled("Reading the files was cancelled.")
        by_weight: dict[int, list[RawItem]] = {}
        for item in run:
            by_weight.setdefault(weight(item), []).append(item)
        for rank, each in by_weight.items():
            normaliser.add(each, (str(rank),))
    return normaliser.finish(pile=pile)


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
    discovery_id: str = "",
) -> ImportOutcome:
    """Read files and record them as one discovery. ``source`` names them; the paths when empty.

    ``within`` as in :func:`read_files`; ``discovery_id`` is the id it shall have, a new one when empty.

    Nothing is stored when the files are refused. A second import of the
    same source makes gone what has left it.
    """
    from cloudviz.store.discoveries import is_live
    from cloudviz.store.records import Ending, RecordedChanges

    if is_live(source):
        raise Invalid(f"a file is no live scan: its source can't be {source[:60]!r}", hint="Name it otherwise.")
    from cloudviz.jobs.costs import allocate_after_look
    from cloudviz.jobs.file_reading import is_worth_it, read_apart

    def read() -> tuple[PreparedImport, Graph | Prepared]:
        if is_worth_it(paths):
            return read_apart(
                paths,
                account=account,
                region=region,
                on_progress=on_progress,
                cancelled=cancelled,
                within=within,
            )
        made = read_files(
            paths, account=account, region=region, on_progress=on_progress, cancelled=cancelled, within=within
        )
        return PreparedImport(made, len(made.graph.resources), len(made.graph.links)), made.graph

    made, seen = await asyncio.to_thread(read)
    inventory = made.inventory

    name = source or inventory.discovery.source
    if is_live(name):
        # A document may say that it comes from a live scan; it must not take away what the cloud itself showed.
        name = f"inventory:{name}"
    by_a_job = bool(discovery_id)
    discovery_id = await _begin(store, inventory.discovery.provider, name, paths, discovery_id)
    lost = any(problem.loss for problem in inventory.problems)
    status = "partial" if lost or inventory.gaps() else "completed"
    found = ImportOutcome(discovery_id, status, made.resources, made.links, RecordedChanges(), inventory.problems)
    ending = Ending(status, found.summary())
    try:
        async with held(store, discovery_id):
            changes = await store.inventories.record(
                discovery_id, seen, inventory.coverage, inventory.problems, clock.now(), ending
            )
    except BaseException as ended:
        reason = ended.detail if isinstance(ended, CloudVizError) else "it was stopped"
        will_be_tried_again = by_a_job and isinstance(ended, Unavailable)
        await store.discoveries.finish(discovery_id, "failed", reason, is_told=not will_be_tried_again)
        raise
    await store.discoveries.tell(discovery_id)
    await allocate_after_look(store)
    return replace(found, changes=changes)


async def _begin(store: Store, provider: str, source: str, paths: Sequence[Path], discovery_id: str) -> str:
    """Note the discovery and that it runs. Stopped meanwhile, it ends as failed and is not left pending."""

    async def begin() -> str:
        await store.discoveries.close_abandoned()
        request = {"paths": [path.name for path in paths]}
        made = await store.discoveries.create(provider, source, request, discovery_id=discovery_id)
        await store.discoveries.start(made)
        return made

    beginning = asyncio.ensure_future(begin())
    try:
        return await asyncio.shield(beginning)
    except asyncio.CancelledError:
        await store.discoveries.finish(await beginning, "failed", "it was stopped")
        raise


def _coverage_of(graph: Graph) -> list[Coverage]:
    counts = Counter((item.provider, item.account, item.region, item.type) for item in graph.resources.values())
    return [
        Coverage(provider, account, region, type_key, CoverageStatus.SEEN.value, count)
        for (provider, account, region, type_key), count in sorted(counts.items())
    ]


def _source_name(paths: Sequence[Path], within: Path | None, lineages: Sequence[str]) -> str:
    """What the files are called for ever: a later import of the same name makes gone what has left them.

    Two projects both have a ``terraform.tfstate``. The whole path tells them apart where there is one, and else
    (uploads, standard input) the lineage of the state.
    """
    names = [str(path) if str(path) == "-" or within else path.absolute().as_posix() for path in paths]
    names = [without(within, name) for name in names]
    if len(names) == 1:
        told_apart = within is None and names[0] != "-"
        return f"file:{names[0]}" + (f"#{lineages[0]}" if len(lineages) == 1 and not told_apart else "")
    digest = hashlib.sha256("\0".join(sorted(names)).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"files:{len(names)}:{','.join(names[:3])}#{digest}"
