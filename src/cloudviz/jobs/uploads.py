"""Files that a user sent: told of by the user's own names, never by the folder they were put into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cloudviz.errors import CloudVizError


def without(folder: Path | None, text: str) -> str:
    """A text without the folder in front of its names; as it is where there is none."""
    return text.replace(f"{folder}/", "") if folder else text


@contextmanager
def told_without(folder: Path | None) -> Iterator[None]:
    """Leave the folder out of whatever is refused within."""
    try:
        yield
    except CloudVizError as refusal:
        refusal.detail, refusal.where = without(folder, refusal.detail), without(folder, refusal.where)
        raise
