"""The inventory as a workbook (XLSX) with the sheets Resources, Links and Coverage.

The few parts that a workbook must have are written here, row by row, so that memory does not grow with the estate:
100,000 resources with their links are two and a half million cells. Every text is written as text: a workbook has
no need to guess, and a name that begins with an equals sign stays a name.

Source: ECMA-376, parts 1 and 2; Excel's own limits (1,048,576 rows a sheet, 32,767 characters a cell).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from xml.sax.saxutils import quoteattr

from cloudviz.inventory.model import Coverage, Graph
from cloudviz.inventory.table_rows import (
    COVERAGE_COLUMNS,
    LINK_COLUMNS,
    RESOURCE_COLUMNS,
    Row,
    cell_text,
    coverage_rows,
    link_rows,
    resource_rows,
)

MOST_ROWS = 1_048_575
"""Rows below the heading of one sheet; what is more goes to a further sheet."""

LONGEST_CELL = 32_767
_WIDTHS = {
    "id": 48, "source": 48, "target": 48, "parent": 36, "name": 28, "source_name": 28, "target_name": 28,
    "tags": 36, "detail": 60, "permission": 30, "type": 30, "native_type": 34,
}  # fmt: skip
_USUAL_WIDTH = 16
# A file tells when it was made only where that is asked for: the same inventory gives the same bytes.
_NO_TIME = "2000-01-01T00:00:00Z"
_LEVEL = 3  # of deflate: a tenth larger than the usual 6, in half the time
_ROWS_AT_ONCE = 1_000
# Text that may stand in XML as it is; all other is looked at sign by sign.
_PLAIN = re.compile(r"[^\x00-\x1f&<>\x7f-\x9f\ud800-\udfff\ufffe\uffff]*")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEADING_STYLE, _MONEY_STYLE = 1, 2
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2">'
    '<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
    '<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_CORE = (
    f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>CloudViz inventory</dc:title>'
    f'<dc:creator>CloudViz</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">{_NO_TIME}</dcterms:created>'
    "</cp:coreProperties>"
)
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="xl/workbook.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties"'
    ' Target="docProps/core.xml"/></Relationships>'
)


def workbook(graph: Graph, coverage: Sequence[Coverage]) -> bytes:
    """The bytes of the workbook; equal inventories give equal bytes."""
    file = io.BytesIO()
    filters: list[tuple[str, str]] = []  # the title of each sheet, and the range in it that has filters
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as book:
        for title, columns, rows in (
            ("Resources", RESOURCE_COLUMNS, resource_rows(graph)),
            ("Links", LINK_COLUMNS, link_rows(graph)),
            ("Coverage", COVERAGE_COLUMNS, coverage_rows(coverage)),
        ):
            for number, part in enumerate(_parts(rows), 1):
                with book.open(_entry(f"xl/worksheets/sheet{len(filters) + 1}.xml"), "w") as sheet:
                    last = 0
                    for text, so_far in _sheet(columns, part):
                        sheet.write(text.encode("utf-8"))
                        last = so_far
                name = title if number == 1 else f"{title} {number}"
                filters.append((name, f"$A$1:${_letters(len(columns) - 1)}${max(last, 1) + 1}"))
        for path, text in _other_parts(filters):
            book.writestr(_entry(path), text)
    return file.getvalue()


def _entry(path: str) -> zipfile.ZipInfo:
    """A part of the file, of no time; compressed like all others."""
    entry = zipfile.ZipInfo(path)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = _LEVEL  # type: ignore[attr-defined]  # public since Python 3.13 only
    return entry


def _parts(rows: Iterator[Row]) -> Iterator[Iterable[Row]]:
    """The rows of one sheet after the other; at least one, which may be empty."""
    yield islice(rows, MOST_ROWS)
    for row in rows:
        yield [row, *islice(rows, MOST_ROWS - 1)]


def _sheet(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    """The text of one sheet in pieces, each with the number of rows there are until then."""
    letters = [_letters(at) for at in range(len(columns))]
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{_WIDTHS.get(name, _USUAL_WIDTH)}.7" customWidth="1"/>'
        for at, name in enumerate(columns, 1)
    )
    heading = "".join(
        f'<c r="{letter}1" s="{_HEADING_STYLE}" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip(letters, columns, strict=True)
    )
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols>'
        f'<sheetData><row r="1">{heading}</row>',
        0,
    )
    last = 0
    pieces: list[str] = []
    for last, row in enumerate(rows, 1):
        pieces.append(_row(letters, last + 1, row))
        if len(pieces) == _ROWS_AT_ONCE:
            yield "".join(pieces), last
            pieces.clear()
    end = f"{letters[-1]}{max(last, 1) + 1}"
    yield "".join(pieces) + f'</sheetData><autoFilter ref="A1:{end}"/></worksheet>', last


def _row(letters: Sequence[str], number: int, row: Row) -> str:
    cells = [f'<row r="{number}">']
    for letter, cell in zip(letters, row, strict=True):
        if isinstance(cell, str):
            if cell:
                text = f"<t>{cell}</t>" if _is_plain(cell) else _text(cell)
                cells.append(f'<c r="{letter}{number}" t="inlineStr"><is>{text}</is></c>')
        elif isinstance(cell, Decimal):
            cells.append(f'<c r="{letter}{number}" s="{_MONEY_STYLE}"><v>{float(cell)!r}</v></c>')
        elif cell is not None:
            cells.append(f'<c r="{letter}{number}"><v>{cell}</v></c>')
    cells.append("</row>")
    return "".join(cells)


def _is_plain(text: str) -> bool:
    """Whether a text may stand in XML and in a cell as it is."""
    return (
        _PLAIN.fullmatch(text) is not None
        and len(text) <= LONGEST_CELL
        and "_x" not in text
        and text[0] != " " != text[-1]
    )


def _text(text: str) -> str:
    """A text element with what XML can't hold escaped, white space kept, and no longer than a cell can be."""
    text = cell_text(text)
    if len(text) > LONGEST_CELL:
        text = text[: LONGEST_CELL - 1] + "…"
    text = _ESCAPED.sub("_x005F_", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<t xml:space="preserve">{text.replace(chr(13), "_x000D_")}</t>'


def _letters(column: int) -> str:
    """The name of a column: A to Z, then AA …"""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _other_parts(filters: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What says which sheets there are, and how they look."""
    numbers = range(1, len(filters) + 1)
    sheets = "".join(
        f'<sheet name="{title}" sheetId="{number}" r:id="rId{number}"/>'
        for number, (title, _) in zip(numbers, filters, strict=True)
    )
    names = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">'
        f"'{title}'!{range_}</definedName>"
        for at, (title, range_) in enumerate(filters)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><bookViews>'
        '<workbookView xWindow="0" yWindow="0" windowWidth="24000" windowHeight="12000"/></bookViews>'
        f"<sheets>{sheets}</sheets><definedNames>{names}</definedNames></workbook>",
    )
    targets = [(f"{_OFFICE}/relationships/worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    targets.append((f"{_OFFICE}/relationships/styles", "styles.xml"))
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{type_}" Target={quoteattr(target)}/>'
        for number, (type_, target) in enumerate(targets, 1)
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
    )
    yield "xl/styles.xml", _STYLES
    yield "docProps/core.xml", _CORE
    yield "_rels/.rels", _RELATIONS
    parts = [(f"/xl/worksheets/sheet{number}.xml", f"{_TYPES}.worksheet+xml") for number in numbers]
    parts += [
        ("/xl/workbook.xml", f"{_TYPES}.sheet.main+xml"),
        ("/xl/styles.xml", f"{_TYPES}.styles+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    ]
    overrides = "".join(f'<Override PartName="{part}" ContentType="{type_}"/>' for part, type_ in parts)
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
    )
