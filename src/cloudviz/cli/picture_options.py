"""The picture options that ``draw`` and ``diagram`` share (contract §4)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cloudviz.cli.output import note, write_file
from cloudviz.errors import Invalid

if TYPE_CHECKING:
    from cloudviz.diagram.options import PictureOptions
    from cloudviz.diagram.scene.document import Scene


class Layout(StrEnum):
    """The words of ``--layout``: those of :data:`cloudviz.diagram.options.LAYOUTS`."""

    HIERARCHICAL = "hierarchical"
    FORCE_DIRECTED = "force-directed"
    CIRCULAR = "circular"
    GRID = "grid"


class Page(StrEnum):
    """The words of ``--page``: those of :data:`cloudviz.diagram.options.PAGES`."""

    FIT = "fit"
    A4 = "a4"
    A3 = "a3"
    A2 = "a2"
    LETTER = "letter"
    TABLOID = "tabloid"


class Theme(StrEnum):
    """The words of ``--theme``: those of :data:`cloudviz.diagram.options.THEMES`."""

    ENTERPRISE = "enterprise"
    MODERN = "modern"
    MINIMAL = "minimal"
    DARK = "dark"
    LIGHT = "light"
    COLORFUL = "colorful"


class Direction(StrEnum):
    """The words of ``--direction``: those of :data:`cloudviz.diagram.options.DIRECTIONS`."""

    DOWN = "down"
    RIGHT = "right"


OutputFile = Annotated[Path, typer.Option("-o", "--output", help="File to write; the suffix chooses the format.")]
LayoutOption = Annotated[Layout, typer.Option("--layout", help="How to arrange it.")]
DirectionOption = Annotated[
    Direction, typer.Option("--direction", help="Where the lines of the hierarchical layout lead.")
]
Previous = Annotated[
    Path | None,
    typer.Option(
        "--previous",
        help="An earlier picture, a .json written by -o: what both show keeps its place.",
        show_default=False,
    ),
]
ThemeOption = Annotated[Theme, typer.Option("--theme", help="How to colour it.")]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        help="svg, png, pdf, mermaid, markdown, drawio, html or json, or csv and xlsx for a table; "
        "else by the suffix of -o.",
        show_default=False,
    ),
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
PageOption = Annotated[
    Page,
    typer.Option("--page", help="Paper of a PDF; what is too large for one gets an overview first."),
]
LinkBase = Annotated[
    str,
    typer.Option(
        "--link-base",
        help="Lets each box lead to this address with its resource id behind it, in all formats that hold links.",
        show_default=False,
    ),
]


def format_for(output: Path, given: str) -> str:
    """The format asked for, else the one the suffix says.

    Raises :class:`~cloudviz.errors.Invalid` when neither names one that CloudViz draws.
    """
    from cloudviz.diagram.render import FORMAT_BY_SUFFIX
    from cloudviz.inventory.tables import TABLES

    wanted = given.lower() or output.suffix.lower().lstrip(".")
    format = FORMAT_BY_SUFFIX.get(wanted, FORMAT_BY_SUFFIX.get(f".{wanted}"))
    if format is None and wanted in TABLES:
        return wanted
    if format is None:
        raise Invalid(
            f"{wanted!r} is no picture format" if wanted else "the file name has no suffix",
            where=str(output),
            hint="Use .svg, .png, .pdf, .mmd, .md, .drawio, .html or .json, .csv or .xlsx, or give --format.",
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
    page: Page = Page.FIT,
    link_base: str = "",
    direction: Direction = Direction.DOWN,
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
        page=str(page),
        link_base=link_base,
        direction=str(direction),
    )


@dataclass(frozen=True, slots=True)
class AskedPicture:
    """What a command was asked to draw: the file, its format, the options, and the picture before it, if any."""

    output: Path
    format: str
    options: PictureOptions
    previous: Scene | None = None

    def write(self, content: bytes, scene: Scene, more: str = "") -> None:
        """Write the picture, with further pages where one file cannot hold it, and say on stderr what it shows.

        Arguments:
            content: the picture as drawn.
            scene: what it was drawn from.
            more: a sentence to add.
        """
        from cloudviz.diagram.render.mermaid_pages import mermaid_files
        from cloudviz.diagram.render.raster import scale_that_fits
        from cloudviz.inventory.tables import TABLES

        to_file = str(self.output) != "-"
        if to_file and self.format == "mermaid":
            files = mermaid_files(scene, self.output.name, self.options.link_base)
            for name, page in files[1:]:
                write_file(self.output.with_name(name), page)
            if len(files) > 1:
                content = files[0][1]
                more += f" Mermaid takes it in {len(files)} pages: {self.output.name} to {files[-1][0]}."
        write_file(self.output, content)
        scale = self.options.scale
        if self.format == "png" and (fits := scale_that_fits(scene.width, scene.height, scale)) < scale * 0.99:
            more += f" Scale {scale:g} would be too many pixels: drawn at {fits:.2g}. A PDF has no such limit."
        summary = scene.summary
        if to_file and self.format in TABLES:
            folded = 0 if self.options.focus else sum(summary.hidden.values())
            note(f"{self.output}: {summary.resources + summary.containers + folded} resources.{more}")
        elif to_file:
            said = f"{summary.resources} resources, {summary.shown} boxes, {summary.links_shown} lines"
            note(f"{self.output}: {said}.{more}")


def _asked(
    output: OutputFile,
    layout: LayoutOption = Layout.HIERARCHICAL,
    theme: ThemeOption = Theme.ENTERPRISE,
    format: FormatOption = "",
    group_by: GroupBy = "",
    max_nodes: MaxNodes = 100,
    focus: Focus = "",
    hops: Hops = 2,
    show_costs: ShowCosts = False,
    title: Title = "",
    scale: Scale = 2.0,
    page: PageOption = Page.FIT,
    link_base: LinkBase = "",
    direction: DirectionOption = Direction.DOWN,
    previous: Previous = None,
) -> AskedPicture:
    options = picture_options(
        layout, theme, max_nodes, focus, hops, group_by, show_costs, title, scale, page, link_base, direction
    )
    return AskedPicture(output, format_for(output, format), options, _read(previous))


def _read(previous: Path | None) -> Scene | None:
    if previous is None:
        return None
    from cloudviz.jobs.draw import read_scene

    return read_scene(previous)


def asks_for_a_picture(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the picture options, put together in its argument ``picture``.

    Typer reads a command's signature: the decorated one has all the options in the place of that argument.
    """
    own = inspect.signature(command, eval_str=True).parameters.values()
    shared = inspect.signature(_asked, eval_str=True).parameters.values()

    @wraps(command)
    def run(**given: Any) -> None:
        asked = {option.name: given.pop(option.name) for option in shared}
        command(picture=_asked(**asked), **given)

    kept = [each for each in own if each.name != "picture"]
    every = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*kept, *shared)]
    run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in every}
    return run
