"""The tables of webhooks, beside those of :mod:`~cloudviz.store.tables`: a change here needs a migration too."""

from __future__ import annotations

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
)

from cloudviz.store.columns import number, words
from cloudviz.store.tables import metadata
from cloudviz.store.types import Json, Key, Serial, UtcTime, Words, utc_now

# Who is told of events. The address and the keys that sign are sealed together, for this row.
webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Key, primary_key=True),
    words("description"),
    words("shape", default="standard"),
    Column("events", Words, nullable=False),
    Column("filters", Json, nullable=False),
    words("status", default="active"),
    words("reason"),
    words("shown_url"),
    # Where it is for one thing alone: `discovery:ID`.
    words("subject"),
    # Events after this position of the outbox are for it.
    number("since"),
    Column("sealed", LargeBinary, nullable=False),
    words("key_id"),
    words("created_by"),
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
    words("kind"),
    words("subject"),
    # What must arrive in order shares a lane.
    words("lane"),
    Column("document", Json, nullable=False),
    words("status", default="waiting"),
    number("attempt"),
    Column("due_at", UtcTime(), nullable=False),
    Column("owner", Text),
    number("token"),
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
    number("number"),
    Column("at", UtcTime(), nullable=False),
    Column("response_status", Integer),
    words("error"),
    words("body"),
    Column("duration_ms", Float, nullable=False),
)

# How far a reader of the outbox came.
event_readers = Table(
    "event_readers",
    metadata,
    Column("name", Key, primary_key=True),
    number("position"),
)
