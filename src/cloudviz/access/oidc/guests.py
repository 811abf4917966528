"""Whom an identity provider vouches for: found or added by issuer and subject, never by e-mail address or name.

Addresses and names are given to others, and an address may never have been confirmed; an account that could be
reached by one would belong to whoever gets it next (OpenID Connect Core §5.7).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from cloudviz.access.audit import Event, SecurityLog
from cloudviz.access.oidc.refused import Refused
from cloudviz.access.people import LONGEST_EMAIL, LONGEST_USERNAME, is_plain
from cloudviz.access.recognition import Recognition
from cloudviz.access.roles import Role
from cloudviz.errors import Conflict, Forbidden
from cloudviz.runtime.identity_settings import IdentityProviderSettings
from cloudviz.store import Person, Store

NO_PASSWORD = "!"  # noqa: S105 - no hash at all, so that no password is right
MOST_TRIES = 5
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Guests:
    """Finds and adds people whom providers vouch for, with the roles that their groups give them."""

    def __init__(self, store: Store, log: SecurityLog, recognition: Recognition) -> None:
        self._people = store.people
        self._log = log
        self._recognition = recognition

    async def admit(
        self, provider: str, settings: IdentityProviderSettings, claims: Mapping[str, Any], address: str
    ) -> Person:
        """The person whom the claims are of.

        Where the settings map groups to roles, the roles are those of the groups now, each time. Raises
        :class:`~cloudviz.errors.Forbidden` for somebody whom no group gives a role; what they had is then taken.
        """
        issuer, subject = str(claims["iss"]), str(claims["sub"])
        person = await self._people.by_identity(issuer, subject)
        roles = _roles(settings, claims)
        if person is None:
            if not roles:
                raise _no_role()
            return await self._add(provider, issuer, subject, claims, roles, address)
        if person.disabled_at is not None:
            raise Refused(f"{person.username} is disabled")
        if settings.group_roles and tuple(roles) != person.roles:
            await self._people.set_roles(person.id, roles)
            await self._recognition.changed(person.id)
            detail = {"before": list(person.roles), "after": roles, "provider": provider}
            await self._log.note(
                Event.ROLES_CHANGED, actor=provider, target=person.username, address=address, detail=detail
            )
            person = await self._people.by_id(person.id)
        if person is None or not person.roles:
            raise _no_role()
        return person

    async def _add(
        self,
        provider: str,
        issuer: str,
        subject: str,
        claims: Mapping[str, Any],
        roles: Sequence[str],
        address: str,
    ) -> Person:
        unique = hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()[:16]
        nowhere = f"{unique}@{provider}.invalid"  # RFC 2606: nobody has it
        name, email = _username(provider, claims), _email(claims) or nowhere
        person = None
        for _ in range(MOST_TRIES):
            try:
                if await self._people.is_like(name):  # but for capitals, and so they would be taken for them
                    name = _another(name)
                person = await self._people.create(name, email, NO_PASSWORD, roles)
                break
            except Conflict as taken:  # somebody else has it, and keeps it
                if "e-mail" in taken.detail:
                    email = nowhere
                else:
                    name = _another(name)
        if person is None:
            raise Refused("no free name was found")
        try:
            await self._people.add_identity(person.id, issuer, subject, provider)
        except Conflict:  # the same person signed in twice at once, and the other one was first
            await self._people.delete(person.id)
            known = await self._people.by_identity(issuer, subject)
            if known is None:
                raise
            return known
        detail = {"issuer": issuer, "subject": subject, "provider": provider, "roles": list(roles)}
        await self._log.note(
            Event.IDENTITY_ADDED, actor=provider, target=person.username, address=address, detail=detail
        )
        return person


def _roles(settings: IdentityProviderSettings, claims: Mapping[str, Any]) -> list[str]:
    """The roles that somebody's groups give, lowest first; the default when they give none."""
    said = claims.get(settings.group_claim)
    groups = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    named = {group for group in groups if isinstance(group, str)}
    found = {role for group, role in settings.group_roles.items() if group in named}
    if not found and settings.default_role:
        found = {settings.default_role}
    return [role.value for role in Role if role.value in found]


def _username(provider: str, claims: Mapping[str, Any]) -> str:
    for claim in ("preferred_username", "email", "name"):
        said = claims.get(claim)
        if isinstance(said, str):
            plain = unicodedata.normalize("NFKC", said.strip())
            name = re.sub(r"[^\w.@+-]+", "-", plain).lstrip(".@+-")[:LONGEST_USERNAME].rstrip("-")
            if name and is_plain(name):
                return name
    return f"{provider}-{secrets.token_hex(3)}"


def _another(name: str) -> str:
    return f"{name[: LONGEST_USERNAME - 7]}-{secrets.token_hex(3)}"


def _email(claims: Mapping[str, Any]) -> str:
    """The address, when the provider has confirmed it."""
    said = claims.get("email")
    confirmed = claims.get("email_verified") is True
    usable = isinstance(said, str) and len(said) <= LONGEST_EMAIL and _EMAIL.fullmatch(said)
    return str(said) if confirmed and usable else ""


def _no_role() -> Forbidden:
    return Forbidden(
        "your identity provider knows you, and gives you no role here",
        hint="Ask an administrator for a group that has a role in CloudViz.",
    )
