"""The command line as people and scripts call it: a process, its stdout, its stderr, its exit code."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tests.commands import run_cloudviz

STATE = {
    "version": 4,
    "terraform_version": "1.9.0",
    "serial": 1,
    "lineage": "3f1c",
    "outputs": {},
    "resources": [
        {
            "mode": "managed",
            "type": "aws_vpc",
            "name": "main",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [
                {
                    "attributes": {
                        "id": "vpc-0a1",
                        "arn": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0a1",
                        "cidr_block": "10.0.0.0/16",
                        "tags": {"Name": "main"},
                    }
                }
            ],
        },
        {
            "mode": "managed",
            "type": "aws_subnet",
            "name": "app",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [
                {
                    "attributes": {
                        "id": "subnet-0b1",
                        "arn": "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-0b1",
                        "vpc_id": "vpc-0a1",
                        "availability_zone": "eu-west-1a",
                        "cidr_block": "10.0.1.0/24",
                    }
                }
            ],
        },
        {
            "mode": "managed",
            "type": "aws_instance",
            "name": "web",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [
                {
                    "index_key": 0,
                    "attributes": {
                        "id": "i-0c1",
                        "arn": "arn:aws:ec2:eu-west-1:123456789012:instance/i-0c1",
                        "subnet_id": "subnet-0b1",
                        "instance_type": "t3.micro",
                        "instance_state": "running",
                        "user_data": "export PASSWORD=canary-9f2",
                        "tags": {"Name": '<script>alert("x")</script> "web" \u202e🚀', "env": "prod"},
                    },
                }
            ],
        },
    ],
}
INSTANCE = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0c1"


class Home:
    """A user's machine: a folder for files, and one for CloudViz's data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def run(self, *words: str | Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command and hold that no traceback reaches the user."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CLOUDVIZ_")}
        environment |= {"CLOUDVIZ_DATA_DIR": str(self.data), "NO_COLOR": "1", "COLUMNS": "200"}
        done = run_cloudviz(*words, cwd=self.folder, env=environment, text=text)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    def file(self, name: str, content: object) -> Path:
        """Write a file: bytes and text as they are, the rest as JSON."""
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "mmd", "md", "json", "drawio", "html", "csv", "xlsx"])
def test_draw_writes_every_format_by_its_suffix(home: Home, suffix: str) -> None:
    home.file("prod.tfstate", STATE)
    done = home.run("draw", "prod.tfstate", "-o", f"out.{suffix}")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    magic = {
        "svg": b"<svg",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "mmd": b"flowchart",
        "md": b"# ",
        "json": b"{",
        "drawio": b"<mxfile",
        "html": b"<!doctype html>",
        "csv": b"provider,account,region,",
        "xlsx": b"PK",
    }[suffix]
    content = (home.folder / f"out.{suffix}").read_bytes()
    assert magic in content[:400]
    assert b"canary-9f2" not in content
    assert not home.data.exists(), "draw needs no database"


def test_what_one_file_cannot_hold_is_written_as_several_and_said(home: Home) -> None:
    """Mermaid takes fewer than 500 lines and 50,000 characters; a PNG has a most of pixels."""
    buckets = {
        "mode": "managed",
        "type": "aws_s3_bucket",
        "name": "many",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [
            {
                "index_key": n,
                "attributes": {"id": f"b{n}", "arn": f"arn:aws:s3:::b{n}", "bucket": f"b{n} {'x' * n}"},
            }
            for n in range(800)
        ],
    }
    home.file("prod.tfstate", {**STATE, "resources": [*STATE["resources"], buckets]})  # type: ignore[misc]
    done = home.run("draw", "prod.tfstate", "-o", "out.mmd", "--max-nodes", "0", "--theme", "minimal")
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in home.folder.glob("out*.mmd"))
    assert len(names) > 2 and "out.mmd" in names and "out-2.mmd" in names
    assert f"Mermaid takes it in {len(names)} pages: out.mmd to out-{len(names)}.mmd." in done.stderr
    assert 'href "out-2.mmd"' in (home.folder / "out.mmd").read_text(encoding="utf-8")
    done = home.run("draw", "prod.tfstate", "-o", "out.png", "--max-nodes", "0", "--scale", "8")
    assert "Scale 8 would be too many pixels: drawn at " in done.stderr


