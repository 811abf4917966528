"""Paint operations on a Skia canvas.

Skia is loaded when the first picture needs it: on a minimal Linux without libGL it cannot be, and all other
formats must work there all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from cloudviz.diagram.icons import STROKE, VIEW_BOX, glyph_of
from cloudviz.diagram.render.letters import Source, marks, pieces
from cloudviz.diagram.render.operations import Command, Group, Icon, Operation, Painting, Path, Rect, Text
from cloudviz.diagram.render.path_data import commands, outline
from cloudviz.diagram.render.svg import GLYPH_SHARE
from cloudviz.diagram.render.system_fonts import load_skia, system_fonts
from cloudviz.diagram.text import FONT_FILES, measure
from cloudviz.diagram.themes import Theme

_LOCAL = threading.local()


class Canvas:
    """Carries out paint operations on a Skia canvas."""

    def __init__(self, canvas: Any, theme: Theme) -> None:
        self._skia = load_skia()
        self._canvas = canvas
        self._theme = theme
        self._letters = _letters()
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
                shape = shape_of(item.commands)
                for paint in self._paints(item):
                    self._canvas.drawPath(shape, paint)
            else:
                self._icon(item)

    def _rect(self, item: Rect) -> None:
        if item.dash:
            shape = shape_of(outline(item))
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

    def _icon(self, icon: Icon) -> None:
        theme = self._theme
        tile = theme.tile(icon.kind)
        canvas = self._canvas
        glyph = glyph_of(icon.kind, icon.type)
        if tile:
            box = self._skia.Rect.MakeXYWH(icon.x, icon.y, icon.size, icon.size)
            radius = theme.tile_radius * icon.size / 36
            canvas.drawRoundRect(box, radius, radius, self._fill(tile))
        if glyph.name not in self._icons:
            self._icons[glyph.name] = [(shape_of(commands(path.d)), path.filled) for path in glyph.paths]
        share = GLYPH_SHARE if tile else 1.0
        ink = self._fill(theme.ink(icon.kind))
        line = self._stroke(theme.ink(icon.kind), STROKE)
        line.setStrokeCap(self._skia.Paint.kRound_Cap)
        line.setStrokeJoin(self._skia.Paint.kRound_Join)
        canvas.save()
        inset = icon.size * (1 - share) / 2
        canvas.translate(icon.x + inset, icon.y + inset)
        canvas.scale(icon.size * share / VIEW_BOX, icon.size * share / VIEW_BOX)
        for shape, filled in self._icons[glyph.name]:
            canvas.drawPath(shape, ink if filled else line)
        canvas.restore()

    def _text(self, item: Text) -> None:
        runs = self._letters.runs(item)
        width = sum(run.width for run in runs)
        x = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
        paint = self._fill(item.fill)
        for run in runs:
            run.draw(self._canvas, x, item.y, paint)
            x += run.width


def shape_of(steps: Iterable[Command]) -> Any:
    """Commands as a Skia path; what a shape inside another cuts out stays open."""
    skia = load_skia()
    path = skia.Path()
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
            size = skia.Path.ArcSize
            way = skia.PathDirection
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


class _Plain:
    """A run in the bundled font, which needs no shaping."""

    __slots__ = ("_font", "_text", "width")

    def __init__(self, text: str, font: Any) -> None:
        self._text, self._font = text, font
        self.width: float = font.measureText(text)

    def draw(self, canvas: Any, x: float, y: float, paint: Any) -> None:
        canvas.drawString(self._text, x, y, self._font, paint)


class _Shaped:
    """A run in other scripts, in the system's fonts, pressed into the room that was measured for it."""

    __slots__ = ("_arguments", "_press", "width")

    def __init__(self, text: str, size: float, weight: int, backwards: bool) -> None:
        self._arguments = (text, size, weight, backwards)
        natural: float = system_fonts().paragraph(*self._arguments).LongestLine
        room = measure(text, size, weight)
        self._press = min(1.0, room / natural) if natural and room else 1.0
        self.width = natural * self._press

    def draw(self, canvas: Any, x: float, y: float, paint: Any) -> None:
        paragraph = system_fonts().paragraph(*self._arguments, paint.getColor())
        canvas.save()
        canvas.translate(x, y)
        canvas.scale(self._press, 1)
        paragraph.paint(canvas, 0, -paragraph.AlphabeticBaseline)
        canvas.restore()


class _Mark:
    """What stands for letters and emoji that no font here has."""

    __slots__ = ("_shapes", "_size", "width")

    def __init__(self, shapes: list[tuple[Any, float]], size: float) -> None:
        self._shapes, self._size = shapes, size
        self.width: float = sum(width for _, width in shapes) * size

    def draw(self, canvas: Any, x: float, y: float, paint: Any) -> None:
        canvas.save()
        canvas.translate(x, y)
        canvas.scale(self._size, self._size)
        for shape, width in self._shapes:
            canvas.drawPath(shape, paint)
            canvas.translate(width, 0)
        canvas.restore()


class _Letters:
    """The fonts of one thread: the bundled one, and the system's for what it lacks."""

    def __init__(self) -> None:
        self._skia = load_skia()
        self._faces = {weight: self._skia.Typeface.MakeFromFile(str(file)) for weight, file in FONT_FILES.items()}
        self._fonts: dict[tuple[float, int], Any] = {}

    def runs(self, item: Text) -> list[_Plain | _Shaped | _Mark]:
        """The text in pieces of one font each, in visual order."""
        size, weight = item.size, 600 if item.weight >= 500 else 400
        if item.text.isascii():
            return [_Plain(item.text, self._font(size, weight))]
        runs: list[_Plain | _Shaped | _Mark] = []
        for text, source, backwards in pieces(item.text, system_fonts().has):
            if source == Source.BUNDLED:
                runs.append(_Plain(text, self._font(size, weight)))
            elif source == Source.SYSTEM:
                runs.append(_Shaped(text, size, weight, backwards))
            else:
                shapes = marks(text, lambda part: measure(part, 1.0, weight))
                runs.append(_Mark([(shape_of(steps), width) for _, steps, width in shapes], size))
        return runs

    def _font(self, size: float, weight: int) -> Any:
        font = self._fonts.get((size, weight))
        if font is None:
            font = self._skia.Font(self._faces[weight], size)
            font.setSubpixel(True)
            font.setLinearMetrics(True)
            font.setHinting(self._skia.FontHinting.kNone)
            self._fonts[size, weight] = font
        return font


def _letters() -> _Letters:
    """The fonts of this thread; Skia's font collections must not be shared between threads."""
    kept: _Letters | None = getattr(_LOCAL, "letters", None)
    if kept is None:
        kept = _LOCAL.letters = _Letters()
    return kept
