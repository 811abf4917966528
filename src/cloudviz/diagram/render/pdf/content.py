"""Paint operations as a PDF content stream.

The coordinates stay those of the picture, with the origin at the top left: who places a stream on a page turns it
over. Source: ISO 32000-1, 8.4 (graphics state), 8.5 (paths), 9.4 (text).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from cloudviz.diagram.icons import STROKE, VIEW_BOX, IconGlyph, glyph_of
from cloudviz.diagram.render.operations import Group, Icon, Operation, Path, Rect, Text
from cloudviz.diagram.render.path_data import commands, curves, outline
from cloudviz.diagram.render.pdf.file import File, number
from cloudviz.diagram.render.pdf.fonts import Fonts, path_of
from cloudviz.diagram.render.svg import GLYPH_SHARE
from cloudviz.diagram.themes import Theme, family_of

_QUARTER = 4 / 3 * (math.sqrt(2) - 1)
"""How far the handles of a cubic curve reach that is a quarter of a circle, in radii."""

Area = tuple[float, float, float, float]
"""Left, top, width and height."""


class Tag(NamedTuple):
    """A mark in a page for who listens to it: ``Figure``, told by its words, or ``P``, told by its own text."""

    role: str
    said: str


class Content:
    """Writes operations one after the other, each state change only where the state differs."""

    def __init__(self, fonts: Fonts, icons: Icons, *, tagged: bool = False) -> None:
        self.tags: list[Tag] | None = [] if tagged else None
        """What a page tells who listens to it, in its order: the role and the words of each mark."""
        self._fonts = fonts
        self._icons = icons
        self._out: list[str] = []
        self._state: dict[str, str] = {}
        self.links: list[tuple[Area, str]] = []
        self.spots: list[tuple[float, float]] = []
        """Where texts and icons are: a part of the picture without any has only lines to show."""

    def data(self) -> bytes:
        """What was written."""
        return "".join(self._out).encode("ascii")

    def add(self, operators: str) -> None:
        """Operators as they are; they must leave the graphics state as they found it."""
        self._out.append(operators)

    def draw(self, items: Iterable[Operation]) -> None:
        """Write operations; the links of the things among them are gathered."""
        for item in items:
            if self.tags is not None:
                self._marked(item, self.tags)
            elif isinstance(item, Group):
                self.draw(item.items)
                if item.link and (area := _area(item)) is not None:
                    self.links.append((area, item.link))
            elif isinstance(item, Text):
                self.spots.append((item.x, item.y))
                self._text(item)
            elif isinstance(item, Icon):
                name = self._icons.name(item.kind, item.type)
                self.spots.append((item.x, item.y))
                size = number(item.size)
                self._out.append(f"q {size} 0 0 {size} {number(item.x)} {number(item.y)} cm/{name} Do Q\n")
            else:
                self._shape(item)

    def _marked(self, item: Operation, tags: list[Tag]) -> None:
        """Write one thing between marks: boxes and lines are told by their names, texts by themselves.

        The rest is for eyes alone; the border of a container is too, since its title follows as a text.
        """
        role = said = ""
        if isinstance(item, Group) and item.title and item.name != "container":
            role, said = "Figure", item.title
        elif isinstance(item, Text) or (
            isinstance(item, Group) and any(isinstance(one, Text) for one in item.items)
        ):
            role = "P"
        self._out.append(f"/{role}<</MCID {len(tags)}>>BDC\n" if role else "/Artifact BMC\n")
        if role:
            tags.append(Tag(role, said))
        self.tags = None
        self.draw([item])
        self.tags = tags
        self._out.append("EMC\n")

    def _set(self, key: str, operators: str) -> None:
        if self._state.get(key) != operators:
            self._state[key] = operators
            self._out.append(operators)

    def _shape(self, item: Rect | Path) -> None:
        if item.fill:
            self._set("fill", f"{_colour(item.fill)} rg\n")
        if item.stroke:
            self._set("stroke", f"{_colour(item.stroke)} RG\n")
            self._set("width", f"{number(item.stroke_width)} w\n")
            dash = f"{number(item.dash[0])} {number(item.dash[1])}" if item.dash else ""
            self._set("dash", f"[{dash}]0 d\n")
        paint = "B" if item.fill and item.stroke else "f" if item.fill else "S" if item.stroke else "n"
        if isinstance(item, Path):
            self._out.append(f"{path_of(curves(item.commands), _point)}{paint}\n")
        elif item.radius:
            self._out.append(f"{_rounded(item)}{paint}\n")
        else:
            area = " ".join(map(number, (item.x, item.y, item.width, item.height)))
            self._out.append(f"{area} re {paint}\n")

    def _text(self, item: Text) -> None:
        runs = self._fonts.runs(item)
        width = sum(run.width for run in runs) * item.size
        x = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
        self._set("fill", f"{_colour(item.fill)} rg\n")
        for run in runs:
            self._set("font", f"/{run.font} {number(item.size)} Tf\n")
            self._set("press", f"{number(run.press * 100)} Tz\n")
            self._out.append(f"BT 1 0 0 -1 {_point(x, item.y)} Tm<{run.codes}>Tj ET\n")
            x += run.width * item.size


class Icons:
    """The icons that a file uses, each written once, as a form of one by one."""

    def __init__(self, file: File, theme: Theme) -> None:
        self._file = file
        self._theme = theme
        self._forms: dict[tuple[str, str], tuple[int, int]] = {}

    def name(self, kind: str, type: str) -> str:
        """The resource name of the icon of a kind, or of a type of it."""
        glyph = glyph_of(kind, type)
        key = (glyph.name, family_of(kind))
        if key not in self._forms:
            self._forms[key] = len(self._forms), self._written(kind, glyph)
        return f"I{self._forms[key][0]}"

    def resources(self) -> str:
        """The entries of the XObject dictionary."""
        return "".join(f"/I{index} {form} 0 R" for index, form in self._forms.values())

    def _written(self, kind: str, glyph: IconGlyph) -> int:
        theme = self._theme
        tile, ink = theme.tile(kind), _colour(theme.ink(kind))
        share = GLYPH_SHARE if tile else 1.0
        out = []
        if tile:
            square = Rect(0, 0, 1, 1, theme.tile_radius / 36)
            out.append(f"{_colour(tile)} rg\n{path_of(curves(outline(square)), _fine)}f\n")
        inset, scale = (1 - share) / 2, share / VIEW_BOX
        out.append(f"{_fine(scale, 0)} {_fine(0, scale)} {_fine(inset, inset)} cm 1 J 1 j []0 d {STROKE:g} w ")
        out.append(f"{ink} rg {ink} RG\n")
        for path in glyph.paths:
            out.append(f"{path_of(curves(commands(path.d)), _point)}{'f' if path.filled else 'S'}\n")
        return self._file.stream(
            "".join(out).encode("ascii"), "/Type/XObject/Subtype/Form/BBox[-.05 -.05 1.05 1.05]/Resources<<>>"
        )


def _area(group: Group) -> Area | None:
    """Where a thing can be pressed: its largest rectangle."""
    boxes = [item for item in group.items if isinstance(item, Rect)]
    if not boxes:
        return None
    box = max(boxes, key=lambda item: item.width * item.height)
    return box.x, box.y, box.width, box.height


def _rounded(item: Rect) -> str:
    """A rectangle with round corners, in the order of :func:`outline`; pictures are made of little else."""
    radius = min(item.radius, item.width / 2, item.height / 2)
    near = radius * (1 - _QUARTER)
    a, h = number(item.x), number(item.x + item.width)
    b, c, f, g = (
        number(at)
        for at in (item.x + near, item.x + radius, item.x + item.width - radius, item.x + item.width - near)
    )
    i, p = number(item.y), number(item.y + item.height)
    j, k, n, o = (
        number(at)
        for at in (item.y + near, item.y + radius, item.y + item.height - radius, item.y + item.height - near)
    )
    return (
        f"{c} {i} m {f} {i} l {g} {i} {h} {j} {h} {k} c {h} {n} l {h} {o} {g} {p} {f} {p} c\n"
        f"{c} {p} l {b} {p} {a} {o} {a} {n} c {a} {k} l {a} {j} {b} {i} {c} {i} c h "
    )


def _point(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"


def _fine(x: float, y: float) -> str:
    return f"{x:.6f} {y:.6f}"


@lru_cache(maxsize=256)
def _colour(colour: str) -> str:
    return " ".join(number(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