def test_paper_and_links_are_asked_for_by_words_that_exist(home: Home) -> None:
    home.file("prod.tfstate", STATE)
    done = home.run("draw", "prod.tfstate", "-o", "a.pdf", "--page", "a4", "--link-base", "https://x.example/?id=")
    assert done.returncode == 0, done.stderr
    assert b"(https://x.example/?id=arn%3Aaws%3Aec2" in (home.folder / "a.pdf").read_bytes()
    assert home.run("draw", "prod.tfstate", "-o", "b.pdf", "--page", "a9").returncode == 2
    done = home.run("draw", "prod.tfstate", "-o", "b.svg", "--link-base", "javascript:alert(1)")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "is no address for links" in done.stderr
    assert not (home.folder / "b.svg").exists()


def test_draw_to_stdout_and_twice_gives_the_same_bytes(home: Home) -> None:
    home.file("prod.tfstate", STATE)
    first = home.run("draw", "prod.tfstate", "-o", "-", "--format", "svg")
    second = home.run("draw", "prod.tfstate", "-o", "-", "--format", "svg")
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert "<script" not in first.stdout


def test_the_way_from_an_import_to_every_list(home: Home) -> None:
    home.file("prod.tfstate", STATE)
    imported = home.run("import", "prod.tfstate")
    assert imported.returncode == 0, imported.stderr
    assert "3 resources" in imported.stderr
    discovery_id = imported.stdout.strip()

    listed = json.loads(home.run("resources", "list", "-o", "json").stdout)
    assert [item["type"] for item in listed] == ["aws.ec2.instance", "aws.ec2.subnet", "aws.ec2.vpc"]
    assert listed[0]["id"] == INSTANCE
    filtered = json.loads(home.run("resources", "list", "--tag", "env=prod", "-o", "json").stdout)
    assert [item["id"] for item in filtered] == [INSTANCE]
    assert json.loads(home.run("resources", "list", "--region", "us-east-1", "-o", "json").stdout) == []
    found = json.loads(home.run("resources", "search", "I-0C1", "-o", "json").stdout)
    assert [item["id"] for item in found] == [INSTANCE]

    shown = json.loads(home.run("resources", "show", INSTANCE, "-o", "json").stdout)
    assert shown["parent"].endswith("subnet/subnet-0b1")
    assert "canary-9f2" not in json.dumps(shown)
    table = home.run("resources", "list").stdout
    assert "aws.ec2.instance" in table
    csv_text = home.run("resources", "list", "-o", "csv").stdout
    assert csv_text.splitlines()[0].startswith("type,name,state")
    assert "aws.ec2.vpc" in home.run("resources", "list", "-o", "yaml").stdout

    discoveries = json.loads(home.run("discoveries", "list", "-o", "json").stdout)
    assert [(each["id"], each["status"]) for each in discoveries] == [(discovery_id, "completed")]
    assert home.run("discoveries", "show", discovery_id).returncode == 0

    exported = home.run("export", "inventory", "-o", "estate.json")
    assert exported.returncode == 0
    document = json.loads((home.folder / "estate.json").read_text())
    assert document["format"] == "cloudviz.inventory/1"
    assert [item["id"] for item in document["resources"]] == [item["id"] for item in listed]
    assert home.run("draw", "estate.json", "-o", "again.svg").returncode == 0
    assert home.run("diagram", "-o", "stored.svg").returncode == 0
    assert home.run("export", "inventory", "-o", "estate.csv", "--filter", "type=aws.ec2.vpc").returncode == 0
    heading, vpc = csv.reader((home.folder / "estate.csv").read_text().splitlines())
    assert (vpc[heading.index("type")], vpc[heading.index("name")]) == ("aws.ec2.vpc", "main")
    assert home.run("export", "inventory", "-o", "estate.xlsx").returncode == 0
    assert (home.folder / "estate.xlsx").read_bytes().startswith(b"PK")
    none = home.run("diagram", "-o", "none.svg", "--filter", "type=gcp.*")
    assert (none.returncode, "Loosen the filter" in none.stderr) == (1, True)


