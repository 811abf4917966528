"""Named credentials, sealed; and what was answered to requests with an Idempotency-Key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Key, UtcTime, utc_now

revision = "2026_11_24_credentials"
down_revision = "2026_11_24_audit_chain"


def upgrade() -> None:
    """Make ``credentials`` and ``repeatable_requests``."""
    op.create_table(
        "credentials",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("last_used_at", UtcTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("name", name=op.f("uq_credentials_name")),
    )
    op.create_table(
        "repeatable_requests",
        sa.Column("caller", Key, nullable=False),
        sa.Column("key", Key, nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("headers", Json),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_repeatable_requests")),
    )
    op.create_index(op.f("idx_repeatable_requests_expires_at"), "repeatable_requests", ["expires_at"])
