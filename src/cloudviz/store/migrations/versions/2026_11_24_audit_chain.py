"""The audit becomes a chain of hashes; entries that are there are chained in the order they were written."""

from __future__ import annotations

import orjson
import sqlalchemy as sa
from alembic import op

from cloudviz.store.chain import GENESIS, entry_hash
from cloudviz.store.types import Json, UtcTime

revision = "2026_11_24_audit_chain"
down_revision = "2026_11_24_accounts"

_BATCH = 1000


def upgrade() -> None:
    """Add ``seq`` and ``hash`` to ``audit``, and ``audit_heads`` with the chain's beginning and end."""
    op.add_column("audit", sa.Column("seq", sa.BigInteger()))
    op.add_column("audit", sa.Column("hash", sa.Text()))
    heads = op.create_table(
        "audit_heads",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_heads")),
    )
    connection = op.get_bind()
    audit = sa.table(
        "audit",
        sa.column("id", sa.BigInteger()),
        sa.column("at", UtcTime()),
        sa.column("actor", sa.Text()),
        sa.column("action", sa.Text()),
        sa.column("target", sa.Text()),
        sa.column("address", sa.Text()),
        sa.column("detail", Json),
        sa.column("seq", sa.BigInteger()),
        sa.column("hash", sa.Text()),
    )
    seq, previous, last_id = 0, GENESIS, 0
    chained = (
        sa.update(audit)
        .where(audit.c.id == sa.bindparam("row_id"))
        .values(seq=sa.bindparam("new_seq"), hash=sa.bindparam("new_hash"))
    )
    while True:
        rows = connection.execute(
            sa.select(audit).where(audit.c.id > last_id).order_by(audit.c.id).limit(_BATCH)
        ).all()
        if not rows:
            break
        changes = []
        for row in rows:
            seq += 1
            detail = orjson.loads(row.detail) if isinstance(row.detail, str | bytes) else row.detail or {}
            previous = entry_hash(previous, seq, row.at, row.actor, row.action, row.target, row.address, detail)
            changes.append({"row_id": row.id, "new_seq": seq, "new_hash": previous})
        connection.execute(chained, changes)
        last_id = rows[-1].id
    op.bulk_insert(
        heads,
        [{"name": "start", "seq": 0, "hash": GENESIS}, {"name": "end", "seq": seq, "hash": previous}],
    )
    op.create_index("idx_audit_seq", "audit", ["seq"], unique=True)
