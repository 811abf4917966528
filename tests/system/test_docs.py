"""What the documents tell people to type works. Blocks that follow ``<!-- runnable -->`` are run as they stand.

The blocks of one document run in order, in one empty folder with the checkout's ``examples/`` in it, without
settings of this machine.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.commands import run_cloudviz

from cloudviz.catalogue.declare import ResourceType
from cloudviz.catalogue.registry import Catalogue, catalogue
from cloudviz.inventory.model import RawItem, Scope
from cloudviz.normalise import normalise

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("README", "costs", "exports", "files", "install", "security")
DOCUMENTS = ("README.md", *(f"docs/guide/{name}.md" for name in GUIDES))
BLOCK = re.compile(r"<!-- runnable -->\n```console\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


def commands(document: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    lines = (line for block in BLOCK.findall(text) for line in block.splitlines())
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_of_a_document_work(document: str, tmp_path: Path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "NO_COLOR": "1",
        "LANG": "C.UTF-8",
    }
    asked = commands(document)
    assert asked, f"{document} has no runnable block"
    for command in asked:
        words = shlex.split(command)
        assert words[0] == "cloudviz"
        done = run_cloudviz(*words[1:], cwd=tmp_path, env=environment)
        assert done.returncode == 0, f"{document}: {command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        if "-o" in words and "." in words[words.index("-o") + 1]:
            written = tmp_path / words[words.index("-o") + 1]
            assert written.stat().st_size > 100, command


def test_links_between_documents_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_command_that_a_document_names_exists():
    named = {
        match
        for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
        for match in re.findall(r"(?<![\w/.-])(?<!user )cloudviz ([a-z]+)\b", page.read_text(encoding="utf-8"))
    }
    listing = subprocess.run([Path(sys.executable).parent / "cloudviz", "--help"], capture_output=True, text=True)
    known = set(re.findall(r"^\W*([a-z]+) ", listing.stdout, re.MULTILINE))
    assert named - known - {"and"} == set()


def test_every_decision_is_listed():
    files = {path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md")}
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    assert files and all(name in index for name in files)
    assert all(name in (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8") for name in files)


def test_the_example_holds_secrets_and_none_of_them_is_kept(tmp_path: Path):
    example = ROOT / "examples" / "shop.tfstate"
    secrets = ("correct-horse-battery-staple", "also-never-stored")
    assert all(secret in example.read_text(encoding="utf-8") for secret in secrets)
    environment = {**os.environ, "HOME": str(tmp_path), "CLOUDVIZ_DATA_DIR": str(tmp_path / "data")}
    for command in (["import", str(example)], ["export", "inventory", "-o", "estate.json"]):
        program = Path(sys.executable).parent / "cloudviz"
        subprocess.run([program, *command], cwd=tmp_path, env=environment, check=True, capture_output=True)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"shop" in kept
    assert not [secret for secret in secrets if secret.encode() in kept]


def test_the_worked_example_of_a_new_type_is_a_declaration_that_reads_a_reply():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, object] = {}
    exec("from cloudviz.catalogue.declare import *", names)
    exec("from cloudviz.catalogue.kinds import Kind\nfrom cloudviz.catalogue.states import AWS_LIFECYCLE", names)
    exec(textwrap.dedent(example), names)
    declared = names["TRANSFER_SERVER"]
    assert isinstance(declared, ResourceType)
    assert catalogue().get(declared.key) is None, "the example is of a type that is not there yet"
    body = {
        "ServerId": "s-0a1b2c3d",
        "State": "ONLINE",
        "Domain": "S3",
        "LoggingRole": "arn:aws:iam::123456789012:role/transfer",
        "UserCount": 12,
    }
    item = RawItem(Scope("aws", "123456789012", "eu-west-1"), "AWS::Transfer::Server", body)
    graph, problems = normalise([item], Catalogue([*catalogue().of("aws"), declared]))
    assert problems == []
    (resource,) = graph.resources.values()
    assert resource.id == "arn:aws:transfer:eu-west-1:123456789012:server/s-0a1b2c3d"
    assert (resource.name, resource.state, resource.properties["domain"]) == ("s-0a1b2c3d", "running", "S3")
    assert "UserCount" not in resource.properties["configuration"]
    assert [(link.kind, link.target) for link in graph.links] == [("runs_as", body["LoggingRole"])]
