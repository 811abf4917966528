"""The one place where CloudViz reads the time."""

from __future__ import annotations

import datetime


def now() -> datetime.datetime:
    """The present instant, aware, in UTC."""
    return datetime.datetime.now(datetime.UTC)


def text(instant: datetime.datetime) -> str:
    """RFC 3339 in UTC to the microsecond where there is a fraction: ``2026-11-24T05:35:27Z``."""
    return instant.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def parse(value: str) -> datetime.datetime:
    """Read RFC 3339; a date alone is its first instant in UTC, a time without a zone is UTC.

    Raises ValueError when it is neither.
    """
    found = datetime.datetime.fromisoformat(value.strip())
    return found.replace(tzinfo=datetime.UTC) if found.tzinfo is None else found.astimezone(datetime.UTC)
