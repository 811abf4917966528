"""Letting go of what is past and older than the settings keep it, a little at a time.

What is current never goes: states and links that hold, the newest coverage of each scope, the discovery that saw
it last, jobs and scans that are not over. The audit loses its oldest entries, and its chain begins after them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, or_, select, tuple_

from cloudviz.runtime.settings import RetentionSettings
from cloudviz.store import tables, webhook_tables
from cloudviz.store.audit import Audit
from cloudviz.store.engine import Database
from cloudviz.store.exported_files import MAP_TYPE
from cloudviz.store.records import DiscoveryStatus, JobStatus

_OVER = [JobStatus.SUCCEEDED.value, JobStatus.PARTIAL.value, JobStatus.FAILED.value, JobStatus.CANCELLED.value]
_ENDED = [
    DiscoveryStatus.COMPLETED.value,
    DiscoveryStatus.PARTIAL.value,
    DiscoveryStatus.FAILED.value,
    DiscoveryStatus.CANCELLED.value,
]


class Retention:
    """What may go, by the table it is in."""

    def __init__(self, database: Database, audit: Audit) -> None:
        self._database = database
        self._audit = audit

    async def remove(
        self,
        kept: RetentionSettings,
        now: datetime | None = None,
        *,
        stopped: Callable[[], bool] = lambda: False,
    ) -> dict[str, int]:
        """Remove what is older, in transactions of ``kept.batch`` rows; gives the rows removed by table.

        Safe to stop anywhere and to run several times at once.

        Arguments:
            now: the time that ages are counted from; the database's when None.
            stopped: asked between transactions.
        """
        if now is None:
            async with self._database.reading() as connection:
                now = await self._database.now(connection)
        removed: dict[str, int] = {}
        for days, table, condition in _rules(kept, now):
            while days and not stopped():
                count = await self._remove(table, condition, kept.batch)
                removed[table.name] = removed.get(table.name, 0) + count
                if count < kept.batch:
                    break
        if kept.audit_days and not stopped():
            removed["audit"] = await self._shorten_audit(
                now - timedelta(days=kept.audit_days), kept.batch, stopped
            )
        return removed

    async def _shorten_audit(self, before: datetime, batch: int, stopped: Callable[[], bool]) -> int:
        table, count = tables.audit.c, 0
        oldest = select(table.at).where(table.at < before).order_by(table.seq).offset(batch).limit(1)
        while not stopped():
            async with self._database.reading() as connection:
                step = await connection.scalar(oldest)
            removed = await self._audit.prune(before if step is None else step)
            if step is not None and not removed:  # so many of one instant, or out of order
                step, removed = None, await self._audit.prune(before)
            count += removed
            if step is None:
                break
        return count

    async def _remove(self, table: Table, condition: ColumnElement[bool], batch: int) -> int:
        keys = list(table.primary_key.columns)
        old = select(*keys).where(condition).limit(batch)
        which = keys[0].in_(old) if len(keys) == 1 else tuple_(*keys).in_(old)
        async with self._database.writing() as connection:
            done = await connection.execute(delete(table).where(which))
            return done.rowcount


def _rules(kept: RetentionSettings, now: datetime) -> list[tuple[int, Table, ColumnElement[bool]]]:
    """(days, table, what may go) in an order in which nothing goes before what refers to it."""

    def before(days: int) -> datetime:
        return now - timedelta(days=days)

    history = before(kept.history_days)
    versions, links, said = tables.resource_versions, tables.links, tables.outranked
    jobs, sessions, diagrams = tables.jobs, tables.sessions, tables.diagrams
    unread = select(tables.discoveries.c.id).where(
        tables.discoveries.c.status.in_(_ENDED), tables.discoveries.c.completed_at < before(kept.checkpoints_days)
    )
    # Of webhooks those that are for one discovery alone.
    told, once = webhook_tables.webhook_deliveries, webhook_tables.webhooks
    files = tables.exported_files
    is_of_none = and_(files.c.diagram_id.is_not(None), ~exists().where(diagrams.c.id == files.c.diagram_id))
    listings, parts = tables.discovery_listings, tables.discovery_parts
    return [
        (kept.history_days, versions, and_(versions.c.end_seq.is_not(None), versions.c.valid_to < history)),
        (kept.history_days, said, and_(said.c.end_seq.is_not(None), said.c.valid_to < history)),
        (kept.history_days, links, and_(links.c.end_seq.is_not(None), links.c.valid_to < history)),
        (kept.history_days, tables.discoveries, _forgotten(history)),
        (kept.jobs_days, jobs, and_(jobs.c.status.in_(_OVER), jobs.c.finished_at < before(kept.jobs_days))),
        (kept.jobs_days, tables.schedule_runs, tables.schedule_runs.c.created_at < before(kept.jobs_days)),
        (kept.events_days, tables.events, tables.events.c.at < before(kept.events_days)),
        (kept.webhooks_days, told, told.c.created_at < before(kept.webhooks_days)),
        (kept.webhooks_days, once, and_(once.c.subject != "", once.c.created_at < before(kept.webhooks_days))),
        (kept.sessions_days, sessions, sessions.c.expires_at < before(kept.sessions_days)),
        (kept.diagrams_days, diagrams, diagrams.c.created_at < before(kept.diagrams_days)),
        (kept.exports_days, files, files.c.used_at < before(kept.exports_days)),
        (1, files, is_of_none),  # its picture is no longer kept
        (
            2,
            files,
            and_(files.c.media_type == MAP_TYPE, files.c.used_at < before(2)),
        ),  # made again from the inventory
        (kept.checkpoints_days, listings, listings.c.discovery_id.in_(unread)),
        (kept.checkpoints_days, parts, parts.c.discovery_id.in_(unread)),
    ]


def _forgotten(history: datetime) -> ColumnElement[bool]:
    """Discoveries that are over, that nothing came from which is still known, and that saw nothing last."""
    this, resources, versions = tables.discoveries.c, tables.resources.c, tables.resource_versions.c
    coverage, sightings = tables.coverage.c, tables.sightings.c
    looks, later = tables.looks.c, tables.looks.alias()
    is_last = ~exists().where(
        later.c.scope_id == looks.scope_id, later.c.origin == looks.origin, later.c.seq > looks.seq
    )
    needed: list[Any] = [
        exists().where(resources.discovery_id == this.id),
        exists().where(versions.discovery_id == this.id),
        exists().where(coverage.discovery_id == this.id, coverage.latest),
        exists().where(looks.discovery_id == this.id, is_last),
        exists().where(sightings.discovery_id == this.id, sightings.resource_id == resources.id),
        exists().where(tables.outranked.c.discovery_id == this.id),
    ]
    # The highest number stays: the next one is counted from it.
    is_newest = this.seq == select(func.max(tables.discoveries.alias().c.seq)).scalar_subquery()
    return and_(
        this.status.in_(_ENDED),
        this.completed_at < history,
        or_(this.seq.is_(None), ~is_newest),
        *(~each for each in needed),
    )
