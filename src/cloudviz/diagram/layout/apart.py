"""Pieces of edges moved apart: parallel ones that would lie on each other get tracks of their own.

First what is all but straight is made straight. Then the pieces of one direction, and after them those of the
other, are put in an order that spares crossings and moved just so far that they keep a track's width, each within
the room that boxes leave it. Ports are pieces like the others, with the side of their box for room. Source:
Hegemann, Wolff, "A simple pipeline for orthogonal graph drawing", Graph Drawing 2023.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cloudviz.diagram.layout.field import Field, Rect

TRACK = 8.0  # px between two lines
_CLEAR = 9.0  # px between a line and a box, where there is room
_CORNER = 10.0  # px at the corners of a box where no line begins
_GAPS = (TRACK, 6.5, 5.0, 4.0, 3.0, 2.0, 1.2, 0.6, 0.0)  # tracks get narrower where there are too many lines
_TOUCH = 6.0  # px by which two pieces must miss each other lengthwise to share a track
_REACH = 90.0  # px across in which pieces are looked for that might lie too near
_SQUARE = 256.0

_Key = tuple[float, ...]


class Piece:
    """An upright or level piece of a way; ``at`` is its x or y, ``low`` to ``high`` its extent."""

    __slots__ = ("at", "bundle", "fields", "high", "key", "low", "lowest", "most", "upright")

    def __init__(self, upright: bool, at: float, field: Field) -> None:
        self.upright, self.at = upright, at
        self.fields = [field]
        self.low = self.high = self.lowest = self.most = 0.0
        self.bundle = 0
        self.key: _Key = ()


class Way:
    """An edge's pieces, alternately upright and level, from its source to its target."""

    __slots__ = ("pieces", "source", "source_box", "target", "target_box")

    def __init__(self, pieces: list[Piece], source_box: Rect, target_box: Rect, source: int, target: int) -> None:
        self.pieces = pieces
        self.source_box, self.target_box = source_box, target_box
        self.source, self.target = source, target

    def ends(self) -> tuple[float, float]:
        """Where, along its first and its last piece, the way begins and ends."""
        pieces, one, other = self.pieces, self.source_box, self.target_box
        if len(pieces) == 1:
            near, far = (1, 3) if pieces[0].upright else (0, 2)
            return (one[far], other[near]) if one[far] <= other[near] else (one[near], other[far])
        return _facing(one, pieces[0], pieces[1].at), _facing(other, pieces[-1], pieces[-2].at)

    def measure(self) -> None:
        """Tell each piece from where to where it goes."""
        start, end = self.ends()
        last = len(self.pieces) - 1
        before = start
        for number, piece in enumerate(self.pieces):
            after = end if number == last else self.pieces[number + 1].at
            if before <= after:
                piece.low, piece.high = before, after
            else:
                piece.low, piece.high = after, before
            before = piece.at

    def points(self) -> list[tuple[float, float]]:
        """The corners from border to border."""
        start, end = self.ends()
        places = [start, *[round(piece.at, 1) for piece in self.pieces], end]
        corners: list[tuple[float, float]] = []
        upright = not self.pieces[0].upright
        for one, other in pairwise(places):
            corner = (one, other) if upright else (other, one)
            upright = not upright
            corner = (round(corner[0], 1), round(corner[1], 1))
            if corners and corners[-1] == corner:
                continue
            if len(corners) > 1 and (
                corners[-2][0] == corners[-1][0] == corner[0] or corners[-2][1] == corners[-1][1] == corner[1]
            ):
                corners[-1] = corner
            else:
                corners.append(corner)
        return corners


def part(ways: Sequence[Way]) -> None:
    """Move the pieces of some ways apart."""
    _straighten(ways)
    _bundle(ways)
    for upright in (False, True, False):
        _pass(ways, upright)


def _facing(box: Rect, piece: Piece, towards: float) -> float:
    near, far = (box[1], box[3]) if piece.upright else (box[0], box[2])
    return far if abs(towards - far) <= abs(towards - near) else near


def _room(way: Way, number: int) -> tuple[float, float]:
    """How far a piece may move both ways; its extent must be known."""
    piece = way.pieces[number]
    low, high = -1e9, 1e9
    for field in piece.fields:
        bounds = field.bounds
        sight, start, end = (
            (field.level, bounds[1], bounds[3]) if piece.upright else (field.upright, bounds[0], bounds[2])
        )
        start, end = max(piece.low, start), min(piece.high, end)
        before, after = sight.room(piece.at, start, max(start, end))
        low, high = max(low, before), min(high, after)
    clear = min(_CLEAR, (high - low) / 2.2)
    low, high = low + clear, high - clear
    for is_end, box in ((number == 0, way.source_box), (number == len(way.pieces) - 1, way.target_box)):
        if is_end:
            start, end = (box[0], box[2]) if piece.upright else (box[1], box[3])
            corner = min(_CORNER, (end - start) / 3)
            low, high = max(low, start + corner), min(high, end - corner)
    return min(low, piece.at), max(high, piece.at)


