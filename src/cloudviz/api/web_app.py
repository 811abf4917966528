"""The web application, built by ``web/`` into ``api/bundle``: the page at ``/``, the rest at ``/assets``."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response

from cloudviz.errors import NotFound

BUNDLE = Path(__file__).parent / "bundle"

NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>CloudViz</title></head>
<body>
<h1>CloudViz is running; its web page has not been built.</h1>
<p>Build it with <code>make web</code> and reload this page.</p>
<p>The API is described at <a href="docs">/docs</a>.</p>
</body>
</html>
"""

# The build puts a hash of the content into a file's name; such a file never changes.
_HASHED = re.compile(r"[.-][A-Za-z0-9_]{8,}\.[a-z0-9]+$")


def install(app: FastAPI, bundle: Path = BUNDLE) -> None:
    """Serve the bundle. A file is looked for at each request, so that a rebuild needs no restart."""

    async def page() -> Response:
        index = bundle / "index.html"
        if not index.is_file():
            return Response(NOT_BUILT, media_type="text/html; charset=utf-8")
        return FileResponse(index, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})

    async def file(path: str) -> Response:
        found = inside(bundle / "assets", path)
        forever = _HASHED.search(found.name) is not None
        cache = "public, max-age=31536000, immutable" if forever else "no-cache"
        return FileResponse(found, headers={"Cache-Control": cache})

    async def icon() -> Response:
        return FileResponse(inside(bundle, "favicon.svg"), headers={"Cache-Control": "public, max-age=86400"})

    app.add_api_route("/", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/assets/{path:path}", file, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/favicon.svg", icon, methods=["GET", "HEAD"], include_in_schema=False)


def inside(folder: Path, name: str) -> Path:
    """The file of that name within a folder.

    Raises :class:`~cloudviz.errors.NotFound` when there is none, or when ``..``, an absolute path or a
    symbolic link leads out of the folder.
    """
    try:
        root = folder.resolve()
        found = (root / name).resolve()
        if found.is_relative_to(root) and found.is_file():
            return found
    except (OSError, ValueError):  # a name too long for the file system, a zero byte
        pass
    raise NotFound("there is no such file in the web application", hint="Reload the page.")
