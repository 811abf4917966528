"""What changed between two moments, found by the validity ranges: states that hold at both are never read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.inventory.diff import Changed, Diff, changed_fields
from cloudviz.inventory.model import Link, Resource
from cloudviz.store import tables
from cloudviz.store.costs import lay_costs
from cloudviz.store.engine import Database
from cloudviz.store.moments import After, At, Columns, Moment, shown_at
from cloudviz.store.selecting import present_ids, resource_columns, resource_of


async def compare(database: Database, connection: AsyncConnection, a: Moment, b: Moment) -> Diff:
    """What has to be done to the inventory at ``a`` to get the one at ``b``."""
    result = Diff()
    before, after = await _differing_resources(connection, a, b)
    names_of = {key: changed_fields(before[key], after[key]) for key in before.keys() & after.keys()}
    # What a bill says is no change of a resource: it is laid over both once they have been compared.
    await lay_costs(database, connection, before, a)
    await lay_costs(database, connection, after, b)
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None and now is not None:
            result.added.append(now)
        elif was is not None and now is None:
            result.removed.append(was)
        elif was is not None and now is not None and (names := names_of[key]):
            result.changed.append(Changed(was, now, names))
    flickered = sorted(before.keys() ^ after.keys())
    gone, come = await _differing_links(database, connection, a, b, flickered)
    result.links_removed = await _resolved(database, connection, gone, a)
    result.links_added = await _resolved(database, connection, come, b)
    return result


async def _differing_resources(
    connection: AsyncConnection, a: Moment, b: Moment
) -> tuple[dict[str, Resource], dict[str, Resource]]:
    versions = tables.resource_versions
    shown = shown_at(a)
    at_a, at_b = a.holds(versions.c), b.holds(versions.c)
    found: list[dict[str, Resource]] = []
    for here, there in ((at_a, at_b), (at_b, at_a)):
        query = select(*resource_columns(shown)).where(_moved(versions.c, a, b), here, ~there)
        found.append({row[0]: resource_of(row) for row in await connection.execute(query)})
    return found[0], found[1]


LinkName = tuple[str, str, str]
"""(source, target, kind)."""


async def _differing_links(
    database: Database, connection: AsyncConnection, a: Moment, b: Moment, flickered: list[str]
) -> tuple[set[LinkName], set[LinkName]]:
    """Links that are there at one moment only: they hold then, and so does their source.

    Arguments:
        flickered: resources that are there at one moment only; they show and hide links that others state.
    """
    table = tables.links.c
    names = select(table.source_id, table.target_id, table.kind)
    at_a, at_b = a.holds(table), b.holds(table)
    moved = names.where(_moved(table, a, b), or_(and_(at_a, ~at_b), and_(at_b, ~at_a)))
    shown = names.where(table.stated_by != table.source_id, database.among(table.source_id, flickered))
    found = [*await connection.execute(moved), *await connection.execute(shown)]
    doubtful = {(row[0], row[1], row[2]) for row in found}
    sources = sorted({name[0] for name in doubtful})
    there: list[set[LinkName]] = []
    for moment in (a, b):
        # Asked again by name: a link can be stated by two, and stays when one of them lets go.
        holding = names.where(database.among(table.source_id, sources), moment.holds(table))
        present = await present_ids(database, connection, sources, moment)
        there.append(
            {(row[0], row[1], row[2]) for row in await connection.execute(holding) if row[0] in present} & doubtful
        )
    return there[0] - there[1], there[1] - there[0]


def _moved(columns: Columns, a: Moment, b: Moment) -> ColumnElement[bool]:
    """Rows that began or ended between the moments, by an index. Implied by the conditions beside it."""
    if isinstance(a, After) and isinstance(b, After):
        return _between(columns.first_seq, columns.end_seq, *sorted((a.seq, b.seq)))
    if isinstance(a, At) and isinstance(b, At):
        return _between(columns.valid_from, columns.valid_to, *sorted((a.instant, b.instant)))
    return true()


def _between(first: Any, end: Any, low: Any, high: Any) -> ColumnElement[bool]:
    return or_(and_(first > low, first <= high), and_(end > low, end <= high))


async def _resolved(
    database: Database, connection: AsyncConnection, links: set[LinkName], moment: Moment
) -> list[Link]:
    there = await present_ids(database, connection, sorted({target for _, target, _ in links}), moment)
    return [Link(source, target, kind, target in there) for source, target, kind in sorted(links)]
