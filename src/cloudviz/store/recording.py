"""One transaction of a recording: what a discovery saw is laid over what is known. ``record`` has them all.

History is kept by validity (architecture, decision 4): a state that holds on is not written again. Keys and hashes
of all that was seen go into a temporary table, the database joins it with what it knows, and only what differs is
sent whole. That is done in chunks of ids, so that memory does not grow with the estate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    Table,
    TableClause,
    and_,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.inventory.model import Coverage, Problem, Resource
from cloudviz.store import search_index, tables
from cloudviz.store.engine import Database
from cloudviz.store.facets import Tally
from cloudviz.store.outranked import Outranked
from cloudviz.store.prepared import CHUNK, Chunk, Hashes, Rows, Stated
from cloudviz.store.reach import Reach, ScopeKey
from cloudviz.store.records import RecordedChanges
from cloudviz.store.rows import ResourceRow, key_text, plain_text
from cloudviz.store.types import AnyRow

_CONTENT = (
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
    "properties",
    "cost_monthly",
    "currency",
    "search",
    "content_hash",
    "source",
    "origin",
    "scope_id",
    "valid_from",
)
# What was seen, for the length of the transaction. The collation is that of resources.id, or its index is idle.
_SEEN = table("seen_now", column("id"), column("content_hash"), column("links_hash"))
_MAKE_SEEN = {
    True: 'CREATE TEMPORARY TABLE seen_now (id text COLLATE "C", content_hash text, links_hash text)'
    " ON COMMIT DROP",
    False: "CREATE TEMPORARY TABLE seen_now (id TEXT PRIMARY KEY, content_hash TEXT, links_hash TEXT)"
    " WITHOUT ROWID",
}
_NOW_COLUMNS = ("id", "discovery_id", *_CONTENT, "links_hash", "created_at")
_VERSION_COLUMNS = ("resource_id", "first_seq", "discovery_id", *_CONTENT)
_LINK_COLUMNS = ("key", "first_seq", "stated_by", "source_id", "target_id", "kind", "valid_from")


@dataclass
class Done:
    """What a recording has committed before its last transaction.

    Attributes:
        seq: its number; 0 where nothing was committed.
        before: the changes that earlier tries of the discovery made.
    """

    seq: int = 0
    added: int = 0
    changed: int = 0
    before: Mapping[str, int] | None = None


@dataclass
class Recording:
    """One discovery being recorded: the transaction and what is counted on the way."""

    database: Database
    connection: AsyncConnection
    discovery: AnyRow
    seen_at: datetime
    reach: Reach
    origin: str  # the file that this discovery read; empty for a live scan
    done: Done
    seq: int = 0
    is_late: bool = False
    scope_ids: dict[ScopeKey, int] = field(default_factory=dict)
    looked: set[int] = field(default_factory=set)
    differing: dict[str, AnyRow | None] = field(
        default_factory=dict
    )  # what is known of each; None where it is new
    present: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    tally: Tally = field(default_factory=Tally)
    cost: Decimal = Decimal(0)
    currencies: set[str] = field(default_factory=set)

    async def begin(self) -> None:
        """Take the next number, and take back what an earlier try at the same discovery noted."""
        await self._number()
        for noted in (tables.coverage, tables.problems, tables.looks, tables.sightings):
            await self.connection.execute(delete(noted).where(noted.c.discovery_id == self.discovery.id))

    async def go_on(self) -> None:
        """The same for what is committed before the last transaction: what was noted stays."""
        await self._number()

    async def _number(self) -> None:
        table = tables.discoveries
        if self.done.before is None:
            self.done.before = dict(self.discovery.changes or {})
        numbers = [func.max(table.c.seq), func.max(tables.resource_versions.c.first_seq)]
        numbers.append(func.max(tables.links.c.first_seq))
        last = max([await self.connection.scalar(select(number)) or 0 for number in numbers])
        # Who recorded in slices goes on with the number of the first, unless another recorded in between:
        # numbers are in the order of what was committed.
        self.seq = self.done.seq if self.done.seq == last and last else last + 1
        self.added, self.changed = self.done.added, self.done.changed
        newer = select(literal(1)).where(table.c.seen_at > self.seen_at, table.c.id != self.discovery.id)
        self.is_late = (await self.connection.execute(newer.limit(1))).first() is not None
        rows = await self.connection.execute(select(tables.scopes))
        self.scope_ids = {(row.provider, row.account, row.region, row.resource_type): row.id for row in rows}

    async def compare(self, hashes: Iterable[Hashes]) -> None:
        """Let the database find what is new, or differs from what it knows."""
        await self.connection.exec_driver_sql(_MAKE_SEEN[self.database.is_postgres])
        names = ("id", "content_hash", "links_hash")
        for some in hashes:
            await self._insert(_SEEN, names, some)
        if self.database.is_postgres:
            await self.connection.exec_driver_sql("ANALYZE seen_now")
        seen, known = _SEEN.c, tables.resources.c
        query = (
            select(
                seen.id.label("seen"),
                known.id,
                known.content_hash,
                known.origin,
                known.links_hash,
                known.valid_from,
                known.created_at,
                known.scope_id,
                known.state,
            )
            .select_from(_SEEN.outerjoin(tables.resources, known.id == seen.id))
            .where(
                or_(
                    known.id.is_(None),
                    known.content_hash != seen.content_hash,
                    known.links_hash != seen.links_hash,
                    known.origin != self.origin,
                )
            )
        )
        async for found in (await self.connection.stream(query)).partitions(CHUNK):
            self.differing.update((row.seen, None if row.id is None else row) for row in found)

    # --- what is there ------------------------------------------------------------------------------------

    async def resources(self, chunks: Iterable[Chunk]) -> None:
        """Store every resource that is new or differs, and its links."""
        for chunk in chunks:
            self.present += len(chunk.rows)
            sighted = await self.store(chunk.rows, chunk.stated)
            names = ("resource_id", "seq", "discovery_id")
            await self._insert(tables.sightings, names, [(key, self.seq, self.discovery.id) for key in sighted])

    async def store(self, rows: Rows, stated: Stated) -> list[str]:
        """Store those of some resources that are new or differ. Returns the ids of those whose scope was not
        seen as a whole."""
        news = {key: self.differing.pop(key) for key in rows if key in self.differing}
        await self._find_scopes(rows.values())
        if self.origin:
            # What a live scan saw counts; what the file says of it is kept beside it.
            told = {key: rows[key] for key, old in news.items() if old is not None and not old.origin}
            await self._outranked.note(told, self.discovery.id, self._told, _CONTENT)
            news = {key: old for key, old in news.items() if key not in told}
        known = {key: old for key, old in news.items() if old is not None}
        reborn = await self._last_ends([key for key in news if key not in known]) if self.is_late else {}
        now: list[tuple[Any, ...]] = []
        closing: list[str] = []
        relinked: dict[str, str] = {}
        sighted: list[str] = []
        for key, row in rows.items():
            self._count_cost(row.resource)
            scope_id = self.scope_ids[row.scope]
            if self._is_whole(row.scope):
                self.looked.add(scope_id)
            else:
                sighted.append(key)
            if key not in news:
                continue
            old = news[key]
            links_hash = row.links_hash
            if old is not None and old.content_hash == row.content_hash and old.origin == self.origin:
                if old.links_hash != links_hash:
                    relinked[key] = links_hash
                continue
            # A state never begins before the one it follows, even when looks come out of order.
            before = old.valid_from if old is not None else reborn.get(key, self.seen_at)
            content = self._content(row, scope_id, max(self.seen_at, before))
            created = self.database.time(old.created_at if old is not None else max(self.seen_at, before))
            now.append((key, self.discovery.id, *content, links_hash, created))
            self.tally.came(scope_id, row.resource.state)
            if old is None:
                self.added += 1
                relinked[key] = links_hash
                continue
            self.tally.went(old.scope_id, old.state)
            self.changed += old.content_hash != row.content_hash
            closing.append(key)
            if old.links_hash != links_hash:
                relinked[key] = links_hash
        taken = [key for key in closing if known[key].origin not in ("", self.origin)]
        await self._outranked.keep(taken, _CONTENT)
        await self._end_versions(closing)
        await self._delete(closing)
        await self._insert_present(now)
        await self._relink(relinked, stated, known)
        return sighted

    @property
    def _outranked(self) -> Outranked:
        return Outranked(self.database, self.connection, self.seq, self.origin, self.seen_at)

    def _told(self, row: ResourceRow) -> tuple[Any, ...]:
        return self._content(row, self.scope_ids[row.scope], self.seen_at)

    def _is_whole(self, scope: ScopeKey) -> bool:
        verdict = self.reach.verdict(scope)
        if self.origin:
            # A file is read to its end or refused: what it holds of a scope is all it has of it.
            return verdict is not False
        return verdict is True

    def _content(self, row: ResourceRow, scope_id: int, valid_from: datetime) -> tuple[Any, ...]:
        item = row.resource
        return (
            item.provider,
            item.type,
            item.native_type,
            item.kind,
            item.name,
            item.account,
            item.region,
            item.zone,
            item.parent,
            item.state,
            row.tags,
            row.properties.decode(),
            self.database.money(item.cost_monthly),
            item.currency,
            search_index.for_postgres(row.search) if self.database.is_postgres else row.search,
            row.content_hash,
            self.discovery.source,
            self.origin,
            scope_id,
            self.database.time(valid_from),
        )

    def _count_cost(self, item: Resource) -> None:
        if item.cost_monthly is not None:
            self.cost += item.cost_monthly
            self.currencies.add(item.currency or "")

    async def _last_ends(self, keys: list[str]) -> dict[str, datetime]:
        """When resources that are not there now were last gone, where that is after this look."""
        table = tables.resource_versions.c
        query = (
            select(table.resource_id, func.max(table.valid_to, type_=table.valid_to.type).label("ended"))
            .where(self.database.among(table.resource_id, keys), table.valid_to > self.seen_at)
            .group_by(table.resource_id)
        )
        return {row.resource_id: row.ended for row in await self.connection.execute(query)}

    async def _find_scopes(self, rows: Iterable[ResourceRow]) -> None:
        fresh = sorted({row.scope for row in rows} - self.scope_ids.keys())
        if not fresh:
            return
        names = ("key", "provider", "account", "region", "resource_type")
        digests = {_digest(scope): scope for scope in fresh}
        await self._insert(tables.scopes, names, [(key, *scope) for key, scope in digests.items()])
        table = tables.scopes.c
        query = select(table.key, table.id).where(self.database.among(table.key, list(digests)))
        for row in await self.connection.execute(query):
            self.scope_ids[digests[row.key]] = row.id

    # --- links --------------------------------------------------------------------------------------------

    async def _relink(self, relinked: dict[str, str], stated: Stated, known: dict[str, AnyRow]) -> None:
        """Store the links of resources that state others than is stored."""
        table = tables.links
        stored: dict[str, set[str]] = {}
        held = [key for key in relinked if key in known]
        if held:
            query = select(table.c.stated_by, table.c.key).where(
                self._is_stated_by(held), table.c.end_seq.is_(None)
            )
            for row in await self.connection.execute(query):
                stored.setdefault(row.stated_by, set()).add(row.key)
            await self.connection.execute(
                update(tables.resources)
                .where(tables.resources.c.id == bindparam("key"))
                .values(links_hash=bindparam("digest")),
                [{"key": key, "digest": relinked[key]} for key in held],
            )
        valid_from = self.database.time(self.seen_at)
        fresh: list[tuple[Any, ...]] = []
        ended: list[str] = []
        for stater in relinked:
            there = stored.get(stater, set())
            wanted = {_digest((stater, *name)): name for name in sorted(stated.get(stater, ()))}
            ended += sorted(there - wanted.keys())
            fresh += [
                (key, self.seq, stater, *name, valid_from) for key, name in wanted.items() if key not in there
            ]
        for chunk in _chunks(ended, CHUNK):
            await self._end(table, self.database.among(table.c.key, chunk))
        fresh.sort()  # by key: hashes in any order would touch every page of their index for every chunk
        for chunk in _chunks(fresh, 8 * CHUNK):
            await self._insert(table, _LINK_COLUMNS, chunk)

    # --- what is gone -------------------------------------------------------------------------------------

    async def gone(self) -> None:
        """End what was there before, was looked for, and was not seen."""
        known = tables.resources.c
        query = select(known.id, known.scope_id, known.state).order_by(known.id)
        query = query.where(~exists().where(_SEEN.c.id == known.id))
        if self.origin:
            gaps = [key for scope, key in self.scope_ids.items() if self.reach.verdict(scope) is False]
            query = query.where(known.origin == self.origin)
            if gaps:
                query = query.where(known.scope_id.not_in(_numbers(gaps)))
        else:
            whole = [key for scope, key in self.scope_ids.items() if self.reach.verdict(scope) is True]
            if not whole:
                return
            query = query.where(known.scope_id.in_(_numbers(whole)))
        absent: list[str] = []
        async for rows in (await self.connection.stream(query)).partitions(CHUNK):
            for row in rows:
                absent.append(row.id)
                self.tally.went(row.scope_id, row.state)
        self.removed += len(absent)
        for chunk in _chunks(absent, CHUNK):
            await self._end_versions(chunk)
            await self._end(tables.links, self._is_stated_by(chunk))
            await self._delete(chunk)
        if self.origin:
            await self._outranked.settle()

    # --- notes --------------------------------------------------------------------------------------------

    async def notes(self, coverage: Sequence[Coverage], problems: Sequence[Problem]) -> None:
        """Store what was looked at and what was odd; mark the newest coverage of each scope."""
        key = self.discovery.id
        entries: list[tuple[Any, ...]] = []
        for position, entry in enumerate(coverage):
            scope = (*map(key_text, (entry.provider, entry.account, entry.region, entry.type)),)
            permission, detail = (
                None if each is None else plain_text(each) for each in (entry.permission, entry.detail)
            )
            count = min(max(int(entry.count), 0), 2**62)
            digest = _digest((self.origin, *scope))
            row = (key, position, *scope, key_text(str(entry.status)), count, permission, detail, digest, True)
            entries.append(row)
        table = tables.coverage
        names = [column.name for column in table.columns]
        for chunk in _chunks(entries, CHUNK):
            digests = sorted({row[-2] for row in chunk})
            await self.connection.execute(
                update(table)
                .where(table.c.latest, self.database.among(table.c.key, digests), table.c.discovery_id != key)
                .values(latest=False)
            )
            await self._insert(table, names, chunk)
        rows = [
            (key, position, plain_text(each.resource), plain_text(each.what), plain_text(each.where))
            for position, each in enumerate(problems)
        ]
        for chunk in _chunks(rows, CHUNK):
            await self._insert(tables.problems, [column.name for column in tables.problems.columns], chunk)
        looks = [(scope_id, self.seq, key, self.origin) for scope_id in sorted(self.looked)]
        await self._insert(tables.looks, ("scope_id", "seq", "discovery_id", "origin"), looks)

    async def end(self) -> RecordedChanges:
        """Write the sums into the discovery."""
        await self.let_go()
        counts = {
            "added": self.added,
            "changed": self.changed,
            "removed": self.removed,
            "unchanged": self.present - self.added - self.changed,
        }
        # Amounts of several currencies have no sum.
        cost = self.cost if len(self.currencies) == 1 else None
        table = tables.discoveries
        told = self.told(counts)
        await self.connection.execute(
            update(table)
            .where(table.c.id == self.discovery.id)
            .values(
                seq=self.seq,
                seen_at=self.seen_at,
                resources_found=self.present,
                cost_estimate=cost,
                changes=told,
            )
        )
        return RecordedChanges(**counts, seen_at=self.seen_at)

    def told(self, counts: Mapping[str, int]) -> dict[str, int]:
        """What a discovery says that it changed: what an earlier try changed too, which is found unchanged now."""
        told, before = dict(counts), self.done.before or {}
        for name, count in before.items():
            if name != "unchanged":
                told[name] += count
        if before:
            told["unchanged"] = max(0, self.present - told["added"] - told["changed"])
        return told

    async def let_go(self) -> None:
        """Add what changed to the counts that are kept, and drop what was made for this transaction."""
        await self.tally.write(self.database, self.connection, self.scope_ids)
        if not self.database.is_postgres:  # which does so by itself
            await self.connection.exec_driver_sql("DROP TABLE temp.seen_now")

    # --- statements ---------------------------------------------------------------------------------------

    async def _end_versions(self, keys: Sequence[str]) -> None:
        if keys:
            versions = tables.resource_versions
            await self._end(versions, self.database.among(versions.c.resource_id, keys))

    async def _end(self, table: Table, which: ColumnElement[bool]) -> None:
        """Let rows that hold now end with this discovery."""
        await self.connection.execute(
            update(table)
            .where(table.c.end_seq.is_(None), which)
            .values(
                end_seq=self.seq,
                valid_to=self.database.later(literal(self.seen_at, table.c.valid_to.type), table.c.valid_from),
            )
        )

    def _is_stated_by(self, keys: Sequence[str]) -> ColumnElement[bool]:
        """The links that some resources state, each half by an index of its own."""
        link, among = tables.links.c, self.database.among
        return or_(
            and_(among(link.source_id, keys), link.stated_by == link.source_id),
            and_(among(link.stated_by, keys), link.stated_by != link.source_id),
        )

    async def _delete(self, keys: Sequence[str]) -> None:
        table = tables.resources
        if not keys:
            return
        if not self.database.is_postgres:
            await search_index.take_out(self.connection, keys)
        await self.connection.execute(delete(table).where(self.database.among(table.c.id, keys)))

    async def _insert_present(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows that are not there, into the present and into the history."""
        if not rows:
            return
        if self.database.is_postgres:
            await self._insert(tables.resources, _NOW_COLUMNS, rows)
            versions = [(row[0], self.seq, *row[1 : 2 + len(_CONTENT)]) for row in rows]
            await self._insert(tables.resource_versions, _VERSION_COLUMNS, versions)
            return
        last = await search_index.last_row(self.connection)
        await self._insert(tables.resources, _NOW_COLUMNS, rows)
        await search_index.index_after(self.connection, last)
        # The rows are in SQLite's hands already: copying them there takes less than handing them over again.
        names = ", ".join(_VERSION_COLUMNS)
        taken = ", ".join(("id", "?", "discovery_id", *_CONTENT))
        await self.connection.exec_driver_sql(
            f"INSERT INTO resource_versions ({names}) SELECT {taken} FROM resources WHERE rowid > ?",  # noqa: S608
            (self.seq, last),
        )

    async def _insert(self, table: TableClause, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        await self.database.insert_many(self.connection, table, columns, rows)


def _numbers(values: Sequence[int]) -> Any:
    # Our own integers, written out: a scan may have more gaps than a statement has parameters.
    return bindparam(None, list(values), expanding=True, literal_execute=True)


def _digest(words: Sequence[str]) -> str:
    return blake2b(orjson.dumps(list(words)), digest_size=16).hexdigest()


def _chunks(items: Sequence[Any], size: int) -> Iterator[Any]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
