"""Keeping a picture within its budget of boxes: the least telling containers are collapsed first.

A collapsed container is a leaf that stands for every resource in it, so the counts are conserved.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from cloudviz.catalogue.kinds import CONTAINER_KINDS, Tier
from cloudviz.diagram.scene.boxes import Box, Tree
from cloudviz.diagram.scene.plumbing import Folded, Tie
from cloudviz.diagram.scene.stacks import Likeness, group_by_tier, stack

_TELLING = {
    Tier.EDGE: 2.5,
    Tier.ENTRY: 3.0,
    Tier.COMPUTE: 3.0,
    Tier.INTEGRATION: 2.0,
    Tier.DATA: 2.5,
    Tier.SECURITY: 1.0,
    Tier.OTHER: 1.0,
}
_EMPTY = 0.2  # an empty subnet tells next to nothing
_COLLAPSED = 1.5
_DEEPER = 0.25  # what a level of depth takes off: of two equals the inner one goes first


def reduce(tree: Tree, ties: Iterable[Tie], folded: Folded, budget: int, grouped: bool) -> None:
    """Stack, group and collapse until no more than ``budget`` boxes are left; 0 means no budget and no stacks."""
    ties = list(ties)
    if budget <= 0:
        if not grouped:
            group_by_tier(tree)
        return
    stack(tree, ties, folded, Likeness.SAME_TIES)
    for likeness in (Likeness.SAME_SORTS_OF_TIES, Likeness.SAME_TYPE):
        if len(tree.boxes) > budget:
            stack(tree, ties, folded, likeness)
    if not grouped:
        group_by_tier(tree)
    if len(tree.boxes) > budget:
        _collapse_until(tree, budget)
    if len(tree.boxes) > budget:
        _bundle(tree, budget)


def _value(box: Box) -> float:
    if box.role:
        return _COLLAPSED if len(box.members) > 1 else _EMPTY
    return _EMPTY if box.kind in CONTAINER_KINDS else _TELLING[box.tier]


def _score(box: Box) -> tuple[float, int, str]:
    """How little a container tells for each box that it costs; the least is collapsed first."""
    children = box.children
    average = sum(map(_value, children)) / max(len(children), 1)
    return (average - _DEEPER * box.depth(), -len(children), box.key)


def _collapse_until(tree: Tree, budget: int) -> None:
    ready = [box for box in tree.walk() if not box.is_leaf and all(child.is_leaf for child in box.children)]
    heap = [(_score(box), ticket, box) for ticket, box in enumerate(ready)]
    heapq.heapify(heap)
    ticket = len(heap)
    left = len(tree.boxes)
    while left > budget and heap:
        box = heapq.heappop(heap)[-1]
        left -= len(box.children)
        collapse(tree, box)
        outer = box.parent
        if outer is not None and outer is not tree.root and all(child.is_leaf for child in outer.children):
            heapq.heappush(heap, (_score(outer), ticket, outer))
            ticket += 1


def collapse(tree: Tree, box: Box) -> None:
    """Make one leaf of a container and everything in it."""
    members = [member for child in box.children for member in child.members]
    if box.own is not None:
        members.append(box.own)
    for child in box.children:
        tree.boxes.pop(child.key, None)
    box.children = []
    box.is_leaf = True
    box.members = sorted(members, key=lambda item: item.id)


def _bundle(tree: Tree, budget: int) -> None:
    """Last resort: too many roots, all collapsed. Bundle them, the smallest first, by cloud.

    One box a cloud is the least there can be, even where the budget asks for fewer.
    """
    roots = sorted(tree.root.children, key=lambda box: (len(box.members), box.key))
    surplus = len(roots) - budget
    taken = roots[: surplus + len({box.provider for box in roots})]
    by_cloud: dict[tuple[str, str], list[Box]] = {}
    for box in taken:
        by_cloud.setdefault((box.provider, box.role), []).append(box)
    bundles: list[Box] = []
    for (provider, role), lot in sorted(by_cloud.items()):
        members = sorted((member for box in lot for member in box.members), key=lambda item: item.id)
        bundle = Box(f"bundle:{role}/{provider}", tree.root, True, role=role, kind=lot[0].kind, provider=provider)
        bundle.label = f"{len(lot)} more {role or 'resource'}{'s' if len(lot) > 1 else ''}"
        bundle.members, bundle.tier = members, lot[0].tier
        bundles.append(bundle)
    gone = {id(box) for box in taken}
    kept = [box for box in tree.root.children if id(box) not in gone]
    tree.replace_children(tree.root, [*kept, *bundles])
