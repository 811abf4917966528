"""An estate some time later: things came, went and changed. And what moved between two pictures of it."""

from __future__ import annotations

import random
from dataclasses import replace

from cloudviz.diagram import Scene
from cloudviz.diagram.scene.document import SceneNode
from cloudviz.inventory.model import Graph, Link

BOXES = ("network", "subnet")


def some_time_later(graph: Graph, rng: random.Random, count: int, step: int) -> Graph:
    """The estate after ``count`` changes: a third each were added, removed and given a longer name.

    What is added is like something that was there, and linked with the same. Networks and subnets do not go.

    Arguments:
        graph: the estate, which stays as it is.
        rng: decides what changes.
        count: how many resources do.
        step: a number that is in the ids of what is added.
    """
    found, links = dict(graph.resources), list(graph.links)
    for key in rng.sample(sorted(found), count):
        item, what = found[key], rng.choice(("add", "remove", "change"))
        if what == "remove" and item.kind not in BOXES:
            del found[key]
        elif what == "change":
            found[key] = replace(item, name=f"{item.name} renamed to something longer")
        else:
            new = f"{key}-n{step}"
            found[new] = replace(item, id=new, name=f"{item.name}-n{step}")
            if item.kind not in BOXES:
                links += [
                    Link(
                        new if link.source == key else link.source,
                        new if link.target == key else link.target,
                        link.kind,
                    )
                    for link in graph.links
                    if key in (link.source, link.target)
                ]
    return Graph(found, [link for link in links if link.source in found and link.target in found])


def unchanged(before: Scene, after: Scene) -> list[tuple[SceneNode, SceneNode]]:
    """Boxes of the same id and content in two pictures, containers among them, as they are in each."""
    was = {node.id: node for node in before.nodes}
    pairs = [(was[node.id], node) for node in after.nodes if node.id in was]
    return [
        (old, new)
        for old, new in pairs
        if (old.container, old.title, old.members) == (new.container, new.title, new.members)
    ]


def moved(before: Scene, after: Scene) -> list[str]:
    """Ids of the boxes whose content is the same in two pictures and whose upper left corner is not."""
    return [new.id for old, new in unchanged(before, after) if (old.x, old.y) != (new.x, new.y)]
