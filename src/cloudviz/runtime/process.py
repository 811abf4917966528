"""Which process this is, in words that another process can tell a dead one by."""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from pathlib import Path

_PROC = Path("/proc")


def identity() -> str:
    """This process, for ever: no other has the same words, on no machine, nor one of its number later.

    ``host:place:number:start``; the place is this boot of the machine and the container's own numbering, and it is
    empty where the system does not tell (only Linux does).
    """
    return f"{socket.gethostname()}:{_place()}:{os.getpid()}:{_start_of(os.getpid())}"


def is_running(name: str) -> bool | None:
    """Whether the process of this :func:`identity` still runs; None where that can't be known from here."""
    _, place, number, start = ("::::" + name).rsplit(":", 3)
    if not place or place != _place() or not number.isdigit() or not start:
        return None
    return _start_of(int(number)) == start


@lru_cache(maxsize=1)
def _place() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        numbering = str((_PROC / "self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return ""
    return f"{boot}/{numbering}"


def _start_of(number: int) -> str:
    """When a process started, in ticks since the boot; empty when it is not there any more, or a corpse."""
    try:
        text = (_PROC / str(number) / "stat").read_text()
    except OSError:
        return ""
    # proc(5): the name in parentheses may hold anything. After it: state, parent, …, and the 22nd is the start.
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in ("Z", "X") else fields[19]
