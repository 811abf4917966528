"""The database tells which releases may use it, so that one of them may be older than what migrated it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_schema_use"
down_revision = "2026_11_24_links_of_others"
usable_from = None


def upgrade() -> None:
    """Make ``schema_use``. Who migrates writes its row."""
    op.create_table(
        "schema_use",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("usable_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_schema_use")),
    )


def downgrade() -> None:
    """Drop it: the releases before know nothing of it."""
    op.drop_table("schema_use")
