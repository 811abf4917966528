"""A :class:`~cloudviz.inventory.select.Selection` as SQL, and rows as resources."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal_column, select, table, true, type_coerce
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.inventory.model import Graph, Link, Resource
from cloudviz.inventory.select import Selection
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.moments import Columns, Moment, Shown, shown_at
from cloudviz.store.pages import read_cursor
from cloudviz.store.rows import key_text, plain_text
from cloudviz.store.search_index import TRIGRAM, for_postgres, telling_part
from cloudviz.store.types import AnyRow

FEW = 5000
"""Resources that are looked at in their order before an index is asked: what occurs everywhere is among them."""

MANY = 100_000
"""Hits of SQLite's index that are put in order, in a microsecond each; of more, resources are read in order."""

_WILD = frozenset("*?[")

_FIELDS = (
    "provider",
    "resource_type",
    "native_type",
    "kind",
    "name",
    "account",
    "region",
    "zone",
    "parent",
    "state",
    "tags",
    "cost_monthly",
    "currency",
    "properties",
)


def resource_columns(shown: Shown) -> list[ColumnElement[Any]]:
    """The columns that :func:`resource_of` needs, in its order."""
    return [shown.id.label("id"), *(shown.rows.c[name] for name in _FIELDS)]


def resource_of(row: AnyRow) -> Resource:
    """A resource from the columns of :func:`resource_columns`, which must come first in the row."""
    return Resource(
        id=row[0],
        provider=row[1],
        type=row[2],
        native_type=row[3],
        kind=row[4],
        name=row[5],
        account=row[6],
        region=row[7],
        zone=row[8],
        parent=row[9],
        state=row[10],
        tags=row[11],
        cost_monthly=row[12],
        currency=row[13],
        properties=row[14] or {},
    )


async def conditions(
    database: Database, connection: AsyncConnection, selection: Selection, shown: Shown, *, by_index: bool = True
) -> list[ColumnElement[bool]]:
    """The conditions of a selection on the rows it is shown from; the same as ``Selection.matches``.

    Arguments:
        by_index: let the search index serve, where it can; else rows that are met otherwise are looked at.
    """
    columns = shown.rows.c
    found = [shown.condition]
    for values, column in (
        (selection.providers, columns.provider),
        (selection.kinds, columns.kind),
        (selection.regions, columns.region),
        (selection.accounts, columns.account),
        (selection.states, func.coalesce(columns.state, "")),
        (selection.ids, shown.id),
    ):
        if values:
            found.append(database.among(column, [key_text(value) for value in values]))
    if selection.types:
        kinds = await _matching_types(connection, selection.types)
        found.append(database.among(columns.resource_type, kinds))
    for key, value in selection.tags:
        found.append(_has_tag(database, columns, plain_text(key), plain_text(value)))
    if selection.text:
        found += await _has_text(database, connection, shown, plain_text(selection.text).lower(), by_index)
    return found


async def _matching_types(connection: AsyncConnection, wanted: Iterable[str]) -> list[str]:
    """The types meant by names and patterns. There are few, so Python's own pattern rules decide."""
    exact = [key_text(each) for each in wanted if _WILD.isdisjoint(each)]
    patterns = [each for each in wanted if not _WILD.isdisjoint(each)]
    if not patterns:
        return exact
    known = await connection.scalars(select(tables.scopes.c.resource_type).distinct())
    return [*exact, *(kind for kind in known if any(fnmatchcase(kind, each) for each in patterns))]


def _has_tag(database: Database, columns: Columns, key: str, value: str) -> ColumnElement[bool]:
    if database.is_postgres:
        tags = type_coerce(columns.tags, JSONB)
        return tags.contains({key: value}) if value else tags.has_key(key)
    # json_each compares keys as they are; a JSON path would have to quote them.
    each = func.json_each(columns.tags).table_valued("key", "value")
    query = exists().where(each.c.key == key)
    return query.where(each.c.value == value) if value else query


async def _has_text(
    database: Database, connection: AsyncConnection, shown: Shown, needle: str, by_index: bool
) -> list[ColumnElement[bool]]:
    column = shown.rows.c.search
    if database.is_postgres:
        needle = for_postgres(needle)
        # The planner would ask the index about millions to look at a few thousand; of strpos it does not know how.
        whole = func.strpos(column, needle) > 0
        if not by_index:
            return [whole]
        part = await telling_part(database, connection, needle) if shown.rows is tables.resources else needle
        asked = column.contains(part, autoescape=True)
        return [asked] if part == needle else [asked, whole]
    # Not LIKE: SQLite's ends at patterns of 50,000 bytes.
    found: list[ColumnElement[bool]] = [func.instr(column, needle) > 0]
    if by_index and shown.rows is tables.resources and len(needle) >= TRIGRAM:
        part = await telling_part(database, connection, needle)
        # A phrase in quotes, in which only a quote means something.
        phrase = '"' + part.replace('"', '""') + '"'
        index = table("search_resources", sql_column("rowid"), sql_column("search_resources"))
        hits = select(index.c.rowid).where(index.c.search_resources.op("MATCH")(phrase)).limit(MANY + 1).subquery()
        # One text of them all, made and read by SQLite: rows of Python would take as long as the search.
        counted = select(func.json_group_array(hits.c.rowid), func.count())
        rows, count = (await connection.execute(counted)).one()
        if count <= MANY:
            listed = func.json_each(rows).table_valued("value")
            found.append(literal_column("resources.rowid").in_(select(listed.c.value)))
    return found


