"""Where in its lane each trunk of lines lies: ports spread along the sides, lines side by side in the channels.

Lines that come from one box, or go to one, are bundled: they share a track until they part, so that a fan of edges
looks like a tree. Within a lane the bundles are ordered so that few cross: those that bend back to the upper side
lie on top, the shorter ones outside; those that pass through are sorted by the end at which they enter. Bundles
that do not overlap share a track.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from operator import attrgetter

from cloudviz.diagram.layout.lanes import Lane, Route, Sort, Trunk

TRACK = 8.0  # between two lines side by side
CLEAR = 12.0  # between a line and a box, so that an arrowhead has room
PORT = 16.0  # between two lines at one side of a box
_EXACT = 150  # bundles in a lane up to which their order is kept exactly
_NUDGE = 7.0
_STRAIGHT = 0.5  # px: what passes a lane with less of a bend needs no track in it
_ONE_TRACK = 2 * CLEAR  # a lane as wide as this has room for one bundle
_WIDE = 60.0  # a lane wider than this has its lines near the boxes, not in its middle


def foresee(lanes: Sequence[Lane], routes: Sequence[Route]) -> list[tuple[Lane, int]]:
    """How many tracks the channels and gaps need that may be too narrow for their lines.

    For this all else is taken to lie in the middle of its lane: where lines turn exactly matters little for how
    many of them are side by side. What was found out about which lines turn where holds for :func:`assign` too.
    """
    narrow: list[Lane] = []
    for lane in lanes:
        trunks = lane.trunks
        count = len(trunks)
        if lane.is_side:
            asked = count > 1 or bool(lane.cell.rows)
        else:
            width = lane.high - lane.low
            is_narrow = lane.sort != Sort.HEADER and width < room_for(count)
            if is_narrow:
                narrow.append(lane)
            asked = is_narrow or count > 1 or width > _WIDE
        if asked:
            for trunk in trunks.values():
                trunk.turns = []
    for route in routes:
        for index, trunk in enumerate(route):
            if trunk.turns is not None:
                trunk.turns.append((route, index))
    return [(lane, _side_by_side(lane)) for lane in narrow]


def room_for(tracks: int) -> float:
    """Width in px of a lane that so many tracks need."""
    return 2 * CLEAR + (tracks - 1) * TRACK


def _side_by_side(lane: Lane) -> int:
    """How many of the trunks in a lane lie beside each other, if all others lay in the middle of theirs."""
    starts: list[float] = []
    ends: list[float] = []
    for trunk in lane.trunks.values():
        low, high = inf, -inf
        for route, index in trunk.turns or ():
            one, other = route[index - 1].lane, route[index + 1].lane
            if one.is_side and other.is_side and _face(one, other):
                continue
            start, end = one.low + one.high, other.low + other.high
            if start > end:
                start, end = end, start
            if start < low:
                low = start
            if end > high:
                high = end
        if high - low >= 2 * _STRAIGHT:
            starts.append(low)
            ends.append(high + 2 * TRACK)
    if len(starts) < 2:
        return len(starts)
    starts.sort()
    ends.sort()
    most = at = 0
    for number, start in enumerate(starts, 1):
        while ends[at] <= start:
            at += 1
        if number - at > most:
            most = number - at
    return most


def _face(one: Lane, other: Lane) -> bool:
    """Whether a line could run straight from one side of a box to one of another."""
    return max(one.low, other.low) + 6 <= min(one.high, other.high) - 6


def assign(lanes: Sequence[Lane], routes: Sequence[Route], *, draft: bool = False) -> list[tuple[Lane, int]]:
    """Decide ``at`` of every trunk; a draft tells the tracks that channels and gaps need which may be too narrow.

    Most lanes have one trunk, which lies in their middle: no more thought is given to these. What the draft found
    out about which lines turn where holds afterwards too.
    """
    sides: list[Lane] = []
    gaps: list[Lane] = []
    channels: list[Lane] = []
    asked: set[Trunk] = set()
    for lane in lanes:
        low, high, trunks = lane.low, lane.high, lane.trunks
        middle = (low + high) / 2
        if lane.is_side:
            is_simple = len(trunks) == 1 and not lane.cell.rows
            if not is_simple:
                sides.append(lane)
        else:
            is_simple = len(trunks) == 1 and high - low <= _WIDE and not (draft and high - low < _ONE_TRACK)
            if not is_simple:
                (channels if lane.sort == Sort.CHANNEL else gaps).append(lane)
        for trunk in trunks.values():
            trunk.at = middle
            if not is_simple and trunk.turns is None:
                trunk.turns = []
                asked.add(trunk)
    if asked:
        for route in routes:
            for index, trunk in enumerate(route):
                if trunk in asked and trunk.turns is not None:
                    trunk.turns.append((route, index))
    for lane in sides:
        _spread(lane)
    for route in routes:
        if len(route) == 3:
            _straighten(route)
    if not draft:
        for lane in (*gaps, *channels):
            if len(lane.trunks) > 1:
                _nudge(lane)
    needed = [(lane, _stack(lane)) for lane in gaps]
    needed += [(lane, _stack(lane)) for lane in channels]
    if not draft:
        for lane in lanes:
            for trunk in lane.trunks.values():
                trunk.at = round(trunk.at, 1)
    return needed


# -- where edges begin and end ---------------------------------------------------------------------------------


def _spread(lane: Lane) -> None:
    """Spread the trunks that leave or enter a box by one side, in the order of where they go."""
    wishes: list[tuple[float, int, Trunk]] = []
    for order, trunk in enumerate(lane.trunks.values()):
        total = 0.0
        turns = trunk.turns or ()
        for route, index in turns:
            towards = route[-3 if index else 2].lane
            total += (towards.low + towards.high) / 2
        wishes.append((total / len(turns), order, trunk))
    if lane.used == 1:
        wishes[0][2].at = min(max(wishes[0][0], lane.low), lane.high)
        return
    # Equal goals keep the order of the edges, so that two lines between the same boxes run side by side.
    wishes.sort()
    step = min(PORT, max(lane.high - lane.low, 1.0) / len(wishes))
    start = lane.middle - step * (len(wishes) - 1) / 2
    last = lane.low - step
    for number, (goal, _, trunk) in enumerate(wishes):
        if lane.cell.is_leaf:
            trunk.at = start + number * step
        else:
            still_to_come = len(wishes) - 1 - number
            trunk.at = last = min(max(goal, last + step, lane.low), lane.high - step * still_to_come)


def _straighten(route: Route) -> None:
    """Let two ports that face each other over one lane lie in one line, where one of them is alone at its side."""
    one, other = route[0], route[2]
    if abs(one.at - other.at) < 0.01:
        return
    low = max(one.lane.low, other.lane.low) + 6
    high = min(one.lane.high, other.lane.high) - 6
    if low > high:
        return
    if other.lane.used == 1 and low <= one.at <= high:
        other.at = one.at
    elif one.lane.used == 1 and low <= other.at <= high:
        one.at = other.at
    elif one.lane.used == other.lane.used == 1:
        one.at = other.at = (low + high) / 2


def _nudge(lane: Lane) -> None:
    """Move ports apart that would meet head-on in one lane without being one line."""
    before: list[tuple[Trunk, Trunk, int]] = []  # the port, that at the other end of its line, the bundle between
    after: list[tuple[Trunk, Trunk, int]] = []
    middle = lane.middle
    for trunk in lane.trunks.values():
        for route, index in trunk.turns or ():
            if index == 1:
                (before if route[0].lane.far <= middle else after).append((route[0], route[-1], trunk.bundle))
            if index == len(route) - 2:
                (before if route[-1].lane.far <= middle else after).append((route[-1], route[0], trunk.bundle))
    if not before or not after:
        return
    places: dict[int, list[tuple[Trunk, int]]] = {}
    for port, _, bundle_here in before:
        places.setdefault(round(port.at / 4), []).append((port, bundle_here))
    for port, facing, bundle_here in after:
        square = round(port.at / 4)
        for near in (square - 1, square, square + 1):
            for other, bundle_there in places.get(near, ()):
                if facing is other or bundle_here == bundle_there or abs(other.at - port.at) >= 4:
                    continue
                port.at += _NUDGE if port.at + _NUDGE <= port.lane.high else -_NUDGE
                break


# -- in channels and gaps --------------------------------------------------------------------------------------


def _stack(lane: Lane) -> int:
    """Give the trunks in one lane their tracks; returns how many there are."""
    items: list[Trunk] = []
    for number, trunk in enumerate(lane.trunks.values()):
        low, high, near, far = inf, -inf, 1, -1
        own = trunk.at
        for route, index in trunk.turns or ():
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
            trunk.key = (0, high - low, low, number) if far < 0 else (1, -low, -high, number)
        else:
            trunk.key = (2, high, low, number) if far < 0 else (3, low - high, low, number)
        trunk.low, trunk.high = low, high
        items.append(trunk)
    if not items:
        return 0
    # one line alone looks better near what it joins in a gap that is less wide than two would need
    if lane.sort == Sort.GAP and lane.high - lane.low > _WIDE + TRACK * (len(items) if lane.used > 1 else 0):
        _follow(lane, items)
        return len(items)
    items.sort(key=attrgetter("key"))
    if len(items) <= _EXACT:
        _keep_order(items)
    else:
        _pack_tightly(items)
    count = max(trunk.track for trunk in items) + 1
    step = min(TRACK, (lane.high - lane.low) / (count + 1))
    start = (lane.low + lane.high - step * (count - 1)) / 2
    for trunk in items:
        trunk.at = start + trunk.track * step
    return count


def _wish(trunk: Trunk) -> float:
    """Where an upright trunk would have to lie to go on straight from what comes before its lines, or after."""
    low, high = trunk.lane.low + CLEAR, trunk.lane.high - CLEAR
    total = 0.0
    turns = trunk.turns or ()
    for route, index in turns:
        near = [route[at].at for at in (index - 2, index + 2) if 0 <= at < len(route)]
        wish = sum(near) / len(near) if near else trunk.lane.middle
        total += next((at for at in near if low <= at <= high), wish)
    return _within(trunk.lane, total / len(turns))


def _within(lane: Lane, wish: float) -> float:
    return min(max(wish, lane.low + CLEAR + TRACK), lane.high - CLEAR - TRACK)


def _follow(lane: Lane, items: Sequence[Trunk]) -> None:
    """In a wide gap each trunk lies where it can go straight on, or at the edge that is nearest to that."""
    wishes = sorted((_wish(trunk), trunk.key[-1], number) for number, trunk in enumerate(items))
    places = [wish for wish, _, _ in wishes]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + TRACK)
    limit = lane.high - CLEAR
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], limit)
        limit = places[at] - TRACK
    for place, (_, _, number) in zip(places, wishes, strict=True):
        items[number].at = place


def _keep_order(items: Sequence[Trunk]) -> None:
    """Tracks in the sorted order: a trunk lies below all earlier ones that it overlaps."""
    tracks: list[list[Trunk]] = []
    for item in items:
        low, high = item.low - 8, item.high + 8
        track = len(tracks)
        while track:
            for other in tracks[track - 1]:
                if other.low < high and low < other.high:
                    break
            else:
                track -= 1
                continue
            break
        if track == len(tracks):
            tracks.append([item])
        else:
            tracks[track].append(item)
        item.track = track


def _pack_tightly(items: Sequence[Trunk]) -> None:
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
    at = first.at
    is_upright = first.lane.is_upright
    far = round(first.lane.far, 1)
    # a trunk leads to the corner in which it has its own place one way, the next trunk has its own the other
    x2, y2 = (at, far) if is_upright else (far, at)
    kept = [(x2, y2)]
    x1 = y1 = inf  # the last corner but one
    places = [trunk.at for trunk in route]
    places.append(round(last.lane.far, 1))
    for place in places[1:]:
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
