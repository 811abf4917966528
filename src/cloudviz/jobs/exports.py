"""Files for people: made when they are first asked for, then kept in the storage under what is in them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cloudviz.errors import CloudVizError, NotFound, Unavailable
from cloudviz.runtime import clock
from cloudviz.runtime.logs import get_logger
from cloudviz.runtime.storage import Storage, missing, object_name
from cloudviz.store import ExportedFile, Store

log = get_logger(__name__)

WHOLE = 4 * 2**20
"""Bytes up to which a file is held in memory to be sent; what is larger is streamed."""

GRACE = timedelta(days=1)
"""So old is an object at least that is taken for an orphan: its row may be about to be written."""

_AT_ONCE = 500


class Pieces:
    """The content of a large file, its first piece read already. Taken or closed, or it keeps a connection."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None]) -> None:
        self._first, self._rest = first, rest

    @classmethod
    async def of(cls, storage: Storage, name: str, start: int = 0, stop: int | None = None) -> Pieces:
        """Begin to read: now, while the reply can still be another. Raises NotFound, Unavailable."""
        rest = storage.read(name, start, stop)
        try:
            return cls(await anext(rest), rest)
        except StopAsyncIteration:
            raise missing(name) from None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            yield self._first
            async for piece in self._rest:
                yield piece
        finally:
            await self._rest.aclose()

    async def close(self) -> None:
        """Read no more of it."""
        await self._rest.aclose()


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to hand over: what is known of it, and its content as a whole or in pieces.

    ``is_kept`` says whether the storage holds it, so that it can be linked to.
    """

    file: ExportedFile
    content: bytes | None = None
    pieces: Pieces | None = None
    is_kept: bool = True


class Exports:
    """The exported files of an installation.

    Arguments:
        store: where it says which file answers which request.
        storage: where the files are.
    """

    def __init__(self, store: Store, storage: Storage) -> None:
        self._store = store
        self.storage = storage
        self._checked: tuple[float, str | Unavailable] = (float("-inf"), "")

    async def checked(self, seconds: float) -> str:
        """What the storage is, found out at most every so many seconds. Raises Unavailable."""
        at, said = self._checked
        if time.monotonic() - at >= seconds:
            try:
                said = await self.storage.check()
            except Unavailable as error:
                said = error
            self._checked = (time.monotonic(), said)
        if isinstance(said, Unavailable):
            raise said
        return said

    async def found(self, asked: str) -> Exported | None:
        """The file that answers a request, when it was made before and the storage still has it whole.

        None where it has to be made, also when the storage can't be reached.

        Arguments:
            asked: what determines the bytes, as a hash.
        """
        file = await self._store.exported_files.find(asked)
        if file is None:
            return None
        try:
            return await self.opened(file)
        except NotFound:
            await self._store.exported_files.forget(asked)
        except Unavailable as error:
            log.warning("the storage can't be read", detail=error.detail)
        return None

    async def opened(self, file: ExportedFile) -> Exported:
        """A file with its content, or with its pieces where it is large.

        Raises NotFound when the storage does not have it, or holds something else under its name, and Unavailable.
        """
        if file.size > WHOLE:
            return Exported(file, pieces=await Pieces.of(self.storage, file.name))
        content = await self.storage.content(file.name)
        if hashlib.sha256(content).hexdigest() != file.name[:64]:
            log.error("a file in the storage is not what it was", file=file.name)
            await self.storage.remove([file.name])
            raise missing(file.name)
        return Exported(file, content)

    async def has(self, asked: str) -> ExportedFile | None:
        """The same without its content. Raises Unavailable."""
        file = await self._store.exported_files.find(asked)
        return file if file is not None and await self.storage.has(file.name) else None

    async def keep(
        self,
        asked: str,
        content: bytes,
        *,
        suffix: str,
        media_type: str,
        stem: str,
        diagram_id: str | None = None,
    ) -> Exported:
        """Put a file that was made into the storage; without the storage it is handed over all the same."""
        name = object_name(content, suffix)
        file = ExportedFile(asked, name, len(content), media_type, f"{stem}.{suffix}", diagram_id)
        try:
            await self.storage.put(name, content, media_type)
            await self._store.exported_files.note(file)
        except CloudVizError as error:
            log.warning("an exported file could not be kept", detail=error.detail)
            return Exported(file, content, is_kept=False)
        return Exported(file, content)

    async def trim(self, media_type: str, most: int) -> None:
        """Keep only those ``most`` files of a type that were used last: nobody fills the storage with them."""
        try:
            await self.storage.remove(await self._store.exported_files.trim(media_type, most))
        except CloudVizError as error:
            log.warning("files that are no longer needed could not be removed", detail=error.detail)


async def clean_up(
    store: Store,
    storage: Storage,
    now: datetime | None = None,
    *,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Take away the objects that no request leads to any more, and half-written ones; gives how many.

    Safe to stop anywhere and to run several times at once. What is not named as we name objects stays.
    """
    before = (now or clock.now()) - GRACE
    removed = await storage.remove_scraps(before)
    waiting: list[str] = []

    async def judge() -> int:
        orphans = sorted(set(waiting) - await store.exported_files.known(waiting))
        waiting.clear()
        await storage.remove(orphans)
        return len(orphans)

    async for each in storage.listed():
        if stopped():
            return removed
        if each.is_ours and each.written_at < before:
            waiting.append(each.name)
        if len(waiting) >= _AT_ONCE:
            removed += await judge()
    return removed + (await judge() if waiting else 0)
