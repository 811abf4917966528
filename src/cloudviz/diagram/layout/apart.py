"""Pieces of edges moved apart: parallel ones that would lie on each other get tracks of their own.

First what is all but straight is made straight. Then the pieces of one direction, and after them those of the
other, are put in an order that spares crossings and moved just so far that they keep a track's width, each within
the room that boxes leave it. Ports are pieces like the others, with the side of their box for room. Source:
Hegemann, Wolff, "A simple pipeline for orthogonal graph drawing", Graph Drawing 2023.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

from cloudviz.diagram.layout.field import Field, Rect
from cloudviz.diagram.layout.pieces import Piece
from cloudviz.diagram.layout.spacing import Item, spread

_CLEAR = 9.0  # px between a line and a box, where there is room
_CORNER = 10.0  # px at the corners of a box where no line begins
_STEP = 180.0  # px of a step up to which it is taken out


class Way:
    """An edge's pieces, alternately upright and level, from its source to its target."""

    __slots__ = ("end", "pieces", "source", "source_box", "start", "target", "target_box")

    def __init__(self, pieces: list[Piece], source_box: Rect, target_box: Rect, source: int, target: int) -> None:
        self.pieces = pieces
        self.source_box, self.target_box = source_box, target_box
        self.source, self.target = source, target
        self.start = self.end = 0.0

    def ends(self) -> tuple[float, float]:
        """Where, along its first and its last piece, the way begins and ends."""
        pieces, one, other = self.pieces, self.source_box, self.target_box
        if len(pieces) == 1:
            near, far = (1, 3) if pieces[0].upright else (0, 2)
            return (one[far], other[near]) if one[far] <= other[near] else (one[near], other[far])
        return _facing(one, pieces[0], pieces[1].at), _facing(other, pieces[-1], pieces[-2].at)

    def measure(self) -> None:
        """Tell each piece from where to where it goes, and where the way starts and ends."""
        self.start, self.end = before, end = self.ends()
        piece: Piece | None = None
        for following in self.pieces:
            if piece is not None:
                after = following.at
                if before <= after:
                    piece.low, piece.high = before, after
                else:
                    piece.low, piece.high = after, before
                before = piece.at
            piece = following
        if piece is not None:
            piece.low, piece.high = (before, end) if before <= end else (end, before)

    def points(self) -> list[tuple[float, float]]:
        """The corners from border to border."""
        start, end = self.ends()
        upright = self.pieces[0].upright
        at = round(self.pieces[0].at, 1)
        x2, y2 = (at, round(start, 1)) if upright else (round(start, 1), at)
        corners = [(x2, y2)]
        x1 = y1 = inf  # the last corner but one
        places = [round(piece.at, 1) for piece in self.pieces]
        places.append(round(end, 1))
        for place in places[1:]:
            # a piece leads to the corner in which it has its own place one way, the next has its own the other
            x, y = (at, place) if upright else (place, at)
            upright, at = not upright, place
            if x == x2 and y == y2:
                continue
            if (x1 == x2 == x) or (y1 == y2 == y):
                corners[-1] = (x, y)  # straight on
            else:
                corners.append((x, y))
                x1, y1 = x2, y2
            x2, y2 = x, y
        return corners


def part(ways: Sequence[Way], rounds: int = 3) -> None:
    """Move the pieces of some ways apart, those of one direction, then those of the other, and so on."""
    _straighten(ways)
    _bundle(ways)
    for number in range(rounds):
        _pass(ways, upright=number % 2 == 1)


def _facing(box: Rect, piece: Piece, towards: float) -> float:
    near, far = (box[1], box[3]) if piece.upright else (box[0], box[2])
    return far if abs(towards - far) <= abs(towards - near) else near


def _room(way: Way, number: int) -> tuple[float, float]:
    """How far a piece may move both ways; its extent must be known."""
    piece = way.pieces[number]
    low, high = _free(piece.at, piece.low, piece.high, piece.upright, piece.fields)
    if number == 0:
        low, high = _within(low, high, piece.upright, way.source_box)
    if number == len(way.pieces) - 1:
        low, high = _within(low, high, piece.upright, way.target_box)
    return min(low, piece.at), max(high, piece.at)


def _free(at: float, lowest: float, most: float, upright: bool, fields: Iterable[Field]) -> tuple[float, float]:
    """How far a piece from ``lowest`` to ``most`` may move both ways for the boxes in some containers."""
    low, high = -1e9, 1e9
    for field in fields:
        bounds = field.bounds
        if upright:
            sight, start, end = field.level, bounds[1], bounds[3]
        else:
            sight, start, end = field.upright, bounds[0], bounds[2]
        if lowest > start:
            start = lowest
        if most < end:
            end = most
        before, after = sight.room(at, start, end if end > start else start)
        if before > low:
            low = before
        if after < high:
            high = after
    clear = min(_CLEAR, (high - low) / 2.2)
    return low + clear, high - clear


