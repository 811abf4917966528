"""``cloudviz export inventory``: the inventory document of contract §2."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import note, write_file
from cloudviz.cli.progress import working
from cloudviz.cli.remote import chosen
from cloudviz.cli.session import At, Database, Filter, opened, run, selection_of, settings_for

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server

app = Commands(help="Write what CloudViz knows to a file.")


@app.command("inventory")
def inventory(
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write; - for stdout.")] = Path("-"),
    filter: Filter = "",
    at: At = "",
    database: Database = None,
) -> None:
    """Write the inventory: the document that `import` and `draw` read, or a table when -o ends in .csv or .xlsx.

    Example: cloudviz export inventory -o estate.xlsx --filter 'provider=aws'
    """
    from cloudviz.inventory import document
    from cloudviz.inventory.tables import TABLES, table

    suffix = output.suffix.lower().lstrip(".")
    if server := chosen():
        _export_there(server, output, suffix, filter, at)
        return
    loaded = settings_for(database_url=database)
    selection = selection_of(filter=filter, at=at)

    async def work() -> tuple[bytes, int, int]:
        async with opened(loaded.settings) as store:
            found = await store.inventories.inventory(selection)
            is_table = suffix in TABLES
            content = table(found.graph, found.coverage, suffix) if is_table else document.to_bytes(found)
            return content, len(found.graph.resources), len(found.gaps())

    _write(output, *run(work()))


def _export_there(server: Server, output: Path, suffix: str, filter: str, at: str) -> None:
    """Let a server write the file, and fetch it."""
    import orjson

    from cloudviz.inventory import document
    from cloudviz.inventory.tables import TABLES, table

    asked = {"kind": "export", "arguments": {"filter": filter, "at": at, "format": "json"}}
    with working("Exporting"):
        job = server.followed(server.ask("POST", "/jobs", json=asked).json()["job_id"])
        content = server.ask("GET", f"/jobs/{job['id']}/file", timeout=600).content
        found = document.read(orjson.loads(content), server.url)
        if suffix in TABLES:
            content = table(found.graph, found.coverage, suffix)
    _write(output, content, len(found.graph.resources), len(found.gaps()))


def _write(output: Path, content: bytes, resources: int, gaps: int) -> None:
    suffix = output.suffix.lower().lstrip(".")
    write_file(output, content)
    if str(output) != "-":
        note(f"{output}: {resources} resources.")
    if gaps:
        note(f"The coverage has {gaps} gaps{'' if suffix == 'csv' else '; they are in the file'}.")
        raise typer.Exit(3)
