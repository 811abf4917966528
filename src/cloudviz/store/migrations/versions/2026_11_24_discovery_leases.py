"""Who is at work on a discovery and until when he may be silent, and why one failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import UtcTime

revision = "2026_11_24_discovery_leases"
down_revision = "2026_11_24_discovery_parts"


def upgrade() -> None:
    """Add ``owner``, ``lease_until`` and ``reason`` to ``discoveries``."""
    op.add_column("discoveries", sa.Column("owner", sa.Text()))
    op.add_column("discoveries", sa.Column("lease_until", UtcTime()))
    op.add_column("discoveries", sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False))
