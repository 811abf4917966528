"""Where everything stands: gives each node of a scene a place and each edge its points.

Pure and deterministic: the same scene gives the same places. Cost: linear in nodes and edges (within a container
n log n), 10,000 nodes in about a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cloudviz.diagram.layout import circular, forces, free, grid, hierarchical, sideways
from cloudviz.diagram.layout.free import nest
from cloudviz.diagram.layout.hierarchical import local_links
from cloudviz.diagram.layout.pills import put_labels
from cloudviz.diagram.layout.rows import TOP, Arrange, place_in_rows
from cloudviz.diagram.layout.stability import keep, paper
from cloudviz.diagram.layout.ways import lead
from cloudviz.diagram.options import LAYOUTS
from cloudviz.diagram.scene.collecting import uncollected
from cloudviz.diagram.scene.document import Scene, SceneNode
from cloudviz.diagram.scene.measures import (
    FOOTER_HEIGHT,
    PAGE_MARGIN,
    TITLE_LEFT,
    TITLE_SIZE,
    TITLE_WEIGHT,
    title_width,
)
from cloudviz.diagram.text import fit
from cloudviz.errors import Invalid

__all__ = ["place"]

_ROWS: dict[str, Arrange] = {"hierarchical": hierarchical.arrange, "grid": grid.arrange}
_FREE: dict[str, free.Arrange] = {"circular": circular.arrange, "force-directed": forces.arrange}
_ROUNDS = 24  # what is folded may have to be folded once more, at most for each level of containers

Fold = Callable[[Sequence[str]], Scene]
"""Makes a scene once more, with the nodes of some ids put into others."""


def place(scene: Scene, previous: Scene | None = None, fold: Fold | None = None) -> Scene:
    """The scene with places: the same one, changed, or the one that folding made of it.

    Arguments:
        scene: nodes and edges without places.
        previous: an earlier picture, laid out. What is in both keeps its place, and so do the lines between what
            stayed; where too much is new, or the layout is another one, all is laid out afresh.
        fold: asked where what is new finds no room beside what stays. Without it all is laid out afresh then.

    Raises:
        Invalid: the layout is not known.
    """
    if scene.layout not in LAYOUTS:
        raise Invalid(f"the layout {scene.layout!r} is not known", hint=f"Use one of: {', '.join(LAYOUTS)}.")
    with uncollected():
        placed = None if previous is None else _beside(scene, previous, fold)
        if placed is None:
            _afresh(scene)
        else:
            scene = placed
        for node in scene.nodes:
            if node.container:
                behind = title_width("", node.sublabel) if node.sublabel else TITLE_LEFT
                node.label = fit(node.title, node.width - behind - TITLE_LEFT, TITLE_SIZE, TITLE_WEIGHT)
        put_labels(scene.edges, scene.nodes)
    return scene


def _beside(scene: Scene, previous: Scene, fold: Fold | None) -> Scene | None:
    """A scene placed beside an earlier one, as much of it folded as must be; ``None``: to be laid out afresh."""
    for _ in range(_ROUNDS):
        misfits = keep(scene, previous, _afresh)
        if misfits == []:
            return scene
        if misfits is None or fold is None:
            return None
        scene = fold(misfits)
    return None


def _afresh(scene: Scene, with_lines: bool = True) -> None:
    """Lay out a scene, or a part of one, from nothing."""
    children: dict[str | None, list[SceneNode]] = {}
    for node in scene.nodes:
        children.setdefault(node.parent, []).append(node)
    parents = {node.id: node.parent for node in scene.nodes}
    local = local_links(parents, [(edge.source, edge.target, edge.count) for edge in scene.edges])
    is_flow = scene.layout == "hierarchical"
    if scene.layout in _ROWS:
        arrange = sideways.arrange if scene.direction == "right" and is_flow else _ROWS[scene.layout]
        width, height = place_in_rows(scene, children, local, arrange, sort=is_flow, with_lines=with_lines)
    else:
        width, height = nest(scene.nodes, scene.edges, children, _FREE[scene.layout], TOP)
        if with_lines:
            lead(scene.nodes, scene.edges)
    scene.width, scene.height = paper(width + 2 * PAGE_MARGIN, height + TOP + PAGE_MARGIN + FOOTER_HEIGHT)
