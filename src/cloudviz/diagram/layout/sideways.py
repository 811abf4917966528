"""The hierarchical layout from left to right: who is asked on the left, who holds the data on the right.

What the layout from top to bottom puts into rows stands here side by side: what is at the edge left of the boxes,
the subnets of a zone in the order of the flow, the zones on top of each other with like subnets in line.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloudviz.diagram.layout.cells import GAP, Cell
from cloudviz.diagram.layout.hierarchical import (
    beside,
    best_shape,
    by_flow,
    grid_rows,
    is_above,
    leaf_width,
    purpose,
    role,
    same_size,
    subnets_apart,
)
from cloudviz.diagram.layout.ordering import Local, chains
from cloudviz.diagram.layout.packing import column, columns_for, pack
from cloudviz.diagram.scene.document import SceneNode
from cloudviz.diagram.scene.measures import LEAF_HEIGHT

_TALL = 0.35  # width to height of what stands left and right of the boxes
_LONGEST = 3  # leaves of one flow that may stand side by side there


def arrange(node: SceneNode | None, cells: Sequence[Cell], local: Local) -> Cell:
    """The cell of one container (``None``: the page) from the cells of its children, which have their sizes."""
    return best_shape(_arrange, node, cells, local)


def _arrange(node: SceneNode | None, cells: Sequence[Cell], local: Local, aspect: float) -> Cell:
    leaves = [cell for cell in cells if cell.node is not None and cell.is_leaf]
    boxes = [cell for cell in cells if not cell.is_leaf]
    if not boxes:
        return Cell(node, grid_rows(leaves, local), is_grid=True)
    if node is not None and node.role == "zone":
        boxes, leaves = subnets_apart(cells)
    groups = [cell for cell in boxes if role(cell) == "group"]
    if groups:
        groups += [cell for cell in leaves if role(cell) == "group"]
        for cell in groups:
            if cell.is_leaf:
                cell.width = leaf_width(cell)
    taken = {id(cell) for cell in groups}
    first = [cell for cell in leaves if is_above(cell)]
    last = [cell for cell in leaves if not is_above(cell) and id(cell) not in taken]
    zones = [cell for cell in boxes if role(cell) == "zone"]
    others = [cell for cell in boxes if role(cell) not in ("zone", "group")]
    if zones and len(zones) <= 4:
        _match_columns(zones)
        rows = [[cell] for cell in zones]
        rows.extend(pack(by_flow(others, local), aspect) if others else [])
    elif node is not None and node.role == "zone" and len(others) <= 5:
        rows = [others]
    elif groups and others:
        rows = beside(pack([*zones, *by_flow(others, local)], aspect), groups, aspect)
        groups = []
    else:
        strict = 1.5 if node is None else 0.8
        rows = pack(by_flow([*zones, *others, *groups], local), aspect, strict=strict)
        groups = []
    if groups:
        rows.extend(pack(groups, 4.0, keep_order=True))
    middle = _middle(rows)
    row = [*([_block(first, local)] if first else []), *middle, *([_block(last, local)] if last else [])]
    cell = Cell(node, [row] if first or last or len(rows) == 1 else rows)
    cell.justify = True
    return cell


def _middle(rows: list[list[Cell]]) -> list[Cell]:
    """The boxes as cells of one row."""
    if len(rows) == 1:
        return rows[0]
    if all(len(row) == 1 for row in rows):
        return [column([row[0] for row in rows])]
    cell = Cell(None, rows)
    cell.justify = True
    return [cell]


def _block(leaves: Sequence[Cell], local: Local) -> Cell:
    """Leaves beside the boxes: on top of each other, those of one flow side by side."""
    if len(leaves) == 1:
        leaves[0].width, leaves[0].height = leaf_width(leaves[0]), LEAF_HEIGHT
        return leaves[0]
    width, height = same_size(leaves)
    by_key = {cell.node.id: cell for cell in leaves if cell.node is not None}
    parts = chains(list(by_key), local)
    columns = columns_for(len(leaves), width + GAP, height + GAP, _TALL, one_row=1)
    if any(target in parts[0] for key in parts[0] for target in local.get(key, ())):
        columns = max(columns, min(len(parts[0]), _LONGEST))
    rows: list[list[Cell]] = []
    for part in parts:
        if not rows or len(rows[-1]) + len(part) > columns:
            rows.append([])
        for key in part:
            if len(rows[-1]) >= columns:
                rows.append([])
            rows[-1].append(by_key[key])
    return Cell(None, rows, is_grid=True)


def _match_columns(zones: Sequence[Cell]) -> None:
    """Make the like subnets of zones equally wide, so that they stand in line."""
    widths: dict[tuple[int, str], float] = {}
    for zone in zones:
        for cell in zone.rows[0]:
            if len(zone.rows) == 1 and cell.is_container:
                widths[purpose(cell)] = max(widths.get(purpose(cell), 0.0), cell.width)
    for zone in zones:
        for cell in zone.rows[0]:
            if len(zone.rows) == 1 and cell.is_container:
                cell.grow(widths[purpose(cell)], cell.height)
        zone.refit()
