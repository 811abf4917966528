"""The gateway of ``deploy/nginx``, with Debian's nginx and ModSecurity, before two servers on one database."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.servers import free_port

NGINX = Path(__file__).resolve().parents[2] / "deploy/nginx"
MODULE = Path("/usr/lib/nginx/modules/ngx_http_modsecurity_module.so")

pytestmark = pytest.mark.nightly


class Gateway:
    """What a browser sees, and the servers behind."""

    def __init__(self, port: int, code: str, servers: list[subprocess.Popen[str]]) -> None:
        self.port, self.servers = port, servers
        self._context = ssl.create_default_context()
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE
        said = json.loads(self.ask("POST", "/auth/exchange", json.dumps({"code": code}).encode())[2])
        self.token: str = said["access_token"]

    def ask(
        self, method: str, path: str, body: bytes | None = None, **more: str
    ) -> tuple[int, dict[str, str], bytes]:
        headers = {"Content-Type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        if getattr(self, "token", ""):
            headers["Authorization"] = f"Bearer {self.token}"
        line = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self._context)
        line.request(method, path, body, headers)
        reply = line.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    if shutil.which("nginx") is None or not MODULE.exists():
        pytest.fail("apt-get install nginx libnginx-mod-http-modsecurity modsecurity-crs", pytrace=False)
    folder = tmp_path_factory.mktemp("gateway")
    with ExitStack() as stack:
        environment = {
            **os.environ,
            "CLOUDVIZ_DATABASE_URL": f"sqlite:///{folder}/g.sqlite3",
            "CLOUDVIZ_DATA_DIR": str(folder),
            "CLOUDVIZ_AUTH__SECRET": secrets.token_hex(32),
            "CLOUDVIZ_SERVER__TRUSTED_PROXIES": "127.0.0.1",
            "NO_COLOR": "1",
        }
        servers, ports, code = [], [], ""
        for _ in range(2):
            ports.append(free_port())
            command = [sys.executable, "-m", "cloudviz.cli.main", "serve", "--port", str(ports[-1])]
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
            servers.append(process)
            assert process.stdout is not None
            for line in process.stdout:
                if found := re.search(r"code=(\S+)", line):
                    code = found[1]
                if "code=" in line or ("listens on" in line and code):
                    break
        port = free_port()
        _configure(folder, port, ports)
        command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        nginx = subprocess.Popen([*command, "-g", "daemon off;"])
        stack.callback(nginx.wait, 30)
        stack.callback(nginx.terminate)
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield Gateway(port, code, servers)


def _configure(folder: Path, port: int, ports: list[int]) -> None:
    """The files as they are, with other places and ports."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"),
            *("-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")),
        ],
        check=True,
        capture_output=True,
    )
    conf = (NGINX / "cloudviz.conf").read_text()
    for old, new in {
        "api-1:8000": f"127.0.0.1:{ports[0]}",
        "api-2:8000": f"127.0.0.1:{ports[1]}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/run/secrets/": f"{folder}/",
        "/tmp/cloudviz-cache": f"{folder}/cache",
        "/dev/stdout": f"{folder}/access.log",
        "/etc/nginx/cloudviz.d/*.conf": f"{folder}/waf.conf",
    }.items():
        assert old in conf, old
        conf = conf.replace(old, new)
    waf = (NGINX / "waf.conf").read_text()
    waf = waf.replace("/etc/nginx/cloudviz-modsecurity.conf", f"{folder}/modsecurity.conf")
    (folder / "waf.conf").write_text(waf)
    rules = (NGINX / "modsecurity.conf").read_text()
    (folder / "modsecurity.conf").write_text(rules.replace("/dev/stdout", f"{folder}/audit.log"))
    user = "user root;\n" if os.geteuid() == 0 else ""  # its workers must reach the test's folder
    (folder / "nginx.conf").write_text(
        f"{user}load_module {MODULE};\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\nclient_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;\n{conf}\n}}\n"
    )


def test_pages_answers_and_what_is_kept(gateway: Gateway):
    status, headers, page = gateway.ask("GET", "/")
    assert status == 200 and headers["strict-transport-security"].startswith("max-age=")
    asset = re.search(rb"/?(assets/[^\"']+\.js)", page)
    assert asset is not None
    kept = [gateway.ask("GET", "/" + asset[1].decode())[1]["x-cache"] for _ in range(2)]
    assert kept == ["MISS", "HIT"]
    assert gateway.ask("GET", "/metrics")[0] == 404
    assert gateway.ask("GET", "/resources?limit=5&tag=env=prod&q=web")[0] == 200


def test_only_tls_1_3(gateway: Gateway):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    line = http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=10, context=context)
    with pytest.raises(ssl.SSLError):
        line.request("GET", "/")


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


def test_a_server_that_dies_fails_no_request(gateway: Gateway):
    gateway.servers[0].kill()
    gateway.servers[0].wait(30)
    assert [gateway.ask("GET", "/resources?limit=1")[0] for _ in range(20)] == [200] * 20
