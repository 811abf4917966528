"""The command line against a server: the same words, the same answers, another place."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.commands import run_cloudviz

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class There:
    """A server with somebody to sign in as, and the machine of a user."""

    url: str
    folder: Path
    environment: dict[str, str]

    def run(self, *words: str, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return run_cloudviz(*words, cwd=self.folder, env={**self.environment, **environment}, text=text)

    def ask(self, *words: str, code: int = 0) -> str:
        done = self.run(*words, "--server", self.url)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    folder = tmp_path_factory.mktemp("remote")
    plain = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG")}
    server_side = {**plain, "HOME": str(folder), "CLOUDVIZ_DATA_DIR": str(folder / "server"), "NO_COLOR": "1"}
    made = run_cloudviz(
        "users", "add", "ada", "--email", "ada@example.com", "--role", "operator", "--password-stdin",
        cwd=folder, env=server_side, text="correct horse battery staple\n",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    command = [sys.executable, "-m", "cloudviz.cli.main", "serve", "--port", "0"]
    server = subprocess.Popen(
        command, cwd=folder, env=server_side, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert server.stdout is not None
    url = ""
    for line in server.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            url = found.group()
            break
    assert url
    user = {**plain, "HOME": str(folder / "user"), "XDG_CONFIG_HOME": str(folder / "user" / "config")}
    user |= {"CLOUDVIZ_DATA_DIR": str(folder / "user" / "data"), "NO_COLOR": "1", "COLUMNS": "200"}
    at = There(url, folder, user)
    signed_in = at.run(
        "login", url, "--username", "ada", "--password-stdin", text="correct horse battery staple\n"
    )
    assert signed_in.returncode == 0, signed_in.stderr
    yield at
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=30)


def test_from_a_file_to_lists_and_pictures_of_a_server(there: There) -> None:
    discovery = there.ask("import", str(ROOT / "examples" / "shop.tfstate")).strip()
    found = json.loads(there.ask("resources", "list", "--type", "aws.ec2.instance", "-o", "json"))
    assert len(found) == 4 and {each["type"] for each in found} == {"aws.ec2.instance"}
    shown = json.loads(there.ask("resources", "show", found[0]["id"], "-o", "json"))
    assert shown["id"] == found[0]["id"] and shown["links"]
    assert json.loads(there.ask("resources", "search", "orders", "-o", "json"))
    (listed,) = json.loads(there.ask("discoveries", "list", "-o", "json"))
    assert listed["id"] == discovery and listed["status"] == "completed" and listed["added"] == 27
    told = json.loads(there.ask("discoveries", "show", discovery, "-o", "json"))
    assert {entry["status"] for entry in told["coverage"]} == {"seen"}
    there.ask("diagram", "--filter", "kind=database", "-o", "there.svg")
    assert (there.folder / "there.svg").read_text().startswith("<svg")
    assert json.loads(there.ask("diff", "2026-01-01T00:00:00Z", discovery, "-o", "json"))
    assert there.run("resources", "list").stdout.count("aws.") == 0, "nothing of it is on this machine"
    json.loads(there.ask("costs", "show", "-o", "json"))


def test_what_a_server_refuses_is_one_line(there: There) -> None:
    missing = there.run("resources", "show", "arn:none", f"--server={there.url}")
    assert missing.returncode == 1 and missing.stderr.count("\n") == 1 and "there is no resource" in missing.stderr
    scan = there.run("discover", "aws", "--profile", "prod", "--server", there.url)
    assert scan.returncode == 1 and "--profile" in scan.stderr
    local = there.run("migrate", "--server", there.url)
    assert local.returncode == 2 and "works on this machine" in local.stderr
    nobody = there.run("resources", "list", "--server", "http://127.0.0.1:9")
    assert nobody.returncode == 1 and "cannot be reached" in nobody.stderr
    wrong = there.run("resources", "list", "--server", there.url, CLOUDVIZ_TOKEN="cv_live_wrong")
    assert wrong.returncode == 1 and "cloudviz login" in wrong.stderr
    assert there.run("resources", "list", "--server").returncode == 2


def test_sign_ins_are_kept_for_their_owner_alone_and_forgotten(there: There) -> None:
    path = there.folder / "user" / "config" / "cloudviz" / "servers.json"
    assert path.stat().st_mode & 0o077 == 0
    assert "correct horse" not in path.read_text()
    held = path.read_text()
    assert there.run("logout", there.url).returncode == 0
    assert json.loads(path.read_text()) == {}
    path.write_text(held)
    ended = there.run("resources", "list", "--server", there.url)
    assert ended.returncode == 1 and "cloudviz login" in ended.stderr
