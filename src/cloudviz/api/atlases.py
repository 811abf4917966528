"""Maps for requests: each laid out once for a state of the inventory, and kept, in memory and in the storage.

The storage is where other processes and a restarted one find them, so that nobody lays out again what is laid out:
100,000 resources take 25 s. Of several processes that are asked for a new one at the same time, the first lays it
out, and the others wait for what it keeps.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable
from dataclasses import replace

from cloudviz.api.files import asked_of, etag_of
from cloudviz.api.studio import Studio
from cloudviz.diagram.atlas import Atlas, scene_of, unpacked
from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.scene.document import Scene
from cloudviz.errors import BadInput, CloudVizError
from cloudviz.inventory.select import Selection
from cloudviz.jobs.atlas import MOST_KEPT_NODES, Drawn, draw_atlas
from cloudviz.jobs.exports import Exported
from cloudviz.runtime.logs import get_logger
from cloudviz.store import ExportedFile, Store
from cloudviz.store.exported_files import MAP_TYPE

log = get_logger(__name__)

MOST_KEPT_BYTES = 256 * 2**20
"""A map of 100,000 resources takes some 90 MB."""

MOST_KEPT_SCENES = 4

UNFOLDED_AT_ONCE = 2
"""A map of 100,000 resources takes a gigabyte while it is read from the storage."""

MOST_IN_STORAGE = 200
"""Each question asked with other options makes one: the latest stay, some 4 MB each for 100,000 resources."""

DRAWING = "cloudviz:maps"
"""Under whose name the process that lays out a map says so, among the requests that are under way."""

ASKED_EVERY = 0.5
"""Seconds between two looks whether another process has finished a map."""

MOST_WAITED = 60.0
"""Seconds that other processes wait for a map: then whoever began it is taken for dead."""

LAYOUT = 3
"""Counted up when the layout or the form of a kept map changes: maps of before are not read any more."""


class Atlases:
    """Opens maps.

    Arguments:
        store: where the inventory is.
        studio: whose seats limit how many are laid out at a time.
        most_waited: seconds for which another process may be at a map before this one begins too.
    """

    def __init__(self, store: Store, studio: Studio, most_waited: float = MOST_WAITED) -> None:
        self._store = store
        self._most_waited = most_waited
        self._studio = studio
        self._kept: OrderedDict[str, Atlas] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[Atlas]] = {}
        self._scenes: OrderedDict[Hashable, tuple[str, Scene]] = OrderedDict()
        self._unfolding = asyncio.Semaphore(UNFOLDED_AT_ONCE)

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
        is_latest = not since and not selection.at
        kept_as = asked_of("map", LAYOUT, asked)
        drawn = await self._found(kept_as)
        if drawn is None:
            async with self._turn(kept_as) as is_kept:
                drawn = await self._found(kept_as) if is_kept else None
                if drawn is None:
                    drawn = await self._draw_anew(asked, place, selection, options, since, is_latest=is_latest)
        if drawn.scene is not None and is_latest:
            self._scenes[place] = (drawn.atlas.version, drawn.scene)
            while len(self._scenes) > MOST_KEPT_SCENES:
                self._scenes.popitem(last=False)
        self._kept[asked] = drawn.atlas
        while len(self._kept) > 1 and sum(each.size for each in self._kept.values()) > MOST_KEPT_BYTES:
            self._kept.popitem(last=False)
        return drawn.atlas

    async def _draw_anew(
        self,
        asked: str,
        place: tuple[Selection, PictureOptions],
        selection: Selection,
        options: PictureOptions,
        since: str,
        *,
        is_latest: bool,
    ) -> Drawn:
        before = self._scenes.get(place) or await self._before(place)
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
        await self._keep(asked, drawn, place if is_latest else None)
        return drawn

    @contextlib.asynccontextmanager
    async def _turn(self, kept_as: str) -> AsyncIterator[bool]:
        """The turn to lay out a map, among all processes: gives whether another has kept it while we waited.

        The wait is bounded: a process that died says nothing.
        """
        repeats, token = self._store.repeats, ""
        end = time.monotonic() + self._most_waited
        try:
            while not token:
                begun = await repeats.begin(DRAWING, kept_as, "")
                if isinstance(begun, str):
                    token = begun
                elif time.monotonic() >= end:
                    break
                else:
                    await asyncio.sleep(ASKED_EVERY)
            # Whoever had the turn before us has kept it, unless that failed.
            is_kept = await self._studio.exports.has(kept_as) is not None
        except CloudVizError as error:
            log.warning("other processes can't be told that a map is laid out", detail=error.detail)
            is_kept = False
        try:
            yield is_kept
        finally:
            if token:
                with contextlib.suppress(CloudVizError):
                    await repeats.forget(DRAWING, kept_as, token)

    # ---- in the storage

    async def _found(self, asked: str) -> Drawn | None:
        """The map that was kept for a request, by whichever process; None where it has to be drawn."""
        exports = self._studio.exports
        try:
            exported = await exports.found(asked)
            if exported is None:
                return None
            try:
                async with self._unfolding:
                    content = await _whole(exported)
                    # Pure computing, of seconds for a large one.
                    scene, atlas = await asyncio.to_thread(unpacked, content, exported.file.name)
            except BadInput as error:
                log.error("a kept map can't be read, and is drawn anew", detail=str(error))
                # Else what is drawn would be taken to be there already, under the same name.
                await exports.storage.remove([exported.file.name])
                return None
        except CloudVizError as error:
            log.warning("a kept map can't be fetched, and is drawn anew", detail=error.detail)
            return None
        return Drawn(atlas, scene if len(scene.nodes) <= MOST_KEPT_NODES else None)

    async def _before(self, place: Hashable) -> tuple[str, Scene] | None:
        """The latest map of the same options that any process kept: where it had boxes, they stay.

        Those of another moment, and those with changes marked, are laid out from the present one too: that takes a
        third of the time, and nothing jumps about when somebody compares.
        """
        try:
            exported = await self._studio.exports.found(asked_of("latest map", LAYOUT, place))
            if exported is None:
                return None
            async with self._unfolding:
                return await asyncio.to_thread(scene_of, await _whole(exported), exported.file.name)
        except CloudVizError as error:
            log.warning("the latest map can't be read, and the next is laid out afresh", detail=error.detail)
            return None

    async def _keep(self, asked: str, drawn: Drawn, place: Hashable | None) -> None:
        kept = await self._studio.exports.keep(
            asked_of("map", LAYOUT, asked), drawn.content, suffix="map", media_type=MAP_TYPE, stem="map"
        )
        if kept.is_kept and place is not None:
            latest = ExportedFile(
                asked_of("latest map", LAYOUT, place),
                kept.file.name,
                kept.file.size,
                MAP_TYPE,
                kept.file.file_name,
            )
            try:
                await self._store.exported_files.note(latest)
            except CloudVizError as error:
                log.warning("the latest map could not be noted", detail=error.detail)
        await self._studio.exports.trim(MAP_TYPE, MOST_IN_STORAGE)


async def _whole(exported: Exported) -> bytes:
    """Its content. Raises BadInput when it is not what was kept under its name, and Unavailable."""
    content = exported.content
    if content is None and exported.pieces is not None:
        content = b"".join([piece async for piece in exported.pieces])
    if content is None or hashlib.sha256(content).hexdigest() != exported.file.name[:64]:
        raise BadInput("is not what was kept under its name", where=exported.file.name)
    return content
