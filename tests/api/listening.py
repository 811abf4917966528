"""The API behind a real uvicorn in a thread of this process, for tests that have no event loop of their own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import uvicorn
from tests.api.serving import PASSWORD

from cloudviz.api.app import create_app
from cloudviz.api.house import House
from cloudviz.runtime.settings import Settings

Result = TypeVar("Result")


class Listening:
    """Where the server listens, and its inside, which is asked on its own event loop."""

    def __init__(self, app: Any, loop: asyncio.AbstractEventLoop, host: str, port: int) -> None:
        self.app, self.host, self.port = app, host, port
        self.url = f"http://{host}:{port}"
        self._loop = loop

    @property
    def house(self) -> House:
        house: House = self.app.state.house
        return house

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Carry something out within the server."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def token(self, role: str) -> str:
        """A new access token of the person called as the role, who is made where they are not there (any more)."""

        async def grant() -> str:
            door = self.house.door
            person = await self.house.store.people.by_username(role)
            if person is None:
                address = f"{role}@example.org"
                person = await door.admissions.add(role, address, PASSWORD, [role], by="tests")
            elif person.disabled_at is not None or list(person.roles) != [role]:
                person = await door.admissions.set_disabled(person, False, by="tests")
                person = await door.admissions.set_roles(person, [role], by="tests")
            code = await door.sign_in.make_code(person, by="tests")
            return (await door.sign_in.with_code(code, "")).access_token

        return self.do(grant())

    def talk(self, raw: bytes) -> bytes:
        """Send bytes as they are and read what comes back until the server closes."""
        with socket.create_connection((self.host, self.port), timeout=20) as line:
            line.sendall(raw)
            received = b""
            while piece := line.recv(65536):
                received += piece
            return received


@contextlib.contextmanager
def listening(settings: Settings, *, embedded_worker: bool = False, **given: Any) -> Iterator[Listening]:
    """The API on a free port of the loopback interface, as `cloudviz serve` runs it; ``given`` is uvicorn's."""
    app = create_app(settings, embedded_worker=embedded_worker)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        **{"http": "cloudviz.api.protocol:Protocol", **given},
    )
    server = uvicorn.Server(config)
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            thread.join(0.01)
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield Listening(app, loops[0], host, port)
    finally:
        server.should_exit = True
        thread.join(30)
        assert not thread.is_alive(), "the server did not stop"
