"""From the laid-out scene to the bytes of a file. The scene is the only input of every renderer."""

from __future__ import annotations

from typing import Any

import orjson

from cloudviz.diagram.render.drawio import drawio
from cloudviz.diagram.render.mermaid_pages import markdown, mermaid
from cloudviz.diagram.render.paint import paint
from cloudviz.diagram.render.pdf import pdf
from cloudviz.diagram.render.raster import png
from cloudviz.diagram.render.svg import svg
from cloudviz.diagram.scene.document import Scene
from cloudviz.errors import Invalid

FORMAT_BY_SUFFIX: dict[str, str] = {
    "svg": "svg",
    "png": "png",
    "pdf": "pdf",
    "mmd": "mermaid",
    "mermaid": "mermaid",
    "md": "markdown",
    "markdown": "markdown",
    "json": "json",
    "drawio": "drawio",
}
"""The picture format that a file name asks for, by its suffix in lower case without the dot."""

MEDIA_TYPES: dict[str, str] = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "mermaid": "text/vnd.mermaid",
    "markdown": "text/markdown",
    "json": "application/json",
    "drawio": "application/vnd.jgraph.mxfile",
}
"""The media type of each picture format, for HTTP replies."""


def render(scene: Scene, format: str, *, scale: float = 2.0, page: str = "fit", link_base: str = "") -> bytes:
    """Draw the scene as a file.

    Arguments:
        scene: a scene with places, as the layout stage leaves it.
        format: one of :data:`cloudviz.diagram.options.FORMATS`.
        scale: device pixels per scene px; only PNG heeds it.
        page: ``fit`` or a paper size, see :func:`cloudviz.diagram.render.pdf.pdf`; only PDF heeds it.
        link_base: what the addresses of the resources' pages begin with, empty for no links; SVG, PDF and Mermaid.

    Returns the bytes of the file; the same scene gives the same bytes. Of a Mermaid chart that takes several pages
    it is the first; :func:`~cloudviz.diagram.render.mermaid_pages.mermaid_files` gives them all.
    Raises Invalid for a format, scale, page, link base or theme that does not exist, Unavailable where Skia's
    system libraries are missing (PNG only).
    """
    if format == "svg":
        return svg(paint(scene, link_base))
    if format == "png":
        return png(paint(scene), scale)
    if format == "pdf":
        return pdf(paint(scene, link_base), page)
    if format == "mermaid":
        return mermaid(scene, link_base).encode("utf-8")
    if format == "markdown":
        return markdown(scene, link_base).encode("utf-8")
    if format == "json":
        return _json(scene)
    if format == "drawio":
        return drawio(scene)
    raise Invalid(f"{format!r} is not a picture format", hint="Use " + ", ".join(MEDIA_TYPES) + ".")


def _json(scene: Scene) -> bytes:
    document = scene.to_document()
    options = orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    try:
        return orjson.dumps(document, option=options)
    except TypeError:  # a lone surrogate in some name, which UTF-8 cannot hold
        return orjson.dumps(_encodable(document), option=options)


def _encodable(value: Any) -> Any:
    """The same value with U+FFFD in the place of lone surrogates."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    return value
