"""``cloudviz resources list|show|search``: read the inventory."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, note, print_record, print_rows
from cloudviz.cli.remote import chosen
from cloudviz.cli.session import (
    Account,
    At,
    Database,
    Filter,
    OutputOption,
    Provider,
    Region,
    State,
    Tag,
    TypeKey,
    opened,
    parameters_of,
    run,
    selection_of,
    settings_for,
)
from cloudviz.inventory import document
from cloudviz.inventory.select import Selection

app = Commands(help="Read the inventory.")
COLUMNS = ("type", "name", "state", "account", "region", "cost_monthly", "id")
Limit = Annotated[int, typer.Option("--limit", min=0, help="Most rows to print; 0 prints all.")]


@app.command("list")
def list_resources(
    provider: Provider = "",
    type: TypeKey = None,
    region: Region = None,
    account: Account = None,
    tag: Tag = None,
    state: State = None,
    filter: Filter = "",
    at: At = "",
    limit: Limit = 0,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List resources, in the order of their ids.

    Examples: cloudviz resources list --type 'aws.ec2.*' --tag env=prod

    cloudviz resources list --query '[?state==`stopped`].id'
    """
    selection = selection_of(
        provider=provider,
        types=type,
        regions=region,
        accounts=account,
        tags=tag,
        states=state,
        filter=filter,
        at=at,
    )
    _print(selection, limit, output, database)


@app.command("search")
def search(
    text: Annotated[str, typer.Argument(help="Part of a name or id, in any case.")],
    provider: Provider = "",
    type: TypeKey = None,
    region: Region = None,
    account: Account = None,
    tag: Tag = None,
    state: State = None,
    filter: Filter = "",
    at: At = "",
    limit: Limit = 100,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """Find resources by a part of their name or id.

    Example: cloudviz resources search orders -o json
    """
    selection = selection_of(
        provider=provider,
        types=type,
        regions=region,
        accounts=account,
        tags=tag,
        states=state,
        text=text,
        filter=filter,
        at=at,
    )
    _print(selection, limit, output, database)


def _print(selection: Selection, limit: int, output: Output, database: str | None) -> None:
    if server := chosen():
        most = limit + 1 if limit else 0
        found = list(server.items("/resources", most, **parameters_of(selection)))
        _print_found(found[:limit] if limit else found, len(found) > limit > 0, limit, output)
        return
    loaded = settings_for(database_url=database)

    async def work() -> tuple[list[dict[str, Any]], bool]:
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        async with opened(loaded.settings) as store:
            while True:
                size = min(500, limit - len(rows)) if limit else 500
                page = await store.inventories.page(selection, limit=size, cursor=cursor)
                rows.extend(document.resource_document(item) for item in page.items)
                cursor = page.next_cursor
                if cursor is None or (limit and len(rows) >= limit):
                    return rows, cursor is not None

    rows, more = run(work())
    _print_found(rows, more, limit, output)


def _print_found(rows: list[dict[str, Any]], more: bool, limit: int, output: Output) -> None:
    print_rows(rows, COLUMNS, output)
    if more:
        note(f"There are more than {limit}; raise --limit to see them.")
    elif not rows:
        note("No resource matches. `cloudviz discoveries list` tells what was looked at.")


@app.command("show")
def show(
    id: Annotated[str, typer.Argument(help="Resource id: ARN, ARM id or full resource name.")],
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """Show one resource with its links.

    Example: cloudviz resources show arn:aws:s3:::orders
    """
    if server := chosen():
        told = server.json(f"/resources/{quote(id, safe='')}")
        print_record({**told.pop("resource"), **told}, output)
        return
    loaded = settings_for(database_url=database)

    async def work() -> dict[str, Any]:
        async with opened(loaded.settings) as store:
            detail = await store.inventories.detail(id)
            return {
                **document.resource_document(detail.resource),
                "links": [document.link_document(link) for link in detail.links],
                "source": detail.source,
                "seen_by": detail.seen_by,
                "first_seen_at": detail.first_seen_at.isoformat(),
                "last_seen_at": detail.last_seen_at.isoformat(),
            }

    print_record(run(work()), output)
