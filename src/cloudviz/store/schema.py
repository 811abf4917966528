"""The schema of a database: which revision it has, who may use it, and bringing it to this release's.

A release works with the schema of the release after it: migrations first add, and take away a release later what
nobody uses any more (ADR 0029). Each migration says so by ``usable_from``: None when whoever could use the
database before still can; otherwise the oldest revision that a release must know. The database carries the outcome
in ``schema_use``, for releases that do not know the migration.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, func, insert, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cloudviz.errors import BadInput, Invalid
from cloudviz.store.engine import Database
from cloudviz.store.records import SchemaState
from cloudviz.store.tables import schema_use

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


@cache
def revisions() -> dict[str, str]:
    """This release's revisions, oldest first, each with the oldest one that a release must know to use it."""
    oldest_first = list(ScriptDirectory.from_config(_config()).walk_revisions())[::-1]
    places = {each.revision: place for place, each in enumerate(oldest_first)}
    found: dict[str, str] = {}
    needed = oldest_first[0].revision
    for each in oldest_first:
        # A migration that says nothing may have taken anything away.
        said = getattr(each.module, "usable_from", each.revision)
        if said is not None and places[said] > places[needed]:
            needed = said
        found[each.revision] = needed
    return found


async def schema_state(connection: AsyncConnection) -> SchemaState:
    """The revision of the database behind a connection, the newest there is, and whether they go together."""
    return await connection.run_sync(_state)


def _state(connection: Connection) -> SchemaState:
    known = revisions()
    newest = next(reversed(known))
    present = MigrationContext.configure(connection).get_current_revision() or ""
    if not present or present in known:
        return SchemaState(present, newest, known.get(present, ""))
    usable_from = ""
    if inspect(connection).has_table(schema_use.name):
        # A row of another revision is older than what somebody did by hand.
        asked = select(schema_use.c.usable_from).where(schema_use.c.revision == present)
        usable_from = str(connection.scalar(asked) or "")
    return SchemaState(present, newest, usable_from if usable_from in known else "", is_known=False)


def refuse_newer(state: SchemaState, shown: str) -> None:
    """Raise BadInput when a newer release made a database, and did not leave it open to this one."""
    if state.is_known or state.is_ahead:
        return
    raise BadInput(
        f"was made by a newer CloudViz: its schema is {state.present[:60]!r}, ours {state.newest!r}",
        where=shown,
        hint="Use that release or a newer one; or restore a backup made before it.",
    )


def refuse_unknown(revision: str, shown: str) -> None:
    """Raise BadInput when this release can't make a schema of that revision."""
    refuse_newer(SchemaState(revision, next(reversed(revisions())), is_known=revision in revisions()), shown)


async def migrate_database(database: Database, to: str = "") -> SchemaState:
    """Upgrade to the newest revision, or go to another: one transaction, one process at a time.

    A database that a newer release migrated and left open to this one stays as it is.

    Raises BadInput when the database is newer than this release, holds tables that are not CloudViz's, or can't go
    back that far; Invalid when there is no revision ``to``.
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
        if not to and before.is_usable:
            return before
        if not before.present:
            await connection.run_sync(_refuse_foreign, database.address.shown)
        await connection.run_sync(_move, before, to or before.newest, database.address.shown)
        return await schema_state(connection)


def _move(connection: Connection, before: SchemaState, to: str, shown: str) -> None:
    """Go up or down to a revision, and write down who may use it then."""
    order = list(revisions())
    if to not in order:
        raise Invalid(f"there is no revision {to[:60]!r}", hint=f"The last ones are {', '.join(order[-3:])}.")
    if not before.is_known:
        raise BadInput(
            f"has the schema {before.present[:60]!r} of a newer CloudViz, which alone knows the way back",
            where=shown,
            hint=f"Run `cloudviz migrate --to {to}` of that release.",
        )
    if before.present and order.index(to) < order.index(before.present):
        script = ScriptDirectory.from_config(_config())
        for each in reversed(order[order.index(to) + 1 : order.index(before.present) + 1]):
            if not hasattr(script.get_revision(each).module, "downgrade"):
                raise BadInput(
                    f"can't go back to {to}: {each} can't be undone",
                    where=shown,
                    hint="Restore a backup that was made before it.",
                )
        command.downgrade(_configured(connection), to)
    else:
        upgrade(connection, to)
    if inspect(connection).has_table(schema_use.name):
        connection.execute(delete(schema_use))
        connection.execute(insert(schema_use).values(revision=to, usable_from=revisions()[to]))


def _refuse_foreign(connection: Connection, shown: str) -> None:
    """A database with tables of these names and no revision belongs to somebody else: leave it alone."""
    taken = sorted({"users", "resources", "discoveries", "diagrams"} & set(inspect(connection).get_table_names()))
    if taken:
        raise BadInput(
            f"holds tables that CloudViz did not make: {', '.join(taken)}",
            where=shown,
            hint="Give CloudViz a database of its own.",
        )


def upgrade(connection: Connection, to: str) -> None:
    """Run the migrations up to a revision, in the transaction that is open."""
    command.upgrade(_configured(connection), to)


def _configured(connection: Connection) -> Config:
    config = _config()
    config.attributes["connection"] = connection
    return config
