"""Putting boxes of unequal sizes into rows so that the whole has the shape of a page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import log, sqrt

from cloudviz.diagram.layout.cells import GAP, Cell

ASPECT = 1.5
"""Width to height that everything tends to: a page on its side, a screen."""


@lru_cache(maxsize=4096)
def columns_for(count: int, width: float, height: float, aspect: float = ASPECT, one_row: int = 3) -> int:
    """How many columns make a grid of like boxes page-like without many holes in its last row.

    Up to ``one_row`` boxes stand in one row whatever their shape.
    """
    if count <= one_row:
        return count
    ideal = sqrt(count * aspect * height / width)
    best, best_cost = count, float("inf")
    for columns in range(max(1, int(ideal * 0.6)), int(ideal * 1.7) + 2):
        rows = -(-count // columns)
        holes = rows * columns - count
        cost = abs(log(columns * width / (rows * height) / aspect)) + 1.2 * holes / count
        if cost < best_cost - 1e-9:
            best, best_cost = columns, cost
    return min(best, count)


def pack(
    cells: Sequence[Cell], aspect: float = ASPECT, *, keep_order: bool = False, strict: float = 0.8
) -> list[list[Cell]]:
    """Rows of cells, the tall ones first; beside a tall one lower ones are put on top of each other.

    ``strict`` is how much the shape weighs against wasted room.

    Several page widths are tried; the one with the least waste and the best shape wins.
    """
    if len(cells) <= 1:
        return [list(cells)]
    ordered = list(cells) if keep_order else sorted(cells, key=lambda cell: (-cell.height, -cell.width))
    total = sum(cell.width + GAP for cell in cells)
    area = sum((cell.width + GAP) * (cell.height + GAP) for cell in cells)
    widest = max(cell.width for cell in cells)
    tries = sorted({min(max(widest, sqrt(area * aspect) * factor), total) for factor in _FACTORS})
    best: list[list[list[Cell]]] = []
    best_cost = float("inf")
    for limit in tries:
        shelves, width, height = _shelves(ordered, limit)
        cost = width * height / area - 1 + strict * max(abs(log(width / height / aspect)) - _LEEWAY, 0.0)
        if cost < best_cost - 1e-9:
            best, best_cost = shelves, cost
    return [[_column(column) for column in shelf] for shelf in best]


_LEEWAY = 0.25  # of the logarithm of the aspect: 1.17 to 1.93 are as good as 1.5
_UNLIKE = 2.0  # how much wider than another a box may be to stand on top of it or below
_FACTORS = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.8)


def _shelves(cells: Sequence[Cell], limit: float) -> tuple[list[list[list[Cell]]], float, float]:
    """Shelves of columns of cells within a width, with the width and height that they take."""
    shelves: list[list[list[Cell]]] = []
    used = height = tallest = column_width = column_height = widest = 0.0
    for cell in cells:
        wider = max(column_width, cell.width)
        if (
            shelves
            and column_height + GAP + cell.height <= tallest * 1.02
            and wider <= _UNLIKE * min(column_width, cell.width)
            and used - column_width + wider <= limit * 1.001
        ):
            shelves[-1][-1].append(cell)
            column_height += GAP + cell.height
            used += wider - column_width
            column_width = wider
            continue
        if not shelves or used + GAP + cell.width > limit * 1.001:
            widest = max(widest, used)
            height += tallest + GAP
            shelves.append([[cell]])
            used, tallest = cell.width, cell.height
        else:
            shelves[-1].append([cell])
            used += GAP + cell.width
            tallest = max(tallest, cell.height)
        column_width, column_height = cell.width, cell.height
    return shelves, max(widest, used), height + tallest


def _column(cells: list[Cell]) -> Cell:
    if len(cells) == 1:
        return cells[0]
    return column(cells)


def column(cells: Sequence[Cell]) -> Cell:
    """An invisible cell with the given ones on top of each other, as wide as the widest."""
    cell = Cell(None, [[inner] for inner in cells])
    cell.justify = True
    return cell