def _straighten(ways: Sequence[Way]) -> None:
    """Take out the step between two pieces that could lie in one line."""
    ports: dict[tuple[int, bool, bool], int] = {}
    for way in ways:
        way.measure()
        for key in _ports(way):
            ports[key] = ports.get(key, 0) + 1
    for way in ways:
        number = 0
        while number + 2 < len(way.pieces):
            if not _join(way, number, ports):
                number += 1


def _join(way: Way, number: int, ports: dict[tuple[int, bool, bool], int]) -> bool:
    one, _, other = way.pieces[number : number + 3]
    if abs(one.at - other.at) > _REACH * 2:
        return False
    first, last = _ports(way)
    held = [
        piece.at
        for piece, is_port, key in ((one, number == 0, first), (other, number + 3 == len(way.pieces), last))
        if is_port and ports[key] > 1
    ]
    if len(held) > 1:
        return False
    (low, high), (least, most) = _room(way, number), _room(way, number + 2)
    low, high = max(low, least), min(high, most)
    if low > high:
        return False
    if held and not low <= held[0] <= high:
        return False
    if held:
        at = held[0]
    elif number and number + 3 < len(way.pieces):
        at = one.at if low <= one.at <= high else other.at if low <= other.at <= high else (low + high) / 2
    else:
        wish = other.at if not number and number + 3 < len(way.pieces) else one.at
        if not number and number + 3 == len(way.pieces):
            wish = (one.at + other.at) / 2
        at = min(max(wish, low), high)
    one.at = at
    one.fields.extend(field for field in other.fields if field not in one.fields)
    del way.pieces[number + 1 : number + 3]
    way.measure()
    return True


def _ports(way: Way) -> tuple[tuple[int, bool, bool], tuple[int, bool, bool]]:
    """The sides by which a way leaves its source and enters its target."""
    start, end = way.ends()
    first, last = way.pieces[0], way.pieces[-1]
    return (
        (way.source, first.upright, start == way.source_box[3 if first.upright else 2]),
        (way.target, last.upright, end == way.target_box[3 if last.upright else 2]),
    )


def _bundle(ways: Sequence[Way]) -> None:
    """Name for each piece the end whose lines it may lie with: at the ends that end, between the busier one."""
    leaving: dict[int, int] = {}
    coming: dict[int, int] = {}
    for way in ways:
        leaving[way.source] = leaving.get(way.source, 0) + 1
        coming[way.target] = coming.get(way.target, 0) + 1
    for way in ways:
        out, into = way.source + 1, -way.target - 1
        shared = out if leaving[way.source] >= coming[way.target] else into
        for piece in way.pieces:
            piece.bundle = shared
        if len(way.pieces) > 1:
            way.pieces[0].bundle, way.pieces[-1].bundle = out, into


# -- tracks ----------------------------------------------------------------------------------------------------


class _Item:
    """Pieces of one bundle in one line."""

    __slots__ = ("at", "before", "high", "key", "low", "lowest", "most", "number", "pieces", "place")

    def __init__(self, piece: Piece) -> None:
        self.pieces = [piece]
        self.at, self.key = piece.at, piece.key
        self.low, self.high = piece.low, piece.high
        self.lowest, self.most = piece.lowest, piece.most
        self.before: list[_Item] = []
        self.number = 0
        self.place = piece.at


def _pass(ways: Sequence[Way], upright: bool) -> None:
    found: dict[tuple[int, int], list[Piece]] = {}
    for way in ways:
        way.measure()
        for number, piece in enumerate(way.pieces):
            if piece.upright == upright and piece.high - piece.low > 0.05:
                piece.lowest, piece.most = _room(way, number)
                piece.key = _order(way, number)
                found.setdefault((piece.bundle, round(piece.at * 2)), []).append(piece)
    items: list[_Item] = []
    for pieces in found.values():
        items.extend(_merged(pieces))
    items.sort(key=lambda item: (round(item.at / 3), item.key))
    _constrain(items)
    for group in _groups(items):
        if len(group) > 1:
            _solve(group)
    for item in items:
        for piece in item.pieces:
            piece.at = item.place


