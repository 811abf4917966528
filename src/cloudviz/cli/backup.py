"""``cloudviz backup`` and ``cloudviz restore``: the whole database in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudviz.cli.output import note
from cloudviz.cli.session import Database, run, settings_for

if TYPE_CHECKING:
    from cloudviz.store.backup import BackupReport


def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.", show_default=False)],
    database: Database = None,
) -> None:
    """Write the whole database into one file, as it is at one instant, while the servers go on.

    The keys that seal credentials and sign tokens are not in it: keep secrets.keys and auth.secret (or secrets.key
    and signing.key of the data folder) in another place. Exported files are made again when somebody asks.

    Example: cloudviz backup cloudviz-2026-11-24.backup
    """
    settings = settings_for(database_url=database).settings
    from cloudviz.store.backup import back_up

    _say(run(back_up(settings.database(), file, settings.store)), f"{file} holds")


def restore(
    file: Annotated[Path, typer.Argument(help="A file of `cloudviz backup`.", show_default=False)],
    database: Database = None,
) -> None:
    """Fill an empty database from a backup and bring it to this release's schema.

    Whatever is wrong leaves it empty.

    Example: cloudviz restore cloudviz-2026-11-24.backup --database postgresql://cloudviz@db/empty
    """
    settings = settings_for(database_url=database).settings
    from cloudviz.runtime.settings import mask_url
    from cloudviz.store.backup import restore as fill

    url = settings.database()
    _say(run(fill(url, file, settings.store)), f"{mask_url(url)} is restored:")
    note("`cloudviz audit verify` holds the audit against its chain.")


def _say(report: BackupReport, begin: str) -> None:
    rows = f"{sum(report.rows.values()):,} rows of {len(report.rows)} tables, " if report.rows else ""
    taken = report.taken_at.isoformat(timespec="seconds")
    what = f"{rows}{report.database} at revision {report.revision}"
    note(f"{begin} {what}, {report.bytes:,} bytes, taken at {taken}.")
