"""The index of who states a link holds only the links that another than their source states: a third of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_links_of_others"
down_revision = "2026_11_24_search_letters"


def upgrade() -> None:
    """Make ``idx_links_stated_by`` a partial index. The others are found by their source."""
    op.drop_index("idx_links_stated_by", "links")
    others = sa.text("stated_by <> source_id")
    op.create_index("idx_links_stated_by", "links", ["stated_by"], postgresql_where=others, sqlite_where=others)
