"""``cloudviz``: the command line. A command's file is imported when it is asked for, and imports what it needs."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

from cloudviz import __version__
from cloudviz.errors import CloudVizError

if TYPE_CHECKING:
    import typer

    app: typer.Typer
    """All commands; made when it is asked for."""


class Command(NamedTuple):
    """A word behind ``cloudviz``: where its code is, and what the list of commands says of it.

    Attributes:
        place: module below ``cloudviz.cli`` and name in it; ``app`` names a group.
        summary: one line for ``cloudviz --help``.
        only_here: it looks after the installation of this machine, or needs none.
        has_json: it prints JSON without ``-o json``.
    """

    place: str
    summary: str
    only_here: bool = False
    has_json: bool = False


TOPICS: dict[str, dict[str, Command]] = {
    "Pictures and lists": {
        "draw": Command("draw:draw", "Draw files without a database: states, plans, exports", only_here=True),
        "diagram": Command("diagram:diagram", "Draw the inventory, now or at an earlier time"),
        "resources": Command("resources:app", "Read the inventory: list, show, search"),
        "discoveries": Command("discoveries:app", "What was looked at, and with what success"),
        "diff": Command("diff:diff", "What changed between two discoveries, instants or files", has_json=True),
        "drift": Command(
            "drift:drift_command", "What is written down in states against what is there", only_here=True
        ),
        "costs": Command("costs:app", "Bills: what things cost, to the cent"),
        "export": Command("export:app", "Write the inventory to a file"),
        "types": Command("types:app", "The resource types that CloudViz knows"),
    },
    "Where it comes from": {
        "demo": Command("demo:demo", "Try it: a three-cloud estate in your browser", only_here=True),
        "import": Command("imports:import_command", "Read files into the inventory"),
        "discover": Command("discover:app", "Scan AWS, Azure or Google Cloud live"),
        "permissions": Command("permissions:permissions", "Print the policy that a scan needs", has_json=True),
    },
    "Servers": {
        "serve": Command("serve:serve", "Serve the API and the web map", only_here=True),
        "worker": Command("worker:worker", "Work on jobs, and tell webhooks", only_here=True),
        "scheduler": Command("scheduler:scheduler", "Start the jobs of schedules", only_here=True),
        "login": Command("login:login", "Sign in at a server, for --server URL", only_here=True),
        "logout": Command("login:logout", "End the sign-in at a server", only_here=True),
    },
    "Administration": {
        "doctor": Command("doctor:doctor", "Test every part, and tell how to mend it"),
        "jobs": Command("jobs:app", "Work in the background: look at it, start it, cancel it"),
        "schedules": Command("schedules:app", "Jobs that are started again and again"),
        "webhooks": Command("webhooks:app", "Who is told of events"),
        "users": Command("users:app", "Who may sign in"),
        "keys": Command("keys:app", "API keys of people's programs"),
        "audit": Command("audit:app", "The record of what was done"),
        "migrate": Command("migrate:migrate", "Bring the database to this release's schema", only_here=True),
        "cleanup": Command("cleanup:cleanup", "Remove what is older than it is kept"),
        "backup": Command("backup:backup", "Write the whole database into one file", only_here=True),
        "restore": Command("backup:restore", "Fill an empty database from a backup", only_here=True),
        "secrets": Command("secrets:app", "Credentials at rest and the keys that seal them"),
        "completion": Command("completion:completion", "Print completion for bash, zsh or fish", only_here=True),
    },
}
COMMANDS = {name: command for topic in TOPICS.values() for name, command in topic.items()}

ABOUT = "What do we have, how does it hang together, what does it cost, what changed? For AWS, Azure and GCP."
START = (
    ("cloudviz demo", "see it all on a made-up estate"),
    ("cloudviz draw prod.tfstate -o prod.svg", "a file as a picture"),
    ("cloudviz import prod.tfstate", "keep an inventory, and list it"),
    ("cloudviz discover aws --profile prod", "scan a cloud live"),
)
OPTIONS = (
    ("--server URL", "Ask this server; `cloudviz login URL` signs in"),
    ("--query JMESPATH", "Print what this finds in the JSON, as in '[].id'"),
    ("-q, --quiet", "No messages and no progress; errors stay"),
    ("-v, --verbose", "Tell on stderr all that is done"),
    ("--version", "Print the version and stop"),
    ("-h, --help", "Show this, or with a command its options and examples"),
)


def main() -> None:
    """Run the command line; every refusal becomes one line on stderr and the exit code of the contract."""
    words = sys.argv[1:]
    try:
        if words == ["--version"]:
            print(f"cloudviz {__version__}")  # noqa: T201
        elif not words or words in (["--help"], ["-h"]):
            print(overview(), end="")  # noqa: T201
        else:
            sys.exit(_run(words))
    except CloudVizError as error:
        _refuse(error.one_line(), error.exit_code)
    except KeyboardInterrupt:
        _refuse("stopped", 130)
    except BrokenPipeError:
        # `cloudviz … | head` closes our stdout early; that is no error of ours.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # a bug: still one line, and a file with the details for the report
        _refuse(_report(error), 1)


def overview(width: int = 0) -> str:
    """What ``cloudviz`` alone and ``cloudviz --help`` print. Made without typer, whose import takes far longer.

    Arguments:
        width: columns to fit into; the terminal's when 0.
    """
    import shutil
    import textwrap

    columns = width or min(shutil.get_terminal_size().columns, 110)

    def table(rows: Any, indent: int = 15) -> list[str]:
        indent = indent if columns >= indent + 24 else 6
        lines: list[str] = []
        for left, right in rows:
            said = textwrap.wrap(right, columns - indent)
            short = len(left) + 4 <= indent
            lines.append(f"  {left:<{indent - 2}}{said.pop(0)}" if short else f"  {left}")
            lines += [" " * indent + each for each in said]
        return lines

    lines = ["Usage: cloudviz COMMAND [OPTIONS] …", ""]
    lines += textwrap.wrap(
        "What do we have, how does it hang together, what does it cost, what changed? For AWS, Azure and GCP.",
        columns,
    )
    lines += ["", "Start here:", *table(START, 42)]
    for topic, commands in TOPICS.items():
        lines += ["", f"{topic}:", *table((name, command.summary) for name, command in commands.items())]
    lines += ["", "Options, anywhere in a command:", *table(OPTIONS, 20), ""]
    lines += textwrap.wrap(
        "Data goes to stdout, messages and progress to stderr. Exit codes: 0 done, 1 refused or failed, 2 wrong "
        "usage, 3 done in part (the coverage has gaps).",
        columns,
    )
    return "\n".join(lines) + "\n"


def app_of(names: Any) -> typer.Typer:
    """The command line with these commands alone."""
    from cloudviz.cli.command import Commands, root

    made = Commands(name="cloudviz", callback=root)
    for name in names:
        command = COMMANDS[name]
        module, _, attribute = command.place.partition(":")
        found = getattr(import_module(f"cloudviz.cli.{module}"), attribute)
        if attribute == "app":
            made.add_typer(found, name=name)
        else:
            made.command(name, only_here=command.only_here, has_json=command.has_json)(found)
    return made


def _run(words: list[str]) -> int:
    """Run a command line, with the files of the command alone that it names. Returns the exit code."""
    import typer

    from cloudviz.cli.command import help_asked

    named = _first_command(words)
    made = typer.main.get_command(app_of([named] if named in COMMANDS else COMMANDS))
    if said := help_asked(made, words):
        typer.echo(said)
        return 0
    usage_error = cast("type[Exception]", typer.BadParameter.__mro__[1])  # typer has no name for it
    try:
        code = made(words, prog_name="cloudviz", standalone_mode=False)
    except typer.Abort:
        _refuse("stopped", 1)
    except usage_error as error:
        _refuse_usage(error)
    return code if isinstance(code, int) else 0


def _refuse_usage(error: Any) -> NoReturn:
    """A wrong command line: what is wrong in one line, or the help of a group that was given no command."""
    context = error.ctx
    if type(error).__name__ == "NoArgsIsHelpError":
        print(context.get_help())  # noqa: T201
        sys.exit(2)
    said = " ".join(error.format_message().split()).rstrip(".")
    where = context.command_path if context is not None else "cloudviz"
    _refuse(f"{said}{'' if said.endswith('?') else '.'} `{where} --help` tells the usage.", 2)


def _first_command(words: list[str]) -> str:
    """The first word that is no option, nor the value of one that stands before commands."""
    rest = iter(words)
    for word in rest:
        if word in ("--server", "--query"):
            next(rest, "")
        elif not word.startswith("-"):
            return word
    return ""


def _refuse(line: str, code: int) -> NoReturn:
    print(f"cloudviz: {line}", file=sys.stderr)  # noqa: T201
    sys.exit(code)


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


def __getattr__(name: str) -> Any:
    if name == "app":
        return app_of(COMMANDS)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if __name__ == "__main__":
    main()
