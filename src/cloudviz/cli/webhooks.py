"""``cloudviz webhooks add|list|show|change|pause|resume|rotate|ping|remove|deliveries|redeliver``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, note, print_record, print_rows
from cloudviz.cli.remote import chosen, part, when
from cloudviz.cli.session import Database, OutputOption, opened, run, settings_for

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server
    from cloudviz.jobs.webhooks.endpoints import Endpoints
    from cloudviz.store import Store
    from cloudviz.store.deliveries import DeliveryRecord
    from cloudviz.store.webhooks import WebhookRecord

COLUMNS = ("id", "url", "shape", "events", "status", "reason")
BY = "command line"  # the actor in the audit

DELIVERY_COLUMNS = ("id", "event", "status", "tries", "response", "error", "created_at", "due_at")
TRIED_SECONDS = 60
"""How long a server is given to try a delivery: it gives up on an address sooner."""

app = Commands(help="Who is told of events.")

WebhookId = Annotated[str, typer.Argument(help="Id of the webhook, as `cloudviz webhooks list` shows it.")]
DeliveryId = Annotated[str, typer.Argument(help="Id of the delivery.")]
Events = Annotated[list[str] | None, typer.Option("--event", help="Kind, as in change.detected; all without.")]
Shape = Annotated[str, typer.Option(help="standard, slack or teams; by the host without.", show_default=False)]
Description = Annotated[str | None, typer.Option(help="For people.", show_default=False)]
Providers = Annotated[list[str] | None, typer.Option("--provider", help="aws, azure, gcp or mixed.")]
Accounts = Annotated[list[str] | None, typer.Option("--account", help="Account that a change touches.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="KEY=VALUE that a changed resource has, or KEY.")]
Severity = Annotated[str, typer.Option("--min-severity", help="info, warning or error.", show_default=False)]
MinChanges = Annotated[int, typer.Option("--min-changes", min=0, help="Fewest resources of change.detected.")]
MinAmount = Annotated[
    float, typer.Option("--min-amount", min=0, help="Least amount of cost.threshold and cost.anomaly.")
]
SecretStdin = Annotated[
    bool,
    typer.Option("--secret-stdin", help="Read the secret (whsec_…) from stdin instead of making one."),
]


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="https://…, or - to read it from stdin: Slack's is a secret.")],
    event: Events = None,
    shape: Shape = "",
    description: Description = None,
    provider: Providers = None,
    account: Accounts = None,
    tag: Tags = None,
    min_severity: Severity = "",
    min_changes: MinChanges = 0,
    min_amount: MinAmount = 0,
    secret_stdin: SecretStdin = False,
    database: Database = None,
) -> None:
    """Tell an address of what happens from now on. The signing secret is printed once, on stdout.

    Example: cloudviz webhooks add https://example.com/hook --event change.detected --tag env=prod
    """
    address = _line() if url == "-" else url
    secret = _line() if secret_stdin else ""
    filters = _filters(provider, account, tag, min_severity, min_changes, min_amount)
    if server := chosen():
        asked = {"url": address, "shape": shape, "events": event, "filters": filters, "secret": secret}
        asked["description"] = description
        told = server.ask("POST", "/webhooks/register", json=_given(asked)).json()
        _say_made(told["id"], told["events"], "" if secret_stdin else told["secret"])
        return

    async def work(store: Store, endpoints: Endpoints) -> tuple[WebhookRecord, str]:
        made = await endpoints.register(
            address,
            BY,
            shape=shape,
            events=event or (),
            filters=filters,
            description=description or "",
            secret=secret,
        )
        await _noted(store, "WEBHOOK_ADDED", made.record.id, {"url": made.record.shown_url})
        return made.record, made.secret

    record, made_secret = _at_work(database, work)
    _say_made(record.id, record.events, "" if secret_stdin else made_secret)


def _say_made(id: str, events: Sequence[str], secret: str) -> None:
    note(f"The webhook {id} is told of {', '.join(events) or 'everything'}.")
    if secret:
        note("Its signing secret, shown only now:")
        typer.echo(secret)


@app.command("list")
def list_webhooks(output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """List webhooks, newest first, with how they stand.

    Example: cloudviz webhooks list
    """
    if server := chosen():
        print_rows([_told_row(each) for each in server.items("/webhooks")], COLUMNS, output)
        return

    async def work(store: Store, _: Endpoints) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await store.webhooks.page(200, cursor)
            rows += [_row(each) for each in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return rows

    print_rows(_at_work(database, work), COLUMNS, output)


@app.command("show")
def show(webhook_id: WebhookId, output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """Show one webhook.

    Example: cloudviz webhooks show 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        print_record(_told_row(server.json(f"/webhooks/{part(webhook_id)}")), output)
        return

    async def work(store: Store, _: Endpoints) -> dict[str, Any]:
        return _row(await store.webhooks.get(webhook_id))

    print_record(_at_work(database, work), output)


