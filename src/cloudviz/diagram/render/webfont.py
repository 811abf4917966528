"""The font inside an SVG: the bundled one as WOFF2, cut to the scripts that the picture really shows.

The files are made by ``scripts/web_fonts.py`` from the same cut that text is measured with.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache

from cloudviz.diagram.text import FONT_FAMILY, FONT_FILES

PUNCTUATION = "‐‑‒–—‘’“”•…‰‹›€™←↑→↓−×·✓\ufffd"
CUTS: dict[str, tuple[tuple[int, int], ...]] = {
    "latin": ((0x20, 0x7E), (0xA0, 0x17F), *((ord(sign), ord(sign)) for sign in PUNCTUATION)),
    "greek-cyrillic": ((0x370, 0x45F),),
    "extended": ((0x180, 0x24F), (0x300, 0x36F), (0x460, 0x52F), (0x1E00, 0x1EFF)),
}
"""The cuts and the code points each holds; a picture always carries the first, the others on demand."""


def font_faces(characters: Iterable[str]) -> str:
    """The @font-face rules that a picture with these characters needs."""
    codes = [ord(character) for character in characters if ord(character) > 0x17F]
    cuts = ["latin"] + [
        cut
        for cut, ranges in CUTS.items()
        if cut != "latin" and any(first <= code <= last for code in codes for first, last in ranges)
    ]
    return "".join(_face(weight, cut) for weight in FONT_FILES for cut in cuts)


@cache
def _face(weight: int, cut: str) -> str:
    file = FONT_FILES[weight].with_name(f"{FONT_FILES[weight].stem}.{cut}.woff2")
    ranges = ",".join(f"U+{first:X}-{last:X}" for first, last in CUTS[cut] if first < last)
    # The Latin cut has no range of its own: it is also what a reader without unicode-range gets.
    limit = "" if cut == "latin" else f"unicode-range:{ranges};"
    data = b64encode(file.read_bytes()).decode("ascii")
    return (
        f"@font-face{{font-family:{FONT_FAMILY};font-weight:{weight};{limit}"
        f"src:url(data:font/woff2;base64,{data})format('woff2')}}"
    )
