"""Making resources of a run of items, in this process or as one of its own: ``python -m cloudviz.jobs.reading``.

As a process of its own it is asked on its standard input and answers on its standard output: eight bytes of
length, then a pickle that the same release wrote on the same machine. It ends when its input does, so none
outlives a parent that was killed.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from cloudviz.inventory.model import RawItem
from cloudviz.normalise import Batch, Normaliser, batch_of, packed_batch, rows_of

Run = list[tuple[int, Sequence[RawItem]]]
"""Items that are normalised in one go, by the number of their listing."""

LENGTH = 8
READY = b"ready"
"""What a process says of itself when it can be asked."""


@dataclass(slots=True)
class Read:
    """What became of the items of one listing.

    Attributes:
        number: that of the listing.
        pages: the batch as it is written down; None where it was not asked for, or is to be completed first.
    """

    number: int
    batch: Batch
    pages: list[bytes] | None


def read_run(normaliser: Normaliser, run: Run, *, is_whole: bool) -> list[Read]:
    """Make resources of a run of items. Pure: where and in which order runs are read changes nothing.

    Arguments:
        is_whole: whether the batches are written down afterwards.
    """
    made: list[Read] = []
    for number, items in run:
        batch = normaliser.read(items)
        made.append(Read(number, batch, list(packed_batch(batch)) if is_whole and not batch.partial else None))
    return made


def question(run: Run, *, is_whole: bool) -> bytes:
    """A run, as a process is asked to read it."""
    return pickle.dumps((run, is_whole), pickle.HIGHEST_PROTOCOL)


def answer(data: bytes | bytearray) -> bytes:
    """What a process answers to a :func:`question`."""
    run, is_whole = pickle.loads(data)  # noqa: S301 - our parent wrote it, no one else has this pipe
    read = read_run(_normaliser(), run, is_whole=is_whole)
    rows = [(each.number, rows_of(each.batch), each.pages) for each in read]
    return pickle.dumps(rows, pickle.HIGHEST_PROTOCOL)


def understood(data: bytes | bytearray) -> list[Read]:
    """What an :func:`answer` says."""
    rows: list[Any] = pickle.loads(data)  # noqa: S301 - our child wrote it, no one else has this pipe
    return [Read(number, batch_of(batch), pages) for number, batch, pages in rows]


_ONE: list[Normaliser] = []


def _normaliser() -> Normaliser:
    if not _ONE:
        _ONE.append(Normaliser())
    return _ONE[0]


def send(pipe: IO[bytes], data: bytes) -> None:
    """Write a message to a pipe without a buffer of its own."""
    left = memoryview(len(data).to_bytes(LENGTH) + data)
    while left:
        left = left[pipe.write(left) or 0 :]


def received(pipe: IO[bytes]) -> bytearray:
    """Read a message from such a pipe. Raises EOFError when who writes it has ended."""
    return _exactly(pipe, int.from_bytes(_exactly(pipe, LENGTH)))


def _exactly(pipe: IO[bytes], size: int) -> bytearray:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = pipe.readinto(view)  # type: ignore[attr-defined]
        if not count:
            raise EOFError
        view = view[count:]
    return data


def main() -> None:
    """Answer until there are no more questions."""
    # Whatever prints, prints to standard error: standard output is the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    questions = os.fdopen(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    gc.set_threshold(50_000, 20, 20)  # nothing it makes has cycles
    _normaliser()
    send(answers, READY)
    while True:
        send(answers, answer(received(questions)))


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        sys.exit(0)  # there is no more to read
