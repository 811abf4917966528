"""Discoveries: each look at a cloud or a file, how far it is, what it could see and what it could not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudviz.inventory.model import Coverage, Problem
from cloudviz.store.engine import Database
from cloudviz.store.records import DiscoveryRecord, Page


class Discoveries:
    """The table ``discoveries`` with its coverage and problems."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, provider: str, source: str, request: Mapping[str, Any]) -> str:
        """Note that a look is wanted; status ``pending``.

        Arguments:
            provider: ``aws``, ``azure``, ``gcp``, or ``mixed`` for files that hold several.
            source: where it looks: ``aws:profile/prod`` for a live scan; anything that does not begin with
                ``aws:``, ``azure:`` or ``gcp:`` is a file or the like (``file:prod.tfstate``), which can only
                make gone what came from itself.
            request: what was asked for, for people to read. No secrets.

        Returns the id, a UUID.
        """
        raise NotImplementedError

    async def start(self, discovery_id: str) -> None:
        """Status ``running``, and the time. Raises NotFound."""
        raise NotImplementedError

    async def progress(self, discovery_id: str, progress: Mapping[str, Any]) -> None:
        """Replace the progress that people see. Raises NotFound."""
        raise NotImplementedError

    async def finish(self, discovery_id: str, status: str) -> None:
        """A final status: completed, partial, failed, cancelled. Raises NotFound, or Invalid for another word."""
        raise NotImplementedError

    async def get(self, discovery_id: str) -> DiscoveryRecord:
        """One discovery. Raises NotFound, also for an id that is no UUID."""
        raise NotImplementedError

    async def page(
        self,
        provider: str | None = None,
        status: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[DiscoveryRecord]:
        """Discoveries, newest first."""
        raise NotImplementedError

    async def coverage(self, discovery_id: str) -> list[Coverage]:
        """What a discovery looked at, sorted; empty before it recorded. Raises NotFound."""
        raise NotImplementedError

    async def problems(self, discovery_id: str) -> list[Problem]:
        """The oddities it met, sorted. Raises NotFound."""
        raise NotImplementedError
