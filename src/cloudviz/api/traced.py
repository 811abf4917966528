"""A span for each request, in pure ASGI, put between gate and edge only where traces are asked for."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudviz.api.edge import ROUTE
from cloudviz.runtime import traces

_KNOWN = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Traced:
    """Wraps the edge. A span tells method, route template, status and request id; no address and no query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the lifespan, which passes through."""
        if scope["type"] != "http" or not traces.are_on():
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _KNOWN else "_OTHER"
        told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"]
        parent = {"traceparent": told[0]} if len(told) == 1 else None
        with traces.span(method, "server", parent, http_request_method=method) as span:
            status = 0

            async def noted(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            await self._app(scope, receive, noted)
            route = scope.get(ROUTE, "")
            traces.note(
                span,
                f"{method} {route}" if route else method,
                http_route=route,
                http_response_status__code=status,
                cloudviz_request__id=scope.get("request_id", ""),
            )
            if status >= 500 or status == 0:
                traces.failed(span, str(status))
