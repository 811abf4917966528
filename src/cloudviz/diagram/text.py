"""How wide a text is, and how to shorten it: decided below the scene, so that no renderer ever cuts a label.

The widths are those of the bundled font (Inter, ``fonts/``), which every renderer embeds. The bundled cut has no
kerning and no ligatures, so a text is as wide as the sum of its advances (Skia must be told: subpixel, linear
metrics, no hinting; else it rounds each advance to a whole pixel). Scripts outside the font are estimated,
because the reader's fall-back font is not known here; renderers press a wider one into what was measured.

Source: Unicode Standard Annex 29 (grapheme clusters) and Annex 11 (East Asian width).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cloudviz.diagram.bidi import END, ISOLATE

FONT_FAMILY = "Inter"
FONTS = Path(__file__).parent / "fonts"
FONT_FILES = {400: FONTS / "Inter-Regular.ttf", 600: FONTS / "Inter-SemiBold.ttf"}
ELLIPSIS = "…"
LONGEST = 1000
"""Characters of a name that are kept at all; nobody reads further, and a tooltip must stay a tooltip."""

# what needs no cleaning but for its spaces: Latin letters and the signs that names have
_PLAIN = re.compile(r"[ -~\xa1-\xac\xae-\u02ff\u2013\u2014\u2018\u2019\u201c\u201d\u2026]*")
_MARKS_KEPT = 6  # a letter of any living script has fewer; the rest is "Zalgo" that paints over its neighbours
_WIDE = 1.0  # em; ideographs are one em in every common font
_EMOJI = 1.3  # em; Apple Color Emoji 1.25, Noto Color Emoji 1.28, Segoe UI Emoji 1.37
_UNKNOWN = 1.2  # em; the widest ordinary letters of the scripts that no line below names
_ORNAMENT = 14.0  # em; U+FDFD and its like are whole phrases in one glyph
_SCRIPTS = (
    (0x0590, 0x05FF, 0.62),  # Hebrew
    (0x0600, 0x06FF, 0.62),  # Arabic
    (0x0750, 0x08FF, 0.62),
    (0x0900, 0x0DFF, 0.8),  # the Indic scripts
    (0x0E00, 0x0EFF, 0.7),  # Thai and Lao
)
"""First and last code point, and the em that letters take on average in the common fonts of the script."""

_JOINER = "\u200d"
_AS_EMOJI = "\ufe0f"
_CONTROLS = frozenset("\u200e\u200f\u061c\ufeff\u2066\u2067") | {chr(code) for code in range(0x202A, 0x202F)}


class _Advances(dict[str, float]):
    """Advance of one character in em; characters outside the font are estimated on first sight."""

    def __missing__(self, character: str) -> float:
        if len(self) > 20_000:  # hostile input must not fill the memory
            return _estimate(character)
        width = self[character] = _estimate(character)
        return width


def _estimate(character: str) -> float:
    code = ord(character)
    if 0xFDFA <= code <= 0xFDFD or 0x12000 <= code <= 0x1254F:
        return _ORNAMENT
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or 0x1F3FB <= code <= 0x1F3FF:  # skin tones too
        return 0.0
    if 0x1F1E6 <= code <= 0x1F1FF:  # two of these make a flag
        return _EMOJI / 2
    if 0x1F000 <= code <= 0x1FAFF:
        return _EMOJI
    for first, last, width in _SCRIPTS:
        if first <= code <= last:
            return width
    return _WIDE if unicodedata.east_asian_width(character) in ("W", "F") else _UNKNOWN


@lru_cache(maxsize=1)
def _tables() -> dict[int, _Advances]:
    document = json.loads((FONTS / "metrics.json").read_text(encoding="utf-8"))
    em = document["units_per_em"]
    tables: dict[int, _Advances] = {}
    for weight in FONT_FILES:
        table = tables[weight] = _Advances()
        for first, advances in document[str(weight)]["runs"]:
            for offset, advance in enumerate(advances):
                table[chr(first + offset)] = advance / em
        table[ISOLATE] = table[END] = 0.0
    return tables


@lru_cache(maxsize=1)
def bundled() -> frozenset[str]:
    """The characters that the bundled font has."""
    document = json.loads((FONTS / "metrics.json").read_text(encoding="utf-8"))
    return frozenset(
        chr(first + offset) for first, advances in document["400"]["runs"] for offset in range(len(advances))
    )


def _table(weight: int) -> _Advances:
    return _tables()[600 if weight >= 500 else 400]


def measure(text: str, size: float, weight: int = 400) -> float:
    """Width of one line of text in px: exact for the font's scripts, an estimate for all others.

    Arguments:
        text: one line.
        size: font size in px.
        weight: 400 (regular) or 600 (semi-bold); others take the nearer of the two.
    """
    return _em(text, weight >= 500) * size


@lru_cache(maxsize=1 << 15)  # a scene is fitted, laid out and drawn: each name is asked for several times
def _em(text: str, is_bold: bool) -> float:
    table = _table(600 if is_bold else 400)
    width = sum(map(table.__getitem__, text))
    if text.isascii() or (_JOINER not in text and _AS_EMOJI not in text):
        return width
    width = 0.0
    for cluster in graphemes(text):
        parts = [table[sign] for sign in cluster]
        # Joined emoji are drawn as one, and a sign that is asked for as an emoji is as wide as one.
        width += max(parts) if _JOINER in cluster and cluster[0] >= "\u2190" else sum(parts)
        if _AS_EMOJI in cluster:
            width += max(_EMOJI - parts[0], 0.0)
    return width


def clean(text: str) -> str:
    """A name fit to be shown: one line, no control or direction-override characters, no towers of marks.

    Nothing that a person could read is lost but what lies beyond :data:`LONGEST` characters. Lone surrogates,
    which no encoder accepts, become U+FFFD. Isolates (:func:`~cloudviz.diagram.bidi.isolate`) stay where they
    come in pairs.
    """
    if len(text) <= LONGEST and (text.isprintable() if text.isascii() else _PLAIN.fullmatch(text)):
        return text if "  " not in text and text[:1] != " " and text[-1:] != " " else " ".join(text.split())
    kept: list[str] = []
    marks = 0
    for character in text[: LONGEST * 4]:
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > _MARKS_KEPT:
                continue
        else:
            marks = 0
        if category in ("Cc", "Zl", "Zp", "Zs"):
            kept.append(" ")
        elif category == "Cs":
            kept.append("\ufffd")
        elif character not in _CONTROLS and category != "Cn":
            kept.append(character)
    line = _paired(" ".join("".join(kept).split()))
    if len(line) <= LONGEST:
        return line
    line = line.replace(ISOLATE, "").replace(END, "")
    whole = ""
    for cluster in graphemes(line):
        if len(whole) + len(cluster) >= LONGEST:
            break
        whole += cluster
    return whole + ELLIPSIS


def _paired(line: str) -> str:
    """The line with every isolate ended, and none ended that never began."""
    if ISOLATE not in line and END not in line:
        return line
    kept: list[str] = []
    depth = 0
    for sign in line:
        if sign == END:
            if not depth:
                continue
            depth -= 1
        depth += sign == ISOLATE
        kept.append(sign)
    return "".join(kept) + END * depth


def graphemes(text: str) -> Iterator[str]:
    """What a reader takes for one character each: letters with their marks, joined emoji, flags."""
    cluster = ""
    flags = 0
    for character in text:
        if cluster and _continues(cluster, character, flags):
            cluster += character
        else:
            if cluster:
                yield cluster
            cluster = character
            flags = 0
        if "\U0001f1e6" <= character <= "\U0001f1ff":
            flags += 1
    if cluster:
        yield cluster


def _continues(cluster: str, character: str, flags: int) -> bool:
    if character.isascii():
        return False
    code = ord(character)
    if unicodedata.category(character) in ("Mn", "Me", "Mc") or character in (_JOINER, "\u200c"):
        return True
    if cluster[-1] == _JOINER and not character.isspace():
        return True
    if 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:  # skin tones, tag sequences
        return True
    if 0x1F1E6 <= code <= 0x1F1FF:
        return flags % 2 == 1
    return 0x1160 <= code <= 0x11FF and 0x1100 <= ord(cluster[0]) <= 0x11FF  # conjoining Hangul vowels and finals


def fit(text: str, width: float, size: float, weight: int = 400, middle: bool = False) -> str:
    """The text, cleaned, and shortened with an ellipsis where it is wider than ``width`` px.

    Arguments:
        middle: take the cut out of the middle, for ids and addresses whose end tells them apart.

    Returns the empty string when not even the ellipsis has room.
    """
    text = clean(text)
    table = _table(weight)
    is_bold = weight >= 500
    if _em(text, is_bold) * size <= width:
        return text
    room = width / size - table[ELLIPSIS]
    if room < 0:
        return ""
    clusters = list(graphemes(text))
    widths = [_em(cluster, is_bold) for cluster in clusters]
    head, tail = 0, len(clusters)
    from_head = True
    while head < tail:
        index = head if from_head else tail - 1
        if widths[index] > room:
            break
        room -= widths[index]
        if from_head:
            head += 1
        else:
            tail -= 1
        from_head = not middle or not from_head
    start, end = "".join(clusters[:head]), "".join(clusters[tail:]) if middle else ""
    return _paired(f"{start.rstrip()}{ELLIPSIS}{end.lstrip()}")
