"""Like siblings become one stack: same box, same type, same company.

How alike they must be depends on how much room there is: first they must be tied to the very same things, then to
the same sorts of things, at last it is enough that they stand in the same box.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from cloudviz.catalogue.kinds import Tier
from cloudviz.diagram.scene.boxes import Box, Tree
from cloudviz.diagram.scene.changes import UNCHANGED, change_of
from cloudviz.diagram.scene.labels import stack_label, stem
from cloudviz.diagram.scene.plumbing import Folded, Tie

LEAST = 3  # siblings that make a stack; of two, only those that are numbered alike (web-1, web-2)


class Likeness(IntEnum):
    """How alike siblings must be to be stacked."""

    SAME_TIES = 1
    SAME_SORTS_OF_TIES = 2
    SAME_TYPE = 3


def stack(
    tree: Tree,
    ties: Iterable[Tie],
    folded: Folded,
    likeness: Likeness,
    changes: Mapping[str, str] = UNCHANGED,
) -> None:
    """Stack like siblings everywhere in the tree; what is new since another look only with what is new alike."""
    ties = list(ties)
    for _ in range(2 if likeness == Likeness.SAME_TIES else 1):
        if not _stack_once(tree, ties, folded, likeness, changes):
            break


def owners(tree: Tree) -> dict[str, Box]:
    """Resource id → the box that stands for it: its leaf, or its container when it is one."""
    found: dict[str, Box] = {}
    for box in tree.walk():
        for member in box.members:
            found[member.id] = box
        if box.own is not None:
            found[box.own.id] = box
    return found


def _stack_once(
    tree: Tree, ties: list[Tie], folded: Folded, likeness: Likeness, changes: Mapping[str, str]
) -> bool:
    company = _company(tree, ties, folded, likeness)
    changed = False
    for parent in [tree.root, *tree.walk()]:
        leaves = [child for child in parent.children if child.is_leaf and not child.role and child.members]
        if len(leaves) < 2:
            continue
        alike: dict[tuple[str, str, object, str | None], list[Box]] = {}
        for leaf in leaves:
            group = folded.groups.get(leaf.members[0].id, "")
            # Types without a declaration share one key: only their native type tells a queue from a firewall.
            sort = leaf.members[0].native_type if leaf.type.endswith(".other") else leaf.type
            alike.setdefault((sort, group, company.get(leaf.key), change_of(leaf, changes)), []).append(leaf)
        merged: dict[int, Box | None] = {}
        for (_, group, _, _), boxes in alike.items():
            for lot in _lots(boxes, group, likeness):
                merged[id(lot[0])] = _merge(tree, parent, lot, folded, group)
                merged.update((id(other), None) for other in lot[1:])
        if merged:
            changed = True
            kept = [merged.get(id(child), child) for child in parent.children]
            tree.replace_children(parent, [child for child in kept if child is not None])
    return changed


def _lots(boxes: list[Box], group: str, likeness: Likeness) -> list[list[Box]]:
    """Which of the like boxes make one stack: by name first, and all of them when there are enough."""
    if len(boxes) < 2:
        return []
    if group or likeness > Likeness.SAME_TIES:
        return [boxes] if group or len(boxes) >= LEAST or _same_stem(boxes) else []
    by_stem: dict[str, list[Box]] = {}
    for box in boxes:
        by_stem.setdefault(stem(box.label), []).append(box)
    lots = [lot for name, lot in by_stem.items() if len(lot) >= LEAST or (len(lot) > 1 and len(name) > 1)]
    taken = {id(box) for lot in lots for box in lot}
    rest = [box for box in boxes if id(box) not in taken]
    if len(rest) >= 2 * LEAST:
        lots.append(rest)
    return lots


def _same_stem(boxes: list[Box]) -> bool:
    return len({stem(box.label) for box in boxes}) == 1


def _merge(tree: Tree, parent: Box, lot: list[Box], folded: Folded, group: str) -> Box:
    members = sorted((member for box in lot for member in box.members), key=lambda item: item.id)
    first = lot[0]
    name = folded.group_names.get(group, "") if group else ""
    key = f"stack:{parent.key}/{first.type}/{members[0].id}"
    while key in tree.taken:
        key += "~"
    return Box(
        key,
        parent,
        True,
        kind=first.kind,
        type=first.type,
        provider=first.provider,
        label=stack_label(members, name),
        tier=first.tier,
        members=members,
    )


def _company(tree: Tree, ties: list[Tie], folded: Folded, likeness: Likeness) -> Mapping[str, object]:
    """What each leaf is tied to, in the sharpness that the likeness asks for."""
    if likeness == Likeness.SAME_TYPE:
        return {}
    owner = owners(tree)
    ends: dict[str, set[tuple[str, str, str]]] = {}

    def sort_of(box: Box) -> str:
        if likeness == Likeness.SAME_TIES or not box.is_leaf or box.parent is None:
            return box.key
        return f"{box.parent.key}\n{box.type}"

    for tie in ties:
        source, target = owner.get(tie.source), owner.get(tie.target)
        if source is None or target is None or source is target:
            continue
        ends.setdefault(source.key, set()).add((">", tie.kind, sort_of(target)))
        ends.setdefault(target.key, set()).add(("<", tie.kind, sort_of(source)))
    in_rules = {group for rule in folded.rules for group in rule}
    for group in sorted(in_rules):
        for key in folded.guards.get(group, ()):
            if key in owner:
                ends.setdefault(owner[key].key, set()).add(("!", "", group))
    return {key: frozenset(found) for key, found in ends.items()}


GROUPS = {
    Tier.ENTRY: "Integration & compute",
    Tier.COMPUTE: "Integration & compute",
    Tier.INTEGRATION: "Integration & compute",
    Tier.DATA: "Data",
    Tier.SECURITY: "Security & operations",
    Tier.OTHER: "Other services",
}
_GROUP_ORDER = (Tier.EDGE, Tier.COMPUTE, Tier.DATA, Tier.SECURITY, Tier.OTHER)
_FEWEST = 4  # leaves in an account or region that are worth being put into groups


def group_by_tier(tree: Tree) -> None:
    """Put what stands loose in an account or region into groups, each for some tiers."""
    for parent in list(tree.walk()):
        if parent.role not in ("account", "region") or parent.is_leaf:
            continue
        loose = [child for child in parent.children if child.is_leaf and child.tier in GROUPS and not child.role]
        others = len(parent.children) - len(loose)
        if (
            not loose
            or len(loose) + others < _FEWEST
            or (len({GROUPS[child.tier] for child in loose}) < 2 and not others)
        ):
            continue
        moved = {id(child) for child in loose}
        groups: dict[str, Box] = {}
        for child in loose:
            title = GROUPS[child.tier]
            group = groups.get(title)
            if group is None:
                key = f"group:{parent.key}/{title}"
                while key in tree.taken:
                    key += "~"
                group = groups[title] = Box(
                    key, parent, False, role="group", provider=parent.provider, label=title
                )
                group.tier = min(
                    (tier for tier in _GROUP_ORDER if GROUPS.get(tier) == title), key=_GROUP_ORDER.index
                )
            group.children.append(child)
        lonely = {id(child) for group in groups.values() if len(group.children) == 1 for child in group.children}
        parent.children = [child for child in parent.children if id(child) not in moved or id(child) in lonely]
        for group in groups.values():
            if len(group.children) == 1:
                continue  # a frame around one box says nothing that the box does not
            tree.add(group)
            for child in group.children:
                child.parent = group
