"""The grid layout, for large estates: every container's leaves in a plain grid, in the order of their names.

Nothing is moved to shorten lines, so a thing is found where its name says; lines still go through the gaps.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloudviz.diagram.layout.cells import GAP, Cell
from cloudviz.diagram.layout.hierarchical import same_size
from cloudviz.diagram.layout.ordering import Local
from cloudviz.diagram.layout.packing import columns_for, pack
from cloudviz.diagram.scene.document import SceneNode


def arrange(node: SceneNode | None, cells: Sequence[Cell], local: Local) -> Cell:
    """The cell of one container (``None``: the page) from the cells of its children, which have their sizes."""
    leaves = [cell for cell in cells if cell.is_leaf]
    boxes = [cell for cell in cells if not cell.is_leaf]
    if not boxes:
        return Cell(node, _rows(leaves), is_grid=True)
    rows = _rows(leaves) if leaves else []
    loose = [Cell(None, rows, is_grid=True)] if len(leaves) > 1 else leaves
    cell = Cell(node, pack([*loose, *boxes]))
    cell.justify = True
    return cell


def _rows(leaves: Sequence[Cell]) -> list[list[Cell]]:
    width, height = same_size(leaves)
    columns = columns_for(len(leaves), width + GAP, height + GAP)
    return [list(leaves[start : start + columns]) for start in range(0, len(leaves), columns)]
