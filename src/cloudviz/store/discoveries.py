"""Discoveries: each look at a cloud or a file, how far it is, what it could see and what it could not."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import Conflict, Invalid, NotFound, Unavailable
from cloudviz.inventory.model import Coverage, Problem
from cloudviz.runtime import process
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.events import Event, append_events
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import DiscoveryRecord, DiscoveryStatus, JobStatus, Page, RecordedChanges
from cloudviz.store.rows import json_value, key_text, plain_text
from cloudviz.store.telling import discovery_events
from cloudviz.store.types import AnyRow, new_uuid

_FINAL = (
    DiscoveryStatus.COMPLETED,
    DiscoveryStatus.PARTIAL,
    DiscoveryStatus.FAILED,
    DiscoveryStatus.CANCELLED,
)
_LIVE = ("aws:", "azure:", "gcp:")

LEASE_SECONDS = 60
"""How long who is at work on a discovery may be silent."""

_LEASE = timedelta(seconds=LEASE_SECONDS)


class Discoveries:
    """The table ``discoveries`` with its coverage and problems."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._when_finished: list[Callable[[str], Awaitable[None]]] = []

    def when_finished(self, action: Callable[[str], Awaitable[None]]) -> Callable[[], None]:
        """Await ``action`` with the id of each discovery that this process finishes or begins anew.

        Returns what ends that. The action must not raise.
        """
        self._when_finished.append(action)
        return lambda: self._when_finished.remove(action)

    async def create(
        self, provider: str, source: str, request: Mapping[str, Any], *, discovery_id: str = ""
    ) -> str:
        """Note that a look is wanted; status ``pending``.

        Arguments:
            provider: ``aws``, ``azure``, ``gcp``, or ``mixed`` for files that hold several.
            source: where it looks: ``aws:profile/prod`` for a live scan; anything that does not begin with
                ``aws:``, ``azure:`` or ``gcp:`` is a file or the like (``file:prod.tfstate``), which can only
                make gone what came from itself.
            request: what was asked for, for people to read. No secrets.
            discovery_id: the id it shall have, a UUID; where there is one of that id already, it stays as it is.
                A new id when empty.

        Returns the id, a UUID.
        """
        key = checked_id(discovery_id) if discovery_id else new_uuid()
        name = key_text(source)
        async with self._database.writing() as connection:
            table = tables.discoveries
            if discovery_id and await connection.scalar(select(table.c.id).where(table.c.id == key)) is not None:
                return key
            await connection.execute(
                insert(tables.discoveries).values(
                    id=key,
                    provider=key_text(provider),
                    source=name,
                    origin="" if is_live(name) else name,
                    status=DiscoveryStatus.PENDING.value,
                    metadata={"request": json_value(request)},
                    created_at=await self._database.now(connection),
                )
            )
        return key

    async def start(self, discovery_id: str) -> None:
        """Status ``running``, the time, and this process as who is at work. Raises NotFound.

        Unless a job carries it out, :meth:`beat` must be called more often than every LEASE_SECONDS.
        """
        now = datetime.now(UTC)
        await self._set(
            discovery_id,
            status=DiscoveryStatus.RUNNING.value,
            started_at=now,
            completed_at=None,
            reason="",
            owner=process.identity(),
            lease_until=now + _LEASE,
        )

    async def beat(self, discovery_id: str) -> None:
        """Say that whoever is at work on it lives. Raises NotFound."""
        await self._set(discovery_id, lease_until=datetime.now(UTC) + _LEASE)

    async def progress(self, discovery_id: str, progress: Mapping[str, Any]) -> None:
        """Replace the progress that people see. Raises NotFound."""
        await self._set(discovery_id, progress=json_value(progress))

    async def finish(self, discovery_id: str, status: str, reason: str = "", *, is_told: bool = True) -> None:
        """A final status: completed, partial, failed, cancelled. Raises NotFound, or Invalid for another word.

        The events of it (``discovery.…``, ``change.detected``) are written in the same transaction.

        Arguments:
            reason: why, for people, where it is not completed.
            is_told: whether there are events. Not for a try that failed and is followed by another one.
        """
        if status not in _FINAL:
            raise Invalid(f"{status!r} is no final status", hint=f"Use one of {', '.join(_FINAL)}.")
        # The end of a stopped look waits for its own recording, which a thread of SQLite's may still be at.
        async with self._database.writing(wait_seconds=60) as connection:
            row = await discovery_row(connection, discovery_id)
            await end_discovery(self._database, connection, row, status, reason, is_told=is_told)
        await self.tell(discovery_id)

    async def tell(self, discovery_id: str) -> None:
        """Let those who asked know that a discovery has ended; :meth:`finish` does so by itself."""
        for action in tuple(self._when_finished):
            await action(discovery_id)

    async def reopen(self, discovery_id: str) -> None:
        """Status ``pending`` for one that failed or was cancelled, so that it can be tried again by one alone.

        Raises NotFound, and Conflict where it is in another status: somebody else may have been faster.
        """
        table, key = tables.discoveries, checked_id(discovery_id)
        ended = table.c.status.in_([DiscoveryStatus.FAILED.value, DiscoveryStatus.CANCELLED.value])
        again = {"status": DiscoveryStatus.PENDING.value, "completed_at": None, "reason": ""}
        async with self._database.writing() as connection:
            now = await self._database.now(connection)
            query = update(table).where(table.c.id == key, ended)
            done = await connection.execute(query.values(**again, owner=None, lease_until=now + _LEASE))
            if not done.rowcount:
                found = await discovery_row(connection, key)
                raise Conflict(
                    f"discovery {found.id} is {found.status}",
                    hint="Only what failed or was cancelled is tried again.",
                )
        await self.tell(discovery_id)

    async def close_abandoned(self) -> list[str]:
        """End as failed what nobody is at work on any more: its process was killed, or its job ended without it.

        That a process is dead is known at once on its own machine, elsewhere when it was silent for
        LEASE_SECONDS. Returns the ids. While somebody else writes for long this does nothing: the next call will.
        """
        async with self._database.reading() as connection:
            found = await _abandoned(connection, await self._database.now(connection))
        if not found:
            return []
        table = tables.discoveries
        try:
            async with self._database.writing() as connection:
                now = await self._database.now(connection)
                found = await _abandoned(connection, now)
                told: list[Event] = []
                for key, reason in found.items():
                    failed = {"status": DiscoveryStatus.FAILED.value, "reason": reason, "completed_at": now}
                    ended = update(table).where(table.c.id == key).values(**failed, owner=None, lease_until=None)
                    told += await discovery_events(
                        connection, (await connection.execute(ended.returning(*table.c))).one()
                    )
                await append_events(self._database, connection, told)
        except Unavailable:
            return []
        return sorted(found)

    async def _set(self, discovery_id: str, **values: Any) -> None:
        key = checked_id(discovery_id)
        table = tables.discoveries
        async with self._database.writing() as connection:
            done = await connection.execute(update(table).where(table.c.id == key).values(**values))
            if not done.rowcount:
                raise unknown_discovery(discovery_id)

    async def get(self, discovery_id: str) -> DiscoveryRecord:
        """One discovery. Raises NotFound, also for an id that is no UUID."""
        async with self._database.reading() as connection:
            return _record(await discovery_row(connection, discovery_id))

    async def page(
        self,
        provider: str | None = None,
        status: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[DiscoveryRecord]:
        """Discoveries, newest first."""
        table = tables.discoveries
        query = select(table)
        if provider is not None:
            query = query.where(table.c.provider == key_text(provider))
        if status is not None:
            query = query.where(table.c.status == key_text(status))
        keys = [(table.c.created_at, datetime), (table.c.id, str)]
        async with self._database.reading() as connection:
            return await fetch_page(connection, query, keys, _record, limit, cursor, newest_first=True)

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many discoveries there are of each (provider, status)."""
        table = tables.discoveries.c
        query = select(table.provider, table.status, func.count()).group_by(table.provider, table.status)
        async with self._database.reading() as connection:
            return {(row[0], row[1]): row[2] for row in await connection.execute(query)}

    async def coverage(self, discovery_id: str) -> list[Coverage]:
        """What a discovery looked at, sorted; empty before it recorded. Raises NotFound."""
        async with self._database.reading() as connection:
            found = await discovery_row(connection, discovery_id)
            return await coverage_of(connection, [found.id])

    async def problems(self, discovery_id: str) -> list[Problem]:
        """The oddities it met, sorted. Raises NotFound."""
        async with self._database.reading() as connection:
            found = await discovery_row(connection, discovery_id)
            return await problems_of(connection, [found.id])


async def end_discovery(
    database: Database,
    connection: AsyncConnection,
    row: AnyRow,
    status: str,
    reason: str = "",
    *,
    outcome: Mapping[str, Any] | None = None,
    is_told: bool = True,
) -> None:
    """Give a discovery its final status in a transaction that is open for writing, and write its events.

    Arguments:
        outcome: what it came to, as jobs report it: kept with the discovery.
    """
    table = tables.discoveries
    values: dict[str, Any] = {
        "status": str(status),
        "reason": plain_text(reason),
        "completed_at": datetime.now(UTC),
    }
    if outcome is not None:
        values["metadata"] = {**(row.metadata or {}), "outcome": json_value(outcome)}
    values |= {"completed_at": datetime.now(UTC), "owner": None, "lease_until": None}
    ended = update(table).where(table.c.id == row.id).values(values)
    done = (await connection.execute(ended.returning(*table.c))).one()
    if is_told:
        await append_events(database, connection, await discovery_events(connection, done))


async def _abandoned(connection: AsyncConnection, now: datetime) -> dict[str, str]:
    """Discoveries that nobody is at work on though they are not ended, and why that is known."""
    table, jobs = tables.discoveries.c, tables.jobs.c
    open_words = (DiscoveryStatus.PENDING.value, DiscoveryStatus.RUNNING.value)
    query = select(table.id, table.status, table.owner, table.lease_until, table.created_at, table.started_at)
    found: dict[str, str] = {}
    for row in (await connection.execute(query.where(table.status.in_(open_words)))).all():
        lives = process.is_running(row.owner) if row.owner else None
        silent_since = row.lease_until or (row.started_at or row.created_at) + _LEASE
        if lives or (lives is None and silent_since > now):
            continue
        if row.status == DiscoveryStatus.PENDING:
            found[row.id] = "it was asked for, and nobody has begun it"
        else:
            found[row.id] = "the process at work on it ended without a word: it was killed, or its machine stopped"
    if found:
        # What a job carries out is begun again by the next worker.
        unfinished = (JobStatus.QUEUED.value, JobStatus.RUNNING.value)
        for job_id, arguments in await connection.execute(
            select(jobs.id, jobs.arguments).where(jobs.status.in_(unfinished))
        ):
            found.pop(str(arguments.get("discovery_id", "")), None)
            found.pop(job_id, None)  # a discovery that its job made has the job's id
    return found


def is_live(source: str) -> bool:
    """Whether a source is a cloud itself, so that what it does not show is not there."""
    return source.startswith(_LIVE)


def checked_id(discovery_id: str) -> str:
    """The id in the one form it is stored in. Raises NotFound when it is no UUID."""
    try:
        return str(uuid.UUID(discovery_id))
    except (ValueError, AttributeError):
        raise unknown_discovery(discovery_id) from None


def unknown_discovery(discovery_id: str) -> NotFound:
    """The refusal for an id that no discovery has."""
    return NotFound(
        f"there is no discovery {plain_text(discovery_id)[:80]!r}",
        hint="`cloudviz discoveries list` shows those there are.",
    )


async def discovery_row(connection: AsyncConnection, discovery_id: str) -> AnyRow:
    """The row of a discovery. Raises NotFound."""
    table = tables.discoveries
    found = (await connection.execute(select(table).where(table.c.id == checked_id(discovery_id)))).first()
    if found is None:
        raise unknown_discovery(discovery_id)
    return found


async def coverage_of(connection: AsyncConnection, keys: list[str]) -> list[Coverage]:
    """The coverage of some discoveries, sorted."""
    table = tables.coverage
    rows = await connection.execute(select(table).where(table.c.discovery_id.in_(keys)))
    return sorted((coverage_entry(row) for row in rows), key=coverage_order)


async def problems_of(connection: AsyncConnection, keys: list[str]) -> list[Problem]:
    """The problems of some discoveries, sorted."""
    table = tables.problems
    rows = await connection.execute(select(table).where(table.c.discovery_id.in_(keys)))
    return sorted(Problem(row.resource, row.what, row.where) for row in rows)


def coverage_entry(row: AnyRow) -> Coverage:
    """A coverage entry from its row."""
    return Coverage(
        provider=row.provider,
        account=row.account,
        region=row.region,
        type=row.resource_type,
        status=row.status,
        count=row._mapping["count"],  # Row.count is a method of tuples
        permission=row.permission,
        detail=row.detail,
    )


def coverage_order(entry: Coverage) -> tuple[str, ...]:
    """Total order of coverage entries; ``None`` cannot be compared with text."""
    return (
        entry.provider,
        entry.account,
        entry.region,
        entry.type,
        entry.status,
        entry.permission or "",
        entry.detail or "",
    )


def _record(row: AnyRow) -> DiscoveryRecord:
    changes = row.changes
    return DiscoveryRecord(
        id=row.id,
        provider=row.provider,
        source=row.source,
        status=row.status,
        request=(row.metadata or {}).get("request") or {},
        progress=row.progress or {},
        resources_found=row.resources_found,
        cost_estimate=row.cost_estimate,
        changes=None if changes is None else RecordedChanges(**changes, seen_at=row.seen_at),
        created_at=row.created_at,
        started_at=row.started_at,
        seen_at=row.seen_at,
        completed_at=row.completed_at,
        reason=row.reason,
        outcome=(row.metadata or {}).get("outcome"),
    )
