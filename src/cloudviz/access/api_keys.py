"""Keys of people's programs: made, listed, revoked. Whom one speaks for tells :mod:`.key_holders`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from cloudviz.access.audit import Event, SecurityLog
from cloudviz.access.key_format import hash_of, new_key, shown
from cloudviz.access.recognition import Recognition
from cloudviz.access.roles import Role, allows, roles_of
from cloudviz.errors import Forbidden, Invalid, NotFound
from cloudviz.runtime import clock
from cloudviz.store import ApiKeyRecord, Page, Person, Store

Access = Literal["read", "write"]

LONGEST_NAME = 100
LONGEST_DAYS = 3650
MOST_KEYS = 100  # of one person, not revoked
MOST_REQUESTS = 1_000_000_000
LIMITS = ("reads", "writes", "heavy")  # the settings limits.* that a key may have for itself


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made. ``key`` is shown once, and nowhere kept."""

    key: str
    record: ApiKeyRecord


class ApiKeys:
    """Makes, lists and revokes keys."""

    def __init__(self, store: Store, log: SecurityLog, recognition: Recognition) -> None:
        self._keys = store.api_keys
        self._log = log
        self._recognition = recognition

    async def create(
        self,
        owner: Person,
        name: str,
        *,
        roles: Sequence[str] = (),
        access: Access = "write",
        days: int | None = None,
        limits: Mapping[str, int] | None = None,
        by: str,
        address: str = "",
    ) -> NewKey:
        """A new key that speaks for ``owner``.

        Arguments:
            name: what it is for, as its owner will recognise it.
            roles: what it may do at most; all that the owner may when empty.
            access: ``read`` for a key that changes nothing, whatever its roles.
            days: until it expires; None for never.
            limits: requests by the names of :data:`LIMITS`, in the settings' window, in place of the person's.
            by: who asks for it.

        Raises :class:`~cloudviz.errors.Invalid` naming the value, :class:`~cloudviz.errors.Forbidden` for a role
        that the owner has not, :class:`~cloudviz.errors.Conflict` when there are :data:`MOST_KEYS`.
        """
        name = name.strip()
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise Invalid(f"a key's name has 1 to {LONGEST_NAME} characters", hint="Name what will use the key.")
        if access not in ("read", "write"):
            raise Invalid("a key's access is neither read nor write", hint="Use read or write.")
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            raise Invalid(f"a key lives 1 to {LONGEST_DAYS} days", hint="Leave the days out for no end.")
        for word, number in (limits or {}).items():
            if word not in LIMITS or not 1 <= number <= MOST_REQUESTS:
                raise Invalid(f"{word[:60]!r} is no limit, or not from 1", hint=f"Limits: {', '.join(LIMITS)}.")
        wanted = [role.value for role in roles_of(roles or owner.roles)]
        for word in wanted:
            if not allows(owner.roles, Role(word)):
                raise Forbidden(
                    f"{owner.username} has not the role {word}, so their key can't have it",
                    hint="A key may do at most what its owner may.",
                )
        key = new_key()
        record = await self._keys.create(
            owner.id,
            name,
            shown(key),
            hash_of(key),
            wanted,
            clock.now() + timedelta(days=days) if days is not None else None,
            access=access,
            limits=limits,
            most=MOST_KEYS,
        )
        detail = {"name": name, "owner": owner.username, "roles": wanted, "access": access, "days": days}
        await self._log.note(Event.KEY_CREATED, actor=by, target=record.id, address=address, detail=detail)
        return NewKey(key, record)

    async def page(self, person: int | None, limit: int, cursor: str | None) -> Page[ApiKeyRecord]:
        """Keys, newest first; of one person, or of all for None."""
        return await self._keys.page(person, limit, cursor)

    async def revoke(self, key_id: str, *, owner: int | None, by: str, address: str = "") -> ApiKeyRecord:
        """End a key for good.

        Arguments:
            owner: whose key it must be; None for anybody's.

        Raises :class:`~cloudviz.errors.NotFound`, for the key of somebody else too.
        """
        record = await self._keys.get(key_id)
        if owner is not None and record.user_id != owner:
            raise NotFound(f"there is no API key {key_id[:80]!r}", hint="GET /auth/api-keys lists yours.")
        if record.revoked_at is None:
            await self._keys.revoke(record.id)
            await self._recognition.key_ended(record.id)
            detail = {"name": record.name}
            await self._log.note(Event.KEY_REVOKED, actor=by, target=record.id, address=address, detail=detail)
        return record
