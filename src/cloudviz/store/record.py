"""Recording a discovery: in one transaction, or a large one on SQLite in several.

SQLite has one writer at a time. Inserting an estate takes half a minute, and whoever else writes is refused after
five seconds. So what is new is inserted ahead, a slice to a transaction; the last transaction, which compares
everything once more, then finds little to do. PostgreSQL's writers do not wait for each other: it records at once.

Until the last transaction every scope of the scan is known as not seen, with a reason: no reader takes half of it
for the whole. Whoever dies in between leaves that mark, and a second try finds what it has inserted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

import orjson
from sqlalchemy import func, select, text, update

from cloudviz.inventory.model import Coverage, CoverageStatus, Graph, Problem
from cloudviz.store import search_index, tables
from cloudviz.store.discoveries import discovery_row, end_discovery
from cloudviz.store.engine import Database
from cloudviz.store.prepared import Chunk, Prepared, PreparedGraph
from cloudviz.store.reach import Reach
from cloudviz.store.recording import Done, Recording
from cloudviz.store.records import Ending, RecordedChanges

# "cvrecord" in ASCII. Recorders wait for each other: sequence numbers then have no holes and no races.
_RECORD_LOCK = 0x63767265636F7264

AHEAD_FROM = 10_000
"""New resources from which on they are inserted ahead: a second and a half, fewer are recorded at once."""

CHUNKS = 4
"""Chunks of :data:`CHUNK` resources to a slice: about a second."""

PAUSE_SECONDS = 0.12
"""Between slices. SQLite looks every tenth of a second whether it is another process's turn to write."""

UNDER_WAY = "what was found is being recorded; where this stays, that broke off: resume or scan again"

_COUNT_NEW = text(
    "SELECT count(*) FROM json_each(:keys) AS asked WHERE NOT EXISTS"
    " (SELECT 1 FROM resources WHERE resources.id = asked.value)"
)


async def record(
    database: Database,
    discovery_id: str,
    seen: Graph | Prepared,
    coverage: Sequence[Coverage],
    problems: Sequence[Problem],
    seen_at: datetime,
    ending: Ending | None = None,
) -> RecordedChanges:
    """See :meth:`cloudviz.store.inventories.Inventories.record`."""
    # Seconds of pure computing for 100,000 resources: neither on the event loop nor while others wait to write.
    prepared = await asyncio.to_thread(PreparedGraph, seen) if isinstance(seen, Graph) else seen
    done = Done()
    if not database.is_postgres:
        await _record_ahead(database, discovery_id, prepared, coverage, seen_at, done)
    async with database.writing() as connection, database.bulk(connection):
        if database.is_postgres:
            # Waiting for another recording may take longer than any statement of a request may.
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(select(func.pg_advisory_xact_lock(_RECORD_LOCK)))
        discovery = await discovery_row(connection, discovery_id)
        recording = Recording(
            database, connection, discovery, seen_at, Reach(coverage), str(discovery.origin), done
        )
        await recording.begin()
        await recording.compare(prepared.hashes())
        await recording.resources(prepared.drained())
        await recording.gone()
        await recording.notes(coverage, problems)
        changes = await recording.end()
        if ending is not None:
            row = await discovery_row(connection, discovery_id)
            counts = {name: getattr(changes, name) for name in ("added", "changed", "removed", "unchanged")}
            # The words of the report are those of who asked, so that it is the same whoever tells it.
            outcome = {**ending.outcome, **{name: counts[name] for name in counts if name in ending.outcome}}
            await end_discovery(database, connection, row, ending.status, outcome=outcome)
    if changes.added + changes.changed >= search_index.MANY_ROWS:
        await search_index.settle(database)
    return changes


async def _record_ahead(
    database: Database,
    discovery_id: str,
    prepared: Prepared,
    coverage: Sequence[Coverage],
    seen_at: datetime,
    done: Done,
) -> None:
    """Insert what is new in slices, where it is much. The chunks stay; ``done`` tells what was done."""
    fresh = await _news(database, prepared)
    if sum(fresh) < AHEAD_FROM:
        return
    chunks = (prepared.chunk(number) for number, count in enumerate(fresh) if count)
    marks: Sequence[Coverage] = [_under_way(entry) for entry in coverage]
    while part := list(islice(chunks, CHUNKS)):
        await _slice(database, discovery_id, part, coverage, marks, seen_at, done)
        marks = ()
        await asyncio.sleep(PAUSE_SECONDS)


async def _news(database: Database, prepared: Prepared) -> list[int]:
    """How many resources of each chunk are new."""
    found: list[int] = []
    async with database.reading() as connection:
        for hashes in prepared.hashes():
            keys = orjson.dumps([key for key, _, _ in hashes]).decode()
            found.append(int(await connection.scalar(_COUNT_NEW, {"keys": keys}) or 0))
    return found


async def _slice(
    database: Database,
    discovery_id: str,
    part: Sequence[Chunk],
    coverage: Sequence[Coverage],
    marks: Sequence[Coverage],
    seen_at: datetime,
    done: Done,
) -> None:
    async with database.writing() as connection, database.bulk(connection):
        discovery = await discovery_row(connection, discovery_id)
        made = Recording(database, connection, discovery, seen_at, Reach(coverage), str(discovery.origin), done)
        if marks:
            await made.begin()
            await made.notes(marks, ())
        else:
            await made.go_on()
        await made.compare(chunk.hashes() for chunk in part)
        for chunk in part:
            made.present += len(chunk.rows)
            await made.store(chunk.rows, chunk.stated)
        await made.let_go()
        # Whoever tries again after a crash finds these there, and adds them to what it tells.
        counts = {"added": made.added, "changed": made.changed, "removed": 0, "unchanged": 0}
        table = tables.discoveries
        await connection.execute(update(table).where(table.c.id == discovery.id).values(changes=made.told(counts)))
    done.seq, done.added, done.changed = made.seq, made.added, made.changed


def _under_way(entry: Coverage) -> Coverage:
    """What is known of a scope while only a part of it may be there."""
    if entry.status != CoverageStatus.SEEN:
        return entry
    return replace(entry, status=CoverageStatus.FAILED.value, detail=UNDER_WAY)
