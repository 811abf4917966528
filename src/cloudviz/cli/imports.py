"""``cloudviz import PATH…``: files into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudviz.cli.discover import recorded
from cloudviz.cli.draw import report_problems
from cloudviz.cli.output import note
from cloudviz.cli.progress import working
from cloudviz.cli.remote import chosen, sent_files
from cloudviz.cli.session import Database, opened, run, settings_for

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server


def import_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders that CloudViz reads.")],
    source: Annotated[
        str,
        typer.Option(
            "--source", help="Name of where this comes from; a later import of it replaces it.", show_default=False
        ),
    ] = "",
    account: Annotated[
        str,
        typer.Option(
            "--account", help="Account or project of the files, where they don't say.", show_default=False
        ),
    ] = "",
    region: Annotated[
        str, typer.Option("--region", help="AWS region of the files, where they don't say.", show_default=False)
    ] = "",
    database: Database = None,
) -> None:
    """Read files into the store: states, plans, what the clouds' tools print and export. Refused, nothing is kept.

    Example: cloudviz import prod.tfstate
    """
    if server := chosen():
        _import_there(server, paths, {"source": source, "account": account, "region": region})
        return
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


def _import_there(server: Server, paths: list[Path], fields: dict[str, str]) -> None:
    """Send files to a server. Folders are for this machine: a server takes files."""
    with sent_files(paths) as files:
        given = {key: value for key, value in fields.items() if value}
        told = server.ask("POST", "/imports", files=files, data=given, timeout=600).json()
    if "job_id" in told:
        with working("Reading"):
            job = server.followed(told["job_id"])
        told = job["result"]
    found = f"{told['resources']} resources and {told['links']} links"
    note(f"{found}: {told['added']} new, {told['changed']} changed, {told['removed']} gone.")
    typer.echo(told["discovery_id"])
    for problem in told["problems"][:20]:
        note(f"  {problem['where']}: {problem['what']}")
    if told["status"] == "partial":
        raise typer.Exit(3)
