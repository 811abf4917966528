"""The scene document of contract §3: everything a renderer needs, and nothing else.

The scene stage makes nodes without places, the layout stage gives each a place and each edge its points, the
renderers draw. Coordinates are absolute, in px, origin top left; a node lies inside its parent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

FORMAT = "cloudviz.scene/1"


@dataclass(slots=True)
class SceneNode:
    """A box: a container around others, a resource, or a stack of like resources (``count`` > 1).

    ``role`` says what a container is: ``account``, ``region``, ``zone``, ``network``, ``subnet_public``,
    ``subnet_private``, ``group`` …; a container collapsed to a leaf keeps its role, other leaves have none.
    ``tier`` orders leaves top-down. ``label`` and ``sublabel`` are already fitted to the box; ``title`` is the
    whole name, for tooltips. Sizes of text and icon: :mod:`cloudviz.diagram.scene.measures`.
    """

    id: str
    parent: str | None
    container: bool
    label: str
    sublabel: str = ""
    type: str = ""
    kind: str = ""
    provider: str = ""
    icon: str = ""
    role: str = ""
    tier: str = ""
    count: int = 1
    members: list[str] = field(default_factory=list)
    cost_monthly: Decimal | None = None
    change: str | None = None
    title: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0


@dataclass(slots=True)
class SceneEdge:
    """A line between two shown nodes that stands for ``count`` links of one kind."""

    id: str
    source: str
    target: str
    kind: str
    count: int = 1
    points: list[tuple[float, float]] = field(default_factory=list)
    label: str | None = None
    label_at: tuple[float, float] | None = None


@dataclass(slots=True)
class SceneSummary:
    """What the footer says: how much there is, how much is shown, what is folded away, what was not seen.

    Every resource of the inventory is counted exactly once: in ``resources`` when a leaf stands for it (alone, in
    a stack, or in a collapsed container), in ``containers`` when it is drawn as a box around others (network,
    subnet), gave its name to one (account, resource group) or was dissolved into one, in ``hidden`` when it is
    plumbing, by the last word of its type. So the counts of the leaves add up to ``resources``. ``shown`` is the
    number of leaves. ``cost_monthly`` is the cost of all of them, hidden ones included. In a picture of changes
    ``changes`` counts what was added, removed and changed, hidden ones included.
    """

    resources: int = 0
    shown: int = 0
    containers: int = 0
    links: int = 0
    links_shown: int = 0
    cost_monthly: Decimal | None = None
    currency: str | None = None
    hidden: dict[str, int] = field(default_factory=dict)
    gaps: int = 0
    changes: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Scene:
    """The laid-out picture. ``direction`` is where the hierarchical layout's lines lead: ``down`` or ``right``."""

    layout: str
    theme: str
    width: float
    height: float
    nodes: list[SceneNode] = field(default_factory=list)
    edges: list[SceneEdge] = field(default_factory=list)
    summary: SceneSummary = field(default_factory=SceneSummary)
    title: str = ""
    direction: str = "down"

    def to_document(self) -> dict[str, Any]:
        """The JSON form of contract §3, plain numbers and strings only, in a fixed order."""
        return {
            "format": FORMAT,
            "title": self.title,
            "layout": self.layout,
            "direction": self.direction,
            "theme": self.theme,
            "width": _number(self.width),
            "height": _number(self.height),
            "nodes": [node_document(node) for node in self.nodes],
            "edges": [edge_document(edge) for edge in self.edges],
            "summary": {
                "resources": self.summary.resources,
                "shown": self.summary.shown,
                "containers": self.summary.containers,
                "links": self.summary.links,
                "links_shown": self.summary.links_shown,
                "cost_monthly": _money(self.summary.cost_monthly),
                "currency": self.summary.currency,
                "hidden": dict(sorted(self.summary.hidden.items())),
                "gaps": self.summary.gaps,
                "changes": dict(sorted(self.summary.changes.items())),
            },
        }


def scene_from_document(document: Mapping[str, Any]) -> Scene:
    """Read a scene document back, as renderers and the previous-positions option do."""
    summary = document.get("summary", {})
    return Scene(
        layout=document["layout"],
        direction=document.get("direction", "down"),
        theme=document["theme"],
        width=document["width"],
        height=document["height"],
        title=document.get("title", ""),
        nodes=[
            SceneNode(
                **{
                    **node,
                    "cost_monthly": _decimal(node.get("cost_monthly")),
                    "members": list(node["members"]),
                }
            )
            for node in document["nodes"]
        ],
        edges=[
            SceneEdge(
                **{
                    **edge,
                    "points": [(x, y) for x, y in edge["points"]],
                    "label_at": tuple(edge["label_at"]) if edge.get("label_at") else None,
                }
            )
            for edge in document["edges"]
        ],
        summary=SceneSummary(**{**summary, "cost_monthly": _decimal(summary.get("cost_monthly"))}),
    )


def _number(value: float) -> float | int:
    """Two decimals, and an integer where it is one, so that equal scenes give equal bytes."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _money(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), 2)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def node_document(node: SceneNode) -> dict[str, Any]:
    """A box as the scene document has it."""
    return {
        "id": node.id,
        "parent": node.parent,
        "container": node.container,
        "x": _number(node.x),
        "y": _number(node.y),
        "width": _number(node.width),
        "height": _number(node.height),
        "label": node.label,
        "sublabel": node.sublabel,
        "title": node.title,
        "type": node.type,
        "kind": node.kind,
        "provider": node.provider,
        "icon": node.icon,
        "role": node.role,
        "tier": node.tier,
        "count": node.count,
        "members": node.members,
        "cost_monthly": _money(node.cost_monthly),
        "change": node.change,
    }


def edge_document(edge: SceneEdge) -> dict[str, Any]:
    """A line as the scene document has it."""
    return {
        "id": edge.id,
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "count": edge.count,
        "points": [[_number(x), _number(y)] for x, y in edge.points],
        "label": edge.label,
        "label_at": None if edge.label_at is None else [_number(edge.label_at[0]), _number(edge.label_at[1])],
    }
