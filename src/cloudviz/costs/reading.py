"""Files of bills into one :class:`~cloudviz.costs.charges.Bill`: recognised by their columns, read as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from cloudviz.costs.charges import Bill, Place
from cloudviz.costs.formats import FORMATS, UnreadableRow, day_of, recognise
from cloudviz.costs.rows import Counted, Table, tables_of
from cloudviz.errors import BadInput, Cancelled, CloudVizError, NotFound, TooLarge
from cloudviz.inventory.model import Problem

SUFFIXES = (".csv", ".csv.gz", ".parquet", ".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".zip", ".txt")
"""What is looked at in a folder. A file given by itself may have any name."""

MOST_BLANK = 10_000

MOST_KNOWN = 200_000
"""How many different charges are remembered by their cells; of more they are understood anew."""

EVERY = 5000
"""How many rows are read between a look at whether the work was cancelled."""


@dataclass(frozen=True, slots=True)
class BillProgress:
    """How far reading is: bytes taken of all, lines so far, and the file at hand."""

    taken: int
    total: int
    lines: int
    at: str


Progress = Callable[[BillProgress], None]


def bill_files(paths: Sequence[Path]) -> list[Path]:
    """The files that ``paths`` mean, each once; folders are walked to the bottom, hidden files left out.

    Raises NotFound for a path that does not exist.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            for each in sorted(path.rglob("*")):
                is_hidden = any(part.startswith(".") for part in each.relative_to(path).parts)
                if each.is_file() and not is_hidden and each.name.lower().endswith(SUFFIXES):
                    found[each] = None
        elif path.exists():
            found[path] = None
        else:
            raise NotFound("no such file or folder.", where=str(path))
    return list(found)


def read_bill(
    paths: Sequence[Path],
    *,
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Bill:
    """Read the files of one bill. Lines that can't be read are left out, counted and told.

    Of several files those that are no bill (a manifest beside the data) are told as problems.

    Raises:
        BadInput: no file is a bill, or the only one breaks off before its first line.
        TooLarge: a file unpacks to far more than a bill does.
        Cancelled: ``cancelled`` said so.
    """
    files = bill_files(paths)
    bill = Bill()
    total = sum(path.stat().st_size for path in files)
    done = 0
    refusals: list[CloudVizError] = []
    for path in files:
        opened: list[Counted] = []
        before = bill.lines
        try:
            for table in tables_of(path, opened):
                for _ in _read_table(table, bill):
                    if cancelled is not None and cancelled():
                        raise Cancelled("reading the bill was cancelled")
                    if on_progress is not None:
                        taken = done + sum(each.taken for each in opened)
                        on_progress(BillProgress(min(taken, total), total, bill.lines, table.name))
        except (Cancelled, TooLarge):
            raise
        except CloudVizError as refusal:
            # What was read of a file that breaks off is a part of the bill, and is told as a part.
            if len(files) == 1 and bill.lines == before:
                raise
            refusals.append(refusal)
            bill.lose(refusal.detail, refusal.where or path.as_posix())
        done += path.stat().st_size
    if not bill.lines:
        if refusals:
            raise refusals[0]
        if bill.problems:
            first = bill.problems[0]
            raise BadInput(f"holds no line that can be read; the first: {first.what}", where=first.where)
        raise BadInput(
            "holds no line of a bill.", where=", ".join(path.as_posix() for path in files[:3]) or "here"
        )
    return bill


def _read_table(table: Table, bill: Bill) -> Iterator[None]:
    """Add a table to the bill. Gives way every few thousand rows."""
    found = recognise(table.header)
    if found is None:
        raise BadInput(
            f"is no bill that CloudViz reads: its columns are {', '.join(map(str, table.header[:6]))[:200]}…",
            where=table.name,
            hint="Read are " + ", ".join(dict.fromkeys(each.name for each in FORMATS)) + ".",
        )
    name, reading = found.format.name, found.reading
    if name not in bill.formats:
        bill.formats.append(name)
    # Rows that agree in all that a charge depends on are the charge's: only the first has to be understood.
    identity_of, lacks_month = itemgetter(*found.identity), reading.lacks_month
    start_of, amounts_of, add = reading.start, reading.amounts, bill.add
    known: dict[Any, Place] = {}
    width = len(table.header)
    count = blank = 0
    for number, row in table.rows(found.positions):
        count += 1
        if not count % EVERY:
            yield
        if len(row) != width:
            if not row or row == [""]:
                blank += 1
                if blank > MOST_BLANK:
                    raise TooLarge(f"holds more than {MOST_BLANK:,} empty lines.", where=table.where(number))
                continue
            bill.lose(f"has {len(row)} cells, and the file {width} columns", table.where(number))
            continue
        try:
            start = start_of(row)
            day = day_of(start)
            billed, amortised = amounts_of(row)
            identity = identity_of(row)
            if lacks_month is not None and lacks_month(row):
                identity = (identity, start)
            place = known.get(identity)
            if place is None:
                if len(known) >= MOST_KNOWN:
                    known.clear()
                place = known[identity] = bill.place(*reading.charge(row))
        except (UnreadableRow, ValueError) as error:
            bill.lose(str(error), table.where(number))
            continue
        add(place, day, billed, amortised)
    yield


def problems_of(bill: Bill) -> list[Problem]:
    """What to tell of a bill: the lines that were lost, and how many more there were."""
    told = list(bill.problems)
    if bill.lost > len(told):
        told.append(Problem("", f"{bill.lost - len(told):,} more lines could not be read", ""))
    return told
