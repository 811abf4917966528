"""A laid-out scene as a map: cut into tiles by place and size, and asked about by resource.

A picture of 100,000 resources has some 30 MB as a document. A map shows a window of it at a time: from afar only
what is large, near by only what lies there. Pure: the same scene gives the same tiles.
"""

from __future__ import annotations

from cloudviz.diagram.atlas.atlas import Around, Atlas, Children
from cloudviz.diagram.atlas.keeping import packed, scene_of, settled, unpacked
from cloudviz.diagram.atlas.layers import Layer, LayerValue
from cloudviz.diagram.atlas.levels import TILE, Levels, Tile

__all__ = [
    "TILE",
    "Around",
    "Atlas",
    "Children",
    "Layer",
    "LayerValue",
    "Levels",
    "Tile",
    "packed",
    "scene_of",
    "settled",
    "unpacked",
]
