"""Column types that mean the same on PostgreSQL and SQLite. Migrations use them too, so they only ever grow."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, JSON, DateTime, Dialect, Integer, Numeric, Row, Text
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import BigInteger, TypeDecorator, TypeEngine

AnyRow = Row[*tuple[Any, ...]]
"""A row of any columns."""

# Ids and whatever else pages are sorted by: in the order of code points, as Python and SQLite sort. Without it
# PostgreSQL sorts by the language of the database, and a page's cursor would mean another place there.
Key = Text().with_variant(Text(collation="C"), "postgresql")

# SQLite gives only an INTEGER primary key its own counter.
Serial = BigInteger().with_variant(Integer(), "sqlite")

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

Words = ARRAY(Text()).with_variant(JSON(), "sqlite")
"""A list of words: ``text[]``, or a JSON array."""


class UtcTime(TypeDecorator[datetime]):
    """An instant: ``timestamptz``, or text of fixed width on SQLite, so that text order is the order of time."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value if dialect.name == "postgresql" else time_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return read.astimezone(UTC)


@lru_cache(maxsize=256)  # a scan writes the one time of its own into every row
def time_text(value: datetime) -> str:
    """The instant in UTC as SQLite holds it: ``2026-11-24T05:35:00.000000Z``."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Uuid(TypeDecorator[str]):
    """A UUID: native, or its 36 characters on SQLite. Python sees text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(UUID(as_uuid=False) if dialect.name == "postgresql" else Text())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(value)


class Uuids(TypeDecorator[tuple[str, ...]]):
    """A list of UUIDs: ``uuid[]``, or a JSON array on SQLite."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            ARRAY(UUID(as_uuid=False)) if dialect.name == "postgresql" else JSON(none_as_null=True)
        )

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        return None if value is None else list(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(str(each) for each in value)


class Money(TypeDecorator[Decimal]):
    """An amount that loses nothing: ``numeric`` without limit, or its digits as text on SQLite."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Numeric(asdecimal=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def new_uuid() -> str:
    """A random UUID as text."""
    return str(uuid.uuid4())


class utc_now(ColumnElement[datetime]):  # noqa: N801 - it stands in SQL like a function
    """The database's clock, for column defaults."""

    inherit_cache = True


@compiles(utc_now, "postgresql")
def _now_postgresql(element: utc_now, compiler: Any, **options: Any) -> str:
    return "now()"


@compiles(utc_now, "sqlite")
def _now_sqlite(element: utc_now, compiler: Any, **options: Any) -> str:
    return "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))"


class random_uuid(ColumnElement[str]):  # noqa: N801
    """A random UUID made by the database, for column defaults."""

    inherit_cache = True


@compiles(random_uuid, "postgresql")
def _uuid_postgresql(element: random_uuid, compiler: Any, **options: Any) -> str:
    return "gen_random_uuid()"


@compiles(random_uuid, "sqlite")
def _uuid_sqlite(element: random_uuid, compiler: Any, **options: Any) -> str:
    # Version 4 in its shape: 8-4-4-4-12 with the version and the variant in their places (RFC 9562 §5.4).
    return (
        "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8'"
        " || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))"
    )


class only_viewer(ColumnElement[Any]):  # noqa: N801
    """The roles of somebody new: viewer."""

    inherit_cache = True


@compiles(only_viewer, "postgresql")
def _viewer_postgresql(element: only_viewer, compiler: Any, **options: Any) -> str:
    return "ARRAY['viewer']::text[]"


@compiles(only_viewer, "sqlite")
def _viewer_sqlite(element: only_viewer, compiler: Any, **options: Any) -> str:
    return "'[\"viewer\"]'"
