"""Audit: who did what to which thing, when, and from where. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudviz.store.engine import Database
from cloudviz.store.records import AuditRecord, Page


class Audit:
    """The table ``audit``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(
        self, actor: str, action: str, target: str, detail: Mapping[str, Any], address: str = ""
    ) -> None:
        """Add one entry. ``detail`` holds no secrets."""
        raise NotImplementedError

    async def page(
        self,
        actor: str | None = None,
        action: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[AuditRecord]:
        """Entries, newest first."""
        raise NotImplementedError
