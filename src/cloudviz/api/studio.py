"""Pictures for requests: drawn a few at a time in threads, and kept while the inventory stays as it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable

from cloudviz.api.files import asked_of, media_type_of, suffix_of
from cloudviz.diagram.options import PictureOptions
from cloudviz.errors import Unavailable
from cloudviz.inventory.select import Selection
from cloudviz.jobs.diagrams import GeneratedDiagram, export, generate, kept_scene
from cloudviz.jobs.draw import draw_stored
from cloudviz.jobs.exports import Exported, Exports
from cloudviz.store import DiagramRecord, ExportedFile, Store

AT_ONCE = 2  # drawing is pure Python: more threads would only take turns
MOST_WAITING = 32
MOST_KEPT_BYTES = 64 * 2**20


class Studio:
    """Draws what requests ask for.

    Arguments:
        store: where the inventory and the diagrams are.
        exports: where files are kept.
        at_once: how many pictures are drawn at a time.
    """

    def __init__(self, store: Store, exports: Exports, at_once: int = AT_ONCE) -> None:
        self._store = store
        self.exports = exports
        self._seats = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._under_way: dict[Hashable, asyncio.Task[bytes]] = {}

    async def file(
        self,
        selection: Selection,
        options: PictureOptions,
        format: str,
        *,
        with_links: bool = True,
        since: str = "",
        previous: str = "",
    ) -> bytes:
        """A picture of the stored inventory as a file of one format.

        ``previous`` is the id of a kept picture: what it shows too keeps its place.

        Raises as :func:`~cloudviz.jobs.draw.draw_stored` does, and :class:`~cloudviz.errors.Unavailable` when
        too many pictures wait to be drawn.
        """

        async def draw() -> bytes:
            before = await kept_scene(self._store, previous)
            drawn, _ = await draw_stored(
                self._store, selection, options, format, with_links=with_links, since=since, previous=before
            )
            return drawn.content

        version = await self._store.inventories.data_version()
        asked = ("file", version, selection, options, format, with_links, since, previous)
        return await self._keeping(asked, draw)

    async def export(self, record: DiagramRecord, format: str, options: PictureOptions) -> Exported:
        """A kept picture as a file of one format, from the storage where it was exported before."""

        async def draw() -> bytes:
            return await export(self._store, record, format, options)

        asked = asked_of("diagram", record.id, format, options.scale, options.page, options.link_base)
        return await self._exported(asked, draw, format, f"cloudviz-{record.id[:8]}", record.id)

    async def linkable(self, record: DiagramRecord, format: str, options: PictureOptions) -> ExportedFile:
        """The same, made sure to be in the storage. Raises Unavailable where it can't be put there."""
        asked = asked_of("diagram", record.id, format, options.scale, options.page, options.link_base)
        file = await self.exports.has(asked)
        if file is not None:
            return file
        exported = await self.export(record, format, options)
        if not exported.is_kept:
            raise Unavailable("the file could not be put into the storage", hint="See GET /health.")
        return exported.file

    async def export_selected(
        self,
        selection: Selection,
        options: PictureOptions,
        format: str,
        *,
        with_links: bool = True,
        since: str = "",
        previous: str = "",
    ) -> Exported:
        """As :meth:`file`, kept in the storage besides."""

        async def draw() -> bytes:
            return await self.file(
                selection, options, format, with_links=with_links, since=since, previous=previous
            )

        version = await self._store.inventories.data_version()
        asked = asked_of("file", version, selection, options, format, with_links, since, previous)
        return await self._exported(asked, draw, format, "cloudviz", None, has_seat=False)

    async def _exported(
        self,
        asked: str,
        draw: Callable[[], Awaitable[bytes]],
        format: str,
        stem: str,
        diagram_id: str | None,
        *,
        has_seat: bool = True,
    ) -> Exported:
        found = await self.exports.found(asked)
        if found is not None:
            return found
        content = await (self._keeping(("export", asked), draw) if has_seat else draw())
        return await self.exports.keep(
            asked,
            content,
            suffix=suffix_of(format),
            media_type=media_type_of(format),
            stem=stem,
            diagram_id=diagram_id,
        )

    async def generate(
        self,
        selection: Selection,
        options: PictureOptions,
        *,
        with_links: bool = True,
        since: str = "",
        previous: str = "",
    ) -> GeneratedDiagram:
        """Draw a picture and keep it in the store."""
        async with self.seat():
            return await generate(
                self._store, selection, options, with_links=with_links, since=since, previous=previous
            )

    async def _keeping(self, key: Hashable, draw: Callable[[], Awaitable[bytes]]) -> bytes:
        """What was drawn for the same key before, or what is being drawn now, or a new drawing."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        task = self._under_way.get(key)
        if task is None:

            async def seated() -> bytes:
                try:
                    async with self.seat():
                        content = await draw()
                    self._keep(key, content)
                    return content
                finally:
                    self._under_way.pop(key, None)

            task = self._under_way[key] = asyncio.create_task(seated())
        # Shielded, so that of several who wait for one picture the first to leave does not take it away.
        return await asyncio.shield(task)

    def _keep(self, key: Hashable, content: bytes) -> None:
        if len(content) > MOST_KEPT_BYTES // 4:
            return
        self._kept[key] = content
        self._kept_bytes += len(content)
        while self._kept_bytes > MOST_KEPT_BYTES and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= len(dropped)

    @contextlib.asynccontextmanager
    async def seat(self) -> AsyncIterator[None]:
        """A place to draw in; waits for one. Raises Unavailable when too many wait."""
        if self._waiting >= MOST_WAITING:
            raise Unavailable("too many pictures wait to be drawn", hint="Try again in a few seconds.")
        self._waiting += 1
        try:
            await self._seats.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._seats.release()
