"""From the text of a file to a document: parsed whole, or streamed when it is large."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any

import ijson
import orjson

from cloudviz.errors import BadInput
from cloudviz.sources.offline.cloudformation import MAX_YAML, is_yaml_template, parse_yaml
from cloudviz.sources.offline.cutting import MAX_DEPTH, MOST_PREFIX, TORN_HINT, Cutter
from cloudviz.sources.offline.files import Opened, lines
from cloudviz.sources.offline.format import ROWS, Document
from cloudviz.sources.offline.tables import is_table, table_rows

MAX_LINE = 64 << 20
"""The longest line of a file with a document on each: 64 MiB."""

SAMPLE = 20
"""How many elements of a streamed list are looked at to tell what it is."""

_NOT_JSON_HINT = (
    "CloudViz reads Terraform states (`terraform state pull > FILE`), what the clouds' own tools print as JSON, "
    "their exports, and CloudViz inventories."
)

Event = tuple[str, Any]


def parse(opened: Opened) -> Document:
    """The document of an opened file.

    Raises :class:`~cloudviz.errors.BadInput` that says where the text stops being JSON. Of a key that occurs twice
    in one object the last value counts, as Terraform itself reads it.
    """
    start = opened.data.lstrip()[:1]
    if start not in (b"{", b"["):
        if opened.stream is None and len(opened.data) <= MAX_YAML and is_yaml_template(opened.data):
            template = parse_yaml(opened.data)
            if template is not None:
                return Document(opened.name, template)
            raise BadInput("is a template of CloudFormation that is no plain YAML.", where=opened.name)
        if is_table(opened.data):
            return _table(opened)
        raise _no_json(opened)
    if opened.stream is not None:
        return _streamed(opened, opened.stream)
    try:
        top = orjson.loads(opened.data)
    except orjson.JSONDecodeError as error:
        if _is_by_line(opened.data):
            return Document(opened.name, {ROWS: list(_by_line(io.BytesIO(opened.data), opened.name))})
        raise _broken(opened, error) from error
    return Document(opened.name, {ROWS: top} if isinstance(top, list) else top)


def _table(opened: Opened) -> Document:
    stream = opened.stream
    if stream is None:
        return Document(opened.name, {ROWS: list(table_rows(io.BytesIO(opened.data), opened.name))})

    def elements(wanted: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
        if wanted("item"):
            yield from (("item", each) for each in table_rows(stream, opened.name))

    whole = io.BytesIO(opened.data)
    first: list[dict[str, Any]] = []
    with suppress(BadInput):  # the first bytes end somewhere
        for row in table_rows(whole, opened.name):
            first.append(row)
            if len(first) >= SAMPLE:
                break
    return Document(opened.name, {ROWS: []}, elements, {ROWS: first})


def _is_by_line(data: bytes) -> bool:
    """Whether the text has a JSON object of its own on each line, as exports of any size are written."""
    first, newline, rest = data.lstrip().partition(b"\n")
    return bool(newline) and len(first) <= MAX_LINE and rest.lstrip()[:1] == b"{" and _object(first) is not None


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _by_line(stream: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    """The object on each line. Raises :class:`~cloudviz.errors.BadInput` that names the first line without one."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if not line.strip():
            continue
        found = _object(line) if len(line) <= MAX_LINE else None
        if found is None:
            raise BadInput(
                f"has no JSON object of its own at line {number}.", where=name, hint="It may have been cut off."
            )
        yield found


def _no_json(opened: Opened) -> BadInput:
    text = opened.data.lstrip()[:4096]
    if not text:
        return BadInput("is empty.", where=opened.name, hint="Write it again with `terraform state pull > FILE`.")
    if b'resource "' in text or b"terraform {" in text or b'provider "' in text or b'module "' in text:
        return BadInput(
            "is a Terraform configuration, which says what should be and not what is.",
            where=opened.name,
            hint="Give the state: `terraform state pull > FILE`, or a plan: `terraform show -json PLAN > FILE`.",
        )
    if text.startswith(b"version https://git-lfs"):
        return BadInput("is a Git LFS pointer.", where=opened.name, hint="Fetch the file with `git lfs pull`.")
    return BadInput("is not JSON.", where=opened.name, hint=_NOT_JSON_HINT)


def _broken(opened: Opened, error: orjson.JSONDecodeError) -> BadInput:
    data = opened.data
    if "UTF-8" in error.msg:
        try:
            data.decode()
        except UnicodeDecodeError as wrong:
            line, column = lines(data, wrong.start)
            return BadInput(
                f"is not UTF-8 at line {line}, column {column} (byte {wrong.start}).",
                where=opened.name,
                hint="Save it as UTF-8.",
            )
    if "depth" in error.msg or "ecursion" in error.msg:
        return BadInput(f"is nested more than {MAX_DEPTH} levels deep.", where=opened.name)
    # error.pos counts characters; a reader looks for bytes.
    offset = len(error.doc[: error.pos].encode("utf-8", "surrogatepass"))
    if "end of data" in error.msg or offset >= len(data.rstrip()):
        return _torn(opened.name, error.lineno, error.colno, offset)
    return BadInput(
        f"is not JSON at line {error.lineno}, column {error.colno} (byte {offset}): {error.msg}.",
        where=opened.name,
    )


