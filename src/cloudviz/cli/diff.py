"""``cloudviz diff A B``: what changed between two discoveries, instants or files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.output import Output, note, print_rows, rendered, write_file
from cloudviz.cli.picture_options import (
    Layout,
    LayoutOption,
    MaxNodes,
    Scale,
    Theme,
    ThemeOption,
    Title,
    format_for,
    picture_options,
)
from cloudviz.cli.remote import chosen
from cloudviz.cli.session import Database, opened, run, settings_for
from cloudviz.costs.amounts import written
from cloudviz.errors import Invalid

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server
    from cloudviz.diagram.options import PictureOptions
    from cloudviz.inventory.diff import Diff
    from cloudviz.inventory.model import Resource
    from cloudviz.jobs.draw import Picture

Side = Mapping[str, Any]
"""A resource on one side of a comparison, by the names of the API."""

COLUMNS = ("change", "type", "name", "fields", "cost_change", "currency", "id")


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A discovery id, an instant, or a file.")],
    after: Annotated[str, typer.Argument(metavar="B", help="A discovery id, an instant, or a file.")],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 4 when they differ.")] = False,
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", help="table, json, yaml or csv; or a file with such a suffix or that of a picture."
        ),
    ] = "table",
    layout: LayoutOption = Layout.HIERARCHICAL,
    theme: ThemeOption = Theme.ENTERPRISE,
    max_nodes: MaxNodes = 100,
    title: Title = "",
    scale: Scale = 2.0,
    database: Database = None,
) -> None:
    """What changed between two discoveries, instants or files: as a list, or marked on a picture.

    Examples: cloudviz diff 2026-11-01 2026-11-24 -o changes.csv

    cloudviz diff before.tfstate after.tfstate -o changes.svg
    """
    form, path = _where(output)
    server = _server(before, after)
    if form is None and path is not None:
        options = picture_options(layout, theme, max_nodes, "", 2, "", False, title, scale)
        if server is not None:
            rows = _rows_told(server.json("/visualization/diff", a=before, b=after))
            content = _drawn_there(server, before, after, options, format_for(path, ""))
        else:
            drawn = _drawn(before, after, options, format_for(path, ""), database)
            rows = diff_rows(drawn.changes) if drawn.changes is not None else []
            content = drawn.content
        write_file(path, content)
        note(f"{path}: {len(rows)} changes.")
    else:
        if server is not None:
            rows = _rows_told(server.json("/visualization/diff", a=before, b=after))
        else:
            rows = diff_rows(_found(before, after, database))
        _write(rows, form or Output.TABLE, path)
    _tell_costs(rows)
    if not rows:
        note("Nothing changed.")
    elif exit_code:
        raise typer.Exit(4)


def _write(rows: list[dict[str, Any]], form: Output, path: Path | None) -> None:
    if path is None:
        print_rows(rows, COLUMNS, form)
    else:
        write_file(path, rendered(rows, COLUMNS, form))
        note(f"{path}: {len(rows)} changes.")


def diff_rows(found: Diff) -> list[dict[str, Any]]:
    """A row for each resource that differs: added, removed, then changed with the fields that did."""
    return _rows(
        map(_side, found.added),
        map(_side, found.removed),
        ((_side(each.before), _side(each.after), each.fields) for each in found.changed),
    )


def _side(item: Resource) -> dict[str, Any]:
    """What a row tells of a resource, called as the API calls it."""
    return {name: getattr(item, name) for name in ("type", "name", "id", "cost_monthly", "currency")}


def _rows_told(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The same of what a server tells."""
    changed = ((each["before"], each["after"], each["fields"]) for each in told["changed"])
    return _rows(told["added"], told["removed"], changed)


def _rows(
    added: Iterable[Side], removed: Iterable[Side], changed: Iterable[tuple[Side, Side, Sequence[str]]]
) -> list[dict[str, Any]]:
    return [
        *(_row("added", None, item) for item in added),
        *(_row("removed", item, None) for item in removed),
        *(_row("changed", before, after, fields) for before, after, fields in changed),
    ]


