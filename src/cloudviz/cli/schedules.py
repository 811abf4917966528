"""``cloudviz schedules list|show|add|change|pause|resume|remove|run``: jobs that are started again and again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.jobs import Arguments, arguments_of
from cloudviz.cli.output import Output, is_for_people, note, print_record, print_rows
from cloudviz.cli.remote import chosen, part, when
from cloudviz.cli.session import Database, OutputOption, opened, run, settings_for

if TYPE_CHECKING:
    from datetime import datetime

    from cloudviz.runtime.settings import Settings
    from cloudviz.store import Store
    from cloudviz.store.records import ScheduleRecord

app = Commands(help="Jobs that are started again and again.")
COLUMNS = ("name", "cron", "time_zone", "kind", "missed", "paused", "next_run")
RUN_COLUMNS = ("tick", "job_id", "status")

Name = Annotated[str, typer.Argument(help="Name or id of the schedule.")]
Zone = Annotated[str, typer.Option("--time-zone", help="IANA name; the clock on that wall is meant.")]
Jitter = Annotated[int, typer.Option("--jitter", min=0, max=3600, help="Start up to so many seconds later.")]
Missed = Annotated[
    str, typer.Option("--missed", help="Ticks at which nobody was there: skip, once (the last), or all (24).")
]
Priority = Annotated[int, typer.Option("--priority", min=-10, max=10, help="Higher ones first.")]


def schedule_row(record: ScheduleRecord, now: datetime) -> dict[str, Any]:
    """A schedule as lists print it."""
    from cloudviz.jobs.scheduler import upcoming

    coming = [each.isoformat(timespec="seconds") for each in upcoming(record, now)]
    return {
        "id": record.id,
        "name": record.name,
        "cron": record.cron,
        "time_zone": record.time_zone,
        "kind": record.kind,
        "arguments": dict(record.arguments),
        "jitter_seconds": record.jitter_seconds,
        "priority": record.priority,
        "missed": record.missed,
        "paused": record.paused,
        "next_run": coming[0] if coming else None,
        "next_runs": coming,
        "created_by": record.created_by,
    }


def _told_row(told: dict[str, Any]) -> dict[str, Any]:
    """The same of what a server tells."""
    names = (
        "id",
        "name",
        "cron",
        "time_zone",
        "kind",
        "arguments",
        "jitter_seconds",
        "priority",
        "missed",
        "paused",
    )
    coming = [when(each) for each in told["next_runs"]]
    row = {name: told[name] for name in names} | {"next_run": coming[0] if coming else None}
    return {**row, "next_runs": coming, "created_by": told["created_by"]}


def _in_store(database: str | None, work: Callable[[Store, Settings], Awaitable[Any]]) -> Any:
    settings = settings_for(database_url=database).settings

    async def opened_work() -> Any:
        async with opened(settings) as store:
            return await work(store, settings)

    return run(opened_work())


@app.command("list")
def list_schedules(output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """List schedules by name, with the next time of each.

    Example: cloudviz schedules list
    """
    if server := chosen():
        _print_list([_told_row(each) for each in server.items("/jobs/schedules")], output)
        return

    async def work(store: Store, settings: Settings) -> list[dict[str, Any]]:
        now = await store.schedules.now()
        return [schedule_row(each, now) for each in await store.schedules.page(limit=1000)]

    _print_list(_in_store(database, work), output)


def _print_list(rows: list[dict[str, Any]], output: Output) -> None:
    print_rows(rows, COLUMNS, output)
    if not rows:
        note("No schedule yet: `cloudviz schedules add nightly @daily discover --arg provider=aws` makes one.")


@app.command("show")
def show(name: Name, output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """Show one schedule: its next times, and the last ticks with their jobs.

    Example: cloudviz schedules show nightly
    """
    if server := chosen():
        told = server.items(f"/jobs/schedules/{part(name)}/runs", 20)
        shown = [{"tick": when(each["tick"]), "job_id": each["job_id"], "status": each["status"]} for each in told]
        _print_one({**_told_row(server.json(f"/jobs/schedules/{part(name)}")), "runs": shown}, output)
        return

    async def work(store: Store, settings: Settings) -> dict[str, Any]:
        found = await store.schedules.by_name(name)
        runs = await store.schedules.runs(found.id, limit=20)
        shown = [
            {"tick": each.tick.isoformat(timespec="seconds"), "job_id": each.job_id, "status": each.status}
            for each in runs
        ]
        return {**schedule_row(found, await store.schedules.now()), "runs": shown}

    _print_one(_in_store(database, work), output)


def _print_one(found: dict[str, Any], output: Output) -> None:
    if not is_for_people(output):
        print_record(found, output)
        return
    runs = found.pop("runs")
    print_record(found, output)
    typer.echo("")
    print_rows(runs, RUN_COLUMNS, output)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    cron: Annotated[str, typer.Argument(help="Minute, hour, day of month, month, day of week; or @daily.")],
    kind: Annotated[str, typer.Argument(help="discover, draw, export, costs or cleanup.")],
    arg: Arguments = None,
    time_zone: Zone = "UTC",
    jitter: Jitter = 0,
    missed: Missed = "once",
    priority: Priority = -1,
    paused: Annotated[bool, typer.Option("--paused", help="Make it, and do not start it yet.")] = False,
    database: Database = None,
) -> None:
    """Make a schedule; prints its id. Servers and `cloudviz scheduler` start its jobs.

    Example: cloudviz schedules add nightly '30 2 * * *' discover --arg provider=aws --time-zone Europe/Berlin
    """
    given = arguments_of(arg)
    if server := chosen():
        asked = {
            "name": name, "cron": cron, "time_zone": time_zone, "kind": kind, "arguments": given,
            "jitter_seconds": jitter, "priority": priority, "missed": missed, "paused": paused,
        }  # fmt: skip
        told = server.ask("POST", "/jobs/schedules", json=asked).json()
        _say_made(told["id"], None if paused else when(next(iter(told["next_runs"]), None)))
        return

    async def work(store: Store, settings: Settings) -> ScheduleRecord:
        from cloudviz.jobs.requests import checked_arguments
        from cloudviz.jobs.scheduler import checked_schedule
        from cloudviz.store.records import ScheduleRecord

        checked_arguments(kind, given, settings)
        asked = ScheduleRecord(
            id="",
            name=name,
            cron=cron,
            time_zone=time_zone,
            kind=kind,
            arguments=given,
            jitter_seconds=jitter,
            priority=priority,
            missed=missed,
            paused=paused,
            created_by="command line",
        )
        return await store.schedules.save(checked_schedule(asked, await store.schedules.now()))

    made = _in_store(database, work)
    coming = made.next_at and not paused
    _say_made(made.id, made.next_at.isoformat(timespec="seconds") if coming else None)


def _say_made(id: str, coming: str | None) -> None:
    typer.echo(id)
    if coming:
        note(f"It runs next at {coming}.")


@app.command("change")
def change(
    name: Name,
    cron: Annotated[
        str | None, typer.Option("--cron", help="When, as in '0 4 * * *' or @daily.", show_default=False)
    ] = None,
    arg: Arguments = None,
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="IANA name of the clock meant.", show_default=False)
    ] = None,
    jitter: Annotated[
        int | None,
        typer.Option("--jitter", min=0, max=3600, help="Start up to so many seconds later.", show_default=False),
    ] = None,
    missed: Annotated[
        str | None, typer.Option("--missed", help="Of ticks missed: skip, once or all.", show_default=False)
    ] = None,
    priority: Annotated[
        int | None, typer.Option("--priority", min=-10, max=10, help="Higher ones first.", show_default=False)
    ] = None,
    database: Database = None,
) -> None:
    """Change what is given of a schedule; `--arg` replaces all of its arguments.

    Example: cloudviz schedules change nightly --cron '0 4 * * *'
    """
    given = {
        "cron": cron,
        "time_zone": time_zone,
        "jitter_seconds": jitter,
        "missed": missed,
        "priority": priority,
        "arguments": arguments_of(arg) if arg else None,
    }
    _change(name, database, **{key: value for key, value in given.items() if value is not None})
    note("Changed.")


@app.command("pause")
def pause(name: Name, database: Database = None) -> None:
    """Start no jobs of it until it is resumed.

    Example: cloudviz schedules pause nightly
    """
    _change(name, database, paused=True)
    note("Paused.")


@app.command("resume")
def resume(name: Name, database: Database = None) -> None:
    """Start its jobs again from the next tick on; those it missed while paused are not made up.

    Example: cloudviz schedules resume nightly
    """
    _change(name, database, paused=False)
    note("Resumed.")


@app.command("remove")
def remove(name: Name, database: Database = None) -> None:
    """Delete a schedule with its history; jobs that it started go on.

    Example: cloudviz schedules remove nightly
    """
    if server := chosen():
        server.ask("DELETE", f"/jobs/schedules/{part(name)}")
        note("Removed.")
        return

    async def work(store: Store, settings: Settings) -> None:
        await store.schedules.delete((await store.schedules.by_name(name)).id)

    _in_store(database, work)
    note("Removed.")


@app.command("run")
def run_now(name: Name, database: Database = None) -> None:
    """Start its job now, out of turn; prints the job's id.

    Example: cloudviz schedules run nightly
    """
    if server := chosen():
        typer.echo(server.ask("POST", f"/jobs/schedules/{part(name)}/run").json()["job_id"])
        return

    async def work(store: Store, settings: Settings) -> str:
        from cloudviz.jobs.scheduler import job_of

        found = await store.schedules.by_name(name)
        return (await store.schedules.start_now(found.id, job_of(found))).id

    typer.echo(_in_store(database, work))


def _change(name: str, database: str | None, **values: Any) -> None:
    if server := chosen():
        now = server.json(f"/jobs/schedules/{part(name)}")
        kept = ("name", "cron", "time_zone", "kind", "arguments", "jitter_seconds", "priority", "missed", "paused")
        asked = {key: now[key] for key in kept} | values
        server.ask("PUT", f"/jobs/schedules/{part(name)}", json=asked)
        return

    async def work(store: Store, settings: Settings) -> None:
        from cloudviz.jobs.requests import checked_arguments
        from cloudviz.jobs.scheduler import checked_schedule

        changed = replace(await store.schedules.by_name(name), **values)
        checked_arguments(changed.kind, changed.arguments, settings)
        await store.schedules.save(checked_schedule(changed, await store.schedules.now()))

    _in_store(database, work)
