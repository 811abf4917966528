"""Boxes of unequal sizes put together snugly, those that are linked near each other.

One after the other each box is put where it costs least: beside the boxes that already stand, in line with one of
their borders or middles, so that its links are short and the whole keeps the shape of a page. Then every box may
think again, and boxes of one size may change places. This is the placement of chips on a board: Hanan, Kurtzberg,
"Placement techniques", in Breuer (ed.), Design automation of digital systems (1972). Deterministic; for ``n``
boxes about ``n²`` places are tried, beyond :data:`_CROWD` only those near the last ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from heapq import heapify, heappop
from math import sqrt
from typing import NamedTuple

Point = tuple[float, float]
Size = tuple[float, float]

_CROWD = 36  # boxes among which every place is tried
_MANY = 150  # boxes beyond which they stand in rows, in the order of their links
PAGE = 3.0  # what a px of page weighs against a px of link …
SHARE = 0.6  # … and how much more for each link there is
HASTY = -1.0  # the usual press for so many boxes that none may think again
_LEEWAY = 1.42  # how far from the aspect, as a factor, one shape of page is as good as another
_SLIM = 0.35  # what a px weighs that does not make the page larger yet
_PULL = 0.02  # what a px away from the middle weighs, so that equal places are taken from the inside out


class Tie(NamedTuple):
    """Links between two boxes: their weight, and where in each box they end, from its middle."""

    one: int
    other: int
    weight: float
    at_one: Point
    at_other: Point


def placed(
    sizes: Sequence[Size], ties: Sequence[Tie], gap: float, aspect: float, press: float, round_: bool = False
) -> tuple[list[Point], float]:
    """Upper left corners of some boxes, and what the whole costs; the arguments are those of :class:`Board`."""
    if len(sizes) > _MANY:
        return _in_rows(sizes, order_by_links(sizes, ties), gap, aspect), 0.0
    if len(sizes) > _CROWD:
        return _fresh(tuple(sizes), tuple(ties), gap, aspect, press, round_)
    places, cost = _known(tuple(sizes), tuple(ties), gap, aspect, press, round_)
    return list(places), cost


def _fresh(
    sizes: tuple[Size, ...], ties: tuple[Tie, ...], gap: float, aspect: float, press: float, round_: bool
) -> tuple[list[Point], float]:
    board = Board(sizes, ties, gap, aspect, press, round_)
    board.fill(order_by_links(sizes, ties))
    return [place or (0.0, 0.0) for place in board.places], board.cost()


def _in_rows(sizes: Sequence[Size], order: Sequence[int], gap: float, aspect: float) -> list[Point]:
    """Rows of boxes in an order, to and fro, so that what follows each other is near each other."""
    area = sum((width + gap) * (height + gap) for width, height in sizes)
    limit = max(sqrt(area * aspect), max(width for width, _ in sizes))
    rows: list[list[int]] = [[]]
    used = 0.0
    for box in order:
        if rows[-1] and used + sizes[box][0] > limit:
            rows.append([])
            used = 0.0
        rows[-1].append(box)
        used += sizes[box][0] + gap
    places: list[Point] = [(0.0, 0.0)] * len(sizes)
    y = 0.0
    for number, row in enumerate(rows):
        x = 0.0
        for box in reversed(row) if number % 2 else row:
            places[box] = (x, y)
            x += sizes[box][0] + gap
        y += max(sizes[box][1] for box in row) + gap
    return places


_known = lru_cache(maxsize=2048)(_fresh)  # zones, subnets and networks of one estate are often alike


class Board:
    """Boxes being placed; ``places`` are upper left corners, ``None`` for those not placed yet.

    Arguments:
        sizes: width and height of each box.
        ties: links among them.
        gap: px that stay between any two.
        aspect: width to height that the whole should have.
        press: how much the size of the whole weighs against the length of links, 1 being the usual, and
            below 0 as much without thinking again.
        round_: whether boxes gather around the first one (circular) rather than into a rectangle.
    """

    def __init__(
        self,
        sizes: Sequence[Size],
        ties: Sequence[Tie],
        gap: float,
        aspect: float,
        press: float,
        round_: bool = False,
    ) -> None:
        self.sizes, self.gap, self.aspect, self.is_round = sizes, gap, aspect, round_
        self.places: list[Point | None] = [None] * len(sizes)
        self.placed: list[int] = []
        self.ties: list[list[tuple[int, float, float, float]]] = [[] for _ in sizes]
        for tie in ties:
            (ax, ay), (bx, by) = tie.at_one, tie.at_other
            (aw, ah), (bw, bh) = sizes[tie.one], sizes[tie.other]
            # from corner to corner: what must be added to the other's corner for the ends to meet
            across, down = bx + bw / 2 - ax - aw / 2, by + bh / 2 - ay - ah / 2
            self.ties[tie.one].append((tie.other, tie.weight, across, down))
            self.ties[tie.other].append((tie.one, tie.weight, -across, -down))
        self.centre: Point = (0.0, 0.0)
        # beyond the leeway the longer side alone is what counts
        self.wide, self.high = sqrt(aspect * _LEEWAY), sqrt(aspect / _LEEWAY)
        self.is_linked = bool(ties)
        self.page = (PAGE + SHARE * sum(tie.weight for tie in ties)) * abs(press)
        self.rounds = 2 if press > 0 else 0

    def fill(self, order: Sequence[int]) -> None:
        """Place the boxes in an order, then let them think again."""
        for box in order:
            self._put(box)
        if len(order) < 3:
            return
        for _ in range(min(self.rounds, 2 if len(order) <= _CROWD else 1)):
            moved = self._again(order) if len(order) <= _CROWD else False
            if not self._swap(order) and not moved:
                break

    def cost(self) -> float:
        """What the whole costs, to compare boards of the same boxes."""
        left, top, right, bottom = self._bounds()
        across, down = right - left, bottom - top
        links = 0.0
        for box in self.placed:
            place = self.places[box]
            if place is not None:
                links += self._length(box, place) / 2
        page = max(sqrt(across * down), across / self.wide, down * self.high)
        return self.page * page + _SLIM * (across / self.aspect + down) + links

    def _bounds(self, without: int = -1) -> tuple[float, float, float, float]:
        left = top = float("inf")
        right = bottom = -float("inf")
        for box in self.placed:
            if box == without:
                continue
            place = self.places[box]
            assert place is not None
            x, y = place
            width, height = self.sizes[box]
            left, top = min(left, x), min(top, y)
            right, bottom = max(right, x + width), max(bottom, y + height)
        return left, top, right, bottom

    def _length(self, box: int, place: Point) -> float:
        """Length of the links of a box at a place, with those boxes that have theirs."""
        x, y = place
        total = 0.0
        for other, weight, across, down in self.ties[box]:
            there = self.places[other]
            if there is not None:
                total += weight * (abs(there[0] + across - x) + abs(there[1] + down - y))
        return total

    def _put(self, box: int) -> None:
        self.places[box] = self._best(box) if self.placed else (0.0, 0.0)
        if not self.placed:
            self.centre = (self.sizes[box][0] / 2, self.sizes[box][1] / 2)
        self.placed.append(box)

    def _best(self, box: int) -> Point:
        """The cheapest free place; the box itself must not be placed."""
        left, top, right, bottom = self._bounds()
        width, height = self.sizes[box]
        mid_x, mid_y = self.centre if self.is_round else ((left + right) / 2, (top + bottom) / 2)
        aspect, wide, high = self.aspect, self.wide, self.high
        ties = [
            (there[0] + across, there[1] + down, weight)
            for other, weight, across, down in self.ties[box]
            if (there := self.places[other]) is not None
        ]
        page, is_round = self.page, self.is_round
        pull = _PULL if self.is_linked else 0.0
        ranked: list[tuple[float, float, float]] = []
        for x, y in self._beside(box, ties):
            far, low = x + width, y + height
            across = (far if far > right else right) - (x if x < left else left)
            down = (low if low > bottom else bottom) - (y if y < top else top)
            size = sqrt(across * down)
            if across > size * wide:
                size = across / wide
            if down * high > size:
                size = down * high
            cost = page * size + _SLIM * (across / aspect + down)
            if pull:
                away_x, away_y = abs(x + width / 2 - mid_x) / aspect, abs(y + height / 2 - mid_y)
                cost += pull * (away_x + away_y)
                if is_round:
                    cost += sqrt(away_x * away_x + away_y * away_y)
            for there_x, there_y, weight in ties:
                cost += weight * (abs(there_x - x) + abs(there_y - y))
            ranked.append((round(cost, 3), y, x))
        heapify(ranked)
        while ranked:
            _, y, x = heappop(ranked)
            if self._is_free(x, y, width, height):
                return x, y
        return left, bottom + self.gap

    def _beside(self, box: int, ties: Sequence[tuple[float, float, float]]) -> set[Point]:
        """Places beside the boxes that stand, in line with them or with the ends of links."""
        width, height = self.sizes[box]
        gap = self.gap
        anchors: Sequence[int] = self.placed
        if len(anchors) > _CROWD:
            near = {other for other, *_ in self.ties[box] if self.places[other] is not None}
            anchors = [*sorted(near)[:12], *self.placed[-_CROWD:]]
        found: set[Point] = set()
        for anchor in anchors:
            place = self.places[anchor]
            assert place is not None
            x, y = place
            w, h = self.sizes[anchor]
            columns = (x, x + (w - width) / 2, x + w - width) if w != width else (x,)
            rows = (y, y + (h - height) / 2, y + h - height) if h != height else (y,)
            for row in rows:
                found.add((x + w + gap, row))
                found.add((x - gap - width, row))
            for column in columns:
                found.add((column, y + h + gap))
                found.add((column, y - gap - height))
            for there_x, there_y, _ in ties[:4]:
                if y - height < there_y < y + h:
                    found.add((x + w + gap, there_y))
                    found.add((x - gap - width, there_y))
                if x - width < there_x < x + w:
                    found.add((there_x, y + h + gap))
                    found.add((there_x, y - gap - height))
            # into the corner between two boxes
            found.add((x + w + gap, y - gap - height))
            found.add((x + w + gap, y + h + gap))
            found.add((x - gap - width, y + h + gap))
            found.add((x - gap - width, y - gap - height))
        if len(self.placed) <= _CROWD:
            standing = [(place, self.sizes[at]) for at in self.placed if (place := self.places[at]) is not None]
            lefts = {x for (x, _), _ in standing}
            tops = {y for (_, y), _ in standing}
            for (x, y), (w, h) in standing:
                for other in tops:
                    if other != y and y - height < other < y + h:
                        found.add((x + w + gap, other))
                for other in lefts:
                    if other != x and x - width < other < x + w:
                        found.add((other, y + h + gap))
        return found

    def _is_free(self, x: float, y: float, width: float, height: float) -> bool:
        gap = self.gap - 0.01
        left, top, right, bottom = x - gap, y - gap, x + width + gap, y + height + gap
        for other in self.placed:
            place = self.places[other]
            assert place is not None
            if (
                left < place[0] + self.sizes[other][0]
                and place[0] < right
                and top < place[1] + self.sizes[other][1]
                and place[1] < bottom
            ):
                return False
        return True

    def _again(self, order: Sequence[int]) -> bool:
        """Take out each box and put it where it costs least now; tells whether any moved."""
        moved = False
        for box in order:
            if self.is_round and box == order[0]:
                continue
            before = self.places[box]
            assert before is not None
            self.placed.remove(box)
            self.places[box] = None
            place = self._best(box)
            self.places[box] = place
            self.placed.append(box)
            moved = moved or place != before
        return moved

    def _swap(self, order: Sequence[int]) -> bool:
        """Let boxes of one size change places where that shortens their links; tells whether any did."""
        by_size: dict[Size, list[int]] = {}
        for box in order:
            by_size.setdefault(self.sizes[box], []).append(box)
        changed = False
        for alike in by_size.values():
            if len(alike) < 2 or len(alike) > 60:
                continue
            for number, one in enumerate(alike):
                for other in alike[number + 1 :]:
                    here, there = self.places[one], self.places[other]
                    if here is None or there is None or not (self.ties[one] or self.ties[other]):
                        continue
                    before = self._length(one, here) + self._length(other, there)
                    self.places[one], self.places[other] = there, here
                    after = self._length(one, there) + self._length(other, here)
                    if after < before - 1.0:
                        changed = True
                    else:
                        self.places[one], self.places[other] = here, there
        return changed


def order_by_links(sizes: Sequence[Size], ties: Sequence[Tie]) -> list[int]:
    """The order in which boxes are best placed: the large before the small, what is linked after each other."""
    count = len(sizes)
    near: list[dict[int, float]] = [{} for _ in range(count)]
    for tie in ties:
        near[tie.one][tie.other] = near[tie.one].get(tie.other, 0.0) + tie.weight
        near[tie.other][tie.one] = near[tie.other].get(tie.one, 0.0) + tie.weight
    degree = [sum(each.values()) for each in near]
    largest = max(width * height for width, height in sizes)
    rank = [_rank(width * height / largest) for width, height in sizes]
    pull = [0.0] * count
    left = set(range(count))
    order: list[int] = []
    if count > _MANY:
        return _by_parts(near, rank, degree)
    while left:
        box = min(left, key=lambda box: (rank[box], -pull[box], -degree[box], box))
        left.remove(box)
        order.append(box)
        for other, weight in near[box].items():
            pull[other] += weight
    return order


def _by_parts(near: Sequence[dict[int, float]], rank: Sequence[int], degree: Sequence[float]) -> list[int]:
    """Breadth-first from the largest and most linked boxes, one connected part after the other."""
    seen = [False] * len(near)
    order: list[int] = []
    for root in sorted(range(len(near)), key=lambda box: (rank[box], -degree[box], box)):
        queue = [] if seen[root] else [root]
        seen[root] = True
        for box in queue:
            for other in sorted(near[box]):
                if not seen[other]:
                    seen[other] = True
                    queue.append(other)
        order.extend(queue)
    return order


def _rank(share: float) -> int:
    """Classes of size, each six times as large as the next."""
    rank = 0
    while share < 1 / 6 and rank < 8:
        share *= 6
        rank += 1
    return rank
