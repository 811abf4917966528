"""The command line holds what the contract names, and tells of itself: help, examples, the manual page."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from cloudviz.cli.command import help_asked
from cloudviz.cli.completion import Place, places
from cloudviz.cli.main import COMMANDS, app_of, overview

ROOT = Path(__file__).resolve().parents[2]
LINE = typer.main.get_command(app_of(COMMANDS))
PLACES = {" ".join(place.path): place for place in places(LINE)}
LEAVES = [place for place in PLACES.values() if not place.commands]
PICTURE = [
    "--layout",
    "--theme",
    "--format",
    "--filter",
    "--group-by",
    "--max-nodes",
    "--focus",
    "--hops",
    "--show-costs",
    "--title",
]
LISTED = ["--provider", "--type", "--region", "--account", "--tag", "--state"]

CONTRACT = {  # the names that users type and programs parse: never fewer
    "demo": ["--port", "--no-browser"],
    "draw": [*PICTURE, "-o"],
    "diagram": [*PICTURE, "--at", "-o"],
    "discover aws": [
        "--profile",
        "--role-arn",
        "--accounts",
        "--regions",
        "--types",
        "--endpoint-url",
        "--resume",
    ],
    "discover azure": ["--subscriptions", "--management-group", "--resume"],
    "discover gcp": ["--projects", "--organization", "--resume"],
    "import": [],
    "export inventory": ["-o"],
    "resources list": [*LISTED, "-o", "--output", "--server"],
    "resources show": ["-o", "--server"],
    "resources search": [*LISTED, "-o", "--server"],
    "discoveries list": ["--provider", "-o", "--server"],
    "discoveries show": ["-o", "--server"],
    "types list": ["--provider", "-o"],
    "diff": ["-o", "--exit-code", "--server"],
    "costs import": [],
    "costs show": ["-o"],
    "costs fetch": [],
    "permissions": ["--types"],
    **{name: [] for name in ["serve", "worker", "scheduler", "migrate", "doctor", "backup", "restore", "login"]},
    **{f"users {name}": [] for name in ("list", "add", "remove")},
    **{f"keys {name}": [] for name in ("list", "create", "revoke")},
    **{f"schedules {name}": [] for name in ("list", "add", "remove")},
    **{f"webhooks {name}": [] for name in ("list", "add", "remove")},
    "audit verify": [],
}
HERE = {  # they look after the installation of a machine, or need none
    "drift",
    "secrets rotate",
    "costs fetch",
    "draw",
    "demo",
    "serve",
    "worker",
    "scheduler",
    "migrate",
    "backup",
    "restore",
    "login",
    "logout",
    "completion",
}


@pytest.mark.parametrize("words", CONTRACT)
def test_the_contract_s_commands_and_options_are_there(words: str) -> None:
    spelled = {name for option in PLACES[words].options for name in option.names}
    assert set(CONTRACT[words]) - spelled == set()


def test_every_command_takes_what_all_take() -> None:
    for place in LEAVES:
        spelled = {name for option in place.options for name in option.names}
        assert {"--quiet", "--verbose", "--help"} <= spelled, place.path
        assert ("--server" in spelled) != (place.path[0] in HERE or " ".join(place.path) in HERE), place.path
        prints_lists = any(option.choices == ("table", "json", "yaml", "csv") for option in place.options)
        assert not prints_lists or "--query" in spelled, place.path
    for words in ("permissions", "diff"):
        assert "--query" in {name for option in PLACES[words].options for name in option.names}


@pytest.mark.parametrize("place", LEAVES, ids=lambda place: " ".join(place.path))
def test_help_tells_what_a_command_is_for_with_examples_that_parse(place: Place) -> None:
    said = help_asked(LINE, [*place.path, "--help"])
    examples = [line.strip() for line in said.splitlines() if line.startswith("    cloudviz ")]
    assert examples and place.says
    for option in place.options:
        assert option.says, option.names
    for example in examples:
        words = shlex.split(example.partition(" < ")[0].partition(" > ")[0])[1:]
        assert words[: len(place.path)] == list(place.path), example
        command, context = LINE, typer.Context(LINE, info_name="cloudviz")
        for word in place.path:
            command = command.commands[word]  # type: ignore[attr-defined]
            context = typer.Context(command, parent=context, info_name=word)
        # Raises what a wrong command line raises: options that do not exist, words too many or too few.
        command.parse_args(context, words[len(place.path) :])


@pytest.mark.parametrize("width", [50, 80, 110])
def test_the_overview_names_every_command_and_fits(width: int) -> None:
    said = overview(width)
    assert set(re.findall(r"^  ([a-z]+) ", said, re.MULTILINE)) >= COMMANDS.keys()
    assert max(len(line) for line in said.splitlines()) <= width
    for name in ("demo", "draw", "import", "discover"):
        assert f"  cloudviz {name}" in said, "the first run says where to begin"


def test_the_manual_page_is_what_the_command_line_says() -> None:
    command = [sys.executable, ROOT / "scripts" / "man_page.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "checker",
    [
        ["mandoc", "-T", "lint", "-W", "warning"],
        ["man", "--warnings", "-E", "UTF-8", "-Tutf8", "-Z", "-l"],
        ["groff", "-man", "-ww", "-z"],
    ],
    ids=lambda words: words[0],
)
def test_the_manual_page_has_no_mistakes(checker: list[str]) -> None:
    if shutil.which(checker[0]) is None:
        pytest.skip(f"{checker[0]} is not installed")
    done = subprocess.run([*checker, ROOT / "docs" / "cloudviz.1"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert checker[0] != "mandoc" or done.stdout == ""