def _row(word: str, before: Side | None, after: Side | None, fields: Sequence[str] = ()) -> dict[str, Any]:
    shown = after or before or {}
    return {
        "change": word,
        "type": shown["type"],
        "name": shown["name"],
        "fields": ", ".join(fields),
        "id": shown["id"],
        **_cost(before, after),
    }


def _cost(before: Side | None, after: Side | None) -> dict[str, Any]:
    """How much more a month it costs now, where both sides are of one currency."""
    priced = [each for each in (before, after) if each is not None and each.get("cost_monthly") is not None]
    currencies = {each.get("currency") or "USD" for each in priced}
    if len(currencies) != 1:
        return {"cost_change": None, "currency": None}
    was, now = (Decimal(str((each or {}).get("cost_monthly") or 0)) for each in (before, after))
    return {"cost_change": float(now - was), "currency": currencies.pop()}


def _tell_costs(rows: list[dict[str, Any]]) -> None:
    """What all of it costs more, or less, by currency."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        if row["currency"] is not None:
            sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + Decimal(str(row["cost_change"]))
    for currency, change in sorted(sums.items()):
        note(f"What changed costs {'+' if change >= 0 else ''}{written(change, currency)} {currency} a month.")


def _found(before: str, after: str, database: str | None) -> Diff:
    from cloudviz.jobs.compare import compare, compare_files, is_file

    if is_file(before) and is_file(after):
        return compare_files(before, after)
    loaded = settings_for(database_url=database)

    async def work() -> Diff:
        async with opened(loaded.settings) as store:
            return await compare(store, before, after)

    return run(work())


def _drawn(before: str, after: str, options: PictureOptions, format: str, database: str | None) -> Picture:
    from cloudviz.jobs.compare import draw_compared, draw_compared_files, is_file

    if is_file(before) and is_file(after):
        return draw_compared_files(before, after, options, format)
    loaded = settings_for(database_url=database)

    async def work() -> Picture:
        async with opened(loaded.settings) as store:
            return await draw_compared(store, before, after, options, format)

    return run(work())


def _server(before: str, after: str) -> Server | None:
    """The server that has both sides; None where they are on this machine, as files always are.

    Raises :class:`~cloudviz.errors.Invalid` where one is a file and the other is the server's.
    """
    server = chosen()
    files = [side for side in (before, after) if Path(side).exists()]
    if server is None or len(files) == 2:
        return None
    if files:
        raise Invalid(
            "a file here is not compared with what a server has",
            where=files[0],
            hint=f"Import it there, `cloudviz import {files[0]} --server {server.url}`, and name its discovery.",
        )
    return server


def _drawn_there(server: Server, before: str, after: str, options: PictureOptions, format: str) -> bytes:
    """The same picture, drawn by a server for whoever may read."""
    asked = {
        "since": before, "at": after, "format": format, "layout": options.layout, "theme": options.theme,
        "max_nodes": options.max_nodes, "title": options.title, "scale": options.scale,
    }  # fmt: skip
    return server.ask("GET", "/visualization/map/picture", params=asked, timeout=300).content


def _where(output: str) -> tuple[Output | None, Path | None]:
    """The form, and the file where one is named; a file without a form is a picture."""
    if output in set(Output):
        return Output(output), None
    path = Path(output)
    suffix = {"yml": "yaml", "txt": "table"}.get(path.suffix.lower().lstrip("."), path.suffix.lower().lstrip("."))
    if suffix not in set(Output):
        from cloudviz.diagram.render import FORMAT_BY_SUFFIX

        if suffix in FORMAT_BY_SUFFIX:
            return None, path
        raise Invalid(
            f"{output!r} is no form of output, and no file with a known suffix",
            hint="Use table, json, yaml or csv, or a file ending in .json, .yaml, .csv, .txt, .svg, .png or .pdf.",
        )
    return Output(suffix), path
