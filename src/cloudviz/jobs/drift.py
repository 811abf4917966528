"""States against live scans: files or what was imported ▶ the store ▶ inventory.drift."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from cloudviz.errors import NotFound
from cloudviz.inventory.drift import Drift, Place, drift, place_of, seen_places
from cloudviz.inventory.model import Coverage, Graph, Resource
from cloudviz.inventory.select import Selection
from cloudviz.jobs.imports import read_files
from cloudviz.store import Store
from cloudviz.store.discoveries import is_live

_DONE = ("completed", "partial")

MOST_SCANS = 50
"""How many live scans back it is looked for the latest look at each place."""


async def find_drift(store: Store, paths: Sequence[Path], *, account: str = "", region: str = "") -> Drift:
    """How far what live scans saw is from what is written down.

    Arguments:
        paths: states, and any other files that CloudViz reads; what was imported before when there are none.
        account, region: for resources whose file does not say where they are.

    Raises :class:`~cloudviz.errors.NotFound` when there is no live scan, or nothing written down, to compare; what
    reading files raises.
    """
    live: list[str] = []
    imported: dict[str, str] = {}
    cursor: str | None = None
    while True:
        page = await store.discoveries.page(limit=200, cursor=cursor)
        for record in page.items:
            if record.status not in _DONE:
                continue
            if is_live(record.source):
                live.append(record.id)
            else:
                imported.setdefault(record.source, record.id)
        cursor = page.next_cursor
        if cursor is None or len(live) >= MOST_SCANS:
            break
    if not live:
        raise NotFound("there is no live scan to compare with.", hint="Scan first: `cloudviz discover aws`.")
    if not paths and not imported:
        raise NotFound("nothing is written down to compare with.", hint="Give a state: `cloudviz drift FILE`.")
    if paths:
        written = (await asyncio.to_thread(read_files, paths, account=account, region=region)).graph
    else:
        written = await _seen_by(store, list(imported.values()))
    return drift(written, *await _live(store, live[:MOST_SCANS]))


async def _live(store: Store, discoveries: Sequence[str]) -> tuple[Graph, list[Coverage]]:
    """What is there by the latest look at each place.

    Arguments:
        discoveries: live scans, the newest first. One of some types leaves the others to those before it.
    """
    resources: dict[str, Resource] = {}
    coverage: list[Coverage] = []
    seen: set[Place] = set()
    for each in discoveries:
        entries = await store.discoveries.coverage(each)
        graph = await _seen_by(store, [each])
        for key, found in graph.resources.items():
            if place_of(found) not in seen:
                resources.setdefault(key, found)
        seen |= seen_places(entries)
        coverage.extend(entries)
    return Graph(resources, []), coverage


async def _seen_by(store: Store, discoveries: Sequence[str]) -> Graph:
    return await store.inventories.read(Selection(discoveries=tuple(discoveries)))
