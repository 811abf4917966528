"""Where the labels of edges stand: on a straight piece of their own line, clear of boxes, titles, each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from cloudviz.diagram.scene.document import SceneEdge, SceneNode
from cloudviz.diagram.scene.measures import (
    EDGE_LABEL_SIZE,
    EDGE_LABEL_WEIGHT,
    HEADER,
    PILL_HEIGHT,
    PILL_PADDING,
    PILL_WIDEST,
    STACK_REACH,
    title_width,
)
from cloudviz.diagram.text import fit, measure

Rect = tuple[float, float, float, float]

_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)  # of a piece's length, in the order of preference
_ROOM = 14.0  # px of line that stay visible on both sides of a pill together
_CELL = 480.0
_ACROSS = 1 << 20  # squares side by side, more than any page has


class _Taken:
    """Rectangles that a label must not cover, by squares of the page."""

    def __init__(self) -> None:
        self.squares: dict[int, list[Rect]] = {}

    def add(self, rect: Rect) -> None:
        """Take a place: left, top, right, bottom."""
        squares = self.squares
        first, last = int(rect[0] // _CELL), int(rect[2] // _CELL)
        for y in range(int(rect[1] // _CELL), int(rect[3] // _CELL) + 1):
            for key in range(y * _ACROSS + first, y * _ACROSS + last + 1):
                known = squares.get(key)
                if known is None:
                    squares[key] = [rect]
                else:
                    known.append(rect)

    def is_free(self, rect: Rect) -> bool:
        """Whether nothing has been put there."""
        left, top, right, bottom = rect
        first, last = int(left // _CELL), int(right // _CELL)
        for y in range(int(top // _CELL), int(bottom // _CELL) + 1):
            for key in range(y * _ACROSS + first, y * _ACROSS + last + 1):
                for other in self.squares.get(key, ()):
                    if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                        return False
        return True


def put_labels(edges: Sequence[SceneEdge], nodes: Sequence[SceneNode]) -> None:
    """Find a place for each label; a label for which none is free is dropped, and its line says what it can.

    A label that has a place already, from an earlier picture, keeps it where that is still free.
    """
    labelled = [edge for edge in edges if edge.label]
    if not labelled:
        return
    taken = _Taken()
    for node in nodes:
        if node.container:
            right = node.x + title_width(node.label, node.sublabel)
            taken.add((node.x, node.y, right, node.y + HEADER - 4))
        else:
            reach = STACK_REACH * 2 if node.count > 1 else 0.0
            taken.add((node.x, node.y - reach, node.x + node.width + reach / 2, node.y + node.height))
    for edge in labelled:
        edge.label = _fitted(edge.label or "")
        if edge.label_at is not None and not _stays(edge, taken):
            edge.label_at = None
    for edge in labelled:
        edge.label_at = edge.label_at or _place(edge, taken)
        if edge.label_at is None:
            edge.label = None


@lru_cache(maxsize=1024)  # ports and protocols, mostly
def _fitted(label: str) -> str:
    return fit(label, PILL_WIDEST, EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT)


@lru_cache(maxsize=1024)
def _half_width(label: str) -> float:
    return measure(label, EDGE_LABEL_SIZE, EDGE_LABEL_WEIGHT) / 2 + PILL_PADDING


def _stays(edge: SceneEdge, taken: _Taken) -> bool:
    """Whether a label can stay where it was in an earlier picture; takes the place if so."""
    x, y = edge.label_at or (0.0, 0.0)
    half_width = _half_width(edge.label or "")
    rect = (x - half_width, y - PILL_HEIGHT / 2, x + half_width, y + PILL_HEIGHT / 2)
    if not taken.is_free(rect):
        return False
    taken.add((rect[0] - 2, rect[1] - 2, rect[2] + 2, rect[3] + 2))
    return True


def _place(edge: SceneEdge, taken: _Taken) -> tuple[float, float] | None:
    half_width = _half_width(edge.label or "")
    half_height = PILL_HEIGHT / 2
    pieces = []
    for number, ((x1, y1), (x2, y2)) in enumerate(pairwise(edge.points)):
        length = abs(x2 - x1) + abs(y2 - y1)
        if length >= 2 * (half_width if y1 == y2 else half_height) + _ROOM:
            pieces.append((length * (-1.6 if y1 == y2 else -1.0), number, x1, y1, x2, y2))
    pieces.sort()
    for share in _SHARES:
        for _, _, x1, y1, x2, y2 in pieces:
            x, y = round(x1 + (x2 - x1) * share, 1), round(y1 + (y2 - y1) * share, 1)
            rect = (x - half_width, y - half_height, x + half_width, y + half_height)
            if taken.is_free(rect):
                taken.add((rect[0] - 2, rect[1] - 2, rect[2] + 2, rect[3] + 2))
                return x, y
    return None
