"""Replies that are files: their name, type and ETag, and 304 for those who have them already."""

from __future__ import annotations

import hashlib

from fastapi import Request
from starlette.responses import Response

import cloudviz
from cloudviz.diagram.render import MEDIA_TYPES
from cloudviz.inventory.tables import TABLE_MEDIA_TYPES

SUFFIXES = {"mermaid": "mmd", "markdown": "md"}

# The picture is for whoever asked: their browser may keep it and must ask each time whether it still holds.
PRIVATE = "private, no-cache"

# An SVG opened on its own must not run what a hostile resource name might have smuggled into it.
NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"


def etag_of(*parts: object) -> str:
    """A strong ETag of what determines the bytes: drawing is a pure function of it and of this release."""
    text = "\0".join(str(part) for part in (cloudviz.__version__, *parts))
    return f'"{hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]}"'


def is_fresh(request: Request, etag: str) -> bool:
    """Whether the caller's copy is still right (RFC 9110 §13.1.2, weak comparison)."""
    given = request.headers.get("if-none-match", "")
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return etag in tags or "*" in tags


def unchanged(etag: str) -> Response:
    """304."""
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": PRIVATE})


def file_reply(content: bytes, format: str, stem: str, etag: str = "", *, inline: bool = False) -> Response:
    """A file to save under ``stem`` with the suffix of its format."""
    suffix = SUFFIXES.get(format, format)
    headers = {
        "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{stem}.{suffix}"',
        "Cache-Control": PRIVATE,
    }
    if etag:
        headers["ETag"] = etag
    if format == "svg":
        headers["Content-Security-Policy"] = NO_SCRIPTS
    if format == "html":
        # Its own policy names its one script; the sandbox keeps it from this server's origin if it is ever shown.
        headers["Content-Security-Policy"] = "sandbox allow-scripts"
    media_type = MEDIA_TYPES.get(format) or TABLE_MEDIA_TYPES[format]
    return Response(content, media_type=media_type, headers=headers)
