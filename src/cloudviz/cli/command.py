"""The groups that commands are registered in, and the options that every command takes.

The options stand in each command's signature, so that help, completion and the manual page know them; they may
also stand before the command. What they say is kept in :data:`cloudviz.cli.asked.asked`.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from cloudviz import __version__
from cloudviz.cli.asked import asked

Server = Annotated[
    str,
    typer.Option(
        "--server",
        metavar="URL",
        help="Ask this server instead of the installation here; `cloudviz login URL` signs in.",
        show_default=False,
    ),
]
HiddenServer = Annotated[str, typer.Option("--server", metavar="URL", hidden=True)]
Query = Annotated[
    str,
    typer.Option(
        "--query", metavar="JMESPATH", help="Print what this finds in the JSON, as in '[].id'.", show_default=False
    ),
]
HiddenQuery = Annotated[str, typer.Option("--query", metavar="JMESPATH", hidden=True)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No messages and no progress; errors stay.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Tell on stderr all that is done.")]

_WORDS: dict[Any, str] = {
    **dict.fromkeys((str, str | None, list[str], list[str] | None), "NAME"),
    **dict.fromkeys((int, int | None, float, float | None), "N"),
    **dict.fromkeys((Path, Path | None), "FILE"),
}
"""The word for a value by its type; NAME stands for the option's own name."""

WIDTH = 110  # columns of help at most: longer lines are hard to read


class Commands(typer.Typer):
    """A group of commands, which adds to each the options that all take."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("callback", _between)
        given.setdefault("no_args_is_help", True)
        super().__init__(
            add_completion=False,
            rich_markup_mode=None,  # rich takes longer to import than the rest of `--help`
            pretty_exceptions_enable=False,
            context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
            **given,
        )

    def command(  # type: ignore[override]
        self, name: str | None = None, *, only_here: bool = False, has_json: bool = False, **more: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a command.

        Arguments:
            name: the word it is called by.
            only_here: it looks after the installation of this machine, or needs none: ``--server`` is refused.
            has_json: it prints JSON though it has no ``-o/--output table|json|…``, and so takes ``--query``.
        """
        register = super().command(name, **more)

        def take(function: Callable[..., Any]) -> Callable[..., Any]:
            register(_with_shared_options(function, only_here=only_here, has_json=has_json))
            return function

        return take


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cloudviz {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
]


def root(
    server: Server = "",
    query: Query = "",
    quiet: Quiet = False,
    verbose: Verbose = False,
    version: Version = False,
) -> None:
    """What do we have, how does it hang together, what does it cost, what changed? For AWS, Azure and GCP."""
    asked.forget()
    heed(server, query, quiet, verbose)


def help_asked(command: Any, words: Sequence[str]) -> str:
    """The help that the words ask for; empty where they ask for none.

    Found without reading the other options, for which typer loads pydantic: three times as long as all the rest.
    """
    if "--" in words:
        words = words[: words.index("--")]
    if "--help" not in words and "-h" not in words:
        return ""
    context = typer.Context(command, info_name="cloudviz", **command.context_settings)
    for word in words:
        found = getattr(context.command, "commands", {}).get(word)
        if found is not None:
            context = typer.Context(found, parent=context, info_name=word, **found.context_settings)
    said: str = context.get_help()
    return said


def heed(server: str = "", query: str = "", quiet: bool = False, verbose: bool = False) -> None:
    """Add to what was asked: words before a command and behind it count alike, the last one wins."""
    asked.server = server or asked.server
    asked.query = query or asked.query
    asked.quiet = quiet or asked.quiet
    asked.verbose = verbose or asked.verbose


def _between(
    server: HiddenServer = "",
    query: HiddenQuery = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", hidden=True)] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", hidden=True)] = False,
) -> None:
    heed(server, query, quiet, verbose)


def _with_shared_options(function: Callable[..., Any], *, only_here: bool, has_json: bool) -> Callable[..., Any]:
    own = inspect.signature(function, eval_str=True).parameters
    prints = has_json or _prints_lists(own)
    shared = {
        "server": HiddenServer if only_here else Server,
        "query": Query if prints else HiddenQuery,
        "quiet": Quiet,
        "verbose": Verbose,
    }

    @wraps(function)
    def run(**given: Any) -> None:
        heed(**{name: given.pop(name) for name in shared})
        if only_here and asked.server:
            raise typer.BadParameter("this works on this machine, not against a server: leave --server out")
        if asked.query and not prints:
            raise typer.BadParameter("this prints no JSON that could be searched: leave --query out")
        function(**given)

    kind = inspect.Parameter.KEYWORD_ONLY
    every = [each.replace(kind=kind, annotation=_with_metavar(each)) for each in own.values()]
    run.__doc__ = _with_examples(inspect.cleandoc(function.__doc__ or ""))
    for name, annotation in shared.items():
        default: Any = False if name in ("quiet", "verbose") else ""
        every.append(inspect.Parameter(name, kind, default=default, annotation=annotation))
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in every}
    return run


def _with_metavar(parameter: inspect.Parameter) -> Any:
    """The annotation of an option, with a word for its value: ``--limit N``, not ``<int range>``."""
    kind, option = parameter.annotation.__origin__, parameter.annotation.__metadata__[0]
    plain = _WORDS.get(kind, "")
    if not isinstance(option, typer.models.OptionInfo) or option.metavar or not plain:
        return parameter.annotation
    option = copy.copy(option)
    option.metavar = parameter.name.upper().replace("_", "-") if plain == "NAME" else plain
    return Annotated[kind, option]


def _with_examples(text: str) -> str:
    """A docstring whose examples stand a line each, as they would be typed: click fills all other paragraphs."""
    paragraphs: list[str] = []
    examples: list[str] = []
    for each in text.split("\n\n"):
        said = " ".join(each.split())
        if said.startswith(("Example: ", "Examples: ", "cloudviz ")):
            examples.append(said.removeprefix("Example: ").removeprefix("Examples: "))
        else:
            paragraphs.append(each)
    if examples:
        heading = "Example:" if len(examples) == 1 else "Examples:"
        paragraphs.append("\n".join(["\b", heading, *(f"  {each}" for each in examples)]))
    return "\n\n".join(paragraphs)


def _prints_lists(parameters: Any) -> bool:
    from cloudviz.cli.output import Output

    output = parameters.get("output")
    return output is not None and isinstance(output.default, Output)
