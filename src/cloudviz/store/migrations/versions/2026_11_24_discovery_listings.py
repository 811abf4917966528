"""What scans under way have read so far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Key, Uuid

revision = "2026_11_24_discovery_listings"
down_revision = "2026_11_24_first_tables"


def upgrade() -> None:
    """Make the table ``discovery_listings``."""
    op.create_table(
        "discovery_listings",
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.Column("part", Key, nullable=False),
        sa.Column("listing", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("coverage", Json, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["discovery_id"],
            ["discoveries.id"],
            name=op.f("fk_discovery_listings_discovery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("discovery_id", "part", "listing", "page", name=op.f("pk_discovery_listings")),
    )
