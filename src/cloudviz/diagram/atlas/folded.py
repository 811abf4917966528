"""Resources that no box shows: into which box each is folded, so that somebody who looks for it is led there.

Interfaces, route tables, security groups and roles are plumbing: drawing each would hide what they serve. Each
belongs to the one box that it is attached to, else to the one that it serves; where it serves several, to the
innermost container around them. What serves nothing belongs to what it lies in, else to its account. Pure.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cloudviz.diagram.scene.document import SceneNode
from cloudviz.inventory.model import Graph, LinkKind

ON_THE_MAP = -1
"""The number that stands for no box: for what belongs to none."""

_MOST_SERVED = 50
"""So many boxes are looked at for their common container: a role of a thousand functions has that of the first."""

_ROUNDS = 4
"""A policy of a role of a machine: each round follows one resource without a box further."""


class FoldedResource(NamedTuple):
    """A resource without a box, as it is listed."""

    id: str
    name: str
    type: str
    kind: str
    provider: str


def folded_into(
    graph: Graph, nodes: Sequence[SceneNode], parents: array[int], shown: Mapping[str, int]
) -> dict[int, list[FoldedResource]]:
    """Box → what is folded into it, by kind and name.

    Arguments:
        graph: all resources of the map, and the links between them.
        nodes: the boxes.
        parents: number of a box → that of the container around it, -1 outermost.
        shown: id of a box or of a resource that a box shows → its number.
    """
    hidden = [id for id in graph.resources if id not in shown]
    if not hidden:
        return {}
    wanted = set(hidden)
    near: dict[str, dict[str, None]] = {id: {} for id in hidden}
    attached: dict[str, set[int]] = {}
    for link in graph.links:
        if link.kind == LinkKind.CONTAINS:
            continue
        for id, other in ((link.source, link.target), (link.target, link.source)):
            if id in wanted:
                near[id][other] = None
                if link.kind == LinkKind.ATTACHED_TO and other in shown:
                    attached.setdefault(id, set()).add(shown[other])
    holds: dict[str, list[int]] = {}
    for id, item in graph.resources.items():
        if item.parent in wanted and id in shown:
            holds.setdefault(item.parent, []).append(shown[id])
    hosts: dict[str, int] = {}
    for id, inner in holds.items():  # what gave its name to a box, or was dissolved into one
        common = _common(sorted(inner)[:_MOST_SERVED], nodes, parents)
        if common is not None:
            hosts[id] = common
    for id, boxes in attached.items():
        leaves = [number for number in boxes if not nodes[number].container]
        if len(leaves) == 1:  # a disk is its machine's, though its key and its copies are drawn too
            hosts[id] = leaves[0]
    for _ in range(_ROUNDS):
        found = {}
        for id in hidden:
            if id not in hosts:
                number = _host(id, graph, near[id], nodes, parents, shown, hosts)
                if number is not None:
                    found[id] = number
        if not found:
            break
        hosts.update(found)
    accounts = _accounts(graph, nodes, parents)
    by_host: dict[int, list[FoldedResource]] = {}
    for id in hidden:
        item = graph.resources[id]
        number = hosts.get(id)
        if number is None:
            number = accounts.get((item.provider, item.account), ON_THE_MAP)
        listed = FoldedResource(id, item.name, item.type, str(item.kind), item.provider)
        by_host.setdefault(number, []).append(listed)
    for items in by_host.values():
        items.sort(key=lambda item: (item.kind, item.name, item.id))
    return by_host


def _host(
    id: str,
    graph: Graph,
    near: Mapping[str, None],
    nodes: Sequence[SceneNode],
    parents: array[int],
    shown: Mapping[str, int],
    hosts: Mapping[str, int],
) -> int | None:
    boxes = sorted({shown[other] for other in near if other in shown})
    leaves = [number for number in boxes if not nodes[number].container]
    served = leaves or boxes
    if len(served) == 1:
        return served[0]
    around = _lies_in(id, graph, shown)
    if served:
        common = _common(served[:_MOST_SERVED], nodes, parents)
        if common is not None:
            return common
        return around if around is not None else served[0]
    through = sorted({hosts[other] for other in near if other in hosts})
    if through:
        return through[0] if around is None or len(through) == 1 else around
    return around


def _lies_in(id: str, graph: Graph, shown: Mapping[str, int]) -> int | None:
    """The box of what it lies in, however far around."""
    seen = {id}
    at = graph.resources[id].parent
    while at and at not in seen:
        if at in shown:
            return shown[at]
        seen.add(at)
        item = graph.resources.get(at)
        at = item.parent if item is not None else None
    return None


def _common(numbers: Sequence[int], nodes: Sequence[SceneNode], parents: array[int]) -> int | None:
    """The innermost container around all of some boxes; one of them may be it."""
    paths = [_path(number, nodes, parents) for number in numbers]
    common: int | None = None
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        common = level[0]
    return common


def _path(number: int, nodes: Sequence[SceneNode], parents: array[int]) -> list[int]:
    """The containers around a box, outermost first, and itself when it is one."""
    path = [number] if nodes[number].container else []
    at = parents[number]
    while at >= 0:
        path.insert(0, at)
        at = parents[at]
    return path


def _accounts(graph: Graph, nodes: Sequence[SceneNode], parents: array[int]) -> dict[tuple[str, str], int]:
    """The box of each account; the outermost one around a resource of it where it has none of its own."""
    found: dict[tuple[str, str], int] = {}
    for number, node in enumerate(nodes):
        item = graph.resources.get(node.members[0] if node.members else node.id)
        if item is None or (item.provider, item.account) in found:
            continue
        path = _path(number, nodes, parents)
        if path:
            named = (at for at in path if nodes[at].role == "account")
            found[item.provider, item.account] = next(named, path[0])
    return found
