"""``cloudviz draw PATH… -o FILE``: files to a picture, in one shot, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cloudviz.cli.output import note, write_file
from cloudviz.cli.picture_options import (
    Focus,
    FormatOption,
    GroupBy,
    Hops,
    Layout,
    LayoutOption,
    MaxNodes,
    OutputFile,
    Scale,
    ShowCosts,
    Theme,
    ThemeOption,
    Title,
    format_for,
    picture_options,
)
from cloudviz.cli.progress import working
from cloudviz.cli.session import Filter, selection_of
from cloudviz.inventory.model import Problem


def draw(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders that CloudViz reads.")],
    output: OutputFile,
    layout: LayoutOption = Layout.HIERARCHICAL,
    theme: ThemeOption = Theme.ENTERPRISE,
    format: FormatOption = "",
    filter: Filter = "",
    group_by: GroupBy = "",
    max_nodes: MaxNodes = 100,
    focus: Focus = "",
    hops: Hops = 2,
    show_costs: ShowCosts = False,
    title: Title = "",
    scale: Scale = 2.0,
    account: Annotated[
        str, typer.Option("--account", help="AWS account of the files, where they don't say.", show_default=False)
    ] = "",
    region: Annotated[
        str, typer.Option("--region", help="Region of the files, where they don't say.", show_default=False)
    ] = "",
) -> None:
    """Draw files without a database: Terraform states and plans, CloudViz inventories.

    Example: cloudviz draw prod.tfstate -o prod.svg
    """
    from cloudviz.jobs.draw import draw_files

    wanted = format_for(output, format)
    selection = selection_of(filter=filter)
    options = picture_options(layout, theme, max_nodes, focus, hops, group_by, show_costs, title, scale)
    with working("Reading") as tell:
        drawn = draw_files(paths, selection, options, wanted, account=account, region=region, on_progress=tell)
    write_file(output, drawn.content)
    summary = drawn.scene.summary
    if str(output) != "-":
        note(f"{output}: {summary.resources} resources, {summary.shown} boxes, {summary.links_shown} lines.")
    report_problems(drawn.problems)
    if drawn.gaps:
        note(f"The picture has {drawn.gaps} gaps in its coverage: something may be there that was not seen.")
        raise typer.Exit(3)


def report_problems(problems: Sequence[Problem], limit: int = 10) -> None:
    """Say on stderr what was odd in the input, a line each, and how many more there are."""
    for problem in problems[:limit]:
        words = (f"{problem.where}:" if problem.where else "", problem.resource, problem.what)
        note("note: " + " ".join(word for word in words if word))
    if len(problems) > limit:
        note(f"note: and {len(problems) - limit} more.")
