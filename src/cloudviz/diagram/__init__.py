"""From a graph to a picture: scene (what is shown), layout (where), render (how it is written)."""

from __future__ import annotations

from collections.abc import Mapping

from cloudviz.diagram.layout import place
from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.scene import NONE_LEFT_OUT, Composition
from cloudviz.diagram.scene.changes import UNCHANGED
from cloudviz.diagram.scene.document import Scene
from cloudviz.inventory.model import Graph

__all__ = ["PictureOptions", "Scene", "picture"]


def picture(
    graph: Graph,
    options: PictureOptions,
    previous: Scene | None = None,
    gaps: int = 0,
    changes: Mapping[str, str] = UNCHANGED,
    left_out: Mapping[str, int] = NONE_LEFT_OUT,
) -> Scene:
    """The laid-out picture of a graph: a pure function of its arguments (architecture, decision 6).

    Beside an earlier picture nothing that is in both moves: what is new and finds no room is folded into what
    stands there.
    """
    composition = Composition(graph, options, gaps, changes, previous, left_out)
    return place(composition.scene(), previous, composition.fold)
