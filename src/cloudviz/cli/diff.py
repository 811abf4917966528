"""``cloudviz diff A B``: what changed between two discoveries, instants or files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.output import Output, note, print_rows, rendered, write_file
from cloudviz.cli.session import Database, opened, run, settings_for
from cloudviz.errors import Invalid

if TYPE_CHECKING:
    from cloudviz.inventory.diff import Diff

COLUMNS = ("change", "type", "name", "fields", "id")


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A discovery id, an instant, or a file.")],
    after: Annotated[str, typer.Argument(metavar="B", help="A discovery id, an instant, or a file.")],
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 4 when they differ.")] = False,
    output: Annotated[
        str,
        typer.Option("-o", "--output", help="table, json, yaml or csv; or a file whose suffix is one of them."),
    ] = "table",
    database: Database = None,
) -> None:
    """What changed between two discoveries, instants or files.

    Example: cloudviz diff 2026-11-01 2026-11-24 -o changes.csv
    """
    form, path = _where(output)
    found = _found(before, after, database)
    rows = diff_rows(found)
    if path is None:
        print_rows(rows, COLUMNS, form)
    else:
        write_file(path, rendered(rows, COLUMNS, form))
        note(f"{path}: {len(rows)} changes.")
    if not rows:
        note("Nothing changed.")
    elif exit_code:
        raise typer.Exit(4)


def diff_rows(found: Diff) -> list[dict[str, Any]]:
    """A row for each resource that differs: added, removed, then changed with the fields that did."""
    rows = [
        {"change": word, "type": item.type, "name": item.name, "fields": "", "id": item.id}
        for word, items in (("added", found.added), ("removed", found.removed))
        for item in items
    ]
    rows += [
        {
            "change": "changed",
            "type": change.after.type,
            "name": change.after.name,
            "fields": ", ".join(change.fields),
            "id": change.after.id,
        }
        for change in found.changed
    ]
    return rows


def _found(before: str, after: str, database: str | None) -> Diff:
    from cloudviz.jobs.compare import compare, compare_files, is_file

    if is_file(before) and is_file(after):
        return compare_files(before, after)
    loaded = settings_for(database_url=database)

    async def work() -> Diff:
        async with opened(loaded.settings) as store:
            return await compare(store, before, after)

    return run(work())


def _where(output: str) -> tuple[Output, Path | None]:
    """The form, and the file where one is named."""
    if output in set(Output):
        return Output(output), None
    path = Path(output)
    suffix = {"yml": "yaml", "txt": "table"}.get(path.suffix.lower().lstrip("."), path.suffix.lower().lstrip("."))
    if suffix not in set(Output):
        raise Invalid(
            f"{output!r} is no form of output, and no file with a known suffix",
            hint="Use table, json, yaml or csv, or a file ending in .json, .yaml, .csv or .txt.",
        )
    return Output(suffix), path
