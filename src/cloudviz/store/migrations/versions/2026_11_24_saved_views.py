"""Saved views: places of the map that people named."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Key, UtcTime, Uuid, random_uuid, utc_now

revision = "2026_11_24_saved_views"
down_revision = "2026_11_24_job_queue"


def upgrade() -> None:
    """Make ``saved_views``."""
    op.create_table(
        "saved_views",
        sa.Column("id", Uuid(), server_default=random_uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", Key, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("updated_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
    )
