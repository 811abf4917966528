"""Where everything stands: gives each node of a scene a place and each edge its points.

Pure and deterministic: the same scene gives the same places. Cost: linear in nodes and edges (within a container
n log n), 10,000 nodes in about a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cloudviz.diagram.layout import circular, forces, free, grid, hierarchical
from cloudviz.diagram.layout.cells import Cell
from cloudviz.diagram.layout.free import nest, straight
from cloudviz.diagram.layout.hierarchical import local_links
from cloudviz.diagram.layout.lanes import LAST, Lane, Sort
from cloudviz.diagram.layout.ordering import Local
from cloudviz.diagram.layout.pills import put_labels
from cloudviz.diagram.layout.routing import Router
from cloudviz.diagram.layout.tracks import CLEAR, TRACK, assign, bundle, points
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

Arrange = Callable[[SceneNode | None, Sequence[Cell], Local], Cell]

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
        width, height = nest(scene.nodes, children, local, _FREE[scene.layout], _TOP)
        straight(scene.edges, scene.nodes)
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
    for node in scene.nodes:
        cell = cells[node.id]
        node.x, node.y = round(cell.x, 1), round(cell.y, 1)
        node.width, node.height = round(cell.width, 1), round(cell.height, 1)
    for edge, route in zip(scene.edges, routes, strict=True):
        edge.points = points(route)
    return root.width, root.height


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
    return (arrange(None, roots, local.get(None, {})) if roots else Cell(None)), cells


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
        elif lane.column in (0, LAST):
            for gaps in cell.least_gaps:
                gaps[0 if lane.column == 0 else -1] = room
        else:
            cards = cell.gaps_of(lane.row)[lane.column] - (lane.high - lane.low)
            cell.least_gaps[lane.row][lane.column] = room + max(cards, 0.0)
    return grown


def _remeasure(root: Cell) -> None:
    for cell in reversed(list(root.walk())):
        if cell.rows:
            cell.measure()
