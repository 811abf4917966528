"""Paint operations on a Skia canvas: the common part of PNG and PDF.

Skia is loaded when the first picture needs it: on a minimal Linux without libGL it cannot be, and SVG, Mermaid and
JSON must work there all the same.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from cloudviz.diagram.icons import STROKE, VIEW_BOX, glyph_of
from cloudviz.diagram.render.operations import Command, Group, Icon, Operation, Painting, Path, Rect, Text
from cloudviz.diagram.render.path_data import commands
from cloudviz.diagram.render.svg import GLYPH_SHARE
from cloudviz.diagram.text import FONT_FILES
from cloudviz.diagram.themes import Theme
from cloudviz.errors import Unavailable

_LOCAL = threading.local()
_RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO", "RLI"})


@cache
def load_skia() -> Any:
    """The skia module. Raises Unavailable, with what to install, where its shared libraries are missing."""
    try:
        import skia
    except ImportError as missing:
        raise Unavailable(
            f"PNG and PDF pictures need Skia, which cannot be loaded: {missing}",
            hint="Install the system packages libgl1 and libegl1, or use the format svg.",
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


class Canvas:
    """Carries out paint operations on a Skia canvas."""

    def __init__(self, canvas: Any, theme: Theme, *, vectors: bool = False) -> None:
        self._skia = load_skia()
        self._canvas = canvas
        self._theme = theme
        self._letters = _letters(vectors)
        self._icons: dict[str, Any] = {}

    def draw(self, painting: Painting) -> None:
        """The whole painting, ground first."""
        # Pages and bitmaps end on whole units: the ground reaches a little beyond the picture.
        ground = self._skia.Rect.MakeWH(painting.width + 4, painting.height + 4)
        self._canvas.drawRect(ground, self._fill(painting.theme.background))
        self._canvas.translate(0, -painting.top)
        self._run(painting.items)

    def _run(self, items: Iterable[Operation]) -> None:
        for item in items:
            if isinstance(item, Group):
                self._run(item.items)
            elif isinstance(item, Text):
                self._text(item)
            elif isinstance(item, Rect):
                self._rect(item)
            elif isinstance(item, Path):
                shape = self._shape(item.commands)
                for paint in self._paints(item):
                    self._canvas.drawPath(shape, paint)
            else:
                self._icon(item)

    def _rect(self, item: Rect) -> None:
        if item.dash:
            shape = self._shape(_outline(item))
            for paint in self._paints(item):
                self._canvas.drawPath(shape, paint)
            return
        box = self._skia.Rect.MakeXYWH(item.x, item.y, item.width, item.height)
        for paint in self._paints(item):
            self._canvas.drawRoundRect(box, item.radius, item.radius, paint)

    def _fill(self, colour: str) -> Any:
        return self._skia.Paint(Color=0xFF000000 | int(colour[1:], 16), AntiAlias=True)

    def _stroke(self, colour: str, width: float, dash: tuple[float, float] | None = None) -> Any:
        paint = self._fill(colour)
        paint.setStyle(self._skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        if dash:
            paint.setPathEffect(self._skia.DashPathEffect.Make(list(dash), 0))
        return paint

    def _paints(self, item: Rect | Path) -> list[Any]:
        paints = [self._fill(item.fill)] if item.fill else []
        if item.stroke:
            paints.append(self._stroke(item.stroke, item.stroke_width, item.dash))
        return paints

    def _shape(self, steps: Iterable[Command]) -> Any:
        path = self._skia.Path()
        for name, n in steps:
            if name == "M":
                path.moveTo(*n)
            elif name == "L":
                path.lineTo(*n)
            elif name == "Q":
                path.quadTo(*n)
            elif name == "C":
                path.cubicTo(*n)
            elif name == "A":
                size = self._skia.Path.ArcSize
                way = self._skia.PathDirection
                path.arcTo(
                    n[0],
                    n[1],
                    n[2],
                    size.kLarge_ArcSize if n[3] else size.kSmall_ArcSize,
                    way.kCW if n[4] else way.kCCW,
                    n[5],
                    n[6],
                )
            else:
                path.close()
        return path

    def _icon(self, icon: Icon) -> None:
        theme = self._theme
        tile = theme.tile(icon.kind)
        canvas = self._canvas
        glyph = glyph_of(icon.kind)
        if tile:
            box = self._skia.Rect.MakeXYWH(icon.x, icon.y, icon.size, icon.size)
            radius = theme.tile_radius * icon.size / 36
            canvas.drawRoundRect(box, radius, radius, self._fill(tile))
        if glyph.kind not in self._icons:
            self._icons[glyph.kind] = [(self._shape(commands(path.d)), path.filled) for path in glyph.paths]
        share = GLYPH_SHARE if tile else 1.0
        ink = self._fill(theme.ink(icon.kind))
        line = self._stroke(theme.ink(icon.kind), STROKE)
        line.setStrokeCap(self._skia.Paint.kRound_Cap)
        line.setStrokeJoin(self._skia.Paint.kRound_Join)
        canvas.save()
        inset = icon.size * (1 - share) / 2
        canvas.translate(icon.x + inset, icon.y + inset)
        canvas.scale(icon.size * share / VIEW_BOX, icon.size * share / VIEW_BOX)
        for shape, filled in self._icons[glyph.kind]:
            canvas.drawPath(shape, ink if filled else line)
        canvas.restore()

    def _text(self, item: Text) -> None:
        runs = self._letters.runs(item.text, item.size, item.weight)
        width = sum(run.width for run in runs)
        x = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
        paint = self._fill(item.fill)
        for run in runs:
            run.draw(self._canvas, x, item.y, paint)
            x += run.width


def _outline(item: Rect) -> list[Command]:
    """A rectangle as SVG walks along it, so that its dashes fall in the same places (SVG 2, chapter 10.2)."""
    radius = min(item.radius, item.width / 2, item.height / 2)
    left, top, right, bottom = item.x, item.y, item.x + item.width, item.y + item.height
    arc = (radius, radius, 0.0, 0.0, 1.0)
    return [
        ("M", (left + radius, top)),
        ("L", (right - radius, top)),
        ("A", (*arc, right, top + radius)),
        ("L", (right, bottom - radius)),
        ("A", (*arc, right - radius, bottom)),
        ("L", (left + radius, bottom)),
        ("A", (*arc, left, bottom - radius)),
        ("L", (left, top + radius)),
        ("A", (*arc, left + radius, top)),
        ("Z", ()),
    ]


class _Plain:
    """A run in the bundled font, which needs no shaping."""

    __slots__ = ("_font", "_text", "width")

    def __init__(self, text: str, font: Any) -> None:
        self._text, self._font = text, font
        self.width: float = font.measureText(text)

    def draw(self, canvas: Any, x: float, y: float, paint: Any) -> None:
        canvas.drawString(self._text, x, y, self._font, paint)


class _Shaped:
    """A run in other scripts: shaped, ordered and matched to the system's fonts by Skia's paragraph module."""

    __slots__ = ("_build", "width")

    def __init__(self, build: Any) -> None:
        self._build = build
        self.width: float = build(0).LongestLine

    def draw(self, canvas: Any, x: float, y: float, paint: Any) -> None:
        paragraph = self._build(paint.getColor())
        paragraph.paint(canvas, x, y - paragraph.AlphabeticBaseline)


class _Letters:
    """The fonts of one thread: the bundled one, and the system's for what it lacks."""

    def __init__(self, vectors: bool) -> None:
        self._skia = load_skia()
        edging = self._skia.Font.Edging
        # Skia tells antialiased text of different lightness apart and would embed a font for each in a PDF.
        self._edging = edging.kAlias if vectors else edging.kAntiAlias
        self._faces = {weight: self._skia.Typeface.MakeFromFile(str(file)) for weight, file in FONT_FILES.items()}
        self._known: dict[str, bool] = {}
        self._fonts: dict[tuple[float, int], Any] = {}
        self._collection: Any = None
        self._unicode: Any = None

    def runs(self, text: str, size: float, weight: int) -> list[_Plain | _Shaped]:
        """The text in pieces of one font each, in visual order.

        A text with any right-to-left letter stays in one piece, since its parts change places.
        """
        weight = 600 if weight >= 500 else 400
        if text.isascii():
            return [_Plain(text, self._font(size, weight))]
        if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
            return [self._shaped(text, size, weight)]
        runs: list[_Plain | _Shaped] = []
        piece, plain = "", True
        for character in text:
            has = self._has(character)
            # A joiner or a mark goes with the letter that it follows.
            if piece and not plain and unicodedata.category(character) in ("Mn", "Me", "Cf", "Mc"):
                has = False
            if piece and has != plain:
                runs.append(
                    _Plain(piece, self._font(size, weight)) if plain else self._shaped(piece, size, weight)
                )
                piece = ""
            piece, plain = piece + character, has
        if piece:
            runs.append(_Plain(piece, self._font(size, weight)) if plain else self._shaped(piece, size, weight))
        return runs

    def _has(self, character: str) -> bool:
        known = self._known.get(character)
        if known is None:
            if len(self._known) > 20_000:
                self._known.clear()
            known = self._known[character] = self._faces[400].unicharToGlyph(ord(character)) != 0
        return known

    def _font(self, size: float, weight: int) -> Any:
        font = self._fonts.get((size, weight))
        if font is None:
            font = self._skia.Font(self._faces[weight], size)
            font.setSubpixel(True)
            font.setLinearMetrics(True)
            font.setHinting(self._skia.FontHinting.kNone)
            font.setEdging(self._edging)
            self._fonts[size, weight] = font
        return font

    def _shaped(self, text: str, size: float, weight: int) -> _Shaped:
        layout = self._skia.textlayout
        if self._collection is None:
            self._collection = layout.FontCollection()
            self._collection.setDefaultFontManager(self._skia.FontMgr())
            self._unicode = self._skia.Unicodes.ICU.Make()

        def build(colour: int) -> Any:
            style = layout.TextStyle()
            style.setFontSize(size)
            style.setFontFamilies(["Noto Sans", "DejaVu Sans", "Arial", "sans-serif"])
            style.setFontStyle(self._skia.FontStyle.Bold() if weight == 600 else self._skia.FontStyle.Normal())
            style.setColor(colour)
            builder = layout.ParagraphBuilder.make(layout.ParagraphStyle(), self._collection, self._unicode)
            builder.pushStyle(style)
            builder.addText(text)
            paragraph = builder.Build()
            paragraph.layout(100_000)
            return paragraph

        return _Shaped(build)


def _letters(vectors: bool) -> _Letters:
    """The fonts of this thread; Skia's font collections must not be shared between threads."""
    kept: dict[bool, _Letters] = _LOCAL.__dict__.setdefault("letters", {})
    if vectors not in kept:
        kept[vectors] = _Letters(vectors)
    return kept[vectors]
