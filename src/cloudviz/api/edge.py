"""The outermost layer, in pure ASGI: request id, who calls, limits, kept replies, metrics, audit, last resort.

Starlette's BaseHTTPMiddleware costs 290 µs a request, about three times FastAPI itself, hence this one class. What
is often asked is answered here, without FastAPI; everything else goes on to it with what was found out already.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import re
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudviz.access import Caller, Role
from cloudviz.access.key_format import PREFIX
from cloudviz.access.limits import SETTING, Kind, Limits, Standing
from cloudviz.api import errors
from cloudviz.api.house import House
from cloudviz.api.metrics import Metrics
from cloudviz.api.protocol import Whole
from cloudviz.api.replies import Dressed, NotKept, Reply, TooLargeToKeep, coding_for, head, hot_route
from cloudviz.errors import BadInput, CloudVizError, TooLarge, Unauthenticated
from cloudviz.runtime.logs import get_logger

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

_ALWAYS = b"".join(b"%b: %b\r\n" % pair for pair in (*SECURITY_HEADERS, (b"cache-control", b"no-store")))
"""What every reply has that has chosen none of it itself, as lines."""

UNMATCHED = "(none)"  # one label for every path that is no route, so that scanners make no new time series
LONGEST_TARGET = 16_384  # bytes of path and query; an ARM id escaped twice has under 2,000

_chance = random.getrandbits
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


ROUTE = "cloudviz.route"
"""Where the edge tells those around it which route answered, as its template."""

CALLER = "cloudviz.caller"
"""Where :mod:`cloudviz.api.needs` finds who calls, once the edge knows."""

_API = frozenset(
    {
        "auth",
        "aws",
        "azure",
        "gcp",
        "discoveries",
        "imports",
        "resources",
        "visualization",
        "costs",
        "jobs",
        "webhooks",
    }
    | {"admin"}
)
_SIGN_IN = ("/auth/login", "/auth/refresh", "/auth/exchange", "/auth/oauth")
_HEAVY = (
    "/discover",
    "/test-connection",
    "/imports",
    "/costs/import",
    "/visualization/generate",
    "/visualization/export",
)
_KEY = PREFIX.encode()
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


_ASK = CloudVizError("not known yet")  # no refusal: it says that whoever keeps books elsewhere must be asked


class Visit:
    """One request as the edge sees it: its headers are gone through once."""

    __slots__ = (
        "accept_encoding", "caller", "if_none_match", "is_api", "limit_headers", "path", "request_id", "route",
        "scope", "started", "token",
    )  # fmt: skip

    def __init__(self, scope: Scope, started: float) -> None:
        self.scope = scope
        self.started = started
        self.path: str = scope["path"]
        self.is_api = self.path[1:].partition("/")[0] in _API
        self.caller: Caller | None = None
        self.limit_headers: list[tuple[bytes, bytes]] = []
        self.route = ""
        self.token = b""
        # Of a field that comes twice the last counts, as in a loop over all of them.
        fields: dict[bytes, bytes] = dict(scope["headers"])
        authorization = fields.get(b"authorization")
        if authorization is not None:
            word, _, token = authorization.partition(b" ")
            self.token = token.strip() if word.lower() == b"bearer" else b""
        key = fields.get(b"x-api-key", b"").strip()
        self.if_none_match = fields.get(b"if-none-match", b"")
        self.accept_encoding = fields.get(b"accept-encoding", b"")
        given = fields.get(b"x-request-id", b"")
        if given and not _GIVEN_ID.fullmatch(given):
            given = b""  # else it is the caller's own, when it is harmless to log
        if key:  # both at once are refused within
            self.token = key if not self.token and key.startswith(_KEY) else b""
        # Not uuid4: that asks the kernel for chance each time, and nothing is hidden behind this id.
        self.request_id: str = given.decode() if given else f"{_chance(128):032x}"
        scope["request_id"] = self.request_id


def counted(scope: Scope, caller: Caller | None) -> tuple[Kind, str, int]:
    """Which limit a request falls under, for whom it counts, and a limit of their own (0: none)."""
    path: str = scope["path"]
    if caller is None:
        client = scope.get("client")
        address = f"address:{client[0] if client else ''}"
        return (Kind.SIGN_IN if path.startswith(_SIGN_IN) else Kind.STRANGER), address, 0
    if scope["method"] in _READS or path == "/resources/search":
        kind = Kind.READ
    elif path.endswith(_HEAVY):
        kind = Kind.HEAVY
    else:
        kind = Kind.WRITE
    if caller.key:
        return kind, f"key:{caller.key}", caller.limits.get(SETTING[kind], 0)
    return kind, f"user:{caller.person}", 0


def _house_of(scope: Scope) -> House | None:
    """What the app was given at its start; None before that, and where what is within is no app of ours."""
    app = scope.get("app")
    return None if app is None else getattr(app.state, "house", None)


class Edge:
    """Wraps the app. What it needs of a running server it finds in ``app.state.house``.

    Arguments:
        app: the layers within.
        metrics: where durations go.
        body_limit: largest body in bytes.
        upload_limit: largest body in bytes of the routes in ``upload_routes``.
        upload_routes: paths that take files.
        answer_seconds: how long a route may take to begin its answer; those that take files may take longer.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        body_limit: int,
        upload_limit: int,
        upload_routes: tuple[str, ...] = ("/imports", "/costs/import"),
        answer_seconds: float = 120,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._answer_seconds = answer_seconds
        self._app = app
        self._metrics = metrics
        self._body_limit = body_limit
        self._upload_limit = upload_limit
        self._upload_routes = upload_routes
        self._clock = clock
        self._log = get_logger("cloudviz.api")
        self._tells = self._log.is_enabled_for(logging.INFO)
        self._templates: dict[int, tuple[object, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the lifespan, which passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = Visit(scope, self._clock())
        house: House | None = _house_of(scope)
        if house is not None and visit.is_api:
            try:
                refused = self._admit_known(visit, house)
                if refused is _ASK:
                    refused = await self._admit(visit, house)
            except CloudVizError as refusal:  # the address is one that no honest client sends
                refused = refusal
            if refused is not None:
                reply = errors.from_error(refused, instance=visit.path, request_id=visit.request_id)
                await self._pass_on(visit, house, reply, receive, send)
                return
            caller = visit.caller
            if caller is not None and caller.may(Role.VIEWER):
                visit.route = hot_route(scope)
                if visit.route:
                    kept = house.replies.ready(scope, caller.roles)
                    if kept is None:
                        kept = await self._made(visit, house, caller, receive, send)
                    if kept is not None:
                        await self._answer(visit, house, kept, send)
                    return
        await self._pass_on(visit, house, self._app, receive, send)

    def at_once(self, scope: Scope) -> Whole | None:
        """Answer a read from kept bytes, when who calls is known and nobody need be asked how often they may.

        It does what :meth:`__call__` does, in the same order of checks, and without any trace when the answer is
        None: then that one is to be called. The address needs no check, since a reply is kept under it.
        """
        house: House | None = _house_of(scope)
        visit = Visit(scope, self._clock())
        if house is None or not visit.token or not visit.is_api:
            return None
        visit.caller = caller = house.door.sign_in.recognition.known(visit.token)
        if caller is None:
            return None
        if house.limits is not None:
            over = house.limits.known_over(*counted(scope, caller))
            if over is not None:
                return self._refused_at_once(visit, house, house.limits, over)
        if not caller.may(Role.VIEWER):
            return None
        route = hot_route(scope)
        if not route:
            return None
        reply = house.replies.ready(scope, caller.roles)
        if reply is None:
            return None
        status, dressed = self._dressed(visit, reply)
        body, lines = (dressed.body, dressed.lines) if status == 200 else (b"", dressed.lines_304)
        if lines is None:
            return None
        if house.limits is not None:
            standing = house.limits.quickly(*counted(scope, caller))
            if standing is None or not standing.allowed:
                return None  # a refusal counts nothing, so that asking once more does not either
            lines += b"".join([b"%b: %b\r\n" % pair for pair in house.limits.headers(standing)])
        self._note(visit, house, route, status)
        return status, b"%bx-request-id: %b\r\n\r\n" % (lines, visit.request_id.encode()), body

    def _refused_at_once(self, visit: Visit, house: House, limits: Limits, over: Standing) -> Whole | None:
        """The refusal of somebody who is over a limit and asks on: it must cost no more than an answer."""
        try:
            check_target(visit.scope)
        except CloudVizError:
            return None
        reply = errors.from_error(limits.refusal(over), instance=visit.path, request_id=visit.request_id)
        own = head([*reply.raw_headers, (b"x-request-id", visit.request_id.encode()), *limits.headers(over)])
        if own is None:
            return None
        self._metrics.limited(over.kind)
        self._note(visit, house, UNMATCHED, reply.status_code)
        return reply.status_code, b"%b%b\r\n" % (own, _ALWAYS), bytes(reply.body)

    def _admit_known(self, visit: Visit, house: House) -> CloudVizError | None:
        """What :meth:`_admit` does, where nobody need be asked for it; else its answer is ``_ASK``."""
        check_target(visit.scope)
        if visit.token:
            visit.caller = house.door.sign_in.recognition.known(visit.token)
            if visit.caller is None:
                return _ASK
            visit.scope[CALLER] = visit.caller
        if house.limits is None:
            return None
        standing = house.limits.quickly(*counted(visit.scope, visit.caller))
        return _ASK if standing is None else self._counted(visit, house.limits, standing)

    async def _admit(self, visit: Visit, house: House) -> CloudVizError | None:
        """Find out who calls, and count the request. The refusal of somebody over a limit is returned."""
        if visit.token and visit.caller is None:
            # Routes that are open to all take it all the same; the others say what is wrong with it.
            with contextlib.suppress(Unauthenticated):
                visit.caller = await house.door.sign_in.recognition.caller(visit.token.decode("latin-1"))
            visit.scope[CALLER] = visit.caller
        if house.limits is None:
            return None
        standing = await house.limits.take(*counted(visit.scope, visit.caller))
        return self._counted(visit, house.limits, standing)

    def _counted(self, visit: Visit, limits: Limits, standing: Standing) -> CloudVizError | None:
        visit.limit_headers = limits.headers(standing)
        if standing.allowed:
            return None
        self._metrics.limited(standing.kind)
        return limits.refusal(standing)

    async def _made(
        self, visit: Visit, house: House, caller: Caller, receive: Receive, send: Send
    ) -> Reply | None:
        """The reply of a route that is kept, where none is ready; None when it was answered otherwise."""
        replies = house.replies
        try:
            if not replies.freshness.known():
                await replies.freshness.ask()
                reply = replies.ready(visit.scope, caller.roles)
                if reply is not None:
                    return reply
            async with asyncio.timeout(self._answer_seconds):
                return await replies.make(self._app, visit.scope, receive, caller.roles)
        except NotKept as said:
            messages = said.messages

            async def repeat(scope: Scope, receive: Receive, send: Send) -> None:
                for message in messages:
                    await send(dict(message))

            await self._pass_on(visit, house, repeat, receive, send)
        except TooLargeToKeep:
            await self._pass_on(visit, house, self._app, receive, send)
        except (CloudVizError, TimeoutError) as error:
            visit.route = ""
            refusal = error if isinstance(error, CloudVizError) else self._late()
            problem = errors.from_error(refusal, instance=visit.path, request_id=visit.request_id)
            await self._pass_on(visit, house, problem, receive, send)
        except Exception:
            visit.route = ""
            self._log.exception("request failed", request_id=visit.request_id, method="GET")
            problem = errors.internal(instance=visit.path, request_id=visit.request_id)
            await self._pass_on(visit, house, problem, receive, send)
        return None

    async def _answer(self, visit: Visit, house: House, reply: Reply, send: Send) -> None:
        """Answer from kept bytes."""
        status, dressed = self._dressed(visit, reply)
        body, headers = (dressed.body, dressed.headers) if status == 200 else (b"", dressed.headers_304)
        own = [*headers, (b"x-request-id", visit.request_id.encode()), *visit.limit_headers]
        await send({"type": "http.response.start", "status": status, "headers": own})
        await send({"type": "http.response.body", "body": body})
        self._note(visit, house, visit.route, status)

    def _dressed(self, visit: Visit, reply: Reply) -> tuple[int, Dressed]:
        """The status, and the reply in the coding that the caller takes."""
        coding = coding_for(visit.accept_encoding) if visit.accept_encoding and reply.is_compressible else b""
        dressed = reply.dressed.get(coding) or reply.as_dressed(coding, self._missing)
        return (304 if visit.if_none_match and reply.matches(visit.if_none_match) else 200), dressed

    async def _pass_on(
        self, visit: Visit, house: House | None, app: ASGIApp, receive: Receive, send: Send
    ) -> None:
        """Let the layers within answer, and catch what escapes them."""
        scope, request_id = visit.scope, visit.request_id
        status = 0
        takes_files = visit.path in self._upload_routes
        patience = asyncio.timeout(None if takes_files else self._answer_seconds)

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.get("headers", [])
                message["headers"] = [
                    *headers,
                    (b"x-request-id", request_id.encode()),
                    *self._missing(headers),
                    *visit.limit_headers,
                ]
            await send(message)

        async def send_in_time(message: Message) -> None:
            if message["type"] == "http.response.start" and not patience.expired():
                patience.reschedule(None)  # from here on it is the caller who decides how long it takes
            await send_dressed(message)

        self._metrics.under_way.inc()
        try:
            check_target(scope)
            limit = self._upload_limit if takes_files else self._body_limit
            async with patience:
                await app(scope, limited(scope, receive, limit), send_in_time)
        except CloudVizError as refusal:
            if status == 0:
                reply = errors.from_error(refusal, instance=visit.path, request_id=request_id)
                await reply(scope, receive, send_dressed)
        except Exception as error:
            if isinstance(error, TimeoutError) and patience.expired() and status == 0:
                reply = errors.from_error(self._late(), instance=visit.path, request_id=request_id)
                await reply(scope, receive, send_dressed)
                return
            self._log.exception("request failed", request_id=request_id, method=scope["method"])
            if status:
                raise  # the reply has begun: the server must break the connection, or half a reply looks whole
            reply = errors.internal(instance=visit.path, request_id=request_id)
            await reply(scope, receive, send_dressed)
        finally:
            self._metrics.under_way.dec()
            self._note(visit, house, visit.route or self._template(scope), status or 499)

    def _late(self) -> CloudVizError:
        return _AnswerTimeout(
            f"there was no answer within {self._answer_seconds:g} s",
            hint="Ask for less, or let an administrator raise the setting server.answer_seconds.",
        )

    def _note(self, visit: Visit, house: House | None, route: str, status: int) -> None:
        """Metrics, log and audit of a finished request."""
        visit.scope[ROUTE] = route
        seconds = self._clock() - visit.started
        method = visit.scope["method"]
        if method not in _KNOWN_METHODS:
            method = "other"
        self._metrics.observe(method, route, status, seconds)
        if self._tells:
            self._log.info(
                "request",
                request_id=visit.request_id,
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 2),
            )
        if visit.is_api and house is not None and house.accesses is not None:
            actor = visit.caller.username if visit.caller is not None else ""
            client = visit.scope.get("client")
            house.accesses.note(
                (
                    time.time(), actor, method, visit.path, route, status, seconds,
                    client[0] if client else "", visit.request_id,
                )
            )  # fmt: skip

    @staticmethod
    def _missing(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers that every reply has, without those that the route has chosen itself."""
        given = {name.lower() for name, _ in headers}
        missing = [pair for pair in SECURITY_HEADERS if pair[0] not in given]
        if b"cache-control" not in given:
            # What the API says depends on who asks: no proxy may keep it unless a route says so.
            missing.append((b"cache-control", b"no-store"))
        return missing

    def _template(self, scope: Scope) -> str:
        """The template of the matched route, its router's prefix included.

        A router that is included under a prefix leaves its own, shorter path in ``scope["route"]``; what
        stands before it in the path is the prefix. It is the same for every request of that route object.
        """
        route = scope.get("route")
        path_format = getattr(route, "path_format", None)
        if route is None or path_format is None:
            return UNMATCHED
        known = self._templates.get(id(route))
        if known is not None:
            return known[1]
        filled = path_format
        for name, value in scope.get("path_params", {}).items():
            filled = filled.replace("{" + name + "}", str(value))
        path: str = scope["path"]
        template: str = (path.removesuffix(filled) if path.endswith(filled) else "") + path_format
        self._templates[id(route)] = (route, template)
        return template


def check_target(scope: Scope) -> None:
    """Refuse a path or query that no honest client sends: over-long, or with a zero byte in it.

    PostgreSQL takes no zero byte in a text, so it would come back as an error of the database.
    """
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    query: bytes = scope.get("query_string", b"")
    if len(raw_path) + len(query) > LONGEST_TARGET:
        raise _TargetTooLong(
            f"the address of the request has more than {LONGEST_TARGET} bytes",
            hint="Send long conditions with POST /resources/search.",
        )
    if b"%00" in raw_path or b"%00" in query or "\0" in scope["path"]:
        raise BadInput("the address of the request contains a zero byte", hint="Remove %00.")


class _AnswerTimeout(CloudVizError):
    status, code, title = 504, "answer_timeout", "The answer took too long"


class _TargetTooLong(BadInput):
    status, code, title = 414, "uri_too_long", "The address is too long"


def limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """A ``receive`` that refuses a body over ``limit`` bytes, by its declared length or as it comes in.

    Raises :class:`~cloudviz.errors.TooLarge`.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise _too_large(limit)
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _too_large(limit)
        return message

    return counted


def _too_large(limit: int) -> TooLarge:
    whole = f"{limit // 2**20} MB" if limit >= 2**20 else f"{limit // 1024} KB"
    return TooLarge(
        f"the body is larger than {whole}",
        hint="Files go to POST /imports; its limit is the setting server.max_upload_mb.",
    )
