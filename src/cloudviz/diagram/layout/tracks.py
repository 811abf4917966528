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
_ONE_TRACK = 2 * CLEAR  # a lane as wide as this has room for one bundle
_WIDE = 60.0  # a lane wider than this has its lines near the boxes, not in its middle


class _Bundle:
    """Pieces of one lane that share a track, from ``low`` to ``high`` along it; ``key`` orders them across it."""

    __slots__ = ("high", "key", "low", "pieces", "track")

    def __init__(self, pieces: list[Piece], low: float, high: float, key: tuple[int, float, float, int]) -> None:
        self.pieces, self.low, self.high, self.key = pieces, low, high, key
        self.track = 0


def bundle(ends: Sequence[tuple[Cell, Cell]], routes: Sequence[Route], lanes: Iterable[Lane]) -> None:
    """Name for each piece the box whose lines it may lie with: the end that has more lines.

    Then tell each lane its bundles: most lanes have one, which lies in their middle, and need no more thought.
    """
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
    for lane in lanes:
        uses = lane.uses
        first = uses[0].bundle
        for piece in uses:
            if piece.bundle != first:
                break
        else:
            lane.bundles = None
            continue
        lane.bundles = found = {}
        for piece in uses:
            known = found.get(piece.bundle)
            if known is None:
                found[piece.bundle] = [piece]
            else:
                known.append(piece)


def assign(lanes: Iterable[Lane], routes: Sequence[Route], *, draft: bool = False) -> list[tuple[Lane, int]]:
    """Decide ``at`` of every piece; a draft tells the tracks that channels and gaps need which may be too narrow."""
    sides: list[Lane] = []
    gaps: list[Lane] = []
    channels: list[Lane] = []
    for lane in lanes:
        if lane.is_side:
            sides.append(lane)
            continue
        low, high = lane.low, lane.high
        middle = (low + high) / 2
        for piece in lane.uses:
            piece.at = middle
        if lane.bundles is not None or (draft and high - low < _ONE_TRACK) or high - low > _WIDE:
            (channels if lane.sort == Sort.CHANNEL else gaps).append(lane)
    for lane in sides:
        _spread(lane)
    for route in routes:
        if len(route) == 3:
            _straighten(route)
    if not draft:
        for lane in (*gaps, *channels):
            if lane.bundles is not None:
                _nudge(lane)
    needed = [(lane, _stack(lane)) for lane in gaps]
    needed += [(lane, _stack(lane)) for lane in channels]
    return needed


# -- where edges begin and end ---------------------------------------------------------------------------------


def _spread(lane: Lane) -> None:
    """Spread the bundles that leave or enter a box by one side, in the order of where they go."""
    bundles = lane.bundles
    is_leaf = not lane.cell.rows
    if bundles is None and is_leaf:
        middle = (lane.low + lane.high) / 2
        for piece in lane.uses:
            piece.at = middle
        return
    if len(lane.uses) == 1:
        piece = lane.uses[0]
        goal = (piece.route[2] if piece.index == 0 else piece.route[-3]).lane.middle
        piece.at = min(max(goal, lane.low), lane.high)
        return
    if bundles is None:
        bundles = {lane.uses[0].bundle: lane.uses}
    wishes: list[tuple[float, int, list[Piece]]] = []
    for order, pieces in enumerate(bundles.values()):
        total = 0.0
        for piece in pieces:
            towards = (piece.route[2] if piece.index == 0 else piece.route[-3]).lane
            total += (towards.low + towards.high) / 2
        wishes.append((total / len(pieces), order, pieces))
    # Equal goals keep the order of the edges, so that two lines between the same boxes run side by side.
    wishes.sort()
    step = min(PORT, max(lane.high - lane.low, 1.0) / len(wishes))
    start = (lane.low + lane.high) / 2 - step * (len(wishes) - 1) / 2
    last = lane.low - step
    for number, (goal, _, pieces) in enumerate(wishes):
        if is_leaf:
            last = start + number * step
        else:
            still_to_come = len(wishes) - 1 - number
            last = min(max(goal, last + step, lane.low), lane.high - step * still_to_come)
        for piece in pieces:
            piece.at = last


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
    if lane.bundles is None:
        return _lie_alone(lane)
    items: list[_Bundle] = []
    for number, pieces in enumerate(lane.bundles.values()):
        low, high, near, far = inf, -inf, 1, -1
        for piece in pieces:
            route, index, own = piece.route, piece.index, piece.at
            one, other = route[index - 1], route[index + 1]
            start, end = one.at, other.at
            # to which side the line turns at each end: -1 up or left, 1 down or right
            first = -1 if (one.lane.far if index == 1 else route[index - 2].at) < own else 1
            last = -1 if (other.lane.far if index == len(route) - 2 else route[index + 2].at) < own else 1
            if start > end or (start == end and first > last):
                start, end, first, last = end, start, last, first
            if start < low or (start == low and first < near):
                low, near = start, first
            if end > high or (end == high and last > far):
                high, far = end, last
        if high - low < _STRAIGHT:
            continue
        if near < 0:
            key = (0, high - low, low, number) if far < 0 else (1, -low, -high, number)
        else:
            key = (2, high, low, number) if far < 0 else (3, low - high, low, number)
        items.append(_Bundle(pieces, low, high, key))
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


def _lie_alone(lane: Lane) -> int:
    """Let the one bundle of a lane stay in its middle, but where the lane is wide; returns how many tracks it needs."""
    low, high = inf, -inf
    for piece in lane.uses:
        for near in (piece.route[piece.index - 1].at, piece.route[piece.index + 1].at):
            low, high = min(low, near), max(high, near)
    if high - low < _STRAIGHT:
        return 0
    count = len(lane.uses)
    if lane.sort == Sort.GAP and lane.high - lane.low > _WIDE + (TRACK if count > 1 else 0.0):
        wish = sum(map(_wish, lane.uses)) / count
        at = _within(lane, wish)
        for piece in lane.uses:
            piece.at = at
    return 1


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
    before = route[0]
    at = round(before.at, 1)
    is_upright = before.lane.is_upright
    far = round(before.lane.far, 1)
    # a piece leads to the corner in which it has its own place one way, the next piece has its own the other
    x2, y2 = (at, far) if is_upright else (far, at)
    kept = [(x2, y2)]
    x1 = y1 = inf  # the last corner but one
    following = [round(piece.at, 1) for piece in route[1:]]
    following.append(round(route[-1].lane.far, 1))
    for place in following:
        x, y = (at, place) if is_upright else (place, at)
        is_upright, at = not is_upright, place
        if x == x2 and y == y2:
            continue
        if (x1 == x2 == x) or (y1 == y2 == y):
            kept[-1] = (x, y)  # straight on
        else:
            kept.append((x, y))
            x1, y1 = x2, y2
        x2, y2 = x, y
    return kept
