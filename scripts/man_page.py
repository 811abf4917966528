"""Write docs/cloudviz.1, the manual page, from the command line itself: ``make man``; ``--check`` compares."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from cloudviz import __version__
from cloudviz.cli.completion import Place, places
from cloudviz.cli.main import ABOUT, COMMANDS, START, TOPICS, app_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cloudviz.1"
DATE = "2026-11-24"  # of the last change that people should know of: the same commit makes the same page

CODES = (
    ("0", "Done."),
    ("1", "Refused or failed: one line on stderr says what is wrong, where, and what to do."),
    ("2", "Wrong usage."),
    ("3", "Done in part: the coverage has gaps."),
    ("4", "With --exit-code: there are differences."),
)
ENVIRONMENT = (
    ("CLOUDVIZ_…", "A setting: CLOUDVIZ_DATA_DIR, CLOUDVIZ_SERVER__PORT and so on; `cloudviz doctor` lists all."),
    ("DATABASE_URL, REDIS_URL", "Where the inventory is kept, and what servers share."),
    ("CLOUDVIZ_SERVER", "The same as --server."),
    ("CLOUDVIZ_TOKEN", "A token or API key for that server, instead of `cloudviz login`."),
    ("NO_COLOR", "No colours."),
)
FILES = (
    ("./cloudviz.toml", "Settings of the folder, before those of the user."),
    ("~/.config/cloudviz/cloudviz.toml", "Settings of the user."),
    ("~/.config/cloudviz/servers.json", "Sign-ins at servers."),
    ("~/.local/share/cloudviz/", "The inventory, where no database is named."),
)


def page() -> str:
    """The page in the man(7) language."""
    command = typer.main.get_command(app_of(COMMANDS))
    helps = dict(_helps(command))
    lines = [f'.TH CLOUDVIZ 1 "{DATE}" "CloudViz {__version__}" "User Commands"', ".SH NAME"]
    lines += ["cloudviz \\- inventory, pictures, costs and history of AWS, Azure and Google Cloud"]
    lines += [
        ".SH SYNOPSIS",
        ".B cloudviz",
        ".I COMMAND",
        ".RI [ OPTIONS ] \\~...",
        ".SH DESCRIPTION",
        _said(ABOUT),
    ]
    lines += ["Data goes to stdout, messages and progress to stderr.", ".SS Start here"]
    for words, says in START:
        lines += _item(words, says)
    found = places(command)
    lines += [".SH OPTIONS", "These may stand anywhere in a command."]
    shared = {word.names for word in found[0].options}
    for word in found[0].options:
        lines += _item(", ".join(word.names), word.says)
    for topic, commands in TOPICS.items():
        lines.append(f".SH {_said(topic.upper())}")
        for name in commands:
            for place in found:
                if place.path[:1] == (name,) and not place.commands:
                    lines += _command(place, helps[place.path], shared)
    for heading, rows in (("EXIT STATUS", CODES), ("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        lines.append(f".SH {heading}")
        for left, right in rows:
            lines += _item(left, right)
    lines += [".SH SEE ALSO", "The guide in docs/guide, and /docs of a running server."]
    return "\n".join(lines) + "\n"


def _helps(command: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
    within = getattr(command, "commands", {})
    return [
        (path, getattr(command, "help", "") or ""),
        *(held for name, each in within.items() for held in _helps(each, (*path, name))),
    ]


def _command(place: Place, text: str, shared: set[tuple[str, ...]]) -> list[str]:
    arguments = " ".join(word.names[0].upper().replace("_", "-") for word in place.arguments)
    lines = [f".SS {_said(' '.join(('cloudviz', *place.path, arguments)).strip())}"]
    prose, _, examples = text.partition("\b\n")
    for number, paragraph in enumerate(each for each in prose.split("\n\n") if each.strip()):
        lines += [".PP"] * (number > 0) + [_said(" ".join(paragraph.split()))]
    for word in (*place.arguments, *(each for each in place.options if each.names not in shared)):
        is_option = word.names[0].startswith("-")
        value = (
            "" if not is_option or word.takes == "nothing" else f" {max(word.names, key=len).lstrip('-').upper()}"
        )
        choices = f" One of {', '.join(word.choices)}." if word.choices else ""
        name = ", ".join(word.names) if is_option else word.names[0].upper().replace("_", "-")
        lines += _item(name + value, f"{word.says}.{choices}")
    if examples:
        lines += [".PP", _said(examples.splitlines()[0].strip()), ".PP", ".RS 4", ".nf"]
        lines += [_said(each.strip()) for each in examples.splitlines()[1:]]
        lines += [".fi", ".RE"]
    return lines


def _item(left: str, right: str) -> list[str]:
    return [".TP", f".B {_said(left)}", _said(right)]


def _said(text: str) -> str:
    """A line in which nothing is taken for a command of man, with hyphens that can be copied."""
    text = (
        text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga")
        .replace("…", "...")
    )
    return f"\\&{text}" if text.startswith((".", "\\(aq")) else text


def main() -> None:
    """Write the page, or say that it is old."""
    made = page()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
            sys.exit(f"{PAGE.name} is not what the command line says; `make man` writes it.")
        return
    PAGE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
