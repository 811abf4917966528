"""What most commands need first: the settings, and a store that is migrated and open."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cloudviz.cli.asked import asked
from cloudviz.cli.output import Output, note

if TYPE_CHECKING:
    import asyncio

    from cloudviz.access.door import Door
    from cloudviz.inventory.select import Selection
    from cloudviz.runtime.settings import LoadedSettings, Settings
    from cloudviz.store import Store

T = TypeVar("T")

Database = Annotated[
    str | None,
    typer.Option(
        "--database", help="Database URL, instead of DATABASE_URL or the embedded SQLite.", show_default=False
    ),
]
OutputOption = Annotated[Output, typer.Option("-o", "--output", help="How to print: table, json, yaml or csv.")]
Provider = Annotated[str, typer.Option(help="aws, azure or gcp.", show_default=False)]
TypeKey = Annotated[list[str] | None, typer.Option("--type", help="Type key, or a wildcard as in 'aws.ec2.*'.")]
Region = Annotated[list[str] | None, typer.Option("--region", help="Region.")]
Account = Annotated[list[str] | None, typer.Option("--account", help="Account, subscription or project.")]
Tag = Annotated[list[str] | None, typer.Option("--tag", help="KEY=VALUE, or KEY for any value.")]
State = Annotated[list[str] | None, typer.Option("--state", help="Life state: running, stopped, …")]
Filter = Annotated[
    str, typer.Option("--filter", help="Filter, as in 'type=aws.ec2.* region=eu-west-1 tag:env=prod'.")
]
At = Annotated[
    str,
    typer.Option(
        "--at", help="When to look: an instant, as in 2026-11-24T05:00:00Z, or a discovery id.", show_default=False
    ),
]


def settings_for(**flags: Any) -> LoadedSettings:
    """The settings with these flags on top; logs are set up on the way."""
    # pydantic and structlog take half a second to import; `--help` should not wait for them.
    from cloudviz.runtime.logs import set_up_logs
    from cloudviz.runtime.settings import load_settings

    if asked.verbose:
        flags["log_level"] = "debug"
    loaded = load_settings(flags)
    set_up_logs(loaded.settings.log_level)
    if asked.verbose:
        from cloudviz.runtime.settings import describe

        for name, value, origin, _ in describe(loaded):  # secrets are masked
            if origin != "default":
                note(f"The setting {name} is {value} by {origin}.")
    return loaded


@asynccontextmanager
async def opened(settings: Settings, *, serves: bool = False) -> AsyncIterator[Store]:
    """The store of an installation, brought to this release's schema first.

    A command that made it tells so when it has done its work: a refusal stays one line. What ``serves`` doesn't.
    """
    from cloudviz.jobs.news import tell_of_discoveries
    from cloudviz.store import migrate, open_store

    if asked.verbose:
        from cloudviz.runtime.settings import mask_url

        note(f"Opening {mask_url(settings.database())}.")
    is_first = not settings.database_url.get_secret_value() and not settings.data_dir.exists()
    await migrate(settings.database(), settings.store)
    store = await open_store(settings.database(), settings.store, replica_url=settings.replica())
    try:
        tell_of_discoveries(store, settings)
        yield store
        if is_first and not serves:
            note(f"This is the first run: what CloudViz knows is kept in {settings.data_dir}.")
            note("`cloudviz doctor` shows the settings, `cloudviz --help` where to begin.")
    finally:
        await store.close()


@asynccontextmanager
async def at_the_door(settings: Settings) -> AsyncIterator[Door]:
    """The door of an installation. Running servers hear through Redis, where there is one, what it closes."""
    from cloudviz.access.door import Door

    async with opened(settings) as store:
        door = Door(settings, store)
        url = settings.redis_url.get_secret_value()
        redis = None
        if url:
            from cloudviz.runtime.redis.client import open_redis  # needs the extra redis

            redis = await open_redis(url)
        try:
            if redis is not None:
                door.sign_in.recognition.join(redis, settings.cache.session_seconds)
            yield door
        finally:
            door.close()
            if redis is not None:
                await redis.close()


def run(work: Coroutine[Any, Any, T], *, new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None) -> T:
    """Run a command's async part to its end, or until SIGINT or SIGTERM asks it to stop.

    Both cancel the work, so that what is half done is taken back and a discovery ends as failed. The exit code
    is that of the signal, 130 or 143. ``new_loop`` makes another event loop than asyncio's own.
    """
    import asyncio  # with it come a fifth of all that `--help` may take
    import signal

    terminated = False

    async def stoppable() -> T:
        nonlocal terminated
        working = asyncio.ensure_future(work)

        def stop() -> None:
            nonlocal terminated
            terminated = True
            working.cancel()

        with contextlib.suppress(NotImplementedError):  # no signal handlers on Windows
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
        return await working

    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(stoppable())
    except (KeyboardInterrupt, asyncio.CancelledError):
        note("cloudviz: stopped")
        raise SystemExit(143 if terminated else 130) from None


def parameters_of(selection: Selection) -> dict[str, Any]:
    """A selection as the query parameters of ``GET /resources``, for a server."""
    return {
        "provider": list(selection.providers),
        "type": list(selection.types),
        "kind": list(selection.kinds),
        "region": list(selection.regions),
        "account": list(selection.accounts),
        "state": list(selection.states),
        "tag": [f"{key}={value}" if value else key for key, value in selection.tags],
        "q": selection.text,
        "at": selection.at,
        "filter": "".join(f" id={each}" for each in selection.ids).strip(),
    }


def selection_of(
    *,
    provider: str = "",
    types: list[str] | None = None,
    regions: list[str] | None = None,
    accounts: list[str] | None = None,
    tags: list[str] | None = None,
    states: list[str] | None = None,
    text: str = "",
    filter: str = "",
    at: str = "",
) -> Selection:
    """The query value of the filter options that all lists share."""
    from cloudviz.inventory.select import Selection, parse_filter

    pairs = tuple((key, value) for key, _, value in (tag.partition("=") for tag in tags or ()))
    base = Selection(
        providers=(provider,) if provider else (),
        types=tuple(types or ()),
        regions=tuple(regions or ()),
        accounts=tuple(accounts or ()),
        tags=pairs,
        states=tuple(states or ()),
        text=text,
        at=at,
    )
    return parse_filter(filter, base) if filter else base
