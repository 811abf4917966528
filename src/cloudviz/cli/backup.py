"""``cloudviz backup`` and ``cloudviz restore``: the database and the files in one file, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudviz.cli.output import note
from cloudviz.cli.session import Database, run, settings_for
from cloudviz.errors import Invalid

if TYPE_CHECKING:
    from cloudviz.runtime.settings import Settings
    from cloudviz.store.backup import BackupReport


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; must not exist.", show_default=False)
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", help="A folder: name the file by the time, and read it again.", show_default=False),
    ] = None,
    keep_days: Annotated[
        int, typer.Option("--keep-days", min=0, help="With --into: remove backups that are older; 0 keeps all.")
    ] = 0,
    files: Annotated[bool, typer.Option("--files/--no-files", help="Exported files too.")] = True,
    database: Database = None,
) -> None:
    """Write the whole database and the exported files into one file, while the servers go on.

    The database is in it as it is at one instant. With the setting backup.key it is encrypted. The keys that seal
    credentials and sign tokens are not in it, nor is backup.key: keep secrets.keys and auth.secret (or secrets.key
    and signing.key of the data folder) in another place.

    Example: cloudviz backup --into /backups --keep-days 30
    """
    if (file is None) == (into is None):
        raise Invalid("a backup goes to a FILE or --into a folder", hint="Name one of them.")
    settings = settings_for(database_url=database).settings
    from cloudviz.store.backup import back_up
    from cloudviz.store.backup_folder import back_up_into

    url, key = settings.database(), _key(settings)
    storage = None
    if files:
        from cloudviz.runtime.storage import open_storage

        storage = open_storage(settings)
    if file is not None:
        _say(run(back_up(url, file, settings.store, storage=storage, key=key)), f"{file} holds")
        return
    assert into is not None
    asked = back_up_into(
        into, url, settings.store, now=datetime.now(UTC), keep_days=keep_days, storage=storage, key=key
    )
    kept = run(asked)
    _say(kept.report, f"{kept.file}, read again, holds")
    for each in kept.removed:
        note(f"{each} was older than {keep_days} days and is removed.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file of `cloudviz backup`.", show_default=False)],
    check: Annotated[
        bool, typer.Option("--check", help="Only read it, and hold every part against its checksum.")
    ] = False,
    files: Annotated[bool, typer.Option("--files/--no-files", help="Exported files too.")] = True,
    database: Database = None,
) -> None:
    """Fill an empty database and the storage from a backup, and bring it to this release's schema.

    Whatever is wrong leaves the database empty. An encrypted backup wants its key in the setting backup.key.

    Example: cloudviz restore cloudviz-2026-11-24.cvb --check
    """
    settings = settings_for(database_url=database).settings
    from cloudviz.runtime.settings import mask_url
    from cloudviz.runtime.storage import open_storage
    from cloudviz.store.backup import check as read
    from cloudviz.store.backup import restore as fill

    if check:
        _say(read(file, _key(settings)), f"{file} is whole:")
        return
    url = settings.database()
    storage = open_storage(settings) if files else None
    asked = fill(url, file, settings.store, storage=storage, key=_key(settings))
    _say(run(asked), f"{mask_url(url)} is restored:")
    note("`cloudviz audit verify` holds the audit against its chain.")


def _key(settings: Settings) -> bytes:
    from cloudviz.store.sealed_file import read_key

    text = settings.backup.key.get_secret_value()
    return read_key(text) if text else b""


def _say(report: BackupReport, begin: str) -> None:
    rows = f"{sum(report.rows.values()):,} rows of {len(report.rows)} tables, " if report.rows else ""
    taken = report.taken_at.isoformat(timespec="seconds")
    what = f"{rows}{report.database} at revision {report.revision}, {report.files:,} files"
    sealed = "encrypted, " if report.is_sealed else ""
    note(f"{begin} {what}, {report.bytes:,} bytes, {sealed}taken at {taken}.")
