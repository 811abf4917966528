"""``/docs``: Swagger UI from files of this installation, so that it works offline and under our own policy."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from fastapi import FastAPI, Request
from starlette.responses import Response

from cloudviz.errors import NotFound

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>CloudViz API</title>
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

_FROM_PACKAGE = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
}


@lru_cache(maxsize=8)
def asset(name: str) -> tuple[bytes, str]:
    """One file of the page with its media type. Raises :class:`~cloudviz.errors.NotFound` for any other."""
    if name == "start.js":
        return START.encode(), "text/javascript; charset=utf-8"
    if name not in _FROM_PACKAGE:
        raise NotFound("the API documentation has no such file", hint="Open /docs.")
    return (resources.files("fastapi_offline") / "static" / name).read_bytes(), _FROM_PACKAGE[name]


def install(app: FastAPI) -> None:
    """Serve the page at ``/docs``. FastAPI's own loads its scripts from a network."""

    async def page(request: Request) -> Response:
        return Response(PAGE, media_type="text/html; charset=utf-8")

    async def file(request: Request) -> Response:
        body, media_type = asset(request.path_params["name"])
        return Response(body, media_type=media_type, headers={"Cache-Control": "public, max-age=3600"})

    app.docs_url = "/docs"
    app.add_route("/docs", page, methods=["GET"], include_in_schema=False)
    app.add_route("/docs/{name}", file, methods=["GET"], include_in_schema=False)
