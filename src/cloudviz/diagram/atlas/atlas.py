"""The atlas: a scene packed for being asked about by tile, by resource and by container."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from cloudviz.diagram.atlas.bundles import Parting, between, bundled, parted
from cloudviz.diagram.atlas.folded import ON_THE_MAP, FoldedResource, folded_into
from cloudviz.diagram.atlas.layers import Layer, Leaves, read_leaves, worked_out
from cloudviz.diagram.atlas.levels import BORN, TILE, Levels, Tile
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode, edge_document, node_document
from cloudviz.errors import NotFound
from cloudviz.inventory.model import Coverage, Graph

WHOLE = 3000
"""So many boxes, and four times as many lines, are handed over at once: then every line can be drawn."""

MOST_LINES = 600
"""Lines of one tile. Those that stand for most links come first; any line is there for who asks about its ends."""

MOST_BUNDLES = 80
"""Bundles that begin or end in one tile, those of most links first: more would hide what they connect."""

MOST_KINDS = 6
"""Kinds that a container tells of what is in it."""

FORMAT = "cloudviz.atlas/1"

NOTHING_FOLDED: Mapping[int, list[FoldedResource]] = {}


@dataclass(frozen=True, slots=True)
class Around:
    """A part of the map as numbers of boxes and lines: what hangs together with a box, or a way between two."""

    nodes: list[int]
    edges: list[int]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Children:
    """What lies directly in a box: numbers of boxes in the order of their labels, and what is folded into it."""

    nodes: list[int]
    more: bool
    folded: list[FoldedResource] = field(default_factory=list)


@dataclass(slots=True)
class _Inside:
    """What a container holds, all levels down."""

    resources: int = 0
    cost: float = 0.0
    priced: bool = False
    largest: float = 0.0
    changes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)


class Atlas:
    """A laid-out scene as a map.

    Arguments:
        scene: with places.
        leaves: the values of each layer on its boxes, by the layer's name.
        version: a word that stands for all this was made of.
        folded: number of a box → the resources without a box that belong to it.
    """

    def __init__(
        self,
        scene: Scene,
        leaves: Mapping[str, Leaves],
        version: str = "",
        folded: Mapping[int, list[FoldedResource]] = NOTHING_FOLDED,
    ) -> None:
        nodes = scene.nodes
        self.version = version
        self.count = len(nodes)
        self.line_count = len(scene.edges)
        self.summary: dict[str, Any] = Scene(
            scene.layout, scene.theme, scene.width, scene.height, summary=scene.summary, title=scene.title
        ).to_document()
        self._numbers = {node.id: number for number, node in enumerate(nodes)}
        self._hosts = {id: number for number, node in enumerate(nodes) for id in node.members}
        self._parents = array("l", (self._numbers.get(node.parent or "", -1) for node in nodes))
        self._facts = [(node.container, node.count) for node in nodes]
        #: Number of a box → the resources without a box that belong to it.
        self.folded = folded
        self._folded_in = {item.id: number for number, items in folded.items() for item in items}
        whole = len(nodes) <= WHOLE and len(scene.edges) <= 4 * WHOLE
        smallest = min((max(node.width, node.height) for node in nodes), default=1.0)
        self.levels = Levels.over(scene.width, scene.height, smallest, whole=whole)
        inside = self._count_inside(nodes)
        folds = {number: len(items) for number, items in folded.items()}
        self._rows = [self._row(node, inside.get(at), folds.get(at, 0)) for at, node in enumerate(nodes)]
        self._places = [(node.x, node.y, node.width, node.height) for node in nodes]
        self._children = self._by_parent(nodes)
        self._tiles: dict[Tile, list[int]] = {}
        self._lines: dict[Tile, list[int]] = {}
        self._ends = [
            (self._numbers.get(edge.source, -1), self._numbers.get(edge.target, -1)) for edge in scene.edges
        ]
        self._edges = [orjson.dumps(edge_document(edge)) for edge in scene.edges]
        self._near: dict[int, list[int]] = {}
        for line, ends in enumerate(self._ends):
            for end in dict.fromkeys(ends):
                if end >= 0:
                    self._near.setdefault(end, []).append(line)
        self._bundles: dict[Tile, list[bytes]] = {}
        self._cut(scene)
        #: The values of each layer on the boxes, by its name.
        self.leaves = dict(leaves)
        self._layers: dict[str, Layer] = {}
        #: Roughly what it costs to keep, in bytes.
        self.size = sum(map(len, self._rows)) + sum(map(len, self._edges)) + 400 * self.count

    @classmethod
    def of(
        cls,
        scene: Scene,
        graph: Graph,
        coverage: Sequence[Coverage] = (),
        version: str = "",
    ) -> Atlas:
        """The atlas of a scene, with layers read from what its boxes stand for, and what is folded into them.

        Arguments:
            scene: with places.
            graph: what the boxes stand for, and what they do not show.
            coverage: what was looked at, for the layer of that name.
            version: as for the class.
        """
        leaves = read_leaves(scene.nodes, graph.resources, coverage, with_changes=bool(scene.summary.changes))
        numbers = {node.id: number for number, node in enumerate(scene.nodes)}
        parents = array("l", (numbers.get(node.parent or "", -1) for node in scene.nodes))
        shown = {id: number for number, node in enumerate(scene.nodes) for id in node.members} | numbers
        return cls(scene, leaves, version, folded_into(graph, scene.nodes, parents, shown))

    # ---- what there is

    def document(self, layer: str = "") -> dict[str, Any]:
        """What a map has to know before its first tile. Raises NotFound for an unknown layer."""
        return {
            "format": FORMAT,
            "version": self.version,
            "title": self.summary["title"],
            "layout": self.summary["layout"],
            "theme": self.summary["theme"],
            "width": self.summary["width"],
            "height": self.summary["height"],
            "tile": TILE,
            "born": BORN,
            "levels": self.levels.count,
            "boxes": self.count,
            "lines": self.line_count,
            "summary": self.summary["summary"],
            "layers": sorted(self.leaves),
            "layer": self._legend(layer) if layer else None,
        }

    def layer(self, name: str) -> Layer:
        """A layer for every box; worked out once. Raises NotFound."""
        if name not in self.leaves:
            raise NotFound(
                f"this map has no layer {name!r}", hint=f"It has: {', '.join(sorted(self.leaves)) or 'none'}."
            )
        if name not in self._layers:
            self._layers[name] = worked_out(name, self.leaves[name], self._facts, self._parents)
        return self._layers[name]

    # ---- by place

    def tile(self, tile: Tile, layer: str = "") -> bytes:
        """A tile as JSON: ``nodes``, ``edges`` and, with a layer, ``paint``: value and share of each node.

        ``bundles`` are the lines from afar that begin or end in it, for its level only; left out where there are
        none. Empty where the map has nothing, and where there is no such tile.
        """
        bundles = self._bundles.get(tile, ())
        more = f',"bundles":[{b",".join(bundles).decode()}]' if bundles else ""
        return self.part(self._tiles.get(tile, ()), self._lines.get(tile, ()), layer, more)

    def part(self, nodes: Iterable[int], edges: Iterable[int], layer: str = "", more: str = "") -> bytes:
        """Some boxes and lines as JSON; ``more`` is what else the object holds, as JSON with a comma before it."""
        nodes = list(nodes)
        paint = ""
        if layer:
            found = self.layer(layer)
            paint = ',"paint":' + orjson.dumps([[found.of_node[at], found.shares[at]] for at in nodes]).decode()
        rows = b",".join(self._rows[at] for at in nodes)
        lines = b",".join(self._edges[at] for at in edges)
        return b'{"nodes":[' + rows + b'],"edges":[' + lines + b"]" + (paint + more).encode() + b"}"

    # ---- by resource

    def showing(self, id: str) -> int:
        """The number of the box that shows a resource, or that has this id. Raises NotFound."""
        number = self._numbers.get(id, self._hosts.get(id, -1))
        if number < 0:
            raise NotFound(
                f"the map has no box for {id!r}",
                hint="It may be folded into another one, or lie beyond the filter.",
            )
        return number

    def first_shown(self, ids: Sequence[str]) -> tuple[str, int]:
        """The first of some ids that a box shows, and its number. Raises NotFound."""
        for id in ids:
            if id in self._numbers or id in self._hosts:
                return id, self.showing(id)
        for id in ids:
            if self.host(id) is not None:
                return id, self._folded_in[id]
        return ids[0], self.showing(ids[0])

    def host(self, id: str) -> int | None:
        """The number of the box into which a resource is folded; None when it is not, or belongs to no box."""
        number = self._folded_in.get(id, ON_THE_MAP)
        return number if number >= 0 else None

    def path(self, number: int) -> list[int]:
        """The containers around a box, outermost first."""
        path: list[int] = []
        at = self._parents[number]
        while at >= 0:
            path.insert(0, at)
            at = self._parents[at]
        return path

    def children(self, parent: str, start: int = 0, limit: int = 100, *, only_folded: bool = False) -> Children:
        """What lies directly in a box, and what is folded into it; at the outermost level for an empty id.

        Raises NotFound.
        """
        number = ON_THE_MAP
        if parent:
            number = self._numbers.get(parent, -1)
            if number < 0:
                raise NotFound(f"the map has no container {parent!r}", hint="Open the map again: it has changed.")
        boxes = [] if only_folded else self._children.get(number, [])
        folded = self.folded.get(number, [])
        behind = max(0, start - len(boxes))
        end = start + limit
        return Children(
            boxes[start:end], len(boxes) + len(folded) > end, folded[behind : max(behind, end - len(boxes))]
        )

    def folded_row(self, item: FoldedResource, parent: str) -> bytes:
        """A resource without a box as JSON: as the box that it would have, without a place."""
        return orjson.dumps(
            {
                "id": item.id,
                "parent": parent or None,
                "container": False,
                "folded": True,
                "label": item.name or item.id,
                "title": item.name or item.id,
                "type": item.type,
                "kind": item.kind,
                "provider": item.provider,
                "count": 1,
                "members": [item.id],
            }
        )

    def around(self, number: int, hops: int, most: int = 500) -> Around:
        """The boxes within so many lines of a box, nearest first, and the lines between them.

        For a container the lines of all that is in it count as its own.
        """
        reached = dict.fromkeys(self._within(number) if self._facts[number][0] else [number])
        edge = list(reached)
        for _ in range(hops):
            step: dict[int, None] = {}
            for at in edge:
                for line in self._near.get(at, ()):
                    for end in self._ends[line]:
                        if end >= 0 and end not in reached:
                            step[end] = None
            edge = list(step)
            reached.update(step)
            if len(reached) > most or not edge:
                break
        nodes = list(reached)[:most]
        kept = set(nodes)
        lines = dict.fromkeys(
            line for at in nodes for line in self._near.get(at, ()) if all(end in kept for end in self._ends[line])
        )
        return Around(nodes, list(lines), len(reached) > most)

    def way(self, source: int, target: int) -> Around:
        """A shortest way along lines between two boxes, whichever way they point. Raises NotFound."""
        came: dict[int, tuple[int, int]] = {source: (-1, -1)}
        queue = deque([source])
        while queue and target not in came:
            at = queue.popleft()
            for line in self._near.get(at, ()):
                for end in self._ends[line]:
                    if end >= 0 and end not in came:
                        came[end] = (at, line)
                        queue.append(end)
        if target not in came:
            raise NotFound(
                "no links lead from the one to the other", hint="Both may hang together by what is folded."
            )
        nodes, lines = [target], []
        while nodes[-1] != source:
            at, line = came[nodes[-1]]
            nodes.append(at)
            lines.append(line)
        return Around(nodes[::-1], lines[::-1])

    def row(self, number: int) -> bytes:
        """A box as JSON."""
        return self._rows[number]

    # ---- making it

    def _legend(self, name: str) -> dict[str, Any]:
        layer = self.layer(name)
        return {
            "name": layer.name,
            "scale": layer.scale,
            "values": [{"value": each.value, "count": each.count} for each in layer.values],
        }

    def _within(self, container: int) -> list[int]:
        found, left = [], [container]
        while left:
            at = left.pop()
            found.append(at)
            left.extend(self._children.get(at, ()))
        return found

    def _by_parent(self, nodes: Sequence[SceneNode]) -> dict[int, list[int]]:
        children: dict[int, list[int]] = {}
        for number, parent in enumerate(self._parents):
            children.setdefault(parent, []).append(number)
        for found in children.values():
            found.sort(key=lambda at: (not nodes[at].container, nodes[at].title or nodes[at].label, nodes[at].id))
        return children

    def _count_inside(self, nodes: Sequence[SceneNode]) -> dict[int, _Inside]:
        inside: dict[int, _Inside] = defaultdict(_Inside)
        for number, node in enumerate(nodes):
            parent = self._parents[number]
            if parent >= 0:
                around = inside[parent]
                around.largest = max(around.largest, node.width, node.height)
            if node.container:
                continue
            cost = None if node.cost_monthly is None else float(node.cost_monthly)
            while parent >= 0:
                around = inside[parent]
                around.resources += node.count
                around.kinds[node.kind] += node.count
                if cost is not None:
                    around.cost += cost
                    around.priced = True
                if node.change:
                    around.changes[node.change] += 1
                parent = self._parents[parent]
        return inside

    def _row(self, node: SceneNode, inside: _Inside | None, folds: int) -> bytes:
        document = node_document(node)
        if self.levels.count > 1 or node.container:
            # Whoever wants to know what a stack stands for asks for the box.
            document["members"] = document["members"][:50]
        if inside is not None:
            document["inside"] = {
                "resources": inside.resources,
                "cost_monthly": document["cost_monthly"]
                if node.cost_monthly is not None
                else (round(inside.cost, 2) if inside.priced else None),
                "changes": dict(sorted(inside.changes.items())),
                "kinds": sorted(inside.kinds.items(), key=lambda each: (-each[1], each[0]))[:MOST_KINDS],
                "largest": round(float(inside.largest), 1),
            }
        if folds:
            document["folds"] = folds
        return orjson.dumps(document)

    def _cut(self, scene: Scene) -> None:
        levels = self.levels
        born = array("B", (levels.born(max(node.width, node.height)) for node in scene.nodes))
        for number, node in enumerate(scene.nodes):
            tile = levels.at(born[number], node.x + node.width / 2, node.y + node.height / 2)
            self._tiles.setdefault(tile, []).append(number)
        ranked = sorted(range(len(scene.edges)), key=lambda line: (-scene.edges[line].count, scene.edges[line].id))
        for line in ranked:
            points = scene.edges[line].points
            ends = [born[end] for end in self._ends[line] if end >= 0]
            if len(points) < 2 or not ends:
                continue
            for tile in levels.crossed(max(ends), points):
                found = self._lines.setdefault(tile, [])
                if levels.count == 1 or len(found) < MOST_LINES:
                    found.append(line)
        self._bundle(scene, born)

    def _bundle(self, scene: Scene, born: Sequence[int]) -> None:
        lines = []
        for (one, other), edge in zip(self._ends, scene.edges, strict=True):
            ends = parted(one, other, self._parents) if min(one, other) >= 0 else None
            if ends is not None:
                lines.append(Parting(*ends, max(born[one], born[other]), edge.kind, edge.count))
        for level in range(self.levels.count - 1):
            for bundle in bundled(level, lines, born):
                source, target = scene.nodes[bundle.source], scene.nodes[bundle.target]
                places = [self._places[bundle.source], self._places[bundle.target]]
                tiles = dict.fromkeys(
                    self.levels.at(level, x + width / 2, y + height / 2) for x, y, width, height in places
                )
                free = [tile for tile in tiles if len(self._bundles.get(tile, ())) < MOST_BUNDLES]
                if not free:
                    continue
                points = between(places[0], places[1])
                edge = SceneEdge(
                    f"bundle:{level}:{source.id}>{target.id}",
                    source.id,
                    target.id,
                    bundle.kind,
                    bundle.count,
                    points,
                    str(bundle.count) if bundle.count > 1 else None,
                    tuple(round((a + b) / 2, 2) for a, b in zip(*points, strict=True)),
                )
                row = orjson.dumps(edge_document(edge))
                for tile in free:
                    self._bundles.setdefault(tile, []).append(row)
