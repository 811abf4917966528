"""The gate, outermost in pure ASGI: whom a request comes from, whether they may ask at all, from which web pages.

What a proxy says of a request is believed only when the proxy is one of ours; from anybody else it is taken off,
so that nothing further in can fall for it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudviz.api import errors
from cloudviz.api.edge import SECURITY_HEADERS
from cloudviz.api.protocol import AtOnce, Whole
from cloudviz.errors import BadInput, CloudVizError, Forbidden

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

METHODS = "GET, POST, PUT, DELETE"
ASKED_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-None-Match, If-Range, Range, X-Request-Id"
TOLD_HEADERS = (
    "Accept-Ranges, Content-Range, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, "
    "Retry-After, Warning, X-Request-Id"
)
PREFLIGHT_SECONDS = 600
LONGEST_NUMBER = 100
"""Digits. No number of ours has more; thousands of them cost a parser time that grows with their square."""

UNIX = "unix"
"""In place of an address: a proxy on this machine that comes through a Unix socket."""

_FORWARDED = frozenset(
    (
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-real-ip",
    )
)
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PAIR = re.compile(r'\s*([A-Za-z]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s"]*)\s*')
# Possessive, with a closing quote that may be missing: an endless string is gone through once, not once a quote.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|[0-9]{%d,}' % (LONGEST_NUMBER + 1), re.DOTALL)
_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % (LONGEST_NUMBER + 1))


class RequestTimeout(CloudVizError):
    """The body of a request did not come in time."""

    status, code, title = 408, "request_timeout", "The request took too long to arrive"


class Gate:
    """Wraps the app and everything around it.

    Arguments:
        app: the layers within.
        cors_origins: exact origins whose pages may call the API. Cookies are never asked for.
        trusted_proxies: addresses or networks, or ``unix``.
        allowed_networks: addresses or networks that are served; all when empty.
        json_depth: how deep a JSON body may be nested.
        body_seconds: how long the next piece of a body may take.

    Raises BadInput for an origin or a network that is none, and for ``*`` as an origin.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        cors_origins: Sequence[str] = (),
        trusted_proxies: Sequence[str] = (),
        allowed_networks: Sequence[str] = (),
        json_depth: int = 64,
        body_seconds: float = 300,
    ) -> None:
        self._app = app
        self._at_once: AtOnce | None = getattr(app, "at_once", None)
        self._origins = frozenset(_origin(each) for each in cors_origins)
        self._trusts_unix = UNIX in trusted_proxies
        self._trusted = networks((each for each in trusted_proxies if each != UNIX), "server.trusted_proxies")
        self._allowed = networks(allowed_networks, "server.allowed_networks")
        self._json_depth = json_depth
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the lifespan, which passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = self._seen_through_proxies(scope)
        if self._allowed:
            client = scope.get("client")
            if client is None or not _inside(client[0], self._allowed):
                refusal = Forbidden(
                    "requests from your network are not served here",
                    hint="An administrator can add it to the setting server.allowed_networks.",
                )
                await self._refuse(refusal, scope, receive, send)
                return
        if self._origins:
            origin = _header(scope, b"origin")
            send = self._sharing(origin, send)
            if scope["method"] == "OPTIONS" and origin and _header(scope, b"access-control-request-method"):
                await self._preflight(origin, scope, receive, send)
                return
        if scope["method"] in ("POST", "PUT", "PATCH", "DELETE"):
            receive = self._checked(scope, receive)
        await self._app(scope, receive, send)

    def at_once(self, scope: Scope) -> Whole | None:
        """What the edge answers at once (:meth:`cloudviz.api.edge.Edge.at_once`), to who may come in at all."""
        if self._at_once is None or self._origins:  # what is told to web pages is told further down
            return None
        scope = self._seen_through_proxies(scope)
        if self._allowed:
            client = scope.get("client")
            if client is None or not _inside(client[0], self._allowed):
                return None
        return self._at_once(scope)

    # -- proxies ---------------------------------------------------------------------------------------------

    def _seen_through_proxies(self, scope: Scope) -> Scope:
        """The request as it was before our proxies passed it on."""
        for name, _ in scope["headers"]:
            if name in _FORWARDED:
                break
        else:
            return scope
        peer = scope.get("client")
        plain = [pair for pair in scope["headers"] if pair[0] not in _FORWARDED]
        changed = {**scope, "headers": plain}
        trusted = self._trusts_unix if peer is None else _inside(peer[0], self._trusted)
        if not trusted:
            return changed
        hops, proto, host = _told(scope)
        client = None if peer is None else peer[0]
        # From the right: each hop was added by who came before it in this list, ourselves last. The first that is
        # not ours is the client; what stands left of it, anybody may have written.
        for hop in reversed(hops):
            if hop is None:
                break
            client = hop
            if not _inside(hop, self._trusted):
                break
        if client is not None:
            changed["client"] = (client, 0 if peer is None or client != peer[0] else peer[1])
        if proto in ("http", "https"):
            changed["scheme"] = proto
        if host and _HOST.fullmatch(host):
            changed["headers"] = [pair for pair in plain if pair[0] != b"host"] + [(b"host", host.encode())]
        return changed

    # -- cross-origin requests -------------------------------------------------------------------------------

    def _sharing(self, origin: str, send: Send) -> Send:
        """A ``send`` that says whether the page the request comes from may read the reply."""
        allowed = origin in self._origins

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")  # also without one: a cache must not give this reply to a page
                if allowed:
                    headers["Access-Control-Allow-Origin"] = origin
                    headers["Access-Control-Expose-Headers"] = TOLD_HEADERS
                    # For that page the reply is meant, though it is of another origin.
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        return told

    async def _preflight(self, origin: str, scope: Scope, receive: Receive, send: Send) -> None:
        if origin not in self._origins:
            refusal = Forbidden(
                "pages of this origin may not call the API",
                hint="An administrator can add it to the setting server.cors_origins.",
            )
            await self._refuse(refusal, scope, receive, send)
            return
        headers = [
            (b"access-control-allow-methods", METHODS.encode()),
            (b"access-control-allow-headers", ASKED_HEADERS.encode()),
            (b"access-control-max-age", str(PREFLIGHT_SECONDS).encode()),
            (b"vary", b"Access-Control-Request-Method, Access-Control-Request-Headers"),
            (b"cache-control", b"no-store"),
            *SECURITY_HEADERS,
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    # -- bodies ----------------------------------------------------------------------------------------------

    def _checked(self, scope: Scope, receive: Receive) -> Receive:
        """A ``receive`` that waits for a body so long and no longer, and refuses JSON that only attackers send.

        Raises RequestTimeout and BadInput into the layers within, which answer as they do to every refusal.
        """
        media_type = _header(scope, b"content-type").partition(";")[0].strip().lower()
        is_json = media_type == "application/json" or media_type.endswith("+json")
        pieces: list[bytes] = []
        whole = False

        async def checked() -> Message:
            nonlocal whole
            if whole:
                return await receive()  # waits until the client goes away
            try:
                async with asyncio.timeout(self._body_seconds):
                    message = await receive()
            except TimeoutError:
                raise RequestTimeout(
                    f"nothing of the body came for {self._body_seconds:g} s",
                    hint="Check the network, and try again.",
                ) from None
            if message["type"] == "http.request":
                whole = not message.get("more_body", False)
                if is_json:
                    pieces.append(message.get("body", b""))  # the edge bounds how much there can be
                    if whole:
                        check_json(b"".join(pieces), self._json_depth)
                        pieces.clear()
            return message

        return checked

    async def _refuse(self, refusal: CloudVizError, scope: Scope, receive: Receive, send: Send) -> None:
        """A problem document from out here, dressed as those from within."""
        request_id = str(uuid.uuid4())
        reply = errors.from_error(refusal, instance=scope["path"], request_id=request_id)
        extra = [(b"x-request-id", request_id.encode()), (b"cache-control", b"no-store"), *SECURITY_HEADERS]
        reply.raw_headers.extend(extra)
        await reply(scope, receive, send)


def check_json(body: bytes, depth: int) -> None:
    """Refuse a body nested deeper than ``depth``, or with a number of more than ``LONGEST_NUMBER`` digits.

    It need not be valid JSON; whoever parses it says so. Raises BadInput.
    """
    # Most bodies are settled by counting, at the speed of memory.
    if body.count(b"[") + body.count(b"{") <= depth and not _LONG_NUMBER.search(body):
        return
    level = 0
    for match in _TOKEN.finditer(body):
        first = match[0][:1]
        if first in b"[{":
            level += 1
            if level > depth:
                raise BadInput(f"the body is nested deeper than {depth} levels", hint="Send it flatter.")
        elif first in b"]}":
            level -= 1
        elif first != b'"':
            raise BadInput(
                f"the body holds a number of more than {LONGEST_NUMBER} digits",
                hint="Send it as a text, if at all.",
            )


def networks(words: Iterable[str], setting: str) -> tuple[Network, ...]:
    """The networks of a setting; an address is a network of one. Raises BadInput."""
    found: list[Network] = []
    for word in words:
        try:
            found.append(ipaddress.ip_network(word.strip(), strict=False))
        except ValueError:
            raise BadInput(
                f"{word[:80]!r} in the setting {setting} is no address and no network",
                hint="Write 10.0.0.0/8 or 2001:db8::/32.",
            ) from None
    return tuple(found)


@lru_cache(maxsize=4096)
def _inside(text: str, among: tuple[Network, ...]) -> bool:
    address = _address(text)
    return address is not None and any(
        address.version == network.version and address in network for network in among
    )


def _address(text: str) -> Address | None:
    """An address, an IPv4 address that was written as IPv6 (``::ffff:10.0.0.1``) as what it is."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return None
        return address.ipv4_mapped or address
    return address


def _hop(text: str) -> str | None:
    """The address of a hop, which may have a port and brackets; None for ``unknown``, ``_hidden`` and nonsense."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    address = _address(text)
    return None if address is None else str(address)


def _told(scope: Scope) -> tuple[list[str | None], str, str]:
    """The hops from the client on, the scheme and the host, as the nearest proxy tells them.

    ``Forwarded`` (RFC 7239) counts alone where it is there: a proxy that writes it need not have taken care of the
    older headers, which anybody may have sent.
    """
    forwarded = _joined(scope, b"forwarded")
    if forwarded:
        elements = [dict(_pairs(element)) for element in _split(forwarded)]
        last = elements[-1] if elements else {}
        return (
            [_hop(each.get("for", "")) for each in elements],
            last.get("proto", "").lower(),
            last.get("host", ""),
        )
    hops = _joined(scope, b"x-forwarded-for")
    proto = _joined(scope, b"x-forwarded-proto").rpartition(",")[2].strip().lower()
    host = _joined(scope, b"x-forwarded-host").rpartition(",")[2].strip()
    return [_hop(each) for each in hops.split(",")] if hops else [], proto, host


def _split(text: str) -> list[str]:
    """The elements of a list whose quoted strings may hold commas."""
    return [element for element in re.findall(r'(?:"(?:[^"\\]|\\.)*"|[^,"]|")+', text) if element.strip()]


def _pairs(element: str) -> Iterable[tuple[str, str]]:
    for match in _PAIR.finditer(element):
        value = match[2]
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        yield match[1].lower(), value


def _joined(scope: Scope, name: bytes) -> str:
    """All fields of a name as one (RFC 9110 §5.3)."""
    return ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def _header(scope: Scope, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return ""


def _origin(text: str) -> str:
    """An origin as browsers write it (RFC 6454 §6.2). Raises BadInput."""
    parts = urlsplit(text.strip())
    try:
        port = parts.port
    except ValueError:
        port = 0
    wrong = parts.path not in ("", "/") or parts.query or parts.fragment or parts.username or port == 0
    if parts.scheme not in ("http", "https") or not parts.hostname or "*" in text or wrong:
        raise BadInput(
            f"{text[:80]!r} in the setting server.cors_origins is no origin",
            hint="Write each one out, such as https://maps.example.org; there is no wildcard.",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_default = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{port}")
