"""What the command line prints: queries, quiet and verbose, wide and narrow terminals, the first run."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.commands import run_cloudviz

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop.tfstate"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output")
    first = cloudviz(folder, "import", str(SHOP))
    assert first.returncode == 0
    assert f"This is the first run: what CloudViz knows is kept in {folder / 'data'}." in first.stderr
    assert "first run" not in cloudviz(folder, "resources", "list").stderr
    return folder


def environment(folder: Path, **more: str) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG")}
    return {**plain, "HOME": str(folder), "CLOUDVIZ_DATA_DIR": str(folder / "data"), **more}


def cloudviz(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return run_cloudviz(*words, cwd=folder, env=environment(folder, **more))


def on_a_terminal(folder: Path, columns: int, *words: str, **more: str) -> str:
    """What somebody sees, with a terminal for all three streams."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    program = Path(sys.executable).with_name("cloudviz")
    env = environment(folder, TERM="xterm", **more)
    process = subprocess.Popen([program, *words], cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the terminal is gone with its last user
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert process.wait(60) == 0, seen
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_table_fits_the_terminal_and_names_what_it_shows(home: Path, columns: int) -> None:
    said = on_a_terminal(home, columns, "resources", "list", NO_COLOR="1")
    lines = said.splitlines()
    assert len(lines) == 28 and max(map(cell_len, lines)) <= columns and "\x1b" not in said
    heading = lines[0].split()
    assert heading[0] == "TYPE" and heading[1] == "NAME" and heading[-1] == "ID"
    assert any(line.endswith("/carts") for line in lines)
    assert ("arn:aws:dynamodb:eu-west-1:123456789012:table/carts" in said) == (columns == 200)


def test_colours_are_for_terminals_that_want_them(home: Path) -> None:
    assert "\x1b[1m" in on_a_terminal(home, 100, "resources", "list")
    assert "\x1b" not in on_a_terminal(home, 100, "resources", "list", NO_COLOR="1")
    assert "\x1b" not in cloudviz(home, "resources", "list").stdout


@pytest.mark.parametrize(
    ("query", "words", "wanted"),
    [
        ("[?type=='aws.dynamodb.table'].name", [], "carts\n"),
        ("[?type=='aws.dynamodb.table'].{t: type, n: name}", ["-o", "csv"], "t,n\naws.dynamodb.table,carts\n"),
        ("[?type=='aws.dynamodb.table'].[name, kind]", [], "carts\ttable\n"),
        ("[?type=='aws.dynamodb.table'].{n: name}", [], "N\ncarts\n"),
        ("length(@)", [], "27\n"),
        ("length(@) > `5`", [], "true\n"),
        ("nothing", [], ""),
        ("[?name=='carts'].name", ["-o", "json"], '[\n  "carts"\n]\n'),
        ("[?name=='carts'].name", ["-o", "yaml"], "- carts\n"),
    ],
)
def test_a_query_is_jmespath_over_what_json_would_be(
    home: Path, query: str, words: list[str], wanted: str
) -> None:
    done = cloudviz(home, "resources", "list", "--query", query, *words)
    assert (done.returncode, done.stdout) == (0, wanted), done.stderr


def test_a_query_works_on_records_and_documents_too(home: Path) -> None:
    assert cloudviz(home, "discoveries", "show", "--query", "coverage[0].status").stdout == "seen\n"
    actions = cloudviz(home, "permissions", "aws", "--query", "Statement[0].Effect").stdout
    assert actions == "Allow\n"
    found = cloudviz(home, "diff", "2026-01-01", "2099-01-01", "--query", "[].change | [0]")
    assert found.stdout == "added\n", found.stderr
    hostile = cloudviz(home, "types", "list", "--query", "[0].{a: `=1+1`}", "-o", "csv").stdout
    assert list(csv.reader(hostile.splitlines()))[1] == ["'=1+1"]


@pytest.mark.parametrize("query", ["[?", "unknown_function(@)", "a b"])
def test_what_is_no_jmespath_is_refused_in_one_line(home: Path, query: str) -> None:
    done = cloudviz(home, "resources", "list", "--query", query)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "--query" in done.stderr and "jmespath.org" in done.stderr


def test_a_query_where_there_is_nothing_to_search_is_wrong_usage(home: Path) -> None:
    done = cloudviz(home, "--query", "[]", "draw", str(SHOP), "-o", "a.svg")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1) and not (home / "a.svg").exists()


def test_quiet_keeps_messages_back_and_errors_not(home: Path) -> None:
    done = cloudviz(home, "draw", str(SHOP), "-o", "quiet.svg", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (home / "quiet.svg").read_text().startswith("<svg")
    refused = cloudviz(home, "-q", "draw", "no-such-file", "-o", "b.svg")
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1


def test_verbose_tells_what_is_done(home: Path) -> None:
    assert cloudviz(home, "resources", "list").stderr == ""
    said = cloudviz(home, "resources", "list", "-v").stderr
    assert f"Opening sqlite:///{home / 'data'}" in said
    assert f"The setting data_dir is {home / 'data'} by CLOUDVIZ_DATA_DIR." in said


def test_doctor_says_what_is_broken_and_how_to_mend_it(home: Path) -> None:
    fine = cloudviz(home, "doctor")
    assert fine.returncode == 0 and "mend" not in fine.stderr
    broken = cloudviz(
        home, "doctor", "-o", "json", REDIS_URL="redis://127.0.0.1:9", CLOUDVIZ_STORAGE__FOLDER="/proc/no"
    )
    assert broken.returncode == 1
    rows = {row["part"]: row for row in json.loads(broken.stdout) if "part" in row}
    assert (rows["redis"]["works"], rows["database"]["works"]) == ("no", "yes")
    assert "REDIS_URL" in rows["redis"]["mend"] and "mend it: Check REDIS_URL" in broken.stderr
    assert all(row["mend"] for row in rows.values() if row["works"] == "no")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["resorces"], "No such command 'resorces'"),
        (["resources", "lst"], "Did you mean 'list'?"),
        (["resources", "list", "--nope"], "--nope"),
        (["resources", "list", "-o", "xml"], "xml"),
        (["draw"], "Missing"),
        (["migrate", "--server", "https://x.example"], "works on this machine"),
    ],
)
def test_wrong_usage_is_one_line_that_says_where_help_is(home: Path, words: list[str], said: str) -> None:
    done = cloudviz(home, *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr and "--help` tells the usage." in done.stderr


def test_cloudviz_alone_explains_itself(home: Path) -> None:
    alone = cloudviz(home)
    assert alone.returncode == 0 and "Start here:" in alone.stdout and "cloudviz demo" in alone.stdout
    assert alone.stdout == cloudviz(home, "--help").stdout == cloudviz(home, "-h").stdout
    group = cloudviz(home, "resources")
    assert group.returncode == 2 and "  search  " in group.stdout
