"""Which rows hold: now, at an instant, just after a discovery, or as some discoveries saw them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnCollection, ColumnElement, and_, exists, false, func, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import FromClause

from cloudviz.errors import Invalid, NotFound
from cloudviz.inventory.select import Selection
from cloudviz.store import tables
from cloudviz.store.discoveries import discovery_row
from cloudviz.store.instants import read_instant

Columns = ColumnCollection[str, Any]


class Moment(Protocol):
    """A point in the history; it says which version, and which link, holds then."""

    def holds(self, columns: Columns) -> ColumnElement[bool]:
        """The condition on a table with ``first_seq``, ``end_seq``, ``valid_from`` and ``valid_to``."""
        ...


@dataclass(frozen=True, slots=True)
class Now:
    """What was recorded last."""

    def holds(self, columns: Columns) -> ColumnElement[bool]:
        open_ended: ColumnElement[bool] = columns.end_seq.is_(None)
        return open_ended


@dataclass(frozen=True, slots=True)
class At:
    """What held at an instant: ranges include their beginning and not their end."""

    instant: datetime

    def holds(self, columns: Columns) -> ColumnElement[bool]:
        return and_(
            columns.valid_from <= self.instant,
            or_(columns.valid_to.is_(None), columns.valid_to > self.instant),
        )


@dataclass(frozen=True, slots=True)
class After:
    """What held when the discovery with this number had been recorded."""

    seq: int

    def holds(self, columns: Columns) -> ColumnElement[bool]:
        return and_(columns.first_seq <= self.seq, or_(columns.end_seq.is_(None), columns.end_seq > self.seq))


@dataclass(frozen=True, slots=True)
class AfterAny:
    """What held after any of several discoveries."""

    seqs: tuple[int, ...]

    def holds(self, columns: Columns) -> ColumnElement[bool]:
        return or_(false(), *(After(seq).holds(columns) for seq in self.seqs))


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a selection reads: resources with the condition that they hold, and the moment for the rest.

    Attributes:
        rows: the table or subquery with the columns of a resource.
        id: its id column.
        condition: which of its rows hold.
        moment: for links and ancestors of what was found.
    """

    rows: FromClause
    id: ColumnElement[str]
    condition: ColumnElement[bool]
    moment: Moment


def shown_at(moment: Moment) -> Shown:
    """All resources that hold at a moment."""
    if isinstance(moment, Now):
        # The present has a table of its own, without the past to be skipped.
        return Shown(tables.resources, tables.resources.c.id, true(), moment)
    versions = tables.resource_versions
    return Shown(versions, versions.c.resource_id, moment.holds(versions.c), moment)


async def moment_of(connection: AsyncConnection, word: str) -> After | At:
    """The moment that a discovery id or an RFC 3339 instant means.

    Raises NotFound for an unknown or unrecorded discovery, Invalid for what is neither.
    """
    try:
        uuid.UUID(word)
    except ValueError:
        try:
            return At(read_instant(word))
        except Invalid:
            raise Invalid(
                f"{word[:80]!r} is neither a discovery nor an instant",
                hint="Use an id of `cloudviz discoveries list`, or an instant such as 2026-11-24T05:35:00Z.",
            ) from None
    found = await discovery_row(connection, word)
    if found.seq is None:
        raise NotFound(f"the discovery {found.id} recorded nothing", hint="Name one that is completed.")
    return After(found.seq)


async def shown_for(connection: AsyncConnection, selection: Selection) -> Shown:
    """Where to read for a selection's ``at`` and ``discoveries``.

    Raises Invalid when ``at`` is neither an instant nor a discovery, NotFound for an unknown discovery.
    """
    at = await moment_of(connection, selection.at) if selection.at else None
    if not selection.discoveries:
        return shown_at(at or Now())
    found = [await discovery_row(connection, each) for each in dict.fromkeys(selection.discoveries)]
    seqs = tuple(sorted(row.seq for row in found if row.seq is not None))
    versions = tables.resource_versions
    ids, origins = [row.id for row in found], sorted({str(row.origin) for row in found})
    seen = [select(versions).where(_seen_by(ids, origins, versions.c))]
    if origins != [""]:
        # What a file says is shown as it says it, also where a live scan knows better.
        told = tables.outranked
        columns = [told.c[column.name] for column in versions.columns]
        seen.append(select(*columns).where(_seen_by(ids, origins, told.c)))
    if at is not None:
        seen = [each.where(at.holds(each.selected_columns)) for each in seen]
    if len(seen) == len(seqs) == 1 or (at is not None and len(seen) == 1):
        condition = _seen_by(ids, origins, versions.c)
        condition = condition if at is None else and_(at.holds(versions.c), condition)
        return Shown(versions, versions.c.resource_id, condition, at or AfterAny(seqs))
    every = union_all(*seen).subquery()
    # Several discoveries may have seen several states of one resource: the latest of them is shown.
    rank = func.row_number().over(partition_by=every.c.resource_id, order_by=every.c.first_seq.desc())
    ranked = select(every, rank.label("rank")).subquery()
    return Shown(ranked, ranked.c.resource_id, ranked.c.rank == 1, at or AfterAny(seqs))


def _seen_by(discovery_ids: Sequence[str], origins: Sequence[str], versions: Columns) -> ColumnElement[bool]:
    """Versions that one of these discoveries saw: it looked at the whole of their scope while they held, or saw
    the resource itself."""
    looks, sightings = tables.looks.c, tables.sightings.c
    whole = exists().where(
        looks.discovery_id.in_(discovery_ids),
        looks.scope_id == versions.scope_id,
        looks.origin == versions.origin,
        looks.seq >= versions.first_seq,
        or_(versions.end_seq.is_(None), looks.seq < versions.end_seq),
    )
    single = exists().where(
        sightings.discovery_id.in_(discovery_ids),
        versions.origin.in_(origins),
        sightings.resource_id == versions.resource_id,
        sightings.seq >= versions.first_seq,
        or_(versions.end_seq.is_(None), sightings.seq < versions.end_seq),
    )
    return or_(whole, single)
