"""Which box lies in which, read once from a scene, and safe for scenes that contradict themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cloudviz.diagram.scene.document import Scene


@dataclass(slots=True)
class Nesting:
    """The tree of a scene's nodes: depth and children by id; ``None`` is the page."""

    depths: dict[str, int] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    children: dict[str | None, list[str]] = field(default_factory=dict)

    def ancestors(self, id: str) -> Iterator[str]:
        """The boxes around a node, innermost first."""
        here = self.parents.get(id)
        while here is not None:
            yield here
            here = self.parents.get(here)


def nesting_of(scene: Scene) -> Nesting:
    """The tree of a scene. A parent that is missing, or a ring of parents, counts as the page."""
    named = {node.id: node.parent for node in scene.nodes}
    nesting = Nesting()
    for start in named:
        chain: list[str] = []
        here: str | None = start
        while here is not None and here in named and here not in nesting.depths and here not in chain:
            chain.append(here)
            here = named[here]
        base: str | None = here if here is not None and here in nesting.depths else None
        for id in reversed(chain):
            nesting.parents[id] = base
            nesting.depths[id] = 0 if base is None else nesting.depths[base] + 1
            base = id
    for node in scene.nodes:
        nesting.children.setdefault(nesting.parents[node.id], []).append(node.id)
    return nesting
