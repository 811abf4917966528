"""A picture that is kept: drawn, stored with its Mermaid code and scene, and found again by its id."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.render import render
from cloudviz.diagram.render.mermaid_pages import mermaid_pages
from cloudviz.diagram.scene.document import Scene, scene_from_document
from cloudviz.errors import NotFound
from cloudviz.inventory.select import Selection
from cloudviz.inventory.tables import TABLES, table
from cloudviz.jobs.draw import draw_stored, part_shown
from cloudviz.store import Store
from cloudviz.store.records import DiagramRecord


@dataclass(frozen=True, slots=True)
class GeneratedDiagram:
    """A stored picture: its id, its Mermaid code, and ``metadata`` with nodes, connections and cost_total.

    ``pages`` are the Mermaid charts that follow the first where one cannot hold the picture.
    """

    diagram_id: str
    mermaid_code: str
    pages: list[str]
    metadata: Mapping[str, Any]
    scene: Scene


async def kept_scene(store: Store, diagram_id: str) -> Scene | None:
    """The scene of a stored picture, for the next one to be laid out like it; ``None`` for no id.

    Raises :class:`~cloudviz.errors.NotFound` for an unknown picture, or one whose scene was not kept.
    """
    if not diagram_id:
        return None
    return _scene_of(await store.diagrams.get(diagram_id))


def _scene_of(record: DiagramRecord) -> Scene:
    if record.scene is None:
        raise NotFound(f"the scene of diagram {record.id} was not kept", hint="Generate the picture again.")
    return scene_from_document(orjson.loads(record.scene))


async def generate(
    store: Store,
    selection: Selection,
    options: PictureOptions,
    *,
    with_links: bool = True,
    since: str = "",
    previous: str = "",
    diagram_id: str = "",
) -> GeneratedDiagram:
    """Draw what is selected and store the picture. Other formats are drawn from its scene when asked for.

    ``previous`` is the id of an earlier picture: what it shows too keeps its place. ``diagram_id`` is the id that
    this one shall have, a new one when empty.
    """
    before = await kept_scene(store, previous)
    picture, _ = await draw_stored(
        store, selection, options, "mermaid", with_links=with_links, since=since, previous=before
    )
    scene = picture.scene
    cost = scene.summary.cost_monthly
    metadata = {
        "nodes": sum(1 for node in scene.nodes if not node.container),
        "connections": len(scene.edges),
        "cost_total": None if cost is None else float(cost),
        "currency": scene.summary.currency,
        "resources": scene.summary.resources,
        "gaps": picture.gaps,
    }
    mermaid = picture.content.decode()
    pages = [page.text for page in await asyncio.to_thread(mermaid_pages, scene)][1:]
    diagram_id = await store.diagrams.save(
        list(selection.discoveries),
        mermaid,
        options.theme,
        options.layout,
        metadata,
        orjson.dumps(scene.to_document()),
        # A table of it is of the same instant.
        {**dataclasses.asdict(options), "at": selection.at},
        diagram_id,
    )
    return GeneratedDiagram(diagram_id, mermaid, pages, metadata, scene)


async def export(store: Store, record: DiagramRecord, format: str, options: PictureOptions) -> bytes:
    """The bytes of a stored picture in one of the formats; of the options scale, page and link base are heeded.

    A table holds the resources that its boxes stand for, as they were when it was drawn.
    Raises :class:`~cloudviz.errors.NotFound` when its scene was not kept.
    """
    scene = _scene_of(record)
    if format in TABLES:
        drawn_at = record.created_at.isoformat() if record.created_at else ""
        at = str(record.options.get("at") or drawn_at)
        inventory = await store.inventories.inventory(Selection(at=at))
        shown = part_shown(inventory.graph, scene)
        return await asyncio.to_thread(table, shown, inventory.coverage, format)
    return await asyncio.to_thread(
        render, scene, format, scale=options.scale, page=options.page, link_base=options.link_base
    )
