"""Requests to places that users name: to the public internet, and inside only to what the settings name.

A name is resolved once, every address it has is checked, and the connection goes to an address that was checked: a
name that means something else a moment later gains nothing. Redirects are not followed, proxies of the environment
are not used (they would resolve again), nothing is decompressed, and size and time are bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from cloudviz.errors import CloudVizError, Invalid
from cloudviz.runtime.settings import OutboundSettings

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Awaitable[list[str]]]
"""From a name and a port to all of its addresses."""

LONGEST_URL = 2048

# What Python's is_global lets through, besides what it does not; from
# https://www.iana.org/assignments/iana-ipv4-special-registry and the clouds' own pages.
DENIED_V4 = tuple(
    ipaddress.IPv4Network(each)
    for each in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT, and Alibaba's metadata 100.100.100.200
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's wire server
        "169.254.0.0/16",  # metadata of AWS, Azure, Google and others
        "172.16.0.0/12",
        "192.0.0.0/24",  # Oracle's metadata 192.0.0.192
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Of IPv6 only what is given out as global unicast can be public; in it, these are not. NAT64, 6to4, Teredo and the
# mapped addresses lead to IPv4 addresses that nobody has looked at.
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
DENIED_V6 = tuple(
    ipaddress.IPv6Network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
# Not even when a setting names the host: these give out credentials, or are nobody's address.
NEVER = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.192/32",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fd00:ec2::/32",
        "fe80::/10",
        "ff00::/8",
    )
)

_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


class OutboundFailed(CloudVizError):
    """A place that may be asked did not answer, or not as it should."""

    status, code, title = 502, "outbound_failed", "The other side could not be reached"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: ``host`` in lower case, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class OutboundReply:
    """What came back, redirects included."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outbound:
    """Asks places that users name.

    Arguments:
        settings: what may be asked, and how much and how long an answer may be.
        resolve: how names become addresses; the system's resolver when None.
        verify: the TLS context, for tests; the system's certificates when None.
    """

    def __init__(self, settings: OutboundSettings, resolve: Resolver | None = None, verify: Any = None) -> None:
        self._settings = settings
        self._resolve = resolve or _system_resolver
        self._verify = True if verify is None else verify
        self._names: set[tuple[str, int | None]] = set()
        self._suffixes: list[str] = []
        self._networks: list[IpNetwork] = []
        for entry in settings.allowed_hosts:
            self._allow(entry.strip().lower())

    def _allow(self, entry: str) -> None:
        try:
            self._networks.append(ipaddress.ip_network(entry, strict=False))
            return
        except ValueError:
            pass
        if entry.startswith("*."):
            self._suffixes.append(entry[1:])
            return
        name, parted, port = entry.partition(":")
        if not _NAME.fullmatch(name) or (parted and not port.isdecimal()):
            raise Invalid(
                f"{entry[:80]!r} in the setting outbound.allowed_hosts is no host",
                hint="Write n8n.internal, n8n.internal:5678, *.example.org, 10.1.2.3 or 10.1.0.0/16.",
            )
        self._names.add((name, int(port) if parted else None))

    def target(self, url: str) -> Target:
        """Where a URL leads, when it may be asked as far as can be told without resolving it.

        Raises Invalid for what is no absolute URL, has a user in it, spells an address in an odd way, or names a
        scheme or port that is not allowed.
        """
        if len(url) > LONGEST_URL or _UNSAFE.search(url):
            raise Invalid("the URL is too long, or has spaces or control characters in it", hint=_HINT)
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise Invalid("the URL can't be read", hint=_HINT) from None
        if parts.scheme not in ("http", "https") or not host:
            raise Invalid("the URL does not begin with https:// and a host", hint=_HINT)
        if parts.username is not None or parts.password is not None:
            raise Invalid("the URL has a user or a password in it", hint="Send secrets in a header.")
        address = _literal(host)
        if address is None and not host.isascii():
            # ①②⑦.0.0.1 is 127.0.0.1 to a resolver.
            raise Invalid("the host of the URL is not written in ASCII", hint="Write it as xn--….")
        if address is None and (not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2])):
            # 0x7f.1, 2130706433 and 127.1 are addresses to a resolver (URL Standard, "ends in a number").
            raise Invalid("the host of the URL is neither a name nor an address in its usual form", hint=_HINT)
        named = self._is_named(host, port or {"http": 80, "https": 443}[parts.scheme], address)
        if parts.scheme == "http" and not (self._settings.allow_http or named):
            raise Invalid("the URL is without TLS", hint="Use https://.")
        found = Target(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme])
        if port == 0 or (found.port not in self._settings.ports and not named):
            raise Invalid(f"port {found.port} may not be asked", hint="See the setting outbound.ports.")
        if address is not None:
            self._check(address, host_is_named=named)
        return found

    def _is_named(self, host: str, port: int, address: IpAddress | None) -> bool:
        if address is not None:
            return any(address.version == each.version and address in each for each in self._networks)
        if (host, None) in self._names or (host, port) in self._names:
            return True
        return any(host.endswith(suffix) for suffix in self._suffixes)

    def _check(self, address: IpAddress, *, host_is_named: bool) -> None:
        real = _unmapped(address)
        named = host_is_named or any(real.version == each.version and real in each for each in self._networks)
        if any(real.version == each.version and real in each for each in NEVER) or not (
            named or is_public(address)
        ):
            raise Invalid(
                "the URL leads to an address that may not be asked",
                hint="An administrator can name hosts inside with the setting outbound.allowed_hosts.",
            )

    async def addresses(self, target: Target) -> list[str]:
        """All addresses of a target, each one checked. Raises Invalid when one may not be asked."""
        literal = _literal(target.host)
        if literal is not None:
            found = [str(literal)]
        else:
            try:
                async with asyncio.timeout(self._settings.timeout_seconds):
                    found = await self._resolve(target.host, target.port)
            except (OSError, TimeoutError, UnicodeError):
                found = []
        if not found:
            raise OutboundFailed(f"the host {target.host} has no address", hint="Check its spelling.")
        named = self._is_named(target.host, target.port, literal)
        for each in found:
            address = _literal(each.partition("%")[0])
            if address is None:
                raise OutboundFailed(f"the host {target.host} has no address")
            # One that may not be asked among others that may: somebody means it to be chosen.
            self._check(address, host_is_named=named)
        return list(dict.fromkeys(found))

    async def check(self, url: str) -> Target:
        """Whether a URL may be asked now: for refusing it when it is given. Raises as :meth:`ask`."""
        target = self.target(url)
        await self.addresses(target)
        return target

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> OutboundReply:
        """One request. A redirect is an answer like others.

        Raises Invalid when the place may not be asked, OutboundFailed when it does not answer as it should.
        """
        settings = self._settings
        plain = {name: value for name, value in (headers or {}).items() if name.lower() != "accept-encoding"}
        try:
            async with asyncio.timeout(settings.timeout_seconds), self.client() as client:
                request = client.build_request(
                    method, url, headers={**plain, "Accept-Encoding": "identity"}, content=content
                )
                reply = await client.send(request, stream=True)
                try:
                    body = await self._bounded(reply)
                finally:
                    await reply.aclose()
        except TimeoutError:
            raise OutboundFailed(f"no whole answer within {settings.timeout_seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise OutboundFailed(f"the request failed: {type(error).__name__}") from None
        return OutboundReply(reply.status_code, dict(reply.headers), body)

    async def tell(
        self, url: str, *, headers: Mapping[str, str], content: bytes, most_bytes: int = 2048
    ) -> OutboundReply:
        """POST something whose answer is in the status: of the body only the beginning is read, if it comes.

        A body that breaks off, hangs or lies about its length takes nothing from a status that was received.
        Raises as :meth:`ask` does, while there is no status.
        """
        settings = self._settings
        plain = {name: value for name, value in headers.items() if name.lower() != "accept-encoding"}
        body = bytearray()
        try:
            async with asyncio.timeout(settings.timeout_seconds), self.client() as client:
                request = client.build_request(
                    "POST", url, headers={**plain, "Accept-Encoding": "identity"}, content=content
                )
                reply = await client.send(request, stream=True)
                try:
                    with contextlib.suppress(TimeoutError, httpx.HTTPError, OSError):
                        async with asyncio.timeout(min(settings.timeout_seconds / 3, 5.0)):
                            async for piece in reply.aiter_raw():
                                body += piece[: most_bytes - len(body)]
                                if len(body) >= most_bytes:
                                    break
                    answer = OutboundReply(reply.status_code, dict(reply.headers), bytes(body))
                finally:
                    with contextlib.suppress(httpx.HTTPError, OSError):
                        await reply.aclose()
        except TimeoutError:
            raise OutboundFailed(f"no answer within {settings.timeout_seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise OutboundFailed(f"the request failed: {type(error).__name__}") from None
        return answer

    async def _bounded(self, reply: httpx.Response) -> bytes:
        limit = self._settings.max_reply_kb * 1024
        body = bytearray()
        async for piece in reply.aiter_raw():  # as it came: a few bytes may unpack to gigabytes
            body += piece
            if len(body) > limit:
                raise OutboundFailed(f"the answer is larger than {self._settings.max_reply_kb} KB")
        return bytes(body)

    def client(self) -> httpx.AsyncClient:
        """A client that can reach nothing else; for libraries that want one."""
        if self._verify is True:
            # Reading the system's certificates takes 20 to 40 ms: once, and not for each request.
            self._verify = httpx.create_ssl_context(verify=True, trust_env=False)
        return httpx.AsyncClient(
            transport=PinnedTransport(self, self._verify),
            follow_redirects=False,
            trust_env=False,
            timeout=self._settings.timeout_seconds,
        )


class PinnedTransport(httpx.AsyncBaseTransport):
    """Connects to addresses that were checked; TLS and the Host header keep the name."""

    def __init__(self, outbound: Outbound, verify: Any) -> None:
        self._outbound = outbound
        # No connection is kept: a pool knows it by its address alone, and would send to one name what is meant for
        # another that shares it.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(verify=verify, trust_env=False, limits=limits, retries=0)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """See :class:`httpx.AsyncBaseTransport`. Raises Invalid for what may not be asked."""
        target = self._outbound.target(str(request.url))
        failed: httpx.ConnectError | None = None
        for address in (await self._outbound.addresses(target))[:4]:
            extensions = {**request.extensions, "sni_hostname": target.host}
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # with the Host that httpx took from the name
                stream=request.stream,
                extensions=extensions,
            )
            try:
                return await self._inner.handle_async_request(pinned)
            except httpx.ConnectError as error:  # nothing was sent: the next address may do
                failed = error
        assert failed is not None
        raise failed

    async def aclose(self) -> None:
        """Let connections go."""
        await self._inner.aclose()


def is_public(address: IpAddress) -> bool:
    """Whether an address is somebody's on the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in each for each in DENIED_V4)
    return address in PUBLIC_V6 and not any(address in each for each in DENIED_V6)


def _unmapped(address: IpAddress) -> IpAddress:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _literal(host: str) -> IpAddress | None:
    """An address in its usual form: Python takes neither 0x7f.1 nor 0177.0.0.1 nor 2130706433 for one."""
    try:
        return ipaddress.ip_address(host) if host.isascii() and "%" not in host else None
    except ValueError:
        return None


async def _system_resolver(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


_HINT = "Use a URL such as https://hooks.example.org/cloudviz."
