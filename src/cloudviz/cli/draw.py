"""``cloudviz draw PATH… -o FILE``: files to a picture, in one shot, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cloudviz.cli.output import note
from cloudviz.cli.picture_options import AskedPicture, asks_for_a_picture
from cloudviz.cli.progress import working
from cloudviz.cli.session import Filter, selection_of
from cloudviz.inventory.model import Problem


@asks_for_a_picture
def draw(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders that CloudViz reads.")],
    picture: AskedPicture,
    filter: Filter = "",
    account: Annotated[
        str,
        typer.Option(
            "--account", help="Account or project of the files, where they don't say.", show_default=False
        ),
    ] = "",
    region: Annotated[
        str, typer.Option("--region", help="AWS region of the files, where they don't say.", show_default=False)
    ] = "",
) -> None:
    """Draw files without a database: Terraform states and plans, what the clouds' own tools print and export.

    Example: cloudviz draw prod.tfstate -o prod.svg
    """
    from cloudviz.jobs.draw import draw_files

    selection = selection_of(filter=filter)
    with working("Reading") as tell:
        drawn = draw_files(
            paths,
            selection,
            picture.options,
            picture.format,
            account=account,
            region=region,
            on_progress=tell,
            previous=picture.previous,
        )
    picture.write(drawn.content, drawn.scene)
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
