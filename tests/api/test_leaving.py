"""A server that is told to end: it answers on for a while, asks proxies to go elsewhere, then ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from tests.api.serving import settings_with

from cloudviz.api.app import create_app
from cloudviz.cli.serve import address_of, listen, serve_app


@asynccontextmanager
async def served(
    folder: Path, leave_seconds: float
) -> AsyncIterator[tuple[httpx.AsyncClient, asyncio.Task[None]]]:
    """A server in this process, which hears this process's signals, and a client that keeps its connections."""
    settings = settings_with(f"sqlite:///{folder}/leaving.sqlite3", folder)
    settings = settings.model_copy(update={"server": settings.server.model_copy(update={"port": 0})})
    listening = listen(settings)
    ready = asyncio.Event()

    async def announce() -> None:
        ready.set()

    serving = asyncio.create_task(serve_app(create_app(settings), listening, announce, leave_seconds))
    try:
        await asyncio.wait_for(ready.wait(), 60)
        async with httpx.AsyncClient(base_url=address_of(listening), timeout=30) as client:
            yield client, serving
    finally:
        if not serving.done():
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait([serving], timeout=60)
        listening.close()


async def test_it_answers_on_and_asks_proxies_to_go_elsewhere(tmp_path: Path) -> None:
    async with served(tmp_path, leave_seconds=300) as (client, serving):
        before = await client.get("/health/ready")
        assert (before.status_code, before.headers.get("connection")) == (200, None)
        os.kill(os.getpid(), signal.SIGTERM)
        while (ready := await client.get("/health/ready")).status_code == 200:
            await asyncio.sleep(0.01)
        assert ready.status_code == 503 and "about to end" in ready.json()["detail"]
        for path in ("/health/live", "/auth/providers"):
            reply = await client.get(path)
            assert (reply.status_code, reply.headers["connection"]) == (200, "close"), path
        refused = await client.get("/resources")  # also what the edge would have answered at once
        assert (refused.status_code, refused.headers["connection"]) == (401, "close")
        assert not serving.done()
        os.kill(os.getpid(), signal.SIGTERM)  # a second one ends at once, long before the 300 s are over
        await asyncio.wait_for(serving, 60)
        with pytest.raises(httpx.TransportError):
            await client.get("/health/live")


@pytest.mark.parametrize("leave_seconds", [0, 0.3])
async def test_it_ends_by_itself(tmp_path: Path, leave_seconds: float) -> None:
    async with served(tmp_path, leave_seconds) as (client, serving):
        assert (await client.get("/health/live")).status_code == 200
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, 60)
        with pytest.raises(httpx.TransportError):
            await client.get("/health/live")
