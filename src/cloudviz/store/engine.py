"""One database: PostgreSQL or SQLite, opened, guarded, and its errors put into CloudViz's words."""

from __future__ import annotations

import asyncio
import os
import time
import traceback
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import orjson
from sqlalchemy import ARRAY, URL, ColumnElement, TableClause, bindparam, event, func, select, text
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import Text

from cloudviz.errors import BadInput, CloudVizError, Unavailable
from cloudviz.runtime import traces
from cloudviz.runtime.settings import StoreSettings
from cloudviz.store.address import Address, read_address
from cloudviz.store.marks import WriteMarks
from cloudviz.store.refusals import refusal
from cloudviz.store.replica import Replica, lsn_of
from cloudviz.store.types import Uuid, time_text

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

BUSY_SECONDS = 5.0
"""How long SQLite waits for another process's write lock."""

PRIMARY_AWAY_SECONDS = 1.0
"""How long reads go straight to the replica after the primary was found to be away."""

PAGE_BYTES = 8192
"""Of a new SQLite file: a recording writes a tenth less than in pages of 4,096. Older files keep theirs."""

CACHE_KB = 20_000
"""Of a SQLite file's pages that each connection keeps in memory."""

BULK_CACHE_KB = 64_000
"""The same for a connection that inserts a whole estate: its indexes are met in any order."""

# PRAGMAs of every SQLite connection. WAL: readers never wait for the writer. NORMAL: with WAL a crash of the
# process loses nothing; a power cut may lose the last commits, and never leaves the file inconsistent
# (https://www.sqlite.org/pragma.html#pragma_synchronous).
_PRAGMAS = (
    f"PRAGMA page_size = {PAGE_BYTES}",
    f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",
    f"PRAGMA cache_size = -{CACHE_KB}",
)

_LINES_AT_ONCE = 250


_SPANS = "cloudviz_spans"  # of the statements under way, in what SQLAlchemy lets us keep with a connection


@dataclass(frozen=True, slots=True)
class PoolState:
    """The connections of this process: at work, open, and at most; and the standing of the replica, if any."""

    at_work: int
    open: int
    most: int
    replica: str = ""


