"""The schema of a database: which revision it has, and bringing it to this release's."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import BadInput
from cloudviz.store.engine import Database
from cloudviz.store.records import SchemaState

_STATEMENT = "15min"

# "cvschema" in ASCII.
_SCHEMA_LOCK = 0x6376736368656D61


def _config() -> Config:
    config = Config()
    # Alembic reads % as the beginning of an interpolation.
    folder = str(Path(__file__).with_name("migrations")).replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.set_main_option("path_separator", "os")
    return config


async def schema_state(connection: AsyncConnection) -> SchemaState:
    """The revision of the database behind a connection, and the newest there is."""
    present = await connection.run_sync(_present)
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    return SchemaState(present=present, newest=newest or "")


def _present(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def refuse_newer(state: SchemaState, shown: str) -> None:
    """Raise BadInput when a database was made by a release that this one knows nothing of."""
    known = {revision.revision for revision in ScriptDirectory.from_config(_config()).walk_revisions()}
    if state.present and state.present not in known:
        raise BadInput(
            f"was made by a newer CloudViz: its schema is {state.present[:60]!r}, ours {state.newest!r}",
            where=shown,
            hint="Use that release or a newer one; or restore a backup made before it.",
        )


async def migrate_database(database: Database) -> SchemaState:
    """Upgrade to the newest revision: one transaction, one process at a time.

    Raises BadInput when the database is newer than this release, or holds tables that are not CloudViz's.
    """
    wait = database.settings.migrate_wait_seconds
    async with database.writing(wait_seconds=wait) as connection:
        if database.is_postgres:
            await connection.execute(text(f"SET LOCAL statement_timeout = '{_STATEMENT}'"))
            await connection.execute(text(f"SET LOCAL lock_timeout = '{wait}s'"))
            await connection.execute(select(func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            # While tables change, readers queue behind the change: give up rather than stop the service for long.
            table = database.settings.table_lock_seconds
            await connection.execute(text(f"SET LOCAL lock_timeout = '{table}s'"))
        before = await schema_state(connection)
        refuse_newer(before, database.address.shown)
        if before.is_current:
            return before
        if not before.present:
            await connection.run_sync(_refuse_foreign, database.address.shown)
        await connection.run_sync(upgrade)
        return await schema_state(connection)


def _refuse_foreign(connection: Connection, shown: str) -> None:
    """A database with tables of these names and no revision belongs to somebody else: leave it alone."""
    taken = sorted({"users", "resources", "discoveries", "diagrams"} & set(inspect(connection).get_table_names()))
    if taken:
        raise BadInput(
            f"holds tables that CloudViz did not make: {', '.join(taken)}",
            where=shown,
            hint="Give CloudViz a database of its own.",
        )


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the migrations up to a revision, in the transaction that is open."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
