"""``cloudviz export inventory``: the inventory document of contract §2."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import note, write_file
from cloudviz.cli.session import At, Database, Filter, opened, run, selection_of, settings_for

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
    loaded = settings_for(database_url=database)
    selection = selection_of(filter=filter, at=at)

    async def work() -> tuple[bytes, int, int]:
        async with opened(loaded.settings) as store:
            found = await store.inventories.inventory(selection)
            is_table = suffix in TABLES
            content = table(found.graph, found.coverage, suffix) if is_table else document.to_bytes(found)
            return content, len(found.graph.resources), len(found.gaps())

    content, resources, gaps = run(work())
    write_file(output, content)
    if str(output) != "-":
        note(f"{output}: {resources} resources.")
    if gaps:
        note(f"The coverage has {gaps} gaps{'' if suffix == 'csv' else '; they are in the file'}.")
        raise typer.Exit(3)
