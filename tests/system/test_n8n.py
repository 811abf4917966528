"""A workflow of ``deploy/n8n`` imported into a real n8n and executed against a running CloudViz.

``CLOUDVIZ_N8N`` names a folder with n8n in its ``node_modules``; without it n8n is installed, which takes minutes.
"""

from __future__ import annotations

import email
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import httpx
import pytest
from tests.servers import free_port

from fake_clouds.moto import CREDENTIALS, MotoServer

ROOT = Path(__file__).resolve().parents[2]
VERSION = "1.123"
PROGRAM = Path(sys.executable).parent / "cloudviz"

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def n8n(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("CLOUDVIZ_N8N")
    if given:
        return Path(given) / "node_modules" / ".bin" / "n8n"
    if shutil.which("npm") is None:
        pytest.fail("n8n needs Node and npm, or CLOUDVIZ_N8N")
    folder = tmp_path_factory.mktemp("n8n")
    # Its spreadsheet reader comes from a server of its own, its sandbox needs a newer Node: neither is used here.
    package = {"private": True, "overrides": {"xlsx": "0.18.5", "isolated-vm": "5.0.4"}}
    (folder / "package.json").write_text(json.dumps(package))
    options = ("--no-audit", "--no-fund", "--omit=optional", "--ignore-scripts")
    subprocess.run(["npm", "install", f"n8n@{VERSION}", *options], cwd=folder, check=True, timeout=1500)
    subprocess.run(["npm", "rebuild", "sqlite3"], cwd=folder / "node_modules", check=True, timeout=900)
    return folder / "node_modules" / ".bin" / "n8n"


class Inbox:
    """Takes messages as a chat does: a text, and a picture."""

    def __init__(self) -> None:
        self.messages: list[dict[str, bytes]] = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                whole = b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + body
                found: dict[str, bytes] = {}
                for part in email.message_from_bytes(whole).walk():
                    name = part.get_param("name", header="content-disposition")
                    if name:
                        found[str(name)] = bytes(part.get_payload(decode=True))  # type: ignore[arg-type]
                inbox.messages.append(found)
                self.send_response(204)
                self.end_headers()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def cloudviz(tmp_path: Path, moto_server: MotoServer) -> Iterator[tuple[str, str]]:
    """A running server whose AWS is moto: its URL, and an operator's key."""
    moto_server.reset()
    environment = {
        **os.environ,
        **{name: value for name, value in CREDENTIALS.items() if value},
        "AWS_ENDPOINT_URL": moto_server.url,
        "CLOUDVIZ_DATA_DIR": str(tmp_path / "data"),
    }
    for command in (["users", "add", "n8n", "--role", "operator"], ["keys", "create", "n8n", "--user", "n8n"]):
        done = subprocess.run([PROGRAM, *command], env=environment, check=True, capture_output=True, text=True)
    port = free_port()
    server = subprocess.Popen([PROGRAM, "serve", "--port", str(port)], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert server.poll() is None
            try:
                httpx.get(f"{url}/health/live").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield url, done.stdout.strip()
    finally:
        server.terminate()
        server.wait(60)


def test_the_nightly_scan_sends_a_picture_of_what_changed(
    n8n: Path, cloudviz: tuple[str, str], moto_server: MotoServer, tmp_path: Path
) -> None:
    url, key = cloudviz
    inbox = Inbox()
    workflow = json.loads((ROOT / "deploy/n8n/cloudviz-nightly-scan.json").read_text(encoding="utf-8"))
    (settings,) = [node for node in workflow["nodes"] if node["name"] == "Settings"]
    mine = {
        "cloudviz_url": url,
        "message_url": inbox.url,
        "discover": '{"regions": ["eu-west-1"], "services": ["s3"]}',
    }
    for each in settings["parameters"]["assignments"]["assignments"]:
        each["value"] = mine.get(each["name"], each["value"])
    (tmp_path / "workflow.json").write_text(json.dumps(workflow))
    header = {"name": "Authorization", "value": f"Bearer {key}"}
    credential = {"id": "cloudvizApiKey01", "name": "CloudViz API key", "type": "httpHeaderAuth", "data": header}
    (tmp_path / "credentials.json").write_text(json.dumps([credential]))
    environment = {
        **os.environ,
        "N8N_USER_FOLDER": str(tmp_path / "n8n"),
        "N8N_ENCRYPTION_KEY": "only for this test",
        "N8N_DIAGNOSTICS_ENABLED": "false",
        "N8N_EXPRESSION_ENGINE": "legacy",  # the other needs the sandbox, which needs a newer Node
        "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    }

    def ask(*words: str) -> str:
        done = subprocess.run(
            [n8n, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    ask("import:credentials", "--input=credentials.json")
    ask("import:workflow", "--input=workflow.json")
    storage = boto3.client("s3", endpoint_url=moto_server.url, region_name="eu-west-1", **keys())
    storage.create_bucket(Bucket="first", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    storage.create_bucket(Bucket="stays", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    ask("execute", "--id=cloudviz-nightly-scan")
    (first,) = inbox.messages
    assert b"added" in first["text"] and b"+ first" in first["text"]
    assert first["file"].startswith(b"\x89PNG") and len(first["file"]) > 5000
    ask("execute", "--id=cloudviz-nightly-scan")
    assert len(inbox.messages) == 1, "nothing changed, nothing is said"
    storage.delete_bucket(Bucket="first")
    ask("execute", "--id=cloudviz-nightly-scan")
    assert b"1 removed" in inbox.messages[1]["text"] and b"- first" in inbox.messages[1]["text"]
    storage.delete_bucket(Bucket="stays")
    ask("execute", "--id=cloudviz-nightly-scan")
    assert b"- stays" in inbox.messages[2]["text"] and "file" not in inbox.messages[2], "nothing is left to draw"


def keys() -> dict[str, str]:
    given = CREDENTIALS
    return {
        "aws_access_key_id": str(given["AWS_ACCESS_KEY_ID"]),
        "aws_secret_access_key": str(given["AWS_SECRET_ACCESS_KEY"]),
    }
