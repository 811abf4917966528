"""``cloudviz serve``: the API and the web map."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.output import note
from cloudviz.cli.session import Database, opened, run, settings_for
from cloudviz.errors import Unavailable

GRACE_SECONDS = 5
"""How long requests under way are waited for at the end: else one client that sends nothing holds all up."""

KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays open: longer than proxies keep theirs (nginx and AWS: 60).

So it is they who close it, and no request of theirs meets its end."""

LAST_REQUESTS_SECONDS = 0.5
"""What was sent just before the listening socket was closed is read and answered in this time."""

START_SECONDS = 120
"""How long workers may take until they answer, on a machine that does much else."""

_CONFIG: dict[str, Any] = {
    "http": "cloudviz.api.protocol:Protocol",
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,  # uvicorn would believe every process on this machine; the gate asks the settings
    "lifespan": "on",
    "timeout_graceful_shutdown": GRACE_SECONDS,
    "timeout_keep_alive": KEEP_ALIVE_SECONDS,
}

if TYPE_CHECKING:
    from cloudviz.api.app import Service
    from cloudviz.runtime.settings import Settings
    from cloudviz.store import Store


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.", show_default=False)
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Processes that answer on the same port; one for each core.")
    ] = 1,
    database: Database = None,
) -> None:
    """Serve the API and the web map.

    An installation that nobody has signed in to yet gets a local administrator, and its sign-in link is printed.

    Several workers share what they know through Redis (REDIS_URL). Without it each counts its share of the limits,
    and a session that was closed may live on for a second in the others. Each also runs jobs, one by one, unless
    the setting server.embedded_worker is off. A SIGTERM lets requests under way end.

    Example: cloudviz serve --host 0.0.0.0 --port 8000 --workers 4
    """
    flags = {"server.host": host, "server.port": port, "database_url": database}
    settings = settings_for(**flags).settings
    if workers > 1:
        _serve_by_several(settings, workers, host, port, database)
        return
    from cloudviz.api.app import create_app, spare_collector
    from cloudviz.store import migrate, open_store

    async def work() -> None:
        await migrate(settings.database(), settings.store)
        store = await open_store(settings.database(), settings.store, replica_url=settings.replica())
        listening = listen(settings)
        try:
            link = await _first_link(settings, store, listening)

            async def ready() -> None:
                spare_collector()
                _announce(listening, link)

            await serve_app(create_app(settings, store), listening, ready, settings.server.leave_seconds)
        finally:
            listening.close()
            await store.close()

    run(work(), new_loop=_fast_loop())


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's event loop, where it is to be had: uvicorn takes it too, for workers."""
    try:
        import uvloop
    except ImportError:  # it is not made for Windows
        return None
    return uvloop.new_event_loop


async def _first_link(settings: Settings, store: Store, listening: socket.socket) -> str:
    """A link that signs the first administrator in; empty where somebody has signed in already."""
    from cloudviz.access.door import Door

    if await store.people.count():
        return ""
    door = Door(settings, store)
    admin = await door.admissions.first_admin()
    code = await door.sign_in.make_code(admin, by="cloudviz serve")
    door.close()
    return f"{address_of(listening)}/#/sign-in?code={code}"


def _announce(listening: socket.socket, link: str) -> None:
    note(f"CloudViz listens on {address_of(listening)}")
    if link:
        note("Nobody has signed in yet. This link signs in the administrator once, within 10 minutes:")
        typer.echo(link)
        sys.stdout.flush()


def _serve_by_several(
    settings: Settings, workers: int, host: str | None, port: int | None, database: str | None
) -> None:
    """Let uvicorn's supervisor run workers on one socket, and start those anew that die.

    Raises :class:`~cloudviz.errors.Unavailable` when they can't start.
    """
    import uvicorn
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    listening = listen(settings)

    async def prepare() -> str:
        async with opened(settings, serves=True) as store:
            return await _first_link(settings, store, listening)

    link = run(prepare())
    # Workers read the settings by themselves; what the command line says reaches them by the environment.
    for name, value in (("SERVER__HOST", host), ("SERVER__PORT", port), ("DATABASE_URL", database)):
        if value is not None:
            os.environ[f"CLOUDVIZ_{name}"] = str(value)
    if settings.limits.processes == 1:
        os.environ["CLOUDVIZ_LIMITS__PROCESSES"] = str(workers)

    class Supervisor(Multiprocess):
        """Tells when all of them answer."""

        def init_processes(self) -> None:
            super().init_processes()
            if all(each.wait_until_ready(START_SECONDS, self.should_exit) for each in self.processes):
                _announce(listening, link)

    config = uvicorn.Config(
        "cloudviz.api.app:create_app", factory=True, workers=workers, timeout_worker_healthcheck=30, **_CONFIG
    )
    supervisor = Supervisor(config, [listening])
    try:
        supervisor.run()
    finally:
        listening.close()
    if any(each.exitcode == STARTUP_FAILURE for each in supervisor.processes):
        raise Unavailable("the workers could not start", hint="What they say above is the reason.")


def listen(settings: Settings) -> socket.socket:
    """A listening socket where the settings say.

    Bound before anything is printed, so that a port in use is told at once. Raises
    :class:`~cloudviz.errors.Unavailable`.
    """
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Unavailable(
            f"can't listen on {host}:{port}: {error.strerror or error}",
            hint="Choose another with --port, or --port 0 for a free one.",
        ) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """The URL under which a browser on this machine reaches a socket."""
    host, port = listening.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{shown}:{port}"


async def serve_app(
    app: Service, listening: socket.socket, ready: Callable[[], Awaitable[None]], leave_seconds: float = 0
) -> None:
    """Run uvicorn on a socket until SIGINT or SIGTERM; ``ready`` is called once it answers.

    Arguments:
        leave_seconds: how long it answers after that, asking proxies to go elsewhere.
    """
    import uvicorn

    class Server(uvicorn.Server):
        """Ends in an order that fails no request."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            if app.leaving:
                for each in self.servers:
                    each.close()
                await asyncio.sleep(LAST_REQUESTS_SECONDS)
            await super().shutdown(sockets)

    config = uvicorn.Config(app, **_CONFIG)
    server = Server(config)
    loop = asyncio.get_running_loop()

    def leave() -> None:
        # A second signal ends at once what the first one began.
        if leave_seconds and server.started and not app.leaving:
            app.leaving = True
            loop.call_later(leave_seconds, stop)
        else:
            stop()

    def stop() -> None:
        server.should_exit = True
        # What is cut off after the grace is no defect, but uvicorn reports each request with a traceback.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

    async def announce() -> None:
        while not server.started:
            if server.should_exit:
                return
            await asyncio.sleep(0.02)
        await ready()

    announcing = asyncio.create_task(announce())
    # uvicorn's own handlers re-raise the signal when done, which would print a traceback on Ctrl-C.
    with _own_signals(loop, leave):
        await server._serve([listening])
    announcing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await announcing


@contextlib.contextmanager
def _own_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]):  # type: ignore[no-untyped-def]
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
