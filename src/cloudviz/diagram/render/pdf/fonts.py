"""The fonts of a PDF: each weight of the bundled typeface once, and drawn shapes for what it lacks.

Every character of the bundled font gets a code of its own, so that what is copied or searched is what was meant
even where two characters share a glyph. What other fonts drew becomes the glyphs of Type 3 fonts: shapes as they
were shaped, each with the text that it stands for.

Source: ISO 32000-1, 9.6.5 (Type 3 fonts), 9.7 (composite fonts), 9.10.3 (ToUnicode).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from cloudviz.diagram.render.letters import Source, marks, pieces
from cloudviz.diagram.render.operations import Command, Text
from cloudviz.diagram.render.path_data import curves
from cloudviz.diagram.render.pdf.file import File, number
from cloudviz.diagram.render.pdf.truetype import TrueType
from cloudviz.diagram.render.system_fonts import SystemFonts, system_fonts
from cloudviz.diagram.text import FONT_FILES, graphemes, measure
from cloudviz.errors import Unavailable

_MOST_SHAPES = 200
_MOST_MAPPED = 100


@dataclass(frozen=True, slots=True)
class Run:
    """Codes of one font: its resource name, the codes in hexadecimal, their width in em, horizontal scale."""

    font: str
    codes: str
    width: float
    press: float = 1.0


@cache
def _truetype(weight: int) -> TrueType:
    return TrueType(FONT_FILES[weight])


class Fonts:
    """The fonts of one file, and what of them it uses."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._plain = {weight: _Plain(weight) for weight in FONT_FILES}
        self._shapes: list[_Shapes] = []
        self._drawn: dict[tuple[str, int, bool], Run] = {}
        self._system: SystemFonts | None = None

    def runs(self, item: Text) -> list[Run]:
        """The text as codes, piece by piece from left to right."""
        weight = 600 if item.weight >= 500 else 400
        if item.text.isascii():
            return [self._plain[weight].run(item.text)]
        runs: list[Run] = []
        for text, source, backwards in pieces(item.text, self._in_system):
            if source == Source.BUNDLED:
                runs.append(self._plain[weight].run(text))
                continue
            # Ideographs repeat and do not join: one by one they make the smaller file.
            lone = not backwards and all(unicodedata.east_asian_width(sign) == "W" for sign in text)
            for part in graphemes(text) if lone and source == Source.SYSTEM else [text]:
                runs += self._shaped(part, source, weight, backwards)
        return runs

    def resources(self) -> str:
        """The font dictionary of the file; what is in it is written now."""
        entries = [f"/F{weight} {font.written(self._file)} 0 R" for weight, font in self._plain.items() if font]
        entries += [f"/T{index} {font.written(self._file)} 0 R" for index, font in enumerate(self._shapes)]
        return "".join(entries)

    def _in_system(self, character: str) -> bool:
        if self._system is None:
            try:
                self._system = system_fonts()
            except Unavailable:  # without Skia nobody can be asked
                return False
        return self._system.has(character)

    def _shaped(self, text: str, source: Source, weight: int, backwards: bool) -> list[Run]:
        run = self._drawn.get((text, weight, backwards))
        if run is not None:
            return [run]
        room = measure(text, 1.0, weight)
        if source == Source.SYSTEM and self._system is not None:
            shape, width = self._system.outline(text, weight, backwards)
            if shape or text.isspace():
                press = min(1.0, room / width) if width and room else 1.0
                run = self._shape(text, shape, width, press, backwards)
                self._drawn[text, weight, backwards] = run
                return [run]
        return [
            self._shape(said, shape, width, 1.0, backwards)
            for said, shape, width in marks(text, lambda part: measure(part, 1.0, weight))
        ]

    def _shape(self, text: str, shape: Sequence[Command], width: float, press: float, backwards: bool) -> Run:
        if not self._shapes or len(self._shapes[-1]) >= _MOST_SHAPES:
            self._shapes.append(_Shapes())
        # Readers put the letters of a page in order by where they stand: a shape says its own from left to right.
        said = text[::-1] if backwards else text
        code = self._shapes[-1].add(said, shape, width)
        return Run(f"T{len(self._shapes) - 1}", f"{code:02X}", width * press, press)


