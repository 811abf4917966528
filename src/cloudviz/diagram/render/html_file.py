"""The interactive map in one file: opens from a disk, asks nobody for anything, runs nothing but its own script.

The page is the web map's engine with a search box, details and a legend (``web/src/viewer``), built by the same
build and put into each file with the scene, the icons, the theme's colours and the font. Its content security
policy allows that one script and that one style sheet by their hashes and no connection at all, so that a hostile
name could not even load a picture. The scene is a data block: JSON whose every ``<`` is escaped, which no parser
takes for an end. A large one is compressed, and its browser takes it apart.

Source: CSP Level 3 (hash sources, ``meta`` delivery), HTML (data blocks, what ``script`` may contain), Compression
Streams (``deflate`` is RFC 1950).
"""

from __future__ import annotations

import hashlib
import html as markup
import zlib
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cloudviz.diagram.icons import icons_document
from cloudviz.diagram.render import words
from cloudviz.diagram.render.console import node_address, resource_of
from cloudviz.diagram.render.lines import WEAK_KINDS
from cloudviz.diagram.render.links import address, checked_base
from cloudviz.diagram.render.scene_json import json_bytes
from cloudviz.diagram.render.webfont import font_faces
from cloudviz.diagram.scene.document import Scene
from cloudviz.diagram.text import clean
from cloudviz.diagram.themes import RoleStyle, Theme, theme_named
from cloudviz.errors import Unavailable

VIEWER = Path(__file__).parent / "viewer"
"""Script and styles of the page, made by ``make web`` and part of the wheel."""

_LARGE = 1_000_000  # bytes of data from which they are compressed: below it, who reads the file finds plain JSON
_ACCENT = {False: "#1d5fd6", True: "#6ea8ff"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{scheme}">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="CloudViz">
<meta name="description" content="{description}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<noscript>This picture is drawn by a script that it carries itself. Please allow it for this file.</noscript>
<script type="{type}" id="cloudviz-picture">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def html(scene: Scene, link_base: str = "") -> bytes:
    """The scene as one HTML file.

    Arguments:
        link_base: what the addresses of the resources' pages begin with; empty for none. Links to the clouds'
            consoles are there in any case.

    Raises Invalid when the scene names a theme that does not exist or the base is no address, Unavailable where
    the page's script was not built.
    """
    theme = theme_named(scene.theme)
    title = clean(words.headline(scene)) or "Cloud resources"
    description = words.description(scene)
    script = _part("viewer.js")
    style = font_faces(set(_letters(scene)) | set(title)) + _part("dark.css" if theme.dark else "light.css")
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; font-src data:; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    type_, data = _block(json_bytes(_data(scene, theme, checked_base(link_base))))
    page = _PAGE.format(
        policy=policy,
        scheme="dark" if theme.dark else "light",
        description=_escaped(description),
        title=_escaped(title),
        style=style,
        type=type_,
        data=data,
        script=script,
    )
    return page.encode("utf-8")


def _data(scene: Scene, theme: Theme, link_base: str) -> dict[str, Any]:
    """What the page's script reads; see ``web/src/viewer/data.ts``."""
    # By kind, and by type where a type has a glyph of its own.
    named = {node.kind for node in scene.nodes} | {node.type for node in scene.nodes} | {"other", "resource_group"}
    single = [node for node in scene.nodes if resource_of(node)]
    consoles = {resource_of(node): found for node in single if (found := node_address(node))}
    pages = {resource_of(node): found for node in single if (found := address(link_base, node))}
    return {
        "scene": scene.to_document(),
        "icons": {name: icon for name, icon in icons_document(theme.name).items() if name in named},
        "palette": palette_document(theme),
        "console": consoles,
        "pages": pages,
        "dashed": sorted(WEAK_KINDS),
    }


def palette_document(theme: Theme) -> dict[str, Any]:
    """The colours of a theme as the map's engine takes them; see ``web/src/engine/palette.ts``."""
    return {
        "dark": theme.dark,
        "ground": theme.background,
        "leafFill": theme.card,
        "leafStroke": theme.card_border,
        "label": theme.text,
        "sublabel": theme.muted,
        "edge": theme.edge,
        "edgeWeak": theme.edge_weak,
        "pillFill": theme.pill,
        "pillStroke": theme.pill_border,
        "pillText": theme.pill_text,
        "markFill": theme.badge,
        "markText": theme.badge_text,
        "accent": _ACCENT[theme.dark],
        "added": theme.added,
        "removed": theme.removed,
        "changed": theme.changed,
        "containers": {role: _look(style) for role, style in theme.roles.items()},
    }


def _look(style: RoleStyle) -> dict[str, Any]:
    return {
        "stroke": style.border,
        "fill": style.fill,
        "title": style.text,
        "dash": list(style.dash or ()),
        "width": style.width,
    }


def _letters(scene: Scene) -> Iterator[str]:
    for node in scene.nodes:
        yield from node.title
        yield from node.label
        yield from node.sublabel
    for edge in scene.edges:
        yield from edge.label or ""


def _block(data: bytes) -> tuple[str, str]:
    """JSON as the type and the text of a ``script`` element that is data, not run.

    The text has no ``<``, and none of the line ends of old JavaScript.
    """
    if len(data) >= _LARGE:
        return "application/zlib", b64encode(zlib.compress(data, 9)).decode("ascii")
    text = data.decode("utf-8")
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return "application/json", text


def _escaped(text: str) -> str:
    return markup.escape(text.encode("utf-8", "replace").decode("utf-8"))


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _part(name: str) -> str:
    path = VIEWER / name
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise Unavailable(
            "the page of HTML pictures was not built",
            where=str(path),
            hint="Run `make web` in the checkout, or install a released wheel.",
        ) from None
