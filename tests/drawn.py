"""Any graph as a picture, judged: what every layout and budget must hold to, whatever it is given."""

from __future__ import annotations

from collections.abc import Sequence

from cloudviz.diagram import PictureOptions, picture
from cloudviz.diagram.check import check
from cloudviz.diagram.options import LAYOUTS
from cloudviz.inventory.model import Graph


def assert_every_layout_is_sound(graph: Graph, budgets: Sequence[int] = (100, 0)) -> None:
    """No overlaps, nothing outside its box, no cut label, counts conserved, page-like, no line through a box."""
    for layout in LAYOUTS:
        for budget in budgets:
            scene = picture(graph, PictureOptions(layout=layout, max_nodes=budget))
            report = check(scene.to_document())
            assert report.is_sound, (layout, budget, report)
            assert 0.6 <= report.aspect <= 2.2, (layout, budget, report)
            allowed = 0.0 if layout in ("hierarchical", "grid") else 0.02
            assert report.foreign_crossings <= allowed, (layout, budget, report)
