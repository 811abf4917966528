"""``cloudviz doctor``: every setting with its origin, and whether each part works."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from cloudviz import __version__
from cloudviz.cli.output import Output, is_for_people, note, print_rows
from cloudviz.cli.session import Database, OutputOption, run, settings_for
from cloudviz.errors import CloudVizError

if TYPE_CHECKING:
    from cloudviz.runtime.settings import LoadedSettings, Settings

Check = tuple[str, "Callable[[Settings], str]"]


def doctor(output: OutputOption = Output.TABLE, database: Database = None) -> None:
    """Show each setting with its origin (secrets masked) and test every part. Exit 1 when one is broken.

    Examples: cloudviz doctor

    cloudviz doctor --server https://cloudviz.example.com
    """
    loaded = settings_for(database_url=database)
    rows = [_outcome(name, check, loaded.settings) for name, check in CHECKS]
    if is_for_people(output):
        typer.echo(f"cloudviz {__version__}\n")
        print_rows(_settings(loaded), ("setting", "value", "origin", "meaning"), output)
        typer.echo("")
        print_rows(rows, ("part", "works", "detail"), output)
    else:
        print_rows([*_settings(loaded), *rows], ("setting", "value", "origin", "part", "works", "detail"), output)
    broken = [row["part"] for row in rows if row["works"] == "no"]
    if broken:
        note(f"Broken: {', '.join(broken)}.")
        raise typer.Exit(1)


def _settings(loaded: LoadedSettings) -> list[dict[str, Any]]:
    from cloudviz.runtime.settings import describe

    return [
        {"setting": name, "value": value, "origin": origin, "meaning": meaning}
        for name, value, origin, meaning in describe(loaded)
    ]


def _outcome(name: str, check: Callable[[Settings], str], settings: Settings) -> dict[str, Any]:
    try:
        return {"part": name, "works": "yes", "detail": check(settings)}
    except CloudVizError as error:
        return {"part": name, "works": "no", "detail": error.one_line()}
    except Exception as error:  # a diagnosis must not stop at the first patient
        return {"part": name, "works": "no", "detail": f"{type(error).__name__}: {error}"}


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
            return f"{where}, revision {state.present or 'none'}; `cloudviz migrate` brings it to {state.newest}"
        finally:
            await store.close()

    return run(work())


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
        raise FileNotFoundError("the web bundle is not built; `make web` builds it")
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


CHECKS: tuple[Check, ...] = (
    ("data folder", _data_folder),
    ("database", _database),
    ("storage of files", _storage),
    ("pictures", _pictures),
    ("web map", _web),
    ("aws credentials", _aws),
    ("azure sign-in", _azure),
    ("gcp sign-in", _gcp),
)
