"""The house rules that a reviewer would otherwise have to repeat, held over every file that git knows."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "cloudviz").rglob("*.py"))
LONGEST = 600
VAGUE_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc)(_|$)")

# Host names of package registries. Written in pieces: this file is checked too.
REGISTRIES = tuple(
    f"{name}.{domain}"
    for name, domain in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry.npmjs", "org"),
        ("registry.yarnpkg", "com"),
        ("deb.debian", "org"),
        ("proxy.golang", "org"),
        ("crates", "io"),
    )
)
# uv writes the index's address beside every package and reads no lock file without it: docs/adr/0001.
MAY_NAME_REGISTRIES = frozenset({"uv.lock"})
# Recorded data is kept as its source published it; its SOURCE.txt says whose it is.
RECORDED = ("tests/payloads/",)


def tracked() -> list[Path]:
    """Every file git knows of or would add, so that the rule holds before the commit as well."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def lines_with(wanted: re.Pattern[str], but_not_in: frozenset[str] = frozenset()) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        if name not in but_not_in and not name.startswith(RECORDED)
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


def test_git_knows_the_files_that_are_checked():
    names = {path.relative_to(ROOT).as_posix() for path in tracked()}
    assert {"README.md", "Makefile", "uv.lock", "src/cloudviz/errors.py"} <= names
    assert not any(name.startswith((".venv/", ".tools/", "web/node_modules/")) for name in names)


def test_no_registry_is_named_outside_the_lock_file():
    wanted = re.compile("|".join(re.escape(host) for host in REGISTRIES))
    assert lines_with(wanted, MAY_NAME_REGISTRIES) == []


def test_no_path_of_a_machine_is_named():
    # Assembled, since this file is checked as well. /root and /home occur in recorded cloud bodies only.
    wanted = re.compile(rf"(?<![\w.])/{'work'}/(main|shared|\.)|/{'tmp'}/plan|/{'root'}/\.pyenv")
    assert lines_with(wanted) == []


def test_no_lock_file_of_npm_carries_download_addresses():
    for name, text in texts():
        if name.endswith("package-lock.json"):
            assert "http://" not in text and '"resolved"' not in text, f"{name}: see web/.npmrc"


def test_a_source_file_is_one_sitting():
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (*SOURCES, *(ROOT / "web" / "src").rglob("*.ts"))
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_no_module_has_a_name_that_says_nothing():
    parts = [
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if any(VAGUE_NAMES.search(part) for part in path.relative_to(ROOT / "src").with_suffix("").parts)
    ]
    assert parts == []


def test_no_middleware_costs_three_hundred_microseconds_a_request():
    # Measured: each Starlette BaseHTTPMiddleware adds 290 µs of CPU to every request. Ours are plain ASGI.
    users = [
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id == "BaseHTTPMiddleware")
        or (isinstance(node, ast.alias) and node.name == "BaseHTTPMiddleware")
        or (isinstance(node, ast.Attribute) and node.attr == "BaseHTTPMiddleware")
    ]
    assert users == []


def test_every_public_module_says_what_it_is_for():
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_room_has_a_line_in_the_architecture_page():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {
        path.name for path in (ROOT / "src" / "cloudviz").iterdir() if path.is_dir() and path.name != "__pycache__"
    }
    assert {room for room in rooms if f"{room}/" not in page} == set()


def test_recorded_data_says_whose_it_is():
    recorded = [path for path in tracked() if path.is_relative_to(ROOT / "tests" / "payloads")]
    assert recorded
    unsaid = {
        path.parent.relative_to(ROOT).as_posix()
        for path in recorded
        if not any((folder / "SOURCE.txt").is_file() for folder in (path.parent, *path.parent.parents))
    }
    assert unsaid == set()
