"""``cloudviz webhooks``: from adding one to sending again what it refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from typer.testing import CliRunner

from cloudviz.cli.main import app
from cloudviz.errors import CloudVizError, NotFound


class Chat:
    """A receiver that answers with the status it is told to."""

    def __init__(self) -> None:
        self.status, self.came = 204, []
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                chat.came.append((dict(self.headers), body))
                self.send_response(chat.status)
                self.end_headers()

        self.came: list[tuple[dict[str, str], bytes]]
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def chat() -> Iterator[Chat]:
    made = Chat()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_a_webhook_by_the_command_line(chat: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDVIZ_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CLOUDVIZ_OUTBOUND__ALLOWED_HOSTS", "127.0.0.1")

    def said(*words: str, exit_code: int = 0, stdin: str = "") -> str:
        done = CliRunner().invoke(app, ["webhooks", *words], input=stdin)
        assert done.exit_code == exit_code, (words, done.output, done.exception)
        return done.stdout

    def rows(*words: str) -> Any:
        return json.loads(said(*words, "-o", "json"))

    asked = ("--event", "change.detected", "--tag", "env=prod", "--min-changes", "2")
    secret = said("add", "-", *asked, stdin=f"{chat.url}\n").strip()
    (hook,) = rows("list")
    assert (hook["url"], hook["status"], hook["events"]) == (chat.url, "active", "change.detected")
    assert hook["filters"] == {"tags": {"env": "prod"}, "min_changes": 2}
    assert rows("ping", hook["id"])["response"] == 204
    headers, body = chat.came[0]
    assert Webhook(secret).verify(body, headers)["type"] == "webhook.ping"
    chat.status = 503
    refused = json.loads(said("ping", hook["id"], "-o", "json", exit_code=1))
    assert (refused["status"], refused["response"], refused["tries"]) == ("waiting", 503, 1)
    chat.status = 200
    assert rows("redeliver", hook["id"], refused["id"])["status"] == "delivered"
    assert [each["status"] for each in rows("deliveries", hook["id"])] == ["delivered", "delivered"]
    assert said("rotate", hook["id"]).strip() not in ("", secret)
    said("change", hook["id"], "--no-filters", "--description", "on call")
    said("pause", hook["id"])
    shown = rows("show", hook["id"])
    assert (shown["status"], shown["filters"], shown["description"]) == ("paused", {}, "on call")
    said("resume", hook["id"])
    said("remove", hook["id"])
    assert rows("list") == []
    with pytest.raises(NotFound):
        CliRunner().invoke(app, ["webhooks", "show", hook["id"]], catch_exceptions=False)
    with pytest.raises(CloudVizError) as metadata:
        CliRunner().invoke(app, ["webhooks", "add", "http://169.254.169.254/"], catch_exceptions=False)
    assert "may not be asked" in metadata.value.one_line() or "TLS" in metadata.value.one_line()
