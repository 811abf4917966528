"""Our own line glyphs, one for each kind and some for types, for the renderers and for the web map.

The clouds' own icon sets are trademarks with terms of their own; these are drawn by us and under our licence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.registry import catalogue
from cloudviz.diagram.icons.glyphs import GLYPHS
from cloudviz.diagram.icons.variants import VARIANT_OF, VARIANTS
from cloudviz.diagram.themes import Theme, theme_named

VIEW_BOX = 24.0
STROKE = 1.5


@dataclass(frozen=True, slots=True)
class GlyphPath:
    """One path of a glyph: SVG path data on the 24 by 24 grid, stroked with 1.5 or else filled."""

    d: str
    filled: bool = False


@dataclass(frozen=True, slots=True)
class IconGlyph:
    """A line drawing; ``name`` is the kind that it stands for, or the variant of some types."""

    name: str
    paths: tuple[GlyphPath, ...]


@cache
def icon_set() -> dict[str, IconGlyph]:
    """The glyph of every kind, by the kind's word. Do not change the mapping: it is shared."""
    return {kind.value: _glyph(kind.value, paths) for kind, paths in GLYPHS.items()}


@cache
def variant_set() -> dict[str, IconGlyph]:
    """The glyph of every variant, by its name. Do not change the mapping: it is shared."""
    return {name: _glyph(name, paths) for name, paths in VARIANTS.items()}


def glyph_of(kind: str, type: str = "") -> IconGlyph:
    """The glyph of a type where it has one of its own, else of its kind; words that are no kind get ``other``."""
    variant = VARIANT_OF.get(type)
    if variant is not None:
        return variant_set()[variant]
    glyphs = icon_set()
    return glyphs.get(kind) or glyphs[Kind.OTHER.value]


def _glyph(name: str, paths: Sequence[str]) -> IconGlyph:
    return IconGlyph(
        name, tuple(GlyphPath(path.removeprefix("fill:"), path.startswith("fill:")) for path in paths)
    )


def icons_document(theme: str = "enterprise") -> dict[str, Any]:
    """The glyphs as JSON for the web map: by kind, and by type where a type has its own.

    Each with view box, paths, and the colours that the theme gives its kind. ``tile`` is the colour of the square
    behind the glyph, ``null`` where the theme draws none; ``color`` is the colour of the kind. Raises Invalid for
    an unknown theme.
    """
    style = theme_named(theme)
    types = {type: catalogue().get(type) for type in VARIANT_OF}
    variants = {type: str(found.kind) for type, found in types.items() if found is not None}
    return {
        **{kind: _drawn(glyph, kind, style) for kind, glyph in icon_set().items()},
        **{type: _drawn(glyph_of(kind, type), kind, style) for type, kind in variants.items()},
    }


def _drawn(glyph: IconGlyph, kind: str, style: Theme) -> dict[str, Any]:
    return {
        "viewBox": f"0 0 {VIEW_BOX:g} {VIEW_BOX:g}",
        "paths": [
            {
                "d": path.d,
                "fill": style.ink(kind) if path.filled else None,
                "stroke": None if path.filled else style.ink(kind),
                "width": 0 if path.filled else STROKE,
            }
            for path in glyph.paths
        ],
        "color": style.colour(kind),
        "tile": style.tile(kind),
    }
