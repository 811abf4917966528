"""Heads of the audit's chain, noted where whoever can write to the database can't: a file, and the log.

The database remembers the end of its chain. Whoever may write to it can cut the chain and set that back too; what
was noted here and sent to a log collector still says how far it had come.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import orjson

from cloudviz.errors import BadInput
from cloudviz.runtime.logs import get_logger
from cloudviz.store import Store
from cloudviz.store.chain import ChainReport, Head

FILE_NAME = "audit.heads"
EVERY_SECONDS = 60.0


class Anchors:
    """Notes the head of the audit's chain every minute in which it moved, and when the process stops.

    Arguments:
        store: whose audit.
        path: the file, one JSON document a line; made with mode 0600, and only ever added to.
    """

    def __init__(self, store: Store, path: Path, every_seconds: float = EVERY_SECONDS) -> None:
        self._store = store
        self._path = path
        self._every = every_seconds
        self._noted: Head | None = None
        self._log = get_logger("cloudviz.audit")

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._try()
                await asyncio.sleep(self._every)
        finally:
            await asyncio.shield(self._try())

    async def _try(self) -> None:
        try:
            await self.note()
        except Exception as error:  # what it watches must not stop because the watcher can't write
            self._log.warning("the audit's head could not be noted", why=type(error).__name__)

    async def note(self) -> Head:
        """Note the head now, unless it is the one noted last."""
        head = await self._store.audit.head()
        if head != self._noted and head.seq:
            line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "seq": head.seq, "hash": head.hash}
            await asyncio.to_thread(_append, self._path, orjson.dumps(line) + b"\n")
            self._log.info("audit head", seq=head.seq, hash=head.hash)
        self._noted = head
        return head


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line)  # one write of a short line: processes side by side do not mix theirs
    finally:
        os.close(descriptor)


def read_heads(path: Path) -> list[Head]:
    """The heads in a file, none where there is no file. Raises BadInput for a line that is none."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    heads: list[Head] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = orjson.loads(line)
            heads.append(Head(int(said["seq"]), str(said["hash"])))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            raise BadInput(
                "is no head of the audit",
                where=f"{path}: line {number}",
                hint="Take the line out if it was cut off.",
            ) from None
    return heads


async def verified(store: Store, path: Path) -> ChainReport:
    """The audit held against its own chain and against what was noted in a file."""
    return await store.audit.verify(read_heads(path))
