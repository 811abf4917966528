"""SQLite's search index, kept up with ``resources`` by whoever writes there: many rows in one statement.

Triggers would do the same for each row, and did. FTS5 writes out what it has gathered at every savepoint, and a
trigger's statement is one: a hundred microseconds for a row, where a statement for thousands takes seven.
PostgreSQL keeps its index by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

_LAST = "SELECT coalesce(max(rowid), 0) FROM resources"
_ADD = "INSERT INTO search_resources (rowid, search) SELECT rowid, search FROM resources WHERE rowid > ?"
# FTS5 takes an entry out by being told what is in it (https://www.sqlite.org/fts5.html#the_delete_command).
_REMOVE = (
    "INSERT INTO search_resources (search_resources, rowid, search) SELECT 'delete', rowid, search FROM resources"
    " WHERE id IN (SELECT value FROM json_each(?))"
)


async def last_row(connection: AsyncConnection) -> int:
    """The highest row number of ``resources``: what is inserted from now on comes after it."""
    return int((await connection.exec_driver_sql(_LAST)).scalar_one())


async def index_after(connection: AsyncConnection, row: int) -> None:
    """Index what was inserted since :func:`last_row` was asked, with nothing deleted in between."""
    await connection.exec_driver_sql(_ADD, (row,))


async def take_out(connection: AsyncConnection, keys: Sequence[str]) -> None:
    """Take resources out of the index that are about to be deleted. All of them must be there."""
    await connection.exec_driver_sql(_REMOVE, (orjson.dumps(list(keys)).decode(),))
