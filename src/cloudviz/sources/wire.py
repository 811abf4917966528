"""Requests and answers over HTTP/1.1, one at a time on each connection, with httpcore and nothing above it.

httpx takes twice as long for a call: cookies, redirects and authentication that no cloud's API needs, and a pool
that looks at every connection it holds for every request. What it reads from the environment is read here too:
certificates (``SSL_CERT_FILE``, ``SSL_CERT_DIR``) and proxies (``HTTPS_PROXY``, ``NO_PROXY``…).
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

KEEP_SECONDS = 5.0
"""How long a connection that nobody uses is kept."""

Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers by their names in lower case, and the body as it was before it was compressed."""

_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
_LEFT_ALONE = "%/:=&?~#+!$,;'@()*[]"
"""What may stand in an address as it is: RFC 3986 §2.2, and what is escaped already."""
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class ExchangeBroke(Exception):
    """No whole answer came.

    Attributes:
        in_time: false when the connection, or a piece of the answer, did not come within its time.
        may_pass: whether the same request may be answered when it is made again.
    """

    def __init__(self, detail: str, *, in_time: bool = True, may_pass: bool = False) -> None:
        super().__init__(detail)
        self.in_time = in_time
        self.may_pass = may_pass


class Wire:
    """The connections of one scan, by where they go to. The last used is used again first.

    Arguments:
        connect, read: seconds to wait for a connection, and for each piece of an answer.
        answer_bytes: the longest answer that is read, before and after decompressing.
    """

    def __init__(self, connect: float, read: float, answer_bytes: int) -> None:
        self._timeout = {"timeout": {"connect": connect, "read": read, "write": read}}
        self._answer_bytes = answer_bytes
        self._idle: dict[str, list[httpcore.AsyncHTTPConnection]] = {}
        self._proxies: dict[str, Any] = {}
        self._proxy_of: dict[str, str] = {}
        self._certificates: ssl.SSLContext | None = None

    async def close(self) -> None:
        """Close every connection."""
        idle = [each for those in self._idle.values() for each in those]
        proxies = list(self._proxies.values())
        self._idle.clear()
        self._proxies.clear()
        for each in (*idle, *proxies):
            with suppress(*_ERRORS):
                await each.aclose()

    async def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        query: Sequence[tuple[str, str]] = (),
        content: bytes | None = None,
    ) -> Answer:
        """One answer, of whatever status. Redirects are not followed: a token goes with each request.

        Raises ExchangeBroke.
        """
        request, origin = self._request(method, url, headers, query, content)
        try:
            async with self._line(origin) as line:
                response = await line.handle_async_request(request)
                try:
                    body = await self._read(response)
                finally:
                    await response.aclose()
        except _ERRORS as error:
            detail = f"{type(error).__name__}: {error}".rstrip(": ")
            late = isinstance(error, httpcore.TimeoutException)
            raise ExchangeBroke(detail, in_time=not late, may_pass=True) from error
        except OSError as error:
            raise ExchangeBroke(f"{type(error).__name__}: {error}".rstrip(": "), may_pass=True) from error
        found: dict[str, str] = {}
        for name, value in response.headers:
            key, word = name.decode("latin-1").lower(), value.decode("latin-1")
            found[key] = f"{found[key]}, {word}" if key in found else word
        return response.status, found, self._plain(body, found.get("content-encoding", "").strip().lower())

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        query: Sequence[tuple[str, str]],
        content: bytes | None,
    ) -> tuple[httpcore.Request, str]:
        if query:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(query, quote_via=quote)}"
        try:
            parts = urlsplit(quote(url, safe=_LEFT_ALONE))
            port = parts.port
        except ValueError as error:
            raise ExchangeBroke(f"{error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ExchangeBroke("UnsupportedProtocol: an address begins with http:// or https:// and a host")
        host = parts.netloc.rpartition("@")[2]
        sent = {"Host": host, "Accept-Encoding": "gzip, deflate", "Connection": "keep-alive", **headers}
        if content is not None:
            sent["Content-Length"] = str(len(content))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            lines = [(name.encode("ascii"), value.encode("latin-1")) for name, value in sent.items()]
        except UnicodeEncodeError as error:
            raise ExchangeBroke("LocalProtocolError: a header holds what HTTP can't carry") from error
        address = httpcore.URL(
            scheme=parts.scheme.encode(), host=parts.hostname.encode(), port=port, target=target.encode()
        )
        request = httpcore.Request(method, address, headers=lines, content=content, extensions=self._timeout)
        return request, f"{parts.scheme}://{host}"

    @asynccontextmanager
    async def _line(self, origin: str) -> AsyncIterator[Any]:
        """What carries a request to where it goes: a connection that nobody uses now, or the proxy."""
        if origin not in self._proxy_of:
            self._proxy_of[origin] = _proxy_for(origin)
        if proxy := self._proxy_of[origin]:
            yield self._proxied(proxy)
            return
        idle = self._idle.setdefault(origin, [])
        async with AsyncExitStack() as stack:
            line = None
            while idle and line is None:
                line = idle.pop()
                if line.is_closed() or line.has_expired():
                    await line.aclose()
                    line = None
            if line is None:
                line = httpcore.AsyncHTTPConnection(
                    httpcore.URL(origin).origin, ssl_context=self._trusted(), keepalive_expiry=KEEP_SECONDS
                )
            stack.push_async_callback(_closed_unless_idle, line)
            yield line
            if line.is_idle():
                idle.append(line)

    def _proxied(self, proxy: str) -> Any:
        made = self._proxies.get(proxy)
        if made is None:
            parts = urlsplit(proxy)
            user = (parts.username or "", parts.password or "")
            options: dict[str, Any] = {"proxy_auth": user} if any(user) else {}
            place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
            kind = httpcore.AsyncSOCKSProxy if parts.scheme.startswith("socks") else httpcore.AsyncHTTPProxy
            try:
                made = kind(place, ssl_context=self._trusted(), keepalive_expiry=KEEP_SECONDS, **options)
            except (ImportError, ValueError) as error:
                raise ExchangeBroke(f"the proxy {place} can't be used: {error}") from error
            self._proxies[proxy] = made
        return made

    def _trusted(self) -> ssl.SSLContext:
        if self._certificates is None:
            self._certificates = httpx.create_ssl_context()  # a hundredth of a second each
        return self._certificates

    async def _read(self, response: httpcore.Response) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.aiter_stream():
            chunks.append(chunk)
            size += len(chunk)
            if size > self._answer_bytes:
                raise self._too_long()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _plain(self, body: bytes, coding: str) -> bytes:
        if coding not in ("gzip", "x-gzip", "deflate") or not body:
            return body
        reader = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            plain = reader.decompress(body, self._answer_bytes + 1)
        except zlib.error as error:
            raise ExchangeBroke(f"DecodingError: {error}", may_pass=True) from error
        if len(plain) > self._answer_bytes:
            raise self._too_long()
        if not reader.eof:
            raise ExchangeBroke("DecodingError: the compressed answer ends too early", may_pass=True)
        return plain

    def _too_long(self) -> ExchangeBroke:
        return ExchangeBroke(f"the answer is longer than {self._answer_bytes} bytes")


async def _closed_unless_idle(line: httpcore.AsyncHTTPConnection) -> None:
    """A connection with half an answer in it is of no more use, whatever broke it off."""
    if not line.is_idle():
        # Who is being cancelled has no time to wait for it.
        await asyncio.shield(line.aclose())


def _proxy_for(origin: str) -> str:
    """The proxy that the environment names for a place, or empty."""
    named = getproxies()
    if not named:
        return ""
    scheme, _, host = origin.partition("://")
    proxy = named.get(scheme) or named.get("all") or ""
    if not proxy or proxy_bypass(host):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"
