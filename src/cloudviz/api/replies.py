"""Replies kept ready: what is often asked is made once by its route, and then answered from bytes.

A reply is kept under what determines it: the caller's roles, the address with its query as it was sent, and the
version of the inventory. A new discovery makes a new version, so that nothing outdated is told. The query is not
put in order: the ``Link`` to the next page repeats it as it came.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import brotli
import orjson
from starlette.types import ASGIApp, Message, Receive, Scope

from cloudviz.errors import CloudVizError
from cloudviz.runtime import cache_keys
from cloudviz.runtime.cache import RECORDED, Cache
from cloudviz.runtime.redis.commands import RedisDown, RedisRefused
from cloudviz.runtime.settings import CacheSettings
from cloudviz.store import Store

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

Headers = list[tuple[bytes, bytes]]

RENEW_SECONDS = 0.5  # who asks on from here has the version asked for beside that, so that nobody waits for it
CHECK_SECONDS = 1.0  # how long another process's recording may go unnoticed where nobody tells of it
LONGEST_QUERY = 2048
LARGEST_KEPT = 4 * 2**20  # bytes; what is larger is streamed from the storage
SMALLEST_COMPRESSED = 1024  # below, the headers weigh more than what is saved
PRIVATE = (b"cache-control", b"private, no-cache")

_EXPORT = re.compile(rb"/visualization/diagrams/([0-9A-Fa-f-]{1,64})/export")
_LISTS = {
    each.encode(): each
    for each in ("/resources", "/aws/resources", "/azure/resources", "/gcp/resources", "/resources/facets")
}
_COMPRESSIBLE = (b"application/json", b"image/svg+xml", b"text/")
_OF_304 = frozenset({b"etag", b"cache-control", b"vary"})  # RFC 9110 §15.4.5
_NOT_KEPT = frozenset({b"content-length", b"x-request-id", b"set-cookie"})


@dataclass(frozen=True, slots=True)
class Dressed:
    """A reply as it goes out, but for what differs from request to request.

    Attributes:
        lines: ``headers`` as they are sent, without the empty line; None when one of them must not be sent.
        headers_304, lines_304: for who has it already.
    """

    body: bytes
    headers: Headers
    lines: bytes | None
    headers_304: Headers
    lines_304: bytes | None


_UNSENDABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")  # in a name or value, as servers refuse it


def head(headers: Headers) -> bytes | None:
    """Headers as lines; None when one holds what would end its line."""
    lines = []
    for name, value in headers:
        if _UNSENDABLE.search(name) or _UNSENDABLE.search(value):
            return None
        lines.append(b"%b: %b\r\n" % (name.lower(), value))
    return b"".join(lines)


@dataclass(slots=True)
class Reply:
    """A reply that a route made, in the codings in which it was asked for.

    Attributes:
        headers: those of the route, with an ``ETag``, without the length.
        etag: the ``ETag`` without its quotes.
        version: that of the inventory it was made from; empty for what never changes.
        codings: content coding → body with all its headers.
        is_compressible: whether compressing is worth it.
        dressed: content coding → what the edge answers with: see :meth:`as_dressed`.
    """

    headers: Headers
    body: bytes
    etag: bytes
    version: str
    codings: dict[bytes, tuple[bytes, Headers]] = field(default_factory=dict)
    is_compressible: bool = False
    dressed: dict[bytes, Dressed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind = next((value for name, value in self.headers if name == b"content-type"), b"")
        self.is_compressible = len(self.body) >= SMALLEST_COMPRESSED and kind.startswith(_COMPRESSIBLE)

    def as_dressed(self, coding: bytes, always: Callable[[Headers], Headers]) -> Dressed:
        """The reply in a coding, with what ``always`` adds to its headers; made once, when first asked for."""
        found = self.dressed.get(coding)
        if found is None:
            body, own = self.coded(coding)
            unchanged = [pair for pair in own if pair[0] in _OF_304]
            headers, of_304 = own + always(own), unchanged + always(unchanged)
            found = self.dressed[coding] = Dressed(body, headers, head(headers), of_304, head(of_304))
        return found

    def coded(self, coding: bytes) -> tuple[bytes, Headers]:
        """Body and headers in a coding: ``br``, ``gzip`` or empty. Compressed once, when first asked for."""
        found = self.codings.get(coding)
        if found is None:
            body, tag = self.body, self.etag
            headers = [pair for pair in self.headers if pair[0] != b"etag"]
            if coding == b"br":
                body = brotli.compress(body, quality=5)
            elif coding == b"gzip":
                body = gzip.compress(body, 6, mtime=0)
            if coding:
                # Other bytes are another representation, and a strong tag names one (RFC 9110 §8.8.3.3).
                tag = b"%b-%b" % (tag, coding)
                headers.append((b"content-encoding", coding))
            headers += [(b"etag", b'"%b"' % tag), (b"content-length", b"%d" % len(body))]
            found = self.codings[coding] = (body, headers)
        return found

    def matches(self, given: bytes) -> bool:
        """Whether an ``If-None-Match`` names this reply, in whatever coding (weak comparison)."""
        for each in given.split(b","):
            tag = each.strip().removeprefix(b"W/")
            if tag == b"*":
                return True
            if tag[:1] == b'"' and tag[1:-1].removesuffix(b"-br").removesuffix(b"-gzip") == self.etag:
                return True
        return False

    def to_bytes(self) -> bytes:
        """For the cache that processes share."""
        head = {
            "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in self.headers],
            "etag": self.etag.decode("latin-1"),
            "version": self.version,
        }
        return orjson.dumps(head) + b"\n" + self.body

    @classmethod
    def from_bytes(cls, data: bytes) -> Reply:
        """Read what :meth:`to_bytes` wrote. Raises ValueError or KeyError for anything else."""
        first, _, body = data.partition(b"\n")
        head = orjson.loads(first)
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]]
        return cls(headers, body, head["etag"].encode("latin-1"), head["version"])


_now = time.monotonic


class NotKept(Exception):
    """A route answered with something that must not be kept: an error, or a part of a file."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__("not kept")
        self.messages = messages


