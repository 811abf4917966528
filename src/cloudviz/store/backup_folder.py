"""A folder of backups: a new one each time, read again once it is written, and old ones taken away."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cloudviz.errors import BadInput, CloudVizError
from cloudviz.runtime.settings import StoreSettings
from cloudviz.runtime.storage import Storage
from cloudviz.store.backup import BackupReport, back_up, check

_NAME = re.compile(r"cloudviz-(\d{8}T\d{6}Z)\.cvb")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """What came of it.

    Attributes:
        file: the new backup.
        report: what it holds, as it was read again.
        removed: the files that were older than they are kept.
    """

    file: Path
    report: BackupReport
    removed: list[Path]


async def back_up_into(
    folder: Path,
    url: str,
    settings: StoreSettings | None = None,
    *,
    now: datetime,
    keep_days: int = 0,
    storage: Storage | None = None,
    key: bytes = b"",
) -> KeptBackup:
    """Write ``cloudviz-20261124T021700Z.cvb`` into a folder, read it again, then remove what is too old.

    Arguments:
        now: whose time the name tells.
        keep_days: how many days backups are kept; 0 for ever. Only files that are named as these are go.

    Raises as :func:`~cloudviz.store.backup.back_up` does; a backup that can't be read again is taken away, the old
    ones stay.
    """
    try:
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"can't be made: {error.strerror}", where=str(folder), hint="Name another folder."
        ) from error
    file = folder / f"cloudviz-{now.astimezone(UTC).strftime(_STAMP)}.cvb"
    await back_up(url, file, settings, storage=storage, key=key)
    try:
        report = await asyncio.to_thread(check, file, key)
    except CloudVizError:
        await asyncio.to_thread(file.unlink)
        raise
    removed = await asyncio.to_thread(_remove_old, folder, now - timedelta(days=keep_days)) if keep_days else []
    return KeptBackup(file, report, removed)


def _remove_old(folder: Path, before: datetime) -> list[Path]:
    removed = []
    for path in sorted(folder.iterdir()):
        named = _NAME.fullmatch(path.name)
        if named and datetime.strptime(named[1], _STAMP).replace(tzinfo=UTC) < before:
            path.unlink(missing_ok=True)
            removed.append(path)
    return removed