def _held(way: Way, number: int) -> Iterable[Rect]:
    """The boxes in whose sides a piece begins or ends."""
    if number == 0:
        yield way.source_box
    if number == len(way.pieces) - 1:
        yield way.target_box


def _within(low: float, high: float, upright: bool, box: Rect) -> tuple[float, float]:
    """What of a room lies beside a side of a box, its corners left out."""
    start, end = (box[0], box[2]) if upright else (box[1], box[3])
    corner = (end - start) / 3
    if corner > _CORNER:
        corner = _CORNER
    start, end = start + corner, end - corner
    return start if start > low else low, end if end < high else high


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
    if abs(one.at - other.at) > _STEP:
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
    start, end = way.start, way.end  # it has been measured
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


_Found = list[tuple[Piece, Way, int]]
"""Pieces with their ways, and which of a way's pieces each is."""


def _pass(ways: Sequence[Way], upright: bool) -> None:
    found: dict[tuple[int, int], _Found] = {}
    for way in ways:
        way.measure()
        for number, piece in enumerate(way.pieces):
            if piece.upright == upright and piece.high - piece.low > 0.05:
                piece.key = _order(way, number)
                key = (piece.bundle, round(piece.at * 2))
                same = found.get(key)
                if same is None:
                    found[key] = [(piece, way, number)]
                else:
                    same.append((piece, way, number))
    items: list[Item] = []
    for pieces in found.values():
        if len(pieces) == 1:
            items.append(_lone(*pieces[0]))
        else:
            items.extend(map(_item, _joined(pieces)))
    items.sort(key=lambda item: (round(item.at / 3), item.key))
    spread(items)
    for item in items:
        for piece in item.pieces:
            piece.at = item.place


def _order(way: Way, number: int) -> tuple[float, ...]:
    """Where, among pieces in one line, this one lies so that what it turns into crosses the fewest others."""
    pieces = way.pieces
    last = len(pieces) - 1
    piece = pieces[number]
    if not last:
        return (1.5, piece.low, piece.high, 0.0)
    turns: list[tuple[float, float, float]] = []  # (where along the piece, which way, then)
    for step, end in ((-1, way.start), (1, way.end)):
        after = number + step
        if not 0 <= after <= last:
            continue
        along = further = pieces[after].at
        goal = end
        if 0 <= after + step <= last:
            goal = pieces[after + step].at
            beyond = after + 2 * step
            further = pieces[beyond].at if 0 <= beyond <= last else end
        where = 1.0 if goal > piece.at else -1.0
        if (further > along) == (along >= piece.high - 0.05):
            turns.append((along, where, goal))
        else:
            turns.append((along, where, where * 1e5 - goal))
    turns.sort()
    near, far = turns[0][1], turns[-1][1]
    tie = turns[-1][2]
    if near != far:
        return (1.0, -piece.low, -piece.high, tie) if near < 0 else (2.0, piece.high, piece.low, tie)
    length = round(piece.high - piece.low)
    return (0.0, length, tie, piece.low) if near < 0 else (3.0, -length, tie, piece.low)


def _joined(pieces: _Found) -> Iterable[_Found]:
    """Pieces of one bundle in one line, put together as far as one goes on where another ends."""
    pieces.sort(key=lambda found: (found[0].low, found[0].high))
    groups: list[_Found] = []
    high = -inf
    for found in pieces:
        piece = found[0]
        if piece.low <= high + 1.0:
            groups[-1].append(found)
            high = max(high, piece.high)
        else:
            groups.append([found])
            high = piece.high
    return groups


def _lone(piece: Piece, way: Way, number: int) -> Item:
    """A piece that moves by itself, as most do."""
    item = Item(piece.at, piece.low, piece.high, *_room(way, number))
    item.pieces.append(piece)
    item.key = piece.key
    return item


def _item(found: _Found) -> Item:
    """Pieces that move as one, within the room that is free for all of them."""
    first = found[0][0]
    item = Item(first.at, first.low, first.high, 0.0, 0.0)
    fields = list(first.fields)
    boxes: dict[Rect, None] = {}
    low, high = first.at, first.at
    key = first.key
    for piece, way, number in found:
        item.pieces.append(piece)
        if piece.high > item.high:
            item.high = piece.high
        if piece.key < key:
            key = piece.key
        low, high = max(low, piece.at), min(high, piece.at)
        fields.extend(field for field in piece.fields if field not in fields)
        boxes.update(dict.fromkeys(_held(way, number)))
    item.key = key
    item.lowest, item.most = _free(first.at, item.low, item.high, first.upright, fields)
    for box in boxes:
        item.lowest, item.most = _within(item.lowest, item.most, first.upright, box)
    item.lowest, item.most = min(item.lowest, low), max(item.most, high)
    return item
