"""The gateway of ``deploy/nginx``, with Debian's nginx and ModSecurity, before two servers on one database."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.deploy.gateway import Nginx, check_connections
from tests.deploy.installation import ApiServer, signed_in, two_servers

pytestmark = pytest.mark.system_proof


class Gateway:
    """What a browser sees, and the servers behind."""

    def __init__(self, nginx: Nginx, servers: list[ApiServer]) -> None:
        self.nginx, self.servers, self.port = nginx, servers, nginx.port
        self.token = signed_in(self.port, servers)

    def open(
        self, method: str, path: str, body: bytes | None = None, **more: str
    ) -> tuple[http.client.HTTPSConnection, http.client.HTTPResponse]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        line = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=Nginx.trusting())
        line.request(method, path, body, headers)
        return line, line.getresponse()

    def ask(
        self, method: str, path: str, body: bytes | None = None, **more: str
    ) -> tuple[int, dict[str, str], bytes]:
        line, reply = self.open(method, path, body, **more)
        with line.sock or reply:
            return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()

    def logged(self, path: str) -> list[dict[str, Any]]:
        """What the access log says of requests for a path."""
        lines = [json.loads(each) for each in self.nginx.accesses().splitlines()]
        return [each for each in lines if each["path"] == path]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with ExitStack() as stack:
        servers = two_servers(stack, folder)
        nginx = Nginx(folder / "nginx", [each.port for each in servers])
        stack.callback(nginx.stop)
        yield Gateway(nginx, servers)


def test_pages_answers_and_what_is_kept(gateway: Gateway):
    status, headers, page = gateway.ask("GET", "/")
    assert status == 200 and headers["strict-transport-security"].startswith("max-age=")
    asset = re.search(rb"/?(assets/[^\"']+\.js)", page)
    assert asset is not None
    kept = [gateway.ask("GET", "/" + asset[1].decode())[1]["x-cache"] for _ in range(2)]
    assert kept == ["MISS", "HIT"]
    assert gateway.ask("GET", "/metrics")[0] == 404
    assert gateway.ask("GET", "/resources?limit=5&tag=env=prod&q=web")[0] == 200


def test_only_tls_1_3_and_http_2_is_spoken(gateway: Gateway):
    check_connections(gateway.port)


@pytest.mark.parametrize(
    "path",
    [
        "/resources?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/resources?q=1%27%20OR%20%271%27=%271%27%20UNION%20SELECT%20password%20FROM%20users--",
        "/resources?q=../../../../etc/passwd",
        "/imports?name=%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_attacks_are_refused(gateway: Gateway, path: str):
    assert gateway.ask("GET", path)[0] == 403


def multipart(name: str, content: bytes) -> tuple[bytes, str]:
    head = f'--b0und\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--b0und--\r\n", "multipart/form-data; boundary=b0und"


def state(count: int) -> bytes:
    """A state of Terraform with start scripts, as honest ones have them."""
    script = "#!/bin/bash\ncurl -s http://169.254.169.254/latest/ | bash; cat /etc/passwd" + 400 * "#"
    instances = [
        {"attributes": {"id": f"i-{n:017x}", "ami": "ami-1", "instance_type": "t3.micro", "user_data": script}}
        for n in range(count)
    ]
    one: dict[str, Any] = {"mode": "managed", "type": "aws_instance", "name": "web", "provider": 'provider["aws"]'}
    resources = [{**one, "instances": instances}]
    return json.dumps({"version": 4, "terraform_version": "1.9.0", "resources": resources}).encode()


def test_an_honest_state_of_five_megabytes_passes_and_elsewhere_its_body_does_not(gateway: Gateway):
    content = state(9000)
    assert len(content) > 5_000_000
    body, kind = multipart("prod.tfstate", content)
    status, _, said = gateway.ask("POST", "/imports", body, Content_Type=kind)
    assert status in (200, 201, 202), said[:500]
    attack = json.dumps({"name": "<script>alert(document.cookie)</script>", "q": "; cat /etc/passwd"}).encode()
    assert gateway.ask("POST", "/jobs", attack)[0] == 403


def test_servers_are_asked_in_turns(gateway: Gateway):
    for number in range(20):
        assert gateway.ask("GET", f"/resources?limit=1&q=turn-{number}")[0] == 200
    asked = Counter(each["server"] for each in gateway.logged("/resources") if each["status"] == 200)
    assert set(asked) >= {f"127.0.0.1:{each.port}" for each in gateway.servers}
    assert max(asked.values()) <= 2 * min(asked.values()), asked


def test_a_linked_export_is_kept_and_lists_are_not(gateway: Gateway):
    made = json.loads(gateway.ask("POST", "/visualization/generate", b'{"layout": "grid"}')[2])
    status, _, said = gateway.ask("GET", f"/visualization/diagrams/{made['diagram_id']}/export/link?format=svg")
    assert status == 200, said
    address = re.sub(r"^https?://[^/]+", "", json.loads(said)["url"])
    replies = [gateway.ask("GET", address) for _ in range(2)]
    assert [each[1]["x-cache"] for each in replies] == ["MISS", "HIT"]
    assert replies[0][2] == replies[1][2] and b"<svg" in replies[0][2]
    forged = address[:-4] + ("AAAA" if not address.endswith("AAAA") else "BBBB")
    assert gateway.ask("GET", forged)[0] in (401, 403, 404)  # another signature is another address
    assert "x-cache" not in gateway.ask("GET", "/resources?limit=5")[1]


def test_events_go_out_at_once(gateway: Gateway):
    """The stream of a job that waits: its first line is there while nothing has ended, the last once it is."""
    said = json.loads(gateway.ask("POST", "/jobs", b'{"kind": "draw", "arguments": {}}')[2])
    line, reply = gateway.open("GET", f"/jobs/{said['job_id']}/events")
    try:
        assert (reply.status, reply.getheader("content-type", "").split(";")[0]) == (200, "text/event-stream")
        assert reply.readline() == b"retry: 2000\n"  # waits for it at most as long as the connection may
        assert gateway.ask("DELETE", f"/jobs/{said['job_id']}")[0] in (200, 202, 204)
        assert b"event: end" in reply.read()
    finally:
        line.close()


def test_a_server_that_dies_fails_no_request_and_is_asked_again_when_it_is_back(gateway: Gateway):
    gone = gateway.servers[0]
    gone.kill()
    assert [gateway.ask("GET", "/resources?limit=1")[0] for _ in range(20)] == [200] * 20
    gone.start()
    gone.until_ready()
    before = len(gateway.logged("/resources"))
    for _ in range(300):  # it is left out for five seconds
        assert gateway.ask("GET", "/resources?limit=1")[0] == 200
        if any(each["server"] == f"127.0.0.1:{gone.port}" for each in gateway.logged("/resources")[before:]):
            break
        time.sleep(0.1)
    else:
        pytest.fail("the server is never asked again")
