"""``cloudviz audit verify|list``: the record of what was done, and whether it is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, is_for_people, note, print_rows
from cloudviz.cli.remote import chosen, when
from cloudviz.cli.session import Database, OutputOption, opened, run, settings_for
from cloudviz.errors import BadInput

if TYPE_CHECKING:
    from cloudviz.store.chain import ChainReport

COLUMNS = ("at", "actor", "action", "target", "address")
app = Commands(help="The record of what was done.")


@app.command("verify")
def verify(
    heads: Annotated[
        Path | None,
        typer.Option(help="Heads noted elsewhere; else audit.heads in the data folder.", show_default=False),
    ] = None,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """Hold every entry against the chain, and the chain against noted heads. Exit 1 when it does not hold.

    Example: cloudviz audit verify
    """
    if server := chosen():
        if heads:
            raise BadInput("a server holds its audit against its own heads", hint="Leave --heads out.")
        told = server.json("/admin/audit/verify")
        faults = [
            {"kind": each["kind"], "entry": each["seq"], "detail": each["detail"]} for each in told["faults"]
        ]
        _say(told["entries"], told["head_seq"], told["head_hash"], faults, told["fault_count"], output)
        return
    from cloudviz.access.anchors import FILE_NAME, verified

    loaded = settings_for(database_url=database)
    path = heads or loaded.settings.data_dir / FILE_NAME

    async def work() -> ChainReport:
        async with opened(loaded.settings) as store:
            return await verified(store, path)

    report = run(work())
    rows = [{"kind": each.kind, "entry": each.seq, "detail": each.detail} for each in report.faults]
    _say(report.entries, report.head.seq, report.head.hash, rows, report.fault_count, output)


def _say(entries: int, seq: int, hash: str, rows: list[dict[str, Any]], count: int, output: Output) -> None:
    note(f"{entries} entries, the last is number {seq} with the hash {hash}.")
    if rows or not is_for_people(output):
        print_rows(rows, ("kind", "entry", "detail"), output)
    if count:
        note(f"The chain does not hold: {count} faults.")
        raise typer.Exit(1)
    note("The chain holds.")


@app.command("list")
def list_entries(
    actor: Annotated[str | None, typer.Option(help="Only what this person did.", show_default=False)] = None,
    action: Annotated[str | None, typer.Option(help="Only this kind of event.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 50,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List the newest entries.

    Example: cloudviz audit list --actor ada --limit 20
    """
    if server := chosen():
        found = server.items("/admin/audit", limit, actor=actor, action=action)
        rows = [
            {"at": when(each["at"]), **{name: each[name] for name in ("actor", "action", "target", "address")}}
            for each in found
        ]
        print_rows(rows, COLUMNS, output)
        return
    loaded = settings_for(database_url=database)

    async def work() -> list[dict[str, Any]]:
        async with opened(loaded.settings) as store:
            page = await store.audit.page(actor=actor, action=action, limit=limit)
            return [
                {
                    "at": each.at.isoformat(timespec="seconds"),
                    "actor": each.actor,
                    "action": each.action,
                    "target": each.target,
                    "address": each.address,
                }
                for each in page
            ]

    print_rows(run(work()), COLUMNS, output)
