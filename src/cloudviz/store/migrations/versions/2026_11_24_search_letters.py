"""Search texts in PostgreSQL with letters for punctuation, and counts of the present by scope and state.

Every row of ``resources``, ``resource_versions`` and ``outranked`` is written once more where the database is
PostgreSQL: three minutes for a million. See ``cloudviz.store.search_index`` for the why.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Key

revision = "2026_11_24_search_letters"
down_revision = "2026_11_24_outranked"

_PUNCTUATION, _LETTERS = "-./:=_ @,+#%\\", "JZYXQWKVFHGPB"


def upgrade() -> None:
    """Count, and write the search texts anew."""
    op.create_table(
        "scope_states",
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("state", Key, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope_id", "state", name=op.f("pk_scope_states")),
    )
    op.execute(
        "INSERT INTO scope_states (scope_id, state, count)"
        " SELECT scope_id, coalesce(state, ''), count(*) FROM resources GROUP BY scope_id, coalesce(state, '')"
    )
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    is_indexed = connection.scalar(sa.text("SELECT to_regclass('search_resources')")) is not None
    if is_indexed:
        op.execute("DROP INDEX search_resources")
    for table in ("resources", "resource_versions", "outranked"):
        letters = sa.text(f"UPDATE {table} SET search = translate(search, :these, :those)")  # noqa: S608 - our names
        connection.execute(letters, {"these": _PUNCTUATION, "those": _LETTERS})
    if is_indexed:
        op.execute("CREATE INDEX search_resources ON resources USING gin (search gin_trgm_ops)")