@app.command("change")
def change(
    webhook_id: WebhookId,
    url: Annotated[str, typer.Option(help="Another address, or - for stdin.", show_default=False)] = "",
    event: Events = None,
    shape: Shape = "",
    description: Description = None,
    provider: Providers = None,
    account: Accounts = None,
    tag: Tags = None,
    min_severity: Severity = "",
    min_changes: MinChanges = 0,
    min_amount: MinAmount = 0,
    no_filters: Annotated[bool, typer.Option("--no-filters", help="Take all filters away.")] = False,
    database: Database = None,
) -> None:
    """Change what is given; the filters are replaced as a whole.

    Example: cloudviz webhooks change 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11 --min-severity warning
    """
    filters = _filters(provider, account, tag, min_severity, min_changes, min_amount)
    if server := chosen():
        asked = _given(
            {"url": _line() if url == "-" else url, "shape": shape, "events": event, "filters": filters}
        )
        if no_filters:
            asked["filters"] = {}
        if description is not None:
            asked["description"] = description
        server.ask("PUT", f"/webhooks/{part(webhook_id)}", json=asked)
        return

    async def work(store: Store, endpoints: Endpoints) -> None:
        record = await endpoints.change(
            webhook_id,
            url=_line() if url == "-" else url,
            shape=shape,
            events=event,
            filters={} if no_filters else filters or None,
            description=description,
        )
        await _noted(store, "WEBHOOK_CHANGED", record.id, {"url": record.shown_url})

    _at_work(database, work)


@app.command("pause")
def pause(webhook_id: WebhookId, database: Database = None) -> None:
    """Let events wait.

    Example: cloudviz webhooks pause 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        server.ask("POST", f"/webhooks/{part(webhook_id)}/pause")
        return

    async def work(store: Store, endpoints: Endpoints) -> None:
        record = await endpoints.pause(webhook_id)
        await _noted(store, "WEBHOOK_CHANGED", record.id, {"status": record.status})

    _at_work(database, work)


@app.command("resume")
def resume(webhook_id: WebhookId, database: Database = None) -> None:
    """Go on with one that is paused or disabled: first what waits.

    Example: cloudviz webhooks resume 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        server.ask("POST", f"/webhooks/{part(webhook_id)}/resume")
        return

    async def work(store: Store, endpoints: Endpoints) -> None:
        record = await endpoints.resume(webhook_id)
        await _noted(store, "WEBHOOK_CHANGED", record.id, {"status": record.status})

    _at_work(database, work)


