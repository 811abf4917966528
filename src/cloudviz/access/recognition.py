"""Who a token or API key belongs to, fast: verified tokens, open sessions and keys are remembered for a second.

A token is verified once in :data:`TOKEN_SECONDS`, and its session looked up once in :data:`TRUST_SECONDS`: in
Redis, where another process may just have had the database confirm it (:mod:`cloudviz.access.shared_sessions`),
else in the database. What ends a session, or changes somebody's roles, takes it out of Redis and is told to every
process, so that it holds at once; and within that second whatever is lost, or was done behind our back.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from cloudviz.access.caller import Caller
from cloudviz.access.key_format import PREFIX
from cloudviz.access.key_holders import KeyHolders
from cloudviz.access.shared_sessions import SharedSessions
from cloudviz.access.tokens import AccessTokens
from cloudviz.errors import Unauthenticated, Unavailable
from cloudviz.runtime import clock
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.redis.commands import RedisDown, RedisRefused
from cloudviz.store import Store

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

TOKEN_SECONDS = 30.0
TRUST_SECONDS = 1.0
RENEW_SECONDS = 0.5  # who asks on from here has it looked up beside that, so that nobody waits for a busy database
MOST_TOKENS = MOST_SESSIONS = 20_000
CHANNEL = "cloudviz:ended"
EVERYBODY = b"all"
_KEY = PREFIX.encode()

log = get_logger(__name__)


class Recognition:
    """Tells who a token or API key belongs to.

    Arguments:
        store: where sessions and people are.
        tokens: reads tokens.
        keys: reads API keys.
        monotonic: a monotonic clock in seconds.
    """

    def __init__(
        self,
        store: Store,
        tokens: AccessTokens,
        keys: KeyHolders,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = store.people
        self._tokens = tokens
        self._holders = keys
        self._monotonic = monotonic
        self._redis: Redis | None = None
        self._shared: SharedSessions | None = None
        self._looking: dict[str, asyncio.Task[Caller]] = {}
        # digest of a token → its session, whose it is, until when it need not be verified again
        self._verified: OrderedDict[bytes, tuple[str, int, float]] = OrderedDict()
        self._sessions: OrderedDict[str, tuple[Caller, float]] = OrderedDict()
        self._keys: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()
        self._endings = 0

    def join(self, redis: Redis, lifetime: float) -> None:
        """Share sessions through Redis, and tell and hear there of those that end.

        Arguments:
            lifetime: seconds for which they are kept there.
        """
        self._redis = redis
        self._shared = SharedSessions(redis, lifetime)
        redis.listen(CHANNEL, self._heard)
        redis.when_back(self.forget_all)

    def known(self, token: bytes) -> Caller | None:
        """Who a token or key belongs to when that is remembered; None when :meth:`caller` must look."""
        digest = hashlib.sha256(token).digest()
        if token.startswith(_KEY):
            kept = self._keys.get(digest)
            return kept[0] if kept is not None and self._monotonic() - kept[1] < TRUST_SECONDS else None
        found = self._verified.get(digest)
        if found is None:
            return None
        session_id, person, until = found
        now = self._monotonic()
        if now >= until:
            return None
        session = self._sessions.get(session_id)
        if session is None:
            return None
        caller, asked = session
        if now - asked >= TRUST_SECONDS or caller.person != person:
            return None
        if now - asked >= RENEW_SECONDS:
            self._renew(str(person), session_id)
        return caller

    async def caller(self, token: str) -> Caller:
        """Who an access token belongs to, when it is valid and its session is open; or an API key.

        The roles are those the person has now. Raises :class:`~cloudviz.errors.Unauthenticated`.
        """
        raw = token.encode("latin-1", "replace")
        known = self.known(raw)
        if known is not None:
            return known
        if raw.startswith(_KEY):
            return await self._look_up_key(token, raw)
        claims = self._tokens.read(token)
        now = self._monotonic()
        session = self._sessions.get(claims.session)
        if session is not None and now - session[1] < TRUST_SECONDS:
            caller = session[0]
        else:
            caller = await asyncio.shield(self._looked_up(claims.person, claims.session))
        if str(caller.person) != claims.person:
            raise Unauthenticated("the access token is not valid", hint="Sign in again.")
        self._verified[hashlib.sha256(raw).digest()] = (
            claims.session,
            caller.person,
            now + min(TOKEN_SECONDS, self._tokens.seconds_left(claims)),
        )
        while len(self._verified) > MOST_TOKENS:
            self._verified.popitem(last=False)
        return caller

    async def ended(self, session_id: str, person_id: int) -> None:
        """A session was closed: no process trusts it from now on."""
        if self._shared is not None:
            await self._shared.end(str(person_id), session_id)
        await self._tell(session_id.encode())

    async def changed(self, person_id: int) -> None:
        """Somebody's roles changed, or all of their sessions ended."""
        if self._shared is not None:
            await self._shared.end(str(person_id))
        await self._tell(b"person:%d" % person_id)

    async def key_ended(self, key_id: str) -> None:
        """An API key was revoked."""
        await self._tell(b"key:" + key_id.encode())

    async def keys_changed(self) -> None:
        """A signing key was withdrawn: every token is to be verified anew, in every process."""
        await self._tell(EVERYBODY)

    def forget_all(self) -> None:
        """Remember nothing: something may have been missed."""
        self._endings += 1
        self._verified.clear()
        self._sessions.clear()
        self._keys.clear()

    async def close(self) -> None:
        """Let go of what is under way."""
        for task in list(self._looking.values()):
            task.cancel()
        if self._shared is not None:
            await self._shared.close()

    async def _tell(self, message: bytes) -> None:
        self._heard(message)
        if self._redis is not None:
            try:
                await self._redis.publish(CHANNEL, message)
            except (RedisDown, RedisRefused) as error:
                log.warning("other processes were not told of an ended session", detail=error.detail)

    def _heard(self, message: bytes) -> None:
        self._endings += 1
        if message == EVERYBODY:
            self.forget_all()
        elif message.startswith(b"person:"):
            person = message[7:].decode("ascii", "replace")
            for each in [key for key, (caller, _) in self._sessions.items() if str(caller.person) == person]:
                del self._sessions[each]
            self._drop_keys(lambda caller: str(caller.person) == person)
        elif message.startswith(b"key:"):
            key = message[4:].decode("ascii", "replace")
            self._drop_keys(lambda caller: caller.key == key)
        else:
            self._sessions.pop(message.decode("ascii", "replace"), None)

    def _drop_keys(self, ended: Callable[[Caller], bool]) -> None:
        for each in [digest for digest, (caller, _) in self._keys.items() if ended(caller)]:
            del self._keys[each]

    async def _look_up_key(self, key: str, raw: bytes) -> Caller:
        endings, asked = self._endings, self._monotonic()
        caller = await self._holders.caller(key)
        if endings == self._endings:
            digest = hashlib.sha256(raw).digest()
            self._keys[digest] = (caller, asked)
            self._keys.move_to_end(digest)
            while len(self._keys) > MOST_SESSIONS:
                self._keys.popitem(last=False)
        return caller

    def _renew(self, person: str, session_id: str) -> None:
        """Look a session up while it is still trusted. Whatever comes of that, the next who asks is told."""
        if f"{person} {session_id} {self._endings}" not in self._looking:
            self._looked_up(person, session_id).add_done_callback(
                lambda task: task.cancelled() or task.exception()
            )

    def _looked_up(self, person: str, session_id: str) -> asyncio.Task[Caller]:
        """Look a session up once for all who ask at the same time."""
        wanted = f"{person} {session_id} {self._endings}"
        task = self._looking.get(wanted)
        if task is None:
            task = self._looking[wanted] = asyncio.create_task(self._look_up(person, session_id))
            task.add_done_callback(lambda _: self._looking.pop(wanted, None))
        return task

    async def _look_up(self, person_id: str, session_id: str) -> Caller:
        endings = self._endings
        # The trust begins before the reading: what is closed meanwhile must not be trusted longer for it.
        asked = self._monotonic()
        kept = await self._shared.find(person_id, session_id) if self._shared is not None else None
        caller = None
        if kept is not None and kept.caller is not None and clock.now().timestamp() < kept.until:
            caller = kept.caller
        if kept is not None and caller is not None and kept.age < TRUST_SECONDS:
            asked -= max(0.0, kept.age)
        else:
            try:
                confirmed, until = await self._confirmed(session_id)
            except Unavailable:
                # While the database is away nobody can end a session, so that what Redis has still holds.
                if caller is None:
                    raise
            else:
                caller = confirmed
                if self._shared is not None and kept is not None and str(caller.person) == person_id:
                    await self._shared.keep(caller, until, kept.generation)
        if endings == self._endings:  # else an ending was told while this was being read
            self._sessions[session_id] = (caller, asked)
            self._sessions.move_to_end(session_id)
            while len(self._sessions) > MOST_SESSIONS:
                self._sessions.popitem(last=False)
        return caller

    async def _confirmed(self, session_id: str) -> tuple[Caller, float]:
        """Whose session it is by the database, and when it ends by itself, in seconds since 1970."""
        session = await self._people.session(session_id)
        person = await self._people.by_id(session.user_id) if session else None
        if session is None or person is None or person.disabled_at or not session.is_open(clock.now()):
            self._sessions.pop(session_id, None)
            raise Unauthenticated("the session has ended", hint="Sign in again.")
        caller = Caller(person.id, person.username, person.email, person.roles, session_id)
        return caller, session.expires_at.timestamp()
