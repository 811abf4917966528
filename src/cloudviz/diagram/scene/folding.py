"""Putting new boxes that find no room beside those of an earlier picture into boxes that it has.

A picture that is kept from one look to the next has no room to give: detail is what gives way. A new box goes onto
the stack of its like; where there is none it becomes, with a box beside it that tells little, one leaf that says
how many more there are. Where a container holds no such box, that leaf stands in the one around it. Counts are
conserved, members listed, and a change keeps its mark. What was folded before is folded into the same box again,
so that a picture of the same estate stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from cloudviz.catalogue.kinds import Tier
from cloudviz.diagram.scene.boxes import Box, Tree
from cloudviz.diagram.scene.budget import FRAMES, WORDS
from cloudviz.diagram.scene.changes import change_of
from cloudviz.diagram.scene.document import Scene
from cloudviz.diagram.scene.labels import plural, stack_label, stem

_TELLS_LITTLE = {Tier.OTHER: 0, Tier.SECURITY: 1, Tier.DATA: 2, Tier.INTEGRATION: 3}
_MORE = "more:"


def fold_away(
    tree: Tree,
    keys: Sequence[str],
    previous: Scene,
    linked: Set[str],
    is_budgeted: bool,
    changes: Mapping[str, str],
) -> None:
    """Put boxes that have no place into others, which have one.

    Arguments:
        tree: the boxes of the picture; it is changed.
        keys: those without a place. A container becomes a leaf, or goes away where what is in it stood without it;
            whether a leaf of it has a place is for the layout to say again.
        previous: the picture in which the others stand.
        linked: keys of the boxes that are linked with others; these are not hidden for the sake of new ones.
        is_budgeted: whether subnets and zones may go, as they may for the sake of a budget.
        changes: resource id → what is new about it.
    """
    homeless = {key for key in keys if key in tree.boxes}
    _Folding(tree, homeless, previous, linked, is_budgeted, changes).run([key for key in keys if key in homeless])


class _Folding:
    def __init__(
        self,
        tree: Tree,
        homeless: Set[str],
        previous: Scene,
        linked: Set[str],
        is_budgeted: bool,
        changes: Mapping[str, str],
    ) -> None:
        self.tree, self.homeless, self.linked = tree, homeless, linked
        self.is_budgeted, self.changes = is_budgeted, changes
        self.known = {node.id for node in previous.nodes}
        self.held = {member: node.id for node in previous.nodes if not node.container for member in node.members}

    def run(self, keys: Sequence[str]) -> None:
        for key in keys:
            box = self.tree.boxes.get(key)
            if box is None:
                continue
            if not box.is_leaf:
                self._close(box)
            elif box.parent is not None:
                self._put(box, box.parent)

    def _close(self, box: Box) -> None:
        is_loose = box.role == "group" or (self.is_budgeted and box.role in FRAMES)
        outer = box.parent
        if (
            outer is not None
            and is_loose
            and any(inner.key in self.known for inner in self.tree.walk(box) if inner is not box)
        ):
            at = outer.children.index(box)
            self.tree.replace_children(outer, [*outer.children[:at], *box.children, *outer.children[at + 1 :]])
        else:
            for inner in list(self.tree.walk(box)):
                if inner is not box:
                    self.tree.boxes.pop(inner.key, None)
            _close_all(box)

    def _put(self, box: Box, outer: Box) -> None:
        before = next((self.held[member.id] for member in box.members if member.id in self.held), "")
        if before.startswith(_MORE):
            around = next((each for each in outer.path() if self._more_key(each) == before), None)
            if around is not None and around is not outer:
                self._apart(box, around)
                return
        beside = [child for child in outer.children if child.is_leaf and child.key not in self.homeless]
        target = next((child for child in beside if child.key == before), None) or next(
            (
                child
                for child in beside
                if before and any(self.held.get(each.id) == before for each in child.members)
            ),
            None,
        )
        if target is None:
            target = self._like(box, beside) or self._least(beside)
        if target is not None:
            self._join(target, box)
        elif outer.parent is None:
            return  # the page has room for everything
        elif outer.children == [box]:
            self.tree.remove(box)
            outer.is_leaf = True
            outer.members = [*box.members, *([outer.own] if outer.own is not None else [])]
            outer.members.sort(key=lambda item: item.id)
        else:
            self._apart(box, outer.parent)

    def _like(self, box: Box, beside: Sequence[Box]) -> Box | None:
        """The stack of its like, or the one that becomes it."""
        if box.key.startswith(_MORE):
            return None
        change = change_of(box, self.changes)
        like = [
            each
            for each in beside
            if (each.type, each.role, each.provider) == (box.type, box.role, box.provider)
            and (each.role or _sorts(each) == _sorts(box))
        ]
        return min(
            like,
            key=lambda each: (
                len(each.members) == 1,
                change_of(each, self.changes) != change,
                stem(each.label) != stem(box.label),
                -len(each.members),
                each.key,
            ),
            default=None,
        )

    def _least(self, beside: Sequence[Box]) -> Box | None:
        """The leaf that tells least: one that stands for more already, else one that is neither new nor linked."""
        return min(
            (
                each
                for each in beside
                if each.key.startswith(_MORE)
                or not (each.role or each.key in self.linked or change_of(each, self.changes))
            ),
            key=lambda each: (
                not each.key.startswith(_MORE),
                _TELLS_LITTLE.get(each.tier, 4),
                len(each.members),
                each.key,
            ),
            default=None,
        )

    def _join(self, target: Box, box: Box) -> None:
        """Let a leaf stand for another one too."""
        is_like = (target.type, target.role) == (box.type, box.role) and not target.key.startswith(_MORE)
        self.tree.remove(box)
        target.members = sorted([*target.members, *box.members], key=lambda item: item.id)
        if is_like and not target.role and _sorts(target) == _sorts(box):
            target.label = stack_label(target.members)
        elif is_like and target.role:
            target.stands_for += box.stands_for
            target.label = f"{target.stands_for} {plural(WORDS.get(target.role, target.role))}"
            target.name = target.label
        else:
            self._be_more(target)

    def _apart(self, box: Box, outer: Box) -> None:
        """Let a leaf stand in a container around its own, with all that has no room there."""
        self.tree.remove(box)
        key = self._more_key(outer)
        more = self.tree.boxes.get(key)
        if more is not None and more.parent is outer:
            more.members = sorted([*more.members, *box.members], key=lambda item: item.id)
            self._be_more(more)
        else:
            # alone it keeps its name, which tells more than "1 more"
            box.key, box.parent = key, outer
            self.tree.add(box)

    def _be_more(self, box: Box) -> None:
        """Make a leaf one that says how many there are."""
        if not box.key.startswith(_MORE) and box.parent is not None:
            key = self._more_key(box.parent)
            self.tree.boxes.pop(box.key, None)
            box.key = key
            self.tree.boxes[key] = box
        box.role, box.type, box.kind = "group", "", ""
        box.stands_for = 1
        box.label = box.name = f"{len(box.members):,} more"

    def _more_key(self, outer: Box) -> str:
        key = f"{_MORE}{outer.key}"
        while key in self.tree.taken:
            key += "~"
        return key


def _sorts(box: Box) -> set[str]:
    """Types without a declaration share one key: only their native type tells a queue from a firewall."""
    return {member.native_type if member.type.endswith(".other") else member.type for member in box.members}


def _close_all(box: Box) -> None:
    """Make one leaf of a container and all in it, however deep."""
    members = [box.own] if box.own is not None else []
    pending = list(box.children)
    for inner in pending:
        members.extend(inner.members)
        if inner.own is not None and not inner.is_leaf:
            members.append(inner.own)
        pending.extend(inner.children)
    box.children, box.is_leaf = [], True
    box.members = sorted(members, key=lambda item: item.id)
