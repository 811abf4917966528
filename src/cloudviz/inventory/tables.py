"""The inventory as tables for spreadsheets: a row for each resource, link and look.

A cell that begins like a formula would be run by whoever opens the file, and a resource may be called anything: in
CSV such a text gets an apostrophe before it, and so does what follows a semicolon or a tab, at which spreadsheets
of many countries divide a line whatever its quotes say. Workbooks say of each cell that it is text, and need none.

Source: RFC 4180 (CSV); OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal

from cloudviz.errors import Invalid
from cloudviz.inventory.model import Coverage, Graph
from cloudviz.inventory.table_rows import RESOURCE_COLUMNS, Cell, cell_text, resource_rows
from cloudviz.inventory.workbook import workbook

TABLES = ("csv", "xlsx")
"""The formats of tables; CSV holds the resources alone."""

TABLE_MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The media type of each, for HTTP replies."""

# ＝＋－＠ are read as their narrow forms by spreadsheets set to East Asian languages.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PART = re.compile(f'([;\t][ "]*)(?=[{re.escape("".join(_FORMULA))}])')


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it reads a CSV file."""
    text = _PART.sub(r"\1'", cell_text(text))
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip(" ").startswith(_FORMULA) else text


def csv_table(graph: Graph) -> bytes:
    """The resources as CSV: a heading, lines that end in CRLF, UTF-8 without a mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(RESOURCE_COLUMNS)
    writer.writerows([_csv_cell(cell) for cell in row] for row in resource_rows(graph))
    return text.getvalue().encode("utf-8")


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return harmless(cell) if isinstance(cell, str) else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def table(graph: Graph, coverage: Sequence[Coverage], format: str) -> bytes:
    """The inventory as a table file; equal inventories give equal bytes.

    Arguments:
        graph: the resources and links to write.
        coverage: what was looked at, for the workbook's third sheet.
        format: one of :data:`TABLES`.

    Raises Invalid for another format.
    """
    if format == "csv":
        return csv_table(graph)
    if format == "xlsx":
        return workbook(graph, coverage)
    raise Invalid(f"{format!r} is not a table format", hint="Use " + ", ".join(TABLES) + ".")
