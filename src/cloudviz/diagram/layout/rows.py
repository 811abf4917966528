"""Placing by rows of cells: boxes, then lines through the gaps, then the gaps as wide as the lines need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cloudviz.diagram.layout.cells import Cell
from cloudviz.diagram.layout.crossings import seen_crossings
from cloudviz.diagram.layout.lanes import LAST, OWN_LEFT, OWN_RIGHT, Lane, Sort
from cloudviz.diagram.layout.ordering import Local
from cloudviz.diagram.layout.routing import Router
from cloudviz.diagram.layout.sweep import sort_rows
from cloudviz.diagram.layout.tracks import assign, foresee, points, room_for
from cloudviz.diagram.scene.document import Scene, SceneNode
from cloudviz.diagram.scene.measures import HEADING_HEIGHT, PAGE_MARGIN

Ends = Sequence[tuple[Cell, Cell]]
Lines = list[list[tuple[float, float]]]
Arrange = Callable[[SceneNode | None, Sequence[Cell], Local], Cell]

TOP = PAGE_MARGIN + HEADING_HEIGHT
_ROUNDS = 3
_MOST_LINES = 600  # beyond them a picture is a map, and nobody follows single lines
_MOST_DRAFTED = 5_000  # beyond them the width of gaps is foreseen, not tried
_CROSSING = 120.0  # px of line that weigh as much as one crossing


def place_in_rows(
    scene: Scene,
    children: Mapping[str | None, Sequence[SceneNode]],
    local: Mapping[str | None, Local],
    arrange: Arrange,
    *,
    sort: bool,
    with_lines: bool = True,
) -> tuple[float, float]:
    """Place by rows of cells, and lead edges through the gaps; returns the size of the whole.

    Arguments:
        scene: what is placed.
        children: the nodes in each container, ``None`` for the page.
        local: links among the children of each container.
        arrange: the rows of one container.
        sort: whether rows may be sorted by what they are linked with.
        with_lines: false leaves the edges without points.
    """
    root = _build(scene.nodes, children, local, arrange)
    # a layout may have put another cell in the place of one that it was given
    settled = root.settle()
    cells = {cell.node.id: cell for cell in settled if cell.node is not None}
    _put(root)
    ends = [(cells[edge.source], cells[edge.target]) for edge in scene.edges] if with_lines else []
    lines = _lead(root, ends, settled)
    if sort:
        lines = _sorted(root, ends, lines)
    for node in scene.nodes:
        cell = cells[node.id]
        node.x, node.y, node.width, node.height = round(cell.x, 1), round(cell.y, 1), cell.width, cell.height
        if cell.rows:  # leaves have even sizes
            node.width, node.height = round(cell.width, 1), round(cell.height, 1)
    for edge, line in zip(scene.edges, lines, strict=with_lines):
        edge.points = line
    return root.width, root.height


def _sorted(root: Cell, ends: Ends, lines: Lines) -> Lines:
    """Try rows sorted by what they are linked with, and keep what is best to look at."""
    if len(ends) > _MOST_LINES:
        return lines
    cost = _cost(root, lines)
    for _ in range(_ROUNDS):
        before = sort_rows(ends)
        if not before:
            break
        tried = _lead(root, ends, _anew(root))
        found = _cost(root, tried)
        if found < cost:
            lines, cost = tried, found
            continue
        for cell, at, row in before:
            cell.rows[at] = row
        return _lead(root, ends, _anew(root))
    return lines


def _cost(root: Cell, lines: Lines) -> float:
    crossings, length = seen_crossings(lines)
    return crossings * _CROSSING + length + (root.width + root.height) * 2


def _lead(root: Cell, ends: Ends, cells: Sequence[Cell]) -> Lines:
    """Lead all lines through the gaps, which grow as the lines need; returns the corners of each.

    ``cells`` are all there are, parents first.
    """
    router = Router()
    routes = router.lead(ends)
    lanes = router.lanes
    is_map = len(routes) > _MOST_DRAFTED
    if _widen(foresee(lanes, routes) if is_map else assign(lanes, routes, draft=True)):
        for cell in reversed(cells):
            if cell.rows:
                cell.measure()
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
) -> Cell:
    """Cells from the inside out: scenes list parents before children, so in reverse the innermost come first."""
    cells: dict[str, Cell] = {}
    for node in reversed(nodes):
        inside = [cells[child.id] for child in children.get(node.id, ())]
        cells[node.id] = arrange(node, inside, local.get(node.id, {})) if inside else Cell(node)
    roots = [cells[node.id] for node in children.get(None, ())]
    return arrange(None, roots, local.get(None, {})) if roots else Cell(None)


def _put(root: Cell) -> None:
    if root.rows:
        root.grow(root.width, root.height)
    root.put(PAGE_MARGIN, TOP)


def _widen(needed: list[tuple[Lane, int]]) -> bool:
    """Make channels and gaps as wide as the lines in them need; true when any grew."""
    grown = False
    for lane, tracks in needed:
        room = room_for(tracks)
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


def _anew(root: Cell) -> list[Cell]:
    """Measure and place all cells after their order was changed; returns them, parents first."""
    for cell in reversed(list(root.walk())):
        if cell.rows:
            cell.refit()
    cells = root.settle()
    _put(root)
    return cells
