"""What a picture is made of once all is decided: a tree of paint operations that every backend can carry out.

Lengths are px from the origin at the top left, colours are ``#rrggbb``. The drawing logic writes these, the SVG
and Skia backends read them, so that the two cannot disagree about anything but antialiasing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cloudviz.diagram.themes import Theme

Command = tuple[str, tuple[float, ...]]
"""One step of a path, absolute: M, L, Q, C, A or Z with its numbers as in SVG."""


@dataclass(slots=True)
class Rect:
    """A rectangle with round corners; ``dash`` holds the lengths of line and gap."""

    x: float
    y: float
    width: float
    height: float
    radius: float = 0.0
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 1.0
    dash: tuple[float, float] | None = None


@dataclass(slots=True)
class Path:
    """A line or an area."""

    commands: list[Command]
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 1.0
    dash: tuple[float, float] | None = None


@dataclass(slots=True)
class Text:
    """One line of text on its baseline; ``anchor`` is ``start``, ``middle`` or ``end``."""

    x: float
    y: float
    text: str
    size: float
    weight: int
    fill: str
    anchor: str = "start"


@dataclass(slots=True)
class Icon:
    """The icon of a kind, or of a type of it, in the colours of the theme, as a square of ``size``."""

    x: float
    y: float
    size: float
    kind: str
    type: str = ""


@dataclass(slots=True)
class Group:
    """Operations that belong to one thing.

    ``key`` is its id in the inventory, ``title`` its name in full, ``link`` the address of its page, ASCII only.
    """

    items: list[Operation] = field(default_factory=list)
    name: str = ""
    key: str = ""
    title: str = ""
    kind: str = ""
    type: str = ""
    link: str = ""


Operation = Rect | Path | Text | Icon | Group


@dataclass(slots=True)
class Painting:
    """A whole picture, ready for a backend: what lies between ``top`` and ``top + height``."""

    top: float
    width: float
    height: float
    theme: Theme
    title: str
    description: str
    items: list[Operation]
