"""Where in its lane each piece of an edge lies: ports spread along the sides, lines side by side in the channels.

Lines that come from one box, or go to one, are bundled: they share a track until they part, so that a fan of edges
looks like a tree. Within a lane the bundles are ordered so that few cross: those that bend back to the upper side
lie on top, the shorter ones outside; those that pass through are sorted by the end at which they enter. Bundles
that do not overlap share a track.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from operator import attrgetter

from cloudviz.diagram.layout.cells import Cell
from cloudviz.diagram.layout.lanes import Lane, Piece, Sort
from cloudviz.diagram.layout.routing import Route

TRACK = 8.0  # between two lines side by side
CLEAR = 12.0  # between a line and a box, so that an arrowhead has room
PORT = 16.0  # between two lines at one side of a box
_EXACT = 150  # bundles in a lane up to which their order is kept exactly
_NUDGE = 7.0
_STRAIGHT = 0.5  # px: what passes a lane with less of a bend needs no track in it
_WIDE = 60.0  # a lane wider than this has its lines near the boxes, not in its middle


class _Bundle:
    """Pieces of one lane that share a track, from ``low`` to ``high`` along it.

    ``near`` and ``far`` say to which side the line turns at these ends: -1 up or left, 1 down or right.
    """

    __slots__ = ("far", "high", "key", "low", "near", "pieces", "track")

    def __init__(self, piece: Piece, low: float, high: float, near: int, far: int) -> None:
        self.pieces = [piece]
        self.low, self.high, self.near, self.far = low, high, near, far
        self.key: tuple[int, float, float, int] = (0, 0.0, 0.0, 0)
        self.track = 0

    def add(self, piece: Piece, low: float, high: float, near: int, far: int) -> None:
        """Take in another piece, from ``low`` to ``high``."""
        self.pieces.append(piece)
        if low < self.low or (low == self.low and near < self.near):
            self.low, self.near = low, near
        if high > self.high or (high == self.high and far > self.far):
            self.high, self.far = high, far


def bundle(ends: Sequence[tuple[Cell, Cell]], routes: Sequence[Route]) -> None:
    """Name for each piece the box whose lines it may lie with: the end that has more lines."""
    leaving: dict[int, int] = {}
    coming: dict[int, int] = {}
    for source, target in ends:
        leaving[source.number] = leaving.get(source.number, 0) + 1
        coming[target.number] = coming.get(target.number, 0) + 1
    for (source, target), route in zip(ends, routes, strict=True):
        # sources count from 1 upwards, targets from -1 downwards
        out, into = source.number + 1, -target.number - 1
        shared = out if leaving[source.number] >= coming[target.number] else into
        for piece in route:
            piece.bundle = shared
        route[0].bundle, route[-1].bundle = out, into


def assign(lanes: Iterable[Lane], routes: Sequence[Route], *, draft: bool = False) -> list[tuple[Lane, int]]:
    """Decide ``at`` of every piece; tell how many tracks each channel and gap needs, a draft nothing else."""
    sides: list[Lane] = []
    gaps: list[Lane] = []
    channels: list[Lane] = []
    for lane in lanes:
        if lane.is_side:
            sides.append(lane)
            continue
        (channels if lane.sort == Sort.CHANNEL else gaps).append(lane)
        middle = lane.middle
        for piece in lane.uses:
            piece.at = middle
    for lane in sides:
        _spread(lane)
    for route in routes:
        if len(route) == 3:
            _straighten(route)
    for lane in () if draft else (*gaps, *channels):
        _nudge(lane)
    needed = [(lane, _stack(lane)) for lane in gaps]
    needed += [(lane, _stack(lane)) for lane in channels]
    return needed


# -- where edges begin and end ---------------------------------------------------------------------------------


def _spread(lane: Lane) -> None:
    """Spread the bundles that leave or enter a box by one side, in the order of where they go."""
    if len(lane.uses) == 1 and lane.cell.is_leaf:
        lane.uses[0].at = lane.middle
        return
    if len(lane.uses) == 1:
        route = lane.uses[0].route
        goal = (route[2] if lane.uses[0].index == 0 else route[-3]).lane.middle
        lane.uses[0].at = min(max(goal, lane.low), lane.high)
        return
    goals: dict[int, list[float]] = {}
    for piece in lane.uses:
        route = piece.route
        towards = route[2] if piece.index == 0 else route[-3]
        goals.setdefault(piece.bundle, []).append(towards.lane.middle)
    # Equal goals keep the order of the edges, so that two lines between the same boxes run side by side.
    wishes = sorted((sum(found) / len(found), order, key) for order, (key, found) in enumerate(goals.items()))
    step = min(PORT, max(lane.high - lane.low, 1.0) / len(wishes))
    places: dict[int, float] = {}
    start = lane.middle - step * (len(wishes) - 1) / 2
    last = lane.low - step
    for number, (goal, _, key) in enumerate(wishes):
        if lane.cell.is_leaf:
            places[key] = start + number * step
        else:
            still_to_come = len(wishes) - 1 - number
            places[key] = last = min(max(goal, last + step, lane.low), lane.high - step * still_to_come)
    for piece in lane.uses:
        piece.at = places[piece.bundle]


def _straighten(route: Route) -> None:
    """Let two ports that face each other over one lane lie in one line, where one of them is alone at its side."""
    one, other = route[0], route[2]
    if abs(one.at - other.at) < 0.01:
        return
    low = max(one.lane.low, other.lane.low) + 6
    high = min(one.lane.high, other.lane.high) - 6
    if low > high:
        return
    if len(other.lane.uses) == 1 and low <= one.at <= high:
        other.at = one.at
    elif len(one.lane.uses) == 1 and low <= other.at <= high:
        one.at = other.at
    elif len(one.lane.uses) == len(other.lane.uses) == 1:
        one.at = other.at = (low + high) / 2


def _nudge(lane: Lane) -> None:
    """Move ports apart that would meet head-on in one lane without being one line."""
    if len(lane.uses) < 2:
        return
    before: list[tuple[Piece, int]] = []
    after: list[tuple[Piece, int]] = []
    middle = lane.middle
    for piece in lane.uses:
        for port in (piece.route[piece.index - 1], piece.route[piece.index + 1]):
            if port.lane.is_side:
                (before if port.lane.far <= middle else after).append((port, piece.bundle))
    if not before or not after:
        return
    places: dict[int, list[tuple[Piece, int]]] = {}
    for port, bundle_here in before:
        places.setdefault(round(port.at / 4), []).append((port, bundle_here))
    for port, bundle_here in after:
        square = round(port.at / 4)
        for near in (square - 1, square, square + 1):
            for other, bundle_there in places.get(near, ()):
                facing = port.route[-1 if port.index == 0 else 0]
                is_own = facing.lane is other.lane and facing.bundle == other.bundle
                if is_own or bundle_here == bundle_there or abs(other.at - port.at) >= 4:
                    continue
                moved = port.at + _NUDGE if port.at + _NUDGE <= port.lane.high else port.at - _NUDGE
                for piece in port.lane.uses:
                    if piece.bundle == port.bundle:
                        piece.at = moved
                break


# -- in channels and gaps --------------------------------------------------------------------------------------


def _stack(lane: Lane) -> int:
    """Give the bundles in one lane their tracks; returns how many there are."""
    if len(lane.uses) == 1:
        piece = lane.uses[0]
        before, after = piece.route[piece.index - 1], piece.route[piece.index + 1]
        if abs(before.at - after.at) < _STRAIGHT:
            return 0
        if lane.sort == Sort.GAP and lane.high - lane.low > _WIDE:
            piece.at = _within(lane, _wish(piece))
        else:
            piece.at = (lane.low + lane.high) / 2
        return 1
    bundles: dict[int, _Bundle] = {}
    for piece in lane.uses:
        route, index, own = piece.route, piece.index, piece.at
        one, other = route[index - 1], route[index + 1]
        start, end = one.at, other.at
        away = one.lane.far if index == 1 else route[index - 2].at
        first = -1 if away < own else 1
        away = other.lane.far if index == len(route) - 2 else route[index + 2].at
        last = -1 if away < own else 1
        if start > end or (start == end and first > last):
            start, end, first, last = end, start, last, first
        known = bundles.get(piece.bundle)
        if known is None:
            bundles[piece.bundle] = _Bundle(piece, start, end, first, last)
        else:
            known.add(piece, start, end, first, last)
    items: list[_Bundle] = []
    for number, item in enumerate(bundles.values()):
        if item.high - item.low < _STRAIGHT:
            continue
        near, far = item.near, item.far
        if near < 0 and far < 0:
            item.key = (0, item.high - item.low, item.low, number)
        elif near > 0 and far > 0:
            item.key = (3, item.low - item.high, item.low, number)
        elif near < 0:
            item.key = (1, -item.low, -item.high, number)
        else:
            item.key = (2, item.high, item.low, number)
        items.append(item)
    if not items:
        return 0
    if lane.sort == Sort.GAP and lane.high - lane.low > _WIDE + TRACK * len(items):
        _follow(lane, items)
        return len(items)
    items.sort(key=attrgetter("key"))
    if len(items) <= _EXACT:
        _keep_order(items)
    else:
        _pack_tightly(items)
    count = max(item.track for item in items) + 1
    step = min(TRACK, (lane.high - lane.low) / (count + 1))
    start = (lane.low + lane.high - step * (count - 1)) / 2
    for item in items:
        at = start + item.track * step
        for piece in item.pieces:
            piece.at = at
    return count


def _wish(piece: Piece) -> float:
    """Where an upright piece would have to lie to go on straight from what comes before it, or after."""
    route, index = piece.route, piece.index
    low, high = piece.lane.low + CLEAR, piece.lane.high - CLEAR
    near = [route[at].at for at in (index - 2, index + 2) if 0 <= at < len(route)]
    return next((at for at in near if low <= at <= high), sum(near) / len(near) if near else piece.lane.middle)


def _within(lane: Lane, wish: float) -> float:
    return min(max(wish, lane.low + CLEAR + TRACK), lane.high - CLEAR - TRACK)


def _follow(lane: Lane, items: Sequence[_Bundle]) -> None:
    """In a wide gap each bundle lies where it can go straight on, or at the edge that is nearest to that."""
    wishes = sorted(
        (_within(lane, sum(map(_wish, item.pieces)) / len(item.pieces)), item.key[-1], number)
        for number, item in enumerate(items)
    )
    places = [wish for wish, _, _ in wishes]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + TRACK)
    limit = lane.high - CLEAR
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], limit)
        limit = places[at] - TRACK
    for place, (_, _, number) in zip(places, wishes, strict=True):
        for piece in items[number].pieces:
            piece.at = place


def _keep_order(items: Sequence[_Bundle]) -> None:
    """Tracks in the sorted order: a bundle lies below all earlier ones that it overlaps."""
    for number, item in enumerate(items):
        track = 0
        low, high = item.low - 8, item.high + 8
        for other in items[:number]:
            if other.track >= track and other.low < high and low < other.high:
                track = other.track + 1
        item.track = track


def _pack_tightly(items: Sequence[_Bundle]) -> None:
    """The fewest tracks, for lanes too full to keep an order in: each takes the first track that is free."""
    ends: list[float] = []
    for item in sorted(items, key=attrgetter("low", "key")):
        track = next((at for at, end in enumerate(ends) if end <= item.low - 8), len(ends))
        if track == len(ends):
            ends.append(item.high)
        else:
            ends[track] = item.high
        item.track = track


def points(route: Route) -> list[tuple[float, float]]:
    """The corners of an edge, from the border of its source to that of its target."""
    first, last = route[0], route[-1]
    corners = [(first.at, first.lane.far) if first.lane.is_upright else (first.lane.far, first.at)]
    before = first
    for piece in route[1:]:
        # a piece leads to the corner in which it has its own place one way, the next piece has its own the other
        corners.append((before.at, piece.at) if before.lane.is_upright else (piece.at, before.at))
        before = piece
    corners.append((last.at, last.lane.far) if last.lane.is_upright else (last.lane.far, last.at))
    kept: list[tuple[float, float]] = []
    x1 = y1 = x2 = y2 = inf  # the last corner but one, the last corner
    for x, y in corners:
        x, y = round(x, 1), round(y, 1)
        if x == x2 and y == y2:
            continue
        if (x1 == x2 == x) or (y1 == y2 == y):
            kept[-1] = (x, y)  # straight on
        else:
            kept.append((x, y))
            x1, y1 = x2, y2
        x2, y2 = x, y
    return kept
