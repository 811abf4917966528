"""Progress on stderr: a live line on a terminal, nothing where no one looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloudviz.sources.provider import ScanProgress


@contextmanager
def scanning() -> Iterator[Callable[[ScanProgress], None]]:
    """A bar for a scan: listings done of all, resources found, and what it is at."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    progress = Progress(
        TextColumn("Scanning"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[resources]} resources"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[at]}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,  # an empty line would be left in a log
    )
    with progress:
        task = progress.add_task("scan", total=None, resources=0, at="")

        def step(at: ScanProgress) -> None:
            progress.update(task, total=at.total, completed=at.done, resources=at.resources, at=at.at[:60])

        yield step


@contextmanager
def working(what: str) -> Iterator[Callable[[ScanProgress], None]]:
    """A spinner whose text says what is being read."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(Text(what)) as status:
        yield lambda step: status.update(Text(f"{what} {step.at}"[:100]))