@app.command("rotate")
def rotate(webhook_id: WebhookId, secret_stdin: SecretStdin = False, database: Database = None) -> None:
    """Exchange the signing secret. The former one signs too for `webhooks.rotation_hours`.

    Example: cloudviz webhooks rotate 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    given = _line() if secret_stdin else ""
    if server := chosen():
        told = server.ask("POST", f"/webhooks/{part(webhook_id)}/rotate", json=_given({"secret": given}))
        secret = told.json()["secret"]
    else:

        async def work(store: Store, endpoints: Endpoints) -> str:
            made = await endpoints.rotate(webhook_id, given)
            await _noted(store, "WEBHOOK_CHANGED", made.record.id, {"what": ["secret"]})
            return made.secret

        secret = _at_work(database, work)
    if not secret_stdin:
        note("The new signing secret, shown only now:")
        typer.echo(secret)


@app.command("ping")
def ping(webhook_id: WebhookId, output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """Send a test now, and print what came back. Exit 1 when it was not taken.

    Example: cloudviz webhooks ping 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        _tried_there(server, webhook_id, "ping", output)
        return
    _tried(database, output, lambda _, endpoints: endpoints.ping(webhook_id))


@app.command("redeliver")
def redeliver(
    webhook_id: WebhookId, delivery_id: DeliveryId, output: OutputOption = Output.TABLE, database: Database = None
) -> None:
    """Deliver once more, now, and print what came back. Exit 1 when it was not taken.

    Example: cloudviz webhooks redeliver 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11 0192f0c2-11aa-7d20-9d5e-5c1f6a7b8c9d
    """
    if server := chosen():
        _tried_there(server, webhook_id, f"deliveries/{part(delivery_id)}/redeliver", output)
        return
    _tried(database, output, lambda store, _: store.deliveries.again(webhook_id, delivery_id))


@app.command("remove")
def remove(webhook_id: WebhookId, database: Database = None) -> None:
    """Take a webhook out, with all that waits for it.

    Example: cloudviz webhooks remove 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        server.ask("DELETE", f"/webhooks/{part(webhook_id)}")
        return

    async def work(store: Store, _: Endpoints) -> None:
        await store.webhooks.delete(webhook_id)
        await _noted(store, "WEBHOOK_DELETED", webhook_id, {})

    _at_work(database, work)


@app.command("deliveries")
def deliveries(
    webhook_id: WebhookId,
    status: Annotated[str, typer.Option(help="waiting, delivered or failed.", show_default=False)] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List what was told, newest first, with the last answer; all answers in JSON and YAML.

    Example: cloudviz webhooks deliveries 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11 --status failed
    """
    if server := chosen():
        found = server.items(f"/webhooks/{part(webhook_id)}/deliveries", limit, status=status)
        print_rows([_told_delivery(each) for each in found], DELIVERY_COLUMNS, output)
        return

    async def work(store: Store, _: Endpoints) -> list[dict[str, Any]]:
        await store.webhooks.get(webhook_id)
        page = await store.deliveries.page(webhook_id, status=status or None, limit=limit)
        return [_delivery(each) for each in page.items]

    print_rows(_at_work(database, work), DELIVERY_COLUMNS, output)


def _tried(
    database: str | None, output: Output, made: Callable[[Store, Endpoints], Awaitable[DeliveryRecord]]
) -> None:
    from cloudviz.jobs.webhooks.deliverer import Deliverer

    settings = settings_for(database_url=database).settings

    async def work(store: Store, endpoints: Endpoints) -> dict[str, Any]:
        record = await made(store, endpoints)
        # Where a worker is running it may be faster; then its try is what we show.
        await Deliverer(store, settings).deliver(record.id)
        return _delivery(await store.deliveries.get(record.webhook_id, record.id))

    _print_tried(_at_work(database, work), output)


def _tried_there(server: Server, webhook_id: str, what: str, output: Output) -> None:
    """Let a server try, and look until it has."""
    import time

    path = f"/webhooks/{part(webhook_id)}"
    told = server.ask("POST", f"{path}/{what}").json()
    before, end = len(told["attempts"]), time.monotonic() + TRIED_SECONDS
    while told["status"] == "waiting" and len(told["attempts"]) == before and time.monotonic() < end:
        time.sleep(0.2)
        told = server.json(f"{path}/deliveries/{part(told['id'])}")
    _print_tried(_told_delivery(told), output)