class _Plain:
    """One weight of the bundled font, with a code for each character in the order of their first use."""

    def __init__(self, weight: int) -> None:
        self._weight = weight
        self._codes: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._codes)

    def run(self, text: str) -> Run:
        codes = self._codes
        for character in text:
            if character not in codes:
                codes[character] = len(codes) + 1
        hexadecimal = "".join(f"{codes[character]:04X}" for character in text)
        return Run(f"F{self._weight}", hexadecimal, measure(text, 1.0, self._weight))

    def written(self, file: File) -> int:
        font = _truetype(self._weight)
        glyphs = [font.glyph(character) for character in self._codes]
        em = 1000 / font.units
        name = f"AAAAAA+Inter-{'SemiBold' if self._weight == 600 else 'Regular'}"
        data = font.cut(glyphs)
        program = file.stream(data, f"/Length1 {len(data)}")
        box = " ".join(number(side * em) for side in font.box)
        descriptor = file.add(
            f"<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[{box}]/ItalicAngle 0"
            f"/Ascent {number(font.ascent * em)}/Descent {number(font.descent * em)}/CapHeight 727/StemV 80"
            f"/FontFile2 {program} 0 R>>"
        )
        places = file.stream(b"".join(glyph.to_bytes(2, "big") for glyph in (0, *glyphs)))
        widths = " ".join(number(font.advance(glyph) * em) for glyph in glyphs)
        base = file.add(
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {descriptor} 0 R/CIDToGIDMap {places} 0 R/W[1[{widths}]]>>"
        )
        meant = file.stream(_to_unicode([(code, sign) for sign, code in self._codes.items()], 4))
        return file.add(
            f"<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"
            f"/DescendantFonts[{base} 0 R]/ToUnicode {meant} 0 R>>"
        )


class _Shapes:
    """A Type 3 font of shapes that other fonts, or we, have drawn."""

    def __init__(self) -> None:
        self._glyphs: list[tuple[str, bytes, float]] = []
        self._box = [0.0, 0.0, 0.0, 0.0]
        self._known: dict[tuple[str, bytes], int] = {}

    def __len__(self) -> int:
        return len(self._glyphs)

    def add(self, text: str, shape: Sequence[Command], width: float) -> int:
        steps = list(curves(shape))
        numbers = [
            (steps_n[at] * 1000, -steps_n[at + 1] * 1000)
            for _, steps_n in steps
            for at in range(0, len(steps_n), 2)
        ]
        xs, ys = [x for x, _ in numbers] or [0.0], [y for _, y in numbers] or [0.0]
        box = [min(xs), min(ys), max(xs), max(ys)]
        path = path_of(steps, lambda x, y: f"{number(x * 1000)} {number(-y * 1000)}")
        around = " ".join(map(number, box))
        body = f"{number(width * 1000)} 0 {around} d1\n{path}{'f' if steps else ''}".encode("ascii")
        known = self._known.get((text, body))
        if known is not None:
            return known
        self._box = [*map(min, self._box[:2], box[:2]), *map(max, self._box[2:], box[2:])]
        self._glyphs.append((text, body, width))
        code = self._known[text, body] = len(self._glyphs) - 1
        return code

    def written(self, file: File) -> int:
        # Readers guess the size of such a font from how wide its letter m is, and by the size which words belong
        # together: it gets one, of an ordinary width.
        bodies = [*(file.stream(body) for _, body, _ in self._glyphs), file.stream(b"600 0 0 0 0 0 d1\n")]
        labels = [*(f"/g{index}" for index in range(len(self._glyphs))), "/m"]
        names = "".join(labels)
        shapes = "".join(f"{label} {body} 0 R" for label, body in zip(labels, bodies, strict=True))
        widths = " ".join([*(number(width * 1000) for _, _, width in self._glyphs), "600"])
        meant = file.stream(_to_unicode([(code, text) for code, (text, _, _) in enumerate(self._glyphs)], 2))
        return file.add(
            "<</Type/Font/Subtype/Type3/FontMatrix[.001 0 0 .001 0 0]"
            f"/FontBBox[{' '.join(map(number, self._box))}]"
            f"/CharProcs<<{shapes}>>/Encoding<</Type/Encoding/Differences[0{names}]>>"
            f"/FirstChar 0/LastChar {len(bodies) - 1}/Widths[{widths}]/Resources<<>>/ToUnicode {meant} 0 R>>"
        )


def path_of(steps: Iterable[Command], point: Callable[[float, float], str]) -> str:
    """Path operators for curves; ``point`` writes one point."""
    signs = {"M": "m", "L": "l", "C": "c"}
    return "".join(
        "h\n"
        if name == "Z"
        else " ".join(point(n[at], n[at + 1]) for at in range(0, len(n), 2)) + f" {signs[name]}\n"
        for name, n in steps
    )


def _to_unicode(meant: Sequence[tuple[int, str]], digits: int) -> bytes:
    """The CMap from codes to the characters they stand for."""
    rows = [f"<{code:0{digits}X}><{text.encode('utf-16-be', 'replace').hex().upper()}>" for code, text in meant]
    blocks = [rows[at : at + _MOST_MAPPED] for at in range(0, len(rows), _MOST_MAPPED)]
    lines = [
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def",
        "/CMapName/Adobe-Identity-UCS def/CMapType 2 def",
        f"1 begincodespacerange<{'0' * digits}><{'F' * digits}>endcodespacerange",
        *(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks),
        "endcmap CMapName currentdict/CMap defineresource pop end end",
    ]
    return "\n".join(lines).encode("ascii")
