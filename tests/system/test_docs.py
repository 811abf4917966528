"""What the documents tell people to type works: every ``$ cloudviz …`` of every document is run as it stands.

The commands of one document run in order, in one empty folder with the checkout's ``examples/`` in it, without
settings of this machine. What can't be run stands in ``NOT_RUN`` with the reason; its help has to know the command
and its options all the same. Blocks behind ``<!-- runnable -->`` have no such exceptions.
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
BLOCK = re.compile(r"(<!-- runnable -->\n)?```console\n(.*?)```", re.DOTALL)
LIVE = "asks a cloud; tests/system/test_discover_*.py scan clouds that answer"
STAYS = "runs until it is stopped; tests/system/test_demo.py, test_job_workers.py and test_two_servers.py start it"
THEIRS = "files of another tool; tests/unit/sources/offline reads recorded ones"
NOT_RUN = {
    r"discover (aws|azure|gcp)\b": LIVE,
    r"(demo|serve|worker)\b": STAYS,
    r"(login|.*--server) https://cloudviz\.example": "asks a server; test_remote_command_line.py has one",
    r"import (resources\.json|AzureResourceInventory|account-data|exported-diagrams)": THEIRS,
    r"costs import focus-exports/": THEIRS,
    r"(diagram|export inventory|resources list) .*of docs/migrate": "tells what such files hold",
    r".* of docs/gallery": "is about other estates; scripts/gallery.py draws them",
    r"jobs start .*--wait": "waits for a worker; test_job_workers.py has some",
    r"users (link|unlink) ": "an identity provider of one's own; tests/api has one",
    r"webhooks add https": "an address in the Internet; test_webhooks_command.py has one here",
    r"(backup --into|restore) (/backups|s3:)": "a place of an operator; tests/store/test_backup.py has one",
    r"keys revoke 5a1c|webhooks (ping|deliveries) ID": "an id of one's own; test_remote_command_line.py",
}
"""Commands that are not run, by how they begin after ``cloudviz``, and why. docs/reference is made of the help."""
DOCUMENTS = sorted(
    str(page.relative_to(ROOT))
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md"))
    if page.parent.name != "reference" and "$ cloudviz " in page.read_text(encoding="utf-8")
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")


def commands(document: str) -> list[tuple[str, bool]]:
    """Each ``cloudviz …`` of a document, and whether it is marked as one that runs as it stands."""
    text = (ROOT / document).read_text(encoding="utf-8").replace("\\\n", " ")
    return [
        (line.strip().removeprefix("$ "), bool(marked))
        for marked, block in BLOCK.findall(text)
        for line in block.splitlines()
        if line.strip().startswith("$ cloudviz ")
    ]


def reason_not_to_run(document: str, command: str) -> str:
    """Why a command is not run; empty where it is."""
    told = f"{command.removeprefix('cloudviz ')} of {document}"
    return next((reason for pattern, reason in NOT_RUN.items() if re.match(pattern, told)), "")


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
    for command, marked in commands(document):
        words = shlex.split(command, comments=True)[1:]
        into = tmp_path / words[words.index(">") + 1] if ">" in words else None
        words = words[: words.index(">")] if into else words
        if reason := reason_not_to_run(document, command):
            assert not marked, f"{document}: {command} is marked as runnable, and not run: it {reason}"
            words.append("--help")
        done = run_cloudviz(*words, cwd=tmp_path, env=environment, timeout=30)
        assert done.returncode == 0, f"{document}: {command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        if reason:
            options = {word.partition("=")[0] for word in words if re.match("--[a-z]", word)}
            assert {option for option in options if option not in done.stdout} == set(), f"{document}: {command}"
        elif into:
            into.parent.mkdir(parents=True, exist_ok=True)
            into.write_text(done.stdout)
        elif "-o" in words and "." in words[words.index("-o") + 1]:
            written = tmp_path / words[words.index("-o") + 1]
            assert written.stat().st_size > 100, command


def test_each_reason_not_to_run_a_command_is_needed():
    told = {(document, command) for document in DOCUMENTS for command, _ in commands(document)}
    assert len(told) > 100
    for pattern, reason in NOT_RUN.items():
        assert any(reason_not_to_run(*each) == reason for each in told), pattern


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
