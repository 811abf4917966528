"""The search indexes of the two databases: what PostgreSQL's is given to see, and how SQLite's is kept up.

pg_trgm takes everything but letters and digits for gaps between words: of ``owner=team-7`` its index knows three
words that begin so, in any order and anywhere, and most rows have those. So PostgreSQL keeps the search texts with
letters for punctuation. They are capitals, which no search text has: nothing is lost, and a search finds what it
found before (https://www.postgresql.org/docs/current/pgtrgm.html, "Trigram (or Trigraph) Concepts").

SQLite's index is kept up with ``resources`` by whoever writes there: many rows in one statement. Triggers would do
the same for each row, and did. FTS5 writes out what it has gathered at every savepoint, and a trigger's statement
is one: a hundred microseconds for a row, where a statement for thousands takes seven.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import orjson
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.store.engine import Database

MANY_ROWS = 2_000
"""After so many new or changed rows PostgreSQL's index is put in order at once."""

TRIGRAM = 3
"""Characters that a search must have for the index to know them."""

SAMPLE = 300
"""About so many search texts are looked at to know what is in nearly all of them."""

SAMPLE_SECONDS = 60.0
"""How long they are remembered: a stale sample makes a search slower, never wrong."""

COMMON = 0.95
"""The share of the search texts from which on a trigram tells nothing."""

PUNCTUATION, LETTERS = "-./:=_ @,+#%\\", "JZYXQWKVFHGPB"

_AS_LETTERS = str.maketrans(PUNCTUATION, LETTERS)

_samples: WeakKeyDictionary[Database, tuple[float, list[str]]] = WeakKeyDictionary()

_LAST = "SELECT coalesce(max(rowid), 0) FROM resources"
_SIZE = "SELECT relpages, reltuples FROM pg_class WHERE oid = 'resources'::regclass"
_SOME_OF_POSTGRES = "SELECT search FROM resources TABLESAMPLE SYSTEM (:share) LIMIT :most"
_SOME_OF_SQLITE = "SELECT search FROM resources WHERE rowid IN (SELECT value FROM json_each(:rows))"
_ADD = "INSERT INTO search_resources (rowid, search) SELECT rowid, search FROM resources WHERE rowid > ?"
# FTS5 takes an entry out by being told what is in it (https://www.sqlite.org/fts5.html#the_delete_command).
_REMOVE = (
    "INSERT INTO search_resources (search_resources, rowid, search) SELECT 'delete', rowid, search FROM resources"
    " WHERE id IN (SELECT value FROM json_each(?))"
)


def for_postgres(text: str) -> str:
    """A text in lower case as PostgreSQL's column ``search`` has it."""
    return text.translate(_AS_LETTERS)


async def settle(database: Database) -> None:
    """Put PostgreSQL's index in order after a large recording, rather than when autovacuum comes by.

    Until then what was inserted lies in a list that every search reads from end to end, and the planner knows
    nothing of it (https://www.postgresql.org/docs/current/gin.html#GIN-FAST-UPDATE). Without the index, or where
    this user does not own it, autovacuum does it.
    """
    if not database.is_postgres:
        return
    with contextlib.suppress(DBAPIError):
        async with database.writing() as connection:
            await connection.execute(sql("SELECT gin_clean_pending_list('search_resources'::regclass)"))
            await connection.execute(sql("ANALYZE resources"))


async def telling_part(database: Database, connection: AsyncConnection, needle: str) -> str:
    """The part of a needle by which the index is asked: without what nearly all search texts have, at its ends.

    Both indexes intersect the lists of all trigrams that they are asked for. Of ``owner=team-23`` most are in
    every resource of many an estate, and their lists are as long as it: they are most of the work and rule nothing
    out. What the part finds has still to be looked at for the whole.

    Arguments:
        needle: as the column ``search`` would have it.
    """
    if len(needle) <= TRIGRAM:
        return needle
    sample = await _sample(database, connection)
    if len(sample) < SAMPLE / 2:  # of so few resources any search is fast
        return needle
    enough = len(sample) * COMMON

    def is_common(start: int) -> bool:
        trigram = needle[start : start + TRIGRAM]
        return sum(trigram in each for each in sample) >= enough

    first, last = 0, len(needle) - TRIGRAM
    while first <= last and is_common(first):
        first += 1
    while last > first and is_common(last):
        last -= 1
    return needle[first : last + TRIGRAM] if first <= last else needle


async def _sample(database: Database, connection: AsyncConnection) -> list[str]:
    """Some search texts from everywhere, of the last minute."""
    now = time.monotonic()
    kept = _samples.get(database)
    if kept is not None and now - kept[0] < SAMPLE_SECONDS:
        return kept[1]
    if database.is_postgres:
        pages, rows = (await connection.execute(sql(_SIZE))).one()
        # At least a page is met on average; of no statistics yet, everything there is.
        share = 100.0 if rows <= SAMPLE else max(100.0 * SAMPLE / rows, 100.0 / pages)
        found = await connection.scalars(sql(_SOME_OF_POSTGRES), {"share": min(share, 100.0), "most": 2 * SAMPLE})
    else:
        highest = await last_row(connection)
        picked = random.sample(range(1, highest + 1), min(SAMPLE, highest))
        found = await connection.scalars(sql(_SOME_OF_SQLITE), {"rows": orjson.dumps(picked).decode()})
    sample = list(found)
    _samples[database] = (now, sample)
    return sample


async def last_row(connection: AsyncConnection) -> int:
    """The highest row number of ``resources``: what is inserted from now on comes after it."""
    return int((await connection.exec_driver_sql(_LAST)).scalar_one())


async def index_after(connection: AsyncConnection, row: int) -> None:
    """Index what was inserted since :func:`last_row` was asked, with nothing deleted in between."""
    await connection.exec_driver_sql(_ADD, (row,))


async def take_out(connection: AsyncConnection, keys: Sequence[str]) -> None:
    """Take resources out of the index that are about to be deleted. All of them must be there."""
    await connection.exec_driver_sql(_REMOVE, (orjson.dumps(list(keys)).decode(),))
