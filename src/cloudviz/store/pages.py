"""Keyset pages: a cursor holds where the page before ended, so that page 1,000 costs what page 1 does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import BadInput, Invalid
from cloudviz.store.records import Page
from cloudviz.store.rows import plain_text
from cloudviz.store.types import AnyRow, time_text

T = TypeVar("T")

MAX_LIMIT = 1000

# A cursor holds an id at most 2,000 bytes long; what is longer was not made here.
_MAX_CURSOR = 8000


def checked_limit(limit: int) -> int:
    """The limit, when it is one. Raises Invalid."""
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid(f"the limit is {limit}", hint=f"Ask for 1 to {MAX_LIMIT} items a page.")
    return limit


def write_cursor(*values: Any) -> str:
    """An opaque cursor: base64url of JSON, without padding."""
    plain = [time_text(value) if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).rstrip(b"=").decode()


def read_cursor(cursor: str, *kinds: type) -> list[Any]:
    """The values of a cursor, of these types. Raises BadInput when it was not made by :func:`write_cursor`."""
    refused = BadInput("the cursor is not one that CloudViz gave out", hint="Start again without a cursor.")
    if len(cursor) > _MAX_CURSOR:
        raise refused
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError):
        raise refused from None
    if not isinstance(values, list) or len(values) != len(kinds):
        raise refused
    read: list[Any] = []
    for value, kind in zip(values, kinds, strict=True):
        try:
            made = datetime.fromisoformat(value) if kind is datetime else value
        except (TypeError, ValueError):
            raise refused from None
        # bool is an int to Python; a number over 64 bits is none to a database.
        if type(made) is not kind or (isinstance(made, datetime) and made.tzinfo is None):
            raise refused
        if isinstance(made, int) and not -(2**63) <= made < 2**63:
            raise refused
        read.append(plain_text(made) if isinstance(made, str) else made)
    return read


async def fetch_page(
    connection: AsyncConnection,
    query: Select[Any],
    keys: Sequence[tuple[ColumnElement[Any], type]],
    make: Callable[[AnyRow], T],
    limit: int,
    cursor: str | None,
    *,
    newest_first: bool = False,
) -> Page[T]:
    """One page of a query.

    Arguments:
        keys: the columns that order it, together unique, with their Python types.
        make: row to record.
        newest_first: descending in all keys.
    """
    columns = [column for column, _ in keys]
    count = checked_limit(limit)
    if cursor is not None:
        query = query.where(_after(columns, read_cursor(cursor, *(kind for _, kind in keys)), newest_first))
    query = query.add_columns(*(column.label(f"key_{index}") for index, column in enumerate(columns)))
    order = [column.desc() if newest_first else column.asc() for column in columns]
    rows = (await connection.execute(query.order_by(*order).limit(count + 1))).all()
    shown = rows[:count]
    more = len(rows) > count
    following = write_cursor(*shown[-1][-len(keys) :]) if more else None
    return Page([make(row) for row in shown], following)


def _after(columns: Sequence[ColumnElement[Any]], values: Sequence[Any], descending: bool) -> ColumnElement[bool]:
    """(a, b) > (x, y) written out: a > x OR (a = x AND b > y)."""
    choices = []
    for index, column in enumerate(columns):
        further = column < values[index] if descending else column > values[index]
        choices.append(and_(*(columns[before] == values[before] for before in range(index)), further))
    return or_(*choices)
