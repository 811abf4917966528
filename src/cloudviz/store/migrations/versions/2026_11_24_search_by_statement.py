"""SQLite's search index is kept up by recordings, many rows in one statement, and no more by triggers."""

from __future__ import annotations

from alembic import op

revision = "2026_11_24_search_by_statement"
down_revision = "2026_11_24_events"


def upgrade() -> None:
    """Drop the triggers. What they have indexed stays as it is."""
    if op.get_bind().dialect.name != "postgresql":
        op.execute("DROP TRIGGER search_resources_insert")
        op.execute("DROP TRIGGER search_resources_delete")
