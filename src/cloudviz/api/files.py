"""Replies that are files: their name, type and ETag, and 304 for those who have them already."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import Request
from starlette.responses import Response, StreamingResponse

import cloudviz
from cloudviz.api.description import refuses
from cloudviz.api.ranges import asked_part
from cloudviz.diagram.render import MEDIA_TYPES
from cloudviz.inventory.tables import TABLE_MEDIA_TYPES
from cloudviz.jobs.exports import Exported, Pieces
from cloudviz.runtime.storage import Storage

SUFFIXES = {"mermaid": "mmd", "markdown": "md"}

# The picture is for whoever asked: their browser may keep it and must ask each time whether it still holds.
PRIVATE = "private, no-cache"

# An SVG opened on its own must not run what a hostile resource name might have smuggled into it.
NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"

_TEXT = {"schema": {"type": "string"}}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_OTHERS = {
    "image/svg+xml": _TEXT,
    "image/png": _BINARY,
    "application/pdf": _BINARY,
    "text/vnd.mermaid": _TEXT,
    "text/markdown": _TEXT,
    "application/vnd.jgraph.mxfile": _TEXT,
    "text/html": _TEXT,
    "text/csv": _TEXT,
    TABLE_MEDIA_TYPES["xlsx"]: _BINARY,
}
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {**_OTHERS, "application/json": {"schema": {"$ref": "#/components/schemas/SceneReply"}}},
    },
}
PARTS: dict[int | str, dict[str, Any]] = {
    206: {
        "description": "The bytes of it that `Range` names.",
        "content": {**_OTHERS, "application/json": _BINARY},
    },
    **refuses(416),
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The copy whose ETag was sent is still right."}
}


def asked_of(*parts: object) -> str:
    """What determines the bytes of a file, as a hash: drawing is a pure function of it and of this release."""
    text = "\0".join(str(part) for part in (cloudviz.__version__, *parts))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def etag_of(*parts: object) -> str:
    """The same as a strong ETag."""
    return f'"{asked_of(*parts)[:32]}"'


def is_fresh(request: Request, etag: str) -> bool:
    """Whether the caller's copy is still right (RFC 9110 §13.1.2, weak comparison)."""
    given = request.headers.get("if-none-match", "")
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return etag in tags or "*" in tags


def unchanged(etag: str, cache_control: str = PRIVATE) -> Response:
    """304."""
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": cache_control})


def suffix_of(format: str) -> str:
    """What the names of files of a format end in."""
    return SUFFIXES.get(format, format)


def media_type_of(format: str) -> str:
    """The media type of a format."""
    return MEDIA_TYPES.get(format) or TABLE_MEDIA_TYPES[format]


def file_reply(content: bytes, format: str, stem: str, etag: str = "", *, inline: bool = False) -> Response:
    """A file to save under ``stem`` with the suffix of its format."""
    headers = file_headers(f"{stem}.{suffix_of(format)}", media_type_of(format), etag, inline=inline)
    return Response(content, headers=headers)


async def exported_reply(
    request: Request, storage: Storage, exported: Exported, etag: str, cache_control: str = PRIVATE
) -> Response:
    """An exported file, or the part of it that is asked for: at once, or in pieces as the storage gives them.

    Raises RangeNotSatisfiable.
    """
    file, content, pieces = exported.file, exported.content, exported.pieces
    size = file.size if content is None else len(content)
    headers = file_headers(file.file_name, file.media_type, etag)
    headers |= {"Cache-Control": cache_control, "Accept-Ranges": "bytes", "Content-Length": str(size)}
    if pieces is not None and (request.method == "HEAD" or "range" in request.headers):
        await pieces.close()  # of what is wanted another piece comes first, or none
        pieces = None
    part = asked_part(request, size, etag)
    if request.method == "HEAD":
        return Response(headers=headers)
    status, start, stop = 200, 0, size
    if part is not None:
        status, start, stop = 206, part.start, part.stop
        headers |= {"Content-Range": part.header, "Content-Length": str(part.length)}
    if content is not None:
        return Response(content[start:stop], status, headers=headers)
    return StreamingResponse(pieces or await Pieces.of(storage, file.name, start, stop), status, headers=headers)


def file_headers(file_name: str, media_type: str, etag: str = "", *, inline: bool = False) -> dict[str, str]:
    """The headers of a file to save, or to show where it is ``inline``. Nothing in it may run as ours."""
    headers = {
        "Content-Type": f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type,
        "Content-Disposition": f'{"inline" if inline else "attachment"}; filename="{file_name}"',
        "Cache-Control": PRIVATE,
    }
    if etag:
        headers["ETag"] = etag
    if media_type == MEDIA_TYPES["svg"]:
        headers["Content-Security-Policy"] = NO_SCRIPTS
    if media_type == MEDIA_TYPES["html"]:
        # Its own policy names its one script; the sandbox keeps it from this server's origin if it is ever shown.
        headers["Content-Security-Policy"] = "sandbox allow-scripts"
    return headers
