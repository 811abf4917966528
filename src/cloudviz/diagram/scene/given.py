"""Reading a scene document that somebody gives us, who may have made it up or changed it by hand.

What we stored ourselves is read by :func:`~cloudviz.diagram.scene.document.scene_from_document` as it is. From a
file comes anything: what layout takes for granted (numbers that are finite and those of a page, parents before
their children, lines on the page) is held here, so that no picture is laid out beside nonsense.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from cloudviz.diagram.options import DIRECTIONS, LAYOUTS
from cloudviz.diagram.scene.document import FORMAT, Scene, scene_from_document

FARTHEST = 1_000_000.0
"""Px. A picture of 100,000 boxes without a budget is about 80,000 px wide."""

MOST_POINTS = 1000
"""Of one line. Ours have some tens at most."""

_EMPTIEST = 50  # times the area of what is on it that a page may have: blank paper gives it a shape, not more
_LEAST = 1e6  # px² that every page may have
_BEYOND = 1.0  # px that rounding may put a line beyond the page
_TEXTS = ("label", "sublabel", "type", "kind", "provider", "icon", "role", "tier", "title")


def scene_given(document: Any) -> Scene:
    """The scene of a document from outside, its numbers as floats. Raises ValueError with what is wrong."""
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    if document.get("layout") not in LAYOUTS or document.get("direction", "down") not in DIRECTIONS:
        raise ValueError("its layout is unknown")
    width, height = _number(document.get("width")), _number(document.get("height"))
    nodes, edges, summary = document.get("nodes"), document.get("edges"), document.get("summary")
    if not isinstance(nodes, list) or not isinstance(edges, list) or not isinstance(summary, dict):
        raise ValueError("it has no lists of nodes and edges, or no summary")
    if type(summary.get("resources")) is not int:
        raise ValueError("its summary does not say how many resources there are")
    _read_nodes(nodes)
    reach = [_number(node["x"] + node["width"]) * _number(node["y"] + node["height"]) for node in nodes]
    if width * height > max(_EMPTIEST * max(reach, default=0.0), _LEAST):
        raise ValueError("its page is far larger than what is on it")
    known = {node["id"] for node in nodes}
    for edge in edges:
        _read_edge(edge, known, width, height)
    try:
        scene = scene_from_document(document)
    except (LookupError, TypeError, ArithmeticError) as error:
        raise ValueError("it has fields that no scene has, or lacks some") from error
    scene.width, scene.height = width, height
    return scene


def _read_nodes(nodes: Sequence[Any]) -> None:
    """Hold what is true of every node; makes its numbers floats."""
    seen: dict[str, bool] = {}
    for node in nodes:
        if not isinstance(node, dict) or not isinstance(node.get("id"), str) or node["id"] in seen:
            raise ValueError("a node has no id of its own")
        if not isinstance(node.get("container"), bool) or not isinstance(node.get("members"), list):
            raise ValueError("a node is neither container nor leaf")
        if node.get("parent") is not None and not (
            isinstance(node["parent"], str) and seen.get(node["parent"], False)
        ):
            raise ValueError("a node comes before the container it is in")
        seen[node["id"]] = node["container"]
        if not all(isinstance(node.get(key, ""), str) for key in _TEXTS):
            raise ValueError("a name is no text")
        if not all(isinstance(member, str) for member in node["members"]):
            raise ValueError("a member is no id")
        count = node.get("count")
        if type(count) is not int or not 0 <= count <= FARTHEST * FARTHEST:
            raise ValueError("a count is no number")
        for key in ("x", "y", "width", "height"):
            node[key] = _number(node.get(key))


def _read_edge(edge: Any, known: set[str], width: float, height: float) -> None:
    if not isinstance(edge, dict) or not all(isinstance(edge.get(key), str) for key in ("id", "source", "target")):
        raise ValueError("a line has no ends")
    if edge["source"] not in known or edge["target"] not in known:
        raise ValueError("a line ends at a box that is not there")
    if not isinstance(edge.get("label") or "", str):
        raise ValueError("a label is no text")
    points, at = edge.get("points"), edge.get("label_at")
    if not isinstance(points, list) or len(points) > MOST_POINTS:
        raise ValueError("a line has no points, or too many")
    edge["points"] = [_point(each, width, height) for each in points]
    edge["label_at"] = None if at is None else _point(at, width, height)


def _point(given: Any, width: float, height: float) -> tuple[float, float]:
    if not isinstance(given, list) or len(given) != 2:
        raise ValueError("a point is not two numbers")
    x, y = _number(given[0]), _number(given[1])
    if x > width + _BEYOND or y > height + _BEYOND:
        raise ValueError("a line leaves the page")
    return x, y


def _number(given: Any) -> float:
    """Px from the origin of a page."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not -_BEYOND <= given <= FARTHEST:
        raise ValueError("a number is none that a page has")
    number = float(given)
    if not isfinite(number):
        raise ValueError("a number is none that a page has")
    return number
