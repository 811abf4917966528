"""The default layout: nested boxes top-down, from who is asked to who holds the data.

What stands at the edge (DNS, CDN, gateways, balancers) is put above the boxes, zones side by side with like
subnets at the same height, groups of regional services in a column beside the networks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import log

from cloudviz.catalogue.kinds import Tier
from cloudviz.diagram.layout.cells import GAP, Cell
from cloudviz.diagram.layout.ordering import Local, chains, flow
from cloudviz.diagram.layout.packing import ASPECT, column, columns_for, pack
from cloudviz.diagram.scene.document import SceneNode
from cloudviz.diagram.scene.measures import (
    LEAF_HEIGHT,
    LEAF_PADDING,
    LEAF_WIDEST,
    LEAF_WIDTH,
    leaf_text_width,
)

Shape = Callable[[SceneNode | None, Sequence[Cell], Local, float], Cell]

_ABOVE = (Tier.EDGE, Tier.ENTRY)
_SUBNET_ROWS = {Tier.EDGE: 0, Tier.COMPUTE: 1, Tier.DATA: 2}
_MAIN = 0.35  # share of a container from which a child's shape decides that of the whole
_SHAPED = ("account", "region")  # what holds so much that its shape makes that of the page
_SHAPES = (0.8, 2.4)
_EDGE = (-1, "")
_LETTER = re.compile(r"[\s\-_]*(?:[a-f]|\d[a-f]?)(?=\s|$)|\s[\d.]+/\d+", re.IGNORECASE)


def arrange(node: SceneNode | None, cells: Sequence[Cell], local: Local) -> Cell:
    """The cell of one container (``None``: the page) from the cells of its children, which have their sizes."""
    return best_shape(_arrange, node, cells, local)


def best_shape(shape: Shape, node: SceneNode | None, cells: Sequence[Cell], local: Local) -> Cell:
    """Arrange a container; where one child is most of it, other shapes of that child are tried too.

    What stands beside that child may fit better then.

    Arguments:
        shape: arranges the children of a container towards an aspect.
        node: the container, ``None``: the page.
        cells: its children.
        local: links among them.
    """
    best = shape(node, cells, local, ASPECT)
    best.inside, best.links = cells, local
    if len(cells) < 2 or (node is not None and node.role not in _SHAPED):
        return best
    largest = max(cells, key=lambda cell: cell.width * cell.height)
    if largest.inside and largest.width * largest.height > _MAIN * best.width * best.height:
        cost = _page_cost(best)
        for aspect in _SHAPES:
            other = shape(largest.node, largest.inside, largest.links, aspect)
            if other.width == largest.width and other.height == largest.height:
                continue
            other.inside, other.links = largest.inside, largest.links
            tried = shape(node, [other if cell is largest else cell for cell in cells], local, ASPECT)
            found = _page_cost(tried)
            if found < cost - 0.02:
                best, cost = tried, found
    best.inside, best.links = cells, local
    return best


def _page_cost(cell: Cell) -> float:
    shape = max(abs(log(cell.width / cell.height / ASPECT)) - 0.25, 0.0)
    return log(cell.width * cell.height) + (0.8 if cell.node is None else 0.4) * shape


def _arrange(node: SceneNode | None, cells: Sequence[Cell], local: Local, aspect: float) -> Cell:
    leaves = [cell for cell in cells if not cell.rows and cell.node is not None]
    boxes = [cell for cell in cells if cell.rows]
    if not boxes:
        return Cell(node, grid_rows(leaves, local), is_grid=True)
    if node is not None and node.role == "zone":
        boxes, leaves = subnets_apart(cells)
    above = [cell for cell in leaves if is_above(cell)]
    groups = [cell for cell in boxes if role(cell) == "group"]
    if groups:
        groups += [cell for cell in leaves if role(cell) == "group"]
        for cell in groups:
            if cell.is_leaf:
                cell.width = leaf_width(cell)
    beside_ = {id(cell) for cell in groups}
    below = [cell for cell in leaves if not is_above(cell) and id(cell) not in beside_]
    rows: list[list[Cell]] = []
    if above:
        rows.append([block(above, local, wide=True)])
    zones = [cell for cell in boxes if role(cell) == "zone"]
    others = [cell for cell in boxes if role(cell) not in ("zone", "group")]
    aligned = False
    if len(zones) == 1 and len(zones[0].rows) > 2:
        # nothing stands beside it, so its subnets need not stand on top of each other
        zones[0].rows = pack([cell for row in zones[0].rows for cell in row], keep_order=True)
        zones[0].refit()
    if zones and len(zones) <= 4:
        rows.append(zones)
        aligned = len(zones) > 1
        rows.extend(pack(by_flow(others, local)) if others else [])
    elif node is not None and node.role == "zone" and len(others) <= 5:
        rows.extend([cell] for cell in others)
    elif groups and others:
        rows.extend(beside(pack([*zones, *by_flow(others, local)], aspect), groups, aspect))
    else:
        strict = 1.5 if node is None else 0.8
        rows.extend(pack(by_flow([*zones, *others, *groups], local), aspect, strict=strict))
    if below:
        rows.append([block(below, local, wide=True)])
    cell = Cell(node, rows)
    cell.justify = True
    if aligned:
        _match_rows(zones)
        cell.aligned = True
        cell.measure()
    return cell


def is_above(cell: Cell) -> bool:
    """Whether a leaf belongs above the boxes: what traffic meets first."""
    return cell.node is not None and cell.node.tier in _ABOVE and not cell.node.role


def subnets_apart(cells: Sequence[Cell]) -> tuple[list[Cell], list[Cell]]:
    """Subnets and other leaves of a zone; empty and collapsed subnets keep the rows that open ones would have."""
    subnets = [cell for cell in cells if not cell.is_leaf or role(cell).startswith("subnet")]
    others = [cell for cell in cells if cell.is_leaf and not role(cell).startswith("subnet")]
    for cell in subnets:
        if cell.is_leaf:
            cell.width = leaf_width(cell)
    return sorted(subnets, key=purpose), others


def role(cell: Cell) -> str:
    """The role of what a cell shows; none for an invisible one."""
    return cell.node.role if cell.node is not None else ""


def by_flow(cells: Sequence[Cell], local: Local) -> list[Cell]:
    """Cells in the order of the flow of the links among them."""
    by_key = {cell.node.id: cell for cell in cells if cell.node is not None}
    return [by_key[key] for key in flow(list(by_key), local)]


def grid_rows(leaves: Sequence[Cell], local: Local, wide: bool = False) -> list[list[Cell]]:
    """Leaves of one container in rows of equal columns: what is linked stands in one row, in its flow."""
    by_key = {cell.node.id: cell for cell in leaves if cell.node is not None}
    width, _ = same_size(leaves)
    if len(leaves) == 1:
        return [list(leaves)]
    parts = chains(list(by_key), local)
    count = len(leaves)
    columns = columns_for(count, width + GAP, LEAF_HEIGHT + GAP, 5.0 if wide else ASPECT)
    if len(parts) > 1 and len(parts[0]) > 1:
        longest = len(parts[0])
        columns = max(columns, longest) if longest <= columns * 1.5 else columns
    rows: list[list[Cell]] = []
    for part in parts:
        fits = rows and len(rows[-1]) + len(part) <= columns
        is_loose = part is parts[-1] and not any(local.get(key) for key in part)
        if not fits and not (is_loose and rows and len(rows[-1]) < columns):
            rows.append([])
        for key in part:
            if len(rows[-1]) >= columns:
                rows.append([])
            rows[-1].append(by_key[key])
    return rows


def same_size(leaves: Sequence[Cell]) -> tuple[float, float]:
    """Give the leaves of one container one size, that of the widest text; returns it."""
    width = max(leaf_width(cell) for cell in leaves)
    for cell in leaves:
        cell.width, cell.height = width, LEAF_HEIGHT
    return width, LEAF_HEIGHT


def block(leaves: Sequence[Cell], local: Local, wide: bool = False) -> Cell:
    """An invisible grid of leaves that stand in a container beside boxes."""
    if len(leaves) == 1:
        leaves[0].width, leaves[0].height = leaf_width(leaves[0]), LEAF_HEIGHT
        return leaves[0]
    return Cell(None, grid_rows(leaves, local, wide), is_grid=True)


def leaf_width(cell: Cell) -> float:
    """The width that a leaf needs for its text."""
    if cell.node is None:
        return LEAF_WIDTH
    text = leaf_text_width(cell.node.label, cell.node.sublabel) + 2 * LEAF_PADDING
    return min(max(LEAF_WIDTH, float(-int(-text // 4) * 4)), LEAF_WIDEST)


def beside(rows: list[list[Cell]], groups: Sequence[Cell], aspect: float) -> list[list[Cell]]:
    """Groups in a column beside the boxes, or in a row below them, whatever makes the better page."""
    main = rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else Cell(None, rows)
    if main.node is None:
        main.justify = True
    side = column(groups)
    width_beside, height_beside = main.width + GAP + side.width, max(main.height, side.height)
    bottom = pack(groups, 4.0, keep_order=True)
    below = Cell(None, bottom)
    width_below, height_below = max(main.width, below.width), main.height + GAP + below.height

    def cost(width: float, height: float) -> float:
        return log(width * height) + 0.7 * abs(log(width / height / aspect))

    if cost(width_beside, height_beside) <= cost(width_below, height_below) + 0.15:
        return [[main, groups[0] if len(groups) == 1 else side]]
    return [*rows, *bottom]


def _match_rows(zones: Sequence[Cell]) -> None:
    """Give zones the same rows: subnets of one purpose stand at the same height in each."""
    keys: dict[tuple[int, str], None] = {}
    found: list[dict[tuple[int, str], list[Cell]]] = []
    for zone in zones:
        rows: dict[tuple[int, str], list[Cell]] = {}
        for row in zone.rows:
            for cell in row:
                rows.setdefault(purpose(cell), []).append(cell)
        if any(len(row) > 1 and role(row[0]) for row in rows.values()) or zone.is_grid:
            return
        found.append(rows)
    for rows in found:
        keys.update(dict.fromkeys(rows))
    _join_public(keys, found)
    if len(keys) > 1 + max(len(rows) for rows in found):
        return
    order = sorted(keys)
    for zone, rows in zip(zones, found, strict=True):
        zone.rows = [rows.get(key, []) for key in order]
        zone.refit()


def _join_public(keys: dict[tuple[int, str], None], found: Sequence[dict[tuple[int, str], list[Cell]]]) -> None:
    """Let what stands at the edge share a row with the public subnets, where no zone has both."""
    public = [key for key in keys if key[0] == 0]
    if len(public) != 1 or _EDGE not in keys or any(_EDGE in rows and public[0] in rows for rows in found):
        return
    del keys[_EDGE]
    for rows in found:
        if _EDGE in rows:
            rows[public[0]] = rows.pop(_EDGE)


def purpose(cell: Cell) -> tuple[int, str]:
    """What tells the like subnets of several zones from the others: their tier, their name without the zone."""
    node = cell.node
    if node is None:
        return purpose(cell.rows[0][0])
    if not node.role:
        return _EDGE if is_above(cell) else (9, "")
    return _subnet_purpose(node.tier, node.title)


@lru_cache(maxsize=1 << 12)  # each is asked for several times, and other networks have the like
def _subnet_purpose(tier: str, title: str) -> tuple[int, str]:
    return (_SUBNET_ROWS.get(Tier(tier), 1) if tier else 1, _LETTER.sub("", title))


def local_links(
    parents: Mapping[str, str | None], edges: Sequence[tuple[str, str, int]]
) -> dict[str | None, dict[str, dict[str, float]]]:
    """Container → the links among its children, those of what lies deeper lifted to them.

    Arguments:
        parents: node id → id of its container, ``None`` at the page.
        edges: (source, target, count).
    """
    found: dict[str | None, dict[str, dict[str, float]]] = {}
    for source, target, count in edges:
        path: dict[str | None, str] = {}
        key: str | None = source
        while key is not None:
            path[parents[key]] = key
            key = parents[key]
        key = target
        while key is not None and parents[key] not in path:
            key = parents[key]
        if key is None:
            continue
        outer = parents[key]
        near = found.setdefault(outer, {}).setdefault(path[outer], {})
        near[key] = near.get(key, 0.0) + count
    return found
