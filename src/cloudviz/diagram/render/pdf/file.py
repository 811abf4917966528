"""The PDF file: numbered objects, streams, cross-reference table.

Source: ISO 32000-1, 7.3 (objects), 7.5 (file structure).
"""

from __future__ import annotations

import hashlib
import zlib
from functools import lru_cache


class File:
    """Collects objects, and writes them as a file without a date: the same objects give the same bytes."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def reserve(self) -> int:
        """A number for an object that is written later, since others point at it."""
        self._objects.append(b"null")
        return len(self._objects)

    def put(self, number: int, body: str | bytes) -> int:
        """Give a reserved number its object."""
        self._objects[number - 1] = body.encode("latin-1") if isinstance(body, str) else body
        return number

    def add(self, body: str | bytes) -> int:
        """A new object; its number comes back."""
        return self.put(self.reserve(), body)

    def stream(self, data: bytes, entries: str = "") -> int:
        """A new stream object, deflated; ``entries`` go into its dictionary."""
        packed = zlib.compress(data, 6)
        head = f"<</Length {len(packed)}/Filter/FlateDecode{entries}>>\nstream\n".encode("latin-1")
        return self.add(head + packed + b"\nendstream")

    def written(self, root: int, info: int) -> bytes:
        """The whole file."""
        parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"]
        at = len(parts[0])
        places: list[int] = []
        seen = hashlib.sha256()
        for number, body in enumerate(self._objects, 1):
            part = b"%d 0 obj\n%s\nendobj\n" % (number, body)
            places.append(at)
            at += len(part)
            seen.update(part)
            parts.append(part)
        name = seen.hexdigest()[:32]
        rows = "".join(f"{place:010d} 00000 n \n" for place in places)
        parts.append(
            f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{rows}"
            f"trailer\n<</Size {len(places) + 1}/Root {root} 0 R/Info {info} 0 R/ID[<{name}><{name}>]>>\n"
            f"startxref\n{at}\n%%EOF\n".encode("latin-1")
        )
        return b"".join(parts)


def words(text: str) -> str:
    """A text string object (7.9.2.2): UTF-16 with its mark, as hexadecimal, so that nothing needs escaping."""
    return f"<FEFF{text.encode('utf-16-be', 'replace').hex().upper()}>"


@lru_cache(maxsize=1 << 16)
def number(value: float) -> str:
    """A number with at most three decimals."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
