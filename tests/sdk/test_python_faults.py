"""The Python client before a server that misbehaves on purpose, and what it verifies by itself."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from cloudviz_client import (
    AsyncCloudViz,
    CloudViz,
    Event,
    NotReached,
    Retrying,
    ServerFailed,
    TooManyRequests,
    webhooks,
)
from cloudviz_client.events import EventReader
from cloudviz_client.protocol import retry_after

AT_ONCE = Retrying(attempts=3, chance=lambda: 0.0)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLawl"

Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def answering(*answers: Answer | None) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """A server that gives these answers in turn, None for a line that breaks; its URL and what it was asked."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            asked.append((f"{self.command} {self.path}", {k.lower(): v for k, v in self.headers.items()}))
            given = left.pop(0)
            self.close_connection = True
            if given is None:
                return
            status, headers, body = given
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/base", asked
        server.shutdown()


def reply(document: Any, status: int = 200, **headers: str) -> Answer:
    given = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return status, given, json.dumps(document).encode()


LIMITED = reply({"code": "too-many-requests", "detail": "Slowly.", "hint": "Wait."}, 429, retry_after="0")
PROXY = (502, {"content-type": "text/html"}, b"<h1>Bad gateway</h1>")
ACCEPTED = reply({"discovery_id": "d", "job_id": "j", "status": "queued"}, 202)


def test_a_start_is_repeated_with_the_same_key() -> None:
    with answering(None, PROXY, LIMITED, ACCEPTED) as (url, asked), CloudViz(url, retrying=AT_ONCE) as client:
        assert client.aws.discover(regions=["eu-west-1"]).id == "j"
    assert [what for what, _ in asked] == ["POST /base/aws/discover"] * 4
    assert len({headers["idempotency-key"] for _, headers in asked}) == 1


def test_what_may_not_be_done_twice_is_not_repeated() -> None:
    hook = {"url": "https://example.org"}
    with answering(None, PROXY) as (url, asked), CloudViz(url, retrying=AT_ONCE) as client:
        with pytest.raises(NotReached):
            client.webhooks.register(**hook)
        with pytest.raises(ServerFailed) as caught:
            client.webhooks.register(**hook)
    assert len(asked) == 2 and caught.value.code == ""


def test_a_wait_that_is_too_long_is_told() -> None:
    long = reply({"code": "too-many-requests", "detail": "Slowly."}, 429, retry_after="3600")
    with (
        answering(long) as (url, _),
        CloudViz(url, retrying=AT_ONCE) as client,
        pytest.raises(TooManyRequests) as caught,
    ):
        client.auth.me()
    assert caught.value.retry_after == 3600


def test_a_token_is_renewed_once_for_many() -> None:
    grant = {"access_token": "new", "refresh_token": "next", "token_type": "bearer", "expires_in": 900}
    refused = reply({"code": "unauthenticated", "detail": "Over."}, 401)

    async def ask(url: str) -> None:
        async with AsyncCloudViz(url, token="old", refresh_token="r", retrying=AT_ONCE) as client:
            assert (await client.auth.me())["username"] == "ada"
            assert (await client.auth.me())["username"] == "ada"

    me = reply({"username": "ada"})
    with answering(refused, reply(grant), me, me) as (url, asked):
        asyncio.run(ask(url))
    assert [headers.get("authorization") for _, headers in asked] == [
        "Bearer old",
        None,
        "Bearer new",
        "Bearer new",
    ]


def test_events_go_on_behind_the_last_one() -> None:
    stream = {"content-type": "text/event-stream"}
    first = b"retry: 1\n\nid: 41\nevent: started\ndata: {}\n\nid: 42\nevent: progress\nda"
    second = b': hello\n\nid: 43\nevent: end\ndata: {"status":"succeeded"}\n\n'
    with (
        answering((200, stream, first), None, (200, stream, second)) as (url, asked),
        CloudViz(url, retrying=AT_ONCE) as client,
    ):
        told = list(client.jobs.events("j"))
    assert told == [Event("41", "started", {}), Event("43", "end", {"status": "succeeded"})]
    assert asked[0][1].get("last-event-id") is None and asked[-1][1]["last-event-id"] == "42"


def test_a_file_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with (
        answering((200, {"content-length": "100"}, b"<svg")) as (url, _),
        CloudViz(url) as client,
        pytest.raises(NotReached),
    ):
        client.diagrams.export("d", format="svg", to=tmp_path / "a.svg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_in_pieces_of_any_size(size: int) -> None:
    stream = 'id:1\r\ndata: "é"\r\ndata:\r\n\r\n\rdata: [1,\ndata: 2]\n\nevent: x\ndata: y\n\n'.encode()
    reader = EventReader()
    told = [each for at in range(0, len(stream), size) for each in reader.feed(stream[at : at + size])]
    assert told == [Event("1", "message", "é"), Event("1", "message", [1, 2]), Event("1", "x", "y")]


def test_retry_after_as_seconds_or_date() -> None:
    assert retry_after("120") == 120
    assert (
        retry_after("Tue, 24 Nov 2026 08:00:30 GMT", now=datetime(2026, 11, 24, 8, tzinfo=UTC).timestamp()) == 30
    )
    assert retry_after("soon") is None and retry_after(None) is None


def signed(body: str, at: datetime) -> dict[str, str]:
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": "v1,AAAA v1a,zz " + Webhook(SECRET).sign("msg_1", at, body),
    }


def test_webhooks_are_verified_as_the_standard_says() -> None:
    now, body = datetime.now(UTC), '{"type": "change.detected"}'
    headers = signed(body, now)
    assert webhooks.verify(SECRET, headers, body.encode()) == {"type": "change.detected"}
    for wrong, text, given in (
        ("whsec_AAAA", body, headers),
        (SECRET, body + " ", headers),
        (SECRET, body, {**headers, "Webhook-Timestamp": "1"}),
        (SECRET, body, {**headers, "Webhook-Timestamp": "now"}),
        (SECRET, body, {**headers, "Webhook-Id": "msg_2"}),
        (SECRET, body, {}),
        ("", body, headers),
        ("whsec_é", body, headers),
        (SECRET, body, {**headers, "Webhook-Signature": "v1,é"}),
    ):
        with pytest.raises(webhooks.NotGenuine):
            webhooks.verify(wrong, given, text)
