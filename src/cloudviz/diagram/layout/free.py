"""Layouts in which boxes stand anywhere: nested from the inside out, each container laid out alone.

A layout of this family is a function from some boxes, which have their sizes, and the links among them to places
at which nothing overlaps. Links know where in a container they end, so that a container stands with the right
side towards what it is linked with. Lines then find their ways through the gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log2, sqrt

from cloudviz.diagram.layout.cells import TITLE_WIDEST
from cloudviz.diagram.layout.crossings import seen_crossings
from cloudviz.diagram.layout.packing import ASPECT, columns_for
from cloudviz.diagram.layout.snug import HASTY, PAGE, SHARE, Point, Size, Tie
from cloudviz.diagram.layout.ways import lead
from cloudviz.diagram.scene.document import SceneEdge, SceneNode
from cloudviz.diagram.scene.measures import (
    HEADER,
    LEAF_HEIGHT,
    LEAF_PADDING,
    LEAF_WIDEST,
    LEAF_WIDTH,
    PAGE_MARGIN,
    STACK_REACH,
    leaf_text_width,
    title_width,
)

Rect = tuple[float, float, float, float]
Arrange = Callable[[Sequence[SceneNode], Sequence[Tie], float, float], list[Point]]
"""Upper left corners, from anywhere, for boxes with sizes.

