"""SVG, written directly as text: self-contained, accessible, inert.

Nothing in the file runs or loads: text is escaped, characters that XML 1.0 forbids are taken out, the font travels
inside as WOFF2, icons are symbols used by reference; it links out only where the caller names an address. Colours
are presentation attributes and not style sheets, because office programs and converters read those.

A text that the reader's own fonts must draw is pressed into the width that was measured, whatever they are.

Source: SVG 2, WAI-ARIA Graphics Module, XML 1.0 production 2 (Char).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cloudviz.diagram.bidi import runs_right
from cloudviz.diagram.icons import STROKE, VIEW_BOX, glyph_of, icon_set
from cloudviz.diagram.render.operations import Command, Group, Operation, Painting, Path, Rect, Text
from cloudviz.diagram.render.webfont import font_faces
from cloudviz.diagram.text import bundled, measure
from cloudviz.diagram.themes import Theme, family_of

_FONTS = (
    "Inter,'Helvetica Neue',Arial,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',"
    "'Segoe UI Emoji','Apple Color Emoji','Noto Color Emoji',sans-serif"
)
_PRINT = "@media print{svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}}"
_SPECIAL = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\n": " ", "\r": " ", "\t": " "}
_ODD = re.compile("[&<>\"'\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff]")

GLYPH_SHARE = 0.68
"""How much of an icon's side its glyph takes when it stands on a tile."""


def svg(painting: Painting) -> bytes:
    """The SVG document of a painting, UTF-8."""
    body: list[str] = []
    kinds: dict[str, str] = {}
    texts: set[str] = set()
    _write(painting.items, body, kinds, texts, painting.theme)
    theme = painting.theme
    top, width, height = _number(painting.top), _number(painting.width), _number(painting.height)
    symbols = "".join(kinds.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 {top} {width} {height}"'
        ' role="graphics-document document" aria-roledescription="diagram" lang="en"'
        f' aria-labelledby="cloudviz-title" aria-describedby="cloudviz-desc" font-family="{_FONTS}" '
        'text-rendering="geometricPrecision">',
        f'<title id="cloudviz-title">{_escaped(painting.title)}</title>',
        f'<desc id="cloudviz-desc">{_escaped(painting.description)}</desc>',
        f"<defs><style>{font_faces(texts)}{_PRINT}</style>{symbols}</defs>",
        f'<rect y="{top}" width="100%" height="100%" fill="{theme.background}"/>',
        *body,
        "</svg>\n",
    ]
    return "".join(parts).encode("utf-8")


def _write(
    items: Iterable[Operation], out: list[str], kinds: dict[str, str], texts: set[str], theme: Theme
) -> None:
    for item in items:
        if isinstance(item, Group):
            out.append(f'<a href="{_escaped(item.link)}" target="_blank">' if item.link else "")
            out.append(_opening(item) if item.key else "<g>")
            _write(item.items, out, kinds, texts, theme)
            out.append("</g></a>\n" if item.link else "</g>\n")
        elif isinstance(item, Text):
            texts.update(item.text)
            anchor = "" if item.anchor == "start" else f' text-anchor="{item.anchor}"'
            weight = "" if item.weight == 400 else f' font-weight="{item.weight}"'
            out.append(
                f'<text x="{_number(item.x)}" y="{_number(item.y)}" font-size="{_number(item.size)}"{weight}'
                f'{anchor}{_guard(item)} fill="{item.fill}">{_escaped(item.text)}</text>'
            )
        elif isinstance(item, Rect):
            radius = f' rx="{_number(item.radius)}"' if item.radius else ""
            out.append(
                f'<rect x="{_number(item.x)}" y="{_number(item.y)}" width="{_number(item.width)}" '
                f'height="{_number(item.height)}"{radius}{_look(item)}/>'
            )
        elif isinstance(item, Path):
            out.append(f'<path d="{_data(item.commands)}"{_look(item)}/>')
        else:
            symbol = _name(item.kind, item.type)
            if symbol not in kinds:
                kinds[symbol] = _symbol(item.kind, item.type, theme)
            side = _number(item.size)
            out.append(
                f'<use href="#{theme.name}-{symbol}" x="{_number(item.x)}" y="{_number(item.y)}" '
                f'width="{side}" height="{side}"/>'
            )


