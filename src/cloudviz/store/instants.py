"""Instants as people and programs write them: RFC 3339."""

from __future__ import annotations

from datetime import UTC, datetime

from cloudviz.errors import Invalid


def read_instant(text: str) -> datetime:
    """An RFC 3339 instant, or a day for its first moment in UTC. Raises Invalid.

    Without an offset it is taken as UTC, the zone of everything that CloudViz writes.
    """
    try:
        # fromisoformat reads all of RFC 3339 since Python 3.11, and a little of ISO 8601 besides.
        found = datetime.fromisoformat(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(
            f"{text[:80]!r} is no instant", hint="Write it as in 2026-11-24T05:35:00Z or 2026-11-24."
        ) from None


def write_instant(instant: datetime | None) -> str:
    """The instant in UTC, ending in ``Z``; empty for none."""
    return "" if instant is None else instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
