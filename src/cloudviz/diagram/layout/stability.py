"""Keeps what is known where it was: a picture laid out beside the one before it.

What both pictures show stays where it stood, to the pixel; what is gone leaves a hole; what is new takes free room
in its container, in line with its like. A container that gets too small grows to the right and down as far as
nothing is there; where something is, the side of less weight moves: the container as a whole, or what is in its
way. Places are kept relative to the container, so what is in a moved one stays as it is there. The mental map of
who reads the picture is what all this is for: Misue, Eades, Lai, Sugiyama, "Layout adjustment and the mental map",
Journal of Visual Languages and Computing 6 (1995).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import inf, prod

from cloudviz.diagram.layout.cells import GAP, PADDING
from cloudviz.diagram.layout.kept_lines import keep_lines
from cloudviz.diagram.layout.vacancies import TIGHT, Block, Point, Room, Vacancies, extent
from cloudviz.diagram.scene.document import Scene, SceneNode
from cloudviz.diagram.scene.measures import (
    FOOTER_HEIGHT,
    HEADER,
    HEADING_HEIGHT,
    LABEL_SIZE,
    LABEL_WEIGHT,
    LEAF_HEIGHT,
    LEAF_PADDING,
    LEAF_WIDEST,
    LEAF_WIDTH,
    PAGE_MARGIN,
    SUBLABEL_SIZE,
    SUBLABEL_WEIGHT,
    leaf_text_width,
)
from cloudviz.diagram.text import fit

Afresh = Callable[..., None]
"""Lays out a scene from nothing; ``with_lines=False`` leaves its lines out."""

_MOST_NEW = 0.3  # share of leaves that are new from which nothing is left to be recognised
_SPARSEST = 2.0  # how much larger than a fresh picture without lines the page may become
_TIGHTER = 8.3  # px by which boxes may come nearer to the border before a container grows
_ASPECTS = (0.61, 2.19)
_PADDED = 1.25  # how much larger a page may become by blank paper that gives it the shape of a page
_TOP = PAGE_MARGIN + HEADING_HEIGHT


def keep(scene: Scene, previous: Scene, afresh: Afresh) -> bool:
    """Place a scene like the previous one; false, and nothing is placed, when it should be laid out afresh.

    Arguments:
        scene: nodes and edges without places; parents before their children.
        previous: a picture of the same layout, laid out.
        afresh: lays out the inside of what is new.
    """
    if scene.layout != previous.layout or scene.direction != previous.direction or not previous.nodes:
        return False
    kept = _Kept(scene, previous)
    leaves = [node for node in scene.nodes if not node.container]
    new = sum(node.id not in kept.twins for node in leaves)
    if not leaves or new > max(_MOST_NEW * len(leaves), 1):
        return False
    kept.place(afresh)
    width, height = kept.page
    if height * width * _PADDED < prod(paper(width, height)):
        return False
    width, height = paper(width, height)
    if kept.is_changed:
        afresh(scene, with_lines=False)
        if width * height > _SPARSEST * scene.width * scene.height:
            return False
    kept.write()
    scene.width, scene.height = width, height
    keep_lines(scene, previous, kept.twins)
    return True


def paper(width: float, height: float) -> tuple[float, float]:
    """The page for contents of some size: where they are too long one way, blank paper makes it a page."""
    least, most = _ASPECTS
    return round(max(width, least * height), 1), round(max(height, width / most), 1)


class _Kept:
    """The places of a scene as far as they follow from an earlier one, relative to the container of each node.

    Attributes:
        twins: id of a node → the earlier node whose place it takes.
        page: width and height of the page.
        is_changed: whether anything moved, came or went.
    """

    def __init__(self, scene: Scene, previous: Scene) -> None:
        self.scene, self.previous = scene, previous
        self.by_id = {node.id: node for node in scene.nodes}
        self.old = {node.id: node for node in previous.nodes}
        self.children: dict[str | None, list[SceneNode]] = {}
        for node in scene.nodes:
            self.children.setdefault(node.parent, []).append(node)
        self.old_children: dict[str | None, list[SceneNode]] = {}
        for node in previous.nodes:
            self.old_children.setdefault(node.parent, []).append(node)
        self.twins = self._find_twins()
        self.taken = {twin.id for twin in self.twins.values()}
        self.sizes: dict[str, Point] = {}
        self.offsets: dict[str, Point] = {}
        self.weights: dict[str, int] = {}
        for node in reversed(scene.nodes):
            inside = self.children.get(node.id, ())
            self.weights[node.id] = sum(self.weights[child.id] for child in inside) if inside else 1
        self.rooms: dict[str | None, Room] = {None: Room()}
        self.page = (previous.width, previous.height)
        self.is_changed = False

    # -- who is who --------------------------------------------------------------------------------------------

    def _find_twins(self) -> dict[str, SceneNode]:
        """Nodes of the same id in the same container, and leaves that stand for some of what others stood for."""
        twins: dict[str, SceneNode] = {}
        loose: list[SceneNode] = []
        for node in self.scene.nodes:
            if node.parent is not None and node.parent not in twins:
                continue
            outer = None if node.parent is None else twins[node.parent].id
            old = self.old.get(node.id)
            if old is not None and old.parent == outer and (old.container or not node.container):
                twins[node.id] = old
            elif not node.container:
                loose.append(node)
        stood_for: dict[str, SceneNode] = {}
        for gone in self.previous.nodes:
            if not gone.container and gone.id not in self.by_id:
                stood_for.update(dict.fromkeys(gone.members, gone))
        taken: set[str] = set()
        for node in loose:
            outer = None if node.parent is None else twins[node.parent].id
            for member in node.members:
                before = stood_for.get(member)
                if before is not None and before.parent == outer and before.id not in taken:
                    twins[node.id] = before
                    taken.add(before.id)
                    break
        return twins

    # -- where -------------------------------------------------------------------------------------------------

    def place(self, afresh: Afresh) -> None:
        """Find sizes from the inside out, and in each container the places of what is in it."""
        for node in reversed(self.scene.nodes):
            if not node.container:
                self.sizes[node.id] = self._leaf_size(node)
                continue
            if node.id in self.twins:
                self.sizes[node.id] = self._inside(node)
            elif node.parent is None or node.parent in self.twins:
                self._new(node, afresh)
        self.page = self._inside(None)

    def _leaf_size(self, node: SceneNode) -> Point:
        text = leaf_text_width(node.label, node.sublabel) + 2 * LEAF_PADDING
        needed = min(max(LEAF_WIDTH, float(-int(-text // 4) * 4)), LEAF_WIDEST)
        twin = self.twins.get(node.id)
        if twin is not None and not twin.container:
            return max(twin.width, needed), twin.height
        widths = Counter(
            self.twins[other.id].width
            for other in self.children.get(node.parent, ())
            if not other.container and other.id in self.twins and not self.twins[other.id].container
        )
        like = max(widths, key=lambda width: (widths[width], width)) if widths else 0.0
        return (like if needed <= like <= LEAF_WIDEST else needed), LEAF_HEIGHT

    def _new(self, node: SceneNode, afresh: Afresh) -> None:
        """Lay out a new container with all in it as a picture of its own."""
        inside, at = [node], 0
        while at < len(inside):
            inside.extend(self.children.get(inside[at].id, ()))
            at += 1
        keys = {each.id for each in inside}
        edges = [edge for edge in self.scene.edges if edge.source in keys and edge.target in keys]
        part = Scene(self.scene.layout, self.scene.theme, 0, 0, inside, edges, direction=self.scene.direction)
        outer, node.parent = node.parent, None
        afresh(part)
        node.parent = outer
        self.sizes[node.id] = (node.width, node.height)
        for each in inside[1:]:
            around = self.by_id[each.parent or ""]
            self.sizes[each.id] = (each.width, each.height)
            self.offsets[each.id] = (each.x - around.x, each.y - around.y)

    def _inside(self, node: SceneNode | None) -> Point:
        """Place the children of a container that was there before, ``None``: of the page; returns its size."""
        if node is None:
            outer, x0, y0 = None, 0.0, 0.0
            width, height = self.previous.width, self.previous.height
            left, top, edge_x, edge_y = PAGE_MARGIN, _TOP, PAGE_MARGIN, PAGE_MARGIN + FOOTER_HEIGHT
        else:
            twin = self.twins[node.id]
            outer, x0, y0 = twin.id, twin.x, twin.y
            width, height = twin.width, twin.height
            left, top, edge_x, edge_y = PADDING, HEADER + 8.0, PADDING, PADDING
        stay: list[Block] = []
        grown: list[Block] = []
        coming: list[tuple[Block, Point | None]] = []
        for child in self.children.get(node.id if node is not None else None, ()):
            block = self._block(child)
            before = self.twins.get(child.id)
            if before is None:
                known = self.old.get(child.id)
                inner = known is not None and known.parent == outer
                coming.append((block, (known.x - x0, known.y - y0) if known is not None and inner else None))
                continue
            block.x, block.y = before.x - x0, before.y - y0
            more = block.width > before.width + 0.05 or block.height > before.height + 0.05
            (grown if more else stay).append(block)
        gone = [each for each in self.old_children.get(outer, ()) if each.id not in self.taken]
        left = min([left, *(block.x for block in stay)])
        top = min([top, *(block.y for block in stay)])
        places = Vacancies(left, top, width - edge_x, height - edge_y, page=node is None)
        for block in stay:
            places.add(block)
        self._widen_leaves(places, grown)
        grown = [each for each in grown if self.by_id[each.id].container]
        if grown or coming:
            places.room = self._room(node)
        moved = _grow(places, grown)
        if gone or moved or coming or grown:
            self.is_changed = True
        if moved or coming:
            coming.sort(key=lambda each: (each[1] is None, -each[0].width * each[0].height))
            holes = [(each.x - x0, each.y - y0) for each in gone]
            for block, wish in [*((each, (each.x, each.y)) for each in moved), *coming]:
                places.settle(block, wish, holes)
        for block in places.blocks:
            self.offsets[block.id] = (round(block.x, 1), round(block.y, 1))
        right, bottom = extent(places.blocks, left, top)
        if node is None:
            was = extent([self._old_block(each) for each in self.old_children.get(None, ())], left, top)
            return round(width + right - was[0], 1), round(height + bottom - was[1], 1)
        width = right + edge_x if right + edge_x > width + _TIGHTER else width
        height = bottom + edge_y if bottom + edge_y > height + _TIGHTER else height
        return round(width, 1), round(height, 1)

    def _widen_leaves(self, places: Vacancies, grown: Sequence[Block]) -> None:
        """Give leaves with longer names room where there is some; a name is shortened before anything moves."""
        leaves = [(each, each.width) for each in grown if not self.by_id[each.id].container]
        for block, _ in leaves:
            block.width = self.twins[block.id].width
            places.add(block)
        for block, width in leaves:
            places.remove(block)
            narrow, block.width = block.width, width
            if places.in_the_way(block) or block.x + width > places.right:
                block.width = narrow
            self.sizes[block.id] = (block.width, block.height)
            places.add(block)

    def _block(self, node: SceneNode) -> Block:
        width, height = self.sizes[node.id]
        sort = node.role or node.type or node.kind
        is_stack = node.count > 1 and not node.container
        return Block(node.id, sort, 0.0, 0.0, width, height, is_stack, self.weights[node.id])

    def _old_block(self, node: SceneNode) -> Block:
        return Block(node.id, "", node.x, node.y, node.width, node.height)

    def _room(self, node: SceneNode | None) -> Room:
        """By how much a container can grow to the right and down, and how many leaves move when it grows more."""
        key = None if node is None else node.id
        if node is None or key in self.rooms:
            return self.rooms[key]
        twin = self.twins[node.id]
        right, bottom = twin.x + twin.width, twin.y + twin.height
        free_x = free_y = inf
        toll_x = toll_y = 0
        if node.parent is not None:
            around, more = self.twins[node.parent], self._room(self.by_id[node.parent])
            free_x = around.x + around.width - PADDING - right + more.x
            free_y = around.y + around.height - PADDING - bottom + more.y
            toll_x, toll_y = more.toll_x, more.toll_y
        for other in self.children.get(node.parent, ()):
            before = self.twins.get(other.id)
            if before is None or before is twin:
                continue
            toll = min(self.weights[other.id], self.weights[node.id])
            ahead = before.x - GAP - right
            if before.y < bottom + GAP and twin.y < before.y + before.height + GAP and -GAP < ahead < free_x:
                free_x, toll_x = ahead, toll
            ahead = before.y - GAP - bottom
            if before.x < right + GAP and twin.x < before.x + before.width + GAP and -GAP < ahead < free_y:
                free_y, toll_y = ahead, toll
        self.rooms[key] = Room(free_x + 0.5, free_y + 0.5, toll_x, toll_y)
        return self.rooms[key]

    def write(self) -> None:
        """Write the places into the scene, parents first."""
        for node in self.scene.nodes:
            x, y = self.offsets[node.id]
            outer = self.by_id[node.parent] if node.parent is not None else None
            node.x, node.y = (x, y) if outer is None else (round(outer.x + x, 1), round(outer.y + y, 1))
            node.width, node.height = self.sizes[node.id]
            if not node.container:
                room = node.width - 2 * LEAF_PADDING
                node.label = fit(node.label, room, LABEL_SIZE, LABEL_WEIGHT, middle=" " not in node.label)
                node.sublabel = fit(node.sublabel, room, SUBLABEL_SIZE, SUBLABEL_WEIGHT)


def _grow(places: Vacancies, grown: Sequence[Block]) -> list[Block]:
    """Let grown blocks stand where they stood, the heavy ones first; returns what has to move for that."""
    moved: list[Block] = []
    for block in sorted(grown, key=lambda each: -each.weight):
        others = places.in_the_way(block, TIGHT)
        if (others and sum(other.weight for other in others) >= block.weight) or places.toll(block) > block.weight:
            moved.append(block)
            continue
        for other in others:
            places.remove(other)
        moved.extend(others)
        places.add(block)
    return moved
