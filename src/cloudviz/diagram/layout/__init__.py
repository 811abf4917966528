"""Where everything stands: gives each node of a scene a place and each edge its points.

Pure and deterministic: the same scene gives the same places. Cost: linear in nodes and edges (within a container
n log n), 10,000 nodes in about a second.
"""

from __future__ import annotations

from cloudviz.diagram.layout.cells import Cell
from cloudviz.diagram.layout.hierarchical import arrange, local_links
from cloudviz.diagram.layout.ordering import Local
from cloudviz.diagram.layout.pills import put_labels
from cloudviz.diagram.layout.routing import Lane, Router
from cloudviz.diagram.layout.tracks import CLEAR, TRACK, Route, assign, points
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode
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

__all__ = ["place"]

_MANY_EDGES = 60_000  # beyond this, lines are drawn in the channels as they are, without widening them


def place(scene: Scene, previous: Scene | None = None) -> Scene:
    """The same scene with places (it is changed and returned).

    ``previous`` is accepted for the stable positions that are to come, and not yet used: a place depends on
    nothing but the scene, and unchanged parts of a scene already keep their shape.
    """
    children: dict[str | None, list[SceneNode]] = {}
    for node in scene.nodes:
        children.setdefault(node.parent, []).append(node)
    parents = {node.id: node.parent for node in scene.nodes}
    edges = [(edge.source, edge.target, edge.count) for edge in scene.edges]
    local = local_links(parents, edges)
    root, cells = _build(scene.nodes, children, local)
    root.settle()
    _put(root)
    routes = _route(scene.edges, cells)
    by_number = {cell.number: cell for cell in root.walk()}
    needed = assign(routes, by_number)
    if routes and len(routes) <= _MANY_EDGES and _widen(needed, by_number):
        _remeasure(root)
        _put(root)
        routes = _route(scene.edges, cells)
        assign(routes, by_number)
    _write(scene, cells, root)
    for edge, route in zip(scene.edges, routes, strict=True):
        edge.points = points(route)
    put_labels(scene.edges, scene.nodes)
    return scene


def _build(
    nodes: list[SceneNode],
    children: dict[str | None, list[SceneNode]],
    local: dict[str | None, dict[str, dict[str, float]]],
) -> tuple[Cell, dict[str, Cell]]:
    """Cells from the inside out: scenes list parents before children, so in reverse the innermost come first."""
    cells: dict[str, Cell] = {}
    nothing: Local = {}
    for node in reversed(nodes):
        inside = [cells[child.id] for child in children.get(node.id, ())]
        cells[node.id] = arrange(node, inside, local.get(node.id, nothing)) if inside else Cell(node)
    roots = [cells[node.id] for node in children.get(None, ())]
    root = arrange(None, roots, local.get(None, nothing)) if roots else Cell(None)
    return root, cells


def _put(root: Cell) -> None:
    if root.rows:
        root.grow(root.width, root.height)
    root.put(PAGE_MARGIN, PAGE_MARGIN + HEADING_HEIGHT)


def _route(edges: list[SceneEdge], cells: dict[str, Cell]) -> list[Route]:
    router = Router()
    return [router.route(cells[edge.source], cells[edge.target]) for edge in edges]


def _widen(needed: dict[Lane, int], cells: dict[int, Cell]) -> bool:
    """Make channels and gaps as wide as the lines in them need; true when any grew."""
    grown = False
    for lane, tracks in needed.items():
        if lane.sort == "header" or not tracks:
            continue
        cell = cells[lane.cell]
        room = 2 * CLEAR + (tracks - 1) * TRACK
        if lane.sort == "channel":
            sizes, at = cell.least_channels, lane.row
        else:
            sizes = cell.least_gaps[0 if cell.is_grid else lane.row]
            at = min(lane.column, len(sizes) - 1)
        if lane.sort == "gap" and (lane.column == 0 or lane.column >= len(sizes)):
            margin = cell.content_left - cell.x if lane.column == 0 else cell.x + cell.width - cell.content_right
            side = 0 if lane.column == 0 else -1
            if margin < room:
                grown = True
                for row in cell.least_gaps:
                    row[side] = max(row[side], room)
        elif sizes[at] < room:
            sizes[at] = room
            grown = True
    return grown


def _remeasure(root: Cell) -> None:
    for cell in reversed(list(root.walk())):
        if cell.rows:
            cell.measure()


def _write(scene: Scene, cells: dict[str, Cell], root: Cell) -> None:
    for node in scene.nodes:
        cell = cells[node.id]
        node.x, node.y = round(cell.x, 1), round(cell.y, 1)
        node.width, node.height = round(cell.width, 1), round(cell.height, 1)
        if node.container:
            rest = title_width("", node.sublabel)
            room = node.width - max(rest, TITLE_LEFT) - TITLE_LEFT
            node.label = fit(node.title, room, TITLE_SIZE, TITLE_WEIGHT)
    scene.width = round(root.width + 2 * PAGE_MARGIN, 1)
    scene.height = round(root.height + 2 * PAGE_MARGIN + HEADING_HEIGHT + FOOTER_HEIGHT, 1)
