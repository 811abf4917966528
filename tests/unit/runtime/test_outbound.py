"""Requests to places that users name: what is refused, and that nothing gets past the check."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cloudviz.errors import Invalid
from cloudviz.runtime.outbound import Outbound, OutboundFailed, Resolver, is_public
from cloudviz.runtime.settings import OutboundSettings

PUBLIC = "93.184.215.14"


def resolver(*answers: list[str]) -> Resolver:
    """Answers one after the other; the last one for ever: a name server that changes its mind."""
    left = list(answers)

    async def resolve(host: str, port: int) -> list[str]:
        resolve.asked += 1  # type: ignore[attr-defined]
        return left.pop(0) if len(left) > 1 else left[0]

    resolve.asked = 0  # type: ignore[attr-defined]
    return resolve


def outbound(resolve: Resolver | None = None, verify: Any = None, **settings: Any) -> Outbound:
    return Outbound(OutboundSettings(**settings), resolve or resolver([PUBLIC]), verify)


@dataclass
class Site:
    """A web server that notes what it is asked, over TLS for the name ``hooks.example.org``."""

    port: int
    context: ssl.SSLContext
    server: ThreadingHTTPServer
    asked: list[tuple[str, str]] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tls")

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            site.asked.append((self.path, self.headers["Host"]))
            body = b"ok"
            self.send_response(302 if self.path == "/redirect" else 200)
            if self.path == "/redirect":
                self.send_header("Location", "https://169.254.169.254/latest/meta-data/")
            if self.path == "/large":
                body = b"x" * 200_000
            if self.path == "/bomb":
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.path == "/slow":
                time.sleep(3)
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    inside, outside = _tls(folder)
    site = Site(server.server_address[1], outside, server)
    inside.sni_callback = lambda _socket, name, _context: site.names.append(name)  # type: ignore[assignment]
    server.socket = inside.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(running: Site) -> Site:
    running.asked.clear()
    running.names.clear()
    return running


def _tls(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.org")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "ca.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(certificate, secret)
    return inside, ssl.create_default_context(cafile=str(certificate))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.255", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("169.254.169.254", "168.63.129.16", "192.0.0.192", "192.0.0.170", "100.64.0.1", "100.100.100.200"),
        *("192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1", "192.175.48.1", "192.31.196.1"),
        *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::808:808"),
        *(
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
        ),
        *("2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
        *("2002:7f00:1::", "2620:4f:8000::1", "4000::1"),
    ],
)
async def test_addresses_that_may_not_be_asked(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(Invalid):
        outbound().target(f"https://{literal}/")
    guard = outbound(resolver([address]))
    with pytest.raises(Invalid, match="may not be asked"):
        await guard.check("https://hooks.example.org/")
    # Among others that may be: still refused, since the name's owner chooses which one is taken.
    with pytest.raises(Invalid):
        await outbound(resolver([PUBLIC, address])).check("https://hooks.example.org/")


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.128.0.1", "2606:4700::1"]
)
async def test_addresses_that_may_be(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert await outbound(resolver([address])).check("https://hooks.example.org/")


@pytest.mark.parametrize(
    "host",
    [
        *("0x7f.1", "2130706433", "127.1", "0177.0.0.1", "0x7f000001", "127.0.0.1.", "127.00.0.1", "127.0.0.0x1"),
        *(
            "①②⑦.0.0.1",
            "127。0。0。1",
            "ⓛocalhost",
            "localhoſt",
            "１２７.0.0.1",
            "4294967296",
            "1.2.3.4.5",
            "1.2.3",
        ),
        *(
            "[::1%25lo]",
            "[fe80::1%eth0]",
            "[::1",
            "::1",
            "127.0.0.1%00.example.org",
            "%31%32%37.0.0.1",
            "a..b",
            "-a.b",
        ),
        *(
            "exam ple.org",
            "example.org\\@127.0.0.1",
            "a\tb.org",
            "a\nb.org",
            "",
            ".",
            "x" * 64 + ".org",
            "*.example.org",
        ),
    ],
)
async def test_odd_spellings_are_refused(host: str) -> None:
    resolve = resolver(["127.0.0.1"])
    with pytest.raises(Invalid):
        await outbound(resolve, allowed_hosts=["127.0.0.0/8"]).check(
            f"https://{host}/"
        ) if host != "127.0.0.1." else (await outbound(resolve).check(f"https://{host}/"))


@pytest.mark.parametrize(
    "url",
    [
        *(
            "file:///etc/passwd",
            "gopher://example.org/",
            "ftp://example.org/",
            "https:example.org",
            "//example.org/",
        ),
        *(
            "http://example.org/",
            "https://user@example.org/",
            "https://u:p@example.org/",
            "https://example.org:22/",
        ),
        *("https://example.org:0/", "https://example.org:99999/", "https://example.org:x/", "javascript:alert(1)"),
        *("https://example.org@127.0.0.1/", "https://127.0.0.1#@example.org/", "https://127.0.0.1?@example.org/"),
        "https://example.org/" + "x" * 3000,
    ],
)
async def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(Invalid):
        await outbound().check(url)


async def test_a_name_that_changes_its_mind_gains_nothing(site: Site) -> None:
    """DNS rebinding: public when it is checked, loopback when it is connected to."""
    rebinding = resolver([PUBLIC], ["127.0.0.1"])
    guard = outbound(rebinding, site.context, ports=[site.port])
    url = f"https://hooks.example.org:{site.port}/secret"
    await guard.check(url)
    with pytest.raises(Invalid, match="may not be asked"):
        await guard.ask("GET", url)
    assert site.asked == [], "nothing was sent"
    # For one request a name is resolved once: what is connected to is what was checked.
    once = resolver(["127.0.0.1"], ["10.0.0.1"])
    guard = outbound(once, site.context, allowed_hosts=[f"hooks.example.org:{site.port}"])
    assert (await guard.ask("GET", url)).status == 200
    assert once.asked == 1  # type: ignore[attr-defined]


async def test_tls_and_host_keep_the_name(site: Site) -> None:
    guard = outbound(resolver(["127.0.0.1"]), site.context, allowed_hosts=["*.example.org"])
    reply = await guard.ask("GET", f"https://hooks.example.org:{site.port}/path?q=1")
    assert (reply.status, reply.body) == (200, b"ok")
    assert site.asked == [("/path?q=1", f"hooks.example.org:{site.port}")]
    assert site.names == ["hooks.example.org"]
    with pytest.raises(OutboundFailed):  # the certificate is for another name
        await guard.ask("GET", f"https://other.example.org:{site.port}/")
    with pytest.raises(OutboundFailed):  # and by an authority that nobody knows
        await outbound(resolver(["127.0.0.1"]), None, allowed_hosts=["*.example.org"]).ask(
            "GET", f"https://hooks.example.org:{site.port}/"
        )


async def test_redirects_are_not_followed(site: Site) -> None:
    guard = outbound(resolver(["127.0.0.1"]), site.context, allowed_hosts=["hooks.example.org"])
    reply = await guard.ask("GET", f"https://hooks.example.org:{site.port}/redirect")
    assert reply.status == 302 and len(site.asked) == 1
    async with guard.client() as client:  # nor by whoever turns it on: each step is checked
        with pytest.raises(Invalid):
            await client.get(f"https://hooks.example.org:{site.port}/redirect", follow_redirects=True)


async def test_size_and_time_are_bounded(site: Site) -> None:
    guard = outbound(
        resolver(["127.0.0.1"]),
        site.context,
        allowed_hosts=["hooks.example.org"],
        max_reply_kb=1,
        timeout_seconds=1,
    )
    base = f"https://hooks.example.org:{site.port}"
    with pytest.raises(OutboundFailed, match="larger than 1 KB"):
        await guard.ask("GET", f"{base}/large")
    with pytest.raises(OutboundFailed, match="within 1 s"):
        await guard.ask("GET", f"{base}/slow")
    assert (await guard.ask("GET", f"{base}/bomb")).body == b"ok", "nothing is unpacked"


async def test_the_environments_proxy_is_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    guard = outbound(resolver(["127.0.0.1"]), site.context, allowed_hosts=["hooks.example.org"])
    assert (await guard.ask("GET", f"https://hooks.example.org:{site.port}/")).status == 200


async def test_hosts_inside_may_be_named() -> None:
    inside = resolver(["10.1.2.3"])
    assert (await outbound(inside, allowed_hosts=["n8n:5678"]).check("http://n8n:5678/hook")).port == 5678
    assert await outbound(inside, allowed_hosts=["n8n.internal"]).check("https://n8n.internal:8443/")
    assert await outbound(inside, allowed_hosts=["10.1.0.0/16"]).check("https://any.example.org/")
    assert outbound(allowed_hosts=["10.1.2.3"]).target("http://10.1.2.3:5678/")
    for entry, url in (
        ("n8n:5678", "http://n8n:5679/"),
        ("n8n", "http://n8n.other/"),
        ("*.example.org", "http://example.org/"),
        ("*.example.org", "http://badexample.org/"),
        ("10.1.0.0/24", "https://any.example.org/"),
    ):
        with pytest.raises(Invalid):
            await outbound(inside, allowed_hosts=[entry]).check(url)
    for never in ("169.254.169.254", "168.63.129.16", "fd00:ec2::254", "0.0.0.0", "::ffff:169.254.169.254"):
        with pytest.raises(Invalid):
            await outbound(resolver([never]), allowed_hosts=["n8n", "0.0.0.0/0", "::/0"]).check("http://n8n/")
    with pytest.raises(Invalid, match="no host"):
        outbound(allowed_hosts=["http://n8n/"])


async def test_a_name_without_an_address() -> None:
    with pytest.raises(OutboundFailed, match="no address"):
        await outbound(resolver([])).check("https://hooks.example.org/")


async def test_the_client_for_libraries_is_guarded_too() -> None:
    async with outbound().client() as client:
        for url in ("https://127.0.0.1/", "https://localhost.:22/", "http://example.org/"):
            with pytest.raises((Invalid, httpx.InvalidURL)):
                await client.get(url)
