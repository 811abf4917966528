"""Pieces of edges moved apart: parallel ones that would lie on each other get tracks of their own.

First what is all but straight is made straight. Then the pieces of one direction, and after them those of the
other, are put in an order that spares crossings and moved just so far that they keep a track's width, each within
the room that boxes leave it. Ports are pieces like the others, with the side of their box for room. Source:
Hegemann, Wolff, "A simple pipeline for orthogonal graph drawing", Graph Drawing 2023.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cloudviz.diagram.layout.field import Rect
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
        self.start, self.end = start, end = self.ends()
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
    low, high = -1e9, 1e9
    at, lowest, most, upright = piece.at, piece.low, piece.high, piece.upright
    for field in piece.fields:
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


def _pass(ways: Sequence[Way], upright: bool) -> None:
    found: dict[tuple[int, int], list[Piece]] = {}
    for way in ways:
        way.measure()
        for number, piece in enumerate(way.pieces):
            if piece.upright == upright and piece.high - piece.low > 0.05:
                piece.lowest, piece.most = _room(way, number)
                piece.key = _order(way, number)
                found.setdefault((piece.bundle, round(piece.at * 2)), []).append(piece)
    items: list[Item] = []
    for pieces in found.values():
        items.extend(_merged(pieces))
    items.sort(key=lambda item: (round(item.at / 3), item.key))
    spread(items)
    for item in items:
        for piece in item.pieces:
            piece.at = item.place


def _order(way: Way, number: int) -> tuple[float, ...]:
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
        goal = (way.start if step < 0 else way.end) if is_port else pieces[number + 2 * step].at
        where = 1.0 if goal > piece.at else -1.0
        if is_port:
            further = along
        elif 0 <= number + 3 * step <= last:
            further = pieces[number + 3 * step].at
        else:
            further = way.start if step < 0 else way.end
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


def _merged(pieces: list[Piece]) -> Iterable[Item]:
    pieces.sort(key=lambda piece: (piece.low, piece.high))
    items: list[Item] = []
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
            items.append(Item(piece.at, piece.low, piece.high, piece.lowest, piece.most))
            items[-1].key, items[-1].pieces = piece.key, [piece]
    return items
