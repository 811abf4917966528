"""What somebody asks of a picture. The same words in the command line, the API and the SDKs."""

from __future__ import annotations

from dataclasses import dataclass

LAYOUTS = ("hierarchical", "force-directed", "circular", "grid")
DIRECTIONS = ("down", "right")
THEMES = ("enterprise", "modern", "minimal", "dark", "light", "colorful")
FORMATS = ("svg", "png", "pdf", "mermaid", "markdown", "json", "drawio", "html")
PAGES = ("fit", "a4", "a3", "a2", "letter", "tabloid")


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """The picture options of contract §4.

    ``max_nodes`` is the budget of boxes; 0 means no budget. ``focus`` is a resource id, shown with everything
    within ``hops`` links. ``group_by`` is ``account``, ``region``, ``network``, ``kind`` or ``tag:KEY``. ``scale``
    is for PNG, ``page``, one of :data:`PAGES`, for PDF. ``link_base`` is what the addresses of the resources'
    pages begin with, empty for no links. ``priced`` has boxes know their cost though it is not written on them.
    """

    layout: str = "hierarchical"
    theme: str = "enterprise"
    max_nodes: int = 100
    focus: str = ""
    hops: int = 2
    group_by: str = ""
    show_costs: bool = False
    direction: str = "down"
    title: str = ""
    scale: float = 2.0
    page: str = "fit"
    link_base: str = ""
    priced: bool = False
