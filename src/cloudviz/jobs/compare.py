"""What changed between two looks, each stored or in files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from cloudviz.diagram.options import PictureOptions
from cloudviz.inventory.diff import Diff, diff
from cloudviz.inventory.model import Graph
from cloudviz.inventory.select import Selection
from cloudviz.jobs.draw import Picture, draw
from cloudviz.jobs.imports import read_files
from cloudviz.store import Store


def is_file(side: str) -> bool:
    """Whether one side of a comparison names a file or folder rather than a discovery or an instant."""
    return Path(side).exists()


def compare_files(before: str, after: str) -> Diff:
    """Compare two files or folders, without a database. Raises what reading them raises."""
    return diff(read_files([Path(before)]).graph, read_files([Path(after)]).graph)


async def compare(store: Store, before: str, after: str) -> Diff:
    """Compare two sides, each a discovery id, an instant, or a path that exists.

    Raises :class:`~cloudviz.errors.NotFound` for an unknown discovery, :class:`~cloudviz.errors.Invalid` for
    what is none of the three, and what reading a file raises.
    """
    if not is_file(before) and not is_file(after):
        return await store.inventories.diff(before, after)
    return diff(await _side(store, before), await _side(store, after))


def draw_compared_files(before: str, after: str, options: PictureOptions, format: str) -> Picture:
    """Draw the later of two files or folders with what changed marked on it; ``changes`` lists it."""
    was, now = read_files([Path(before)]), read_files([Path(after)])
    return draw(now.graph, Selection(), options, format, gaps=len(now.gaps()), before=was.graph)


async def draw_compared(store: Store, before: str, after: str, options: PictureOptions, format: str) -> Picture:
    """The sides of :func:`compare`: the later one drawn with what changed marked on it; ``changes`` lists it."""
    was, now = await _side(store, before), await _side(store, after)
    return await asyncio.to_thread(draw, now, Selection(), options, format, before=was)


async def _side(store: Store, side: str) -> Graph:
    if is_file(side):
        return (await asyncio.to_thread(read_files, [Path(side)])).graph
    return await store.inventories.read(Selection(at=side))
