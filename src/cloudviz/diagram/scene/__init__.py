"""What a picture shows: from a graph to nodes and edges without places."""

from __future__ import annotations

from cloudviz.diagram.options import PictureOptions
from cloudviz.diagram.scene.document import Scene, SceneEdge, SceneNode, SceneSummary
from cloudviz.inventory.model import Graph

__all__ = ["Scene", "SceneEdge", "SceneNode", "SceneSummary", "build"]


def build(graph: Graph, options: PictureOptions, gaps: int = 0) -> Scene:
    """The scene of a graph, its nodes and edges still without places."""
    nodes = [
        SceneNode(
            item.id, None, False, item.name, item.type, item.type, item.kind, item.provider, members=[item.id]
        )
        for item in graph.sorted().resources.values()
    ]
    summary = SceneSummary(resources=len(nodes), shown=len(nodes), gaps=gaps)
    return Scene(options.layout, options.theme, 0, 0, nodes, [], summary, options.title)
