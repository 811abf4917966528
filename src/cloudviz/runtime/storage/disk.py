"""A folder as a storage: ``ab/abcdef….svg``, written aside and renamed, so that a name has its content or none."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path

from cloudviz.errors import Unavailable
from cloudviz.runtime.storage.objects import PIECE, Kept, Storage, checked_name, missing

ASIDE = ".part"
LEAST_FREE = 100 * 2**20  # bytes


class DiskStorage(Storage):
    """Objects in a folder, which several servers may share.

    Arguments:
        folder: made with the first object.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, content: bytes, media_type: str) -> None:
        """Write an object; the suffix of its name keeps its media type."""
        await asyncio.to_thread(self._put, checked_name(name), content)

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes, None]:
        """The content in pieces, or that of a part."""
        path = self._path(checked_name(name))
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError:
            raise missing(name) from None
        except OSError as error:
            raise _away(error) from error
        left = None if stop is None else stop - start
        try:
            file.seek(start)
            while piece := await asyncio.to_thread(file.read, PIECE if left is None else min(PIECE, left)):
                yield piece
                left = None if left is None else left - len(piece)
        finally:
            file.close()

    async def has(self, name: str) -> bool:
        """Whether the file is there."""
        return await asyncio.to_thread(self._path(checked_name(name)).is_file)

    async def listed(self) -> AsyncIterator[Kept]:
        """All objects."""
        for each in await asyncio.to_thread(self._list):
            yield each

    async def remove(self, names: Iterable[str]) -> None:
        """Take objects away."""

        def work() -> None:
            for name in names:
                self._path(checked_name(name)).unlink(missing_ok=True)

        await asyncio.to_thread(work)

    async def remove_scraps(self, before: datetime) -> int:
        """Files that were written aside and never renamed."""

        def work() -> int:
            old = [
                path
                for path in self._folder.glob(f"??/*{ASIDE}")
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
            ]
            for path in old:
                path.unlink(missing_ok=True)
            return len(old)

        return await asyncio.to_thread(work)

    async def link(self, name: str, seconds: int, *, file_name: str, media_type: str) -> str:
        """None: nobody but this server can reach the folder."""
        return ""

    async def check(self) -> str:
        """Whether the folder can be written to, and has room."""

        def work() -> str:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                found = os.statvfs(self._folder)
            except OSError as error:
                raise _away(error) from error
            if not os.access(self._folder, os.W_OK):
                raise Unavailable("the folder of files can't be written to", hint="Check its owner and mode.")
            if found.f_bavail * found.f_frsize < LEAST_FREE:
                raise Unavailable("the folder of files has under 100 MB left", hint="Make room.")
            return "a folder"

        return await asyncio.to_thread(work)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _put(self, name: str, content: bytes) -> None:
        path = self._path(name)
        try:
            if path.exists():
                os.utime(path)
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            aside = path.with_name(f"{name}.{secrets.token_hex(8)}{ASIDE}")
            try:
                aside.write_bytes(content)
                aside.replace(path)
            finally:
                aside.unlink(missing_ok=True)
        except OSError as error:
            raise _away(error) from error

    def _list(self) -> list[Kept]:
        found: list[Kept] = []
        for path in self._folder.glob("??/*"):
            if path.suffix == ASIDE:
                continue
            try:
                state = path.stat()
            except FileNotFoundError:  # taken away meanwhile
                continue
            found.append(Kept(path.name, state.st_size, datetime.fromtimestamp(state.st_mtime, UTC)))
        return found


def _away(error: OSError) -> Unavailable:
    what = f"the folder of files can't be used: {error.strerror}"
    return Unavailable(what, hint="Check the setting storage_url.")
