"""The record of who did what: security events are written at once, before the reply goes out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from cloudviz.store import Store


class Event(StrEnum):
    """The words of the audit's ``action`` column."""

    SIGNED_IN = "sign_in.succeeded"
    SIGN_IN_FAILED = "sign_in.failed"
    SIGN_IN_SLOWED = "sign_in.slowed"
    SIGNED_OUT = "sign_out"
    REFRESH_REUSED = "refresh_token.reused"
    CODE_MADE = "sign_in_code.made"
    CODE_FAILED = "sign_in_code.failed"
    ROLE_MISSING = "access.denied"
    USER_CREATED = "user.created"
    USER_REMOVED = "user.removed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    ROLES_CHANGED = "user.roles_changed"
    PASSWORD_CHANGED = "user.password_changed"  # noqa: S105 - an event, not a password
    SESSIONS_ENDED = "user.sessions_ended"
    KEY_CREATED = "api_key.created"
    KEY_REVOKED = "api_key.revoked"
    IDENTITY_ADDED = "identity.added"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_UNLINKED = "identity.unlinked"
    IDENTITY_REFUSED = "identity.refused"
    CONNECTION_TESTED = "connection.tested"
    DISCOVERY_REQUESTED = "discovery.requested"
    IMPORTED = "import.done"
    BILL_IMPORTED = "bill.imported"
    BILL_DELETED = "bill.deleted"
    DRAWN = "diagram.drawn"
    FILE_LINKED = "file.linked"
    JOB_REQUESTED = "job.requested"
    JOB_CANCELLED = "job.cancelled"
    SCHEDULE_SAVED = "schedule.saved"
    SCHEDULE_DELETED = "schedule.deleted"
    CREDENTIAL_ADDED = "credential.added"
    CREDENTIAL_DELETED = "credential.deleted"
    WEBHOOK_ADDED = "webhook.added"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_DELETED = "webhook.deleted"
    SECRETS_ROTATED = "secrets.rotated"
    CACHE_FLUSHED = "cache.flushed"
    AUDIT_VERIFIED = "audit.verified"


LONGEST_NAME = 200  # of an actor or target: a failed sign-in may name a megabyte


class SecurityLog:
    """Writes to the store's audit table."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(
        self,
        event: Event,
        *,
        actor: str,
        target: str = "",
        address: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one entry.

        Arguments:
            actor: username of who did it; for a failed sign-in, the name that was tried.
            target: id of the thing that was acted on.
            address: network address of the caller.
            detail: further facts; never a password, token or code.
        """
        await self._store.audit.append(
            actor[:LONGEST_NAME], event.value, target[:LONGEST_NAME], dict(detail or {}), address
        )
