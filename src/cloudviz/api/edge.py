"""The outermost layer, in pure ASGI: request id, size limit, security headers, metrics, log, last resort.

Starlette's BaseHTTPMiddleware costs 290 µs a request, about three times FastAPI itself, hence this one class.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudviz.api import errors
from cloudviz.api.metrics import Metrics
from cloudviz.errors import BadInput, CloudVizError, TooLarge
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

UNMATCHED = "(none)"  # one label for every path that is no route, so that scanners make no new time series
LONGEST_TARGET = 16_384  # bytes of path and query; an ARM id escaped twice has under 2,000

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Edge:
    """Wraps the app.

    Arguments:
        app: the layers within.
        metrics: where durations go.
        body_limit: largest body in bytes.
        upload_limit: largest body in bytes of the routes in ``upload_routes``.
        upload_routes: paths that take files.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        body_limit: int,
        upload_limit: int,
        upload_routes: tuple[str, ...] = ("/imports",),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._body_limit = body_limit
        self._upload_limit = upload_limit
        self._upload_routes = upload_routes
        self._clock = clock
        self._log = get_logger("cloudviz.api")
        self._templates: dict[int, tuple[object, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the lifespan, which passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = self._clock()
        request_id = _request_id(scope)
        scope["request_id"] = request_id
        status = 0

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._dressed(message.get("headers", []), request_id)
            await send(message)

        self._metrics.under_way.inc()
        try:
            check_target(scope)
            limit = self._upload_limit if scope["path"] in self._upload_routes else self._body_limit
            await self._app(scope, limited(scope, receive, limit), send_dressed)
        except CloudVizError as refusal:
            if status == 0:
                reply = errors.from_error(refusal, instance=scope["path"], request_id=request_id)
                await reply(scope, receive, send_dressed)
        except Exception:
            self._log.exception("request failed", request_id=request_id, method=scope["method"])
            if status:
                raise  # the reply has begun: the server must break the connection, or half a reply looks whole
            reply = errors.internal(instance=scope["path"], request_id=request_id)
            await reply(scope, receive, send_dressed)
        finally:
            self._metrics.under_way.dec()
            seconds = self._clock() - started
            method = scope["method"] if scope["method"] in _KNOWN_METHODS else "other"
            route = self._template(scope)
            self._metrics.observe(method, route, status or 499, seconds)
            self._log.info(
                "request",
                request_id=request_id,
                method=method,
                route=route,
                status=status or 499,
                ms=round(seconds * 1000, 2),
            )

    @staticmethod
    def _dressed(headers: list[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
        given = {name.lower() for name, _ in headers}
        dressed = list(headers)
        dressed.append((b"x-request-id", request_id.encode()))
        dressed.extend(pair for pair in SECURITY_HEADERS if pair[0] not in given)
        if b"cache-control" not in given:
            # What the API says depends on who asks: no proxy may keep it unless a route says so.
            dressed.append((b"cache-control", b"no-store"))
        return dressed

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


def _request_id(scope: Scope) -> str:
    """The caller's own id when it is harmless to log, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value.decode("latin-1")):
            given: str = value.decode("latin-1")
            return given
    return str(uuid.uuid4())
