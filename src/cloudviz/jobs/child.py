"""Starting and ending the processes that read for this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

Process = subprocess.Popen[bytes]

_NEEDED = frozenset({"PATH", "HOME", "LANG", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH"})
_NEEDED_OF = ("PYTHON", "LC_", "VIRTUAL_ENV", "DYLD_", "COVERAGE_")


def started(module: str, *, files: Sequence[int] = ()) -> Process:
    """Start a module of ours as a program, asked on its standard input and answering on its standard output.

    Arguments:
        files: descriptors of open files that it gets too, by the same numbers.

    Raises OSError where it can't be started.
    """
    return subprocess.Popen(
        # -P: nothing is imported from the folder that somebody happens to be in.
        (sys.executable, "-P", "-m", module),
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # A session of its own: Ctrl-C is for this process, which then ends it.
        start_new_session=True,
        env=surroundings(os.environ),
        pass_fds=tuple(files),
    )


def reaped(process: Process) -> None:
    """Wait for a process that was killed or has ended, and close what led to it. It blocks."""
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def surroundings(environment: Mapping[str, str]) -> dict[str, str]:
    """What of the environment a process is given: what Python needs to start, and no credentials of any cloud."""
    return {name: value for name, value in environment.items() if name in _NEEDED or name.startswith(_NEEDED_OF)}
