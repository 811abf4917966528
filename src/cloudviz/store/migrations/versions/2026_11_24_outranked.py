"""What files say of resources of which another source's word counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Key, Money, UtcTime, Uuid

revision = "2026_11_24_outranked"
down_revision = "2026_11_24_saved_views"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def upgrade() -> None:
    """Make ``outranked``."""
    op.create_table(
        "outranked",
        sa.Column("resource_id", Key, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        *map(_text, ("provider", "resource_type", "native_type", "kind", "name", "account", "region")),
        sa.Column("zone", sa.Text()),
        sa.Column("parent", sa.Text()),
        sa.Column("state", sa.Text()),
        sa.Column("tags", Json, nullable=False),
        sa.Column("properties", Json, nullable=False),
        sa.Column("cost_monthly", Money()),
        sa.Column("currency", sa.Text()),
        _text("search"),
        sa.Column("content_hash", sa.Text(), nullable=False),
        _text("source"),
        sa.Column("origin", Key, nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", UtcTime(), nullable=False),
        sa.Column("end_seq", sa.BigInteger()),
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.Column("valid_to", UtcTime()),
        sa.ForeignKeyConstraint(["discovery_id"], ["discoveries.id"], name="fk_outranked_discovery_id"),
        sa.PrimaryKeyConstraint("resource_id", "first_seq", "origin", name="pk_outranked"),
    )
    op.create_index("idx_outranked_origin", "outranked", ["origin"])
