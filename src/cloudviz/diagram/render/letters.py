"""Which font draws which part of a line: the bundled one, the system's, or a sign of ours where neither has it.

The bundled typeface holds the Latin, Greek and Cyrillic scripts. For all others PNG and PDF ask the system, and
where it has no font either they draw a neutral mark, so that nobody takes a box with a cross for a broken picture:
a bar in the place of a word or an ideograph, as layout programs draw text too small to read, and a disc with a
spark in the place of an emoji.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from enum import StrEnum

from cloudviz.diagram.bidi import visual_runs
from cloudviz.diagram.render.operations import Command
from cloudviz.diagram.text import bundled, graphemes

_SILENT = frozenset("\ufe0e\ufe0f\u200c\u200d\u2060\u2068\u2069\u00ad")
"""Marks that choose a look or join, and have none of their own."""


class Source(StrEnum):
    """Where the shapes of a piece of text come from."""

    BUNDLED = "bundled"
    SYSTEM = "system"
    MARK = "mark"


Piece = tuple[str, Source, bool]
"""Text in reading order, its source, and whether it runs from right to left."""


def pieces(text: str, in_system: Callable[[str], bool]) -> list[Piece]:
    """The parts of a line from left to right, each from one source.

    Arguments:
        text: one line, already cleaned and fitted.
        in_system: whether the system has a font for a character.
    """
    if text.isascii():
        return [(text, Source.BUNDLED, False)] if text else []
    found: list[Piece] = []
    for run, backwards in visual_runs(text):
        parts: list[tuple[str, Source]] = []
        for cluster in graphemes(run):
            source = _source(cluster, in_system, backwards, parts[-1][1] if parts else None)
            if parts and parts[-1][1] == source:
                parts[-1] = (parts[-1][0] + cluster, source)
            else:
                parts.append((cluster, source))
        found += [
            (_spoken(part) if source == Source.BUNDLED else part, source, backwards)
            for part, source in (reversed(parts) if backwards else parts)
        ]
    return [piece for piece in found if piece[0]]


def _source(cluster: str, in_system: Callable[[str], bool], backwards: bool, before: Source | None) -> Source:
    said = _spoken(cluster)
    if all(sign in bundled() for sign in said):
        # Spaces and brackets inside right-to-left text take part in its order and its mirror images.
        return Source.SYSTEM if backwards and before == Source.SYSTEM else Source.BUNDLED
    base = next((sign for sign in said if unicodedata.category(sign) not in ("Mn", "Me", "Cf")), said[0])
    return Source.SYSTEM if in_system(base) else Source.MARK


def _spoken(text: str) -> str:
    return text if text.isascii() else "".join(sign for sign in text if sign not in _SILENT)


def is_pictogram(cluster: str) -> bool:
    """Whether a cluster is an emoji or another symbol, and no letter."""
    return unicodedata.category(cluster[0]).startswith("S") or cluster[0] >= "\U0001f000"


def spark() -> list[Command]:
    """The mark of an emoji: a disc with a four-pointed spark cut out of it, in em, on the baseline."""
    x, y, radius, long, short = 0.65, -0.35, 0.44, 0.3, 0.085
    points = []
    for step in range(8):
        reach = long if step % 2 == 0 else short * math.sqrt(2)
        angle = math.pi / 4 * step
        points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    star: list[Command] = [("M", points[0]), *(("L", point) for point in reversed(points[1:])), ("Z", ())]
    arc = (radius, radius, 0.0, 0.0, 1.0)
    return [
        ("M", (x - radius, y)),
        ("A", (*arc, x + radius, y)),
        ("A", (*arc, x - radius, y)),
        ("Z", ()),
        *star,
    ]


def bar(width: float, thickness: float = 0.32) -> list[Command]:
    """The mark of a word or an ideograph: a bar of ``width`` em at the height of small letters."""
    left, right = 0.06, max(width - 0.06, 0.3)
    top, low, radius = -0.3 - thickness / 2, -0.3 + thickness / 2, min(thickness / 2, 0.1)
    arc = (radius, radius, 0.0, 0.0, 1.0)
    return [
        ("M", (left + radius, top)),
        ("L", (right - radius, top)),
        ("A", (*arc, right, top + radius)),
        ("L", (right, low - radius)),
        ("A", (*arc, right - radius, low)),
        ("L", (left + radius, low)),
        ("A", (*arc, left, low - radius)),
        ("L", (left, top + radius)),
        ("A", (*arc, left + radius, top)),
        ("Z", ()),
    ]


def marks(text: str, em: Callable[[str], float]) -> list[tuple[str, list[Command], float]]:
    """What stands for text that no font has: (the text it stands for, its shape in em, its advance in em).

    Arguments:
        em: the measured width of a text in em.
    """
    found: list[tuple[str, list[Command], float]] = []
    word = ""
    for cluster in [*graphemes(text), ""]:
        lone = cluster != "" and unicodedata.east_asian_width(cluster[0]) in ("W", "F")
        if cluster and not lone and not is_pictogram(cluster) and not cluster.isspace():
            word += cluster
            continue
        if word:
            width = max(em(word), 0.4)
            found.append((word, bar(width), width))
            word = ""
        if lone and not is_pictogram(cluster):
            found.append((cluster, bar(em(cluster), 0.52), em(cluster)))
        elif cluster.isspace():
            found.append((cluster, [], em(" ")))
        elif cluster:
            found.append((cluster, spark(), 1.3))
    return found
