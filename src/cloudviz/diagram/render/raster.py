"""PNG, by Skia."""

from __future__ import annotations

import math

from cloudviz.diagram.render.canvas import Canvas
from cloudviz.diagram.render.operations import Painting
from cloudviz.diagram.render.system_fonts import load_skia
from cloudviz.errors import Invalid

LONGEST_SIDE = 32_000
MOST_PIXELS = 120_000_000
"""At 4 bytes a pixel just under half a GB; a larger picture is drawn at the scale that fits."""

_PX_PER_INCH = 96.0


def scale_that_fits(width: float, height: float, scale: float) -> float:
    """The scale asked for, or the largest at which a picture of that size in px stays within the limits above."""
    by_area = math.sqrt(MOST_PIXELS / max(width * height, 1.0))
    return min(scale, LONGEST_SIDE / max(width, height, 1.0), by_area)


def png(painting: Painting, scale: float) -> bytes:
    """The painting as PNG with ``scale`` device pixels a px, fewer where it would pass the limits above.

    Raises Invalid for a scale that is not between 0.1 and 8.
    """
    if not 0.1 <= scale <= 8:
        raise Invalid(
            f"{scale} is no scale for a picture", hint="Use a number from 0.1 to 8; 2 suits most screens."
        )
    skia = load_skia()
    # numpy comes with Skia and is loaded with it: the other formats must not pay for either.
    import numpy

    from cloudviz.diagram.render.png_file import png_file

    width, height = max(painting.width, 1.0), max(painting.height, 1.0)
    scale = scale_that_fits(width, height, scale)
    across, down = max(round(width * scale), 1), max(round(height * scale), 1)
    pixels = numpy.zeros((down, across, 4), numpy.uint8)
    info = skia.ImageInfo.Make(across, down, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    # The raster, and nothing of its size beside it: the file is made of bands of 64 rows.
    with skia.Surface.MakeRasterDirect(info, pixels, across * 4) as canvas:
        canvas.scale(scale, scale)
        Canvas(canvas, painting.theme).draw(painting)
    return png_file(pixels, scale * _PX_PER_INCH)
