"""Letting go of what is past: rows by the settings ``retention.*``, files nobody fetched, the audit's archive."""

from __future__ import annotations

import asyncio
import gzip
import os
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from cloudviz.jobs import exports
from cloudviz.jobs.inventory_export import exports_folder
from cloudviz.runtime import clock
from cloudviz.runtime.settings import Settings
from cloudviz.runtime.storage import open_storage
from cloudviz.store import Store
from cloudviz.store.records import AuditRecord

_PAGE = 1000


async def clean_up(
    store: Store, settings: Settings, *, stopped: Callable[[], bool] = lambda: False
) -> dict[str, int]:
    """Remove what is older than it is kept; gives how many rows of each table, and ``files``.

    Entries of the audit are written to a file before they go (``audit/…jsonl.gz`` in the data folder), where the
    setting ``retention.audit_archive`` wants that. Safe to stop anywhere and to run several times at once.
    """
    kept = settings.retention
    archived = 0
    now = await store.schedules.now()
    if kept.audit_days and kept.audit_archive and not stopped():
        before = now - timedelta(days=kept.audit_days)
        archived = await _archive_audit(store, settings.data_dir / "audit", before)
    removed = await store.retention.remove(kept, now, stopped=stopped)
    if archived:
        removed["audit_archived"] = archived
    if kept.exports_days and not stopped():
        folders = (exports_folder(settings.data_dir), settings.data_dir / "uploads")
        removed["files"] = await asyncio.to_thread(_remove_old, folders, kept.exports_days)
    if not stopped():
        orphans = await exports.clean_up(store, open_storage(settings), stopped=stopped)
        removed["orphaned_files"] = orphans
    return removed


def _remove_old(folders: tuple[Path, ...], days: int) -> int:
    """Remove files and folders that nobody wrote to for so many days."""
    before, count = time.time() - days * 86_400, 0
    for folder in folders:
        if not folder.is_dir():
            continue
        for entry in sorted(folder.iterdir()):
            try:
                if entry.lstat().st_mtime >= before:
                    continue
                if entry.is_dir() and not entry.is_symlink():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
                count += 1
            except OSError:
                continue  # somebody else was faster, or it is not ours
    return count


async def _archive_audit(store: Store, folder: Path, until: datetime) -> int:
    """Write the entries that are about to go into one file, oldest first; gives how many.

    The file is named by the entries it holds, and put in place whole: a second run, or one that was killed, writes
    the same file again.
    """
    pages: list[list[AuditRecord]] = []
    cursor: str | None = None
    while True:
        page = await store.audit.page(limit=_PAGE, cursor=cursor, until=until)
        pages.append(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    entries = [entry for items in reversed(pages) for entry in reversed(items)]
    if entries:
        await asyncio.to_thread(_write_archive, folder, entries)
    return len(entries)


def _write_archive(folder: Path, entries: list[AuditRecord]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{clock.text(entries[0].at)[:10]}-{entries[0].id}-{entries[-1].id}.jsonl.gz"
    aside = folder / f".{name}.{os.getpid()}"
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            for entry in entries:
                packed.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / name)
