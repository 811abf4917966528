"""Which parts of scans under way were read to their end, with what is needed to go on after them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Key, Uuid

revision = "2026_11_24_discovery_parts"
down_revision = "2026_11_24_stated_links"


def upgrade() -> None:
    """Make the table ``discovery_parts``."""
    op.create_table(
        "discovery_parts",
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.Column("part", Key, nullable=False),
        sa.Column("note", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["discovery_id"],
            ["discoveries.id"],
            name=op.f("fk_discovery_parts_discovery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("discovery_id", "part", name=op.f("pk_discovery_parts")),
    )