def _print_tried(found: dict[str, Any], output: Output) -> None:
    print_record({key: value for key, value in found.items() if key != "attempts"}, output)
    if found["status"] != "delivered":
        raise typer.Exit(1)


def _at_work(database: str | None, work: Callable[[Store, Endpoints], Awaitable[Any]]) -> Any:
    from cloudviz.jobs.webhooks.endpoints import Endpoints

    settings = settings_for(database_url=database).settings

    async def whole() -> Any:
        async with opened(settings) as store:
            return await work(store, Endpoints.of(settings, store))

    return run(whole())


async def _noted(store: Store, event: str, target: str, detail: dict[str, Any]) -> None:
    from cloudviz.access.audit import Event, SecurityLog

    await SecurityLog(store).note(Event[event], actor=BY, target=target, detail=detail)


def _line() -> str:
    return typer.get_text_stream("stdin").readline().strip()


def _filters(
    providers: list[str] | None,
    accounts: list[str] | None,
    tags: list[str] | None,
    min_severity: str,
    min_changes: int,
    min_amount: float,
) -> dict[str, Any]:
    given: dict[str, Any] = {
        "providers": providers,
        "accounts": accounts,
        "tags": {key: value for key, _, value in (each.partition("=") for each in tags or ())},
        "min_severity": min_severity,
        "min_changes": min_changes,
        "min_amount": min_amount,
    }
    return {name: value for name, value in given.items() if value}


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    """Without what was left out."""
    return {name: value for name, value in asked.items() if value not in (None, "", [], (), {})}


def _told_row(told: dict[str, Any]) -> dict[str, Any]:
    """A webhook of a server, as lists print it."""
    names = ("id", "url", "shape", "events", "filters", "description", "status", "reason", "created_by")
    times = ("failing_since", "last_success_at", "created_at")
    row = {name: told[name] for name in names} | {name: when(told[name]) for name in times}
    return row | {"events": ", ".join(told["events"]) or "all"}


def _told_delivery(told: dict[str, Any]) -> dict[str, Any]:
    last = told["attempts"][-1] if told["attempts"] else {}
    return {
        **{name: told[name] for name in ("id", "event", "status")},
        "tries": len(told["attempts"]),
        "response": last.get("response_status"),
        "error": last.get("error", ""),
        "body": last.get("body", ""),
        "created_at": when(told["created_at"]),
        "due_at": when(told["due_at"]),
        "attempts": [
            {
                "number": each["number"],
                "at": when(each["at"]),
                "response": each["response_status"],
                **{name: each[name] for name in ("error", "body", "duration_ms")},
            }
            for each in told["attempts"]
        ],
    }


def _row(record: WebhookRecord) -> dict[str, Any]:
    times = {
        "failing_since": record.failing_since,
        "last_success_at": record.last_success_at,
        "created_at": record.created_at,
    }
    return {
        "id": record.id,
        "url": record.shown_url,
        "shape": record.shape,
        "events": ", ".join(record.events) or "all",
        "filters": dict(record.filters),
        "description": record.description,
        "status": record.status,
        "reason": record.reason,
        "created_by": record.created_by,
        **{name: at.isoformat(timespec="seconds") if at else None for name, at in times.items()},
    }


def _delivery(record: DeliveryRecord) -> dict[str, Any]:
    last = record.attempts[-1] if record.attempts else None
    return {
        "id": record.id,
        "event": record.kind,
        "status": record.status,
        "tries": len(record.attempts),
        "response": last.status if last else None,
        "error": last.error if last else "",
        "body": last.body if last else "",
        "created_at": record.created_at.isoformat(timespec="seconds"),
        "due_at": record.due_at.isoformat(timespec="seconds") if record.status == "waiting" else None,
        "attempts": [
            {
                "number": each.number,
                "at": each.at.isoformat(timespec="seconds"),
                "response": each.status,
                "error": each.error,
                "body": each.body,
                "duration_ms": each.duration_ms,
            }
            for each in record.attempts
        ],
    }
