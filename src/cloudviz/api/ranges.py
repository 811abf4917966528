"""Which part of a file a request asks for: ``Range`` and ``If-Range`` of RFC 9110 §14 and §13.1.5.

One range of bytes is honoured, which is what browsers, ``curl -C -``, PDF viewers and CDNs ask for. Several at
once, other units and what can't be read are answered with the whole file, as the RFC lets a server do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fastapi import Request

from cloudviz.errors import CloudVizError

_ONE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes ``start`` to ``stop`` (not included) of a file of ``size`` bytes."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.stop - self.start

    @property
    def header(self) -> str:
        """The ``Content-Range``."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


class RangeNotSatisfiable(CloudVizError):
    """The part that was asked for lies behind the end of the file, of ``size`` bytes."""

    status, code, title = 416, "range_not_satisfiable", "The file has no such part"

    def __init__(self, size: int) -> None:
        super().__init__(f"the file has {size:,} bytes", hint="Ask for bytes below that, or without Range.")
        self.size = size


def asked_part(request: Request, size: int, etag: str) -> Part | None:
    """The part of a file that a request asks for; None for the whole of it.

    Arguments:
        size: of the file, in bytes.
        etag: the file's own, strong, with its quotes. A part of another file is of no use to who asks, who then
            gets the whole of this one.

    Raises RangeNotSatisfiable.
    """
    asked = request.headers.getlist("range")
    found = _ONE.fullmatch(asked[0].strip()) if len(asked) == 1 and request.method == "GET" else None
    if found is None or found[1] == found[2] == "":
        return None
    condition = request.headers.get("if-range")
    if condition is not None and condition.strip() != etag:  # strong: W/"…" and dates never match
        return None
    if not found[1]:
        last = int(found[2])
        if not last or not size:
            raise RangeNotSatisfiable(size)
        return Part(max(0, size - last), size, size)
    start, end = int(found[1]), int(found[2]) if found[2] else size - 1
    if found[2] and end < start:
        return None  # no range at all (§14.1.1), which is not the same as one that can't be satisfied
    if start >= size:
        raise RangeNotSatisfiable(size)
    return Part(start, min(end + 1, size), size)
