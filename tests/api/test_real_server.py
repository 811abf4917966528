"""The API behind a real uvicorn over a real socket: what in-process requests can't show."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from tests.api.serving import settings_with
from tests.conftest import chromium

from cloudviz.api.app import create_app


class Running:
    """Where the server listens, and somebody to sign in as."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.url = f"http://{host}:{port}"

    def talk(self, raw: bytes) -> bytes:
        """Send bytes as they are and read what comes back until the server closes."""
        with socket.create_connection((self.host, self.port), timeout=20) as line:
            line.sendall(raw)
            received = b""
            while piece := line.recv(65536):
                received += piece
            return received


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("real")
    settings = settings_with(f"sqlite:///{folder}/real.sqlite3", folder)
    app = create_app(settings)
    config = uvicorn.Config(
        app, port=0, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        lifespan="on", http="cloudviz.api.protocol:Protocol",
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield Running(host, port)
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the server did not stop"


def test_ids_with_slashes_survive_a_real_connection(running: Running) -> None:
    """No client library between us and the request line: neither rewrites dots and slashes for us."""
    for target in (
        "/resources///compute.googleapis.com/projects/p/zones/z/instances/i",
        "/resources/%2F%2Fcompute.googleapis.com%2Fprojects%2Fp",
        "/resources/arn:aws:ec2:eu-west-1:1:instance/i-1/history",
        "/resources/../resources/x",
    ):
        connection = http.client.HTTPConnection(running.host, running.port, timeout=20)
        connection.request("GET", target)
        reply = connection.getresponse()
        assert reply.status in (401, 404), target
        assert reply.getheader("content-type") == "application/problem+json"
        connection.close()


def test_no_path_leads_out_of_the_bundle(running: Running) -> None:
    for target in (
        "/assets/../../errors.py",
        "/assets/..%2f..%2ferrors.py",
        "/assets/%00",
        "//etc/passwd",
        "/../x",
    ):
        reply = running.talk(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        status = int(reply.split(b" ")[1])
        assert status in (400, 404), target
        assert b"CloudVizError" not in reply


def test_a_request_that_is_not_http_does_no_harm(running: Running) -> None:
    assert running.talk(b"\x16\x03\x01 nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert httpx.get(f"{running.url}/health/live").json() == {"status": "alive"}


def test_a_caller_who_leaves_in_the_middle_does_no_harm(running: Running) -> None:
    head = (
        b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    )
    with socket.create_connection((running.host, running.port), timeout=20) as line:
        line.sendall(head)
    assert httpx.get(f"{running.url}/health/live").json() == {"status": "alive"}


def test_a_body_declared_too_long_is_refused_before_it_is_sent(running: Running) -> None:
    reply = running.talk(
        b"POST /auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
        b"Content-Length: 99999999999\r\n\r\n"
    )
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413") and json.loads(body)["code"] == "too_large"


def test_the_software_is_not_named(running: Running) -> None:
    assert "server" not in httpx.get(f"{running.url}/").headers


@pytest.mark.browser
def test_docs_work_in_a_browser_without_a_network(running: Running, tmp_path: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        page = browser.new_page()
        complaints: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{running.url}/docs")
        page.wait_for_selector(".opblock")
        assert page.locator(".opblock").count() >= 50
        page.locator("#operations-health-health_live .opblock-summary-control").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        page.wait_for_selector(".live-responses-table .response-col_status:has-text('200')")
        browser.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith((running.url, "data:"))] == []
