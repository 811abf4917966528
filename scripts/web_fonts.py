"""Make the WOFF2 files that SVG pictures carry, from the cut font that text is measured with.

Run after ``scripts/font_metrics.py``::

    uv run --with fonttools --with brotli python scripts/web_fonts.py
"""

from __future__ import annotations

from fontTools import subset  # type: ignore[import-not-found]
from fontTools.ttLib import TTFont  # type: ignore[import-not-found]

from cloudviz.diagram.render.webfont import CUTS
from cloudviz.diagram.text import FONT_FILES


def main() -> None:
    """Write every cut of both weights beside the TrueType files."""
    for file in FONT_FILES.values():
        for cut, ranges in CUTS.items():
            options = subset.Options()
            options.layout_features = ["ccmp", "mark", "mkmk"]
            options.hinting = False
            options.name_IDs = [1, 2]
            options.notdef_outline = True
            options.recalc_timestamp = False
            font = TTFont(file, recalcTimestamp=False)
            cutter = subset.Subsetter(options)
            cutter.populate(unicodes=[code for first, last in ranges for code in range(first, last + 1)])
            cutter.subset(font)
            font.flavor = "woff2"
            font.save(file.with_name(f"{file.stem}.{cut}.woff2"))


if __name__ == "__main__":
    main()