class TooLargeToKeep(Exception):
    """A route begins to answer with more than is held in memory. Nothing has been sent; it is to be asked anew."""


class Freshness:
    """The version of the inventory, known without asking the database for each request.

    What this process records is known at once, what another records when Redis tells, and within a second anyway.
    """

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now = now
        self._redis: Redis | None = None
        self._version = ""
        self._until = 0.0
        self._changes = 0
        self._asking: tuple[int, asyncio.Task[str]] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self.close = store.inventories.when_recorded(self._recorded)

    def join(self, redis: Redis) -> None:
        """Tell and hear of recordings through Redis."""
        self._redis = redis
        redis.listen(RECORDED, lambda _: self._outdate())
        redis.when_back(self._outdate)

    def known(self) -> str:
        """The version; empty when :meth:`ask` must find it."""
        left = self._until - self._now()
        if left <= 0:
            return ""
        if left < CHECK_SECONDS - RENEW_SECONDS and (self._renewing is None or self._renewing.done()):
            self._renewing = asyncio.create_task(self._renew())
        return self._version

    async def _renew(self) -> None:
        with contextlib.suppress(CloudVizError):  # whoever asks when the time is over is told
            await self.ask()

    async def ask(self) -> str:
        """The version, from the database: one question for all who ask at once. Raises Unavailable."""
        changes = self._changes
        asking = self._asking
        if asking is None or asking[0] != changes:
            asking = self._asking = (changes, asyncio.create_task(self._look()))
        try:
            return await asyncio.shield(asking[1])
        finally:
            if asking[1].done() and self._asking is asking:
                self._asking = None

    async def _look(self) -> str:
        changes, asked = self._changes, self._now()
        version = str(await self._store.inventories.data_version())
        if changes == self._changes:  # else something was recorded meanwhile, and this may be from before
            self._version, self._until = version, asked + CHECK_SECONDS
        return version

    async def _recorded(self) -> None:
        """Tell the others before who recorded is answered: so they show it when he asks them next."""
        self._outdate()
        if self._redis is None:
            return
        with contextlib.suppress(RedisDown, RedisRefused):  # then the others look for themselves, within a second
            await self._redis.publish(RECORDED, b"")

    def _outdate(self) -> None:
        self._changes += 1
        self._until = 0.0


