"""Diagrams: the pictures that were made, to be shown and exported again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloudviz.store.engine import Database
from cloudviz.store.records import DiagramRecord, Page


class Diagrams:
    """The table ``diagrams``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self,
        discovery_ids: Sequence[str],
        mermaid_code: str,
        theme: str,
        layout: str,
        metadata: Mapping[str, Any],
        scene: bytes | None,
        options: Mapping[str, Any],
    ) -> str:
        """Store a picture; ``scene`` is its scene document. Returns the id, a UUID."""
        raise NotImplementedError

    async def get(self, diagram_id: str) -> DiagramRecord:
        """One picture with its scene. Raises NotFound."""
        raise NotImplementedError

    async def page(self, limit: int = 50, cursor: str | None = None) -> Page[DiagramRecord]:
        """Pictures, newest first, without their scenes."""
        raise NotImplementedError
