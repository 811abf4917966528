"""Signing in and staying signed in: grants, refresh tokens that change with each use, sessions that can be closed.

A session is a row of the store. It holds the hash of its one valid refresh token; an access token names its
session, and is worth nothing once that is closed.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cloudviz.access.audit import Event, SecurityLog
from cloudviz.access.caller import Caller
from cloudviz.access.key_holders import KeyHolders
from cloudviz.access.passwords import Passwords
from cloudviz.access.recognition import Recognition
from cloudviz.access.throttle import SignInThrottle
from cloudviz.access.tokens import AccessTokens
from cloudviz.errors import TooManyRequests, Unauthenticated
from cloudviz.runtime import clock
from cloudviz.store import Person, Store

SLOWED_SECONDS = 1.0
"""Refused attempts of one address within this are one entry of the audit: a storm must not hold up its chain."""
MOST_SLOWED = 1000

CODE_LIFETIME = timedelta(minutes=10)
LONGEST_SECRET = 200  # characters of a refresh token or code; ours have under 90


@dataclass(frozen=True, slots=True)
class Grant:
    """What signing in gives: the two tokens, the seconds until the first expires, and who it is."""

    access_token: str
    refresh_token: str
    expires_in: int
    person: Person


class SignIn:
    """Gives grants, renews them, and tells who a token belongs to.

    Arguments:
        store: where people and sessions are.
        refresh_lifetime: how long a session lives without being refreshed.
        monotonic: a monotonic clock in seconds, for the throttle and the session cache.
    """

    def __init__(
        self,
        store: Store,
        *,
        tokens: AccessTokens,
        passwords: Passwords,
        log: SecurityLog,
        refresh_lifetime: timedelta,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = store.people
        self._tokens = tokens
        self._passwords = passwords
        self._log = log
        self._refresh_lifetime = refresh_lifetime
        self._throttle = SignInThrottle(monotonic)
        self._monotonic = monotonic
        # address → when its last refused attempt was noted, and how many there were since
        self._slowed: dict[str, tuple[float, int]] = {}
        self.recognition = Recognition(store, tokens, KeyHolders(store), monotonic)

    async def with_password(self, username: str, password: str, address: str) -> Grant:
        """Sign in by name and password.

        Raises :class:`~cloudviz.errors.Unauthenticated` in the same words, after the same time, whether the
        name or the password is wrong; :class:`~cloudviz.errors.TooManyRequests` after too many failures;
        :class:`~cloudviz.errors.Unavailable` while too many sign in at once.
        """
        self._passwords.check_room()  # before it counts as an attempt
        try:
            self._throttle.attempt(username, address)
        except TooManyRequests:
            await self._note_slowed(username, address)
            raise
        person = await self._people.by_username(username)
        verdict = await self._passwords.check(password, person.password_hash if person else None)
        if person is None or not verdict.right or person.disabled_at:
            await self._log.note(Event.SIGN_IN_FAILED, actor=username, address=address)
            raise Unauthenticated("the username or the password is wrong", hint="Check both and try again.")
        self._throttle.succeeded(username, address)
        if verdict.outdated:
            fresh = await self._passwords.hash(password)
            # Not over a password that an administrator set while this was being hashed.
            await self._people.renew_password_hash(person.id, person.password_hash, fresh)
        return await self._open_session(person, address, "password")

    async def _note_slowed(self, username: str, address: str) -> None:
        now = self._monotonic()
        noted, more = self._slowed.pop(address, (-SLOWED_SECONDS, 0))
        if now - noted < SLOWED_SECONDS:
            self._slowed[address] = (noted, more + 1)
            return
        while len(self._slowed) >= MOST_SLOWED:
            del self._slowed[next(iter(self._slowed))]
        self._slowed[address] = (now, 0)
        detail = {"before": more} if more else {}
        await self._log.note(Event.SIGN_IN_SLOWED, actor=username, address=address, detail=detail)

    async def make_code(self, person: Person, by: str, lifetime: timedelta = CODE_LIFETIME) -> str:
        """A code that signs ``person`` in once, for a link (``#/sign-in?code=…``).

        It is kept, hashed, as a session that was never opened, so that the process which prints the link need
        not be the one that serves it. ``by`` is who asked for it, for the audit.
        """
        code_id, secret = str(uuid.uuid4()), secrets.token_urlsafe(32)
        await self._people.save_session(code_id, person.id, _hash("code", secret), clock.now() + lifetime)
        await self._log.note(Event.CODE_MADE, actor=by, target=person.username)
        return f"{code_id}.{secret}"

    async def with_code(self, code: str, address: str) -> Grant:
        """Sign in with a code, which is used up by it.

        Raises :class:`~cloudviz.errors.Unauthenticated` for a code that is unknown, used or over its time.
        """
        code_id, secret = _split(code)
        session = await self._people.session(code_id) if code_id else None
        person = await self._people.by_id(session.user_id) if session else None
        # The exchange of hashes is one step of the database: of two simultaneous uses only one gets true.
        used = (
            session is not None
            and person is not None
            and person.disabled_at is None
            and session.is_open(clock.now())
            and await self._people.rotate_session(
                code_id, _hash("code", secret), _hash("used", secrets.token_hex(16)), clock.now()
            )
        )
        if person is None or not used:
            await self._log.note(Event.CODE_FAILED, actor=person.username if person else "", address=address)
            raise Unauthenticated(
                "the sign-in link is not valid any more: it works once, and for 10 minutes",
                hint="Ask for a new link, or sign in with your password.",
            )
        await self._people.revoke_session(code_id)
        return await self._open_session(person, address, "code")

    async def refresh(self, refresh_token: str, address: str) -> Grant:
        """Exchange a refresh token for a new grant of the same session.

        A token that was exchanged before has been in two hands, and nobody can tell whose are honest: its
        session is closed (RFC 9700 §4.14.2). Raises :class:`~cloudviz.errors.Unauthenticated`.
        """
        session_id, secret = _split(refresh_token)
        session = await self._people.session(session_id) if session_id else None
        person = await self._people.by_id(session.user_id) if session else None
        if session is None or person is None or person.disabled_at or not session.is_open(clock.now()):
            raise _refresh_refused()
        new_secret = secrets.token_urlsafe(32)
        rotated = await self._people.rotate_session(
            session_id,
            _hash("refresh", secret),
            _hash("refresh", new_secret),
            clock.now() + self._refresh_lifetime,
        )
        if not rotated:
            await self._close(session_id, person.id)
            await self._log.note(Event.REFRESH_REUSED, actor=person.username, target=session_id, address=address)
            raise _refresh_refused()
        return self._grant(person, session_id, new_secret)

    async def sign_out(self, caller: Caller, address: str) -> None:
        """Close the caller's session: its access and refresh tokens are worth nothing from now on."""
        await self._close(caller.session, caller.person)
        await self._log.note(Event.SIGNED_OUT, actor=caller.username, target=caller.session, address=address)

    async def end_sessions(self, person: Person, *, by: str, address: str = "", why: str = "asked") -> None:
        """Close all sessions of somebody: none of their tokens is worth anything from now on."""
        await self._people.revoke_sessions(person.id)
        await self.recognition.changed(person.id)
        detail = {"why": why}
        await self._log.note(
            Event.SESSIONS_ENDED, actor=by, target=person.username, address=address, detail=detail
        )

    async def caller(self, access_token: str) -> Caller:
        """Who an access token belongs to, when it is valid and its session is open; or an API key.

        The roles are those the person has now. Raises :class:`~cloudviz.errors.Unauthenticated`.
        """
        return await self.recognition.caller(access_token)

    async def _open_session(self, person: Person, address: str, how: str) -> Grant:
        session_id, secret = str(uuid.uuid4()), secrets.token_urlsafe(32)
        await self._people.save_session(
            session_id, person.id, _hash("refresh", secret), clock.now() + self._refresh_lifetime
        )
        await self._log.note(
            Event.SIGNED_IN, actor=person.username, target=session_id, address=address, detail={"how": how}
        )
        return self._grant(person, session_id, secret)

    def _grant(self, person: Person, session_id: str, secret: str) -> Grant:
        token, claims = self._tokens.issue(str(person.id), session_id, person.roles)
        return Grant(token, f"{session_id}.{secret}", claims.expires_at - claims.issued_at, person)

    async def _close(self, session_id: str, person_id: int) -> None:
        await self._people.revoke_session(session_id)
        await self.recognition.ended(session_id, person_id)


def _hash(purpose: str, secret: str) -> str:
    """What is stored of a secret. The purpose keeps a code from passing for a refresh token.

    The secrets have 256 random bits, so that a fast hash is as good as a slow one.
    """
    return hashlib.sha256(f"cloudviz.{purpose}\0{secret}".encode()).hexdigest()


def _split(token: str) -> tuple[str, str]:
    """Session id and secret of a refresh token or code; two empty texts when it is neither."""
    session_id, _, secret = token[:LONGEST_SECRET].partition(".")
    try:
        return str(uuid.UUID(session_id)), secret
    except ValueError:
        return "", ""


def _refresh_refused() -> Unauthenticated:
    return Unauthenticated("the refresh token is not valid", hint="Sign in again.")
