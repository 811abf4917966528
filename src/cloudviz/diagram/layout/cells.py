"""Boxes as rows of boxes: the one structure that all nested layouts fill and that edges are routed through.

A cell holds rows of cells. Between its rows lie horizontal channels, between the cells of a row vertical gaps;
both are free of boxes by construction, and as wide as the lines in them need. A cell without a node is invisible,
and only groups others (a column of boxes beside a taller one). Sizes are found bottom-up, places top-down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from cloudviz.diagram.scene.document import SceneNode
from cloudviz.diagram.scene.measures import HEADER, LEAF_HEIGHT, LEAF_WIDTH, STACK_REACH, title_width

GAP = 28.0  # between boxes, where lines ask for no more
PADDING = 16.0  # between a container's border and what is in it
_STRETCH = 1.9  # how much a container grows at most, each way, to stand in line with its neighbours
_FLUSH = 1.5  # how much higher a container is made at most to be as high as its neighbours
TITLE_WIDEST = 300.0  # a longer title is shortened where the container's contents are narrower
_EMPTY: list[float] = []
_NO_GAPS: list[list[float]] = []
_NOT_STACKED: list[bool] = []
_NO_LINKS: Mapping[str, Mapping[str, float]] = {}
_EXPOSED = (True, True, True, True)


class Cell:
    """A leaf, a container, or an invisible group of cells.

    Attributes:
        node: what is drawn, ``None`` for an invisible cell.
        rows: cells in rows, top-down, left to right. Empty for a leaf.
        is_grid: leaves of one size in rows that share their columns, so that the gaps between them run through
            from top to bottom.
        channels: height of the free space above each row and below the last.
        gaps: for each row, width of the free space left of each cell and right of the last; one list for a grid.
        justify: whether containers in a row grow to fill it.
        inside: the cells that a container was arranged from, and ``links`` among them, to arrange it anew.
        aligned: whether the rows of the cells in one row stand at the same height (zones side by side).
    """

    __slots__ = (
        "aligned",
        "channel_tops",
        "channels",
        "column",
        "column_lefts",
        "column_widths",
        "content_left",
        "content_right",
        "depth",
        "exposed",
        "gaps",
        "header",
        "height",
        "inside",
        "is_grid",
        "is_stack",
        "justify",
        "least_channels",
        "least_gaps",
        "links",
        "node",
        "number",
        "parent",
        "row",
        "row_ends",
        "row_heights",
        "row_starts",
        "rows",
        "stacked",
        "title_end",
        "width",
        "x",
        "y",
    )

    def __init__(
        self, node: SceneNode | None, rows: list[list[Cell]] | None = None, *, is_grid: bool = False
    ) -> None:
        self.node = node
        self.rows = rows or []
        self.is_grid = is_grid
        self.parent: Cell | None = None
        self.row = self.column = self.depth = self.number = 0
        # whether this leaf is drawn as a pile of cards that reaches beyond its box
        self.is_stack = node is not None and node.count > 1 and not rows
        self.width, self.height = LEAF_WIDTH, LEAF_HEIGHT
        # most cells are leaves, whose lists stay empty: they share one
        self.channels = self.least_channels = self.row_heights = self.column_widths = _EMPTY
        self.gaps: list[list[float]] = _NO_GAPS
        self.least_gaps: list[list[float]] = _NO_GAPS
        self.stacked: list[bool] = _NOT_STACKED
        self.justify = False
        self.aligned = False
        self.header = 0.0
        self.title_end = 0.0
        self.exposed = _EXPOSED
        self.inside: Sequence[Cell] = ()
        self.links: Mapping[str, Mapping[str, float]] = _NO_LINKS
        # known once this has been put
        self.x: float
        self.y: float
        self.content_left: float
        self.content_right: float
        self.channel_tops: list[float]
        self.row_starts: list[float]
        self.row_ends: list[float]
        self.column_lefts: list[float]
        if self.rows:
            self._set_least()
            self.measure()

    @property
    def is_leaf(self) -> bool:
        """Whether this is a box without boxes in it."""
        return not self.rows

    @property
    def is_container(self) -> bool:
        """Whether this is a drawn box around others."""
        return self.node is not None and bool(self.rows)

    @property
    def hangs(self) -> bool:
        """Whether this begins at the top of its row: drawn boxes around others do, alone or in a column."""
        return bool(self.rows) and (self.node is not None or all(row and row[0].is_container for row in self.rows))

    def walk(self) -> Iterator[Cell]:
        """This cell and all in it, parents first."""
        pending = [self]
        while pending:
            cell = pending.pop()
            yield cell
            for row in reversed(cell.rows):
                pending.extend(reversed(row))

    def settle(self) -> list[Cell]:
        """Tell each cell its parent, row, column and depth, and which of its sides nothing stands before.

        Returns this cell and all in it, parents first; the place in that list is a cell's ``number``.
        """
        cells = list(self.walk())
        for number, cell in enumerate(cells):
            cell.number = number
            rows = cell.rows
            if not rows:
                continue
            depth, is_grid = cell.depth + 1, cell.is_grid
            # one can go straight through rows that are empty, and through those of a grid that end before a column
            lengths = [len(row) for row in rows]
            above = list(accumulate(lengths, max, initial=0))
            below = list(accumulate(reversed(lengths), max, initial=0))
            below.reverse()
            for at, row in enumerate(rows):
                end, longest_above, longest_below = lengths[at] - 1, above[at], below[at + 1]
                for column, child in enumerate(row):
                    child.parent, child.row, child.column, child.depth = cell, at, column, depth
                    past = column if is_grid else 0
                    child.exposed = (longest_above <= past, longest_below <= past, column == 0, column == end)
        return cells

    def _set_least(self) -> None:
        drawn = self.node is not None
        count = len(self.rows)
        edge = PADDING if drawn else 0.0
        self.header = HEADER if drawn else 0.0
        # the cards and the ×n pill of a stack reach up towards the title, and to the right
        stacked = [list(map(_is_stacked, row)) for row in self.rows]
        self.stacked = list(map(any, stacked))
        above = (18.0 if self.stacked[0] else 8.0) if drawn else 0.0
        between = [GAP + STACK_REACH if is_stacked else GAP for is_stacked in self.stacked[1:]]
        self.least_channels = [above, *between, edge]
        widest = max(len(row) for row in self.rows)
        rows = [widest] if self.is_grid else [len(row) for row in self.rows]
        self.least_gaps = [[edge, *[GAP] * (length - 1), edge] if length else [edge] for length in rows]
        for at, cards in enumerate(stacked):
            if self.stacked[at]:
                gaps = self.least_gaps[0 if self.is_grid else at]
                for column, has_cards in enumerate(cards[:-1], 1):
                    if has_cards:
                        gaps[column] = GAP + STACK_REACH
        self.row_heights = [0.0] * count
        if self.node is not None:
            self.title_end = title_width(self.node.title, self.node.sublabel)

    def refit(self) -> None:
        """Find the size anew after the rows were changed."""
        self._set_least()
        self.measure()

    def gaps_of(self, row: int) -> list[float]:
        """The gaps of a row."""
        return self.gaps[0] if self.is_grid else self.gaps[row]

    def measure(self) -> None:
        """Find this cell's size from those of its rows, which must have theirs."""
        if self.aligned:
            for row in self.rows:
                _align([cell for cell in row if cell.node is not None and cell.node.role == "zone"])
        self.channels = list(self.least_channels)
        self.gaps = self.least_gaps
        if self.is_grid:
            box = self.rows[0][0]
            self.row_heights = [box.height] * len(self.rows)
            self.column_widths = [box.width] * (len(self.gaps[0]) - 1)
            self.width = self.row_width(0)
        else:
            self.row_heights = [_tallest(row) for row in self.rows]
            self.width = max(map(self.row_width, range(len(self.rows))), default=0.0)
        if self.node is not None:
            self.width = max(self.width, min(self.title_end, TITLE_WIDEST) + PADDING)
        self.height = self.header + sum(self.channels) + sum(self.row_heights)

    def row_width(self, row: int) -> float:
        """Width that a row takes with its gaps and the space at both ends."""
        if self.is_grid:
            return sum(self.column_widths) + sum(self.gaps[0])
        width = sum(self.gaps[row])
        for cell in self.rows[row]:
            width += cell.width
        return width

    def grow(self, width: float, height: float) -> None:
        """Take more room than needed: rows are spread, containers in them grow with them."""
        spare = height - self.height
        if self.rows and spare > 0:
            self._spread(spare)
        self.height = max(self.height, height)
        self.width = max(self.width, width)
        self._justify()

    def _spread(self, spare: float) -> None:
        """Stretch the boxes of an invisible column; elsewhere the room stays below, for what is yet to come."""
        stretchable = [at for at, row in enumerate(self.rows) if row and all(cell.rows for cell in row)]
        if self.node is None and stretchable:
            if spare <= (_FLUSH - 1) * sum(self.row_heights[at] for at in stretchable):
                for at in stretchable:
                    self.row_heights[at] += spare / len(stretchable)
        else:
            self.channels[-1] += spare

    def _justify(self) -> None:
        """Let containers fill the height of their row, and the rows of containers fill the width."""
        if self.is_grid:
            return
        for at, row in enumerate(self.rows):
            if not row:
                continue
            total = sum(cell.width for cell in row if cell.rows)
            spare = min(self.width - self.row_width(at), (_STRETCH - 1) * total)
            fills = self.justify and spare > 0
            for cell in row:
                if cell.rows:
                    extra = spare * cell.width / total if fills else 0.0
                    height = self.row_heights[at]
                    # flush with the others, or as it is: half-way would look like a mistake
                    cell.grow(cell.width + extra, height if height <= cell.height * _FLUSH else cell.height)

    def put(self, x: float, y: float) -> None:
        """Give this cell and all in it their places; sizes must be settled."""
        self.x, self.y = x, y
        pending = [self] if self.rows else []
        while pending:
            cell = pending.pop()
            if cell.is_grid:
                cell._put_grid()
            else:
                cell._put_rows(pending)

    def _put_grid(self) -> None:
        """Give the leaves of a grid their places."""
        gaps, below = self.gaps[0], self.y + self.header
        start = self.x + (self.width - self.row_width(0)) / 2 + gaps[0]
        steps = [width + gap for width, gap in zip(self.column_widths, gaps[1:], strict=True)]
        lefts = list(accumulate(steps, initial=start))
        self.column_lefts = lefts[:-1]
        self.row_starts = [start] * len(self.rows)
        self.row_ends = [lefts[len(row)] - gaps[len(row)] for row in self.rows]
        self.content_left, self.content_right = start, max(self.row_ends)
        self.channel_tops = []
        for row, channel, height in zip(self.rows, self.channels, self.row_heights, strict=False):
            self.channel_tops.append(below)
            below += channel
            for child, left in zip(row, lefts, strict=False):
                child.x, child.y = left, below
            below += height
        self.channel_tops.append(below)

    def _put_rows(self, pending: list[Cell]) -> None:
        """Give what stands in rows its places, and tell what has boxes in it, which are to be put next."""
        left, below = self.x, self.y + self.header
        self.channel_tops = []
        self.row_starts, self.row_ends = [], []
        content_left, content_right = left + self.width, left
        for at, row in enumerate(self.rows):
            self.channel_tops.append(below)
            below += self.channels[at]
            gaps, height = self.gaps[at], self.row_heights[at]
            start = left + (self.width - self.row_width(at)) / 2 + gaps[0]
            if start < content_left:
                content_left = start
            self.row_starts.append(start)
            for column, child in enumerate(row, 1):
                child.x = start
                if not child.rows:
                    child.y = below + (height - child.height) / 2
                else:
                    child.y = below if child.hangs else below + (height - child.height) / 2
                    pending.append(child)
                start += child.width + gaps[column]
            end = start - gaps[len(row)]
            self.row_ends.append(end)
            if row and end > content_right:
                content_right = end
            below += height
        self.channel_tops.append(below)
        self.content_left, self.content_right = content_left, content_right


