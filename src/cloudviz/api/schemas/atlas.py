"""The map in parts: what a client learns of it before, and window by window."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from cloudviz.api.schemas.base import Told, example

A_BOX: dict[str, Any] = {
    "id": "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718",
    "parent": "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-0a1b2c3d",
    "container": False,
    "x": 24,
    "y": 60,
    "width": 150,
    "height": 92,
    "label": "web-1",
}
"""As in a scene document, with more members than are shown here."""


class MapLayerValue(Told):
    """One value of a layer; the empty one stands for none."""

    value: str
    count: int = Field(description="How many resources have it.")


class MapLayer(Told):
    """What the numbers of a layer mean."""

    name: str
    scale: bool = Field(description="Whether the values are steps of a scale.")
    values: list[MapLayerValue]


class AtlasReply(Told):
    """A laid-out map, without its boxes."""

    format: str = "cloudviz.atlas/1"
    version: str = Field(description="Of the map. Tiles of another version do not fit together.")
    title: str
    layout: str
    theme: str
    width: float = Field(description="Extent in px of the scene.")
    height: float
    tile: int = Field(description="Side of a tile in px of its own level.")
    born: int = Field(description="Px that a box is wide or high at the level at which it appears.")
    levels: int = Field(description="Level n shows tile × 2ⁿ px of the longer side; a map of one level is whole.")
    boxes: int
    lines: int
    summary: dict[str, Any] = Field(description="As in the scene document.")
    layers: list[str] = Field(description="Names of layers by which tiles can be coloured.")
    layer: MapLayer | None = Field(None, description="The one that was asked for.")

    model_config = example(
        format="cloudviz.atlas/1",
        version="9b74c9897bac770ffc029102a200c5de",
        title="",
        layout="hierarchical",
        theme="enterprise",
        width=22068,
        height=14894,
        tile=512,
        born=20,
        levels=4,
        boxes=6879,
        lines=7448,
        summary={"resources": 5687, "shown": 5687},
        layers=["account", "cost", "provider", "region", "state", "tag:env"],
        layer=None,
    )


class DrawingReply(Told):
    """The map is being laid out; ask again after `Retry-After`."""

    status: str = "drawing"

    model_config = example(status="drawing")


class MapPart(Told):
    """Boxes and lines, as in the scene document; containers also tell what is `inside`, and each box how many
    resources without a box it `folds`."""

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    paint: list[tuple[int, int]] | None = Field(
        None, description="With a layer, for each node: the number of its value, and its share in percent."
    )
    bundles: list[dict[str, Any]] | None = Field(
        None,
        description="Of a tile, for its level only: lines between containers whose content is not there yet, each "
        "with the `count` of the links that it stands for. They look as edges do.",
    )

    model_config = example(nodes=[A_BOX], edges=[], paint=[[1, 100]])


class TilesReply(Told):
    """Tiles by their names, `level.column.row`."""

    version: str
    tiles: dict[str, MapPart]

    model_config = example(
        version="9b74c9897bac770ffc029102a200c5de", tiles={"0.0.0": {"nodes": [A_BOX], "edges": []}}
    )


class PlaceReply(Told):
    """Where a resource is on the map."""

    of: str = Field(description="The id that is meant: the first of those asked for that is shown.")
    folded: bool = Field(False, description="Whether it has no box, and the box is the one that it belongs to.")
    node: dict[str, Any] = Field(description="The box that shows it.")
    path: list[dict[str, Any]] = Field(description="The containers around it, outermost first.")

    model_config = example(of=A_BOX["id"], node=A_BOX, path=[])


class AroundReply(MapPart):
    """What hangs together with a box."""

    more: bool = Field(description="Whether there is more than was told.")

    model_config = example(nodes=[A_BOX], edges=[], more=False)


class ChildrenReply(Told):
    """What lies directly in a box: containers first, each in the order of their names; then the resources that are
    folded into it, marked as `folded`, without places."""

    items: list[dict[str, Any]]
    next_cursor: str | None = None

    model_config = example(items=[A_BOX], next_cursor=None)
