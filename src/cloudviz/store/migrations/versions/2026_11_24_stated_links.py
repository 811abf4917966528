"""Links are held by who stated them, no longer by their source.

What is there keeps the source as who stated it; the next look at both ends sets it right.
"""

from __future__ import annotations

from alembic import op

revision = "2026_11_24_stated_links"
down_revision = "2026_11_24_discovery_listings"


def upgrade() -> None:
    """Rename ``links.owner_id`` to ``stated_by``, with its index."""
    op.drop_index("idx_links_owner_id", table_name="links")
    # Both databases rename in place; Alembic's batch mode would copy SQLite's whole table.
    op.execute("ALTER TABLE links RENAME COLUMN owner_id TO stated_by")
    op.create_index("idx_links_stated_by", "links", ["stated_by"], unique=False)
