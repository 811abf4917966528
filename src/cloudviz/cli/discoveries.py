"""``cloudviz discoveries list|show``: what was looked at, when, and with what success."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, is_for_people, note, print_record, print_rows
from cloudviz.cli.remote import chosen, when
from cloudviz.cli.session import Database, OutputOption, Provider, opened, run, settings_for
from cloudviz.inventory import document

if TYPE_CHECKING:
    from cloudviz.store.records import DiscoveryRecord

app = Commands(help="What was looked at, and with what success.")
COLUMNS = ("id", "provider", "source", "status", "resources", "added", "changed", "removed", "created_at")


def discovery_row(record: DiscoveryRecord) -> dict[str, Any]:
    """A discovery as lists print it."""
    changes = record.changes
    return {
        "id": record.id,
        "provider": record.provider,
        "source": record.source,
        "status": record.status,
        "resources": record.resources_found,
        "added": changes.added if changes else None,
        "changed": changes.changed if changes else None,
        "removed": changes.removed if changes else None,
        "created_at": record.created_at.isoformat(timespec="seconds") if record.created_at else None,
        "completed_at": record.completed_at.isoformat(timespec="seconds") if record.completed_at else None,
    }


@app.command("list")
def list_discoveries(
    provider: Provider = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most rows to print.")] = 50,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List discoveries, newest first.

    Example: cloudviz discoveries list --provider aws
    """
    if server := chosen():
        path = f"/{provider}/discoveries" if provider else "/discoveries"
        print_rows([_told_row(each) for each in server.items(path, limit)], COLUMNS, output)
        return
    loaded = settings_for(database_url=database)

    async def work() -> list[dict[str, Any]]:
        async with opened(loaded.settings) as store:
            await store.discoveries.close_abandoned()
            page = await store.discoveries.page(provider or None, limit=limit)
            return [discovery_row(record) for record in page.items]

    rows = run(work())
    print_rows(rows, COLUMNS, output)
    if not rows:
        note("No discovery yet: `cloudviz discover aws` or `cloudviz import FILE` makes one.")


@app.command("show")
def show(
    id: Annotated[str, typer.Argument(help="Discovery id; the newest one when left out.")] = "",
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """Show one discovery: its coverage, gaps first, and its problems.

    Examples: cloudviz discoveries show

    cloudviz discoveries show --query 'coverage[?status==`denied`].permission'
    """
    if server := chosen():
        newest = "" if id else next((each["id"] for each in server.items("/discoveries", 1)), "")
        told = server.json(f"/discoveries/{quote(id or newest, safe='')}") if id or newest else {}
        if told:
            coverage = sorted(told["coverage"], key=lambda entry: entry["status"] == "seen")
            told = {
                **_told_row(told),
                "reason": told["reason"],
                "coverage": coverage,
                "problems": told["problems"],
            }
        _print_one(told, output)
        return
    loaded = settings_for(database_url=database)

    async def work() -> dict[str, Any]:
        async with opened(loaded.settings) as store:
            await store.discoveries.close_abandoned()
            if id:
                record = await store.discoveries.get(id)
            else:
                newest = (await store.discoveries.page(limit=1)).items
                if not newest:
                    return {}
                record = newest[0]
            coverage = await store.discoveries.coverage(record.id)
            problems = await store.discoveries.problems(record.id)
            gaps = [entry for entry in coverage if entry.status != "seen"]
            seen = [entry for entry in coverage if entry.status == "seen"]
            return {
                **discovery_row(record),
                "reason": record.reason or None,
                "coverage": [document.coverage_document(entry) for entry in (*gaps, *seen)],
                "problems": [document.problem_document(problem) for problem in problems],
            }

    _print_one(run(work()), output)


def _told_row(told: dict[str, Any]) -> dict[str, Any]:
    """The same of what a server tells."""
    changes = told["changes"] or {}
    return {
        **{key: told[key] for key in ("id", "provider", "source", "status")},
        "resources": told["resources_found"],
        **{key: changes.get(key) for key in ("added", "changed", "removed")},
        "created_at": when(told["created_at"]),
        "completed_at": when(told["completed_at"]),
    }


def _print_one(found: dict[str, Any], output: Output) -> None:
    if not found:
        note("No discovery yet: `cloudviz discover aws` or `cloudviz import FILE` makes one.")
        return
    if not is_for_people(output):
        print_record(found, output)
        return
    coverage, problems = found.pop("coverage"), found.pop("problems")
    print_record(found, output)
    typer.echo("")
    print_rows(coverage, ("status", "account", "region", "type", "count", "permission", "detail"), output)
    if problems:
        typer.echo("")
        print_rows(problems, ("resource", "what", "where"), output)
