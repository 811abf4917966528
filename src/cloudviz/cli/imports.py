"""``cloudviz import PATH…``: files into the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cloudviz.cli.discover import recorded
from cloudviz.cli.draw import report_problems
from cloudviz.cli.output import note
from cloudviz.cli.progress import working
from cloudviz.cli.session import Database, opened, run, settings_for


def import_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders that CloudViz reads.")],
    source: Annotated[
        str,
        typer.Option(
            "--source", help="Name of where this comes from; a later import of it replaces it.", show_default=False
        ),
    ] = "",
    account: Annotated[
        str, typer.Option("--account", help="AWS account of the files, where they don't say.", show_default=False)
    ] = "",
    region: Annotated[
        str, typer.Option("--region", help="Region of the files, where they don't say.", show_default=False)
    ] = "",
    database: Database = None,
) -> None:
    """Read files into the store: Terraform states and plans, CloudViz inventories. Nothing is stored when refused.

    Example: cloudviz import prod.tfstate
    """
    from cloudviz.jobs.imports import ImportOutcome, import_files

    loaded = settings_for(database_url=database)

    async def work() -> ImportOutcome:
        async with opened(loaded.settings) as store:
            with working("Reading") as tell:
                return await import_files(
                    store, paths, account=account, region=region, source=source, on_progress=tell
                )

    outcome = run(work())
    note(recorded(outcome.resources, outcome.links, outcome.changes))
    typer.echo(outcome.discovery_id)
    report_problems(outcome.problems)
    if outcome.status == "partial":
        raise typer.Exit(3)
