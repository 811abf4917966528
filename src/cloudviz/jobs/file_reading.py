"""Reading large files in a process of its own: ``python -m cloudviz.jobs.file_reading``.

Python runs one thread at a time: half a minute of parsing in the server's process would be half a minute in which
every request waits for its turn. The process is asked on its standard input and answers on its standard output, in
pickles that the same release writes on the same machine; it ends when its output is closed or it is killed, which
is how it is cancelled. What it read it writes, ready to be stored, to a temporary file that both have open:
neither process ever holds an estate of 500 MB of files as a whole.
"""

from __future__ import annotations

import os
import pickle
import select
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from cloudviz.errors import Cancelled, CloudVizError, Unavailable
from cloudviz.jobs.child import reaped, started
from cloudviz.jobs.imports import PreparedImport, prepare_files
from cloudviz.jobs.reading import received, send
from cloudviz.sources.provider import Progress, ScanProgress
from cloudviz.store.prepared import PreparedFile

APART_FROM = 8 << 20
"""Bytes of files that are worth a process: what starts in half a second reads so much in as long."""

ASK_SECONDS = 0.25
"""How often it is asked whether the user has cancelled."""


def is_worth_it(paths: Sequence[Path]) -> bool:
    """Whether files are large enough to be read in a process of its own. Standard input stays here."""
    size = 0
    for path in paths:
        if str(path) == "-" or not sys.executable:
            return False
        try:
            files = path.rglob("*") if path.is_dir() else iter([path])
            size += sum(each.stat().st_size for each in islice(files, 2000) if each.is_file())
        except OSError:
            return False
    return size >= APART_FROM


def read_apart(
    paths: Sequence[Path],
    *,
    account: str = "",
    region: str = "",
    on_progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    within: Path | None = None,
) -> tuple[PreparedImport, PreparedFile]:
    """The same as :func:`~cloudviz.jobs.imports.prepare_files`, by a process of its own. It blocks: use a thread.

    Raises what that raises, and :class:`~cloudviz.errors.Unavailable` where the process ends before it answers.
    """
    try:
        chunks = tempfile.TemporaryFile(prefix="cloudviz-")  # noqa: SIM115 - it is read when this has returned
    except OSError as error:
        raise Unavailable(
            f"a temporary file can't be made: {error.strerror}.", hint="Name another folder in TMPDIR."
        ) from error
    process = started("cloudviz.jobs.file_reading", files=(chunks.fileno(),))
    assert process.stdin is not None and process.stdout is not None
    try:
        send(process.stdin, pickle.dumps((list(paths), account, region, within, chunks.fileno())))
        while True:
            has_answered = False
            while not has_answered:
                has_answered = bool(select.select([process.stdout], [], [], ASK_SECONDS)[0])
                # Also while answers come, which may be all the time.
                if cancelled is not None and cancelled():
                    raise Cancelled("Reading the files was cancelled.")
            word, value = pickle.loads(received(process.stdout))  # noqa: S301 - our child wrote it
            if word == "progress" and on_progress is not None:
                on_progress(value)
            elif word == "refused":
                raise value
            elif word == "done":
                return value, PreparedFile(chunks)
    except (EOFError, OSError, pickle.UnpicklingError) as error:
        raise Unavailable(
            "the process that read the files ended early",
            hint="It may have run out of memory. Import the files one by one.",
        ) from error
    finally:
        process.kill()
        reaped(process)


def _answer(asked: tuple[Any, ...], tell: Progress) -> tuple[str, Any]:
    paths, account, region, within, number = asked
    try:
        with os.fdopen(number, "wb") as chunks:
            made = prepare_files(paths, chunks, account=account, region=region, on_progress=tell, within=within)
    except CloudVizError as refusal:
        return "refused", refusal
    return "done", made


def main() -> None:
    """Answer one question."""
    # Whatever prints, prints to standard error: standard output is the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    questions = os.fdopen(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    asked = pickle.loads(received(questions))  # noqa: S301 - our parent wrote it

    def tell(progress: ScanProgress) -> None:
        send(answers, pickle.dumps(("progress", progress), pickle.HIGHEST_PROTOCOL))

    send(answers, pickle.dumps(_answer(asked, tell), pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        sys.exit(0)  # nobody asks any more
