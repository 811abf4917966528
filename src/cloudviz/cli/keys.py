"""``cloudviz keys create|list|revoke``: API keys of people's programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.command import Commands
from cloudviz.cli.output import Output, note, print_rows
from cloudviz.cli.remote import chosen, part, when
from cloudviz.cli.session import Database, OutputOption, at_the_door, run, settings_for
from cloudviz.errors import BadInput, NotFound

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server
    from cloudviz.store import ApiKeyRecord

COLUMNS = ("id", "name", "prefix", "owner", "roles", "access", "expires_at", "last_used_at", "revoked_at")
BY = "command line"  # the actor in the audit

app = Commands(help="API keys of people's programs.")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What will use the key.")],
    user: Annotated[
        str, typer.Option(help="Whom it speaks for: admin, or with --server you.", show_default=False)
    ] = "",
    role: Annotated[list[str] | None, typer.Option(help="What it may at most; may be repeated.")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="A key that changes nothing.")] = False,
    days: Annotated[int, typer.Option(help="Days until it expires; 0 for never.")] = 365,
    database: Database = None,
) -> None:
    """Make a key. It is printed once, on stdout; nobody can show it again.

    Example: cloudviz keys create nightly-scan --user ada --role operator --days 90
    """
    if server := chosen():
        owner = server.json("/auth/me")["username"]
        if user and user != owner:
            raise BadInput(f"a server makes keys for who asks, {owner}", hint="Leave --user out.")
        asked = {"name": name, "roles": role or [], "access": "read" if read_only else "write"}
        made = server.ask("POST", "/auth/api-keys", json={**asked, "expires_in_days": days or None}).json()
        note(f"The key {name!r} of {owner}, shown only now:")
        typer.echo(made["key"])
        return
    user = user or "admin"
    loaded = settings_for(database_url=database)

    async def work() -> str:
        async with at_the_door(loaded.settings) as door:
            made = await door.keys.create(
                await door.admissions.named(user),
                name,
                roles=role or (),
                access="read" if read_only else "write",
                days=days or None,
                by=BY,
            )
            return made.key

    key = run(work())
    note(f"The key {name!r} of {user}, shown only now:")
    typer.echo(key)


@app.command("list")
def list_keys(
    user: Annotated[str, typer.Option(help="Only those of this person.", show_default=False)] = "",
    output: OutputOption = Output.TABLE,
    database: Database = None,
) -> None:
    """List keys, newest first, those revoked and expired too.

    Example: cloudviz keys list --user ada
    """
    if server := chosen():
        print_rows(_told_rows(server, user), COLUMNS, output)
        return
    loaded = settings_for(database_url=database)

    async def work() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        async with at_the_door(loaded.settings) as door:
            owner = (await door.admissions.named(user)).id if user else None
            while True:
                page = await door.keys.page(owner, 200, cursor)
                rows.extend(_row(key) for key in page.items)
                cursor = page.next_cursor
                if cursor is None:
                    return rows

    print_rows(run(work()), COLUMNS, output)


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, as `cloudviz keys list` shows it.")],
    database: Database = None,
) -> None:
    """End a key for good. Running servers refuse it within a second.

    Example: cloudviz keys revoke 0192f0c1-7c7e-7a30-b7a1-2f0b6f2f7d11
    """
    if server := chosen():
        server.ask("DELETE", f"/auth/api-keys/{part(key_id)}")
        note("The key is revoked.")
        return
    loaded = settings_for(database_url=database)

    async def work() -> str:
        async with at_the_door(loaded.settings) as door:
            return (await door.keys.revoke(key_id, owner=None, by=BY)).name

    note(f"The key {run(work())!r} is revoked.")


def _told_rows(server: Server, user: str) -> list[dict[str, Any]]:
    """The keys of a server: everybody's for its administrators, for others their own."""
    me = server.json("/auth/me")
    everybody = "true" if "admin" in me["roles"] else ""
    owner = None
    if user:
        people = {each["username"]: each["id"] for each in server.items("/admin/users")} if everybody else {}
        owner = people.get(user)
        if owner is None and user != me["username"]:
            raise NotFound(f"there is nobody called {user[:100]!r}", hint="`cloudviz users list` lists them.")
    names = ("created_at", "expires_at", "last_used_at", "revoked_at")
    return [
        {
            **{name: told[name] for name in ("id", "name", "prefix", "owner")},
            "roles": ", ".join(told["roles"]),
            "access": told["access"],
            **{name: when(told[name]) for name in names},
        }
        for told in server.items("/auth/api-keys", everybody=everybody)
        if owner is None or told["owner"] == owner
    ]


def _row(key: ApiKeyRecord) -> dict[str, Any]:
    times = {"created_at": key.created_at, "expires_at": key.expires_at}
    times |= {"last_used_at": key.last_used_at, "revoked_at": key.revoked_at}
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "owner": key.user_id,
        "roles": ", ".join(key.roles),
        "access": key.access,
        **{word: at.isoformat(timespec="seconds") if at else None for word, at in times.items()},
    }
