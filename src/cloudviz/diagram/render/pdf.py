"""PDF, by Skia: vectors, the font embedded, text that can be searched and copied.

Source: ISO 32000-1, annex C.2 (the largest page is 14,400 units).
"""

from __future__ import annotations

from math import ceil

from cloudviz.diagram.render.canvas import Canvas, load_skia
from cloudviz.diagram.render.operations import Painting

POINTS_PER_PX = 0.75
LARGEST_PAGE = 14_400.0


def pdf(painting: Painting) -> bytes:
    """The painting on one page of its own size (96 px to the inch), smaller where that would be too large."""
    skia = load_skia()
    width, height = max(painting.width, 1.0), max(painting.height, 1.0)
    scale = min(POINTS_PER_PX, LARGEST_PAGE / max(width, height))
    stream = skia.DynamicMemoryWStream()
    # No date and no producer version: the same scene gives the same bytes.
    document = skia.PDF.MakeDocument(
        stream,
        Title=painting.title,
        Subject=painting.description,
        Creator="CloudViz",
        Producer="CloudViz",
    )
    canvas = document.beginPage(ceil(width * scale), ceil(height * scale))
    canvas.scale(scale, scale)
    Canvas(canvas, painting.theme, vectors=True).draw(painting)
    document.endPage()
    document.close()
    return bytes(stream.detachAsData())
