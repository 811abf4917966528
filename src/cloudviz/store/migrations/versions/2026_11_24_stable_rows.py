"""Number the resources in SQLite for good, so that VACUUM does not move them from under the search index.

A table whose key is text has row numbers of its own, which VACUUM may give anew
(https://www.sqlite.org/lang_vacuum.html); a column that is the row number keeps it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_stable_rows"
down_revision = "2026_11_24_costs"

_COLUMN = "search_resources_row"
_KEY = "CONSTRAINT pk_resources PRIMARY KEY (id)"


def upgrade() -> None:
    """Make ``resources`` anew with that column, and the index too: a file may have been vacuumed already."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        return
    made = connection.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'resources'"))
    head, _, body = str(made).partition("(")
    if _KEY not in body:
        raise RuntimeError("the table resources is not as the migrations before this one made it")
    beside = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'resources' AND type IN ('index', 'trigger')"
        " AND sql IS NOT NULL ORDER BY name"
    )
    others = [str(each) for each in connection.scalars(beside)]
    names = [f'"{each[1]}"' for each in connection.exec_driver_sql("PRAGMA table_info(resources)")]
    columns = ", ".join(names)
    # Unique as before, by another name: the key is the number now.
    body = body.replace(_KEY, "CONSTRAINT search_resources_id UNIQUE (id)")
    numbered = f"{head.replace('resources', 'resources_numbered')}({_COLUMN} INTEGER PRIMARY KEY, {body}"
    connection.exec_driver_sql(numbered)
    op.execute(
        f"INSERT INTO resources_numbered ({_COLUMN}, {columns}) SELECT rowid, {columns} FROM resources"  # noqa: S608
    )
    op.execute("DROP TABLE resources")
    op.execute("ALTER TABLE resources_numbered RENAME TO resources")
    for each in others:
        connection.exec_driver_sql(each)
    op.execute("INSERT INTO search_resources (search_resources) VALUES ('rebuild')")
