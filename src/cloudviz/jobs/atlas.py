"""From the stored inventory to a map: select ▶ scene ▶ layout ▶ atlas."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cloudviz.diagram.atlas import Atlas, packed, settled
from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.scene.document import Scene
from cloudviz.inventory.diff import Diff
from cloudviz.inventory.model import Graph, Inventory
from cloudviz.inventory.select import Selection
from cloudviz.jobs.draw import chosen_part, differences, laid_out, nothing_to_draw

if TYPE_CHECKING:
    from cloudviz.store import Store

MOST_KEPT_NODES = 20_000
"""Larger scenes are not kept in memory beside their atlas: the next layout fetches them from the storage."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An atlas, and the scene it was cut from where that is small enough to be kept for the next layout.

    ``content`` is the map as bytes, to be kept.
    """

    atlas: Atlas
    scene: Scene | None
    content: bytes = b""


async def draw_atlas(
    store: Store,
    selection: Selection,
    options: PictureOptions,
    *,
    version: str,
    since: str = "",
    previous: Scene | None = None,
) -> Drawn:
    """Lay out the stored inventory as a map, now or at ``selection.at``.

    Arguments:
        version: a word that stands for the inventory and all of the arguments.
        since: an earlier instant or discovery: what was added, removed and changed after it is marked.
        previous: an earlier layout; what it shows too keeps its place.

    Raises :class:`~cloudviz.errors.NotFound` when there is nothing to draw.
    """
    inventory = await store.inventories.inventory(selection)
    if not inventory.graph.resources and not since:
        raise nothing_to_draw(anything=await store.inventories.count(Selection(at=selection.at)) > 0)
    before = await store.inventories.read(replace(selection, at=since)) if since else None
    differs = await differences(store, since, selection.at) if since else None
    # Laying out thousands of boxes takes seconds of pure computing: off the event loop with it.
    return await asyncio.to_thread(
        _draw, inventory, options, before, differs, previous, version, is_narrowed=selection.narrows
    )


def _draw(
    inventory: Inventory,
    options: PictureOptions,
    before: Graph | None,
    differs: Diff | None,
    previous: Scene | None,
    version: str,
    *,
    is_narrowed: bool,
) -> Drawn:
    options = replace(options, priced=True)
    chosen, found = chosen_part(inventory.graph, Selection(), options, before, differs)
    # the store has left out what does not match: how much there is of it in each container is not known here
    left_out = dict.fromkeys(chosen.resources, 0) if is_narrowed else {}
    gaps = len(inventory.gaps())
    scene = settled(laid_out(chosen, options, found, gaps=gaps, previous=previous, left_out=left_out))
    atlas = Atlas.of(scene, chosen, inventory.coverage, version)
    return Drawn(atlas, scene if len(scene.nodes) <= MOST_KEPT_NODES else None, packed(scene, atlas))
