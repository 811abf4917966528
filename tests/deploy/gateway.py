"""Debian's nginx with the files of ``deploy/nginx``, their places and ports replaced by a test's."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from tests.servers import free_port

NGINX = Path(__file__).resolve().parents[2] / "deploy/nginx"
MODULE = Path("/usr/lib/nginx/modules/ngx_http_modsecurity_module.so")


class Nginx:
    """A gateway in a folder, before servers on ports of this machine.

    Arguments:
        folder: for its certificate, cache and logs.
        servers: the ports of the servers, in the order of the upstream.
        guarded: with ModSecurity and OWASP's core rules.
    """

    def __init__(self, folder: Path, servers: Sequence[int], *, guarded: bool = True) -> None:
        if shutil.which("nginx") is None or (guarded and not MODULE.exists()):
            pytest.fail("apt-get install nginx libnginx-mod-http-modsecurity modsecurity-crs", pytrace=False)
        self.folder, self.port = folder, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        make_certificate(folder)
        self._configure(servers, guarded)
        command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tested.returncode == 0, tested.stderr
        self._process = subprocess.Popen([*command, "-g", "daemon off;"])
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)

    @staticmethod
    def trusting() -> ssl.SSLContext:
        """For clients: the certificate is the test's own."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def accesses(self) -> str:
        """The access log so far."""
        return (self.folder / "access.log").read_text()

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(30)

    def _configure(self, servers: Sequence[int], guarded: bool) -> None:
        folder = self.folder
        (folder / "rules").mkdir()
        conf = (NGINX / "cloudviz.conf").read_text()
        for old, new in {
            "api-1:8000": f"127.0.0.1:{servers[0]}",
            "api-2:8000": f"127.0.0.1:{servers[1]}",
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "/run/secrets/": f"{folder}/",
            "/tmp/cloudviz-cache": f"{folder}/cache",
            "/dev/stdout": f"{folder}/access.log",
            "/etc/nginx/cloudviz.d/": f"{folder}/rules/",
            # All of a test's people come from one address.
            "rate=200r/s": "rate=20000r/s",
        }.items():
            assert old in conf, old
            conf = conf.replace(old, new)
        module = ""
        if guarded:
            module = f"load_module {MODULE};\n"
            waf = (NGINX / "waf.conf").read_text()
            rules = (NGINX / "modsecurity.conf").read_text().replace("/dev/stdout", f"{folder}/audit.log")
            (folder / "modsecurity.conf").write_text(rules)
            waf = waf.replace("/etc/nginx/cloudviz-modsecurity.conf", f"{folder}/modsecurity.conf")
            (folder / "rules" / "waf.conf").write_text(waf)
        user = "user root;\n" if os.geteuid() == 0 else ""  # its workers must reach the test's folder
        (folder / "nginx.conf").write_text(
            f"{user}{module}worker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n"
            f"events {{ worker_connections 1024; }}\n"
            f"http {{\nclient_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;\n{conf}\n}}\n"
        )


def make_certificate(folder: Path) -> None:
    """``tls.crt`` and ``tls.key``, of nobody's authority."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"),
            *("-keyout", str(folder / "tls.key"), "-out", str(folder / "tls.crt")),
        ],
        check=True,
        capture_output=True,
    )


def check_connections(port: int) -> None:
    """A gateway speaks TLS 1.3 and nothing older, and HTTP/2 over it."""
    context = Nginx.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        line.request("GET", "/")
    asked = ["curl", "-sk", "--http2", "-o", "/dev/null", "-w", "%{http_version} %{http_code}"]
    done = subprocess.run(
        [*asked, f"https://127.0.0.1:{port}/"], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "2 200"


def sign_in_code(text: str) -> str:
    """The code in a line that tells the first administrator's link; empty where there is none."""
    found = re.search(r"#/sign-in\?code=(\S+)", text)
    return found[1] if found else ""
