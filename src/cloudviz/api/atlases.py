"""Maps for requests: each laid out once for a state of the inventory, and kept while there is room."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace

from cloudviz.api.files import etag_of
from cloudviz.api.studio import Studio
from cloudviz.diagram.atlas import Atlas
from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.scene.document import Scene
from cloudviz.inventory.select import Selection
from cloudviz.jobs.atlas import draw_atlas
from cloudviz.store import Store

MOST_KEPT_BYTES = 256 * 2**20
"""A map of 100,000 resources takes some 90 MB."""

MOST_KEPT_SCENES = 4


class Atlases:
    """Opens maps.

    Arguments:
        store: where the inventory is.
        studio: whose seats limit how many are laid out at a time.
    """

    def __init__(self, store: Store, studio: Studio) -> None:
        self._store = store
        self._studio = studio
        self._kept: OrderedDict[str, Atlas] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[Atlas]] = {}
        self._scenes: OrderedDict[Hashable, tuple[str, Scene]] = OrderedDict()

    async def open(
        self, selection: Selection, options: PictureOptions, since: str = "", patience: float | None = None
    ) -> Atlas | None:
        """The map of the inventory as it is; None when it is not ready within ``patience`` seconds.

        What the map of the same options showed before keeps its place, so that a new scan does not throw all
        about, and other moments look like the present. Raises as
        :func:`~cloudviz.jobs.atlas.draw_atlas` does.
        """
        inventory = await self._store.inventories.data_version()
        asked = etag_of("atlas", inventory, selection, options, since).strip('"')
        kept = self._kept.get(asked)
        if kept is not None:
            self._kept.move_to_end(asked)
            return kept
        task = self._under_way.get(asked)
        if task is None:
            task = asyncio.create_task(self._draw(asked, selection, options, since))
            self._under_way[asked] = task
            task.add_done_callback(lambda done: self._under_way.pop(asked, None))
        try:
            # Shielded: whoever stops waiting does not stop the drawing.
            return await asyncio.wait_for(asyncio.shield(task), patience)
        except TimeoutError:
            if task.done():
                return task.result()
            # Nobody may be there to hear of it when it fails: then the next one to ask is told.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            return None

    async def _draw(self, asked: str, selection: Selection, options: PictureOptions, since: str) -> Atlas:
        place = (replace(selection, at=""), options)
        before = self._scenes.get(place)
        # Two processes that know different earlier maps make different ones: they go by different versions.
        version = asked if before is None else etag_of(asked, before[0]).strip('"')
        async with self._studio.seat():
            drawn = await draw_atlas(
                self._store,
                selection,
                options,
                version=version,
                since=since,
                previous=None if before is None else before[1],
            )
        if drawn.scene is not None and not since and not selection.at:
            self._scenes[place] = (version, drawn.scene)
            while len(self._scenes) > MOST_KEPT_SCENES:
                self._scenes.popitem(last=False)
        self._kept[asked] = drawn.atlas
        while len(self._kept) > 1 and sum(each.size for each in self._kept.values()) > MOST_KEPT_BYTES:
            self._kept.popitem(last=False)
        return drawn.atlas
