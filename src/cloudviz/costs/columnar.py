"""Bills as Parquet: only the columns that are looked at are read, and turned into text a column at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import orjson

from cloudviz.costs.rows import MOST_COLUMNS, Numbered, Table, cell_text, with_credits
from cloudviz.errors import BadInput, TooLarge, Unavailable

BATCH = 8192
DEEPEST = 4
"""How deep structs within structs become columns: ``project.id`` is two."""

MOST_GROUP = 1 << 30
"""How many bytes the columns that are read may come to in one row group. Writers make groups of 128 MB."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A column of text: where it lies in the file's own, structs taken apart."""

    name: str
    way: tuple[int, ...]


def parquet_table(path: Path, name: str) -> Table:
    """The table of a Parquet file.

    Raises Unavailable where pyarrow is not installed, and :class:`~cloudviz.errors.BadInput` for a damaged file.
    """
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise Unavailable(
            "is a Parquet file, and this installation reads none.",
            where=name,
            hint="Install it: pip install 'cloudviz[parquet]'; or export the bill as CSV.",
        ) from error

    broken = (pyarrow.ArrowException, OSError, ValueError)
    try:
        file = parquet.ParquetFile(path)
        leaves = list(_leaves(file.schema_arrow))[:MOST_COLUMNS]
        columns = file.schema_arrow.names
    except broken as error:
        raise BadInput(f"is a damaged Parquet file: {str(error)[:200]}.", where=name) from error
    header = [leaf.name for leaf in leaves]

    def rows(positions: Set[int]) -> Iterator[Numbered]:
        wanted = set(positions)
        if "credits" in header:
            wanted.add(header.index("credits"))
        outer = sorted({leaves[position].way[0] for position in wanted})
        names = [columns[number] for number in outer]
        within = {number: at for at, number in enumerate(outer)}
        text_of = _texts()
        number = 0
        try:
            _check_size(file, names, name)
            for batch in file.iter_batches(batch_size=BATCH, columns=names):
                read = [
                    text_of(_along(batch.column(within[leaf.way[0]]), leaf.way[1:]))
                    if position in wanted
                    else repeat("", batch.num_rows)
                    for position, leaf in enumerate(leaves)
                ]
                for row in zip(*read, strict=False):
                    number += 1
                    yield number, row
        except broken as error:
            where = f"{name}, row {number + 1:,}"
            raise BadInput(f"is a damaged Parquet file: {str(error)[:200]}.", where=where) from error

    return Table(name, header, lambda positions: with_credits(rows(positions), header), "row")


def _check_size(file: Any, names: Sequence[str], name: str) -> None:
    """Refuse a group of rows that unpacks to more than memory should hold, by what the file itself says."""
    about = file.metadata
    for number in range(about.num_row_groups):
        group = about.row_group(number)
        parts = (group.column(at) for at in range(group.num_columns))
        size = sum(part.total_uncompressed_size for part in parts if part.path_in_schema.split(".")[0] in names)
        if size > MOST_GROUP:
            raise TooLarge(f"has {size >> 20:,} MB in one group of rows.", where=name, hint="Export it as CSV.")


def _leaves(schema: Any) -> Iterator[_Leaf]:
    import pyarrow

    def within(field: Any, before: str, way: tuple[int, ...]) -> Iterator[_Leaf]:
        column = f"{before}{field.name}".lower()
        if pyarrow.types.is_struct(field.type):
            if len(way) < DEEPEST:
                for position in range(field.type.num_fields):
                    yield from within(field.type.field(position), f"{column}.", (*way, position))
        else:
            yield _Leaf(column, way)

    for position, field in enumerate(schema):
        yield from within(field, "", (position,))


def _along(array: Any, way: Sequence[int]) -> Any:
    for position in way:
        array = array.flatten()[position]
    return array


def _texts() -> Callable[[Any], list[str]]:
    """What turns a column into text. It remembers the maps that it has seen: tags are the same line after line."""
    import pyarrow
    import pyarrow.compute as compute

    kinds = pyarrow.types
    remembered: dict[tuple[Any, ...], str] = {}

    def map_text(array: Any) -> list[str]:
        ends = array.offsets.to_pylist()
        keys, items = (_plain(each).to_pylist() for each in (array.keys, array.items))
        found = []
        for begin, end, known in zip(ends, ends[1:], array.is_valid().to_pylist(), strict=False):
            if not known or begin == end:
                found.append("")
                continue
            pair = (*keys[begin:end], *items[begin:end])
            text = remembered.get(pair)
            if text is None:
                if len(remembered) > 50_000:
                    remembered.clear()
                text = remembered[pair] = cell_text(dict(zip(keys[begin:end], items[begin:end], strict=True)))
            found.append(text)
        return found

    def text(array: Any) -> list[str]:
        kind = array.type
        if kinds.is_map(kind) and kinds.is_string(kind.key_type) and kinds.is_string(kind.item_type):
            return map_text(array)
        if kinds.is_nested(kind) or kinds.is_binary(kind) or kinds.is_large_binary(kind):
            return [_read(each) for each in array.to_pylist()]
        if kinds.is_null(kind):
            return [""] * len(array)
        coded = compute.dictionary_encode(_plain(array))
        words = [*(word or "" for word in coded.dictionary.to_pylist()), ""]
        numbers = compute.fill_null(coded.indices, len(words) - 1).to_numpy(zero_copy_only=False)
        return [words[number] for number in numbers.tolist()]

    return text


def _plain(array: Any) -> Any:
    """As text, instants in UTC."""
    import pyarrow

    if pyarrow.types.is_timestamp(array.type) and array.type.tz:
        array = array.cast(pyarrow.timestamp(array.type.unit))
    return array.cast(pyarrow.string())


def _read(value: Any) -> str:
    """A cell of a nested column as JSON, of bytes as text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list):
        try:
            return orjson.dumps(value, default=str).decode()
        except TypeError:
            return ""
    return cell_text(value)
