"""``cloudviz jobs list|show|start|cancel|follow``: work in the background."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, note, print_record, print_rows
from cloudviz.cli.remote import chosen, part, when
from cloudviz.cli.session import Database, OutputOption, opened, run, settings_for
from cloudviz.errors import Invalid

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server
    from cloudviz.store.records import JobRecord

app = Commands(help="Work in the background: look at it, start it, cancel it.")
COLUMNS = ("id", "kind", "status", "attempt", "requested_by", "created_at", "finished_at")

LOOK = 0.5  # seconds between two looks at a job that is waited for
PATIENCE = 6  # looks after which a job that nobody has begun is worth a word

Arguments = Annotated[
    list[str] | None,
    typer.Option("--arg", help="NAME=VALUE; VALUE may be JSON: regions='[\"eu-west-1\"]'.", show_default=False),
]
JobId = Annotated[str, typer.Argument(help="Job id.")]


def arguments_of(given: list[str] | None) -> dict[str, Any]:
    """The arguments of ``--arg NAME=VALUE``: JSON where it is some, else text. Raises Invalid."""
    import orjson

    found: dict[str, Any] = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise Invalid(f"--arg {each[:80]!r} is no NAME=VALUE", hint="As in --arg provider=aws.")
        try:
            found[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            found[name] = value
    return found


def told_job(told: dict[str, Any]) -> dict[str, Any]:
    """The same of what a server tells."""
    names = ("id", "kind", "status", "attempt", "requested_by", "priority", "progress", "result", "error")
    times = ("created_at", "started_at", "finished_at")
    return {**{name: told[name] for name in names}, **{name: when(told[name]) for name in times}}


def job_row(record: JobRecord) -> dict[str, Any]:
    """A job as lists print it."""

    def shown(instant: Any) -> str | None:
        return instant.isoformat(timespec="seconds") if instant else None

    return {
        "id": record.id,
        "kind": record.kind,
        "status": record.status,
        "attempt": record.attempt,
        "requested_by": record.requested_by,
        "priority": record.priority,
        "progress": dict(record.progress),
        "result": None if record.result is None else dict(record.result),
        "error": None if record.error is None else dict(record.error),
        "created_at": shown(record.created_at),
        "started_at": shown(record.started_at),
        "finished_at": shown(record.finished_at),
    }


@app.command("list")
def list_jobs(
    status: Annotated[str, typer.Option(help="queued, running, succeeded, partial, failed or cancelled.")] = "",
    kind: Annotated[str, typer.Option(help="discover, import, draw, export, costs or cleanup.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Most rows to print.")] = 50,
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List jobs, newest first.

    Example: cloudviz jobs list --status failed
    """
    if server := chosen():
        rows = [told_job(each) for each in server.items("/jobs", limit, status=status, kind=kind)]
    else:
        settings = settings_for(database_url=database).settings

        async def work() -> list[dict[str, Any]]:
            async with opened(settings) as store:
                page = await store.jobs.page(status=status or None, kind=kind or None, limit=limit)
                return [job_row(each) for each in page]

        rows = run(work())
    print_rows(rows, COLUMNS, output)
    if not rows:
        note("No such job.")


