"""Mermaid, as text."""

from cloudviz.diagram.scene.document import Scene


def mermaid(scene: Scene) -> str:
    """Stub."""
    return "flowchart TD\n"
