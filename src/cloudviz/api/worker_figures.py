"""``/metrics`` and ``/health/live`` of a worker, which serves nothing else: for Prometheus and for probes."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest

from cloudviz.api.metrics import MEDIA_TYPE, EndpointFigures
from cloudviz.errors import Unavailable
from cloudviz.sources.breaker import Breakers

SECONDS = 5.0
"""How long a caller may take to ask."""

MOST_HEAD = 16_384
"""Bytes that a request may have before its empty line."""


def worker_registry(breakers: Breakers) -> CollectorRegistry:
    """What a worker knows by itself: its process, and its calls to clouds. Jobs are told by the servers."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(EndpointFigures(breakers))
    return registry


async def serve_figures(host: str, port: int, breakers: Breakers) -> asyncio.Server:
    """Answer on an address until the server is closed.

    Raises :class:`~cloudviz.errors.Unavailable` when something else listens there.
    """
    registry = worker_registry(breakers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_reply(head.split(b"\r\n", 1)[0], registry))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asks so gets nothing
        finally:
            writer.close()

    try:
        return await asyncio.start_server(answer, host, port, limit=MOST_HEAD)
    except OSError as error:
        raise Unavailable(
            f"can't listen on {host}:{port}: {error.strerror or error}", hint="Choose another jobs.metrics_port."
        ) from error


def _reply(line: bytes, registry: CollectorRegistry) -> bytes:
    method, _, rest = line.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    status, kind, body = HTTPStatus.NOT_FOUND, "text/plain", b"There are /metrics and /health/live.\n"
    if method not in (b"GET", b"HEAD"):
        status, body = HTTPStatus.METHOD_NOT_ALLOWED, b"Only GET.\n"
    elif path == b"/metrics":
        status, kind, body = HTTPStatus.OK, MEDIA_TYPE, generate_latest(registry)
    elif path == b"/health/live":
        status, kind, body = HTTPStatus.OK, "application/json", b'{"status":"alive"}\n'
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (b"" if method == b"HEAD" else body)
