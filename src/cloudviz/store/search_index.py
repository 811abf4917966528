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
from collections.abc import Sequence

import orjson
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.store.engine import Database

MANY_ROWS = 2_000
"""After so many new or changed rows PostgreSQL's index is put in order at once."""

PUNCTUATION, LETTERS = "-./:=_ @,+#%\\", "JZYXQWKVFHGPB"

_AS_LETTERS = str.maketrans(PUNCTUATION, LETTERS)

_LAST = "SELECT coalesce(max(rowid), 0) FROM resources"
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


async def last_row(connection: AsyncConnection) -> int:
    """The highest row number of ``resources``: what is inserted from now on comes after it."""
    return int((await connection.exec_driver_sql(_LAST)).scalar_one())


async def index_after(connection: AsyncConnection, row: int) -> None:
    """Index what was inserted since :func:`last_row` was asked, with nothing deleted in between."""
    await connection.exec_driver_sql(_ADD, (row,))


async def take_out(connection: AsyncConnection, keys: Sequence[str]) -> None:
    """Take resources out of the index that are about to be deleted. All of them must be there."""
    await connection.exec_driver_sql(_REMOVE, (orjson.dumps(list(keys)).decode(),))
