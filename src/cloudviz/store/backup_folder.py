"""A folder or a bucket of backups: a new one each time, read again once it is there, and old ones taken away."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cloudviz.errors import BadInput, CloudVizError, Conflict
from cloudviz.runtime.settings import StoreSettings
from cloudviz.runtime.storage import Bucket, Storage
from cloudviz.store.backup import BackupReport, back_up, check

_NAME = re.compile(r"cloudviz-(\d{8}T\d{6}Z)\.cvb")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """What came of it.

    Attributes:
        file: the new backup, as ``restore`` takes it.
        report: what it holds, as it was read again.
        removed: the files that were older than they are kept.
    """

    file: str
    report: BackupReport
    removed: list[str]


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
    file = folder / _named(now)
    await back_up(url, file, settings, storage=storage, key=key)
    try:
        report = await asyncio.to_thread(check, file, key)
    except CloudVizError:
        await asyncio.to_thread(file.unlink)
        raise
    there = await asyncio.to_thread(os.listdir, folder)
    old = _too_old(there, now, keep_days)
    for name in old:
        await asyncio.to_thread((folder / name).unlink, missing_ok=True)
    return KeptBackup(str(file), report, [str(folder / name) for name in old])


async def back_up_to(
    bucket: Bucket,
    shown: str,
    url: str,
    settings: StoreSettings | None = None,
    *,
    aside: Path,
    now: datetime,
    key: bytes,
    keep_days: int = 0,
    storage: Storage | None = None,
) -> KeptBackup:
    """The same into a bucket: made in a folder, sent, fetched again and read to its end; then what is old goes.

    Arguments:
        shown: the bucket as people write it, ``s3://bucket/prefix``.
        aside: a folder with room for one backup, which is gone at the end.

    Raises as :func:`back_up_into` does, :class:`~cloudviz.errors.Unavailable` where the bucket does not answer.
    What can't be read again is taken away from the bucket, and the old ones stay.
    """
    name = _named(now)
    there = [each.name async for each in bucket.names()]
    if name in there:
        raise Conflict("is there already", where=f"{shown}/{name}", hint="Try again in a second.")
    await asyncio.to_thread(aside.mkdir, mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=aside) as folder:
        file = Path(folder) / name
        await back_up(url, file, settings, storage=storage, key=key)
        try:
            await bucket.put_file(name, file)
            await asyncio.to_thread(file.unlink)
            await bucket.get_file(name, file)
            report = await asyncio.to_thread(check, file, key)
        except CloudVizError:
            with suppress(CloudVizError):  # what went wrong first is what is told
                await bucket.remove_names([name])
            raise
    old = _too_old(there, now, keep_days)
    await bucket.remove_names(old)
    return KeptBackup(f"{shown}/{name}", report, [f"{shown}/{each}" for each in old])


def _named(now: datetime) -> str:
    return f"cloudviz-{now.astimezone(UTC).strftime(_STAMP)}.cvb"


def _too_old(names: list[str], now: datetime, keep_days: int) -> list[str]:
    """Those of backups that were made more than so many days ago; none where they are kept for ever."""
    before = (now - timedelta(days=keep_days)).astimezone(UTC).strftime(_STAMP)
    return [name for name in sorted(names) if keep_days and (named := _NAME.fullmatch(name)) and named[1] < before]
