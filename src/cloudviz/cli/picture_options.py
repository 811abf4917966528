"""The picture options that ``draw`` and ``diagram`` share (contract §4)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cloudviz.errors import Invalid

if TYPE_CHECKING:
    from cloudviz.diagram.options import PictureOptions


class Layout(StrEnum):
    """The words of ``--layout``: those of :data:`cloudviz.diagram.options.LAYOUTS`."""

    HIERARCHICAL = "hierarchical"
    FORCE_DIRECTED = "force-directed"
    CIRCULAR = "circular"
    GRID = "grid"


class Theme(StrEnum):
    """The words of ``--theme``: those of :data:`cloudviz.diagram.options.THEMES`."""

    ENTERPRISE = "enterprise"
    MODERN = "modern"
    MINIMAL = "minimal"
    DARK = "dark"
    LIGHT = "light"
    COLORFUL = "colorful"


OutputFile = Annotated[Path, typer.Option("-o", "--output", help="File to write; the suffix chooses the format.")]
LayoutOption = Annotated[Layout, typer.Option("--layout", help="How to arrange it.")]
ThemeOption = Annotated[Theme, typer.Option("--theme", help="How to colour it.")]
FormatOption = Annotated[
    str,
    typer.Option("--format", help="svg, png, pdf, mermaid or json; else by the suffix of -o.", show_default=False),
]
GroupBy = Annotated[
    str, typer.Option("--group-by", help="account, region, network, kind or tag:KEY.", show_default=False)
]
MaxNodes = Annotated[int, typer.Option("--max-nodes", min=0, help="Most boxes to show; 0 shows everything.")]
Focus = Annotated[str, typer.Option("--focus", help="Resource id to centre on.", show_default=False)]
Hops = Annotated[int, typer.Option("--hops", min=1, max=10, help="How many links around --focus.")]
ShowCosts = Annotated[bool, typer.Option("--show-costs", help="Write monthly costs on the boxes.")]
Title = Annotated[str, typer.Option("--title", help="Title of the picture.", show_default=False)]
Scale = Annotated[float, typer.Option("--scale", min=0.5, max=8, help="Pixels per unit, for PNG.")]


def format_for(output: Path, given: str) -> str:
    """The format asked for, else the one the suffix says.

    Raises :class:`~cloudviz.errors.Invalid` when neither names one that CloudViz draws.
    """
    from cloudviz.diagram.render import FORMAT_BY_SUFFIX

    wanted = given.lower() or output.suffix.lower().lstrip(".")
    format = FORMAT_BY_SUFFIX.get(wanted, FORMAT_BY_SUFFIX.get(f".{wanted}"))
    if format is None:
        raise Invalid(
            f"{wanted!r} is no picture format" if wanted else "the file name has no suffix",
            where=str(output),
            hint="Use .svg, .png, .pdf, .mmd or .json, or give --format.",
        )
    return format


def picture_options(
    layout: Layout,
    theme: Theme,
    max_nodes: int,
    focus: str,
    hops: int,
    group_by: str,
    show_costs: bool,
    title: str,
    scale: float,
) -> PictureOptions:
    """The options as the diagram room takes them."""
    from cloudviz.diagram.options import PictureOptions

    return PictureOptions(
        layout=str(layout),
        theme=str(theme),
        max_nodes=max_nodes,
        focus=focus,
        hops=hops,
        group_by=group_by,
        show_costs=show_costs,
        title=title,
        scale=scale,
    )
