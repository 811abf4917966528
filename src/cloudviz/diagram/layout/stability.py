"""Keeps what is known where it was: a picture laid out beside the one before it.

What both pictures show stays where it stood, to the pixel; what is gone leaves a hole; what is new takes free room
in its container, in line with its like. A container that gets too small grows to the right and down as far as
nothing is there, and those around it with it. What finds no room is told of, for the scene to fold it into what
stands there: nothing that is known ever gives way. The mental map of who reads the picture is what all this is
for: Misue, Eades, Lai, Sugiyama, "Layout adjustment and the mental map", Journal of Visual Languages and Computing
6 (1995).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from math import prod

from cloudviz.diagram.layout.cells import PADDING
from cloudviz.diagram.layout.kept_lines import keep_lines
from cloudviz.diagram.layout.vacancies import Block, Point, Vacancies, extent
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
_STACKED = HEADER + 18.0  # where in a container a stack begins
_WRAPPERS = frozenset({"group", "zone", "subnet_public", "subnet_private"})


def keep(scene: Scene, previous: Scene, afresh: Afresh) -> list[str] | None:
    """Place a scene like the previous one.

    Arguments:
        scene: nodes and edges without places; parents before their children.
        previous: a picture of the same layout, laid out.
        afresh: lays out the inside of what is new.

    Returns:
        Nothing in the list where everything has its place. Else nothing is placed: the list holds the ids of what
        has no room, and of new frames around what stood without them; it is ``None`` where all should be laid out
        afresh.
    """
    if scene.layout != previous.layout or scene.direction != previous.direction or not previous.nodes:
        return None
    kept = _Kept(scene, previous)
    leaves = [node for node in scene.nodes if not node.container]
    new = sum(node.id not in kept.twins for node in leaves)
    if not leaves or new > max(_MOST_NEW * len(leaves), 1):
        return None
    kept.place(afresh)
    if kept.misfits:
        return kept.misfits
    width, height = kept.page
    if height * width * _PADDED < prod(paper(width, height)):
        return None
    width, height = paper(width, height)
    if kept.is_changed:
        afresh(scene, with_lines=False)
        if width * height > _SPARSEST * scene.width * scene.height:
            return None
    kept.write()
    scene.width, scene.height = width, height
    keep_lines(scene, previous, kept.twins)
    return []


def paper(width: float, height: float) -> tuple[float, float]:
    """The page for contents of some size: where they are too long one way, blank paper makes it a page."""
    least, most = _ASPECTS
    return round(max(width, least * height), 1), round(max(height, width / most), 1)


class _Kept:
    """The places of a scene as far as they follow from an earlier one.

    Attributes:
        twins: id of a node → the earlier node whose place it takes.
        blocks: id of a node → where it stands on the page, and how large it is.
        misfits: ids of new nodes that find no place.
        page: width and height of the page.
        is_changed: whether anything came or went.
    """

    def __init__(self, scene: Scene, previous: Scene) -> None:
        self.scene, self.previous = scene, previous
        self.by_id = {node.id: node for node in scene.nodes}
        self.old = {node.id: node for node in previous.nodes}
        self.children: dict[str | None, list[SceneNode]] = {}
        for node in scene.nodes:
            self.children.setdefault(node.parent, []).append(node)
        self.heirs: dict[str, str] = {}
        self.twins = self._find_twins()
        taken = {twin.id for twin in self.twins.values()}
        self.holes: dict[str | None, list[Point]] = {}
        for node in previous.nodes:
            if node.id not in taken:
                self.holes.setdefault(self._outer(node), []).append((node.x, node.y))
        self.blocks: dict[str, Block] = {}
        self.places: dict[str | None, Vacancies] = {}
        self.misfits: list[str] = []
        self.page = (previous.width, previous.height)
        self.is_changed = bool(self.holes)

    # -- who is who --------------------------------------------------------------------------------------------

    def _find_twins(self) -> dict[str, SceneNode]:
        """Nodes of the same id in the same container, and leaves that stand for some of what others stood for.

        What stood in a frame that is gone is in the same container when it is in the one around that frame.
        """
        twins: dict[str, SceneNode] = {}
        loose: list[SceneNode] = []
        for node in self.scene.nodes:
            if node.parent is not None and node.parent not in twins:
                continue
            old = self.old.get(node.id)
            if old is not None and self._outer(old) == node.parent and (old.container or not node.container):
                twins[node.id] = old
                if node.container:
                    self.heirs[old.id] = node.id
            elif not node.container:
                loose.append(node)
        stood_for: dict[str, SceneNode] = {}
        for gone in self.previous.nodes:
            if not gone.container and gone.id not in self.by_id:
                stood_for.update(dict.fromkeys(gone.members, gone))
        taken: set[str] = set()
        for node in loose:
            for member in node.members:
                before = stood_for.get(member)
                if before is not None and self._outer(before) == node.parent and before.id not in taken:
                    twins[node.id] = before
                    taken.add(before.id)
                    break
        return twins

    def _outer(self, old: SceneNode) -> str | None:
        """The id of the nearest container around an earlier node that is still there; ``None``: the page."""
        key = old.parent
        while key is not None and key not in self.heirs:
            key = self.old[key].parent
        return None if key is None else self.heirs[key]

    # -- where -------------------------------------------------------------------------------------------------

    def place(self, afresh: Afresh) -> None:
        """Let what is known stand, and find places for what is new, in the innermost containers first."""
        wider: list[tuple[Block, float]] = []
        for node in self.scene.nodes:
            twin = self.twins.get(node.id)
            if twin is None:
                continue
            width, height = (twin.width, twin.height) if node.container else self._leaf_size(node)
            block = self._block(node, width, height)
            block.x, block.y = twin.x, twin.y
            if twin.container and block.is_stack and node.parent is not None:
                # its cards and its ×n keep away from the title above
                block.y = min(max(twin.y, self.blocks[node.parent].y + _STACKED), twin.y + twin.height - height)
            if not twin.container and width > twin.width + 0.05:
                block.width = twin.width
                wider.append((block, width))
            self.blocks[node.id] = block
        for block, width in wider:
            self._widen(block, width)
        for node in reversed(self.scene.nodes):
            if node.container and node.id in self.twins:
                self._settle(node.id, afresh)
        self._settle(None, afresh)
        roots = [self.blocks[node.id] for node in self.children.get(None, ()) if node.id in self.blocks]
        was = [
            self._block(node, node.width, node.height, old=True) for node in self.previous.nodes if not node.parent
        ]
        (right, bottom), (right_before, bottom_before) = extent(roots, 0.0, 0.0), extent(was, 0.0, 0.0)
        width, height = self.page
        self.page = (round(width + right - right_before, 1), round(height + bottom - bottom_before, 1))

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

    def _settle(self, key: str | None, afresh: Afresh) -> None:
        """Find places for what is new in a container that was there before, ``None``: on the page."""
        coming: list[tuple[Block, Point | None]] = []
        for node in self.children.get(key, ()):
            if node.id in self.twins:
                continue
            if node.container and node.role in _WRAPPERS and self._wraps(node, key):
                self.misfits.append(node.id)
                continue
            width, height = self._new(node, afresh) if node.container else self._leaf_size(node)
            known = self.old.get(node.id)
            wish = (known.x, known.y) if known is not None and self._outer(known) == key else None
            coming.append((self._block(node, width, height), wish))
        if not coming:
            return
        self.is_changed = True
        coming.sort(key=lambda each: (each[1] is None, -each[0].width * each[0].height))
        places = self._places(key)
        holes = self.holes.get(key, ())
        for block, wish in coming:
            if places.settle(
                block, lambda right, bottom, clear: self._grow(key, right, bottom, clear), wish, holes
            ):
                self.blocks[block.id] = block
            else:
                self.misfits.append(block.id)

    def _inside(self, node: SceneNode) -> Iterator[SceneNode]:
        """All that is in a container, parents first."""
        pending = list(self.children.get(node.id, ()))
        for inner in pending:
            pending.extend(self.children.get(inner.id, ()))
            yield inner

    def _wraps(self, frame: SceneNode, outer: str | None) -> bool:
        """Whether a new container is put around what stood in the one around it."""
        return any(
            inner.id in self.old and self._outer(self.old[inner.id]) == outer for inner in self._inside(frame)
        )

    def _new(self, node: SceneNode, afresh: Afresh) -> Point:
        """Lay out a new container with all in it as a picture of its own; returns its size."""
        inside = [node, *self._inside(node)]
        keys = {each.id for each in inside}
        edges = [edge for edge in self.scene.edges if edge.source in keys and edge.target in keys]
        part = Scene(self.scene.layout, self.scene.theme, 0, 0, inside, edges, direction=self.scene.direction)
        outer, node.parent = node.parent, None
        afresh(part)
        node.parent = outer
        for each in inside[1:]:
            block = self._block(each, each.width, each.height)
            block.x, block.y = each.x - node.x, each.y - node.y
            self.blocks[each.id] = block
        return node.width, node.height

    def _widen(self, block: Block, width: float) -> None:
        """Give a leaf with a longer name room if there is some; the name is shortened before anything moves."""
        places = self._places(self.by_id[block.id].parent)
        places.remove(block)
        narrow, block.width = block.width, width
        if places.in_the_way(block) or block.x + width > places.right:
            block.width = narrow
        places.add(block)

    def _block(self, node: SceneNode, width: float, height: float, old: bool = False) -> Block:
        sort = node.role or node.type or node.kind
        x, y = (node.x, node.y) if old else (0.0, 0.0)
        return Block(node.id, sort, x, y, width, height, node.count > 1 and not node.container)

    def _places(self, key: str | None) -> Vacancies:
        """The free places of a container that was there before, ``None``: of the page."""
        places = self.places.get(key)
        if places is not None:
            return places
        stay = [self.blocks[node.id] for node in self.children.get(key, ()) if node.id in self.twins]
        if key is None:
            corner, left, top = (0.0, 0.0), PAGE_MARGIN, _TOP
            right, bottom = self.page[0] - PAGE_MARGIN, self.page[1] - PAGE_MARGIN - FOOTER_HEIGHT
        else:
            block = self.blocks[key]
            corner, left, top = (block.x, block.y), block.x + PADDING, block.y + HEADER + 8.0
            right, bottom = block.x + block.width - PADDING, block.bottom - PADDING
        left = min([left, *(each.x for each in stay)])
        top = min([top, *(each.y for each in stay)])
        places = self.places[key] = Vacancies(corner, left, top, right, bottom, page=key is None)
        for each in stay:
            places.add(each)
        return places

    def _grow(self, key: str | None, right: float, bottom: float, clear: float) -> bool:
        """Make a container, and those around it, large enough for what reaches so far; false when it can't be."""
        larger: list[tuple[str, float, float]] = []
        while key is not None:
            block = self.blocks[key]
            was_right, was_bottom = block.x + block.width, block.bottom
            right = right + PADDING if right + PADDING > was_right + _TIGHTER else was_right
            bottom = bottom + PADDING if bottom + PADDING > was_bottom + _TIGHTER else was_bottom
            if right <= was_right and bottom <= was_bottom:
                break
            outer = self.by_id[key].parent
            around = self._places(outer)
            near = around.within(block.x - clear + 0.4, was_bottom, right + clear - 0.4, bottom + clear - 0.4)
            if bottom > was_bottom and any(other is not block for other in near):
                return False
            near = around.within(was_right, block.y - clear + 0.4, right + clear - 0.4, bottom + clear - 0.4)
            if right > was_right and any(other is not block for other in near):
                return False
            larger.append((key, right, bottom))
            key = outer
        for name, far, low in larger:
            block, around = self.blocks[name], self._places(self.by_id[name].parent)
            around.remove(block)
            block.width, block.height = round(far - block.x, 1), round(low - block.y, 1)
            around.add(block)
            inner = self._places(name)
            inner.right, inner.bottom = far - PADDING, low - PADDING
        return True

    def write(self) -> None:
        """Write the places into the scene, parents first."""
        for node in self.scene.nodes:
            block = self.blocks[node.id]
            if node.parent is not None and node.parent not in self.twins:
                outer = self.by_id[node.parent]  # laid out with all that is in it: seen from the outermost new one
                while outer.parent is not None and outer.parent not in self.twins:
                    outer = self.by_id[outer.parent]
                block.x, block.y = block.x + outer.x, block.y + outer.y
            node.x, node.y = round(block.x, 1), round(block.y, 1)
            node.width, node.height = round(block.width, 1), round(block.height, 1)
            if not node.container:
                room = node.width - 2 * LEAF_PADDING
                node.label = fit(node.label, room, LABEL_SIZE, LABEL_WEIGHT, middle=" " not in node.label)
                node.sublabel = fit(node.sublabel, room, SUBLABEL_SIZE, SUBLABEL_WEIGHT)