def _order(way: Way, number: int) -> _Key:
    """Where, among pieces in one line, this one lies so that what it turns into crosses the fewest others."""
    pieces = way.pieces
    piece = pieces[number]
    last = len(pieces) - 1
    turns: list[tuple[float, float, float]] = []  # (where along the piece, which way, then)
    for step in (-1, 1):
        if not 0 <= number + step <= last:
            continue
        along = pieces[number + step].at
        is_port = not 0 <= number + 2 * step <= last
        goal = way.ends()[0 if step < 0 else 1] if is_port else pieces[number + 2 * step].at
        where = 1.0 if goal > piece.at else -1.0
        if is_port:
            further = along
        elif 0 <= number + 3 * step <= last:
            further = pieces[number + 3 * step].at
        else:
            further = way.ends()[0 if step < 0 else 1]
        onward = (further > along) == (along >= piece.high - 0.05)
        then = goal if onward else -goal
        turns.append((along, where, then + where * (1e5 if not onward else 0.0)))
    if not turns:
        return (1.5, piece.low, piece.high, 0.0)
    turns.sort()
    near, far = turns[0][1], turns[-1][1]
    tie = turns[-1][2]
    length = round(piece.high - piece.low)
    if near < 0 and far < 0:
        return (0.0, length, tie, piece.low)
    if near > 0 and far > 0:
        return (3.0, -length, tie, piece.low)
    if near < 0:
        return (1.0, -piece.low, -piece.high, tie)
    return (2.0, piece.high, piece.low, tie)


def _merged(pieces: list[Piece]) -> Iterable[_Item]:
    pieces.sort(key=lambda piece: (piece.low, piece.high))
    items: list[_Item] = []
    for piece in pieces:
        item = items[-1] if items else None
        if (
            item is not None
            and piece.low <= item.high + 1.0
            and max(item.lowest, piece.lowest) <= min(item.most, piece.most)
        ):
            item.pieces.append(piece)
            item.high = max(item.high, piece.high)
            item.lowest, item.most = max(item.lowest, piece.lowest), min(item.most, piece.most)
            item.key = min(item.key, piece.key)
        else:
            items.append(_Item(piece))
    return items


def _constrain(items: Sequence[_Item]) -> None:
    """For each item, those before it in the order that it must keep away from."""
    squares: dict[int, list[_Item]] = {}
    for number, item in enumerate(items):
        item.number = number
        low, high, at = item.low - _TOUCH, item.high + _TOUCH, item.at - _REACH
        seen: set[int] = set()
        for key in range(int(item.low // _SQUARE), int(item.high // _SQUARE) + 1):
            nearby = squares.setdefault(key, [])
            for position in range(len(nearby) - 1, -1, -1):
                other = nearby[position]
                if other.at < at:
                    break
                if other.number in seen or other.low >= high or low >= other.high or other.most < item.lowest:
                    continue
                seen.add(other.number)
                item.before.append(other)
                if other.low <= item.low and item.high <= other.high:
                    break
            nearby.append(item)


def _groups(items: Sequence[_Item]) -> Iterable[list[_Item]]:
    root = list(range(len(items)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for item in items:
        for other in item.before:
            root[find(item.number)] = find(other.number)
    groups: dict[int, list[_Item]] = {}
    for item in items:
        groups.setdefault(find(item.number), []).append(item)
    return groups.values()


def _solve(group: Sequence[_Item]) -> None:
    """Places that keep the order and the widest tracks that fit, near to where the pieces were.

    Two solutions are made, one that gives way upwards and one downwards; halfway between them every distance that
    both keep is kept.
    """
    lowest: dict[int, float] = {}
    most: dict[int, float] = {}
    gap = 0.0
    for gap in _GAPS:
        fits = True
        for item in group:
            least = item.lowest
            for other in item.before:
                least = max(least, lowest[other.number] + gap)
            if least > item.most + 0.01:
                fits = False
                if gap:
                    break
                least = item.most  # too many lines even for one track: some lie on each other
            lowest[item.number] = least
        if fits:
            break
    for item in group:
        most[item.number] = item.most
    for item in reversed(group):
        here = most[item.number]
        for other in item.before:
            most[other.number] = min(most[other.number], here - gap)
    up: dict[int, float] = {}
    for item in group:
        place = min(item.at, most[item.number])
        for other in item.before:
            place = max(place, up[other.number] + gap)
        up[item.number] = place
    down = {item.number: max(item.at, lowest[item.number]) for item in group}
    for item in reversed(group):
        here = down[item.number] = min(down[item.number], most[item.number])
        for other in item.before:
            down[other.number] = min(down[other.number], here - gap)
    for item in group:
        place = (max(up[item.number], lowest[item.number]) + down[item.number]) / 2
        item.place = min(max(place, item.lowest), item.most)
