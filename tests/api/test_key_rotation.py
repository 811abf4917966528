"""Signing keys are exchanged on servers under load, one server after the other, without a request that fails."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from pathlib import Path

import httpx
import pytest
from tests.api.serving import PASSWORD, Server, assert_problem, serve, settings_with

OLD = "the old secret of thirty-two characters"
NEW = "the new secret of thirty-two characters"
PHASES = ((OLD, ""), (OLD, NEW), (NEW, OLD), (NEW, ""))  # (signs, is taken besides)


@contextlib.asynccontextmanager
async def running(url: str, folder: Path, phase: tuple[str, str]):  # type: ignore[no-untyped-def]
    auth = {"secret": phase[0], "previous_secrets": phase[1]}
    generator = serve(settings_with(url, folder, auth=auth))
    server = await anext(generator)
    try:
        yield server
    finally:
        with contextlib.suppress(StopAsyncIteration):
            await anext(generator)


async def test_keys_are_exchanged_under_load_without_a_failed_request(sqlite_url: str, tmp_path: Path) -> None:
    """Two servers behind a balancer; programs sign in, ask, and refresh at whichever comes next."""
    failed: list[str] = []
    asked = itertools.count()
    async with contextlib.AsyncExitStack() as stack:
        servers: list[Server] = [
            await stack.enter_async_context(running(sqlite_url, tmp_path / str(n), PHASES[0])) for n in range(2)
        ]
        await servers[0].person("viewer")
        stop = asyncio.Event()

        def next_server() -> httpx.AsyncClient:
            return servers[next(asked) % len(servers)].client

        async def post(path: str, body: dict[str, str]) -> dict[str, str]:
            reply = await next_server().post(path, json=body)
            if reply.status_code != 200:
                failed.append(f"{path} {reply.status_code} {reply.text}")
                stop.set()
            grant: dict[str, str] = reply.json()
            return grant

        async def program() -> None:
            grant = await post("/auth/login", {"username": "viewer", "password": PASSWORD})
            while not stop.is_set():
                for _ in range(4):
                    headers = {"Authorization": f"Bearer {grant['access_token']}"}
                    reply = await next_server().get("/auth/me", headers=headers)
                    if reply.status_code != 200:
                        failed.append(f"/auth/me {reply.status_code} {reply.text}")
                grant = await post("/auth/refresh", {"refresh_token": grant["refresh_token"]})

        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(program())
            for phase in PHASES[1:]:
                for place in range(2):
                    fresh = await stack.enter_async_context(
                        running(sqlite_url, tmp_path / f"{place}-{PHASES.index(phase)}", phase)
                    )
                    servers[place] = fresh  # the balancer leads to the new one from now on
                    before = next(asked)
                    while next(asked) < before + 60 and not stop.is_set():
                        await asyncio.sleep(0.01)
                # The old key is dropped only after its access tokens are over: refresh stands for their time.
                await asyncio.sleep(0.2)
            stop.set()
    assert failed == []
    assert next(asked) > 300


async def test_a_withdrawn_key_is_worth_nothing(sqlite_url: str, tmp_path: Path) -> None:
    async with running(sqlite_url, tmp_path, (OLD, "")) as before:
        headers = await before.headers("viewer")
    async with running(sqlite_url, tmp_path, (NEW, OLD)) as during:
        assert (await during.client.get("/auth/me", headers=headers)).status_code == 200
    async with running(sqlite_url, tmp_path, (NEW, "")) as after:
        assert_problem(await after.client.get("/auth/me", headers=headers), 401, "unauthenticated")


@pytest.mark.parametrize("previous", ["short", f"{OLD},short"])
async def test_a_short_former_secret_is_refused(sqlite_url: str, tmp_path: Path, previous: str) -> None:
    from cloudviz.errors import Invalid

    with pytest.raises(Invalid, match="32"):
        async with running(sqlite_url, tmp_path, (NEW, previous)):
            pass
