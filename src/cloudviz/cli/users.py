"""``cloudviz users …``: who may sign in, and by which identities of providers."""

from __future__ import annotations

import secrets
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, note, print_rows
from cloudviz.cli.remote import chosen, part, when
from cloudviz.cli.session import Database, OutputOption, at_the_door, opened, run, settings_for
from cloudviz.errors import NotFound

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server
    from cloudviz.store import Person

COLUMNS = ("username", "email", "roles", "disabled", "created_at")
IDENTITY_COLUMNS = ("id", "provider", "issuer", "subject", "created_at")
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
    if server := chosen():
        print_rows([_told_row(each) for each in server.items("/admin/users")], COLUMNS, output)
        return
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

    print_rows(run(work()), COLUMNS, output)


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
    password = _password(password_stdin)
    address = email or f"{username}@localhost"
    if server := chosen():
        asked = {"username": username, "email": address, "password": password, "roles": role or ["viewer"]}
        server.ask("POST", "/admin/users", json=asked)
    else:
        loaded = settings_for(database_url=database)

        async def work() -> None:
            async with at_the_door(loaded.settings) as door:
                await door.admissions.add(username, address, password, role or ["viewer"], by=BY)

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
    password = _password(password_stdin)
    if server := chosen():
        server.ask("PUT", f"{_path(server, username)}/password", json={"password": password})
    else:
        loaded = settings_for(database_url=database)

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
    if server := chosen():
        server.ask("PUT", _path(server, username), json={"roles": role})
        return
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
    if server := chosen():
        server.ask("DELETE", f"{_path(server, username)}/sessions")
        return
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
    if server := chosen():
        server.ask("DELETE", _path(server, username))
        return
    loaded = settings_for(database_url=database)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.admissions.remove(await door.admissions.named(username), by=BY)

    run(work())


@app.command("identities")
def identities(username: Username, output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """List the identities of providers by which somebody may sign in.

    Example: cloudviz users identities ada
    """
    if server := chosen():
        told = server.ask("GET", f"{_path(server, username)}/identities").json()["items"]
        print_rows([{**each, "created_at": when(each["created_at"])} for each in told], IDENTITY_COLUMNS, output)
        return
    loaded = settings_for(database_url=database)

    async def work() -> list[dict[str, Any]]:
        from cloudviz.access.identities import identity_key

        async with at_the_door(loaded.settings) as door:
            found = await door.identities.of(await door.admissions.named(username))
        return [
            {
                "id": identity_key(each),
                "provider": each.provider,
                "issuer": each.issuer,
                "subject": each.subject,
                "created_at": each.created_at.isoformat(timespec="seconds") if each.created_at else None,
            }
            for each in found
        ]

    print_rows(run(work()), IDENTITY_COLUMNS, output)


@app.command("link")
def link(
    username: Username,
    provider: Annotated[str, typer.Option(help="The identity provider's name in the settings.")],
    subject: Annotated[str, typer.Option(help="The claim `sub` of the identity, letter for letter.")],
    tenant: Annotated[str, typer.Option(help="The tenant's id, where the provider serves several.")] = "",
    database: Database = None,
) -> None:
    """Join an account that is here to an identity of a provider.

    Example: cloudviz users link ada --provider corp --subject 248289761001
    """
    if server := chosen():
        asked = {"provider": provider, "subject": subject, "tenant": tenant}
        server.ask("POST", f"{_path(server, username)}/identities", json=asked)
    else:
        loaded = settings_for(database_url=database)

        async def work() -> None:
            async with at_the_door(loaded.settings) as door:
                person = await door.admissions.named(username)
                await door.identities.link(person, provider, subject, tenant, by=BY)

        run(work())
    note(f"{username} may sign in by {provider}.")


@app.command("unlink")
def unlink(
    username: Username,
    identity: Annotated[str, typer.Argument(help="Its id, as `cloudviz users identities` lists it.")],
    database: Database = None,
) -> None:
    """Part an account from an identity. Their sessions end.

    Example: cloudviz users unlink ada 5f0c9d1e6a534a0c9d7c0d6a1f3b2c11
    """
    if server := chosen():
        server.ask("DELETE", f"{_path(server, username)}/identities/{part(identity)}")
        return
    loaded = settings_for(database_url=database)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.identities.unlink(await door.admissions.named(username), identity, by=BY)

    run(work())


def _set_disabled(username: str, disabled: bool, database: str | None) -> None:
    if server := chosen():
        person = _person(server, username)
        server.ask("PUT", f"/admin/users/{person['id']}", json={"roles": person["roles"], "disabled": disabled})
        return
    loaded = settings_for(database_url=database)

    async def work() -> None:
        async with at_the_door(loaded.settings) as door:
            await door.admissions.set_disabled(await door.admissions.named(username), disabled, by=BY)

    run(work())


def _person(server: Server, username: str) -> dict[str, Any]:
    """Somebody of a server, by name. Raises what a server raises for nobody."""
    for each in server.items("/admin/users"):
        if each["username"] == username:
            return each
    raise NotFound(f"there is nobody called {username[:100]!r}", hint="`cloudviz users list` lists them.")


def _path(server: Server, username: str) -> str:
    return f"/admin/users/{_person(server, username)['id']}"


def _told_row(told: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: told[name] for name in ("id", "username", "email")},
        "roles": ", ".join(told["roles"]),
        "disabled": "yes" if told["disabled"] else "",
        "created_at": when(told["created_at"]),
    }


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
