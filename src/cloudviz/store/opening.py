"""Opening and migrating a store by its URL."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from cloudviz.runtime.settings import StoreSettings
from cloudviz.store.api_keys import ApiKeys
from cloudviz.store.audit import Audit
from cloudviz.store.checkpoints import Checkpoints
from cloudviz.store.costs import Costs
from cloudviz.store.credentials import SealedCredentials
from cloudviz.store.deliveries import Deliveries
from cloudviz.store.diagrams import Diagrams
from cloudviz.store.discoveries import Discoveries
from cloudviz.store.engine import Database, PoolState
from cloudviz.store.events import Events
from cloudviz.store.exported_files import ExportedFiles
from cloudviz.store.exporting import Exporting
from cloudviz.store.inventories import Inventories
from cloudviz.store.jobs import Jobs
from cloudviz.store.listening import listen
from cloudviz.store.people import People
from cloudviz.store.records import SchemaState
from cloudviz.store.repeats import Repeats
from cloudviz.store.retention import Retention
from cloudviz.store.saved_views import SavedViews
from cloudviz.store.schedules import Schedules
from cloudviz.store.schema import migrate_database, refuse_newer, schema_state
from cloudviz.store.webhooks import Webhooks

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis


class Store:
    """An open store; also an async context manager that closes itself."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.discoveries = Discoveries(database)
        self.checkpoints = Checkpoints(database)
        self.inventories = Inventories(database)
        self.costs = Costs(database, self.inventories.tell)
        self.diagrams = Diagrams(database)
        self.exported_files = ExportedFiles(database)
        self.people = People(database)
        self.api_keys = ApiKeys(database)
        self.saved_views = SavedViews(database)
        self.exporting = Exporting(database)
        self.jobs = Jobs(database)
        self.events = Events(database)
        self.schedules = Schedules(database)
        self.audit = Audit(database)
        self.retention = Retention(database, self.audit)
        self.credentials = SealedCredentials(database)
        self.repeats = Repeats(database)
        self.webhooks = Webhooks(database)
        self.deliveries = Deliveries(database)

    @property
    def shown(self) -> str:
        """How messages name the database: a file, or ``host:port/name``; never with a password."""
        return self._database.address.shown

    def pool(self) -> PoolState:
        """How many connections of this process are at work, and how the replica stands."""
        return self._database.pool()

    def mark_writes(self, redis: Redis) -> None:
        """Let processes that share a Redis read from a replica what a session wrote by any of them."""
        self._database.mark_writes(redis)

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises Unavailable."""
        await self._database.answer()

    async def schema(self) -> SchemaState:
        """Which revision the database has, and which this release brings."""
        async with self._database.reading() as connection:
            return await schema_state(connection)

    async def listen(self, channel: str, heard: Callable[[], None]) -> None:
        """Call ``heard`` when PostgreSQL notifies a channel, until cancelled; on SQLite this ends at once."""
        await listen(self._database.address, channel, heard)

    async def close(self) -> None:
        """Give every connection back."""
        await self._database.close()

    async def __aenter__(self) -> Store:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def open_store(url: str, settings: StoreSettings | None = None, *, replica_url: str = "") -> Store:
    """Open the database at a URL and make sure that it answers. Makes a SQLite file's folder; does not migrate.

    Arguments:
        url: ``sqlite:///relative.db``, ``sqlite:////absolute.db``, a path ending in ``.db``, ``postgresql://…``.
        settings: pool and timeouts; the defaults when None.
        replica_url: a streaming replica for reads; it need not answer.

    Raises BadInput for a URL that is none of these, a file that is no database, or a schema that this
    release can't use; Unavailable when the database can't be reached.
    """
    database = Database.at(url, settings, replica_url)
    try:
        await database.answer()
        store = Store(database)
        refuse_newer(await store.schema(), store.shown)
    except BaseException:
        await database.close()
        raise
    return store


async def migrate(url: str, settings: StoreSettings | None = None, *, to: str = "") -> SchemaState:
    """Bring the database to this release's schema. Safe to call again, and from several processes at once.

    One that a newer release brought further, and that this release may use, stays as it is.

    Arguments:
        to: another revision than the newest, up or down. What later revisions added is lost on the way down.

    Raises as :func:`open_store` does; Invalid when there is no such revision, BadInput when there is no way back.
    """
    database = Database.at(url, settings)
    try:
        return await migrate_database(database, to)
    finally:
        await database.close()
