"""How lists and records are printed, for people and for programs; and files, written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO

import typer

from cloudviz.cli.asked import asked
from cloudviz.errors import BadInput, Invalid


class Output(StrEnum):
    """The forms of ``-o/--output``."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"


def note(text: str) -> None:
    """A message for the person, on stderr, with nothing in it that steers a terminal: names come from anywhere.

    ``--quiet`` keeps it back.
    """
    if asked.quiet:
        return
    from cloudviz.normalise.redaction import clean_text

    typer.echo(clean_text(text, 2000), err=True)


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], output: Output) -> None:
    """Print rows: named columns in a table or CSV, the whole in JSON and YAML, or what ``--query`` finds."""
    if asked.query:
        _write(found_by_query(rows, output))
    elif output is Output.TABLE:
        _print_table(rows, columns)
    else:
        _write(rendered(rows, columns, output))


def rendered(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], output: Output) -> bytes:
    """The same as bytes, for a file: a table is as wide as it needs to be."""
    if asked.query:
        return found_by_query(rows, output)
    if output in (Output.TABLE, Output.CSV):
        return _as_text(rows, columns, output)
    return _document(list(rows), output)


def _as_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], output: Output) -> bytes:
    text = io.StringIO()
    if output is Output.TABLE:
        _print_table(rows, columns, text)
    else:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_csv_cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue().encode()


def print_document(value: Any) -> None:
    """Print JSON, or what ``--query`` finds in it: words and numbers a line each, all else as JSON."""
    if not asked.query:
        _write(_document(value, Output.JSON))
        return
    found = _searched(value)
    is_plain = not any(isinstance(each, dict | list) for each in (found if isinstance(found, list) else [found]))
    _write(_as_found(found, Output.TABLE if is_plain else Output.JSON))


def print_record(record: Mapping[str, Any], output: Output) -> None:
    """Print one record: a two-column table, or the whole as JSON or YAML; or what ``--query`` finds in it."""
    if asked.query:
        _write(found_by_query(record, output))
    elif output in (Output.TABLE, Output.CSV):
        rows = [{"field": key, "value": _flat(value)} for key, value in record.items()]
        print_rows(rows, ("field", "value"), output)
    else:
        _write(_document(dict(record), output))


def is_for_people(output: Output) -> bool:
    """Whether tables are wanted, which may leave out and gather up; else the whole is, in one document."""
    return output is Output.TABLE and not asked.query


def found_by_query(value: Any, output: Output) -> bytes:
    """What ``--query`` finds in a document (JMESPath), as the form asked for.

    In a table and in CSV, a list of objects has its keys for columns, a list of lists its columns without names,
    and single values stand alone, a line each, for the next program in a pipe.

    Raises :class:`~cloudviz.errors.Invalid` when it is no JMESPath.
    """
    return _as_found(_searched(value), output)


def _searched(value: Any) -> Any:
    import jmespath
    import orjson
    from jmespath.exceptions import JMESPathError

    document = orjson.loads(orjson.dumps(value, default=str))
    try:
        return jmespath.search(asked.query, document)
    except JMESPathError as error:
        said = str(error).splitlines()[0]
        raise Invalid(
            f"--query {asked.query[:100]!r} does not work: {said}",
            hint="It is JMESPath (https://jmespath.org), as in '[?state==`running`].id'.",
        ) from error


def _as_found(found: Any, output: Output) -> bytes:
    if output not in (Output.TABLE, Output.CSV):
        return _document(found, output)
    if found is None:
        return b""
    rows = found if isinstance(found, list) else [found]
    if rows and all(isinstance(row, dict) for row in rows):
        columns = list(dict.fromkeys(key for row in rows for key in row))
        return _as_text(rows, columns, output)
    cells = [row if isinstance(row, list) else [row] for row in rows]
    if output is Output.CSV:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [_csv_cell(_json_word(cell)) for cell in row] for row in cells
        )
        return text.getvalue().encode()
    return "".join("\t".join(_json_word(cell) for cell in row) + "\n" for row in cells).encode()


def _json_word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else _flat(value)


def _document(value: Any, output: Output) -> bytes:
    import orjson

    written = orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str)
    if output is Output.JSON:
        return written
    import yaml

    return yaml.safe_dump(orjson.loads(written), sort_keys=False, allow_unicode=True).encode()


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; ``-`` is stdout.

    Raises :class:`~cloudviz.errors.BadInput` when the folder is missing or can't be written.
    """
    if str(path) == "-":
        _write(content)
        return
    if path.is_dir():
        raise BadInput("is a folder", where=str(path), hint="Give a file name with -o.")
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device (/dev/stdout) is written to; a rename would put a file in its place.
            path.write_bytes(content)
            return
        path = path.resolve()  # a link stays, and what it leads to is replaced
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", "") or "it is a link that leads to itself"
        raise BadInput(f"can't be written: {reason}", where=str(path), hint="Check the path.") from error
    try:
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise BadInput(f"can't be written: {error.strerror}", where=str(path), hint="Check the folder.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        umask = os.umask(0)
        os.umask(umask)
        Path(aside).chmod(0o666 & ~umask)
        Path(aside).replace(path)
    except OSError as error:
        Path(aside).unlink(missing_ok=True)
        raise BadInput(f"can't be written: {error.strerror}", where=str(path), hint="Check the disk.") from error


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], file: TextIO | None = None) -> None:
    import shutil

    from cloudviz.cli.tables import table_lines

    # In a pipe or file nothing is cut to a terminal's width: other programs read it.
    is_seen = file is None and sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_seen else 0
    cells = [[_flat(row.get(column)) for column in columns] for row in rows]
    heading, *lines = table_lines(columns, cells, width)
    if is_seen and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
        heading = f"\x1b[1m{heading}\x1b[0m"
    print(heading, *lines, sep="\n", file=file)


def _flat(value: Any) -> str:
    from cloudviz.normalise.redaction import clean_text

    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value).replace("\n", " ").replace("\t", " ")
    if isinstance(value, Mapping | list | tuple):
        import orjson

        return clean_text(orjson.dumps(value, default=str).decode())
    return str(value)


def _csv_cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    text = _flat(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