The last two arguments are the aspect to tend to, and how much the size of the page weighs, 1 being the usual.
"""

GAP = 28.0  # between two boxes
PADDING = 20.0  # between a container's border and what is in it

_ABOVE = 10.0  # px between a container's title and what is in it
_SMALL = 150  # boxes up to which whole pictures are tried, and the best to look at is taken
_PRESSES = (1.0, 0.55, 1.8)
_CROSSING = 120.0  # px of line that weigh as much as one crossing
_PAGE_SIDE = 14.0  # px of line that weigh as much as one px of the page's side
_GROWTH = 0.8  # of its size that a container may grow to come into line with its neighbours
_SHAPES = (0.9, 2.3)  # aspects in which containers are tried beside the usual one
_TRIED = 500  # boxes and lines in a scene, halved, up to which they are …
_MOST_TRIED = 12  # … and boxes beside each other
_MOST_TIES = 6  # links for each box up to which each is looked at by itself
_MOST_GROWN = 60  # boxes beside each other beyond which none grows

_Lifted = tuple[str, str, str, str, int]
"""(child around the source, child around the target, source, target, count)."""


def nest(
    nodes: Sequence[SceneNode],
    edges: Sequence[SceneEdge],
    children: Mapping[str | None, Sequence[SceneNode]],
    arrange: Arrange,
    top: float,
) -> Size:
    """Give every node its place and size; returns the size of the whole, margins left out.

    Arguments:
        nodes: parents before their children.
        edges: the lines that there will be.
        children: the nodes in each container, ``None`` for the page.
        arrange: the layout of one container.
        top: the y at which the page's contents begin.
    """
    if not edges or len(nodes) > _SMALL or len(edges) > 2 * _SMALL:
        press = 1.0 if len(nodes) <= _TRIED else HASTY
        return _Nesting(nodes, edges, children, arrange, press).put(top)
    best: tuple[float, Size, list[Rect]] | None = None
    for press in _PRESSES:
        whole = _Nesting(nodes, edges, children, arrange, press).put(top)
        lead(nodes, edges)
        crossings, length = seen_crossings([edge.points for edge in edges])
        cost = crossings * _CROSSING + length + _PAGE_SIDE * _page_side(*whole)
        if best is None or cost < best[0] - 1.0:
            best = cost, whole, [(node.x, node.y, node.width, node.height) for node in nodes]
    assert best is not None
    for node, (x, y, width, height) in zip(nodes, best[2], strict=True):
        node.x, node.y, node.width, node.height = x, y, width, height
    return best[1]


class _Nesting:
    """A scene being laid out from the inside out; places are those in the parent."""

    def __init__(
        self,
        nodes: Sequence[SceneNode],
        edges: Sequence[SceneEdge],
        children: Mapping[str | None, Sequence[SceneNode]],
        arrange: Arrange,
        press: float,
    ) -> None:
        self.nodes, self.edges, self.children = nodes, edges, children
        self.arrange, self.press = arrange, press
        self.by_id = {node.id: node for node in nodes}
        self.lifted = _lift(self.by_id, edges)

    def put(self, top: float) -> Size:
        """Give every node its place on the page; returns the size of the whole."""
        whole = self.settle()
        by_id = self.by_id
        for node in self.nodes:
            inside = self.children.get(node.id, ())
            if inside:
                inner = (PADDING, HEADER + _ABOVE, node.width - PADDING, node.height - PADDING)
                _fill_out(inside, inner, self.children, self.gap(node.id))
            # until here a node's place was that in its parent
            outer = None if node.parent is None else by_id[node.parent]
            left, upper = (PAGE_MARGIN, top) if outer is None else (outer.x, outer.y)
            node.x, node.y = round(left + node.x, 1), round(upper + node.y, 1)
            node.width, node.height = round(node.width, 1), round(node.height, 1)
        return whole

    def settle(self) -> Size:
        """Lay out everything; returns the size of the whole."""
        roots = self.children.get(None, ())
        for node in reversed(self.nodes):
            if self.children.get(node.id):
                self._lay(node, ASPECT)
                self._reshape(node)
            else:
                node.width, node.height = _leaf_width(node), LEAF_HEIGHT
        whole = self._lay(None, ASPECT)
        whole = self._reshape(None) or whole
        _fill_out(roots, (0.0, 0.0, *whole), self.children, self.gap(None))
        return whole

    def gap(self, key: str | None) -> float:
        """What stays between the boxes in a container."""
        return gap(len(self.lifted.get(key, ())))

    def _lay(self, node: SceneNode | None, aspect: float) -> Size:
        """Lay out the children of a container, or of the page, which have their sizes; returns its size."""
        key = None if node is None else node.id
        inside = self.children.get(key, ())
        width, height = _inside(inside, self.lifted.get(key, ()), self.by_id, self.arrange, aspect, self.press)
        if node is None:
            return width, height
        title = min(title_width(node.title, node.sublabel), TITLE_WIDEST) + PADDING
        spare = max(title - width - 2 * PADDING, 0.0)
        # the cards and the ×n pill of a stack reach up towards the title
        above = _ABOVE + (
            STACK_REACH if any(child.count > 1 and child.y < STACK_REACH for child in inside) else 0.0
        )
        for child in inside:
            child.x += PADDING + spare / 2
            child.y += HEADER + above
        node.width, node.height = width + 2 * PADDING + spare, HEADER + above + height + PADDING
        return node.width, node.height

    def _reshape(self, node: SceneNode | None) -> Size | None:
        """Try the containers in one in other shapes, and keep those that make it smaller."""
        inside = self.children.get(None if node is None else node.id, ())
        containers = [child for child in inside if child.container]
        if not containers or len(self.nodes) + len(self.edges) > 2 * _TRIED or len(inside) > _MOST_TRIED:
            return None
        size = self._lay(node, ASPECT)
        for child in sorted(containers, key=lambda child: (-child.width * child.height, child.id)):
            cost = self._cost(node, size) + self._length(child.id)
            best = ASPECT
            for aspect in _SHAPES:
                self._lay(child, aspect)
                tried = self._lay(node, ASPECT)
                found = self._cost(node, tried) + self._length(child.id)
                if found < cost * 0.985:
                    size, cost, best = tried, found, aspect
            self._lay(child, best)
            size = self._lay(node, ASPECT)
        return size

    def _cost(self, node: SceneNode | None, size: Size) -> float:
        key = None if node is None else node.id
        page = PAGE + SHARE * len(self.lifted.get(key, ()))
        return page * _page_side(*size) + self._length(key)

    def _length(self, key: str | None) -> float:
        """Length of the links between the children of a container, from where they end."""
        total = 0.0
        for one, other, source, target, _ in self.lifted.get(key, ()):
            a, b = self.by_id[one], self.by_id[other]
            (ax, ay), (bx, by) = _within(self.by_id, source, one), _within(self.by_id, target, other)
            total += abs(a.x + a.width / 2 + ax - b.x - b.width / 2 - bx)
            total += abs(a.y + a.height / 2 + ay - b.y - b.height / 2 - by)
        return total


def _page_side(width: float, height: float) -> float:
    """Smaller pages are better, and those that are neither high nor more than 1.7 times as wide as high."""
    return max(sqrt(width * height), width / 1.3, height * 1.1) if width and height else 0.0


def gap(links: int) -> float:
    """What stays between boxes with so many links among them: room for the lines."""
    return GAP + min(links * 1.5, 20.0)


def _leaf_width(node: SceneNode) -> float:
    text = leaf_text_width(node.label, node.sublabel) + 2 * LEAF_PADDING
    return min(max(LEAF_WIDTH, float(-int(-text // 4) * 4)), LEAF_WIDEST)


def _lift(by_id: Mapping[str, SceneNode], edges: Sequence[SceneEdge]) -> dict[str | None, list[_Lifted]]:
    """The edges of each container between children of it, or what is in them."""
    found: dict[str | None, list[_Lifted]] = {}
    for edge in edges:
        path: dict[str | None, str] = {}
        key: str | None = edge.source
        while key is not None:
            parent = by_id[key].parent
            path[parent] = key
            key = parent
        key = edge.target
        while key is not None and by_id[key].parent not in path:
            key = by_id[key].parent
        if key is None:
            continue
        outer = by_id[key].parent
        if path[outer] != key:
            found.setdefault(outer, []).append((path[outer], key, edge.source, edge.target, edge.count))
    return found


def _inside(
    boxes: Sequence[SceneNode],
    lifted: Sequence[_Lifted],
    by_id: Mapping[str, SceneNode],
    arrange: Arrange,
    aspect: float,
    press: float,
) -> Size:
    """Lay out the children of one container from its inner upper left corner; returns the room they take."""
    if not boxes:
        return 0.0, 0.0
    leaves = [box for box in boxes if not box.container]
    widest = max((leaf.width for leaf in leaves), default=0.0)
    for leaf in leaves:
        leaf.width = widest
    index = {node.id: at for at, node in enumerate(boxes)}
    ties = [
        Tie(
            index[one],
            index[other],
            1.0 + 0.25 * log2(max(count, 1)),
            _within(by_id, source, one),
            _within(by_id, target, other),
        )
        for one, other, source, target, count in lifted
    ]
    if len(ties) > _MOST_TIES * len(boxes):
        ties = _joined(ties)
    corners = arrange(boxes, ties, aspect, press) if len(boxes) > 1 else [(0.0, 0.0)]
    left, upper = min(x for x, _ in corners), min(y for _, y in corners)
    for node, (x, y) in zip(boxes, corners, strict=True):
        node.x, node.y = round(x - left, 1), round(y - upper, 1)
    return max(node.x + node.width for node in boxes), max(node.y + node.height for node in boxes)


def _joined(ties: Sequence[Tie]) -> list[Tie]:
    """One tie between any two boxes, from the middle of where the others begin to the middle of where they end."""
    found: dict[tuple[int, int], list[Tie]] = {}
    for tie in ties:
        found.setdefault((tie.one, tie.other), []).append(tie)
    joined = []
    for (one, other), same in found.items():
        here, there = _mean([tie.at_one for tie in same]), _mean([tie.at_other for tie in same])
        joined.append(Tie(one, other, sum(tie.weight for tie in same), here, there))
    return joined


def _mean(points: Sequence[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _fill_out(
    boxes: Sequence[SceneNode], room: Rect, children: Mapping[str | None, Sequence[SceneNode]], gap: float
) -> None:
    """Let containers take the free room beside them as far as the next box or the border, if that is not much.

    So their borders come into line, and what is in them stays in the middle of them.
    """
    if not boxes or len(boxes) > _MOST_GROWN:
        return
    left, top, right, bottom = room
    for box in boxes:
        if not box.container:
            continue
        before, after = _free_beside(box, boxes, left, right, gap, upright=False)
        if 0 < before + after <= box.width * _GROWTH:
            box.x, box.width = box.x - before, box.width + before + after
            for child in children.get(box.id, ()):
                child.x += (before + after) / 2
        before, after = _free_beside(box, boxes, top, bottom, gap, upright=True)
        if 0 < before + after <= box.height * _GROWTH:
            box.y, box.height = box.y - before, box.height + before + after
            for child in children.get(box.id, ()):
                child.y += (before + after) / 2
    # where some have grown to a border and others could not, all of them stand in the middle together
    across, down = [_span(box, upright=False) for box in boxes], [_span(box, upright=True) for box in boxes]
    spare_x = left + right - min(span[2] for span in across) - max(span[3] for span in across)
    spare_y = top + bottom - min(span[2] for span in down) - max(span[3] for span in down)
    if spare_x or spare_y:
        for box in boxes:
            box.x, box.y = box.x + spare_x / 2, box.y + spare_y / 2


def _free_beside(
    box: SceneNode, boxes: Sequence[SceneNode], least: float, most: float, gap: float, *, upright: bool
) -> tuple[float, float]:
    """How far a box could grow to either side until it meets a gap or the border."""
    low, high, near, far = _span(box, upright)
    before, after = max(near - least, 0.0), max(most - far, 0.0)
    for other in boxes:
        start, end, first, last = _span(other, upright)
        if other is box or start >= high + gap or low >= end + gap:
            continue
        if last <= near:
            before = min(before, max(near - last - gap, 0.0))
        elif first >= far:
            after = min(after, max(first - far - gap, 0.0))
        else:
            return 0.0, 0.0
    return before, after


def _span(box: SceneNode, upright: bool) -> tuple[float, float, float, float]:
    reach = STACK_REACH if box.count > 1 and not box.container else 0.0
    if upright:
        return box.x, box.x + box.width + reach, box.y - reach, box.y + box.height
    return box.y - reach, box.y + box.height, box.x, box.x + box.width + reach


def _within(by_id: Mapping[str, SceneNode], inner: str, outer: str) -> Point:
    """The middle of a box seen from the middle of one around it, while places are those in the parent."""
    node = by_id[inner]
    x, y = node.width / 2, node.height / 2
    while node.id != outer:
        x, y = x + node.x, y + node.y
        node = by_id[node.parent or outer]
    return x - node.width / 2, y - node.height / 2


def grid(boxes: Sequence[SceneNode], columns: int = 0) -> list[Point]:
    """Boxes of one size in rows, as many to a row as make a page where ``columns`` does not say."""
    width, height = boxes[0].width + GAP, boxes[0].height + GAP
    columns = columns or columns_for(len(boxes), width, height)
    return [(at % columns * width, at // columns * height) for at in range(len(boxes))]
