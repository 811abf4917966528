"""Tables that people export: a header and rows, as comma-separated values, told by the columns that ids have.

Source: RFC 4180; a value that is an object or a list is written as JSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

import orjson

from cloudviz.errors import BadInput

MARKS = frozenset({"akas", "_ctx", "sp_ctx", "sp_connection_name", "arn", "id", "resourceid"})
"""A table of resources has one of these columns."""

MAX_COLUMNS = 1000
MAX_FIELD = 4 << 20
"""The longest value: 4 MiB."""


def is_table(head: bytes) -> bool:
    """Whether a text begins with the header of a table of resources."""
    line = head[:65536].split(b"\n", 1)
    if len(line) < 2 or b"," not in line[0]:
        return False
    names = line[0].decode("utf-8", "replace").lower().replace('"', "").strip().split(",")
    return len(names) <= MAX_COLUMNS and not MARKS.isdisjoint(names)


def table_rows(stream: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    """The rows by column. Raises :class:`~cloudviz.errors.BadInput` for what is torn or in another encoding."""
    csv.field_size_limit(MAX_FIELD)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        reader = csv.DictReader(text, strict=True)
        for row in reader:
            if None in row or None in row.values():
                raise BadInput(
                    f"has another number of values than columns at line {reader.line_num}.",
                    where=name,
                    hint="It may have been cut off.",
                )
            yield {key: _value(value) for key, value in row.items()}
    except csv.Error as error:
        raise BadInput(f"is no table at line {reader.line_num}: {error}.", where=name) from error
    except UnicodeError as error:
        raise BadInput("is not UTF-8.", where=name, hint="Save it as UTF-8.") from error
    finally:
        with suppress(ValueError):
            text.detach()  # who opened the stream closes it


def _value(text: str) -> Any:
    if text[:1] in ("{", "["):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(text)
    if text in ("", "<null>"):
        return None
    return {"true": True, "false": False}.get(text, text)