def _tallest(row: Sequence[Cell]) -> float:
    tallest = 0.0
    for cell in row:
        if cell.height > tallest:
            tallest = cell.height
    return tallest


def _align(cells: list[Cell]) -> None:
    """Give the rows of cells that stand side by side the same heights."""
    count = max((len(cell.rows) for cell in cells), default=0)
    if len(cells) < 2 or any(len(cell.rows) != count for cell in cells):
        return
    for at in range(count):
        _align_blocks([cell.rows[at][0] for cell in cells if len(cell.rows[at]) == 1])
    for cell in cells:
        for at, row in enumerate(cell.rows):
            cell.row_heights[at] = max([cell.row_heights[at], *(inner.height for inner in row)])
    heights = [max(cell.row_heights[at] for cell in cells) for at in range(count)]
    channels = [max(cell.channels[at] for cell in cells) for at in range(count + 1)]
    for cell in cells:
        cell.row_heights, cell.channels = list(heights), list(channels)
        cell.height = cell.header + sum(channels) + sum(heights)


def _align_blocks(blocks: list[Cell]) -> None:
    """Let invisible blocks of leaves that stand at one height begin at one height too."""
    blocks = [block for block in blocks if block.node is None and block.rows]
    first = max((block.channels[0] for block in blocks), default=0.0)
    for block in blocks:
        block.height += first - block.channels[0]
        block.channels[0] = first


def _is_stacked(cell: Cell) -> bool:
    """Whether a cell has a stack in its first row, or is one."""
    if cell.node is None and cell.rows:
        return any(map(_is_stacked, cell.rows[0]))
    return cell.is_stack
