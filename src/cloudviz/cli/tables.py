"""Tables of text: as wide as they need to be in a file or pipe, and cut to fit on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

GAP = 2  # columns between two columns of a table
NARROWEST = 8  # columns that a column is never cut below
FROM_THE_END = frozenset({"id", "url", "target", "discovery_id", "job_id"})
"""Columns whose cells say most at their end, as ARNs do: what is cut off is their beginning."""


def table_lines(names: Sequence[str], rows: Sequence[Sequence[str]], width: int = 0) -> list[str]:
    """The lines of a table, the heading first.

    Where it is too wide, columns without any content go, then those before the last for which there is no room at
    all; of the rest the widest are cut to one width. The first and the last column stay.

    Arguments:
        names: of the columns; underscores are blanks in the heading.
        rows: the cells of each row, a string for each column.
        width: columns of the terminal; 0 for as wide as it needs to be.
    """
    from rich.cells import cell_len

    needs = [
        max(len(name), *(cell_len(row[place]) for row in rows)) if rows else len(name)
        for place, name in enumerate(names)
    ]
    kept = list(range(len(names)))
    if width and _total(kept, needs) > width:
        kept = [place for place in kept if not rows or any(row[place] for row in rows)] or kept
        while len(kept) > 2 and _total(kept, [min(need, NARROWEST) for need in needs]) > width:
            kept.pop(-2)
        cap = max(needs)
        while cap > NARROWEST // 2 and _total(kept, [min(need, cap) for need in needs]) > width:
            cap -= 1
        needs = [min(need, cap) for need in needs]
    lines: list[str] = []
    for row in ([name.replace("_", " ").upper() for name in names], *rows):
        cells = [_fitted(row[place], needs[place], names[place] in FROM_THE_END) for place in kept]
        lines.append((" " * GAP).join(cells).rstrip())
    return lines


def _total(places: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[place] for place in places) + GAP * (len(places) - 1)


def _fitted(text: str, width: int, from_the_end: bool) -> str:
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    if not from_the_end:
        return set_cell_size(text, width - 1) + "…"
    start = len(text)
    while start and cell_len(text[start - 1 :]) < width:
        start -= 1
    return set_cell_size("…" + text[start:], width)
