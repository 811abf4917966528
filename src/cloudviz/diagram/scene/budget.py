"""Keeping a picture within its budget of boxes: the least telling containers are collapsed first.

A collapsed container is a leaf that stands for every resource in it, so the counts are conserved. A frame around
one or two leaves is dissolved instead: the leaves take its place, because they tell more than what is around them.
Like subnets and zones of one network are treated alike, so that a regular picture stays regular. Several collapsed
containers of one sort in the same box are bundled into one.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from itertools import takewhile
from math import log2, sqrt
from operator import attrgetter
from types import MappingProxyType

from cloudviz.catalogue.kinds import CONTAINER_KINDS, Tier
from cloudviz.diagram.scene.boxes import Box, Tree
from cloudviz.diagram.scene.changes import UNCHANGED
from cloudviz.diagram.scene.labels import plural
from cloudviz.diagram.scene.plumbing import Folded, Tie
from cloudviz.diagram.scene.stacks import LEAST, Likeness, group_by_tier, owners, stack

_TELLING = {
    Tier.EDGE: 2.5,
    Tier.ENTRY: 3.0,
    Tier.COMPUTE: 3.0,
    Tier.INTEGRATION: 2.0,
    Tier.DATA: 2.5,
    Tier.SECURITY: 1.0,
    Tier.OTHER: 1.0,
}
_ALONE = 0.4  # what is linked with nothing tells so much of what it would otherwise
_EMPTY = -3.0  # an empty subnet tells next to nothing, however shallow it lies
_COLLAPSED = 1.2
_FRAME = 0.9  # what a frame around one or two leaves tells
_DEEPER = 0.1  # what a level of depth takes off: of two equals the inner one goes first
_ONE_OF_MANY = 0.5  # what one of several collapsed containers of a sort tells
_FAR_OVER = 50  # times the budget; of so many boxes a handful is seen, and who is tied to what costs seconds
_NEWS = 6.0  # in a picture of changes, what changed is what it is about
_FAIRNESS = 0.6  # what twice its share of the picture takes off an account's containers
_AS_BEFORE = 4.0  # what having been open before adds, and closed takes
NOTHING_BEFORE: Mapping[str, bool] = MappingProxyType({})
_BUNDLE = "\0bundle"
WORDS = {
    "network": "network",
    "subnet_public": "public subnet",
    "subnet_private": "subnet",
    "account": "account",
    "region": "region",
    "zone": "zone",
    "group": "group",
}
FRAMES = frozenset({"subnet_public", "subnet_private", "zone"})


def reduce(
    tree: Tree,
    ties: Iterable[Tie],
    folded: Folded,
    budget: int,
    grouped: bool,
    changes: Mapping[str, str] = UNCHANGED,
    was_open: Mapping[str, bool] = NOTHING_BEFORE,
) -> None:
    """Stack, group and collapse until no more than ``budget`` boxes are left; 0 means no budget and no stacks.

    ``was_open`` says of the containers of an earlier picture whether they were open: they tend to stay so.
    """
    ties = list(ties)
    if budget <= 0:
        if not grouped:
            group_by_tier(tree)
        return
    if len(tree.boxes) <= _FAR_OVER * budget:
        stack(tree, ties, folded, Likeness.SAME_TIES, changes)
        if len(tree.boxes) > budget:
            stack(tree, ties, folded, Likeness.SAME_SORTS_OF_TIES, changes)
    if len(tree.boxes) > budget:
        stack(tree, ties, folded, Likeness.SAME_TYPE, changes)
    if not grouped:
        group_by_tier(tree)
    if len(tree.boxes) > budget:
        _collapse_until(tree, budget, linked_boxes(tree, ties, folded), changes, was_open)
    if len(tree.boxes) > budget:
        _bundle_roots(tree, budget)
    # Once, at the end: what is collapsed level by level would be sorted at each level.
    for box in tree.walk():
        if box.is_leaf and len(box.members) > 1:
            box.members.sort(key=attrgetter("id"))


def linked_boxes(tree: Tree, ties: Iterable[Tie], folded: Folded) -> set[str]:
    """Keys of the boxes that are linked with another box."""
    owner = owners(tree)
    found: set[str] = set()
    for tie in ties:
        source, target = owner.get(tie.source), owner.get(tie.target)
        if source is not None and target is not None and source is not target:
            found.update((source.key, target.key))
    for group in {group for rule in folded.rules for group in rule}:
        found.update(owner[key].key for key in folded.guards.get(group, ()) if key in owner)
    return found


def _value(box: Box, linked: set[str], changes: Mapping[str, str]) -> float:
    if changes and any(member.id in changes for member in box.members):
        return _NEWS
    if box.kind in CONTAINER_KINDS and len(box.members) <= 1:
        return _EMPTY
    if box.role:
        return _COLLAPSED
    return _TELLING[box.tier] * (1.0 if box.key in linked else _ALONE)


Unit = tuple[str, ...]


def _unit_of(box: Box) -> Unit:
    """What is collapsed together: the like subnets of a network, its zones; any other container by itself."""
    if box.role not in FRAMES:
        return (box.key,)
    anchor = next((outer for outer in box.path() if outer.role not in FRAMES), box)
    around = takewhile(lambda outer: outer is not anchor, box.path())
    # subnets in subnets go before those around them, or all would wait for each other
    level = sum((outer.role == "zone") == (box.role == "zone") for outer in around)
    return (anchor.key, "zone", str(level)) if box.role == "zone" else (anchor.key, "subnet", box.tier, str(level))


def _is_frame(box: Box) -> bool:
    """Whether a subnet or zone has nothing in it but one or two leaves of its own."""
    return box.role in FRAMES and len(box.children) <= 2 and not any(child.role for child in box.children)


def _score(unit: Unit, boxes: list[Box], linked: set[str], changes: Mapping[str, str]) -> tuple[float, int, Unit]:
    """How little a unit tells for each box that it costs; the least is collapsed first."""
    children = [child for box in boxes for child in box.children]
    depth = _DEEPER * boxes[0].depth()
    if all(map(_is_frame, boxes)):
        return (_FRAME - depth, -len(boxes), unit)
    average = sum(_value(child, linked, changes) for child in children) / max(len(children), 1)
    return (average - depth, -len(children), unit)


def _collapse_until(
    tree: Tree, budget: int, linked: set[str], changes: Mapping[str, str], was_open: Mapping[str, bool]
) -> None:
    units: dict[Unit, list[Box]] = {}
    waiting: dict[Unit, int] = {}
    for box in tree.walk():
        if not box.is_leaf:
            unit = _unit_of(box)
            units.setdefault(unit, []).append(box)
            waiting[unit] = waiting.get(unit, 0) + sum(not child.is_leaf for child in box.children)
    shares = _Shares(tree)

    def score(unit: Unit) -> tuple[float, int, Unit]:
        told, size, _ = _score(unit, units[unit], linked, changes)
        told -= shares.pressure(units[unit][0])
        for box in units[unit][:1]:
            if box.key in was_open:
                told += _AS_BEFORE if was_open[box.key] else -_AS_BEFORE
        return (told, size, unit)

    heap = [score(unit) for unit in units if not waiting[unit]]
    heapq.heapify(heap)
    bundled: set[Unit] = set()
    closed: list[list[tuple[Box, list[Box]]]] = []
    while len(tree.boxes) > budget and heap:
        unit = heapq.heappop(heap)[-1]
        if unit[-1] == _BUNDLE:
            bundled.discard(unit)
            before, branches = len(tree.boxes), _branches(tree.boxes[unit[0]])
            _bundle(tree, tree.boxes[unit[0]], unit[1])
            shares.freed(branches, before - len(tree.boxes))
            continue
        now = score(unit)
        if heap and now > heap[0]:  # its account has shrunk meanwhile: others go first
            heapq.heappush(heap, now)
            continue
        boxes = units[unit]
        before, branches = len(tree.boxes), _branches(boxes[0])
        outers = [box.parent or tree.root for box in boxes]
        dissolves = all(map(_is_frame, boxes))
        if not dissolves:
            closed.append([(box, box.children) for box in boxes])
        for box, outer in zip(boxes, outers, strict=True):
            if dissolves:
                at = next(at for at, child in enumerate(outer.children) if child is box)
                tree.replace_children(outer, [*outer.children[:at], *box.children, *outer.children[at + 1 :]])
            else:
                collapse(tree, box)
        shares.freed(branches, before - len(tree.boxes))
        for box, outer in zip(boxes, outers, strict=True):
            if outer is tree.root:
                continue
            around = _unit_of(outer)
            waiting[around] -= 1
            if not waiting[around]:
                heapq.heappush(heap, score(around))
            bundle = (outer.key, box.role, _BUNDLE)
            if not dissolves and bundle not in bundled and len(_collapsed(outer, box.role)) >= LEAST:
                bundled.add(bundle)
                heapq.heappush(heap, (_ONE_OF_MANY - _DEEPER * outer.depth(), 0, bundle))
    _open_again(tree, budget, closed)


class _Shares:
    """How much of the picture each account takes, and each region of its account, beside what would be fair.

    Fair is the square root of the number of resources: an account of a hundred times as many gets ten times the
    room. Without it the first cloud, or the last region by name, stays in full detail and the others shrink to a
    box. Only the two outermost levels of containers have shares.
    """

    def __init__(self, tree: Tree) -> None:
        self._boxes: dict[str, int] = {}
        self._around: dict[str, str] = {}
        resources: dict[str, int] = {}
        for account in tree.root.children:
            if account.is_leaf:
                continue
            self._around[account.key] = ""
            for inner in account.children:
                found = list(tree.walk(inner))
                held = sum(len(box.members) for box in found)
                for branch in (account.key,) if inner.is_leaf else (account.key, inner.key):
                    self._boxes[branch] = self._boxes.get(branch, 0) + len(found)
                    resources[branch] = resources.get(branch, 0) + held
                if not inner.is_leaf:
                    self._around[inner.key] = account.key
        roots: dict[str, float] = {}
        for branch, outer in self._around.items():
            roots[outer] = roots.get(outer, 0.0) + sqrt(resources[branch])
        self._all = dict.fromkeys(roots, 0)
        for branch, outer in self._around.items():
            self._all[outer] += self._boxes[branch]
        self._fair = {
            branch: max(sqrt(resources[branch]) / (roots[outer] or 1.0), 1e-6)
            for branch, outer in self._around.items()
        }

    def pressure(self, box: Box) -> float:
        """What being in an account or region that takes more than its share costs; below 0 for less."""
        found = 0.0
        for branch in _branches(box):
            fair = self._fair.get(branch, 1.0)
            share = max(self._boxes.get(branch, 1), 1) / max(self._all.get(self._around.get(branch, ""), 1), 1)
            if fair < 1:
                # In steps of a half: finer ones would let every collapse change the order of all that wait.
                found += _FAIRNESS * min(max(round(2 * log2(share / fair)) / 2, -2.0), 2.0)
        return found

    def freed(self, branches: list[str], count: int) -> None:
        """Take note that so many boxes of this account and region are gone."""
        for branch in branches:
            if branch in self._around:
                self._boxes[branch] -= count
                self._all[self._around[branch]] -= count


def _branches(box: Box) -> list[str]:
    """The keys of the one or two outermost containers that a box is in, or is."""
    path = [outer.key for outer in box.path() if outer.parent is not None and not outer.is_leaf]
    return path[:-3:-1]


def _open_again(tree: Tree, budget: int, closed: list[list[tuple[Box, list[Box]]]]) -> None:
    """Open what was collapsed and fits after all, the most telling first.

    The last collapse may have freed more room than was wanted: one large container closes, and a small network of
    another cloud that closed before it could have stayed open.
    """
    for unit in reversed(closed):
        stands = all(tree.boxes.get(box.key) is box and box.is_leaf for box, _ in unit)
        if not stands or len(tree.boxes) + sum(len(children) for _, children in unit) > budget:
            continue
        for box, children in unit:
            box.is_leaf, box.members, box.children = False, [], children
            tree.boxes.update((child.key, child) for child in children)


def _collapsed(outer: Box, role: str) -> list[Box]:
    return [child for child in outer.children if child.is_leaf and child.role == role and child.kind != ""]


def _bundle(tree: Tree, outer: Box, role: str) -> None:
    """Make one leaf of the collapsed containers of one sort in a box, as far as the box itself still stands."""
    boxes = _collapsed(outer, role)
    if outer.is_leaf or len(boxes) < LEAST:
        return
    taken = {id(box) for box in boxes}
    kept = [child for child in outer.children if id(child) not in taken]
    tree.replace_children(outer, [*kept, _bundle_of(tree, outer, boxes)])


def _bundle_of(tree: Tree, outer: Box, boxes: list[Box]) -> Box:
    first = boxes[0]
    key = f"bundle:{outer.key}/{first.role}/{first.provider}"
    while key in tree.taken:
        key += "~"
    count = sum(box.stands_for for box in boxes)
    words = f"{count} {plural(WORDS.get(first.role, first.role or 'resource'))}"
    bundle = Box(
        key, outer, True, role=first.role, kind=first.kind, provider=first.provider, label=words, name=words
    )
    bundle.members = [member for box in boxes for member in box.members]
    bundle.tier, bundle.stands_for = first.tier, count
    return bundle


def collapse(tree: Tree, box: Box) -> None:
    """Make one leaf of a container and everything in it."""
    members = [member for child in box.children for member in child.members]
    if box.own is not None:
        members.append(box.own)
    for child in box.children:
        tree.boxes.pop(child.key, None)
    box.children = []
    box.is_leaf = True
    box.members = members


def _bundle_roots(tree: Tree, budget: int) -> None:
    """Last resort: too many roots, all collapsed. Bundle them, the smallest first, by cloud.

    One box a cloud is the least there can be, even where the budget asks for fewer.
    """
    roots = sorted(tree.root.children, key=lambda box: (len(box.members), box.key))
    surplus = len(roots) - budget
    taken = roots[: surplus + len({box.provider for box in roots})]
    by_cloud: dict[tuple[str, str], list[Box]] = {}
    for box in taken:
        by_cloud.setdefault((box.provider, box.role), []).append(box)
    bundles = [
        lot[0] if len(lot) == 1 else _bundle_of(tree, tree.root, lot) for _, lot in sorted(by_cloud.items())
    ]
    gone = {id(box) for box in taken}
    kept = [box for box in tree.root.children if id(box) not in gone]
    tree.replace_children(tree.root, [*kept, *bundles])