def test_a_second_import_tells_what_changed(home: Home) -> None:
    home.file("prod.tfstate", STATE)
    first = home.run("import", "prod.tfstate").stdout.strip()
    changed = json.loads(json.dumps(STATE))
    changed["resources"][2]["instances"][0]["attributes"]["instance_type"] = "t3.large"
    del changed["resources"][1]
    home.file("prod.tfstate", changed)
    done = home.run("import", "prod.tfstate")
    assert "0 new, 1 changed, 1 gone, 1 as before" in done.stderr
    rows = json.loads(home.run("diff", first, done.stdout.strip(), "-o", "json").stdout)
    assert {(row["change"], row["type"]) for row in rows} == {
        ("changed", "aws.ec2.instance"),
        ("removed", "aws.ec2.subnet"),
    }
    assert home.run("diff", first, done.stdout.strip(), "--exit-code").returncode == 4
    assert home.run("diff", first, done.stdout.strip(), "-o", "changes.csv").stdout == ""
    lines = (home.folder / "changes.csv").read_text().splitlines()
    assert (lines[0], len(lines)) == ("change,type,name,fields,cost_change,currency,id", 3)
    home.file("before.tfstate", STATE)
    of_files = json.loads(home.run("diff", "before.tfstate", "prod.tfstate", "-o", "json").stdout)
    assert of_files == rows
    assert json.loads(home.run("diff", first, "prod.tfstate", "-o", "json").stdout) == rows
    for sides in ((first, done.stdout.strip()), ("before.tfstate", "prod.tfstate"), (first, "prod.tfstate")):
        assert "2 changes" in home.run("diff", *sides, "-o", "changes.svg", "--max-nodes", "0").stderr
        drawn = (home.folder / "changes.svg").read_text()
        assert "(changed)" in drawn and "(removed)" in drawn and "(added)" not in drawn
    assert home.run("diff", first, first, "-o", "changes.docx").returncode == 1
    assert home.run("diff", first, first, "--exit-code").returncode == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.json", b"", "empty"),
        ("binary.bin", bytes(range(256)) * 64, ""),
        ("text.txt", b"hello, I am no state\n", ""),
        ("other.json", b'{"hello": "world"}', ""),
        ("torn.tfstate", json.dumps(STATE).encode()[:700], ""),
        ("old.tfstate", b'{"version": 2, "terraform_version": "0.11.14", "serial": 83}', "version 2"),
        ("nothing.tfstate", b'{"version": 4, "resources": []}', "no resources"),
        ("deep.json", b"[" * 100_000, ""),
    ],
)
def test_what_is_no_estate_is_refused_in_one_line_and_leaves_nothing(
    home: Home, name: str, content: bytes, words: str
) -> None:
    home.file(name, content)
    for command in (("draw", name, "-o", "out.svg"), ("import", name)):
        done = home.run(*command)
        if command[0] == "import" and words == "no resources":
            continue  # an emptied state is a legal look: what it held is gone
        assert done.returncode == 1, (command, done.stdout, done.stderr)
        assert done.stdout == ""
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("cloudviz: ")
        assert name in lines[0]
        assert words in lines[0]
    assert not (home.folder / "out.svg").exists()
    assert json.loads(home.run("resources", "list", "-o", "json").stdout) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("draw", "missing.tfstate", "-o", "x.svg"), 1, "missing.tfstate"),
        (("draw", "prod.tfstate", "-o", "x.docx"), 1, "docx"),
        (("draw", "prod.tfstate", "-o", "no/such/folder/x.svg"), 1, "no/such/folder"),
        (("draw", "prod.tfstate", "-o", "x.svg", "--filter", "colour=red"), 1, "colour=red"),
        (("draw", "prod.tfstate", "-o", "x.svg", "--filter", "type=gcp.*"), 1, "nothing to draw"),
        (("draw", "prod.tfstate", "-o", "x.svg", "--focus", "nobody"), 1, "nobody"),
        (("draw", "prod.tfstate"), 2, "--output"),
        (("draw", "prod.tfstate", "-o", "x.svg", "--layout", "spiral"), 2, "spiral"),
        (("resources", "show", "arn:nothing"), 1, "arn:nothing"),
        (("discoveries", "show", "not-an-id"), 1, "not-an-id"),
        (("diagram", "-o", "x.svg"), 1, "nothing to draw"),
        (("discover", "azure", "--subscriptions", "0000"), 1, "'0000'"),
        (("resources", "list", "--database", "mysql://x/y"), 1, "mysql"),
    ],
)
def test_a_refusal_is_one_line_with_the_exit_code_of_the_contract(
    home: Home, words: tuple[str, ...], code: int, said: str
) -> None:
    home.file("prod.tfstate", STATE)
    done = home.run(*words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    if code == 1:
        assert len(done.stderr.strip().splitlines()) == 1
    assert not (home.folder / "x.svg").exists()


def test_types_users_and_doctor(home: Home) -> None:
    types = json.loads(home.run("types", "list", "-o", "json").stdout)
    headline = [item["type"] for item in types if not item["supporting"]]
    assert len([key for key in headline if key.startswith("aws.")]) >= 18
    assert {"azure", "gcp"} <= {key.split(".")[0] for key in headline}

    added = home.run("users", "add", "ada", "--role", "operator")
    assert added.returncode == 0
    assert len(added.stdout.strip()) >= 16, "the password made up is printed"
    assert home.run("users", "add", "ada").returncode == 1
    people = json.loads(home.run("users", "list", "-o", "json").stdout)
    assert [(each["username"], each["roles"]) for each in people] == [("ada", "operator")]
    assert added.stdout.strip() not in json.dumps(people)
    assert (
        home.run("users", "set-password", "ada", "--password-stdin", text="a much longer one 42\n").returncode == 0
    )
    assert home.run("users", "remove", "ada").returncode == 0
    assert home.run("users", "remove", "ada").returncode == 1

    looked = home.run("doctor")
    assert "database" in looked.stdout
    assert "CLOUDVIZ_DATA_DIR" in looked.stdout


def test_version_and_help_are_there_for_every_command(home: Home) -> None:
    assert home.run("--version").stdout.startswith("cloudviz 1.")
    for words in (
        (), ("demo",), ("draw",), ("discover", "aws"), ("import",), ("diagram",), ("resources", "list"),
        ("discoveries", "show"), ("types", "list"), ("export", "inventory"), ("serve",), ("migrate",), ("doctor",),
        ("users", "add"), ("diff",), ("permissions",),
    ):  # fmt: skip
        done = home.run(*words, "--help")
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_a_device_a_pipe_and_a_link_stay_what_they_are(home: Home, tmp_path: Path) -> None:
    state = home.file("prod.tfstate", STATE)
    target, link, fifo = tmp_path / "real.svg", tmp_path / "link.svg", tmp_path / "pipe.svg"
    target.write_text("old")
    link.symlink_to(target)
    home.run("draw", state, "-o", link)
    assert link.is_symlink() and b"<svg" in target.read_bytes()[:400]
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        home.run("draw", state, "-o", fifo, "--format", "mermaid")
        assert os.read(reader, 9) == b"flowchart" and fifo.is_fifo()
    finally:
        os.close(reader)


def test_a_hostile_name_in_a_message_does_not_steer_the_terminal(home: Home) -> None:
    problem = {"resource": "\x1b[31mred", "what": "\x1b]0;title\x07", "where": "x"}
    path = home.file("x.json", {"format": "cloudviz.inventory/1", "resources": [], "problems": [problem]})
    assert "\x1b" not in home.run("import", path).stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_import_stores_nothing_and_leaves_no_discovery_running(
    home: Home, number: signal.Signals, code: int
) -> None:
    resource = STATE["resources"][2]  # type: ignore[index]
    many = [
        {"index_key": at, "attributes": {"id": f"i-{at}", "arn": f"{INSTANCE}{at}", "tags": {"Name": str(at)}}}
        for at in range(20_000)
    ]
    home.file("big.tfstate", {**STATE, "resources": [{**resource, "instances": many}]})
    home.run("migrate")
    database = sqlite3.connect(home.data / "cloudviz.sqlite3")
    environment = {**os.environ, "CLOUDVIZ_DATA_DIR": str(home.data), "NO_COLOR": "1"}
    words = [sys.executable, "-m", "cloudviz.cli.main", "import", "big.tfstate"]
    process = subprocess.Popen(words, cwd=home.folder, env=environment, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not database.execute("select 1 from discoveries").fetchall():
        time.sleep(0.01)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.splitlines()[-1:]) == (code, ["cloudviz: stopped"])
    assert database.execute("select status from discoveries").fetchall() == [("failed",)]
    assert database.execute("select count(*) from resources").fetchall() == [(0,)]


def test_a_client_that_sends_half_a_request_does_not_keep_the_server_from_stopping(home: Home) -> None:
    environment = {**os.environ, "CLOUDVIZ_DATA_DIR": str(home.data), "NO_COLOR": "1"}
    words = [sys.executable, "-m", "cloudviz.cli.main", "serve", "--port", "0"]
    server = subprocess.Popen(
        words, cwd=home.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    host, _, port = server.stdout.readline().split("/")[2].partition(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert json.loads(urllib.request.urlopen(f"http://{host}:{port}/health").read())["version"]
        server.terminate()
        _, said = server.communicate(timeout=60)
    assert server.returncode == 0
    assert "Traceback" not in said
