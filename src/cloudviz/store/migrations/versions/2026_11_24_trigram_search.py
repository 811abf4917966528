"""Search in tags and IP addresses too, by trigrams; the counts of the present are kept instead of counted.

PostgreSQL: pg_trgm, where its server brings it and this user may use it; without it searches read every row.
SQLite: FTS5 over the rows of ``resources``, which triggers keep up.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from cloudviz.inventory.model import Resource
from cloudviz.inventory.select import search_text
from cloudviz.store.rows import plain_text
from cloudviz.store.types import Json, Key

revision = "2026_11_24_trigram_search"
down_revision = "2026_11_24_credentials"

_BATCH = 2000


def upgrade() -> None:
    """Make ``facets``, write the search texts anew, and index them."""
    op.create_table(
        "facets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", Key, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "value", name=op.f("pk_facets")),
    )
    for name, column in (
        ("provider", "provider"),
        ("type", "resource_type"),
        ("region", "region"),
        ("account", "account"),
        ("state", "coalesce(state, '')"),
    ):
        counted = f"SELECT '{name}', {column}, count(*) FROM resources GROUP BY {column}"  # noqa: S608 - our names
        op.execute(f"INSERT INTO facets (name, value, count) {counted}")
    for table, key in (("resources", ("id",)), ("resource_versions", ("resource_id", "first_seq"))):
        _write_anew(table, key)
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        _sqlite()
    elif connection.scalar(sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")):
        savepoint = connection.begin_nested()
        try:
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except sa.exc.DBAPIError:  # a database whose owner is somebody else: an operator adds it, and the index
            savepoint.rollback()
            return
        savepoint.commit()
        op.execute("CREATE INDEX search_resources ON resources USING gin (search gin_trgm_ops)")


def _sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search_resources USING fts5"
        " (search, content='resources', content_rowid='rowid', tokenize='trigram case_sensitive 1', columnsize=0)"
    )
    op.execute("INSERT INTO search_resources (rowid, search) SELECT rowid, search FROM resources")
    op.execute(
        "CREATE TRIGGER search_resources_insert AFTER INSERT ON resources BEGIN"
        " INSERT INTO search_resources (rowid, search) VALUES (new.rowid, new.search); END"
    )
    op.execute(
        "CREATE TRIGGER search_resources_delete AFTER DELETE ON resources BEGIN"
        " INSERT INTO search_resources (search_resources, rowid, search)"
        " VALUES ('delete', old.rowid, old.search); END"
    )


def _write_anew(name: str, key: tuple[str, ...]) -> None:
    """The search texts of a table as this release makes them, in batches: the memory is that of one."""
    kinds: dict[str, Any] = {key[0]: Key, "first_seq": sa.BigInteger(), "tags": Json, "properties": Json}
    names = (*key, "name", "search", "tags", "properties")
    table = sa.table(name, *(sa.column(each, kinds.get(each, sa.Text())) for each in names))
    keys = [table.c[each] for each in key]
    last: tuple[object, ...] | None = None
    while True:
        query = sa.select(*keys, table.c.name, table.c.tags, table.c.properties).order_by(*keys).limit(_BATCH)
        if last is not None:
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*last))
        rows = op.get_bind().execute(query).all()
        if not rows:
            return
        last = tuple(rows[-1][: len(key)])
        change = sa.update(table).where(
            *(table.c[each] == sa.bindparam(f"key_{each}", type_=table.c[each].type) for each in key)
        )
        op.get_bind().execute(change.values(search=sa.bindparam("made")), [_made(row, key) for row in rows])


def _made(row: Any, key: tuple[str, ...]) -> dict[str, object]:
    found = row._mapping
    item = Resource(
        id=str(row[0]),
        provider="",
        type="",
        native_type="",
        kind="",
        name=str(found["name"]),
        account="",
        region="",
        tags=found["tags"] or {},
        properties=found["properties"] or {},
    )
    return {**{f"key_{each}": found[each] for each in key}, "made": plain_text(search_text(item))}
