"""``/docs``: Swagger UI from files of this installation, so that it works offline and under our own policy."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from fastapi import FastAPI
from starlette.responses import Response

from cloudviz.errors import NotFound

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CloudViz API</title>
<link rel="icon" type="image/svg+xml" href="docs/icon.svg">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>The description of the API is at openapi.json.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

# A file of its own, because the content security policy forbids scripts inside a page.
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="none" stroke="#2563eb" '
    'stroke-width="1.5" d="M2 2h12v12H2zM5 5h3v3H5zM8 6.5h3V11"/></svg>'
)

_OURS = {
    "start.js": (START, "text/javascript; charset=utf-8"),
    "icon.svg": (ICON, "image/svg+xml"),
}
_FROM_PACKAGE = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}


@lru_cache(maxsize=8)
def asset(name: str) -> tuple[bytes, str]:
    """One file of the page with its media type. Raises :class:`~cloudviz.errors.NotFound` for any other."""
    if name in _OURS:
        text, media_type = _OURS[name]
        return text.encode(), media_type
    if name not in _FROM_PACKAGE:
        raise NotFound("the API documentation has no such file", hint="Open /docs.")
    return (resources.files("fastapi_offline") / "static" / name).read_bytes(), _FROM_PACKAGE[name]


def install(app: FastAPI) -> None:
    """Serve the page at ``/docs``. FastAPI's own loads its scripts from a network."""

    async def page() -> Response:
        return Response(PAGE, media_type="text/html; charset=utf-8")

    async def file(name: str) -> Response:
        body, media_type = asset(name)
        return Response(body, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})

    app.docs_url = "/docs"
    app.add_api_route("/docs", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/docs/{name}", file, methods=["GET", "HEAD"], include_in_schema=False)
