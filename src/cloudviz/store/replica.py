"""A streaming replica of PostgreSQL that reads may go to, as long as it knows what they must see.

Who wrote reads what he wrote: each write leaves the place in the write-ahead log (LSN) behind which the replica
may not be, for the session that wrote, in Redis for all processes (:mod:`cloudviz.store.marks`). Where there is no
Redis, the primary is asked how far it is. A replica that is away, lags or was promoted is not asked for a while;
the primary answers then, and nobody notices.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from contextvars import ContextVar

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cloudviz.runtime.settings import StoreSettings
from cloudviz.store.marks import WriteMarks

POLL_SECONDS = 0.01
AWAY_SECONDS = 2.0
"""How long a replica that could not serve is left alone."""

MOST_SESSIONS = 10_000

_session: ContextVar[str] = ContextVar("cloudviz_store_session", default="")

# The place of inserting, not of writing: a commit that does not wait for the disk is read, and not yet written.
_LSN_OF_PRIMARY = text("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
# Without a receiver, or with something received and not replayed, the age of the last replayed commit is the lag.
# On a quiet primary that age grows for ever, and means nothing while everything received is replayed.
_STANDING = text(
    "SELECT pg_is_in_recovery(), coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'), 0)::bigint,"
    " CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()"
    " AND EXISTS (SELECT pid FROM pg_stat_wal_receiver) THEN 0"
    " ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 1e9) END,"
    " EXISTS (SELECT pid FROM pg_stat_wal_receiver),"
    " pg_last_wal_receive_lsn() IS NOT DISTINCT FROM pg_last_wal_replay_lsn()"
)


@contextmanager
def as_session(key: str) -> Iterator[None]:
    """What is written inside belongs to this session, and is seen by what the same session reads."""
    token = _session.set(key)
    try:
        yield
    finally:
        _session.reset(token)


def belongs_to(key: str) -> None:
    """What this task writes from now on belongs to this session: for a request, which has a task of its own."""
    _session.set(key)


async def lsn_of(connection: AsyncConnection) -> int:
    """How far the write-ahead log of a primary reaches, in bytes."""
    return int(await connection.scalar(_LSN_OF_PRIMARY) or 0)


class Replica:
    """The replica, what is known of its standing, and what each session must see."""

    def __init__(self, engine: AsyncEngine, settings: StoreSettings) -> None:
        self.engine = engine
        self._settings = settings
        self._away_until = 0.0
        self._followed = False
        self._written: OrderedDict[str, int] = OrderedDict()
        self._floor = 0
        self.standing = "not asked yet"
        self.marks: WriteMarks | None = None

    async def wrote(self, lsn: int) -> None:
        """The session of this task wrote up to here."""
        key = _session.get()
        if self.marks is not None:
            await self.marks.note(key, lsn)
        if not key:  # a recording of this process, say: all of it waits for that
            self.read_from_primary(lsn)
            return
        self.saw(lsn)

    def saw(self, lsn: int) -> None:
        """The session of this task has read this much: it does not go back behind that."""
        key = _session.get()
        self._written[key] = max(lsn, self._written.get(key, 0))
        self._written.move_to_end(key)
        if len(self._written) > MOST_SESSIONS:
            # Who is forgotten must not read the past: from here on everybody waits for at least that.
            self._floor = max(self._floor, self._written.popitem(last=False)[1])

    def read_from_primary(self, lsn: int) -> None:
        """Somebody of this process saw the primary here: nobody of it goes back behind that."""
        self._floor = max(self._floor, lsn)

    async def _wanted(self, ask_primary: Callable[[], Awaitable[int]]) -> int:
        """What the session of this task must see. While nobody can say, what this process knows of."""
        key = _session.get()
        told = await self.marks.reached(key) if self.marks is not None else None
        if told is None:
            told = await ask_primary()
        return max(told, self._floor, self._written.get(key, 0))

    async def connect(
        self, stack: AsyncExitStack, ask_primary: Callable[[], Awaitable[int]] | None = None
    ) -> AsyncConnection | None:
        """A connection, not yet in a transaction, that knows what the session must see; None when there is none.

        It is closed by ``stack``. ``ask_primary`` tells how far the primary has written, 0 while it is away.
        Without it, the primary being away, the replica is taken as it is, unless it was too far behind before.
        """
        if time.monotonic() < self._away_until:
            return None
        wanted = 0 if ask_primary is None else await self._wanted(ask_primary)
        own = AsyncExitStack()
        try:
            connection = await own.enter_async_context(self.engine.connect())
            if await self._stands(connection, wanted, alone=ask_primary is None):
                stack.push_async_exit(own)
                return connection
        except (SQLAlchemyError, OSError, TimeoutError, EOFError) as error:
            self._leave(f"cannot be reached ({type(error).__name__})")
        except Exception as error:
            # asyncpg's own errors, without asyncpg being imported where it may not be installed.
            if not type(error).__module__.startswith("asyncpg"):
                await own.aclose()
                raise
            self._leave(f"cannot be reached ({type(error).__name__})")
        with suppress(Exception):
            await own.aclose()
        return None

    def owns(self, connection: AsyncConnection) -> bool:
        """Whether a connection leads to the replica."""
        return connection.engine is self.engine

    async def _stands(self, connection: AsyncConnection, wanted: int, *, alone: bool) -> bool:
        # Each look is a transaction of its own: inside one, the snapshot of the first look would stay.
        deadline = time.monotonic() + self._settings.replica_wait_seconds
        while True:
            row = (await connection.execute(_STANDING)).one()
            await connection.rollback()
            in_recovery, replayed, lag = bool(row[0]), int(row[1]), float(row[2])
            follows, has_all = bool(row[3]), bool(row[4])
            if not in_recovery:
                self._leave("was promoted and follows nobody")
                return False
            if alone and self._followed and has_all:
                # The age of the last commit says nothing where nobody commits.
                self.standing = "serves while the primary is away"
                return True
            if lag > self._settings.replica_lag_seconds:
                why = f"is {lag:,.0f} seconds behind" if lag < 1e9 else "receives nothing"
                if alone or follows or not self._followed:
                    self._followed = self._followed and alone
                    self._leave(why)
                else:  # its primary may have died: whoever finds that out comes back for it
                    self.standing = why
                return False
            if follows:
                self._followed = True
            if replayed >= wanted:
                self.standing = "healthy"
                return True
            if time.monotonic() >= deadline:
                # Not left alone: others may want less.
                self.standing = "is behind what was just written"
                return False
            await asyncio.sleep(POLL_SECONDS)

    def _leave(self, why: str) -> None:
        self.standing = why
        self._away_until = time.monotonic() + AWAY_SECONDS
