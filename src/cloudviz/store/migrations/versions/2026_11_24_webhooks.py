"""Webhooks, what is to be delivered to them, each try, and how far the outbox was read for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Key, Serial, UtcTime, Words, utc_now

revision = "2026_11_24_webhooks"
down_revision = "2026_11_24_search_by_statement"


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    """Make ``webhooks``, ``webhook_deliveries``, ``webhook_attempts`` and ``event_readers``."""
    op.create_table(
        "webhooks",
        sa.Column("id", Key, nullable=False),
        _text("description"),
        _text("shape", "standard"),
        sa.Column("events", Words, nullable=False),
        sa.Column("filters", Json, nullable=False),
        _text("status", "active"),
        _text("reason"),
        _text("shown_url"),
        _text("subject"),
        _number("since"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("key_id"),
        _text("created_by"),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("quiet_until", UtcTime()),
        sa.Column("failing_since", UtcTime()),
        sa.Column("last_success_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index("idx_webhooks_created_at_id", "webhooks", ["created_at", "id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", Key, nullable=False),
        sa.Column("webhook_id", Key, nullable=False),
        sa.Column("position", sa.BigInteger()),
        _text("kind"),
        _text("subject"),
        _text("lane"),
        sa.Column("document", Json, nullable=False),
        _text("status", "waiting"),
        _number("attempt"),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("owner", sa.Text()),
        _number("token"),
        sa.Column("lease_until", UtcTime()),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("finished_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name=op.f("fk_webhook_deliveries_webhook_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("webhook_id", "position", name=op.f("uq_webhook_deliveries_webhook_id_position")),
    )
    op.create_index("idx_webhook_deliveries_status_due_at", "webhook_deliveries", ["status", "due_at"])
    op.create_index(
        "idx_webhook_deliveries_lane", "webhook_deliveries", ["webhook_id", "lane", "status", "position"]
    )
    op.create_index(
        "idx_webhook_deliveries_webhook_id_created_at_id",
        "webhook_deliveries",
        ["webhook_id", "created_at", "id"],
    )
    op.create_table(
        "webhook_attempts",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("delivery_id", Key, nullable=False),
        _number("number"),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("response_status", sa.Integer()),
        _text("error"),
        _text("body"),
        sa.Column("duration_ms", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempts")),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["webhook_deliveries.id"],
            name=op.f("fk_webhook_attempts_delivery_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("idx_webhook_attempts_delivery_id"), "webhook_attempts", ["delivery_id"])
    op.create_table(
        "event_readers",
        sa.Column("name", Key, nullable=False),
        _number("position"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_readers")),
    )
