"""Free places for boxes in a container whose other boxes stay where they are.

Places are tried beside what stands there already, in line with it: right of it, below, left, above, and where its
rows and columns meet. The nearest to its like wins; to make the container larger costs more, and is done only as
far as nothing stands around the container itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop
from math import log

from cloudviz.diagram.layout.cells import GAP
from cloudviz.diagram.layout.packing import ASPECT
from cloudviz.diagram.scene.measures import STACK_REACH

Point = tuple[float, float]
_SQUARE = 320.0
_MOST_SQUARES = 64
_CROSSED = 24  # rows × columns up to the square of this are all tried
_NEAREST = 400  # boxes beside which a place is looked for, the last ones of a long list
_GROWING = 300.0  # px of distance that growing weighs
_CROOKED = 60.0  # px of distance that being out of line weighs, each way
TIGHT = 14.0  # px between boxes, and
_TIGHTER = 8.0  # px less to the border, where there is no other place
_SLACK = 0.4  # px by which rounding may let boxes come nearer


@dataclass(slots=True)
class Block:
    """A box to be placed, or one that stands; ``x`` and ``y`` on the page."""

    id: str
    sort: str
    x: float
    y: float
    width: float
    height: float
    is_stack: bool = False

    @property
    def right(self) -> float:
        """Its right end, the cards of a stack included."""
        return self.x + self.width + (STACK_REACH if self.is_stack else 0.0)

    @property
    def bottom(self) -> float:
        """Its lower end."""
        return self.y + self.height


Grow = Callable[[float, float, float], bool]
"""Whether a container can be made to hold what reaches so far right and down, at some distance from all else."""


class Vacancies:
    """The boxes of one container, and the places between them.

    Arguments:
        corner: the upper left corner of the container.
        left, top: where in the container boxes may begin.
        right, bottom: where they may end without the container growing.
        page: whether this is the page, which keeps the shape of one.
    """

    def __init__(
        self, corner: Point, left: float, top: float, right: float, bottom: float, *, page: bool = False
    ) -> None:
        self.corner = corner
        self.left, self.top, self.right, self.bottom = left, top, right, bottom
        self.page = page
        self.blocks: list[Block] = []
        self.squares: dict[tuple[int, int], list[Block]] = {}
        self.large: list[Block] = []

    def add(self, block: Block) -> None:
        """Let a block stand where it is."""
        self.blocks.append(block)
        keys = self._keys(block.x, block.y, block.x + block.width, block.bottom)
        if keys is None:
            self.large.append(block)
        for key in keys or ():
            self.squares.setdefault(key, []).append(block)

    def remove(self, block: Block) -> None:
        """Take a block away."""
        self.blocks = [other for other in self.blocks if other is not block]
        self.large = [other for other in self.large if other is not block]
        for key in self._keys(block.x, block.y, block.x + block.width, block.bottom) or ():
            self.squares[key] = [other for other in self.squares[key] if other is not block]

    def in_the_way(self, block: Block, clear: float = GAP) -> list[Block]:
        """What stands nearer to a block than ``clear`` px."""
        found = self.within(
            block.x - clear + _SLACK,
            block.y - clear + _SLACK,
            block.x + block.width + clear - _SLACK,
            block.bottom + clear - _SLACK,
        )
        return [other for other in found if other.id != block.id]

    def within(self, left: float, top: float, right: float, bottom: float) -> list[Block]:
        """What stands in a rectangle, or reaches into it."""
        found: dict[str, Block] = {}
        keys = self._keys(left, top, right, bottom)
        near = [self.blocks] if keys is None else [self.large, *(self.squares.get(key, ()) for key in keys)]
        for others in near:
            for other in others:
                if other.x < right and left < other.x + other.width and other.y < bottom and top < other.bottom:
                    found[other.id] = other
        return list(found.values())

    def settle(self, block: Block, grow: Grow, wish: Point | None = None, holes: Iterable[Point] = ()) -> bool:
        """Give a block the best free place, and let it stand there; false when there is none.

        Arguments:
            block: what needs a place.
            grow: asked where the container has to be larger for a place.
            wish: the upper left corner near which it should stand; ``None``: near its like.
            holes: places to try besides, where something has gone.
        """
        like = [other for other in self.blocks if other.sort == block.sort] if wish is None else []
        if wish is None and not like and self.blocks:
            wish = (self.blocks[-1].x, self.blocks[-1].y)
        # the last of its like is where a reader looks for one more; a few of them are enough to look at
        goals = [(other.x, other.y) for other in like[-8:]] or [wish or (self.left, self.top)]
        holes = list(holes)
        found = self._take(block, goals, holes, GAP, grow)
        if not found:
            # rather a tight place than none
            edges = self.left, self.right, self.bottom
            self.left, self.right, self.bottom = (
                self.left - _TIGHTER,
                self.right + _TIGHTER,
                self.bottom + _TIGHTER,
            )
            found = self._take(block, goals, holes, TIGHT, grow)
            self.left, self.right, self.bottom = edges
        if found:
            self.add(block)
        return found

    def _take(
        self, block: Block, goals: Sequence[Point], holes: Iterable[Point], clear: float, grow: Grow
    ) -> bool:
        """Put a block at the best free place at some distance from all else; false when there is none."""
        columns = {round(other.x, 1) for other in self.blocks}
        rows = {round(other.y, 1) for other in self.blocks}
        reach = self._reach()
        ranked: list[tuple[float, float, float]] = []
        for x, y in self._places(block, columns, rows, holes, clear):
            cost = min(abs(x - goal[0]) + abs(y - goal[1]) for goal in goals) + self._growth(block, x, y, reach)
            cost += (0.0 if round(x, 1) in columns else _CROOKED) + (0.0 if round(y, 1) in rows else _CROOKED)
            ranked.append((cost, y, x))
        heapify(ranked)
        while ranked:
            _, block.y, block.x = heappop(ranked)
            if self.in_the_way(block, clear):
                continue
            right, bottom = block.x + block.width, block.bottom
            if (right <= self.right and bottom <= self.bottom) or grow(right, bottom, clear):
                return True
        return False

    def _places(
        self, block: Block, columns: set[float], rows: set[float], holes: Iterable[Point], clear: float
    ) -> list[Point]:
        lift = STACK_REACH if block.is_stack else 0.0
        below = max((other.bottom for other in self.blocks), default=self.top - clear - lift) + clear + lift
        beside = max((other.right for other in self.blocks), default=self.left - clear) + clear
        found = [(self.left, self.top), (self.left, below), (beside, self.top), *holes]
        for other in self.blocks[-_NEAREST:]:
            after = other.right + clear
            under = other.bottom + clear + lift
            before = other.x - clear - block.width - lift
            over = other.y - clear - block.height - (STACK_REACH if other.is_stack else 0.0)
            found += [(after, other.y), (other.x, under), (before, other.y), (other.x, over)]
            found += [(other.x, below), (beside, other.y), (self.left, under), (after, self.top)]
        if len(columns) * len(rows) <= _CROSSED * _CROSSED:
            found += [(x, y) for x in sorted(columns) for y in sorted(rows)]
        return [(x, y) for x, y in dict.fromkeys(found) if x >= self.left - _SLACK and y >= self.top - _SLACK]

    def _reach(self) -> Point:
        """How far right and down the boxes reach, or may reach."""
        right, bottom = extent(self.blocks, self.left, self.top)
        return max(self.right, right), max(self.bottom, bottom)

    def _growth(self, block: Block, x: float, y: float, reach: Point) -> float:
        """What it costs, in px of distance, to make the container so large that a block fits at a place."""
        more_x, more_y = max(x + block.width - reach[0], 0.0), max(y + block.height - reach[1], 0.0)
        if not more_x and not more_y:
            return 0.0
        right, bottom = reach[0] - self.corner[0], reach[1] - self.corner[1]
        cost = _GROWING + (more_x * bottom + more_y * right + more_x * more_y) / 500.0
        if self.page:
            shape = abs(log((right + more_x) / (bottom + more_y) / ASPECT))
            cost += 4000.0 * max(shape - 0.3, 0.0)
        return cost

    @staticmethod
    def _keys(left: float, top: float, right: float, bottom: float) -> list[tuple[int, int]] | None:
        """The squares that a rectangle touches; ``None`` for one so large that they are not worth counting."""
        first, last = int(left // _SQUARE), int(right // _SQUARE)
        upper, lower = int(top // _SQUARE), int(bottom // _SQUARE)
        if (last - first + 1) * (lower - upper + 1) > _MOST_SQUARES:
            return None
        return [(x, y) for x in range(first, last + 1) for y in range(upper, lower + 1)]


def extent(blocks: Sequence[Block], left: float, top: float) -> Point:
    """The furthest right and lower ends of some blocks."""
    return (
        max((block.x + block.width for block in blocks), default=left),
        max((block.bottom for block in blocks), default=top),
    )
