"""What is new since another look, on the boxes of a picture: a word for each box, and a line for a stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cloudviz.diagram.scene.boxes import Box
from cloudviz.inventory.model import Resource

UNCHANGED: Mapping[str, str] = MappingProxyType({})
_SIGNS = {"added": "+", "removed": "−", "changed": "~"}


def change_of(box: Box, changes: Mapping[str, str]) -> str | None:
    """The change of a box: that of all it stands for when they share it, ``changed`` when only some have one.

    A container that is drawn open is judged by its own resource alone, for its content speaks for itself.
    """
    if not box.is_leaf:
        return changes.get(box.own.id) if box.own is not None else None
    found = {changes.get(member.id) for member in box.members}
    if found == {None} or not found:
        return None
    return next(iter(found)) if len(found) == 1 else "changed"


def changes_line(members: Sequence[Resource], changes: Mapping[str, str]) -> str:
    """``+3 −1 ~2``: how many of a stack are added, removed and changed.

    Empty when none is, and when all are alike: the sign on the box says that already.
    """
    counts = Counter(changes[member.id] for member in members if member.id in changes)
    if len(counts) == 1 and counts.total() == len(members):
        return ""
    return " ".join(f"{sign}{counts[word]}" for word, sign in _SIGNS.items() if counts[word])
