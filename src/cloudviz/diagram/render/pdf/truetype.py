"""As much of a TrueType font as a PDF needs: the glyph of a character, how wide it is, a cut of the outlines.

Source: OpenType 1.9 (cmap format 4, glyf, loca, head, hhea, hmtx, maxp).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

_KEPT = ("head", "hhea", "hmtx", "maxp", "loca", "glyf")
_ARGS_ARE_WORDS, _SCALE, _MORE, _X_AND_Y_SCALE, _TWO_BY_TWO = 0x1, 0x8, 0x20, 0x40, 0x80


class TrueType:
    """One font file. Lengths are in font units; ``units`` of them make an em."""

    def __init__(self, file: Path) -> None:
        data = file.read_bytes()
        (count,) = struct.unpack_from(">H", data, 4)
        self._tables: dict[str, bytes] = {}
        for index in range(count):
            tag, _, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * index)
            self._tables[tag.decode("ascii")] = data[offset : offset + length]
        head = self._tables["head"]
        (self.units,) = struct.unpack_from(">H", head, 18)
        self.box: tuple[int, int, int, int] = struct.unpack_from(">4h", head, 36)
        self.ascent, self.descent = struct.unpack_from(">hh", self._tables["hhea"], 4)
        (self._measured,) = struct.unpack_from(">H", self._tables["hhea"], 34)
        (self._count,) = struct.unpack_from(">H", self._tables["maxp"], 4)
        wide = struct.unpack_from(">h", head, 50)[0]
        size = self._count + 1
        loca = self._tables["loca"]
        self._places: tuple[int, ...] = (
            struct.unpack_from(f">{size}I", loca)
            if wide
            else tuple(2 * place for place in struct.unpack_from(f">{size}H", loca))
        )
        self._glyphs = _characters(self._tables["cmap"])

    def glyph(self, character: str) -> int:
        """The glyph of a character, 0 where the font has none."""
        return self._glyphs.get(ord(character), 0)

    def advance(self, glyph: int) -> int:
        """How wide a glyph is."""
        place = min(glyph, self._measured - 1)
        return int(struct.unpack_from(">H", self._tables["hmtx"], 4 * place)[0])

    def cut(self, glyphs: Iterable[int]) -> bytes:
        """A font file that holds the outlines of these glyphs alone, under the numbers they have."""
        kept = {0, *glyphs}
        waiting = list(kept)
        while waiting:
            for part in _parts(self._outline(waiting.pop())):
                if part not in kept:
                    kept.add(part)
                    waiting.append(part)
        outlines: list[bytes] = []
        places = [0]
        for glyph in range(self._count):
            outline = self._outline(glyph) if glyph in kept else b""
            outlines.append(outline + b"\0" * (-len(outline) % 4))
            places.append(places[-1] + len(outlines[-1]))
        head = bytearray(self._tables["head"])
        struct.pack_into(">h", head, 50, 1)  # long offsets
        tables = self._tables | {
            "head": bytes(head),
            "loca": struct.pack(f">{len(places)}I", *places),
            "glyf": b"".join(outlines),
        }
        return _file({tag: tables[tag] for tag in sorted(_KEPT)})

    def _outline(self, glyph: int) -> bytes:
        return self._tables["glyf"][self._places[glyph] : self._places[glyph + 1]]


def _parts(outline: bytes) -> list[int]:
    """The glyphs that a composite one is put together from."""
    if len(outline) < 10 or struct.unpack_from(">h", outline)[0] >= 0:
        return []
    parts: list[int] = []
    at, flags = 10, _MORE
    while flags & _MORE:
        flags, glyph = struct.unpack_from(">HH", outline, at)
        parts.append(glyph)
        at += 8 if flags & _ARGS_ARE_WORDS else 6
        at += 2 if flags & _SCALE else 4 if flags & _X_AND_Y_SCALE else 8 if flags & _TWO_BY_TWO else 0
    return parts


def _characters(cmap: bytes) -> dict[int, int]:
    """Code point to glyph, from the Unicode table of format 4; the bundled font lies within its plane."""
    (count,) = struct.unpack_from(">H", cmap, 2)
    found: dict[int, int] = {}
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", cmap, 4 + 8 * index)
        if (platform, encoding) not in ((3, 1), (0, 3)) or struct.unpack_from(">H", cmap, offset)[0] != 4:
            continue
        segments = struct.unpack_from(">H", cmap, offset + 6)[0] // 2
        ends, starts = offset + 14, offset + 16 + 2 * segments
        deltas, ranges = starts + 2 * segments, starts + 4 * segments
        for segment in range(segments):
            first, last, delta, jump = (
                struct.unpack_from(">H", cmap, table + 2 * segment)[0] for table in (starts, ends, deltas, ranges)
            )
            for code in range(first, min(last, 0xFFFE) + 1):
                glyph = code
                if jump:
                    place = ranges + 2 * segment + jump + 2 * (code - first)
                    glyph = struct.unpack_from(">H", cmap, place)[0]
                    if not glyph:
                        continue
                found[code] = (glyph + delta) & 0xFFFF
        break
    return found


def _file(tables: dict[str, bytes]) -> bytes:
    power = len(tables).bit_length() - 1
    head = struct.pack(">IHHHH", 0x00010000, len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    at = len(head) + 16 * len(tables)
    rows, bodies = [], []
    for tag, body in tables.items():
        padded = body + b"\0" * (-len(body) % 4)
        check = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        rows.append(struct.pack(">4sIII", tag.encode("ascii"), check, at, len(body)))
        bodies.append(padded)
        at += len(padded)
    return b"".join([head, *rows, *bodies])
