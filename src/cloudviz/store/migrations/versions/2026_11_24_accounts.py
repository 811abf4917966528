"""People who can be disabled, whom an identity provider vouches for, and keys with their own scope and limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Key, UtcTime, utc_now

revision = "2026_11_24_accounts"
down_revision = "2026_11_24_discovery_leases"


def upgrade() -> None:
    """Widen ``users`` and ``api_keys``; make ``identities`` and ``sign_in_attempts``."""
    op.add_column("users", sa.Column("disabled_at", UtcTime(), nullable=True))
    op.add_column("api_keys", sa.Column("access", sa.Text(), server_default=sa.text("'write'"), nullable=False))
    op.add_column("api_keys", sa.Column("limits", Json, nullable=True))
    op.create_table(
        "identities",
        sa.Column("issuer", Key, nullable=False),
        sa.Column("subject", Key, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
    )
    op.create_index("idx_identities_user_id", "identities", ["user_id"], unique=False)
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", Key, nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("idx_sign_in_attempts_expires_at", "sign_in_attempts", ["expires_at"], unique=False)
