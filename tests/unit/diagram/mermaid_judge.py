"""Mermaid's own parser as the judge: vertices, subgraphs, edges and classes of a diagram, or the error."""

from __future__ import annotations

from tests.unit.diagram import node_judge
from tests.unit.diagram.node_judge import missing

__all__ = ["Judge", "missing"]


class Judge(node_judge.Judge):
    """Asks what Mermaid makes of a diagram."""

    def __init__(self) -> None:
        super().__init__("mermaid")
