"""``cloudviz backup`` and ``cloudviz restore``: the database and the files in one file, and back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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

_BUCKETS = "s3://"


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; must not exist.", show_default=False)
    ] = None,
    into: Annotated[
        str,
        typer.Option(
            "--into",
            help="A folder or s3://bucket/prefix: name the file by the time, and read it again.",
            show_default=False,
        ),
    ] = "",
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

    Into a bucket it goes encrypted only, by way of the data folder, and is fetched again to be read.

    Example: cloudviz backup --into s3://example-backups/cloudviz --keep-days 30
    """
    if (file is None) == (not into):
        raise Invalid("a backup goes to a FILE or --into a folder or bucket", hint="Name one of them.")
    settings = settings_for(database_url=database).settings
    from cloudviz.runtime.storage import open_backups, open_storage
    from cloudviz.store.backup import back_up
    from cloudviz.store.backup_folder import back_up_into, back_up_to

    url, key = settings.database(), _key(settings)
    storage = open_storage(settings) if files else None
    if file is not None:
        _say(run(back_up(url, file, settings.store, storage=storage, key=key)), f"{file} holds")
        return
    now = datetime.now(UTC)
    if into.startswith(_BUCKETS):
        bucket = open_backups(into, settings)
        if not key:
            raise Invalid("a backup in a bucket is encrypted", hint="Give its key in the setting backup.key.")
        asked = back_up_to(
            bucket, into.rstrip("/"), url, settings.store, aside=settings.data_dir, now=now, key=key,
            keep_days=keep_days, storage=storage,
        )  # fmt: skip
    else:
        asked = back_up_into(
            Path(into), url, settings.store, now=now, keep_days=keep_days, storage=storage, key=key
        )
    kept = run(asked)
    _say(kept.report, f"{kept.file}, read again, holds")
    for each in kept.removed:
        note(f"{each} was older than {keep_days} days and is removed.")


def restore(
    file: Annotated[
        str, typer.Argument(help="A file of `cloudviz backup`, also s3://bucket/….cvb.", show_default=False)
    ],
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
    with _fetched(file, settings) as path:
        _restore(settings, path, file, check=check, files=files)


def _restore(settings: Settings, path: Path, shown: str, *, check: bool, files: bool) -> None:
    from cloudviz.runtime.settings import mask_url
    from cloudviz.runtime.storage import open_storage
    from cloudviz.store.backup import check as read
    from cloudviz.store.backup import restore as fill

    if check:
        _say(read(path, _key(settings)), f"{shown} is whole:")
        return
    url = settings.database()
    storage = open_storage(settings) if files else None
    asked = fill(url, path, settings.store, storage=storage, key=_key(settings))
    _say(run(asked), f"{mask_url(url)} is restored:")
    note("`cloudviz audit verify` holds the audit against its chain.")


@contextmanager
def _fetched(file: str, settings: Settings) -> Iterator[Path]:
    """The file itself, or what a bucket has of that name, in the data folder until the end."""
    if not file.startswith(_BUCKETS):
        yield Path(file)
        return
    from cloudviz.runtime.storage import open_backups

    place, _, name = file.rpartition("/")
    bucket = open_backups(place, settings)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.data_dir) as folder:
        path = Path(folder) / "fetched.cvb"
        run(bucket.get_file(name, path))
        yield path


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
