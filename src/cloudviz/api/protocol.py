"""How HTTP is spoken: uvicorn's protocol, with a short way for what is kept ready.

uvicorn makes a task, an event and a cycle for each request, and looks at each header of a reply by itself: for a
reply that is there already that is half of what it costs. So the app is asked first whether it can answer at once
(:meth:`cloudviz.api.edge.Edge.at_once`), with all its checks; whatever it can't answer goes the usual way. Whoever
runs the app with another server or protocol gets the same bytes, later.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

Whole = tuple[int, bytes, bytes]
"""A reply: status, header lines with the empty one behind them (``content-length`` among them), body."""

AtOnce = Callable[[MutableMapping[str, Any]], Whole | None]
"""What answers a scope without waiting for anything; None when that can't be done."""


UNREADABLE = (
    '{"type":"urn:cloudviz:problem:bad_input","title":"Bad Request","status":400,'
    '"detail":"the request can\'t be read as HTTP, or its address is over 64 KB","instance":"","code":"bad_input",'
    '"hint":"Send long conditions with POST /resources/search."}'
)
"""The problem of a request that is none. Nothing of it is known, nor repeated."""


class Protocol(HttpToolsProtocol):
    """For uvicorn's ``--http``: ``cloudviz.api.protocol:Protocol``. The app's ``at_once`` is an :data:`AtOnce`."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._at_once: AtOnce | None = getattr(self.app, "at_once", None)
        if self.access_log or self.limit_concurrency is not None or self.root_path:
            self._at_once = None

    def on_headers_complete(self) -> None:
        """A request has come, but for its body."""
        if getattr(self.app, "leaving", False):
            # The reply says `Connection: close`, so that a proxy sends nothing more on this connection: a request
            # that meets its end could not be repeated by anybody, unless it is a GET.
            super().on_headers_complete()
            self.cycle.keep_alive = False
        elif self._at_once is None or not self._answered(self._at_once):
            super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What can't be read as HTTP, such as an address over 64 KB, is refused as everything else is."""
        body = UNREADABLE.encode()
        lines = [STATUS_LINE[400]]
        for name, value in self.server_state.default_headers:
            lines += (name, b": ", value, b"\r\n")
        lines.append(b"content-type: application/problem+json\r\ncontent-length: %d\r\n" % len(body))
        lines.append(b"cache-control: no-store\r\nconnection: close\r\n\r\n")
        self.transport.write(b"".join([*lines, body]))
        self.transport.close()

    def _answered(self, at_once: AtOnce) -> bool:
        """Answer now; anything out of the ordinary is left to uvicorn, which answers in the order of requests."""
        before, parser = self.cycle, self.parser
        if (
            (before is not None and not before.response_complete)
            or self.flow.write_paused
            or self.expect_100_continue
            or parser.get_method() != b"GET"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or parser.should_upgrade()
            or self.transport.is_closing()
        ):
            return False
        url = httptools.parse_url(self.url)
        raw_path = url.path
        path = raw_path.decode("ascii")
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["method"] = "GET"
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = raw_path
        scope["query_string"] = url.query or b""
        whole = at_once(scope)
        if whole is None:
            return False
        status, head, body = whole
        pieces = [STATUS_LINE[status]]
        for name, value in self.server_state.default_headers:  # the date, and what the server is told to add
            pieces += (name, b": ", value, b"\r\n")
        pieces += (head, body)
        self.cycle = _ANSWERED  # type: ignore[assignment]
        self.transport.write(b"".join(pieces))
        self.on_response_complete()
        return True


class _Answered:
    """In place of a cycle whose reply is out."""

    response_complete = True

    class message_event:  # noqa: N801 - as uvicorn calls it
        """Nobody waits for it."""

        @staticmethod
        def set() -> None:
            """Nothing to do."""


_ANSWERED = _Answered()
