"""``cloudviz``: the command line. One file per command; each imports what it needs only when it runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cloudviz import __version__
from cloudviz.cli import (
    audit,
    backup,
    cleanup,
    costs,
    demo,
    diagram,
    diff,
    discover,
    discoveries,
    doctor,
    draw,
    drift,
    export,
    imports,
    jobs,
    keys,
    login,
    migrate,
    permissions,
    resources,
    scheduler,
    schedules,
    secrets,
    serve,
    types,
    users,
    webhooks,
    worker,
)
from cloudviz.errors import CloudVizError

app = typer.Typer(
    name="cloudviz",
    help="What do we have, how does it hang together, what does it cost, what changed? For AWS, Azure and GCP.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cloudviz {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    server: Annotated[
        str,
        typer.Option(
            "--server", metavar="URL", help="Ask this server instead; anywhere in a command.", show_default=False
        ),
    ] = "",
) -> None:
    """Data goes to stdout, progress and messages to stderr.

    Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 done in part (the coverage has gaps).
    """


app.command("demo")(demo.demo)
app.command("draw")(draw.draw)
app.add_typer(discover.app, name="discover")
app.command("import")(imports.import_command)
app.command("diagram")(diagram.diagram)
app.add_typer(resources.app, name="resources")
app.add_typer(discoveries.app, name="discoveries")
app.command("diff")(diff.diff)
app.command("drift")(drift.drift_command)
app.add_typer(types.app, name="types")
app.add_typer(export.app, name="export")
app.add_typer(costs.app, name="costs")
app.command("permissions")(permissions.permissions)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("scheduler")(scheduler.scheduler)
app.command("migrate")(migrate.migrate)
app.command("cleanup")(cleanup.cleanup)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("doctor")(doctor.doctor)
app.add_typer(jobs.app, name="jobs")
app.add_typer(schedules.app, name="schedules")
app.add_typer(users.app, name="users")
app.add_typer(secrets.app, name="secrets")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.command("login")(login.login)
app.command("logout")(login.logout)
app.add_typer(webhooks.app, name="webhooks")


def main() -> None:
    """Run the command line; every refusal becomes one line on stderr and the exit code of the contract."""
    try:
        _choose_server()
        app()
    except CloudVizError as error:
        print(f"cloudviz: {error.one_line()}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("cloudviz: stopped", file=sys.stderr)  # noqa: T201
        sys.exit(130)
    except BrokenPipeError:
        # `cloudviz … | head` closes our stdout early; that is no error of ours.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # a bug: still one line, and a file with the details for the report
        print(f"cloudviz: {_report(error)}", file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _choose_server() -> None:
    """Take ``--server URL`` out of the command line, wherever it stands."""
    import os

    words, url = sys.argv[1:], ""
    if any(word == "--server" or word.startswith("--server=") for word in words):
        from cloudviz.cli.remote import taken_out

        words, url = taken_out(words)
        sys.argv[1:] = words
    if url:
        os.environ["CLOUDVIZ_SERVER"] = url
    if os.environ.get("CLOUDVIZ_SERVER"):
        from cloudviz.cli.remote import LOCAL_ONLY
        from cloudviz.errors import BadInput

        command = next((word for word in words if not word.startswith("-")), "")
        if url and command in LOCAL_ONLY:
            raise BadInput(
                f"`cloudviz {command}` works on this machine, not against a server", hint="Leave --server out."
            )


def _report(error: Exception) -> str:
    import os
    import tempfile
    import traceback

    if os.environ.get("CLOUDVIZ_DEBUG"):
        traceback.print_exception(error)
    descriptor, path = tempfile.mkstemp(prefix="cloudviz-", suffix=".log", text=True)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        traceback.print_exception(error, file=file)
    return f"internal error ({type(error).__name__}). Please report it with the file {path}"


if __name__ == "__main__":
    main()