def _opening(group: Group) -> str:
    """A thing of the inventory: found by its id, and named when the pointer rests on it or a reader reaches it."""
    title = _escaped(group.title)
    anchor = "" if group.link or group.name == "edge" else f' id="r-{_escaped(group.key)}"'
    kind = f' data-kind="{_escaped(group.kind)}"' if group.kind else ""
    type_ = f' data-type="{_escaped(group.type)}"' if group.type else ""
    role = "graphics-object" if group.name == "container" else "graphics-symbol"
    return (
        f'<g class="{group.name}"{anchor} role="{role}" aria-label="{title}"'
        f' data-id="{_escaped(group.key)}"{kind}{type_}>'
        f"<title>{title}</title>"
    )


def _guard(item: Text) -> str:
    """What keeps a text in fonts unknown to us within its box, and in its own direction."""
    if item.text.isascii() or bundled().issuperset(item.text):
        return ""
    width = _number(measure(item.text, item.size, item.weight))
    way = ' unicode-bidi="plaintext"' if runs_right(item.text) else ""
    return f' textLength="{width}" lengthAdjust="spacingAndGlyphs"{way}' if width != "0" else way


def _look(item: Rect | Path) -> str:
    fill = f' fill="{item.fill}"' if item.fill else ' fill="none"'
    if item.stroke is None:
        return fill
    width = "" if item.stroke_width == 1 else f' stroke-width="{_number(item.stroke_width)}"'
    dash = f' stroke-dasharray="{_number(item.dash[0])} {_number(item.dash[1])}"' if item.dash else ""
    return f'{fill} stroke="{item.stroke}"{width}{dash}'


def _data(commands: Iterable[Command]) -> str:
    return "".join(name + " ".join(map(_number, numbers)) for name, numbers in commands)


@lru_cache(maxsize=1 << 12)
def _name(kind: str, type: str) -> str:
    """The name of an icon: its glyph, and the colour family of its kind where the glyph is that of a variant."""
    glyph = glyph_of(kind, type).name
    return glyph if glyph in icon_set() else f"{glyph}-{family_of(kind)}"


@lru_cache(maxsize=1 << 10)
def _symbol(kind: str, type: str, theme: Theme) -> str:
    tile, ink = theme.tile(kind), theme.ink(kind)
    size = VIEW_BOX / GLYPH_SHARE if tile else VIEW_BOX
    shift = (size - VIEW_BOX) / 2
    side = _number(size)
    # The theme's radius is for an icon of 36 px; the symbol has its own unit.
    square = f'<rect width="{side}" height="{side}" rx="{_number(theme.tile_radius * size / 36)}" fill="{tile}"/>'
    paths = "".join(
        f'<path d="{path.d}" fill="{ink}" stroke="none"/>' if path.filled else f'<path d="{path.d}"/>'
        for path in glyph_of(kind, type).paths
    )
    move = f' transform="translate({_number(shift)} {_number(shift)})"' if shift else ""
    return (
        f'<symbol id="{theme.name}-{_name(kind, type)}" viewBox="0 0 {side} {side}">{square if tile else ""}'
        f'<g{move} fill="none" stroke="{ink}" stroke-width="{STROKE:g}" stroke-linecap="round" '
        f'stroke-linejoin="round">{paths}</g></symbol>'
    )


@lru_cache(maxsize=1 << 16)
def _number(value: float) -> str:
    """A length with at most two decimals, without trailing zeros. Boxes stand in rows, so lengths repeat."""
    rounded = round(value, 2)
    whole = int(rounded)
    return str(whole) if whole == rounded else repr(rounded)


@lru_cache(maxsize=1 << 12)
def _escaped(text: str) -> str:
    """Text as XML content or attribute value; what XML 1.0 cannot hold at all is left out."""
    return _ODD.sub(lambda odd: _SPECIAL.get(odd.group(), ""), text)
