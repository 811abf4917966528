"""Completion as the shells themselves give it: each script is sourced, and asked what may follow."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from tests.commands import run_cloudviz

ASKED = [
    ("cloudviz res", {"resources", "restore"}),
    ("cloudviz resources s", {"search", "show"}),
    ("cloudviz --quiet webhooks re", {"redeliver", "remove", "resume"}),
    ("cloudviz draw a.tfstate --layout ", {"circular", "force-directed", "grid", "hierarchical"}),
    ("cloudviz resources list -o ", {"csv", "json", "table", "yaml"}),
    ("cloudviz permissions ", {"aws", "azure", "gcp"}),
    ("cloudviz import sh", {"shop.tfstate"}),
    ("cloudviz draw shop.tfstate --max-n", {"--max-nodes"}),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("completion")
    (made / "shop.tfstate").write_text("{}")
    for shell in ("bash", "zsh", "fish"):
        done = run_cloudviz("completion", shell, cwd=made, env={"PATH": os.environ["PATH"], "HOME": str(made)})
        assert (done.returncode, done.stderr) == (0, "")
        (made / f"cloudviz.{shell}").write_text(done.stdout)
    return made


def shell(name: str, folder: Path, *words: str) -> str:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run([name, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_bash_completes(folder: Path) -> None:
    program = ["source cloudviz.bash"]
    for line, _ in ASKED:
        program += [
            f"COMP_WORDS=({line}{' ' + chr(34) * 2 if line.endswith(' ') else ''})",
            "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _cloudviz; echo ${COMPREPLY[@]}",
        ]
    said = shell("bash", folder, "--norc", "-c", "\n".join(program)).splitlines()
    assert [set(each.split()) for each in said] == [wanted for _, wanted in ASKED]


def test_fish_completes(folder: Path) -> None:
    program = ["source cloudviz.fish", *(f"complete -C {line!r}; echo ==" for line, _ in ASKED)]
    said = shell("fish", folder, "--no-config", "-c", "\n".join(program)).split("==\n")
    found = [{each.partition("\t")[0] for each in lines.splitlines()} for lines in said[:-1]]
    assert found == [wanted for _, wanted in ASKED]


def test_zsh_completes(folder: Path) -> None:
    """At its prompt: the tabulator writes what is meant behind what was typed."""
    shell("zsh", folder, "-f", "-n", "cloudviz.zsh")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve("/bin/sh", ["sh", "-c", "exec zsh -f -i"], {"PATH": os.environ["PATH"], "TERM": "dumb"})

    def said(until: str) -> str:
        text, end = "", time.monotonic() + 60
        while until not in text:
            assert select.select([terminal], [], [], max(end - time.monotonic(), 0))[0], (
                f"{until!r} not in {text!r}"
            )
            text += os.read(terminal, 65536).decode(errors="replace")
        return text

    try:
        os.write(terminal, b"autoload -Uz compinit; compinit -u -D; source ./cloudviz.zsh; echo rea''dy\n")
        said("ready")
        for typed, added in (
            ("cloudviz resou", "rces "),
            ("se", "arch "),
            ("orders -o j", "son "),
            ("--lim", "it"),
        ):
            os.write(terminal, f"{typed}\t".encode())
            said(typed + added)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
