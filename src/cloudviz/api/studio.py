"""Pictures for requests: drawn a few at a time in threads, and kept while the inventory stays as it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable

from cloudviz.diagram.options import PictureOptions
from cloudviz.errors import Unavailable
from cloudviz.inventory.select import Selection
from cloudviz.jobs.diagrams import GeneratedDiagram, export, generate, kept_scene
from cloudviz.jobs.draw import draw_stored
from cloudviz.store import DiagramRecord, Store

AT_ONCE = 2  # drawing is pure Python: more threads would only take turns
MOST_WAITING = 32
MOST_KEPT_BYTES = 64 * 2**20


class Studio:
    """Draws what requests ask for.

    Arguments:
        store: where the inventory and the diagrams are.
        at_once: how many pictures are drawn at a time.
    """

    def __init__(self, store: Store, at_once: int = AT_ONCE) -> None:
        self._store = store
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

    async def export(self, record: DiagramRecord, format: str, options: PictureOptions) -> bytes:
        """A kept picture as a file of one format."""

        async def draw() -> bytes:
            return await export(self._store, record, format, options)

        return await self._keeping(
            ("export", record.id, format, options.scale, options.page, options.link_base), draw
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
