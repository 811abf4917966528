"""Joining an account that is here to an identity of a provider: by an administrator, by issuer and subject.

Nothing else joins the two: not an e-mail address, not a name, and nobody's own wish. Who holds an administrator's
token for a minute must not be able to leave a door open for later, so that it takes a sign-in of just now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from cloudviz.access.audit import Event, SecurityLog
from cloudviz.access.caller import Caller
from cloudviz.access.oidc.id_token import LONGEST_SUBJECT
from cloudviz.access.sign_in import SignIn
from cloudviz.errors import Forbidden, Invalid, NotFound
from cloudviz.runtime import clock
from cloudviz.runtime.identity_settings import IdentityProviderSettings
from cloudviz.store import IdentityRecord, Person, Store

FRESH = timedelta(minutes=10)
"""How long ago somebody may have signed in who joins an account to an identity."""


class Identities:
    """Lists, adds and removes the identities by which somebody may sign in.

    Arguments:
        providers: those of the settings, by name.
    """

    def __init__(
        self, store: Store, log: SecurityLog, sign_in: SignIn, providers: Mapping[str, IdentityProviderSettings]
    ) -> None:
        self._people = store.people
        self._log = log
        self._sign_in = sign_in
        self._providers = providers

    async def of(self, person: Person) -> list[IdentityRecord]:
        """Somebody's identities, oldest first."""
        return await self._people.identities(person.id)

    async def check_fresh(self, caller: Caller, address: str) -> None:
        """Refuse who did not sign in within :data:`FRESH`, and every key. A refresh is no sign-in.

        Raises :class:`~cloudviz.errors.Forbidden`.
        """
        session = None if caller.key else await self._people.session(caller.session)
        began = session.created_at if session is not None else None
        if began is not None and clock.now() - began <= FRESH:
            return
        detail = {"needed": "a sign-in of just now", "key": caller.key}
        await self._log.note(Event.ROLE_MISSING, actor=caller.username, address=address, detail=detail)
        minutes = int(FRESH.total_seconds() // 60)
        raise Forbidden(
            f"this needs a sign-in of the last {minutes} minutes, by name and password or an identity provider",
            hint="Sign in again and repeat it; an API key can't do it.",
        )

    async def link(
        self, person: Person, provider: str, subject: str, tenant: str = "", *, by: str, address: str = ""
    ) -> IdentityRecord:
        """Let a provider vouch for somebody from now on.

        Arguments:
            subject: the claim ``sub`` of the identity, letter for letter.
            tenant: whose identity it is, where the provider serves several.

        Raises :class:`~cloudviz.errors.NotFound` for an unknown provider, :class:`~cloudviz.errors.Invalid`,
        :class:`~cloudviz.errors.Conflict` when the identity is somebody's already.
        """
        settings = self._providers.get(provider)
        if settings is None:
            raise NotFound(
                f"there is no identity provider {provider[:40]!r}",
                hint=f"Known: {', '.join(sorted(self._providers)) or 'none'}; the settings name them.",
            )
        issuers = {tenant: issuer for issuer, tenant in settings.issuers.items()}
        issuer = issuers.get(tenant.strip().lower())
        if issuer is None:
            known = ", ".join(sorted(filter(None, issuers)))
            raise Invalid(
                f"{tenant[:60]!r} is no tenant of {provider}",
                hint=f"Give one of: {known}." if known else "Leave the tenant out: this provider has none.",
            )
        if not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable() or subject != subject.strip():
            raise Invalid(
                "the subject is not acceptable",
                hint=f"Give the claim `sub` as the provider has it: 1 to {LONGEST_SUBJECT} characters.",
            )
        await self._people.add_identity(person.id, issuer, subject, provider)
        detail = {"issuer": issuer, "subject": subject, "provider": provider}
        await self._log.note(
            Event.IDENTITY_LINKED, actor=by, target=person.username, address=address, detail=detail
        )
        (made,) = [each for each in await self.of(person) if (each.issuer, each.subject) == (issuer, subject)]
        return made

    async def unlink(self, person: Person, identity_id: str, *, by: str, address: str = "") -> None:
        """Take an identity from somebody; their sessions end. Raises :class:`~cloudviz.errors.NotFound`."""
        for each in await self.of(person):
            if identity_key(each) == identity_id:
                await self._people.remove_identity(person.id, each.issuer, each.subject)
                detail = {"issuer": each.issuer, "subject": each.subject, "provider": each.provider}
                await self._log.note(
                    Event.IDENTITY_UNLINKED, actor=by, target=person.username, address=address, detail=detail
                )
                await self._sign_in.end_sessions(person, by=by, address=address, why="identity unlinked")
                return
        raise NotFound(
            f"{person.username} has no such identity", hint="`cloudviz users identities NAME` lists their ids."
        )


def identity_key(identity: IdentityRecord) -> str:
    """A short id of an identity, for addresses: a hash of issuer and subject, which may hold anything."""
    return hashlib.sha256(f"{identity.issuer}\0{identity.subject}".encode()).hexdigest()[:32]
