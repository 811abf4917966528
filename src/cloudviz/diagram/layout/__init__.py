"""Where everything stands: gives each node of a scene a place and each edge its points.

Pure and deterministic: the same scene gives the same places. Cost: linear in nodes and edges (within a container
n log n), 10,000 nodes in about a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cloudviz.diagram.layout import circular, forces, free, grid, hierarchical
from cloudviz.diagram.layout.cells import Cell
from cloudviz.diagram.layout.crossings import seen_crossings
from cloudviz.diagram.layout.free import nest
from cloudviz.diagram.layout.hierarchical import local_links
from cloudviz.diagram.layout.lanes import LAST, OWN_LEFT, OWN_RIGHT, Lane, Sort
from cloudviz.diagram.layout.ordering import Local
from cloudviz.diagram.layout.pills import put_labels
from cloudviz.diagram.layout.routing import Router
from cloudviz.diagram.layout.sweep import sort_rows
from cloudviz.diagram.layout.tracks import CLEAR, TRACK, assign, bundle, points
from cloudviz.diagram.layout.ways import lead
from cloudviz.diagram.options import LAYOUTS
from cloudviz.diagram.scene.document import Scene, SceneNode
from cloudviz.diagram.scene.measures import (
    FOOTER_HEIGHT,
    HEADING_HEIGHT,
    PAGE_MARGIN,
    TITLE_LEFT,
    TITLE_SIZE,
    TITLE_WEIGHT,
    title_width,
)
from cloudviz.diagram.text import fit
from cloudviz.errors import Invalid

__all__ = ["place"]

Ends = Sequence[tuple[Cell, Cell]]
Lines = list[list[tuple[float, float]]]
Arrange = Callable[[SceneNode | None, Sequence[Cell], Local], Cell]

_ROUNDS = 3
_MOST_LINES = 600  # beyond them a picture is a map, and nobody follows single lines
_CROSSING = 120.0  # px of line that weigh as much as one crossing
_TOP = PAGE_MARGIN + HEADING_HEIGHT
_ROWS: dict[str, Arrange] = {"hierarchical": hierarchical.arrange, "grid": grid.arrange}
_FREE: dict[str, free.Arrange] = {"circular": circular.arrange, "force-directed": forces.arrange}


def place(scene: Scene, previous: Scene | None = None) -> Scene:
    """The same scene with places (it is changed and returned).

    ``previous`` is accepted for the stable positions that are to come, and not yet used: a place depends on
    nothing but the scene, and unchanged parts of a scene already keep their shape.
    """
    children: dict[str | None, list[SceneNode]] = {}
    for node in scene.nodes:
        children.setdefault(node.parent, []).append(node)
    parents = {node.id: node.parent for node in scene.nodes}
    local = local_links(parents, [(edge.source, edge.target, edge.count) for edge in scene.edges])
    if scene.layout in _ROWS:
        width, height = _in_rows(scene, children, local)
    elif scene.layout in _FREE:
        width, height = nest(scene.nodes, scene.edges, children, _FREE[scene.layout], _TOP)
        lead(scene.nodes, scene.edges)
    else:
        raise Invalid(f"the layout {scene.layout!r} is not known", hint=f"Use one of: {', '.join(LAYOUTS)}.")
    for node in scene.nodes:
        if node.container:
            behind = title_width("", node.sublabel) if node.sublabel else TITLE_LEFT
            node.label = fit(node.title, node.width - behind - TITLE_LEFT, TITLE_SIZE, TITLE_WEIGHT)
    put_labels(scene.edges, scene.nodes)
    scene.width = round(width + 2 * PAGE_MARGIN, 1)
    scene.height = round(height + _TOP + PAGE_MARGIN + FOOTER_HEIGHT, 1)
    return scene


def _in_rows(
    scene: Scene, children: Mapping[str | None, Sequence[SceneNode]], local: Mapping[str | None, Local]
) -> tuple[float, float]:
    """Place by rows of cells, and lead edges through the gaps; returns the size of the whole."""
    root, cells = _build(scene.nodes, children, local, _ROWS[scene.layout])
    root.settle()
    _put(root)
    ends = [(cells[edge.source], cells[edge.target]) for edge in scene.edges]
    lines = _lead(root, ends)
    if scene.layout == "hierarchical":
        lines = _sorted(root, ends, lines)
    for node in scene.nodes:
        cell = cells[node.id]
        node.x, node.y = round(cell.x, 1), round(cell.y, 1)
        node.width, node.height = round(cell.width, 1), round(cell.height, 1)
    for edge, line in zip(scene.edges, lines, strict=True):
        edge.points = line
    return root.width, root.height


def _sorted(root: Cell, ends: Ends, lines: Lines) -> Lines:
    """Try rows sorted by what they are linked with, and keep what is best to look at."""
    cost = _cost(root, lines)
    for _ in range(_ROUNDS if len(ends) <= _MOST_LINES else 0):
        before = sort_rows(ends)
        if not before:
            break
        _anew(root)
        tried = _lead(root, ends)
        found = _cost(root, tried)
        if found < cost:
            lines, cost = tried, found
            continue
        for cell, at, row in before:
            cell.rows[at] = row
        _anew(root)
        return _lead(root, ends)
    return lines


def _cost(root: Cell, lines: Lines) -> float:
    crossings, length = seen_crossings(lines)
    return crossings * _CROSSING + length + (root.width + root.height) * 2


def _lead(root: Cell, ends: Ends) -> Lines:
    """Lead all lines through the gaps, which grow as the lines need; returns the corners of each."""
    router = Router()
    routes = [router.route(source, target) for source, target in ends]
    bundle(ends, routes)
    lanes = list(router.lanes.values())
    if _widen(assign(lanes, routes)):
        _remeasure(root)
        _put(root)
        for lane in lanes:
            lane.refresh()
        assign(lanes, routes)
    return [points(route) for route in routes]


def _build(
    nodes: Sequence[SceneNode],
    children: Mapping[str | None, Sequence[SceneNode]],
    local: Mapping[str | None, Local],
    arrange: Arrange,
) -> tuple[Cell, dict[str, Cell]]:
    """Cells from the inside out: scenes list parents before children, so in reverse the innermost come first."""
    cells: dict[str, Cell] = {}
    for node in reversed(nodes):
        inside = [cells[child.id] for child in children.get(node.id, ())]
        cells[node.id] = arrange(node, inside, local.get(node.id, {})) if inside else Cell(node)
    roots = [cells[node.id] for node in children.get(None, ())]
    root = arrange(None, roots, local.get(None, {})) if roots else Cell(None)
    # a layout may have put another cell in the place of one that it was given
    return root, {cell.node.id: cell for cell in root.walk() if cell.node is not None}


def _put(root: Cell) -> None:
    if root.rows:
        root.grow(root.width, root.height)
    root.put(PAGE_MARGIN, _TOP)


def _widen(needed: list[tuple[Lane, int]]) -> bool:
    """Make channels and gaps as wide as the lines in them need; true when any grew."""
    grown = False
    for lane, tracks in needed:
        room = 2 * CLEAR + (tracks - 1) * TRACK
        if lane.sort == Sort.HEADER or not tracks or lane.high - lane.low >= room:
            continue
        grown = True
        cell = lane.cell
        if lane.sort == Sort.CHANNEL:
            cards = cell.channels[lane.row] - (lane.high - lane.low)  # what stacks take of the channel
            cell.least_channels[lane.row] = room + cards
        elif lane.column in (OWN_LEFT, OWN_RIGHT):
            cell.least_gaps[lane.row][0 if lane.column == OWN_LEFT else -1] += room - (lane.high - lane.low)
        elif lane.column in (0, LAST):
            for gaps in cell.least_gaps:
                gaps[0 if lane.column == 0 else -1] = room
        else:
            cards = cell.gaps_of(lane.row)[lane.column] - (lane.high - lane.low)
            cell.least_gaps[lane.row][lane.column] = room + max(cards, 0.0)
    return grown


def _anew(root: Cell) -> None:
    """Measure and place all cells after their order was changed."""
    for cell in reversed(list(root.walk())):
        if cell.rows:
            cell.refit()
    root.settle()
    _put(root)


def _remeasure(root: Cell) -> None:
    for cell in reversed(list(root.walk())):
        if cell.rows:
            cell.measure()
