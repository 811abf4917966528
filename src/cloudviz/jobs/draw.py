"""From an inventory to a picture: select ▶ scene ▶ layout ▶ render; or to a table of what the picture shows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from cloudviz.diagram import picture
from cloudviz.diagram.check import check
from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.render import render
from cloudviz.diagram.scene import NONE_LEFT_OUT, build
from cloudviz.diagram.scene.document import Scene
from cloudviz.diagram.scene.given import scene_given
from cloudviz.errors import BadInput, NotFound, TooLarge
from cloudviz.inventory.diff import Diff, diff
from cloudviz.inventory.model import Coverage, Graph, Inventory, Problem
from cloudviz.inventory.select import Selection
from cloudviz.inventory.tables import TABLES, table
from cloudviz.jobs.imports import read_files
from cloudviz.runtime import clock
from cloudviz.sources.provider import Progress

if TYPE_CHECKING:  # drawing files needs no database, and SQLAlchemy costs 0.35 s of every `cloudviz draw`
    from cloudviz.store import Store


MOST_SCENE_BYTES = 64 << 20
"""Of an earlier picture that is given as a file. One of 6,700 boxes without a budget has 6 MB."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture: its bytes, the scene they were drawn from, and what went wrong on the way.

    ``changes`` is what differs from the earlier look, where the picture was asked to mark that.
    """

    content: bytes
    scene: Scene
    problems: list[Problem] = field(default_factory=list)
    gaps: int = 0
    changes: Diff | None = None


def draw(
    graph: Graph,
    selection: Selection,
    options: PictureOptions,
    format: str,
    *,
    gaps: int = 0,
    coverage: Sequence[Coverage] = (),
    before: Graph | None = None,
    differs: Diff | None = None,
    previous: Scene | None = None,
) -> Picture:
    """Draw the part of a graph that somebody asked for, or list it where the format is that of a table.

    A table holds all that matches; with a focus, what the boxes of the picture stand for. ``coverage`` is for the
    workbook's sheet of that name.

    With ``before``, an earlier look, what came and changed since is marked, and what is gone is drawn, marked;
    ``differs`` says what that is, else the two are compared. What an earlier picture, ``previous``, shows too
    keeps its place.

    Raises :class:`~cloudviz.errors.NotFound` when nothing matches: an empty picture would pass for an answer.
    """
    chosen, found = chosen_part(graph, selection, options, before, differs)
    if format in TABLES:
        scene = build(chosen, options, gaps)
        shown = part_shown(chosen, scene) if options.focus else chosen
        return Picture(table(shown, coverage, format), scene, gaps=gaps, changes=found)
    left_out = left_out_of(graph, chosen) if selection.narrows else NONE_LEFT_OUT
    scene = laid_out(chosen, options, found, gaps=gaps, previous=previous, left_out=left_out)
    return Picture(
        render(scene, format, scale=options.scale, page=options.page, link_base=options.link_base),
        scene,
        gaps=gaps,
        changes=found,
    )


def chosen_part(
    graph: Graph,
    selection: Selection,
    options: PictureOptions,
    before: Graph | None = None,
    differs: Diff | None = None,
) -> tuple[Graph, Diff | None]:
    """The part of a graph that a picture is of; with an earlier look also what is gone, and what differs.

    ``differs`` is what the store found to differ between the two looks. Without it the graphs are compared, costs
    included: right for files, whereas the store lays the costs of now over what was.

    Raises :class:`~cloudviz.errors.NotFound` when nothing matches, or the focus is not there.
    """
    chosen = selection.apply(graph)
    found: Diff | None = None
    if before is not None:
        earlier = selection.apply(before)
        found = diff(earlier, chosen) if differs is None else None
        chosen = _with_removed(chosen, earlier)
        if differs is not None:
            found = _within(differs, chosen)
    if not chosen.resources:
        raise nothing_to_draw(anything=bool(graph.resources))
    if options.focus and options.focus not in chosen.resources:
        raise NotFound(f"the focus {options.focus!r} is not in the inventory", hint="Give a resource id.")
    return chosen, found


def laid_out(
    chosen: Graph,
    options: PictureOptions,
    found: Diff | None = None,
    *,
    gaps: int = 0,
    previous: Scene | None = None,
    left_out: Mapping[str, int] = NONE_LEFT_OUT,
) -> Scene:
    """The picture of a graph with what differs marked on it.

    ``left_out`` is how many resources in each container a filter left out, 0 where that is not known.

    Raises :class:`~cloudviz.errors.NotFound` when it would be empty.
    """
    scene = picture(chosen, options, previous, gaps, found.marks() if found else {}, left_out)
    if not scene.nodes:
        raise NotFound(
            "there is nothing to draw: all that matches is only drawn around or beside other resources",
            hint="Loosen the filter, or list it: -o FILE.csv.",
        )
    return scene


def left_out_of(graph: Graph, chosen: Graph) -> dict[str, int]:
    """Id of a container that was chosen → how many resources in it, at any depth, were not."""
    counts: dict[str, int] = {}
    for key, item in graph.resources.items():
        if key in chosen.resources:
            continue
        seen = {key}
        parent = item.parent
        while parent and parent in graph.resources and parent not in seen:
            seen.add(parent)
            counts[parent] = counts.get(parent, 0) + 1
            parent = graph.resources[parent].parent
    return {key: count for key, count in counts.items() if key in chosen.resources}


def part_shown(graph: Graph, scene: Scene) -> Graph:
    """The resources that the boxes of a picture stand for, and the links between them."""
    ids = {id for node in scene.nodes for id in node.members}
    return Graph(
        {key: item for key, item in graph.resources.items() if key in ids},
        [link for link in graph.links if link.source in ids and link.target in ids],
    )


def _within(found: Diff, graph: Graph) -> Diff:
    """The part of a comparison that is about the resources of a graph."""
    kept = graph.resources
    return Diff(
        added=[item for item in found.added if item.id in kept],
        removed=[item for item in found.removed if item.id in kept],
        changed=[each for each in found.changed if each.after.id in kept],
        links_added=[link for link in found.links_added if link.source in kept],
        links_removed=[link for link in found.links_removed if link.source in kept],
    )


def _with_removed(now: Graph, before: Graph) -> Graph:
    """What is there, and what was there and is gone, with the links that it had."""
    gone = before.resources.keys() - now.resources.keys()
    links = [link for link in before.links if link.source in gone or link.target in gone]
    return Graph({**before.resources, **now.resources}, [*now.links, *links])


def nothing_to_draw(*, anything: bool) -> NotFound:
    """The refusal to draw an empty picture, by whether there is anything at all."""
    return NotFound(
        "there is nothing to draw: no resource matches" if anything else "there is nothing to draw",
        hint="Loosen the filter." if anything else "Import a file or discover a cloud first.",
    )


def draw_files(
    paths: Sequence[Path],
    selection: Selection,
    options: PictureOptions,
    format: str,
    *,
    account: str = "",
    region: str = "",
    on_progress: Progress | None = None,
    previous: Scene | None = None,
) -> Picture:
    """Draw files in one shot, without a database (``cloudviz draw``).

    Raises :class:`~cloudviz.errors.BadInput` when the files hold no resource.
    """
    inventory = read_files(paths, account=account, region=region, on_progress=on_progress)
    if not inventory.graph.resources:
        lost = next((problem for problem in inventory.problems if problem.loss), None)
        reason = f" ({lost.resource} {lost.what})" if lost else ""
        raise BadInput(
            f"holds no resources{reason}",
            where=", ".join(str(path) for path in paths),
            hint="Give a Terraform state, a `terraform show -json`, or a CloudViz inventory with resources in it.",
        )
    gaps = len(inventory.gaps())
    drawn = draw(
        inventory.graph, selection, options, format, gaps=gaps, coverage=inventory.coverage, previous=previous
    )
    return Picture(drawn.content, drawn.scene, inventory.problems, drawn.gaps)


def read_scene(path: Path) -> Scene:
    """An earlier picture from a scene document, as ``-o picture.json`` writes it.

    Raises :class:`~cloudviz.errors.BadInput` when the file is none, or one in which boxes overlap, and
    :class:`~cloudviz.errors.TooLarge` when it holds more than any picture has.
    """
    hint = "Give a file that `cloudviz draw … -o picture.json` wrote."
    try:
        if not path.is_file():
            path.stat()  # says why, where it is not there
            raise BadInput("it is no file", where=str(path), hint=hint)
        with path.open("rb") as file:
            data = file.read(MOST_SCENE_BYTES + 1)
    except OSError as error:
        raise BadInput(error.strerror or "it can't be read", where=str(path), hint=hint) from error
    if len(data) > MOST_SCENE_BYTES:
        raise TooLarge(f"holds more than {MOST_SCENE_BYTES >> 20} MiB", where=str(path), hint=hint)
    try:
        document = orjson.loads(data)
        scene = scene_given(document)
    except ValueError as error:
        why = "" if isinstance(error, orjson.JSONDecodeError) else f": {error}"
        raise BadInput(f"it is no scene document{why}", where=str(path), hint=hint) from error
    report = check(document, with_lines=False)
    if report.overlaps or report.outside_parent:
        raise BadInput("boxes overlap in it", where=str(path), hint=hint)
    return scene


async def draw_stored(
    store: Store,
    selection: Selection,
    options: PictureOptions,
    format: str,
    *,
    with_links: bool = True,
    since: str = "",
    previous: Scene | None = None,
) -> tuple[Picture, Inventory]:
    """Draw the stored inventory, now or at ``selection.at`` (``cloudviz diagram`` and the API).

    ``with_links=False`` leaves the lines out and keeps what is inside what. ``since`` is an earlier instant or
    discovery: what was added, removed and changed after it is marked. What ``previous``, an earlier picture, shows
    too keeps its place.
    """
    inventory = await store.inventories.inventory(selection)
    if not inventory.graph.resources and not since:
        raise nothing_to_draw(anything=await store.inventories.count(Selection(at=selection.at)) > 0)
    graph = inventory.graph if with_links else Graph(inventory.graph.resources)
    before, differs = None, None
    if since:
        before = await store.inventories.read(replace(selection, at=since), with_links=with_links)
        differs = await differences(store, since, selection.at)
    # The store has selected already; the focus of the picture needs the neighbours that it kept. Laying out
    # thousands of boxes takes seconds of pure computing: off the event loop with it.
    drawn = await asyncio.to_thread(
        draw,
        graph,
        Selection(),
        options,
        format,
        gaps=len(inventory.gaps()),
        coverage=inventory.coverage,
        before=before,
        differs=differs,
        previous=previous,
    )
    return drawn, inventory


async def differences(store: Store, since: str, at: str) -> Diff:
    """What differs between two looks, instants or discoveries; the later is now when it is empty."""
    return await store.inventories.diff(since, at or clock.text(clock.now()))
