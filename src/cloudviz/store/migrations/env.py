"""What Alembic runs: it always gets an open connection, so that one transaction holds lock, check and change."""

from __future__ import annotations

from alembic import context

from cloudviz.store.tables import metadata


def run() -> None:
    """Migrate over the connection that was handed in (see ``cloudviz.store.schema``)."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        # SQLite's DDL is transactional; Alembic's default for it dates from a driver that was not.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
