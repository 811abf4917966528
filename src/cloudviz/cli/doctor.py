"""``cloudviz doctor``: every setting with its origin, and whether each part works."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from cloudviz import __version__
from cloudviz.cli.output import Output, is_for_people, note, print_rows
from cloudviz.cli.remote import chosen
from cloudviz.cli.session import Database, OutputOption, run, settings_for
from cloudviz.errors import CloudVizError, Unavailable

if TYPE_CHECKING:
    from cloudviz.cli.remote import Server
    from cloudviz.runtime.settings import LoadedSettings, Settings


class Check(NamedTuple):
    """A part that is looked at.

    Attributes:
        part: its name.
        look: returns what there is; raises what is wrong.
        mend: what to do, where the error does not know better.
    """

    part: str
    look: Callable[[Settings], str]
    mend: str


def doctor(output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """Show each setting with its origin (secrets masked) and test every part. Exit 1 when one is broken.

    Examples: cloudviz doctor

    cloudviz doctor --server https://cloudviz.example.com
    """
    if server := chosen():
        settings, rows = _told(server)
    else:
        loaded = settings_for(database_url=database)
        settings, rows = _settings(loaded), [_outcome(check, loaded.settings) for check in CHECKS]
    if is_for_people(output):
        typer.echo(f"cloudviz {__version__}\n")
        print_rows(settings, ("setting", "value", "origin", "meaning"), output)
        typer.echo("")
        print_rows(rows, ("part", "works", "detail"), output)
    else:
        print_rows([*settings, *rows], ("setting", "value", "origin", "part", "works", "detail", "mend"), output)
    broken = [row for row in rows if row["works"] == "no"]
    for row in broken:
        note(f"{row['part']} is broken: {row['detail']}")
        if row["mend"]:
            note(f"  mend it: {row['mend']}")
    if broken:
        raise typer.Exit(1)


def _told(server: Server) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The settings of a server, for its administrators, and how its parts are."""
    settings = [
        {"setting": each["name"], **{name: each[name] for name in ("value", "origin", "meaning")}}
        for each in server.items("/admin/settings")
    ]
    health = server.json("/health")
    rows = []
    for part, state in health["components"].items():
        broken = state["status"] == "unhealthy"
        detail = state.get("detail") or state["status"]
        mend = "On the server, `cloudviz doctor` and its log say more." if broken else ""
        rows.append(
            {"part": part.replace("_", " "), "works": "no" if broken else "yes", "detail": detail, "mend": mend}
        )
    return settings, rows


def _settings(loaded: LoadedSettings) -> list[dict[str, Any]]:
    from cloudviz.runtime.settings import describe

    return [
        {"setting": name, "value": value, "origin": origin, "meaning": meaning}
        for name, value, origin, meaning in describe(loaded)
    ]


def _outcome(check: Check, settings: Settings) -> dict[str, Any]:
    try:
        return {"part": check.part, "works": "yes", "detail": check.look(settings), "mend": ""}
    except CloudVizError as error:
        said = f"{error.where}: {error.detail}" if error.where else error.detail
        return {"part": check.part, "works": "no", "detail": said, "mend": error.hint or check.mend}
    except Exception as error:  # a diagnosis must not stop at the first patient
        return {
            "part": check.part,
            "works": "no",
            "detail": f"{type(error).__name__}: {error}",
            "mend": check.mend,
        }


def _data_folder(settings: Settings) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not os.access(settings.data_dir, os.W_OK):
        raise PermissionError(f"{settings.data_dir} can't be written")
    return str(settings.data_dir)


def _database(settings: Settings) -> str:
    from cloudviz.runtime.settings import mask_url
    from cloudviz.store import open_store

    async def work() -> str:
        store = await open_store(settings.database())
        try:
            state = await store.schema()
            where = mask_url(settings.database())
            if state.is_current:
                return f"{where}, revision {state.present}"
            if state.is_ahead:
                return f"{where}, revision {state.present} of a newer CloudViz; this one works with it"
            return f"{where}, revision {state.present or 'none'}; `cloudviz migrate` brings it to {state.newest}"
        finally:
            await store.close()

    return run(work())


def _redis(settings: Settings) -> str:
    url = settings.redis_url.get_secret_value()
    if not url:
        return "none set (needed only by several servers or workers)"
    from cloudviz.runtime.redis.client import open_redis
    from cloudviz.runtime.settings import mask_url

    async def work() -> None:
        redis = await open_redis(url)
        try:
            if not redis.is_up:
                raise Unavailable("nothing answers there", where=mask_url(url))
        finally:
            await redis.close()

    run(work())
    return mask_url(url)


def _storage(settings: Settings) -> str:
    from cloudviz.runtime.storage import open_storage

    return run(open_storage(settings).check())


def _pictures(settings: Settings) -> str:
    from cloudviz.diagram.render import render
    from cloudviz.diagram.scene.document import Scene

    return f"PNG of {len(render(Scene('hierarchical', 'enterprise', 64, 64), 'png', scale=1))} bytes"


def _web(settings: Settings) -> str:
    from importlib.resources import files

    if not (files("cloudviz") / "api" / "bundle" / "index.html").is_file():
        raise FileNotFoundError("the web bundle is not built")
    return "bundle present"


def _aws(settings: Settings) -> str:
    import boto3

    session = boto3.Session()
    if session.get_credentials() is None:
        return "none found (needed only for `cloudviz discover aws`)"
    return f"by {session.get_credentials().method}; `cloudviz discover aws --test` tries them"


def _azure(settings: Settings) -> str:
    return _signs_in("azure.identity", "azure")


def _gcp(settings: Settings) -> str:
    return _signs_in("google.auth", "gcp")


def _signs_in(module: str, provider: str) -> str:
    """Whether the package that signs in is there. Finding credentials may take a call to a metadata server."""
    from importlib.util import find_spec

    try:
        found = find_spec(module) is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        return f"pip install 'cloudviz[{provider}]' brings it (needed only for `cloudviz discover {provider}`)"
    return f"package present; `cloudviz discover {provider} --test` tries the credentials"


CHECKS = (
    Check("data folder", _data_folder, "Make it writable, or name another with CLOUDVIZ_DATA_DIR."),
    Check(
        "database", _database, "Check DATABASE_URL: the host, the port, the password, that the database exists."
    ),
    Check(
        "redis", _redis, "Check REDIS_URL and that a Redis answers there; without it each process stands alone."
    ),
    Check("storage of files", _storage, "Check the settings storage.*: the bucket, the endpoint, the keys."),
    Check("pictures", _pictures, "Install the package anew: pip install --force-reinstall cloudviz."),
    Check("web map", _web, "In a checkout `make web` builds it; a wheel from `make wheel` has it."),
    Check("aws credentials", _aws, "Check ~/.aws and AWS_*; `aws sts get-caller-identity` has to work."),
    Check("azure sign-in", _azure, "pip install 'cloudviz[azure]'"),
    Check("gcp sign-in", _gcp, "pip install 'cloudviz[gcp]'"),
)
