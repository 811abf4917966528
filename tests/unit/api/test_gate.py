"""The gate: cross-origin pages, proxies, networks, and bodies that only attackers send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from cloudviz.api.gate import Gate, RequestTimeout, check_json
from cloudviz.errors import BadInput

PAGE = "https://maps.example.org"


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    """Says what it sees of a request."""
    request = Request(scope, receive)
    body = await request.body()
    reply: Response = JSONResponse(
        {
            "client": request.client.host if request.client else None,
            "url": str(request.url),
            "headers": dict(request.headers),
            "size": len(body),
        },
        headers={"Vary": "Accept", "Cross-Origin-Resource-Policy": "same-origin"},
    )
    await reply(scope, receive, send)


async def ask(
    gate: Gate, headers: Mapping[str, str] | list[tuple[str, str]] = (), client: Any = ("10.0.0.9", 1), **more: Any
) -> httpx.Response:
    transport = httpx.ASGITransport(gate, client=client)
    async with httpx.AsyncClient(transport=transport, base_url="http://app.internal") as asking:
        return await asking.request(more.pop("method", "GET"), "/x", headers=headers, **more)


# -- CORS origins ------------------------------------------------------------------------------------------------


async def test_cors_origins_are_exact() -> None:
    gate = Gate(inner, cors_origins=[PAGE + "/", "http://localhost:5173", "https://a.example:443"])
    for origin in (PAGE, "http://localhost:5173", "https://a.example"):
        reply = await ask(gate, {"Origin": origin})
        assert reply.headers["access-control-allow-origin"] == origin
        assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "access-control-allow-credentials" not in reply.headers
        assert "Origin" in reply.headers["vary"] and "Accept" in reply.headers["vary"]
    for origin in (
        *(
            "https://maps.example.org.evil.org",
            "https://evil-maps.example.org",
            "http://maps.example.org",
            "null",
            "*",
        ),
        *(
            "https://maps.example.org:8443",
            "https://MAPS.example.org",
            "https://maps.example.org/",
            "https://a.example:1",
        ),
    ):
        reply = await ask(gate, {"Origin": origin})
        assert reply.status_code == 200 and "access-control-allow-origin" not in reply.headers
        assert "Origin" in reply.headers["vary"]
    assert "Origin" in (await ask(gate)).headers["vary"], "a cache must not give it to a page either"


async def test_cors_preflight() -> None:
    gate = Gate(inner, cors_origins=[PAGE])
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    reply = await ask(gate, {"Origin": PAGE, **asked}, method="OPTIONS")
    assert reply.status_code == 204 and reply.content == b""
    assert reply.headers["access-control-allow-origin"] == PAGE
    assert "POST" in reply.headers["access-control-allow-methods"]
    assert "Idempotency-Key" in reply.headers["access-control-allow-headers"]
    assert {"Origin", "Access-Control-Request-Method"} <= set(reply.headers["vary"].replace(",", " ").split())
    refused = await ask(gate, {"Origin": "https://evil.example", **asked}, method="OPTIONS")
    assert refused.status_code == 403 and "access-control-allow-origin" not in refused.headers
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    plain = await ask(gate, method="OPTIONS")
    assert plain.json()["size"] == 0, "an OPTIONS that is no preflight goes on"


async def test_without_cors_nothing_is_said() -> None:
    reply = await ask(Gate(inner), {"Origin": PAGE})
    assert not [name for name in reply.headers if name.startswith("access-control")]
    assert reply.headers["vary"] == "Accept"


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*.example.org", "null", "maps.example.org", "https://a/b", "https://u@a", "ftp://a", ""],
)
def test_cors_origins_that_are_none(origin: str) -> None:
    with pytest.raises(BadInput, match="cors_origins"):
        Gate(inner, cors_origins=[origin])


# -- Proxy headers -----------------------------------------------------------------------------------------------

PROXIES = ["10.0.0.0/8", "fd00::/8"]


@pytest.mark.parametrize(
    ("forwarded_for", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("1.1.1.1, 198.51.100.7", "198.51.100.7"),  # the left one was sent by the client
        ("198.51.100.7, 10.1.1.1", "198.51.100.7"),  # two proxies of ours
        ("10.2.2.2, 10.1.1.1", "10.2.2.2"),  # a client in our own network
        ("6.6.6.6, garbage, 10.1.1.1", "10.1.1.1"),
        ("6.6.6.6, unknown", "10.0.0.9"),
        ("198.51.100.7:50000", "198.51.100.7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("2001:db8::7, fd00::1", "2001:db8::7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", "10.0.0.9"),
        (",,", "10.0.0.9"),
        ("127.0.0.1' OR 1=1", "10.0.0.9"),
    ],
)
async def test_proxy_headers_are_read_from_the_right(forwarded_for: str, client: str) -> None:
    reply = await ask(Gate(inner, trusted_proxies=PROXIES), {"X-Forwarded-For": forwarded_for})
    assert reply.json()["client"] == client
    assert "x-forwarded-for" not in reply.json()["headers"]


async def test_proxy_headers_in_several_lines_are_one_list() -> None:
    headers = [("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "198.51.100.7")]
    assert (await ask(Gate(inner, trusted_proxies=PROXIES), headers)).json()["client"] == "198.51.100.7"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("for=198.51.100.7", "198.51.100.7"),
        ('for="[2001:db8::7]:4711"', "2001:db8::7"),
        ("for=6.6.6.6, for=198.51.100.7;proto=https;host=maps.example.org", "198.51.100.7"),
        ("For=198.51.100.7;Proto=https, for=10.1.1.1", "198.51.100.7"),
        ("for=6.6.6.6, for=_hidden, for=10.1.1.1", "10.1.1.1"),
        ('for="6.6.6.6, for=7.7.7.7"', "10.0.0.9"),
        ("proto=https", "10.0.0.9"),
        (";;,=", "10.0.0.9"),
    ],
)
async def test_proxy_headers_of_rfc_7239(forwarded: str, client: str) -> None:
    headers = {"Forwarded": forwarded, "X-Forwarded-For": "7.7.7.7"}
    assert (await ask(Gate(inner, trusted_proxies=PROXIES), headers)).json()["client"] == client


async def test_proxy_headers_give_scheme_and_host() -> None:
    gate = Gate(inner, trusted_proxies=PROXIES)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "maps.example.org"}
    assert (await ask(gate, headers)).json()["url"] == "https://maps.example.org/x"
    told = {"Forwarded": 'for=1.2.3.4;proto=https;host="maps.example.org:8443"'}
    assert (await ask(gate, told)).json()["url"] == "https://maps.example.org:8443/x"
    for host in ("evil.org/path", "a b", "user@evil", "x\\y", "<script>"):
        odd = {"X-Forwarded-Host": host, "X-Forwarded-Proto": "javascript"}
        assert (await ask(gate, odd)).json()["url"] == "http://app.internal/x"


async def test_proxy_headers_from_anybody_else_are_taken_off() -> None:
    said = {
        "X-Forwarded-For": "1.1.1.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=1.1.1.1",
        "X-Real-IP": "1.1.1.1",
    }
    for gate in (Gate(inner), Gate(inner, trusted_proxies=["192.0.2.1"])):
        seen = (await ask(gate, said)).json()
        assert (seen["client"], seen["url"]) == ("10.0.0.9", "http://app.internal/x")
        assert not [name for name in seen["headers"] if "forward" in name or "real" in name]


async def test_proxy_headers_over_a_unix_socket() -> None:
    said = {"X-Forwarded-For": "198.51.100.7"}
    gate = Gate(inner, trusted_proxies=["unix"])
    assert (await ask(gate, said, client=None)).json()["client"] == "198.51.100.7"
    assert (await ask(Gate(inner, trusted_proxies=PROXIES), said, client=None)).json()["client"] is None


# -- Networks ----------------------------------------------------------------------------------------------------


async def test_only_allowed_networks_are_served() -> None:
    gate = Gate(inner, allowed_networks=["198.51.100.0/24", "2001:db8::/32"], trusted_proxies=["10.0.0.9"])
    for said, status in (
        ("198.51.100.7", 200),
        ("2001:db8::1", 200),
        ("::ffff:198.51.100.7", 200),
        ("198.51.101.7", 403),
        ("198.51.100.7, 203.0.113.5", 403),  # the address in front is a lie
        ("nonsense", 403),
    ):
        reply = await ask(gate, {"X-Forwarded-For": said})
        assert reply.status_code == status, said
    direct = await ask(gate, {"X-Forwarded-For": "198.51.100.7"}, client=("203.0.113.5", 1))
    assert direct.status_code == 403 and direct.json()["code"] == "forbidden"
    assert (await ask(gate, client=None)).status_code == 403
    assert (await ask(gate, client=("198.51.100.9", 1))).status_code == 200


def test_networks_that_are_none() -> None:
    for wrong in ("10.0.0.0/33", "example.org", ""):
        with pytest.raises(BadInput, match="allowed_networks"):
            Gate(inner, allowed_networks=[wrong])


# -- Bodies ------------------------------------------------------------------------------------------------------


def test_json_that_only_attackers_send() -> None:
    deep = "[" * 5 + "]" * 5
    check_json(deep.encode(), 5)
    for bad in ("[" * 6 + "]" * 6, '{"a":' * 6 + "1" + "}" * 6, "[" * 100_000, '[["]]]]",[[[[["'):
        with pytest.raises(BadInput, match="deeper"):
            check_json(bad.encode(), 5)
    for good in (
        json.dumps([[]] * 1000),
        json.dumps({"a": "[" * 50 + "{" * 50}),
        r'["\"[[[[[[[["]',
        '"[[[[[[[[',
        "",
    ):
        check_json(good.encode(), 5)
    check_json(b'"' + b'\\"' * 300_000 + b"[" * 10, 5)  # linear: each quote may begin a string without an end
    with pytest.raises(BadInput, match="100 digits"):
        check_json(b'{"a": ' + b"9" * 101 + b"}", 5)
    check_json(b'{"a": "' + b"9" * 5000 + b'", "b": ' + b"9" * 100 + b"}", 5)


async def test_json_bodies_are_checked_whatever_they_are_called() -> None:
    gate = Gate(inner, json_depth=4)
    bomb = "[" * 1000
    for media_type in ("application/json", "application/merge-patch+json", "Application/JSON; charset=utf-8"):
        with pytest.raises(BadInput):
            await ask(gate, {"Content-Type": media_type}, method="POST", content=bomb)
    assert (await ask(gate, {"Content-Type": "text/csv"}, method="POST", content=bomb)).json()["size"] == 1000
    assert (await ask(gate, method="POST", json={"a": [1]})).json()["size"] == len('{"a":[1]}')


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    import asyncio

    async def receive() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "client": ("10.0.0.9", 1)}
    with pytest.raises(RequestTimeout):
        await Gate(inner, body_seconds=0.01)(scope, receive, send)
