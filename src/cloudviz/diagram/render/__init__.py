"""From the laid-out scene to the bytes of a file. The scene is the only input of every renderer."""

from __future__ import annotations

from cloudviz.diagram.render.drawio import drawio
from cloudviz.diagram.render.html_file import html
from cloudviz.diagram.render.mermaid_pages import markdown, mermaid
from cloudviz.diagram.render.paint import paint
from cloudviz.diagram.render.pdf import pdf
from cloudviz.diagram.render.raster import png
from cloudviz.diagram.render.scene_json import scene_json
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
    "html": "html",
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
    "html": "text/html",
}
"""The media type of each picture format, for HTTP replies."""


def render(scene: Scene, format: str, *, scale: float = 2.0, page: str = "fit", link_base: str = "") -> bytes:
    """Draw the scene as a file.

    Arguments:
        scene: a scene with places, as the layout stage leaves it.
        format: one of :data:`cloudviz.diagram.options.FORMATS`.
        scale: device pixels per scene px; only PNG heeds it.
        page: ``fit`` or a paper size, see :func:`cloudviz.diagram.render.pdf.pdf`; only PDF heeds it.
        link_base: what the addresses of the resources' pages begin with, empty for none. PNG and JSON
            hold no links; draw.io and HTML lead to the clouds' consoles where there is no base.

    Returns the bytes of the file; the same scene gives the same bytes. Of a Mermaid chart that takes several pages
    it is the first; :func:`~cloudviz.diagram.render.mermaid_pages.mermaid_files` gives them all.
    Raises Invalid for a format, scale, page, link base or theme that does not exist, Unavailable where Skia's
    system libraries are missing (PNG) or the page's script was not built (HTML).
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
        return scene_json(scene)
    if format == "drawio":
        return drawio(scene, link_base)
    if format == "html":
        return html(scene, link_base)
    raise Invalid(f"{format!r} is not a picture format", hint="Use " + ", ".join(MEDIA_TYPES) + ".")
