"""The tables of webhooks, beside those of :mod:`~cloudviz.store.tables`: a change here needs a migration too."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from cloudviz.store.tables import metadata
from cloudviz.store.types import Json, Key, Serial, UtcTime, Words, utc_now


def _words(name: str, *, default: str = "") -> Column[Any]:
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def _number(name: str) -> Column[Any]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"))


# Who is told of events. The address and the keys that sign are sealed together, for this row.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Key, primary_key=True),
    _words("description"),
    _words("shape", default="standard"),
    Column("events", Words, nullable=False),
    Column("filters", Json, nullable=False),
    _words("status", default="active"),
    _words("reason"),
    _words("shown_url"),
    # Where it is for one thing alone: `discovery:ID`.
    _words("subject"),
    # Events after this position of the outbox are for it.
    _number("since"),
    Column("sealed", LargeBinary, nullable=False),
    _words("key_id"),
    _words("created_by"),
    Column("created_at", UtcTime(), nullable=False, server_default=utc_now()),
    Column("quiet_until", UtcTime()),
    Column("failing_since", UtcTime()),
    Column("last_success_at", UtcTime()),
    Index("idx_webhooks_created_at_id", "created_at", "id"),
)

# One event for one webhook, until it was taken or given up.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", Key, primary_key=True),
    Column("webhook_id", Key, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    # The event's place in the outbox; none for a test.
    Column("position", BigInteger),
    _words("kind"),
    _words("subject"),
    # What must arrive in order shares a lane.
    _words("lane"),
    Column("document", Json, nullable=False),
    _words("status", default="waiting"),
    _number("attempt"),
    Column("due_at", UtcTime(), nullable=False),
    Column("owner", Text),
    _number("token"),
    Column("lease_until", UtcTime()),
    Column("created_at", UtcTime(), nullable=False, server_default=utc_now()),
    Column("finished_at", UtcTime()),
    UniqueConstraint("webhook_id", "position"),
    Index("idx_webhook_deliveries_status_due_at", "status", "due_at"),
    Index("idx_webhook_deliveries_lane", "webhook_id", "lane", "status", "position"),
    Index("idx_webhook_deliveries_webhook_id_created_at_id", "webhook_id", "created_at", "id"),
)

# Each try of a delivery, and what came back.
webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column(
        "delivery_id", Key, ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    _number("number"),
    Column("at", UtcTime(), nullable=False),
    Column("response_status", Integer),
    _words("error"),
    _words("body"),
    Column("duration_ms", Float, nullable=False),
)

# How far a reader of the outbox came.
event_readers = Table(
    "event_readers",
    metadata,
    Column("name", Key, primary_key=True),
    _number("position"),
)