@app.command("show")
def show(id: JobId, output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """Show one job: its progress, and its result or error.

    Example: cloudviz jobs show 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        print_record(told_job(server.json(f"/jobs/{part(id)}")), output)
        return
    settings = settings_for(database_url=database).settings

    async def work() -> dict[str, Any]:
        async with opened(settings) as store:
            return job_row(await store.jobs.get(id))

    print_record(run(work()), output)


@app.command("start")
def start(
    kind: Annotated[str, typer.Argument(help="discover, draw, export, costs or cleanup.")],
    arg: Arguments = None,
    priority: Annotated[int, typer.Option("--priority", min=-10, max=10, help="Higher ones first.")] = 0,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for its end; exit 1 if it fails, 3 in part.")] = False,
    database: Database = None,
) -> None:
    """Put a job in the queue, for a worker or a server to do; prints its id.

    Example: cloudviz jobs start export --arg format=ndjson --wait
    """
    given = arguments_of(arg)
    if server := chosen():
        asked = {"kind": kind, "arguments": given, "priority": priority}
        accepted = server.ask("POST", "/jobs", json=asked).json()
        typer.echo(accepted["job_id"])
        if wait and server.followed(accepted["job_id"])["status"] == "partial":
            raise typer.Exit(3)
        return
    settings = settings_for(database_url=database).settings

    async def work() -> str:
        from cloudviz.jobs.celery_doorbell import Doorbell, celery_is_wanted
        from cloudviz.jobs.requests import accounts_read, checked_arguments
        from cloudviz.store.job_rows import NewJob

        arguments = checked_arguments(kind, given, settings)
        async with opened(settings) as store:
            asked = NewJob(
                kind,
                arguments,
                "command line",
                priority=priority,
                accounts=accounts_read(kind, arguments),
            )
            made = await store.jobs.add(asked)
            if celery_is_wanted(settings):
                bell = Doorbell(settings)
                bell.ring()
                await asyncio.to_thread(bell.close)
            typer.echo(made.id)
            if not wait:
                return ""
            found, looks = made, 0
            while not found.is_finished:
                await asyncio.sleep(LOOK)
                found, looks = await store.jobs.get(made.id), looks + 1
                if looks == PATIENCE and found.attempt == 0:
                    note("It waits: `cloudviz worker` or `cloudviz serve` does what is queued. Ctrl-C leaves it.")
            if found.error:
                note(f"{found.error.get('detail')} {found.error.get('hint') or ''}".strip())
            return found.status

    _end(run(work()))


@app.command("cancel")
def cancel(id: JobId, database: Database = None) -> None:
    """Cancel a job: a waiting one ends at once, a running one at its next step.

    Example: cloudviz jobs cancel 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        status = server.ask("DELETE", f"/jobs/{part(id)}").json()["status"]
        note("It will end at its next step." if status == "running" else f"It is {status}.")
        return
    settings = settings_for(database_url=database).settings

    async def work() -> str:
        async with opened(settings) as store:
            before = await store.jobs.get(id)
            record = await store.jobs.request_cancel(id)
            discovery = str(record.arguments.get("discovery_id") or "")
            if before.status == "queued" and record.kind == "discover" and discovery:
                await store.discoveries.finish(discovery, "cancelled")
            return record.status

    status = run(work())
    note("It will end at its next step." if status == "running" else f"It is {status}.")


@app.command("follow")
def follow(id: JobId, database: Database = None) -> None:
    """Print what happens to a job until it is over; exit 1 when it failed, 3 when done in part.

    Example: cloudviz jobs follow 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        _end(_followed(server, id))
        return
    settings = settings_for(database_url=database).settings

    async def work() -> str:
        async with opened(settings) as store:
            after = 0
            while True:
                record, found = await store.jobs.events(id, after)
                for each in found:
                    after = each.position
                    words = " ".join(f"{name}={value}" for name, value in each.body.items() if value is not None)
                    note(f"{each.at.isoformat(timespec='seconds')} {each.what} {words}")
                if record.is_finished and not found:
                    return record.status
                if not found:
                    await asyncio.sleep(0.5)

    _end(run(work()))


def _followed(server: Server, id: str) -> str:
    """Print a server's events of a job, and return how it ended."""
    for name, told in server.events(f"/jobs/{part(id)}/events"):
        if name == "end":
            return str(told["status"])
        words = " ".join(f"{key}={value}" for key, value in told.items() if key != "at" and value is not None)
        note(f"{when(told.get('at')) or ''} {name} {words}".strip())
    return str(server.json(f"/jobs/{part(id)}")["status"])


def _end(status: str) -> None:
    if status in ("failed", "cancelled"):
        raise typer.Exit(1)
    if status == "partial":
        raise typer.Exit(3)
