"""PNG, by Skia."""

from __future__ import annotations

from cloudviz.diagram.render.canvas import Canvas, load_skia
from cloudviz.diagram.render.operations import Painting
from cloudviz.errors import Invalid, Unavailable

LONGEST_SIDE = 32_000
MOST_PIXELS = 120_000_000
"""At 4 bytes a pixel just under half a GB; a larger picture is drawn at the scale that fits."""


def png(painting: Painting, scale: float) -> bytes:
    """The painting as PNG with ``scale`` device pixels a px, fewer where it would pass the limits above.

    Raises Invalid for a scale that is not between 0.1 and 8.
    """
    if not 0.1 <= scale <= 8:
        raise Invalid(
            f"{scale} is no scale for a picture", hint="Use a number from 0.1 to 8; 2 suits most screens."
        )
    skia = load_skia()
    width, height = max(painting.width, 1.0), max(painting.height, 1.0)
    scale = min(scale, LONGEST_SIDE / max(width, height), (MOST_PIXELS / (width * height)) ** 0.5)
    info = skia.ImageInfo.MakeN32Premul(max(round(width * scale), 1), max(round(height * scale), 1))
    surface = skia.Surface.MakeRaster(info)
    if surface is None:
        raise Unavailable("There is not enough memory for a PNG of this size", hint="Use a smaller scale, or svg.")
    with surface as canvas:
        canvas.scale(scale, scale)
        Canvas(canvas, painting.theme).draw(painting)
    data = surface.makeImageSnapshot().encodeToData(skia.EncodedImageFormat.kPNG, 100)
    return bytes(data)