class Replies:
    """The replies of one process, and those that all processes share.

    Arguments:
        shared: where all processes keep them; None keeps them in this one alone.
    """

    def __init__(self, settings: CacheSettings, freshness: Freshness, shared: Cache | None) -> None:
        self._settings = settings
        self._shared = shared
        self.freshness = freshness
        self._most = settings.memory_mb * 2**20
        self._kept: OrderedDict[tuple[bytes, bytes, tuple[str, ...]], tuple[Reply, float]] = OrderedDict()
        self._size = 0
        self._making: dict[object, asyncio.Task[Reply]] = {}
        self.hits = 0
        self.misses = 0

    @property
    def size(self) -> int:
        """What this process keeps, in bytes."""
        return self._size

    def ready(self, scope: Scope, roles: tuple[str, ...]) -> Reply | None:
        """The kept reply to a request, when it is still right."""
        found = self._kept.get((scope["raw_path"], scope["query_string"], roles))
        if found is None:
            return None
        reply, until = found
        if _now() >= until or (reply.version and reply.version != self.freshness.known()):
            return None
        self.hits += 1
        return reply

    async def make(self, app: ASGIApp, scope: Scope, receive: Receive, roles: tuple[str, ...]) -> Reply:
        """The reply to a request, from the shared cache or from the app: once for all who ask for it at once.

        Raises :class:`NotKept` with what the app said when that was no success, and what the app raises.
        """
        self.misses += 1
        export = _EXPORT.fullmatch(scope["raw_path"])
        version = "" if export else (self.freshness.known() or await self.freshness.ask())
        key = (scope["raw_path"], scope["query_string"], roles)
        kept = self._kept.get(key)
        if kept is not None and kept[0].version == version and time.monotonic() < kept[1]:
            return kept[0]  # it was made while the version was being asked for
        asked = (key, version)
        task = self._making.get(asked)
        if task is None:

            async def made() -> Reply:
                try:
                    return await self._fetch(app, scope, receive, key, version, export)
                finally:
                    del self._making[asked]

            task = self._making[asked] = asyncio.create_task(made())
        return await asyncio.shield(task)

    async def _fetch(
        self,
        app: ASGIApp,
        scope: Scope,
        receive: Receive,
        key: tuple[bytes, bytes, tuple[str, ...]],
        version: str,
        export: re.Match[bytes] | None,
    ) -> Reply:
        if not self._settings.replies:
            return await _answer(app, scope, receive, version)
        lifetime = self._settings.diagram_seconds if export else self._settings.resources_seconds
        if self._shared is None:
            reply = await _answer(app, scope, receive, version)
        else:

            async def make() -> bytes:
                return (await _answer(app, scope, receive, version)).to_bytes()

            name, told = _name(key, version, export)
            try:
                reply = Reply.from_bytes(await self._shared.fetch(name, lifetime, make, told))
            except (ValueError, KeyError, TypeError):  # somebody else writes there
                reply = await _answer(app, scope, receive, version)
        self._keep(key, reply, lifetime)
        return reply

    def forget_all(self) -> None:
        """Keep nothing of what was made until now."""
        self._kept.clear()
        self._size = 0

    def _keep(self, key: tuple[bytes, bytes, tuple[str, ...]], reply: Reply, lifetime: float) -> None:
        weight = _weight(key, reply)
        if weight > self._most // 8:
            return
        before = self._kept.pop(key, None)
        if before is not None:
            self._size -= _weight(key, before[0])
        self._kept[key] = (reply, time.monotonic() + lifetime)
        self._size += weight
        while self._size > self._most:
            oldest, (dropped, _) = self._kept.popitem(last=False)
            self._size -= _weight(oldest, dropped)


