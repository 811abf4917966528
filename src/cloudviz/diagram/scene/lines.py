"""From links between resources to lines between boxes: lifted to what is shown, one a pair, weighted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cloudviz.catalogue.kinds import Tier
from cloudviz.diagram.scene.boxes import Box
from cloudviz.diagram.scene.document import SceneEdge
from cloudviz.diagram.scene.plumbing import Folded, Tie
from cloudviz.inventory.model import LinkKind

_RANK: dict[str, int] = {
    LinkKind.ROUTES_TO: 0,
    LinkKind.USES: 1,
    LinkKind.ATTACHED_TO: 2,
    LinkKind.CONTAINS: 3,
    LinkKind.MEMBER_OF: 4,
    LinkKind.RUNS_AS: 5,
    LinkKind.GUARDED_BY: 6,
}
_BUSY = 4  # lines into one key or secret; more of them say "everything is encrypted", which needs no lines
_RULE_PAIRS = (
    36  # boxes × boxes that one security-group rule may join; wider rules join everything with everything
)


def lines(ties: Iterable[Tie], owner: Mapping[str, Box], folded: Folded) -> list[SceneEdge]:
    """The edges between shown boxes, sorted by their ends; of several kinds between two the most telling stays.

    Arguments:
        ties: links between drawn resources.
        owner: resource id → the box that stands for it.
        folded: the rules between security groups and what those guard.
    """
    found: dict[tuple[str, str], tuple[int, str, int, set[str]]] = {}

    def add(source: Box, target: Box, kind: str, label: str, count: int = 1) -> None:
        if source is target or source.key == target.key:
            return
        rank = _RANK.get(kind, 9)
        key = (source.key, target.key)
        old = found.get(key)
        labels = {label} if label else set()
        if old is None or rank < old[0]:
            found[key] = (rank, kind, count, labels)
        elif rank == old[0]:
            found[key] = (rank, kind, old[2] + count, old[3] | labels)

    boxes: dict[str, Box] = {}
    for tie in ties:
        source, target = owner.get(tie.source), owner.get(tie.target)
        if source is None or target is None or _nested(source, target):
            continue
        boxes[source.key], boxes[target.key] = source, target
        add(source, target, tie.kind, tie.label)
    for left, right in sorted(set(folded.rules)):
        sources = {owner[key].key: owner[key] for key in folded.guards.get(left, ()) if key in owner}
        targets = {owner[key].key: owner[key] for key in folded.guards.get(right, ()) if key in owner}
        if not sources or not targets or len(sources) * len(targets) > _RULE_PAIRS:
            continue
        for source in sources.values():
            # Where the other side has a box in the same zone, the line to that one stands for those to the others.
            zone = _zone_of(source)
            near = [target for target in targets.values() if zone and _zone_of(target) is zone]
            for target in near or targets.values():
                if not _nested(source, target) and (target.key, source.key) not in found:
                    boxes[source.key], boxes[target.key] = source, target
                    add(source, target, str(LinkKind.ROUTES_TO), "")
    return _written(found, boxes)


def _written(
    found: Mapping[tuple[str, str], tuple[int, str, int, set[str]]], boxes: Mapping[str, Box]
) -> list[SceneEdge]:
    into: dict[str, int] = {}
    for _, target in found:
        if boxes[target].tier == Tier.SECURITY:
            into[target] = into.get(target, 0) + 1
    edges = []
    for (source, target), (_, kind, count, labels) in sorted(found.items(), key=lambda entry: entry[0]):
        if into.get(target, 0) > _BUSY:
            continue
        label = next(iter(labels)) if len(labels) == 1 else None
        edges.append(SceneEdge(f"{source}->{target}", source, target, kind, count, label=label))
    return edges


def _zone_of(box: Box) -> Box | None:
    return next((outer for outer in box.path() if outer.role == "zone"), None)


def _nested(one: Box, other: Box) -> bool:
    """Whether one box is the other or around it; the picture says that without a line."""
    return any(box is other for box in one.path()) or any(box is one for box in other.path())
