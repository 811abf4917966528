"""Edges as upright and level lines through the gaps, for boxes that stand anywhere.

Each edge leaves the containers around its ends through their sides and crosses the container that both ends share;
only the free space of these is searched, with A*, for the way with the least length and the fewest bends. Ways out
of a container are found once for each box in it. Then parallel pieces are moved apart onto tracks
(:mod:`cloudviz.diagram.layout.apart`). Source: Wybrow, Marriott, Stuckey, "Orthogonal connector routing", Graph
Drawing 2009; Hegemann, Wolff, "A simple pipeline for orthogonal graph drawing", Graph Drawing 2023.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from cloudviz.diagram.layout.apart import Way, part
from cloudviz.diagram.layout.field import Field, Line, Rect
from cloudviz.diagram.layout.pieces import Piece
from cloudviz.diagram.scene.document import SceneEdge, SceneNode
from cloudviz.diagram.scene.measures import HEADER, PAGE_MARGIN, STACK_REACH, title_width

TOP, BOTTOM, LEFT, RIGHT = range(4)
_EDGE_OF = (1, 3, 0, 2)  # where in a rectangle a side's place is

_BEND = 70.0  # px of detour that weigh as much as one bend
_BUSY = 5.0  # px of detour that each line already in a gap weighs …
_FULL = 8  # … up to so many
_DOORS = 2  # ways out that are kept for each side of a container
_MANY = 400  # edges beyond which only one is, and ways are looked for in less places
_EAGER = 2.0  # how much the way still to go weighs then: the first good way is found sooner
_APART = 16.0  # px between two of them
_LOOKED = 60  # lines looked at for the ways out of one container
_MOST = 600  # lines looked at for one edge
_HASTE = 60  # … where there are too many edges
_ALL = 2_500_000  # lines looked at for all edges together; beyond it the first ways found are taken
_CORNER = 10.0  # px at the corners of a box where no line begins
_TITLE_CLEAR = 6.0

_Trace = tuple[tuple[int, bool, float], ...]
"""(container, upright, place) of the pieces of a way, outwards."""


_Goal = tuple[int, float, float, float, float, float]

_Ends = tuple[int, int, int, int]
"""The source of a line, the boxes around both ends that stand in the container around both, its target."""


class _Door(NamedTuple):
    """A place on the border of a box where a way leaves it into the container around."""

    side: int
    at: float
    cost: float
    trace: _Trace


def lead(nodes: Sequence[SceneNode], edges: Sequence[SceneEdge]) -> None:
    """Give each edge its points, from the border of its source to that of its target.

    No edge runs through a box other than its ends and those around them where there is a way around; titles are
    not run over. Edges that share an end share its port and the pieces that they have in common.

    Arguments:
        nodes: placed boxes, parents before their children; a child lies inside its parent.
        edges: what to lead; an edge whose ends are not both among the nodes gets no points.
    """
    map_ = _Map(nodes, is_crowded=len(edges) > _MANY)
    ways = [map_.way(edge) for edge in edges]
    part([way for way in ways if way is not None], rounds=3 if len(edges) <= _MANY else 2)
    for edge, way in zip(edges, ways, strict=True):
        edge.points = way.points() if way is not None else []


class _Map:
    """The page: containers as fields, found when they are first needed."""

    def __init__(self, nodes: Sequence[SceneNode], is_crowded: bool) -> None:
        self.nodes = nodes
        self.index = {node.id: at for at, node in enumerate(nodes)}
        self.parents = [-1 if node.parent is None else self.index.get(node.parent, -1) for node in nodes]
        self.children: dict[int, list[int]] = {}
        for at, parent in enumerate(self.parents):
            self.children.setdefault(parent, []).append(at)
        self.rects = [_rect(node, at in self.children) for at, node in enumerate(nodes)]
        self.fields: dict[int, Field] = {}
        self.doors_found: dict[tuple[int, int], list[_Door]] = {}
        self.rays: dict[tuple[int, int, float], Line] = {}
        self.passed: dict[tuple[int, int, float], list[_Door]] = {}
        self.seen = self.search = 0
        self.passing = 1 if is_crowded else _DOORS
        self.most_looked = _LOOKED // 2 if is_crowded else _LOOKED
        self.eager = _EAGER if is_crowded else 1.0
        self.is_crowded = is_crowded
        self.fans: dict[tuple[int, int], tuple[_Door, list[Line], _Door]] = {}

    def field(self, container: int) -> Field:
        """The free space of a container, -1 for the page."""
        field = self.fields.get(container)
        if field is None:
            rects = self.rects
            boxes = [rects[child] for child in self.children.get(container, ())]
            if container < 0:
                margin = PAGE_MARGIN * 0.6
                bounds = (
                    min(box[0] for box in boxes) - margin,
                    min(box[1] for box in boxes) - margin,
                    max(box[2] for box in boxes) + margin,
                    max(box[3] for box in boxes) + margin,
                )
            else:
                bounds = self.rects[container]
                title = (bounds[0] + 6, bounds[1], self._title_end(container), bounds[1] + HEADER - 5)
                if not any(_meet(box, title) for box in boxes):
                    boxes.append(title)
            field = self.fields[container] = Field(bounds, boxes)
        return field

    def _title_end(self, container: int) -> float:
        node = self.nodes[container]
        left, _, right, _ = self.rects[container]
        return min(left + title_width(node.title or node.label, node.sublabel) + _TITLE_CLEAR, right - 1)

    # -- ways --------------------------------------------------------------------------------------------------

    def way(self, edge: SceneEdge) -> Way | None:
        """The way of an edge, its pieces not yet moved apart."""
        source, target = self.index.get(edge.source), self.index.get(edge.target)
        if source is None or target is None or source == target:
            return None
        out, into, shared = self._chains(source, target)
        if not out or not into:
            return None
        first, last = self.doors(source, shared), self.doors(target, shared)
        trace = self._straight(source, target, out[-1], into[-1], shared) if len(out) == len(into) == 1 else None
        if trace is None:
            ends = (source, out[-1], into[-1], target)
            trace = self._like(ends, first, last, shared) if self.is_crowded else None
            trace = trace or self._across(shared, ends, first, last)
        return Way(self._pieces(trace), self.rects[source], self.rects[target], source, target)

    def _chains(self, source: int, target: int) -> tuple[list[int], list[int], int]:
        """The boxes around each end that do not hold the other, inner ones first, and the one that holds both."""
        above = []
        at = source
        while at >= 0:
            above.append(at)
            at = self.parents[at]
        known = set(above)
        into = []
        at = target
        while at >= 0 and at not in known:
            into.append(at)
            at = self.parents[at]
        return above[: above.index(at)] if at >= 0 else above, into, at

    def _pieces(self, trace: _Trace) -> list[Piece]:
        pieces: list[Piece] = []
        for container, upright, at in trace:
            field = self.field(container)
            if pieces and pieces[-1].upright == upright and abs(pieces[-1].at - at) < 0.05:
                if field not in pieces[-1].fields:
                    pieces[-1].fields.append(field)
            else:
                pieces.append(Piece(upright, at, field))
        return pieces

    def _straight(self, source: int, target: int, one: int, other: int, shared: int) -> _Trace | None:
        """One straight line between boxes that face each other with nothing between them."""
        a, b = self.rects[source], self.rects[target]
        field = self.field(shared)
        for upright, here, there in ((False, (a[1], a[3]), (b[1], b[3])), (True, (a[0], a[2]), (b[0], b[2]))):
            low, high = max(here[0], there[0]) + _CORNER, min(here[1], there[1]) - _CORNER
            if low > high:
                continue
            at = (low + high) / 2
            start, end = (a[2], b[0]) if not upright else (a[3], b[1])
            back = (b[2], a[0]) if not upright else (b[3], a[1])
            if start > end:
                start, end = back
            if start > end:
                continue
            sight = field.upright if upright else field.level
            if sight.ahead(at, start) >= end - 0.01:
                return ((shared, upright, at),)
        return None

    # -- out of containers -------------------------------------------------------------------------------------

    def doors(self, box: int, container: int) -> list[_Door]:
        """The ways from a box to the border of that box around it which stands in ``container``."""
        key = (box, container)
        found = self.doors_found.get(key)
        if found is None:
            if self.parents[box] == container:
                x, y = self._middle(box)
                found = [_Door(TOP, x, 0.0, ()), _Door(BOTTOM, x, 0.0, ()), _Door(LEFT, y, 0.0, ())]
                found.append(_Door(RIGHT, y, 0.0, ()))
            else:
                found = self._out(box, container)
            self.doors_found[key] = found
        return found

    def _out(self, box: int, container: int) -> list[_Door]:
        outer, inner = self.parents[box], box
        while self.parents[outer] != container:
            outer, inner = self.parents[outer], outer
        doors = self.doors(box, outer)
        if inner == box:
            return self._leave(outer, [(door, self.ray(inner, door)) for door in doors])
        found: list[_Door] = []
        for door in _best(doors, self.passing):
            key = (inner, door.side, door.at)
            known = self.passed.get(key)
            if known is None:
                plain = _Door(door.side, door.at, 0.0, ())
                known = self.passed[key] = self._leave(outer, [(plain, self.ray(inner, plain))])
            found.extend(
                _Door(further.side, further.at, door.cost + further.cost, door.trace + further.trace)
                for further in known
            )
        return _best(found)

    def _leave(self, container: int, starts: list[tuple[_Door, Line]]) -> list[_Door]:
        """The ways from some rays to the border of the container they are in (Dijkstra's algorithm)."""
        if self.is_crowded:
            direct = [
                _Door(door.side, line.at, door.cost + line.high - line.low, (*door.trace, _step(container, line)))
                for door, line in starts
                if line.opens[door.side & 1]
            ]
            if direct:
                return direct
        field = self.field(container)
        heap: list[tuple[float, int, Line, float]] = []
        steps: list[tuple[int, Line, _Door | None]] = []
        self.search += 1
        search = self.search
        for door, line in starts:
            entry = line.low if door.side & 1 else line.high
            heappush(heap, (door.cost, len(steps), line, entry))
            steps.append((-1, line, door))
        found: list[tuple[float, int, float, int]] = []
        complete = [0, 0, 0, 0]
        looked = reached = 0
        most, passing = self.most_looked, self.passing
        enough = 1 if self.is_crowded else 5  # sides; there are four
        while heap and looked < most and reached < enough and min(complete) < passing:
            cost, step, line, entry = heappop(heap)
            if line.search == search and cost > line.cost:
                continue
            looked += 1
            near = LEFT - 2 * line.upright
            for end, side, border in ((0, near, line.low), (1, near + 1, line.high)):
                if line.opens[end]:
                    reached += not complete[side]
                    complete[side] += 1
                    found.append((cost + abs(entry - border), side, line.at, step))
            at = line.at
            turned = cost + _BEND
            for other in line.crossed if line.crossed is not None else field.crossing(line):
                place = other.at
                spent = turned + (place - entry if place > entry else entry - place)
                if other.search != search or spent < other.cost:
                    other.search, other.cost = search, spent
                    heappush(heap, (spent, len(steps), other, at))
                    steps.append((step, other, None))
        found.sort()
        kept: list[_Door] = []
        for cost, side, at, step in found:
            same = [door.at for door in kept if door.side == side]
            if len(same) < _DOORS and all(abs(other - at) >= _APART for other in same):
                kept.append(_Door(side, at, cost, _trace(steps, step, container)))
        return kept

    def ray(self, box: int, door: _Door) -> Line:
        """The line by which a way leaves a box into the container around it."""
        key = (box, door.side, door.at)
        line = self.rays.get(key)
        if line is None:
            side = door.side
            start = self.rects[box][_EDGE_OF[side]]
            field = self.field(self.parents[box])
            line = self.rays[key] = field.ray(side < LEFT, door.at, start, bool(side & 1))
        return line

    # -- through the shared container --------------------------------------------------------------------------

    def _across(self, shared: int, ends: _Ends, first: list[_Door], last: list[_Door]) -> _Trace:
        """The best way from the doors of one box to those of another (A*)."""
        _, one, other, _ = ends
        field = self.field(shared)
        left, top, right, bottom = self.rects[other]
        goals = [(door, self.ray(other, door)) for door in last]
        # Level ones, then upright ones: (which, where it lies, from where to where, where it begins, its price).
        ends_: tuple[list[_Goal], list[_Goal]] = ([], [])
        for number, (door, goal) in enumerate(goals):
            start = goal.low if door.side & 1 else goal.high
            ends_[goal.upright].append((number, goal.at, goal.low, goal.high, start, door.cost))
        heap: list[tuple[float, int, float, Line, float]] = []
        steps: list[tuple[int, Line, _Door | None]] = []

        def away(line: Line, entry: float) -> float:
            # the way to go, and a bend where the line passes the box
            at = line.at
            if line.upright:
                across = left - at + _BEND if at < left else at - right + _BEND if at > right else 0.0
                return across + (top - entry if entry < top else entry - bottom if entry > bottom else 0.0)
            down = top - at + _BEND if at < top else at - bottom + _BEND if at > bottom else 0.0
            return down + (left - entry if entry < left else entry - right if entry > right else 0.0)

        for door in first:
            line = self.ray(one, door)
            entry = line.low if door.side & 1 else line.high
            heappush(heap, (door.cost + away(line, entry), -len(steps), door.cost, line, entry))
            steps.append((-1, line, door))
        best, best_cost, best_goal = -1, float("inf"), None
        best_step = -1
        self.search += 1
        search = self.search
        looked = 0
        is_late = self.seen > _ALL  # then the first way found is taken
        limit = _HASTE if is_late else _MOST
        eager = 3.0 if is_late else self.eager
        while heap:
            guess, last_first, cost, line, entry = heappop(heap)
            if guess >= best_cost or looked > limit or (is_late and best_goal is not None):
                break
            if line.search == search and cost > line.cost:
                continue
            looked += 1
            step = -last_first
            at, low, high = line.at, line.low, line.high
            for number, there, near, far, start, price in ends_[line.upright]:
                if -0.05 <= there - at <= 0.05 and near <= high and low <= far:
                    total = cost + abs(start - entry) + price
                    if total < best_cost:
                        best, best_cost, best_goal, best_step = number, total, goals[number][0], step
            for number, there, near, far, start, price in ends_[not line.upright]:
                if low <= there <= high and near <= at <= far:
                    total = cost + abs(there - entry) + abs(start - at) + _BEND + price
                    if total < best_cost:
                        best, best_cost, best_goal, best_step = number, total, goals[number][0], step
            crossing = line.crossed if line.crossed is not None else field.crossing(line)
            self.seen += len(crossing)
            # What crosses a line is all upright, or all level, and is entered where the line runs: ``away`` of it,
            # but for how far across it lies, is the same for all.
            if line.upright:
                near, far, along, beyond = top, bottom, left, right
            else:
                near, far, along, beyond = left, right, top, bottom
            rest = along - at if at < along else at - beyond if at > beyond else 0.0
            turned = cost + _BEND
            if turned + eager * rest >= best_cost:
                continue
            for following in crossing:
                place, uses = following.at, following.uses
                spent = turned + (place - entry if place > entry else entry - place)
                if uses:
                    spent += _BUSY * (uses if uses < _FULL else _FULL)
                if following.search != search or spent < following.cost:
                    following.search, following.cost = search, spent
                    off = near - place + _BEND if place < near else place - far + _BEND if place > far else 0.0
                    total = spent + eager * (off + rest)
                    if total < best_cost:
                        heappush(heap, (total, -len(steps), spent, following, at))
                        steps.append((step, following, None))
        if best_goal is None:
            return self._any_way(shared, first, last)
        lines = [goals[best][1]]
        exit_: _Door | None = None
        while best_step >= 0:
            best_step, line, exit_ = steps[best_step]
            lines.append(line)
        lines.reverse()
        assert exit_ is not None
        self._keep(ends, exit_, lines, best_goal)
        return (*exit_.trace, *_steps(shared, lines), *reversed(best_goal.trace))

    def _like(self, ends: _Ends, first: Sequence[_Door], last: Sequence[_Door], shared: int) -> _Trace | None:
        """The way of an earlier line from the same box into the same container, or out of one to the same box.

        Lines of a fan then lie on each other until they part beside the container, where its boxes have doors.
        """
        source, one, other, target = ends
        before = self.fans.get((source, other))
        if before is not None:
            start, lines = before[0], before[1][:-1]
            along = lines[-1]
            for door in last:
                if not _meets(along, door):
                    continue
                goal = self.ray(other, door)
                if goal.low <= along.at <= goal.high:
                    self._keep(ends, start, [*lines, goal], door)
                    return (*start.trace, *_steps(shared, lines), _step(shared, goal), *reversed(door.trace))
        before = self.fans.get((one, ~target))
        if before is not None:
            lines, end = before[1][1:], before[2]
            along = lines[0]
            for door in first:
                if not _meets(along, door):
                    continue
                line = self.ray(one, door)
                if line.low <= along.at <= line.high:
                    self._keep(ends, door, [line, *lines], end)
                    return (*door.trace, _step(shared, line), *_steps(shared, lines), *reversed(end.trace))
        return None

    def _keep(self, ends: _Ends, start: _Door, lines: list[Line], end: _Door) -> None:
        """Keep a way for those that begin or end like it."""
        source, one, other, target = ends
        for line in lines[:-1]:
            line.uses += 1
        self.fans.setdefault((source, other), (start, lines, end))
        self.fans.setdefault((one, ~target), (start, lines, end))

    def _any_way(self, shared: int, first: list[_Door], last: list[_Door]) -> _Trace:
        """Where no way is free: the cheapest doors, joined by one or two bends through whatever is there."""
        start = min(first, key=lambda door: (door.cost, door.side))
        end = min(last, key=lambda door: (door.cost, door.side))
        leaves, enters = start.side in (TOP, BOTTOM), end.side in (TOP, BOTTOM)
        trace = (*start.trace, (shared, leaves, start.at))
        if leaves == enters and abs(start.at - end.at) > 0.05:
            bounds = self.field(shared).bounds
            low, high = (bounds[1], bounds[3]) if leaves else (bounds[0], bounds[2])
            trace = (*trace, (shared, not leaves, (low + high) / 2))
        return (*trace, (shared, enters, end.at), *reversed(end.trace))

    def _middle(self, box: int) -> tuple[float, float]:
        node = self.nodes[box]
        return node.x + node.width / 2, node.y + node.height / 2


def _trace(steps: list[tuple[int, Line, _Door | None]], step: int, container: int) -> _Trace:
    """The pieces from the inside out up to a step of a search."""
    pieces: list[tuple[int, bool, float]] = []
    before: _Trace = ()
    while step >= 0:
        step, line, door = steps[step]
        pieces.append((container, line.upright, line.at))
        if door is not None:
            before = door.trace
    pieces.reverse()
    return (*before, *pieces)


def _best(doors: list[_Door], most: int = _DOORS) -> list[_Door]:
    if len(doors) == 1:
        return doors
    kept: list[_Door] = []
    for door in sorted(doors, key=_price):
        same = 0
        for other in kept:
            if other.side == door.side:
                same += 1
                if same >= most or abs(other.at - door.at) < _APART:
                    break
        else:
            kept.append(door)
    return kept


def _price(door: _Door) -> tuple[float, int, float]:
    return door.cost, door.side, door.at


def _meets(line: Line, door: _Door) -> bool:
    """Whether a way straight out of a door could meet a line."""
    return line.upright != (door.side < LEFT) and line.low <= door.at <= line.high


def _steps(container: int, lines: Sequence[Line]) -> _Trace:
    return tuple((container, line.upright, line.at) for line in lines)


def _step(container: int, line: Line) -> tuple[int, bool, float]:
    return container, line.upright, line.at


def _rect(node: SceneNode, is_container: bool) -> Rect:
    """The room that a box takes, with the cards of a stack behind it."""
    reach = STACK_REACH if node.count > 1 and not is_container else 0.0
    return node.x, node.y - reach, node.x + node.width + reach, node.y + node.height


def _meet(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
