"""Two servers of their own processes, on one database and one Redis: what one ends, the other no longer knows."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.servers import free_port, redis

WITHIN = 1.0  # seconds in which a session that was closed must be so everywhere
MAY_DIFFER = {"date", "x-request-id", "ratelimit", "connection"}


class Line:
    """One connection to a server."""

    def __init__(self, port: int, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method: str, path: str, body: Any = None, **more: str) -> tuple[int, dict[str, str], bytes]:
        headers = {**self._headers, **{name.replace("_", "-"): value for name, value in more.items()}}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        reply = self._connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, str]]:
    """The ports of both, and a code that signs in; the second serves with two workers."""
    folder = tmp_path_factory.mktemp("two")
    with ExitStack() as stack:
        environment = {
            **os.environ,
            "CLOUDVIZ_DATABASE_URL": f"sqlite:///{folder}/two.sqlite3",
            "CLOUDVIZ_DATA_DIR": str(folder),
            "CLOUDVIZ_AUTH__SECRET": secrets.token_hex(32),
            "CLOUDVIZ_SERVER__EMBEDDED_WORKER": "false",
            "REDIS_URL": stack.enter_context(redis()).url,
            "NO_COLOR": "1",
        }
        ports, code = [], ""
        for workers in (1, 2):
            port = free_port()
            command = [sys.executable, "-m", "cloudviz.cli.main", "serve", "--port", str(port)]
            process = subprocess.Popen(
                [*command, "--workers", str(workers)],
                env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            stack.callback(_end, process)
            assert process.stdout is not None
            for line in process.stdout:  # until it listens, and for the first, until it has told the link
                if "#/sign-in?code=" in line:
                    code = line.strip().rpartition("=")[2]
                if (code and workers == 1) or (workers == 2 and "listens" in line):
                    break
            ports.append(port)
        yield ports[0], ports[1], code


@pytest.fixture(scope="module")
def token(servers: tuple[int, int, str]) -> str:
    """An administrator's access token, which the last test ends."""
    status, _, body = Line(servers[0]).ask("POST", "/auth/exchange", {"code": servers[2]})
    assert status == 200, body
    found: str = json.loads(body)["access_token"]
    return found


def _end(process: subprocess.Popen[str]) -> None:
    """A SIGTERM ends a server, and all of its workers, without an error."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_a_kept_reply_is_the_same_whichever_way_it_goes_out(servers: tuple[int, int, str], token: str) -> None:
    """At once from the protocol, or through ASGI, which serves who wants the connection closed."""
    for more in ({}, {"Accept_Encoding": "gzip"}, {"Accept_Encoding": "br", "If_None_Match": "*"}):
        line = Line(servers[0], token)
        line.ask("GET", "/resources?limit=50")
        status, headers, body = line.ask("GET", "/resources?limit=50", **more)
        other = Line(servers[0], token).ask("GET", "/resources?limit=50", Connection="close", **more)
        kept = {name: value for name, value in headers.items() if name not in MAY_DIFFER}
        assert (status, body) == (other[0], other[2])
        assert kept == {name: value for name, value in other[1].items() if name not in MAY_DIFFER}
        assert {"content-security-policy", "etag", "ratelimit-policy"} <= kept.keys()
        assert headers["x-request-id"] != other[1]["x-request-id"]
    # What is no plain read goes the usual way on the same connection, and what comes after it is in order.
    line = Line(servers[0], token)
    for path, expected in (
        ("/resources?limit=50", 200),
        ("/resources?limit=0", 422),
        ("/resources?limit=50", 200),
    ):
        assert line.ask("GET", path)[0] == expected
    assert line.ask("HEAD", "/resources?limit=50")[2] == b""
    assert line.ask("GET", "/resources?limit=50", X_Request_Id="mine-1")[1]["x-request-id"] == "mine-1"
    assert Line(servers[0]).ask("GET", "/resources?limit=50")[0] == 401


def test_a_session_that_one_process_closes_is_closed_in_the_others(
    servers: tuple[int, int, str], token: str
) -> None:
    one, two, _ = servers
    here, there = Line(one, token), [Line(two, token) for _ in range(6)]  # some at each of its workers
    for line in (here, *there):
        for _ in range(3):  # the first asks the database, the others trust what is remembered for five seconds
            assert line.ask("GET", "/resources?limit=50")[0] == 200
    assert here.ask("POST", "/auth/logout")[0] in (200, 204)
    time.sleep(WITHIN)
    assert [line.ask("GET", "/resources?limit=50")[0] for line in (here, *there)] == [401] * 7
