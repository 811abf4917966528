"""What the end of a discovery or of a job is told as: the events of the outbox, from the rows that hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.store import tables
from cloudviz.store.events import Event, EventKind
from cloudviz.store.records import DiscoveryStatus
from cloudviz.store.types import AnyRow

EXAMPLES = 20
"""Resources and types that a summary of changes names of each sort; the rest is only counted."""

_KINDS = {
    DiscoveryStatus.COMPLETED.value: EventKind.DISCOVERY_COMPLETED,
    DiscoveryStatus.PARTIAL.value: EventKind.DISCOVERY_PARTIAL,
    DiscoveryStatus.FAILED.value: EventKind.DISCOVERY_FAILED,
}


async def discovery_events(connection: AsyncConnection, row: AnyRow) -> list[Event]:
    """How a discovery ended, and what it changed; nothing for one that was cancelled.

    ``change.detected`` is for what differs from an earlier look at the same source: all that a first look sees is
    new, which is no change.
    """
    kind = _KINDS.get(row.status)
    if kind is None:
        return []
    subject = f"discovery:{row.id}"
    head = {"discovery_id": row.id, "provider": row.provider, "source": row.source}
    changes = dict(row.changes or {})
    body = {**head, "status": row.status, "resources": row.resources_found, "changes": changes}
    if row.reason:
        body["reason"] = row.reason
    told = [Event(kind, subject, body)]
    differs = any(changes.get(each) for each in ("added", "changed", "removed"))
    if kind is not EventKind.DISCOVERY_FAILED and row.seq is not None and differs:
        before = await _look_before(connection, row)
        if before is not None:
            summary = await change_summary(connection, row.seq)
            told.append(Event(EventKind.CHANGE_DETECTED, subject, {**head, "since": before, **changes, **summary}))
    return told


def job_failed(row: AnyRow) -> list[Event]:
    """The events of a job that failed for good. ``row`` is how it stands in the database now.

    A discovery that it carried out failed with it: the job knows that no other attempt follows.
    """
    error: Mapping[str, Any] = row.error or {}
    arguments: Mapping[str, Any] = row.arguments or {}
    body = {"job_id": row.id, "kind": row.kind, "attempt": row.attempt, "error": dict(error)}
    told = [Event(EventKind.JOB_FAILED, f"job:{row.id}", body)]
    discovery = str(arguments.get("discovery_id") or row.id)  # one that its job made has the job's id
    if row.kind == "discover":
        about = {
            "discovery_id": discovery,
            "provider": str(arguments.get("provider", "")),
            "status": DiscoveryStatus.FAILED.value,
            "reason": str(error.get("detail", "")),
            "job_id": row.id,
        }
        told.append(Event(EventKind.DISCOVERY_FAILED, f"discovery:{discovery}", about))
    return told


async def change_summary(connection: AsyncConnection, seq: int) -> dict[str, Any]:
    """What the recording with a sequence number changed, by type and with some examples of each sort.

    ``{"types": {type: {"added": n, "changed": n, "removed": n}}, "examples": {"added": [{id, name, type}], …}}``
    """
    versions, other = tables.resource_versions, tables.resource_versions.alias()
    table = versions.c
    ended_too = exists().where(other.c.resource_id == table.resource_id, other.c.end_seq == seq)
    began_too = exists().where(other.c.resource_id == table.resource_id, other.c.first_seq == seq)
    sorts: dict[str, tuple[ColumnElement[bool], ...]] = {
        "added": (table.first_seq == seq, ~ended_too),
        "changed": (table.first_seq == seq, ended_too),
        "removed": (table.end_seq == seq, ~began_too),
    }
    types: dict[str, dict[str, int]] = {}
    examples: dict[str, list[dict[str, str]]] = {}
    for sort, condition in sorts.items():
        counted = select(table.resource_type, func.count()).where(*condition).group_by(table.resource_type)
        for type_key, count in await connection.execute(counted):
            types.setdefault(type_key, {"added": 0, "changed": 0, "removed": 0})[sort] = count
        named = select(table.resource_id, table.name, table.resource_type).where(*condition)
        rows = await connection.execute(named.order_by(table.resource_id).limit(EXAMPLES))
        examples[sort] = [{"id": each[0], "name": each[1], "type": each[2]} for each in rows]
    most = sorted(types, key=lambda each: (-sum(types[each].values()), each))[:EXAMPLES]
    return {"types": {each: types[each] for each in sorted(most)}, "examples": examples}


async def _look_before(connection: AsyncConnection, row: AnyRow) -> str | None:
    """The discovery of the same source that was recorded last before this one."""
    table = tables.discoveries.c
    same = select(table.id).where(table.provider == row.provider, table.source == row.source, table.seq < row.seq)
    found = await connection.scalar(same.order_by(table.seq.desc()).limit(1))
    return None if found is None else str(found)
