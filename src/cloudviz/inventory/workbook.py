"""The inventory as a workbook (XLSX) with the sheets Resources, Links and Coverage.

Rows are handed on one by one, so that memory does not grow with the estate. Every text is written as text: a
workbook has no need to guess, and a name that begins with an equals sign stays a name.

Source: ECMA-376; Excel's own limits (1,048,576 rows a sheet, 32,767 characters a cell).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

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
# A file tells when it was made only where that is asked for: the same inventory gives the same bytes.
_NO_TIME = datetime(2000, 1, 1)


def workbook(graph: Graph, coverage: Sequence[Coverage]) -> bytes:
    """The bytes of the workbook; equal inventories give equal bytes."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    book.set_properties({"title": "CloudViz inventory", "author": "CloudViz", "created": _NO_TIME})
    heading = book.add_format({"bold": True, "bottom": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    for title, columns, rows in (
        ("Resources", RESOURCE_COLUMNS, resource_rows(graph)),
        ("Links", LINK_COLUMNS, link_rows(graph)),
        ("Coverage", COVERAGE_COLUMNS, coverage_rows(coverage)),
    ):
        for number, part in enumerate(_parts(rows), 1):
            sheet = book.add_worksheet(title if number == 1 else f"{title} {number}")
            _fill(sheet, columns, part, heading, money)
    book.close()
    return file.getvalue()


def _parts(rows: Iterator[Row]) -> Iterator[Iterable[Row]]:
    """The rows of one sheet after the other; at least one, which may be empty."""
    yield islice(rows, MOST_ROWS)
    for row in rows:
        yield [row, *islice(rows, MOST_ROWS - 1)]


def _fill(sheet: Worksheet, columns: Sequence[str], rows: Iterable[Row], heading: Format, money: Format) -> None:
    for at, name in enumerate(columns):
        sheet.set_column(at, at, _WIDTHS.get(name, 16))
        sheet.write_string(0, at, name, heading)
    sheet.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(rows, 1):
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(last, at, _fitting(cell))
            elif isinstance(cell, Decimal):
                sheet.write_number(last, at, float(cell), money)
            elif cell is not None:
                sheet.write_number(last, at, cell)
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)


def _fitting(text: str) -> str:
    text = cell_text(text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"
