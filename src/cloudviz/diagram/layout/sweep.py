"""Sorts the rows of a placed picture so that each box stands below, or above, what it is linked with.

The order inside one container knows only the links among its own children. Once all have places, the ends of every
line are known: each row whose members are not linked with each other is sorted by the mean x of the far ends
(barycentres, as in :mod:`cloudviz.diagram.layout.ordering`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloudviz.diagram.layout.cells import Cell

_LEAST_GAIN = 40.0  # px that a row's new order must spare
Row = tuple[int, int]


def sort_rows(ends: Sequence[tuple[Cell, Cell]]) -> list[tuple[Cell, int, list[Cell]]]:
    """Sort every row for which it pays; returns those that changed, as they were: (cell, number of the row, row).

    Arguments:
        ends: source and target of every line; their cells have places.
    """
    total: dict[int, float] = {}
    count: dict[int, int] = {}
    linked: set[Row] = set()
    holders: dict[int, Cell] = {}
    for source, target in ends:
        source_x, target_x = source.x + source.width / 2, target.x + target.width / 2
        one, other = source, target
        while one.parent is not other.parent:
            if one.depth >= other.depth:
                moved, x = one, target_x
                one = one.parent or one
            else:
                moved, x = other, source_x
                other = other.parent or other
            total[moved.number] = total.get(moved.number, 0.0) + x
            count[moved.number] = count.get(moved.number, 0) + 1
            if moved.parent is not None:
                holders[moved.parent.number] = moved.parent
        if one.parent is None:
            continue
        holders[one.parent.number] = one.parent
        if one.row == other.row:
            linked.add((one.parent.number, one.row))
            continue
        for moved, x in ((one, target_x), (other, source_x)):
            total[moved.number] = total.get(moved.number, 0.0) + x
            count[moved.number] = count.get(moved.number, 0) + 1
    changed = []
    for number in sorted(holders):
        cell = holders[number]
        for at, row in enumerate(cell.rows):
            if len(row) < 2 or (number, at) in linked or _is_fixed(row):
                continue
            wishes = {each.number: total[each.number] / count[each.number] for each in row if each.number in count}
            order = sorted(row, key=lambda each: wishes.get(each.number, each.x + each.width / 2))
            if _gain(row, order, wishes, count) > _LEAST_GAIN:
                changed.append((cell, at, row))
                cell.rows[at] = order
    return changed


def _gain(
    row: Sequence[Cell], order: Sequence[Cell], wishes: Mapping[int, float], count: Mapping[int, int]
) -> float:
    """By how many px the lines of a row become shorter, about, in another order."""
    gain = 0.0
    spare = row[-1].x + row[-1].width - row[0].x - sum(each.width for each in row)
    gap = spare / (len(row) - 1)
    left = row[0].x
    for each in order:
        if each.number in wishes:
            wish, now = wishes[each.number], each.x + each.width / 2
            gain += count[each.number] * (abs(now - wish) - abs(left + each.width / 2 - wish))
        left += each.width + gap
    return gain


def _is_fixed(row: Sequence[Cell]) -> bool:
    """Whether a row has an order that means something: zones by their names."""
    return any(cell.node is not None and cell.node.role == "zone" for cell in row)