def _torn(name: str, line: int, column: int, offset: int) -> BadInput:
    return BadInput(
        f"ends in the middle, at line {line}, column {column} (byte {offset}).",
        where=name,
        hint=TORN_HINT,
    )


def _streamed(opened: Opened, stream: IO[bytes]) -> Document:
    if _is_by_line(opened.data):

        def by_line(wanted: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
            if wanted("item"):
                yield from (("item", each) for each in _by_line(stream, opened.name))

        whole = opened.data[: opened.data.rfind(b"\n")]
        first = [each for line in whole.split(b"\n", SAMPLE)[:SAMPLE] if (each := _object(line)) is not None]
        return Document(opened.name, {ROWS: []}, by_line, {ROWS: first})

    elements = Cutter(stream, opened.name).elements
    if opened.data.lstrip()[:1] == b"[":
        return Document(opened.name, {ROWS: []}, elements, {ROWS: _sample_of(opened).get("item", [])})
    top = _top_of(opened)
    found = _sample_of(opened)
    lists = {key: found.get(f"{key}.item", value) for key, value in top.items() if value == []}
    return Document(opened.name, top, elements, {**top, **lists})


def _sample_of(opened: Opened) -> dict[str, list[Any]]:
    """The first elements of the lists that begin in the first bytes, by path."""
    found: dict[str, list[Any]] = {}

    def wanted(path: str) -> bool:
        return path == "item" or (path.endswith(".item") and path.count(".") == 1)

    try:
        for path, value in walk(ijson.basic_parse(opened.data, use_float=True), wanted, opened.name):
            found.setdefault(path, []).append(value)
            if sum(map(len, found.values())) >= SAMPLE:
                break
    except (ijson.JSONError, UnicodeError):
        pass  # the first bytes end somewhere
    return found


def _top_of(opened: Opened) -> dict[str, Any]:
    """The keys of the document's first level within its first bytes; objects and lists stand empty."""
    top: dict[str, Any] = {}
    depth = 0
    key = ""
    try:
        for event, value in ijson.basic_parse(opened.data, use_float=True):
            if event == "map_key":
                if depth == 1:
                    key = value
            elif event in ("start_map", "start_array"):
                if depth == 1:
                    top[key] = {} if event == "start_map" else []
                depth += 1
                if depth > MAX_DEPTH:
                    raise BadInput(f"is nested more than {MAX_DEPTH} levels deep.", where=opened.name)
            elif event in ("end_map", "end_array"):
                depth -= 1
            elif depth == 1:
                top[key] = value
    except (ijson.JSONError, UnicodeError):
        pass  # the head ends somewhere; what is wrong further down is found while streaming
    return top


def walk(events: Iterator[Event], wanted: Callable[[str], bool], name: str) -> Iterator[tuple[str, Any]]:
    """The objects and lists at the paths that ``wanted`` asks for, one at a time.

    A path is written like ``resources.item``: names and ``item`` for each element of a list. Nothing else is kept,
    so the memory needed is that of one element.
    """
    prefixes: list[str] = []
    in_list: list[bool] = []
    key = ""
    for event, value in events:
        if event == "map_key":
            key = value
        elif event in ("start_map", "start_array"):
            if prefixes:
                step = "item" if in_list[-1] else key
                prefix = f"{prefixes[-1]}.{step}" if prefixes[-1] else step
                if len(prefix) > MOST_PREFIX:
                    prefix = "?"
            else:
                prefix = ""
            if prefix and wanted(prefix):
                yield prefix, _build(event, events, name)
                continue
            prefixes.append(prefix)
            in_list.append(event == "start_array")
            if len(prefixes) > MAX_DEPTH:
                raise BadInput(f"is nested more than {MAX_DEPTH} levels deep.", where=name)
        elif event in ("end_map", "end_array"):
            prefixes.pop()
            in_list.pop()


def _build(start: str, events: Iterator[Event], name: str) -> Any:
    """The value whose start event was just read. Keys are interned: a state repeats few names very often."""
    root: Any = {} if start == "start_map" else []
    here = root
    above: list[tuple[Any, str]] = []
    key = ""
    for event, value in events:
        if event == "map_key":
            key = sys.intern(value)
            continue
        if event in ("end_map", "end_array"):
            if not above:
                return root
            here, key = above.pop()
            continue
        if event in ("start_map", "start_array"):
            value = {} if event == "start_map" else []
        if isinstance(here, dict):
            here[key] = value
        else:
            here.append(value)
        if event in ("start_map", "start_array"):
            above.append((here, key))
            here = value
            if len(above) > MAX_DEPTH:
                raise BadInput(f"is nested more than {MAX_DEPTH} levels deep.", where=name)
    return root
