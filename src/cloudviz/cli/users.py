"""``cloudviz users list|add|set-password|set-roles|disable|enable|remove``: who may sign in."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, note, print_rows
from cloudviz.cli.session import Database, OutputOption, at_the_door, opened, run, settings_for

if TYPE_CHECKING:
    from cloudviz.store import Person

BY = "command line"  # the actor in the audit

app = Commands(help="Who may sign in.")
Username = Annotated[str, typer.Argument(help="Username.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from stdin instead of making one up.")
]


@app.command("list")
def list_users(output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """List people and their roles.

    Example: cloudviz users list
    """
    loaded = settings_for(database_url=database)

    async def work() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        async with opened(loaded.settings) as store:
            while True:
                page = await store.people.page(limit=200, cursor=cursor)
                rows.extend(_row(person) for person in page.items)
                cursor = page.next_cursor
                if cursor is None:
                    return rows

    print_rows(run(work()), ("username", "email", "roles", "disabled", "created_at"), output)


@app.command("add")
def add(
    username: Username,
    email: Annotated[str, typer.Option(help="E-mail address.", show_default=False)] = "",
    role: Annotated[list[str] | None, typer.Option(help="viewer, operator or admin; may be repeated.")] = None,
    password_stdin: FromStdin = False,
    database: Database = None,
) -> None:
    """Add somebody. A password is made up and printed once, unless it comes from stdin.

    Example: cloudviz users add ada --email ada@example.com --role operator
    """
    loaded = settings_for(database_url=database)
    password = _password(password_stdin)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.admissions.add(
                username, email or f"{username}@localhost", password, role or ["viewer"], by=BY
            )

    run(work())
    note(f"{username} may sign in.")
    if not password_stdin:
        note("Their password, shown only now:")
        typer.echo(password)


@app.command("set-password")
def set_password(username: Username, password_stdin: FromStdin = False, database: Database = None) -> None:
    """Give somebody a new password. Their sessions end.

    Example: cloudviz users set-password ada --password-stdin < password.txt
    """
    loaded = settings_for(database_url=database)
    password = _password(password_stdin)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.admissions.set_password(await door.admissions.named(username), password, by=BY)

    run(work())
    if not password_stdin:
        note("The new password, shown only now:")
        typer.echo(password)


@app.command("set-roles")
def set_roles(
    username: Username,
    role: Annotated[list[str], typer.Option(help="viewer, operator or admin; may be repeated.")],
    database: Database = None,
) -> None:
    """Give somebody other roles, in place of those they have.

    Example: cloudviz users set-roles ada --role viewer --role operator
    """
    loaded = settings_for(database_url=database)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.admissions.set_roles(await door.admissions.named(username), role, by=BY)

    run(work())


@app.command("disable")
def disable(username: Username, database: Database = None) -> None:
    """Shut somebody out within a second: their sessions and keys work no more.

    Example: cloudviz users disable ada
    """
    _set_disabled(username, True, database)


@app.command("enable")
def enable(username: Username, database: Database = None) -> None:
    """Let somebody in again.

    Example: cloudviz users enable ada
    """
    _set_disabled(username, False, database)


@app.command("end-sessions")
def end_sessions(username: Username, database: Database = None) -> None:
    """Close all sessions of somebody.

    Example: cloudviz users end-sessions ada
    """
    loaded = settings_for(database_url=database)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.sign_in.end_sessions(await door.admissions.named(username), by=BY)

    run(work())


@app.command("remove")
def remove(username: Username, database: Database = None) -> None:
    """Take somebody out, with their sessions and keys.

    Example: cloudviz users remove ada
    """
    loaded = settings_for(database_url=database)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.admissions.remove(await door.admissions.named(username), by=BY)

    run(work())


def _set_disabled(username: str, disabled: bool, database: str | None) -> None:
    loaded = settings_for(database_url=database)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.admissions.set_disabled(await door.admissions.named(username), disabled, by=BY)

    run(work())


def _password(from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\n") if from_stdin else secrets.token_urlsafe(18)


def _row(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "username": person.username,
        "email": person.email,
        "roles": ", ".join(person.roles),
        "disabled": "yes" if person.disabled_at else "",
        "created_at": person.created_at.isoformat(timespec="seconds") if person.created_at else None,
    }
