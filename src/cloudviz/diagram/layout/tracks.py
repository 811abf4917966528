"""Where in its lane each piece of an edge lies: ports spread along the sides, lines side by side in the channels.

Within a lane the pieces are ordered so that few cross: those that bend back to the upper side lie on top, the
shorter ones outside; those that pass through are sorted by the end at which they enter. Pieces that do not overlap
share a track.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from cloudviz.diagram.layout.cells import Cell
from cloudviz.diagram.layout.routing import Lane, Piece

TRACK = 8.0  # between two lines side by side
CLEAR = 12.0  # between a line and a box, so that an arrowhead has room
PORT = 16.0  # between two lines at one side of a box
_EXACT = 150  # pieces in a lane up to which their order is kept exactly
_NUDGE = 7.0

Route = list[Piece]


def assign(routes: Sequence[Route], cells: Mapping[int, Cell]) -> dict[Lane, int]:
    """Decide ``at`` of every piece, and tell how many tracks each channel and gap needs."""
    lanes: dict[Lane, list[tuple[Route, int]]] = {}
    for route in routes:
        for at, piece in enumerate(route):
            lanes.setdefault(piece.lane, []).append((route, at))
    ports: list[Lane] = []
    gaps: list[Lane] = []
    channels: list[Lane] = []
    for lane in lanes:
        if lane.sort in _SIDES:
            ports.append(lane)
        else:
            (channels if lane.sort == "channel" else gaps).append(lane)
    for lane in ports:
        _spread(lanes[lane], lanes, cells[lane.cell])
    for route in routes:
        _straighten(route, lanes)
    _nudge(lanes, gaps)
    _nudge(lanes, channels)
    needed = {lane: _stack(lanes[lane]) for lane in gaps}
    needed.update((lane, _stack(lanes[lane])) for lane in channels)
    return needed


_SIDES = frozenset({"top", "bottom", "left", "right"})


def _spread(uses: list[tuple[Route, int]], lanes: Mapping[Lane, list[tuple[Route, int]]], cell: Cell) -> None:
    """Spread the pieces that leave a box by one side, in the order of where they go."""
    wishes = []
    for number, (route, at) in enumerate(uses):
        towards = route[2] if at == 0 else route[-3] if len(route) > 2 else route[at]
        goal = towards.want if len(route) > 2 else route[at].want
        wishes.append((goal, number, route[at]))
    wishes.sort(key=lambda wish: wish[:2])
    first = wishes[0][2]
    room = max(first.high - first.low, 1.0)
    step = min(PORT, room / len(wishes))
    if cell.is_leaf:
        start = (first.low + first.high) / 2 - step * (len(wishes) - 1) / 2
        for number, (_, _, piece) in enumerate(wishes):
            piece.at = piece.want = start + number * step
        return
    last = first.low - step
    for number, (goal, _, piece) in enumerate(wishes):
        still_to_come = len(wishes) - 1 - number
        piece.at = min(max(goal, last + step, piece.low), piece.high - step * still_to_come)
        piece.want = last = piece.at


def _straighten(route: Route, lanes: Mapping[Lane, list[tuple[Route, int]]]) -> None:
    """Let two ports that face each other over one lane lie in one line, where each is alone at its side."""
    if len(route) != 3 or route[0].is_vertical != route[2].is_vertical:
        return
    one, other = route[0], route[2]
    if abs(one.at - other.at) < 0.01:
        return
    alone = len(lanes[one.lane]) == 1, len(lanes[other.lane]) == 1
    low, high = max(one.low, other.low) + 6, min(one.high, other.high) - 6
    if low > high:
        return
    if alone[1] and low <= one.at <= high:
        other.at = other.want = one.at
    elif alone[0] and low <= other.at <= high:
        one.at = one.want = other.at
    elif all(alone):
        one.at = other.at = one.want = other.want = (low + high) / 2


def _nudge(lanes: Mapping[Lane, list[tuple[Route, int]]], which: Sequence[Lane]) -> None:
    """Move ports apart that would meet head-on in one lane without being one line."""
    for lane in which:
        uses = lanes[lane]
        if len(uses) < 2:
            continue
        before: list[tuple[float, Route]] = []
        after: list[tuple[Piece, Route]] = []
        for route, at in uses:
            for index, inner in ((at - 1, 0), (at + 1, len(route) - 1)):
                if index != inner or not 0 <= index < len(route):
                    continue
                piece = route[index]
                if piece.far <= route[at].at:
                    before.append((piece.at, route))
                else:
                    after.append((piece, route))
        if not before or not after:
            continue
        taken = sorted(at for at, _ in before)
        owners = {(at, id(route)) for at, route in before}
        for piece, route in after:
            if (piece.at, id(route)) in owners:
                continue
            if any(abs(at - piece.at) < 4 for at in taken):
                moved = piece.at + _NUDGE if piece.at + _NUDGE <= piece.high else piece.at - _NUDGE
                piece.at = piece.want = max(moved, piece.low)


def _stack(uses: list[tuple[Route, int]]) -> int:
    """Give the pieces in one lane their tracks; returns how many there are."""
    items: list[tuple[tuple[int, float, float], float, float, int, Piece]] = []
    for number, (route, at) in enumerate(uses):
        piece = route[at]
        before, after = route[at - 1], route[at + 1]
        starts = (before.at, _direction(route, at, -1)), (after.at, _direction(route, at, 1))
        (low, near), (high, far) = sorted(starts)
        if near < 0 and far < 0:
            key = (0, high - low, low)
        elif near > 0 and far > 0:
            key = (3, low - high, low)
        elif near < 0:
            key = (1, -low, -high)
        else:
            key = (2, high, low)
        if high - low < 0.5:
            continue  # a straight passage needs no track
        items.append((key, low - 4, high + 4, number, piece))
    if not items:
        for route, at in uses:
            route[at].at = (route[at].low + route[at].high) / 2
        return 0
    items.sort(key=lambda item: (item[0], item[3]))
    tracks = _keep_order(items) if len(items) <= _EXACT else _pack_tightly(items)
    count = max(tracks) + 1
    _settle(items, tracks, count)
    return count


def _settle(
    items: Sequence[tuple[tuple[int, float, float], float, float, int, Piece]], tracks: Sequence[int], count: int
) -> None:
    first = items[0][4]
    low, high = first.low, first.high
    step = min(TRACK, (high - low) / (count + 1))
    wish = sum(item[4].want for item in items) / len(items)
    half = step * (count - 1) / 2
    edge = min(CLEAR, (high - low) / 2 - half)
    centre = min(max(wish, low + edge + half), high - edge - half)
    if high - low < 60:
        centre = (low + high) / 2
    for item, track in zip(items, tracks, strict=True):
        item[4].at = centre - half + track * step


def _direction(route: Route, at: int, step: int) -> int:
    """Whether an edge goes to the upper (left) side of a lane at one end of its piece, -1, or the other, 1."""
    neighbour = at + step
    away = route[neighbour].far if neighbour in (0, len(route) - 1) else route[neighbour + step].at
    return -1 if away < route[at].at else 1


def _keep_order(items: Sequence[tuple[tuple[int, float, float], float, float, int, Piece]]) -> list[int]:
    """Tracks in the sorted order: a piece lies below all earlier ones that it overlaps."""
    tracks: list[int] = []
    for number, (_, low, high, _, _) in enumerate(items):
        track = 0
        for other in range(number):
            if tracks[other] >= track and items[other][1] < high and low < items[other][2]:
                track = tracks[other] + 1
        tracks.append(track)
    return tracks


def _pack_tightly(items: Sequence[tuple[tuple[int, float, float], float, float, int, Piece]]) -> list[int]:
    """The fewest tracks, for lanes too full to keep an order in: each piece takes the first track that is free."""
    ends: list[float] = []
    tracks = [0] * len(items)
    for number in sorted(range(len(items)), key=lambda at: (items[at][1], at)):
        low, high = items[number][1], items[number][2]
        track = next((at for at, end in enumerate(ends) if end <= low), len(ends))
        if track == len(ends):
            ends.append(high)
        else:
            ends[track] = high
        tracks[number] = track
    return tracks


def points(route: Route) -> list[tuple[float, float]]:
    """The corners of an edge, from the border of its source to that of its target."""
    first, last = route[0], route[-1]
    corners = [(first.at, first.far) if first.is_vertical else (first.far, first.at)]
    for piece, following in pairwise(route):
        x = piece.at if piece.is_vertical else following.at
        y = following.at if piece.is_vertical else piece.at
        corners.append((x, y))
    corners.append((last.at, last.far) if last.is_vertical else (last.far, last.at))
    rounded = [(round(x, 1), round(y, 1)) for x, y in corners]
    kept = rounded[:1]
    for corner in rounded[1:]:
        if corner == kept[-1]:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == corner[0] or kept[-2][1] == kept[-1][1] == corner[1]):
            kept[-1] = corner
        else:
            kept.append(corner)
    return kept
