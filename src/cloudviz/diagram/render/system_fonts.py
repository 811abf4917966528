"""The fonts of this machine, for the scripts that the bundled one lacks. Only Skia knows them.

What they look like is the one part of a PNG or a PDF that depends on the machine; on one machine it is always the
same.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from cloudviz.diagram.render.operations import Command
from cloudviz.diagram.render.path_data import commands
from cloudviz.errors import Unavailable

_LOCAL = threading.local()
_FAMILIES = ["Noto Sans", "DejaVu Sans", "Arial", "sans-serif"]
_PATH = re.compile(r'<path[^>]* d="([^"]*)"')
_UNIT = 100.0
_RIGHT_TO_LEFT, _END = "\u2067", "\u2069"


@cache
def load_skia() -> Any:
    """The skia module. Raises Unavailable, with what to install, where its shared libraries are missing."""
    try:
        import skia
    except ImportError as missing:
        raise Unavailable(
            f"PNG pictures need Skia, which cannot be loaded: {missing}",
            hint="Install the system packages libgl1 and libegl1, or use the format svg or pdf.",
        ) from missing
    with _without_complaints():
        skia.FontMgr()  # the first one reads the configuration, for the whole process
    return skia


@contextlib.contextmanager
def _without_complaints() -> Iterator[None]:
    """Keep what C code writes to stderr to ourselves.

    The fontconfig inside skia-python reads the system's configuration, and warns of every element that is newer
    than itself. That is nothing a user could mend, and the command line promises that errors are ours.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


class SystemFonts:
    """What the system's fonts can draw. One for each thread: Skia's font collections must not be shared."""

    def __init__(self) -> None:
        self._skia = load_skia()
        self._manager = self._skia.FontMgr()
        self._collection = self._skia.textlayout.FontCollection()
        self._collection.setDefaultFontManager(self._manager)
        self._unicode = self._skia.Unicodes.ICU.Make()
        self.has = lru_cache(maxsize=20_000)(self._has)
        self.outline = lru_cache(maxsize=5_000)(self._outline)

    def _has(self, character: str) -> bool:
        style = self._skia.FontStyle.Normal()
        return self._manager.matchFamilyStyleCharacter("", style, [], ord(character)) is not None

    def paragraph(self, text: str, size: float, weight: int, backwards: bool, colour: int = 0xFF000000) -> Any:
        """A line of text, shaped and ordered, as Skia's paragraph."""
        layout = self._skia.textlayout
        style = layout.TextStyle()
        style.setFontSize(size)
        style.setFontFamilies(_FAMILIES)
        style.setFontStyle(self._skia.FontStyle.Bold() if weight >= 500 else self._skia.FontStyle.Normal())
        style.setColor(colour)
        builder = layout.ParagraphBuilder.make(layout.ParagraphStyle(), self._collection, self._unicode)
        builder.pushStyle(style)
        builder.addText(f"{_RIGHT_TO_LEFT}{text}{_END}" if backwards else text)
        paragraph = builder.Build()
        paragraph.layout(1e6)
        return paragraph

    def _outline(self, text: str, weight: int, backwards: bool) -> tuple[list[Command], float]:
        """The shape of a text in em, on the baseline, and its advance; no commands for fonts made of pictures."""
        paragraph = self.paragraph(text, _UNIT, weight, backwards)
        stream = self._skia.DynamicMemoryWStream()
        drawing = self._skia.SVGCanvas
        flags = drawing.kConvertTextToPaths_Flag | drawing.kNoPrettyXML_Flag
        canvas = drawing.Make(self._skia.Rect.MakeWH(10_000, 1_000), stream, flags)
        paragraph.paint(canvas, 0, -paragraph.AlphabeticBaseline)
        del canvas  # it writes when it goes
        svg = bytes(stream.detachAsData()).decode("ascii", "replace")
        steps = [step for data in _PATH.findall(svg) for step in commands.__wrapped__(data)]
        return [
            (name, tuple(n / _UNIT for n in numbers)) for name, numbers in steps
        ], paragraph.LongestLine / _UNIT


def system_fonts() -> SystemFonts:
    """The system's fonts, as this thread sees them. Raises Unavailable where Skia cannot be loaded."""
    kept: SystemFonts | None = getattr(_LOCAL, "fonts", None)
    if kept is None:
        kept = _LOCAL.fonts = SystemFonts()
    return kept
