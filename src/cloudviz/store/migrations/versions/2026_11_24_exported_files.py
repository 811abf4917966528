"""Exported files: which object of the storage answers which request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Key, UtcTime, Uuid, utc_now

revision = "2026_11_24_exported_files"
down_revision = "2026_11_24_stable_rows"


def upgrade() -> None:
    """Make ``exported_files``."""
    op.create_table(
        "exported_files",
        sa.Column("asked", Key, nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("file_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("diagram_id", Uuid()),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("asked", name=op.f("pk_exported_files")),
    )
    op.create_index(op.f("idx_exported_files_name"), "exported_files", ["name"])
    op.create_index(op.f("idx_exported_files_used_at"), "exported_files", ["used_at"])
    op.create_index(op.f("idx_exported_files_diagram_id"), "exported_files", ["diagram_id"])
