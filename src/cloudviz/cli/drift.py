"""``cloudviz drift [PATH…]``: what is written down in states against what live scans saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.output import Output, note, print_rows
from cloudviz.cli.session import Database, opened, run, settings_for

if TYPE_CHECKING:
    from cloudviz.inventory.drift import Drift

COLUMNS = ("drift", "type", "name", "fields", "id")


def drift_command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH…]", help="States; what was imported before when none.", show_default=False),
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 4 when anything drifted.")] = False,
    account: Annotated[
        str, typer.Option("--account", help="AWS account of the files, where they don't say.", show_default=False)
    ] = "",
    region: Annotated[
        str, typer.Option("--region", help="Region of the files, where they don't say.", show_default=False)
    ] = "",
    output: Annotated[Output, typer.Option("-o", "--output", help="table, json, yaml or csv.")] = Output.TABLE,
    database: Database = None,
) -> None:
    """What is written down in states against what live scans saw: managed, changed, unmanaged, missing.

    Example: cloudviz drift prod.tfstate --exit-code
    """
    from cloudviz.jobs.drift import find_drift

    loaded = settings_for(database_url=database)

    async def work() -> Drift:
        async with opened(loaded.settings) as store:
            return await find_drift(store, paths or [], account=account, region=region)

    found = run(work())
    print_rows(drift_rows(found), COLUMNS, output)
    counts = ", ".join(
        f"{len(each):,} {word}"
        for word, each in (
            ("managed", found.managed),
            ("changed", found.changed),
            ("unmanaged", found.unmanaged),
            ("missing", found.missing),
        )
    )
    note(f"{counts}.")
    if found.unseen:
        note(f"Of {len(found.unseen):,} more nothing can be said: no live scan looked where they are.")
    if found and exit_code:
        raise typer.Exit(4)


def drift_rows(found: Drift) -> list[dict[str, Any]]:
    """A row for each resource, what drifted first."""
    rows = [
        {
            "drift": "changed",
            "type": each.after.type,
            "name": each.after.name,
            "fields": ", ".join(each.fields),
            "id": each.after.id,
        }
        for each in found.changed
    ]
    rows += [
        {"drift": word, "type": item.type, "name": item.name, "fields": "", "id": item.id}
        for word, items in (
            ("unmanaged", found.unmanaged),
            ("missing", found.missing),
            ("unseen", found.unseen),
            ("managed", found.managed),
        )
        for item in items
    ]
    return rows
