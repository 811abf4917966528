"""Malformed files, made of well-formed ones: torn, bent, in other encodings, with other values in their places."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parents[3] / "payloads"
EXAMPLES = Path(__file__).parents[4] / "examples"

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    10**25,
    "",
    "x" * 5000,
    "arn:aws:::",
    "/subscriptions/",
    "//compute.googleapis.com/",
    "planned:",
    "\ud800",
    "\u202e<script>",
    "${aws_instance.x}",
    "[concat(",
    [],
    {},
    [[]],
    [None],
    {"": {}},
    {"Ref": 7},
    {"Fn::Sub": ["${", {}]},
)


INSERTED = (b"[" * 2000, b'{"a":' * 2000, b"\x00", b'"', b"\\u0000", b"\n", b",", b"\xff\xfe", b"}" * 9)
KEYS = ("type", "id", "name", "arn", "Items", "resources", "version", "kind")


def seeds() -> list[Path]:
    """The well-formed files, each of at most 300 kB, in a settled order."""
    found = [*PAYLOADS.rglob("*"), *EXAMPLES.rglob("*")]
    wanted = (".json", ".tfstate", ".csv", ".jsonl", ".ndjson", ".yaml", ".template")
    return sorted(path for path in found if path.suffix in wanted and 0 < path.stat().st_size < 300_000)


def malformed(seed: Path, number: int) -> bytes:
    """The so-and-so-many-th malformed file of a well-formed one: the same bytes each time."""
    draw = random.Random(f"{seed.name}/{number}")
    data = seed.read_bytes()
    for _ in range(draw.choice((1, 1, 2, 4))):
        data = draw.choice(CHANGES)(data, draw)
    return data


def _torn(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _headless(data: bytes, draw: random.Random) -> bytes:
    return data[draw.randrange(len(data) + 1) :]


def _flipped(data: bytes, draw: random.Random) -> bytes:
    made = bytearray(data or b"{}")
    for _ in range(draw.choice((1, 3, 30))):
        made[draw.randrange(len(made))] = draw.randrange(256)
    return bytes(made)


def _spliced(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    piece = draw.choice(INSERTED)
    return data[:at] + piece + data[at:]


def _doubled(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + data[at // 2 : at // 2 + 50_000] + data[at:]


def _encoded(data: bytes, draw: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(draw.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7")), "replace")


def _packed(data: bytes, draw: random.Random) -> bytes:
    packed = gzip.compress(data, 1)
    return packed if draw.random() < 0.3 else _flipped(packed, draw)


def _zipped(data: bytes, draw: random.Random) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(draw.choice(("a.json", "../../etc/a.json", "/a.json", "a" * 300 + ".json")), data)
        archive.writestr("b.json", data[: len(data) // 2])
    made = file.getvalue()
    return made if draw.random() < 0.3 else draw.choice((_torn, _flipped))(made, draw)


def _other_values(data: bytes, draw: random.Random) -> bytes:
    """JSON that is well-formed, with other values in some places: what no API writes."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return _flipped(data, draw)
    places: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        listed = enumerate(holder) if isinstance(holder, list) else ()
        for key, value in holder.items() if isinstance(holder, dict) else listed:
            places.append((holder, key))
            waiting.append(value)
    for holder, key in draw.sample(places, min(len(places), draw.choice((1, 2, 10, 100)))):
        change = draw.random()
        if change < 0.6:
            holder[key] = draw.choice(ODD)
        elif change < 0.8:
            holder[key] = [holder[key]] * draw.choice((1, 2, 20)) if isinstance(holder[key], str) else "text"
        elif isinstance(holder, dict):
            holder[draw.choice(KEYS)] = holder[key]
    # A value put into itself would have no end; what was changed twice may hold half a pair of surrogates.
    return json.dumps(document, ensure_ascii=True).encode()


CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _torn,
    _headless,
    _flipped,
    _spliced,
    _doubled,
    _encoded,
    _packed,
    _zipped,
    _other_values,
    _other_values,
    _other_values,
    _other_values,
)
