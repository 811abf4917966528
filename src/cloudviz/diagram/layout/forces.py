"""The force-directed layout: what is linked is near each other, in every container and between containers.

Links pull, boxes keep their distance, and the page presses everything together: places are those at which these
three cost least together (:mod:`cloudviz.diagram.layout.snug`). Boxes without links stand together as a block, so
that they do not come between the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloudviz.diagram.layout.free import GAP, gap, grid
from cloudviz.diagram.layout.packing import columns_for
from cloudviz.diagram.layout.snug import Point, Tie, placed
from cloudviz.diagram.scene.document import SceneNode

_TRIED = 12  # boxes up to which a block of loose leaves is tried in several shapes


def arrange(boxes: Sequence[SceneNode], ties: Sequence[Tie], aspect: float, press: float) -> list[Point]:
    """Places of boxes in one container; see :data:`cloudviz.diagram.layout.free.Arrange`."""
    linked = {tie.one for tie in ties} | {tie.other for tie in ties}
    loose = [at for at, box in enumerate(boxes) if at not in linked and not box.container]
    if len(loose) == len(boxes):
        return grid(boxes)
    if len(loose) < 2:
        return placed([(box.width, box.height) for box in boxes], ties, gap(len(ties)), aspect, press)[0]
    rest = [at for at in range(len(boxes)) if at not in set(loose)]
    number = {at: index for index, at in enumerate(rest)}
    ties = [tie._replace(one=number[tie.one], other=number[tie.other]) for tie in ties]
    sizes = [(boxes[at].width, boxes[at].height) for at in rest]
    width, height = boxes[loose[0]].width, boxes[loose[0]].height
    usual = columns_for(len(loose), width + GAP, height + GAP)
    shapes = {usual}
    if len(rest) <= _TRIED:
        shapes |= {1, 2, len(loose)} if len(loose) <= 4 else {2, -(-len(loose) // 2)}
    best: list[Point] = []
    best_cost = float("inf")
    for columns in sorted(shapes):
        rows = -(-len(loose) // columns)
        block = (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP)
        places, cost = placed([*sizes, block], ties, gap(len(ties)), aspect, press)
        if cost < best_cost - 0.5:
            best_cost = cost
            x0, y0 = places[-1]
            best = [(0.0, 0.0)] * len(boxes)
            for at, place in zip(rest, places, strict=False):
                best[at] = place
            for at, (x, y) in zip(loose, grid([boxes[at] for at in loose], columns), strict=True):
                best[at] = (x0 + x, y0 + y)
    return best