async def some_further(
    connection: AsyncConnection, shown: Shown, cursor: str | None
) -> ColumnElement[bool] | None:
    """The next ``FEW`` resources after a cursor, as a condition; None when there are no more than those."""
    query = select(shown.id).where(shown.condition)
    if cursor is not None:
        query = query.where(shown.id > read_cursor(cursor, str)[0])
    last = await connection.scalar(query.order_by(shown.id).offset(FEW).limit(1))
    return None if last is None else shown.id <= last


async def hits_further(
    database: Database,
    connection: AsyncConnection,
    shown: Shown,
    wanted: Sequence[ColumnElement[bool]],
    limit: int,
    cursor: str | None,
) -> ColumnElement[bool]:
    """The first of all that match after a cursor, enough for a page, as a condition.

    What matches is found before it is put in order: else PostgreSQL's planner may go through all in their order,
    in the hope to meet enough of them soon. And ids are sorted sooner than whole resources. OFFSET keeps the
    planner from making one query of the two, as MATERIALIZED would, without writing aside what was found.
    """
    hits = select(shown.id.label("id")).where(*wanted).offset(0).subquery("hits")
    query = select(hits.c.id)
    if cursor is not None:
        query = query.where(hits.c.id > read_cursor(cursor, str)[0])
    ids = list(await connection.scalars(query.order_by(hits.c.id).limit(limit + 1)))
    return database.among(shown.id, ids)


async def read_graph(
    database: Database, connection: AsyncConnection, selection: Selection, shown: Shown, *, with_links: bool
) -> Graph:
    """What a selection shows, with its ancestors and the links between, in canonical order."""
    query = select(*resource_columns(shown))
    query = query.where(*await conditions(database, connection, selection, shown))
    graph = Graph()
    async for rows in (await connection.stream(query)).partitions(2000):
        graph.resources.update((row[0], resource_of(row)) for row in rows)
    is_whole = selection == Selection(at=selection.at)
    if not is_whole:
        await _add_ancestors(database, connection, graph, shown.moment)
    if with_links:
        graph.links = await links_from(database, connection, graph.resources, shown.moment, is_whole=is_whole)
    # Sorting 100,000 resources takes long enough for other requests to notice.
    return await asyncio.to_thread(graph.sorted)


async def _add_ancestors(database: Database, connection: AsyncConnection, graph: Graph, moment: Moment) -> None:
    missing = {item.parent for item in graph.resources.values() if item.parent} - graph.resources.keys()
    while missing:
        found = await resources_by_id(database, connection, sorted(missing), moment)
        graph.resources.update(found)
        missing = {item.parent for item in found.values() if item.parent} - graph.resources.keys()


async def resources_by_id(
    database: Database, connection: AsyncConnection, keys: list[str], moment: Moment
) -> dict[str, Resource]:
    """Those of some resources that hold at a moment."""
    shown = shown_at(moment)
    query = select(*resource_columns(shown)).where(database.among(shown.id, keys), shown.condition)
    return {row[0]: resource_of(row) for row in await connection.execute(query)}


async def present_ids(
    database: Database, connection: AsyncConnection, keys: list[str], moment: Moment
) -> set[str]:
    """Those of some ids that a resource has at a moment."""
    if not keys:
        return set()
    shown = shown_at(moment)
    query = select(shown.id).where(database.among(shown.id, keys), shown.condition)
    return set(await connection.scalars(query))


async def links_from(
    database: Database,
    connection: AsyncConnection,
    kept: dict[str, Resource],
    moment: Moment,
    *,
    is_whole: bool = False,
) -> list[Link]:
    """The links that go from one of the kept resources to another, or to what is in no inventory at all.

    One that several resources state comes once for each of them.
    """
    table = tables.links.c
    wanted = true() if is_whole else database.among(table.source_id, list(kept))
    query = select(table.source_id, table.target_id, table.kind, table.stated_by)
    query = query.where(moment.holds(table), wanted)
    links: list[Link] = []
    loose: list[Link] = []
    async for rows in (await connection.stream(query)).partitions(2000):
        for source, target, kind, stater in rows:
            if source in kept:
                stated_by = () if stater == source else (stater,)
                there = links if target in kept else loose
                there.append(Link(source, target, kind, target in kept, stated_by))
    if loose and not is_whole:
        outside = sorted({link.target for link in loose})
        elsewhere = await present_ids(database, connection, outside, moment)
        loose = [link for link in loose if link.target not in elsewhere]
    return links + loose
