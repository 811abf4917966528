"""The inventory as tables for spreadsheets: a row for each resource, link and look.

A cell that begins like a formula would be run by whoever opens the file, and a resource may be called anything: in
CSV such a text gets an apostrophe before it. Workbooks say of each cell that it is text, and need none.

Source: RFC 4180 (CSV); OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from cloudviz.errors import Invalid
from cloudviz.inventory.model import Coverage, Graph, Resource

TABLES = ("csv", "xlsx")
"""The formats of tables; CSV holds the resources alone."""

TABLE_MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The media type of each, for HTTP replies."""

Cell = str | int | Decimal | None
Row = tuple[Cell, ...]

RESOURCE_COLUMNS = (
    "provider", "account", "region", "zone", "type", "kind", "id", "name", "state", "parent", "tags",
    "cost_monthly", "currency", "links", "native_type",
)  # fmt: skip
LINK_COLUMNS = ("source", "source_name", "kind", "target", "target_name", "resolved")
COVERAGE_COLUMNS = ("provider", "account", "region", "type", "status", "count", "permission", "detail")

# What neither XML 1.0 nor a cell can hold: control characters but tab and line ends, lone surrogates and the like.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# ＝＋－＠ are read as their narrow forms by spreadsheets set to East Asian languages.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def resource_rows(graph: Graph) -> Iterator[Row]:
    """Resources by id, in the order of :data:`RESOURCE_COLUMNS`; ``links`` counts those that it is an end of."""
    ends: Counter[str] = Counter()
    for source, target, _ in {(link.source, link.target, str(link.kind)) for link in graph.links}:
        ends.update({source, target})
    for id in sorted(graph.resources):
        yield _resource(graph.resources[id], ends[id])


def _resource(item: Resource, links: int) -> Row:
    return (
        item.provider,
        item.account,
        item.region,
        item.zone,
        item.type,
        item.kind,
        item.id,
        item.name,
        item.state,
        item.parent,
        "; ".join(f"{key}={value}" for key, value in sorted(item.tags.items())),
        item.cost_monthly,
        item.currency if item.cost_monthly is not None else None,
        links,
        item.native_type,
    )


def link_rows(graph: Graph) -> Iterator[Row]:
    """Links by source, target and kind, in the order of :data:`LINK_COLUMNS`."""
    resources = graph.resources
    for source, target, kind in sorted({(link.source, link.target, str(link.kind)) for link in graph.links}):
        yield (
            source,
            resources[source].name if source in resources else None,
            kind,
            target,
            resources[target].name if target in resources else None,
            "yes" if target in resources else "no",
        )


def coverage_rows(coverage: Iterable[Coverage]) -> Iterator[Row]:
    """What was looked at, in the order of :data:`COVERAGE_COLUMNS`."""
    for entry in sorted(coverage, key=lambda each: (each.provider, each.account, each.region, each.type)):
        yield (
            entry.provider,
            entry.account,
            entry.region,
            entry.type,
            str(entry.status),
            entry.count,
            entry.permission,
            entry.detail,
        )


def cell_text(text: str) -> str:
    """A text as a cell can hold it: what no table can hold becomes U+FFFD."""
    return _ODD.sub("\ufffd", text)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it reads a CSV file."""
    text = cell_text(text)
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
        # The library costs 0.1 s to import, which only workbooks should pay.
        from cloudviz.inventory.workbook import workbook

        return workbook(graph, coverage)
    raise Invalid(f"{format!r} is not a table format", hint="Use " + ", ".join(TABLES) + ".")
