"""``cloudviz login URL`` and ``logout URL``: a sign-in at another CloudViz, for ``--server URL``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cloudviz.cli.output import note

Url = Annotated[str, typer.Argument(metavar="URL", help="Address of the server.")]


def login(
    url: Url,
    username: Annotated[str, typer.Option("--username", help="Who signs in.", show_default=False)] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Sign in at a server, and keep the sign-in for `--server URL`.

    The password is asked for and not kept. For scripts set CLOUDVIZ_TOKEN to an API key instead.

    Example: cloudviz login https://cloudviz.example.com
    """
    from cloudviz.cli.remote import Server, address, keep

    at = address(url)
    host = at.split("//", 1)[1]
    if at.startswith("http://") and not host.startswith(("127.", "localhost", "[::1]")):
        note(f"{at} is not encrypted: the password can be read on its way.")
    name = username or typer.prompt("Username", err=True)
    password = (
        sys.stdin.readline().rstrip("\r\n")
        if password_stdin
        else typer.prompt("Password", hide_input=True, err=True)
    )
    path = keep(at, Server(at).sign_in(name, password))
    note(f"Signed in at {at} as {name}; kept in {path}.")


def logout(url: Url) -> None:
    """End the sign-in at a server, and forget it.

    Example: cloudviz logout https://cloudviz.example.com
    """
    from cloudviz.cli.remote import Server, address, keep
    from cloudviz.errors import CloudVizError

    at = address(url)
    try:
        Server(at).ask("POST", "/auth/logout")
    except CloudVizError as error:
        note(f"The server was not told: {error.one_line()}")
    keep(at, None)
    note(f"Signed out at {at}.")
