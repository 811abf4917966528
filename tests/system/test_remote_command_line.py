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
from typing import Any

import pytest
from tests.commands import run_cloudviz

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class There:
    """A server with somebody to sign in as, and the machine of a user."""

    url: str
    folder: Path
    environment: dict[str, str]
    server_side: dict[str, str]

    def both(self, *words: str) -> Any:
        """What a list command tells of the server's installation: from a user's machine, and on its own."""
        there = self.ask(*words, "-o", "json")
        here = run_cloudviz(*words, "-o", "json", cwd=self.folder, env=self.server_side)
        assert (here.returncode, here.stdout) == (0, there), here.stderr
        return json.loads(there)

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
    server_side["CLOUDVIZ_OUTBOUND__ALLOWED_HOSTS"] = "127.0.0.1"
    provider = {"corp": {"issuer": "https://login.example.com", "client_id": "cloudviz"}}
    server_side["CLOUDVIZ_OIDC__PROVIDERS"] = json.dumps(provider)
    for name, role in (("ada", "operator"), ("root", "admin")):
        made = run_cloudviz(
            "users", "add", name, "--email", f"{name}@example.com", "--role", role, "--password-stdin",
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
    at = There(url, folder, user, server_side)
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
    changes = json.loads(there.ask("diff", "2026-01-01T00:00:00Z", discovery, "-o", "json"))
    for suffix, magic in (("svg", b"<svg"), ("png", b"\x89PNG"), ("html", b"<!doctype html>")):
        drawn = there.run(
            "diff", "2026-01-01", discovery, "-o", f"changes.{suffix}", "--exit-code", "--server", there.url
        )
        assert (drawn.returncode, f"{len(changes)} changes" in drawn.stderr) == (4, True), drawn.stderr
        assert magic in (there.folder / f"changes.{suffix}").read_bytes()[:60]
    shop = str(ROOT / "examples" / "shop.tfstate")
    mixed = there.run("diff", discovery, shop, "-o", "no.svg", "--server", there.url)
    assert mixed.returncode == 1 and "cloudviz import" in mixed.stderr and not (there.folder / "no.svg").exists()
    assert "0 changes" in there.run("diff", shop, shop, "-o", "no.svg", "--server", there.url).stderr
    assert there.run("resources", "list").stdout.count("aws.") == 0, "nothing of it is on this machine"
    json.loads(there.ask("costs", "show", "-o", "json"))


@pytest.fixture
def as_root(there: There) -> Iterator[There]:
    """Signed in as an administrator, by the variable that scripts use."""
    login = ("login", there.url, "--username", "root", "--password-stdin")
    other = {**there.environment, "XDG_CONFIG_HOME": str(there.folder / "root")}
    done = run_cloudviz(*login, cwd=there.folder, env=other, text="correct horse battery staple\n")
    assert done.returncode == 0, done.stderr
    yield There(there.url, there.folder, other, there.server_side)


def test_people_and_keys_of_a_server(as_root: There) -> None:
    password = as_root.ask("users", "add", "bo", "--role", "viewer").strip()
    assert len(password) > 20
    assert as_root.ask("users", "set-password", "bo").strip() != password
    as_root.ask("users", "set-roles", "bo", "--role", "operator", "--role", "viewer")
    as_root.ask("users", "disable", "bo")
    (bo,) = [each for each in as_root.both("users", "list") if each["username"] == "bo"]
    assert (bo["roles"], bo["disabled"]) == ("viewer, operator", "yes")
    as_root.ask("users", "enable", "bo")
    as_root.ask("users", "end-sessions", "bo")
    as_root.ask("users", "link", "bo", "--provider", "corp", "--subject", "bo-1")
    (identity,) = as_root.both("users", "identities", "bo")
    assert (identity["issuer"], identity["subject"]) == ("https://login.example.com", "bo-1")
    as_root.ask("users", "unlink", "bo", identity["id"])
    for words in (("link", "bo", "--provider", "corp", "--subject", "bo-2"), ("identities", "bo")):
        here = run_cloudviz("users", *words, cwd=as_root.folder, env=as_root.server_side)
        assert here.returncode == 0, here.stderr
    as_root.ask("users", "unlink", "bo", as_root.both("users", "identities", "bo")[0]["id"])
    assert as_root.both("users", "identities", "bo") == []
    as_root.ask("users", "remove", "bo")
    assert "nobody called" in as_root.run("users", "remove", "bo", "--server", as_root.url).stderr
    key = as_root.ask("keys", "create", "nightly", "--read-only", "--days", "7").strip()
    (row,) = [each for each in as_root.both("keys", "list") if each["name"] == "nightly"]
    assert (row["access"], row["owner"]) == ("read", 2) and as_root.both("keys", "list", "--user", "root") == [row]
    read = as_root.run("resources", "list", "--server", as_root.url, CLOUDVIZ_TOKEN=key)
    assert read.returncode == 0, read.stderr
    as_root.ask("keys", "revoke", row["id"])
    # One kind of event: the accesses of this very test are written while it runs.
    assert as_root.both("audit", "list", "--action", "api_key.revoked")[0]["target"]
    as_root.ask("audit", "verify")


def test_jobs_and_schedules_of_a_server(as_root: There) -> None:
    as_root.ask("import", str(ROOT / "examples" / "shop.tfstate"))
    key = as_root.ask("jobs", "start", "export", "--arg", "format=json", "--wait").strip()
    assert as_root.both("jobs", "show", key)["status"] == "succeeded"
    assert key in [each["id"] for each in as_root.both("jobs", "list", "--kind", "export")]
    followed = as_root.run("jobs", "follow", key, "--server", as_root.url)
    assert followed.returncode == 0 and "succeeded" in followed.stderr
    cancelled = as_root.run("jobs", "cancel", key, "--server", as_root.url)
    assert (cancelled.returncode, cancelled.stderr) == (0, "It is succeeded.\n"), "it was over"
    made = as_root.ask("schedules", "add", "nightly", "30 2 * * *", "draw", "--time-zone", "Europe/Berlin").strip()
    as_root.ask("schedules", "change", "nightly", "--cron", "0 4 * * *")
    as_root.ask("schedules", "pause", "nightly")
    (row,) = as_root.both("schedules", "list")
    assert (row["id"], row["cron"], row["paused"], row["time_zone"]) == (made, "0 4 * * *", True, "Europe/Berlin")
    as_root.ask("schedules", "resume", "nightly")
    as_root.ask("schedules", "run", "nightly")
    assert as_root.both("schedules", "show", "nightly")["name"] == "nightly"
    as_root.ask("schedules", "remove", "nightly")
    as_root.ask("cleanup")


def test_webhooks_of_a_server(as_root: There) -> None:
    nobody = "http://127.0.0.1:9/hook"
    secret = as_root.ask("webhooks", "add", nobody, "--event", "change.detected", "--tag", "env=prod")
    assert secret.startswith("whsec_")
    (row,) = as_root.both("webhooks", "list")
    as_root.ask("webhooks", "change", row["id"], "--description", "on call", "--no-filters")
    as_root.ask("webhooks", "pause", row["id"])
    shown = as_root.both("webhooks", "show", row["id"])
    assert (shown["description"], shown["filters"], shown["status"]) == ("on call", {}, "paused")
    as_root.ask("webhooks", "resume", row["id"])
    assert as_root.ask("webhooks", "rotate", row["id"]) != secret
    tried = json.loads(as_root.ask("webhooks", "ping", row["id"], "-o", "json", code=1))
    assert tried["tries"] >= 1 and tried["error"]
    (delivery,) = as_root.both("webhooks", "deliveries", row["id"])
    assert (delivery["id"], delivery["event"]) == (tried["id"], "webhook.ping")
    as_root.ask("webhooks", "remove", row["id"])


def test_files_costs_types_and_health_of_a_server(as_root: There) -> None:
    as_root.ask("import", str(ROOT / "examples" / "shop.tfstate"))
    bill = as_root.ask("costs", "import", str(ROOT / "examples" / "focus-2026-10.csv")).strip()
    assert [each["id"] for each in as_root.both("costs", "list")] == [bill]
    as_root.ask("costs", "delete", bill)
    as_root.ask("export", "inventory", "-o", "there.json")
    as_root.ask("export", "inventory", "-o", "there.csv")
    assert json.loads((as_root.folder / "there.json").read_bytes())["format"] == "cloudviz.inventory/1"
    assert (as_root.folder / "there.csv").read_text().startswith("provider,")
    assert len(as_root.both("types", "list", "--provider", "gcp")) > 34
    policy = json.loads(as_root.ask("permissions", "aws", "--types", "aws.ec2.*"))
    assert policy == json.loads(as_root.run("permissions", "aws", "--types", "aws.ec2.*").stdout)
    parts = {each.get("part"): each.get("works") for each in json.loads(as_root.ask("doctor", "-o", "json"))}
    assert parts["database"] == "yes"
    tested = as_root.run("discover", "aws", "--test", "--server", as_root.url)
    assert tested.returncode == 1 and tested.stderr.count("\n") == 1, "it has no credentials, and says so"


def test_query_quiet_and_verbose_alike_here_and_there(there: There) -> None:
    there.ask("import", str(ROOT / "examples" / "shop.tfstate"))
    names = there.ask("resources", "list", "--type", "aws.ec2.instance", "--query", "[].name").splitlines()
    assert len(names) == 4
    quiet = there.run("--server", there.url, "-q", "resources", "list", "--provider", "gcp")
    assert (quiet.returncode, quiet.stderr) == (0, "")
    verbose = there.run("resources", "--server", there.url, "list", "--verbose")
    assert verbose.returncode == 0 and f"GET {there.url}/resources" in verbose.stderr


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
