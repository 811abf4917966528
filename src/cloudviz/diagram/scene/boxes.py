"""The boxes of a picture while it is being composed: a tree that is grouped, stacked and collapsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from cloudviz.catalogue.kinds import Tier
from cloudviz.inventory.model import Resource

TIER_ORDER = {
    Tier.EDGE: 0,
    Tier.ENTRY: 1,
    Tier.COMPUTE: 2,
    Tier.INTEGRATION: 3,
    Tier.DATA: 4,
    Tier.SECURITY: 5,
    Tier.OTHER: 6,
}
_DIGITS = re.compile(r"(\d+)")


@dataclass(slots=True, eq=False)
class Box:
    """A container, or a leaf that stands for its ``members``.

    ``own`` is the resource that a container is made of (a network, a subnet), if it is one. ``name`` is the bare
    name of a container, without the words of its ``label``. ``stands_for`` is how many collapsed containers
    were bundled into this one.
    """

    key: str
    parent: Box | None
    is_leaf: bool
    role: str = ""
    kind: str = ""
    type: str = ""
    provider: str = ""
    label: str = ""
    name: str = ""
    tier: Tier = Tier.OTHER
    stands_for: int = 1
    own: Resource | None = None
    members: list[Resource] = field(default_factory=list)
    children: list[Box] = field(default_factory=list)

    def depth(self) -> int:
        """How many boxes are around this one."""
        count, box = 0, self.parent
        while box is not None:
            count, box = count + 1, box.parent
        return count

    def path(self) -> Iterator[Box]:
        """This box and those around it, from the inside out."""
        box: Box | None = self
        while box is not None:
            yield box
            box = box.parent


@dataclass(slots=True)
class Tree:
    """All boxes by key. ``root`` is the page itself and is not drawn."""

    root: Box = field(default_factory=lambda: Box("", None, False, role="page"))
    boxes: dict[str, Box] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def container(
        self, key: str, parent: Box, role: str, kind: str, provider: str, label: str, name: str = ""
    ) -> Box:
        """The container with this key, made when first asked for. Keys never collide with resource ids."""
        while key in self.taken:
            key += "~"
        box = self.boxes.get(key)
        if box is None:
            box = Box(key, parent, False, role=role, kind=kind, provider=provider, label=label, name=name)
            self.boxes[key] = box
            parent.children.append(box)
        return box

    def add(self, box: Box) -> Box:
        """Hang a box that was made elsewhere into its parent."""
        self.boxes[box.key] = box
        if box.parent is not None:
            box.parent.children.append(box)
        return box

    def remove(self, box: Box) -> None:
        """Take a box, and all in it, out of the tree."""
        if box.parent is not None:
            box.parent.children.remove(box)
        for inner in list(self.walk(box)):
            self.boxes.pop(inner.key, None)

    def replace_children(self, parent: Box, children: list[Box]) -> None:
        """Exchange the children of a box; boxes that are no longer in it leave the tree."""
        kept = {id(child) for child in children}
        for child in parent.children:
            if id(child) not in kept:
                self.boxes.pop(child.key, None)
        for child in children:
            child.parent = parent
            self.boxes[child.key] = child
        parent.children = children

    def walk(self, start: Box | None = None) -> Iterator[Box]:
        """Every box below ``start`` and itself, parents first; the root is left out."""
        pending = [start or self.root]
        while pending:
            box = pending.pop()
            if box is not self.root:
                yield box
            pending.extend(reversed(box.children))

    def sort(self) -> None:
        """Put all children into their canonical order."""
        for box in [self.root, *self.walk()]:
            box.children.sort(key=order)


def order(box: Box) -> tuple[int, int, int, tuple[tuple[int, str], ...], str]:
    """The canonical order of siblings: leaves by tier, then containers by their place, then by name and key."""
    rank = {"network": 0, "subnet_public": 1, "subnet_private": 2, "group": 9}.get(box.role, 3)
    return (0 if box.is_leaf else 1, rank, TIER_ORDER[box.tier], natural(box.label), box.key)


def short_title(box: Box) -> str:
    """What a container is called when drawn as small as a leaf: its bare name, for its icon says the rest."""
    return box.name or box.label


@lru_cache(maxsize=65_536)
def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A sort key that puts web-2 before web-10."""
    parts = _DIGITS.split(text[:120])
    return tuple((int(part), "") if part.isascii() and part.isdigit() else (-1, part) for part in parts if part)