class Database:
    """An open database: transactions to read and to write in, and the few things the two do differently."""

    def __init__(
        self, address: Address, settings: StoreSettings | None = None, replica: Address | None = None
    ) -> None:
        self.address = address
        self.settings = settings or StoreSettings()
        self.is_postgres = address.is_postgres
        if address.is_postgres:
            self._engine = _trace(_postgres_engine(address, self.settings), "postgresql")
        else:
            self._engine = _trace(_sqlite_engine(address), "sqlite")
        self._writer = self._engine.execution_options(cloudviz_write=True)
        self._replica = (
            None if replica is None else Replica(_postgres_engine(replica, self.settings), self.settings)
        )
        # SQLite has one writer. Writers of this process queue here, in order, instead of polling its lock.
        self._turn = asyncio.Lock()
        self._primary_away_until = 0.0

    @classmethod
    def at(cls, url: str, settings: StoreSettings | None = None, replica_url: str = "") -> Database:
        """The database at a URL. Makes a SQLite file's folder; opens no connection yet.

        Arguments:
            settings: of its connections; the defaults when None.
            replica_url: a streaming replica of it, or empty.

        Raises BadInput for a URL that is none, Unavailable when the folder can't be made.
        """
        address = read_address(url)
        replica = read_address(replica_url) if replica_url else None
        if replica is not None and not (replica.is_postgres and address.is_postgres):
            raise BadInput(
                "only PostgreSQL has replicas", hint="Unset CLOUDVIZ_DATABASE_REPLICA_URL, or use PostgreSQL."
            )
        if address.file is not None:
            _prepare_file(address.file)
        return cls(address, settings, replica)

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()
        if self._replica is not None:
            await self._replica.engine.dispose()

    def pool(self) -> PoolState:
        """How the connections stand, without asking the database."""
        pool = cast(QueuePool, self._engine.pool)
        at_work = pool.checkedout()
        most = pool.size() + self.settings.pool_overflow if self.is_postgres else pool.size() + 5
        standing = "" if self._replica is None else self._replica.standing
        return PoolState(at_work, at_work + pool.checkedin(), most, standing)

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except CloudVizError:
            raise  # it is in our words already, whatever the cause it names
        except Exception as error:
            refused = refusal(error, self.address)
            if refused is None:
                raise
            raise refused from error

    @asynccontextmanager
    async def reading(self, *, from_replica: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the database from its first statement to its last.

        Arguments:
            from_replica: that a replica may answer, if there is one that knows all that this session wrote. Not
                for who may do what: a key that was revoked must be known as such at once.
        """
        with self._in_our_words():
            async with AsyncExitStack() as stack:
                connection = None
                if from_replica and self._replica is not None:
                    is_alone = time.monotonic() < self._primary_away_until
                    connection = await self._replica.connect(stack, None if is_alone else self._primary_lsn)
                is_second_choice = connection is None and from_replica and self._replica is not None
                if connection is None:
                    connection = await self._from_primary(stack, or_replica=is_second_choice)
                if self.is_postgres:
                    await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                async with connection.begin():
                    if is_second_choice and self._replica is not None and not self._replica.owns(connection):
                        self._replica.saw(await lsn_of(connection))
                    yield connection

    async def _from_primary(self, stack: AsyncExitStack, *, or_replica: bool) -> AsyncConnection:
        """A connection to the primary; while that is away, to a replica that lacks only what was just written."""
        try:
            return await stack.enter_async_context(self._engine.connect())
        except Exception as error:
            if not or_replica or self._replica is None or refusal(error, self.address) is None:
                raise
            # Who reads in the next moment need not find that out by a connection that nobody answers.
            self._primary_away_until = time.monotonic() + PRIMARY_AWAY_SECONDS
            connection = await self._replica.connect(stack)
            if connection is None:
                raise
            return connection

    async def _primary_lsn(self) -> int:
        """How far the primary has written; 0 while it does not answer: the replica serves on then."""
        try:
            async with self._engine.connect() as connection:
                return await lsn_of(connection)
        except Exception as error:
            if refusal(error, self.address) is None:
                raise
            return 0

    def mark_writes(self, redis: Redis) -> None:
        """Let all processes that use this Redis know how far each session has written."""
        if self._replica is not None:
            self._replica.marks = WriteMarks(redis)

    async def has_seen(self, connection: AsyncConnection) -> None:
        """This process has seen what the primary holds now: none of its reads goes back behind that."""
        if self._replica is not None:
            self._replica.read_from_primary(await lsn_of(connection))

    @asynccontextmanager
    async def writing(self, *, wait_seconds: float = BUSY_SECONDS) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end, or leaves nothing when an error passes through it.

        Arguments:
            wait_seconds: how long to wait, on SQLite, while another process writes.
        """
        with self._in_our_words():
            if self.is_postgres:
                async with self._writer.connect() as connection:
                    async with connection.begin():
                        yield connection
                    if self._replica is not None:
                        await self._replica.wrote(await lsn_of(connection))
                        await connection.rollback()
                return
            try:
                async with self._turn, self._writer.connect() as connection:
                    await self._begin(connection, wait_seconds)
                    # Leaving the connection without a commit rolls back.
                    yield connection
                    await connection.commit()
            except BaseException as error:
                # Work that is cancelled has its connection closed under it. SQLite puts off the roll-back, and
                # keeps the lock, while a cursor lives; and cursors live in the frames of this very error.
                traceback.clear_frames(error.__traceback__)
                raise

    async def _begin(self, connection: AsyncConnection, wait_seconds: float) -> None:
        # SQLite itself waits BUSY_SECONDS for each try.
        deadline = asyncio.get_running_loop().time() + wait_seconds - BUSY_SECONDS
        while True:
            try:
                await connection.begin()
                return
            except OperationalError as error:
                if "locked" not in str(error.orig) or asyncio.get_running_loop().time() >= deadline:
                    raise

    async def answer(self) -> None:
        """Make sure that the database answers; its refusal is raised otherwise."""
        # On SQLite only reading from the file shows whether it is a database at all.
        probe = "SELECT 1" if self.is_postgres else "SELECT count(*) FROM sqlite_master"
        async with self.reading() as connection:
            await connection.execute(text(probe))

    async def now(self, connection: AsyncConnection) -> datetime:
        """The time by the one clock that all users of this database share."""
        if not self.is_postgres:
            return datetime.now(UTC)  # one machine, one clock
        found = await connection.scalar(select(func.clock_timestamp()))
        return cast(datetime, found).astimezone(UTC)

    def among(self, column: ColumnElement[Any], values: Sequence[str]) -> ColumnElement[bool]:
        """``column IN values`` with all values in one parameter, since both databases limit their number."""
        if self.is_postgres:
            kind = ARRAY(Uuid() if isinstance(column.type, Uuid) else Text())
            return column == func.any(sql_cast(bindparam(None, list(values), type_=kind), kind))
        listed = func.json_each(orjson.dumps(list(values)).decode()).table_valued("value")
        return column.in_(select(listed.c.value))

    async def insert_many(
        self,
        connection: AsyncConnection,
        table: TableClause,
        columns: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """Append many rows in the fastest way each driver has.

        Arguments:
            rows: values as the driver takes them: times by :meth:`time`, amounts by :meth:`money`, JSON as text.
        """
        if not rows:
            return
        if self.is_postgres:
            raw = await connection.get_raw_connection()
            driver = cast(Any, raw.driver_connection)
            # COPY is not seen by SQLAlchemy: it must be inside the transaction that a statement has opened.
            await driver.copy_records_to_table(table.name, records=rows, columns=columns)
            return
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - our own names
        await connection.exec_driver_sql(statement, cast(Any, rows))

    @asynccontextmanager
    async def bulk(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """More memory for a connection that is about to write much, given back afterwards; SQLite only."""
        if self.is_postgres:
            yield
            return
        await connection.exec_driver_sql(f"PRAGMA cache_size = -{BULK_CACHE_KB}")
        yield
        await connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KB}")

    async def copy_lines(
        self, connection: AsyncConnection, table: TableClause, columns: Sequence[str], lines: Sequence[str]
    ) -> None:
        """Append rows that are lines of COPY's text format already; PostgreSQL only."""
        raw = await connection.get_raw_connection()
        driver = cast(Any, raw.driver_connection)

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(lines), _LINES_AT_ONCE):
                yield "".join(lines[start : start + _LINES_AT_ONCE]).encode()

        await driver.copy_to_table(table.name, source=pieces(), columns=columns, format="text")

    def time(self, value: datetime) -> Any:
        """An instant as :meth:`insert_many` takes it."""
        return value if self.is_postgres else time_text(value)

    def money(self, value: Decimal | None) -> Any:
        """An amount as :meth:`insert_many` takes it."""
        return value if value is None or self.is_postgres else format(value, "f")

    def later(self, one: Any, other: Any) -> ColumnElement[Any]:
        """The later of two instants, in SQL."""
        both = func.greatest(one, other) if self.is_postgres else func.max(one, other)
        return cast(ColumnElement[Any], both)


def _prepare_file(file: Path) -> None:
    """Make a SQLite file's folder and the file, which only its owner may read: it holds password hashes."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"the folder {file.parent} cannot be made: {error.strerror}",
            hint="Name another file in DATABASE_URL.",
        ) from error
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        # It is not opened here: closing it would drop the locks that this process may have on it
        # (https://www.sqlite.org/howtocorrupt.html, section 2.2).
        problem = "is a folder" if file.is_dir() else ""
        if not problem and not os.access(file, os.R_OK | os.W_OK):
            problem = "may not be read and written by this user"
    except OSError as error:
        problem = f"cannot be opened: {error.strerror}"
    else:
        return
    if problem:
        raise Unavailable(
            f"the database {file} {problem}", hint="Name another file in DATABASE_URL, or change its permissions."
        )


def _trace(engine: AsyncEngine, system: str) -> AsyncEngine:
    """A span for each statement, where traces are on: its first word, since the rest may hold what it is about."""

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _begun(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if traces.are_on():
            word = statement.lstrip()[:20].partition(" ")[0].upper()
            begun = traces.begin(word, "client", db_system_name=system, db_operation_name=word)
            connection.info.setdefault(_SPANS, []).append(begun)

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def _done(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if spans := connection.info.get(_SPANS):
            spans.pop().end()

    @event.listens_for(engine.sync_engine, "handle_error")
    def _broke(context: Any) -> None:
        if context.connection is not None and (spans := context.connection.info.get(_SPANS)):
            broken = spans.pop()
            traces.failed(broken, type(context.original_exception).__name__)
            broken.end()

    return engine


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _sqlite_engine(address: Address) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(address.file)),
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        pool_size=5,
        max_overflow=5,
        connect_args={"timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        # The driver's own BEGIN comes too late and is never IMMEDIATE; ours is emitted below.
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            for pragma in _PRAGMAS:
                cursor.execute(pragma)
            cursor.execute("PRAGMA journal_mode")
            if cursor.fetchone()[0] != "wal":
                cursor.execute("PRAGMA journal_mode = WAL")
        finally:
            cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("cloudviz_write", False)
        # A transaction that reads first and writes later can't wait for the lock: SQLite fails it at once.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _postgres_engine(address: Address, settings: StoreSettings) -> AsyncEngine:
    try:
        import asyncpg  # type: ignore[import-untyped]
    except ImportError as error:
        raise Unavailable(
            "PostgreSQL needs the package asyncpg, which is not installed",
            hint="Install `cloudviz[postgres]`.",
        ) from error

    server = {"application_name": "cloudviz"}
    for name, seconds in (
        ("statement_timeout", settings.statement_seconds),
        ("idle_in_transaction_session_timeout", settings.idle_seconds),
    ):
        if seconds:  # a pooler between us and the server may know none of them: 0 leaves them out
            server[name] = str(max(1, int(seconds * 1000)))

    async def connect() -> Any:
        # asyncpg reads the URL itself, so that every option of libpq works: sslmode, several hosts, passfile.
        return await asyncpg.connect(address.dsn, timeout=settings.connect_seconds, server_settings=server)

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=settings.acquire_seconds,
        pool_recycle=settings.recycle_seconds or -1,
        pool_pre_ping=settings.pre_ping,
    )
