"""Whom an API key speaks for."""

from __future__ import annotations

import hmac
from datetime import timedelta

from cloudviz.access.caller import Caller
from cloudviz.access.key_format import hash_of, is_key
from cloudviz.access.roles import Role, allows
from cloudviz.errors import CloudVizError, Unauthenticated
from cloudviz.runtime import clock
from cloudviz.runtime.logs import get_logger
from cloudviz.store import Store

# When a key was used is written once a minute, not with every request.
USED_EVERY = timedelta(minutes=1)


class KeyHolders:
    """Tells whom a key speaks for."""

    def __init__(self, store: Store) -> None:
        self._keys = store.api_keys
        self._people = store.people

    async def caller(self, key: str) -> Caller:
        """Whom a key speaks for, when it is open and its owner may sign in.

        What it may do is what both its roles and its owner's roles of now allow. Reads the
        database each time. Raises :class:`~cloudviz.errors.Unauthenticated`, in the same words whatever is wrong.
        """
        if not is_key(key):  # a typing error costs no query
            raise _refused()
        given = hash_of(key)
        record = await self._keys.by_hash(given)
        person = await self._people.by_id(record.user_id) if record else None
        now = clock.now()
        if (
            record is None
            or person is None
            or person.disabled_at is not None
            or not hmac.compare_digest(record.key_hash, given)
            or not record.is_open(now)
        ):
            raise _refused()
        if record.last_used_at is None or now - record.last_used_at >= USED_EVERY:
            try:
                await self._keys.used(record.id)
            except CloudVizError as error:  # a database that takes no writes still answers reads
                get_logger(__name__).warning("the use of a key was not noted", detail=error.detail)
        allowed = [role.value for role in Role if allows(record.roles, role) and allows(person.roles, role)]
        return Caller(
            person.id,
            person.username,
            person.email,
            tuple(allowed[-1:]),  # the highest: it includes those below
            session="",
            key=record.id,
            read_only=record.access != "write",
            limits=dict(record.limits),
        )


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "the API key is not valid",
        hint="It may be revoked, expired or mistyped; make one with POST /auth/api-keys.",
    )
