"""Excel workbooks as tables: the sheets by title, each row by the names in its first row. Nothing is calculated.

Source: ECMA-376, part 1, §18 (SpreadsheetML); only values are read, no styles and no formulas.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from cloudviz.errors import BadInput, TooLarge
from cloudviz.sources.offline.archives import BROKEN

MAX_XML = 256 << 20
"""The most XML that is read of a workbook, unpacked."""

MAX_TEXTS = 2_000_000
MAX_COLUMNS = 1000
_CHUNK = 1 << 18
_CELL = re.compile(r"^([A-Z]{1,3})\d+$")
_PARTS = ("[Content_Types].xml", "xl/workbook.xml")
_RELATIONS = "xl/_rels/workbook.xml.rels"

Rows = list[dict[str, Any]]


def is_workbook(path: Path) -> bool:
    """Whether a zip archive is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return set(_PARTS) <= set(archive.namelist())
    except BROKEN:
        return False


def sheets(path: Path, name: str, go_on: Callable[[], None]) -> dict[str, Rows]:
    """The sheets of a workbook by title.

    Arguments:
        name: what messages call it.
        go_on: called now and then; whatever it raises ends the reading.

    Raises :class:`~cloudviz.errors.BadInput` for a damaged workbook, and one that declares entities.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            book = _Book(archive, name, go_on)
            return {title: book.rows(part) for title, part in book.titles()}
    except (*BROKEN, KeyError) as error:
        raise BadInput(f"is a damaged workbook: {error}.", where=name) from error
    except expat.ExpatError as error:
        raise BadInput(f"is a damaged workbook: {expat.ErrorString(error.code)}.", where=name) from error


class _Book:
    """An opened workbook and how much of it was read."""

    def __init__(self, archive: zipfile.ZipFile, name: str, go_on: Callable[[], None]) -> None:
        self._archive = archive
        self._name = name
        self._go_on = go_on
        self._read = 0
        self._texts: list[str] | None = None

    def titles(self) -> Iterator[tuple[str, str]]:
        """(title, part) of each sheet."""
        found: list[tuple[str, str]] = []
        targets: dict[str, str] = {}

        def sheet(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "sheet":
                key = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                found.append((attributes.get("name", ""), key))

        def relation(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "Relationship":
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        self._parse(_RELATIONS, relation)
        self._parse(_PARTS[1], sheet)
        for title, key in found:
            target = targets.get(key, "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if "worksheets/" in part and ".." not in part:
                yield title, part

    def rows(self, part: str) -> Rows:
        """The rows of a sheet below its first."""
        texts = self._shared()
        header: dict[int, str] = {}
        made: Rows = []
        row: dict[int, Any] = {}
        cell: dict[str, Any] = {}
        written: list[str] = []

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "row":
                row.clear()
                if len(made) % 1024 == 0:
                    self._go_on()
            elif tag == "c":
                match = _CELL.match(attributes.get("r", ""))
                column = _number(match[1]) if match else cell.get("column", -1) + 1
                cell.update(column=column, kind=attributes.get("t", "n"))
                written.clear()
            elif tag in ("v", "t"):
                cell["is_open"] = True

        def end(tag: str) -> None:
            if tag in ("v", "t"):
                cell["is_open"] = False
            elif tag == "c":
                value = _value(cell.get("kind"), "".join(written), texts)
                if value is not None and cell["column"] < MAX_COLUMNS:
                    row[cell["column"]] = value
            elif tag == "row":
                cell.pop("column", None)
                if not header:
                    header.update((column, str(value)) for column, value in row.items())
                elif row:
                    made.append({header[column]: value for column, value in row.items() if column in header})

        def text(data: str) -> None:
            if cell.get("is_open"):
                written.append(data)

        self._parse(part, start, end, text)
        return made

    def _shared(self) -> list[str]:
        if self._texts is not None:
            return self._texts
        texts: list[str] = []
        self._texts = texts
        if "xl/sharedStrings.xml" not in self._archive.namelist():
            return texts
        written: list[str] = []
        is_open = [False]

        def start(tag: str, attributes: Mapping[str, str]) -> None:
            if tag == "si":
                written.clear()
                if len(texts) > MAX_TEXTS:
                    raise TooLarge(f"holds more than {MAX_TEXTS:,} texts.", where=self._name)
            is_open[0] = tag == "t"

        def end(tag: str) -> None:
            is_open[0] = False
            if tag == "si":
                texts.append("".join(written))

        self._parse("xl/sharedStrings.xml", start, end, lambda data: written.append(data) if is_open[0] else None)
        return texts

    def _parse(
        self,
        part: str,
        start: Callable[[str, Mapping[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], Any] | None = None,
    ) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
        if end is not None:
            parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
        if text is not None:
            parser.CharacterDataHandler = text
        with self._archive.open(part) as stream:
            while data := stream.read(_CHUNK):
                self._read += len(data)
                if self._read > MAX_XML:
                    raise TooLarge(f"unpacks to more than {MAX_XML >> 20} MiB.", where=self._name)
                self._go_on()
                parser.Parse(data, False)
            parser.Parse(b"", True)

    def _refuse(self, *_: Any) -> None:
        raise BadInput("declares entities, which no workbook does.", where=self._name)


def _number(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - 64
    return value - 1


def _value(kind: str | None, text: str, texts: list[str]) -> Any:
    if not text:
        return None
    if kind == "s":
        return texts[int(text)] if text.isdecimal() and int(text) < len(texts) else None
    if kind == "b":
        return text == "1"
    if kind == "n":
        try:
            number = float(text)
        except ValueError:
            return None
        return int(number) if number.is_integer() else number
    return None if kind == "e" else text
