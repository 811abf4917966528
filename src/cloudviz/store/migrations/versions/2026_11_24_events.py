"""The outbox of events: what happened, for webhooks and streams to tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Serial, UtcTime, utc_now

revision = "2026_11_24_events"
down_revision = "2026_11_24_trigram_search"


def upgrade() -> None:
    """Make the table ``events``."""
    op.create_table(
        "events",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_events_at", "events", ["at"])