def hot_route(scope: Scope) -> str:
    """The template of the route, as the router would tell it, of a request whose reply is kept; else empty.

    Kept are lists, a resource and all about it, facets, and exports.
    """
    if scope["method"] != "GET" or len(scope["query_string"]) > LONGEST_QUERY:
        return ""
    raw: bytes = scope["raw_path"]
    known = _LISTS.get(raw)
    if known is not None:
        return known
    if raw.startswith(b"/resources/"):
        last = scope["path"].rpartition("/")[2]
        return "/resources/{resource_id}" + (f"/{last}" if last in ("history", "neighbours") else "")
    if not _EXPORT.fullmatch(raw) or any(name == b"range" for name, _ in scope["headers"]):
        return ""  # a part of a file is cut by its route
    return "/visualization/diagrams/{diagram_id}/export"


def coding_for(accepted: bytes) -> bytes:
    """The best content coding that an ``Accept-Encoding`` allows: ``br``, ``gzip`` or none."""
    if not accepted:
        return b""
    offered = {}
    for each in accepted.split(b","):
        name, _, rest = each.strip().lower().partition(b";")
        offered[name.strip()] = rest.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    for coding in (b"br", b"gzip"):
        if offered.get(coding, offered.get(b"*", False)):
            return coding
    return b""


async def _answer(app: ASGIApp, scope: Scope, receive: Receive, version: str) -> Reply:
    """What the route says to this request, without the conditions under which it was asked."""
    inner = dict(scope)
    inner["headers"] = [pair for pair in scope["headers"] if pair[0] not in _CONDITIONS]
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        if message["type"] == "http.response.start" and _length(message) > LARGEST_KEPT:
            raise TooLargeToKeep
        messages.append(message)

    await app(inner, receive, collect)
    start: Message = messages[0] if messages else {"status": 500, "headers": []}
    if start["status"] != 200:
        raise NotKept(messages)
    body = b"".join(message.get("body", b"") for message in messages[1:])
    headers: Headers = [pair for pair in start["headers"] if pair[0].lower() not in _NOT_KEPT]
    etag = next((value for name, value in headers if name == b"etag"), b"").strip(b'"')
    if not etag:
        etag = hashlib.sha256(body).hexdigest()[:32].encode()
    names = {name for name, _ in headers}
    if b"cache-control" not in names:
        headers.append(PRIVATE)
    headers.append((b"vary", b"Accept-Encoding, Authorization"))
    return Reply(headers, body, etag, version)


def _length(start: Message) -> int:
    return next((int(value) for name, value in start["headers"] if name == b"content-length"), 0)


_CONDITIONS = frozenset({b"if-none-match", b"if-modified-since", b"range", b"accept-encoding"})


def _name(
    key: tuple[bytes, bytes, tuple[str, ...]], version: str, export: re.Match[bytes] | None
) -> tuple[str, str]:
    """The key in Redis, of contract §6, and the field that tells the queries of one key apart."""
    path, query, roles = key
    told = hashlib.sha256(b"\0".join((path, query, ",".join(roles).encode(), version.encode()))).hexdigest()[:32]
    if export:
        return cache_keys.diagram(export[1].decode("ascii")), told
    asked = parse_qs(query.decode("latin-1"))
    first = path.split(b"/")[1].decode("latin-1")
    provider = first if first != "resources" else _one(asked.get("provider"))
    return cache_keys.resources(provider, _one(asked.get("region"))), told


def _one(values: list[str] | None) -> str:
    """The one value that was asked for; ``all`` for none, ``some`` for several."""
    if not values:
        return cache_keys.ALL
    return values[0] if len(values) == 1 else cache_keys.SOME


def _weight(key: tuple[bytes, bytes, tuple[str, ...]], reply: Reply) -> int:
    # Compressed copies come later: allow for them from the start.
    return len(key[0]) + len(key[1]) + len(reply.body) * 3 // 2 + 2000
