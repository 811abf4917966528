"""Jobs: rows with a lease, a heartbeat and a fencing token (architecture, decision 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloudviz.store.engine import Database
from cloudviz.store.records import JobRecord, Page

MAX_ATTEMPTS = 5
"""A job whose worker died this often is not tried again: it probably kills its worker."""


class Jobs:
    """The table ``jobs``. Every write of a worker names its owner and token, and is refused when outlived."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def enqueue(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        *,
        requested_by: str = "",
        idempotency_key: str | None = None,
    ) -> JobRecord:
        """Put a job in the queue. With a key that this requester used before, the job made then is returned."""
        raise NotImplementedError

    async def claim(
        self, owner: str, kinds: Sequence[str] | None = None, lease_seconds: float = 30
    ) -> JobRecord | None:
        """Take the oldest job that waits, or whose lease ran out; ``None`` when there is none.

        The attempt and the fencing token grow by one. On the way, expired jobs that were cancelled are
        closed as cancelled, and those that failed ``MAX_ATTEMPTS`` times as failed.
        """
        raise NotImplementedError

    async def heartbeat(
        self, job_id: str, owner: str, token: int, progress: Mapping[str, Any] | None = None
    ) -> bool:
        """Renew the lease by its length, and replace the progress unless it is ``None``.

        False: stop. Either the job was taken over, or it is to be cancelled (:meth:`get` tells by
        ``cancel_requested``); in that case the lease is renewed so that the worker can close it.
        """
        raise NotImplementedError

    async def finish(
        self,
        job_id: str,
        owner: str,
        token: int,
        result: Mapping[str, Any],
        status: str = "succeeded",
    ) -> JobRecord:
        """Close a job as ``succeeded``, ``partial`` or ``cancelled``.

        Raises Conflict when it is not, or no longer, this owner's with this token; NotFound.
        """
        raise NotImplementedError

    async def fail(
        self, job_id: str, owner: str, token: int, error: Mapping[str, Any], retry: bool, delay_seconds: float = 0
    ) -> JobRecord:
        """Close a job as failed, or with ``retry`` put it back, unless it had ``MAX_ATTEMPTS``.

        Raises Conflict like :meth:`finish`.
        """
        raise NotImplementedError

    async def request_cancel(self, job_id: str) -> JobRecord:
        """A waiting job is cancelled at once; a running one is told at its next heartbeat. Raises NotFound."""
        raise NotImplementedError

    async def get(self, job_id: str) -> JobRecord:
        """One job. Raises NotFound."""
        raise NotImplementedError

    async def page(
        self,
        status: str | None = None,
        kind: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[JobRecord]:
        """Jobs, newest first."""
        raise NotImplementedError
