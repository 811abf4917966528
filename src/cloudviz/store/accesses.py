"""Accesses made ready for the audit by the thousand: what most of them share is written once.

An entry costs about 4 µs here against 25 by way of :func:`cloudviz.store.chain.entry_hash`, and its bytes are the
same: what is hashed is the canonical JSON of the entry, whoever writes it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from cloudviz.store.chain import Head
from cloudviz.store.rows import json_bytes, key_text

Access = tuple[float, str, str, str, str, int, float, str, str]
"""One request and its reply: seconds since 1970, who (empty for who is not known), method, path, template of the
route, status, seconds that it took, network address, request id. A plain tuple, since one is made for each request
and the garbage collector need not look at it again."""

LONGEST_TARGET = 500

Row = tuple[str, str, str, str, str, str, int, str]
"""at, actor, action, target, address, detail, seq, hash."""

_is_plain = re.compile(r"[A-Za-z0-9._-]*").fullmatch
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class _Shared(NamedTuple):
    """What entries that differ only in time, number and request id have in common."""

    actor: str
    action: str
    target: str
    address: str
    to_time: bytes  # of the hashed JSON, up to the time
    detail_to_ms: str
    detail_end: str
    end: bytes
    copied: str  # of a line for COPY, between time and detail


def _shared(actor: str, method: str, path: str, route: str, status: int, address: str) -> _Shared:
    actor, address = key_text(actor), key_text(address)
    target = key_text(path[:LONGEST_TARGET])
    action = "api.read" if method in ("GET", "HEAD") else "api.write"
    head = json_bytes({"action": action, "actor": actor, "address": address})
    return _Shared(
        actor,
        action,
        target,
        address,
        head[:-1] + b',"at":"',
        f'{{"method":{json_bytes(method).decode()},"ms":',
        f',"route":{json_bytes(route).decode()},"status":{status}}}',
        b',"target":%b}' % json_bytes(target),
        "\t".join(each.translate(_COPY_ESCAPES) for each in ("", actor, action, target, address, "")),
    )


class Chained:
    """Entries of accesses behind the end of a chain.

    Attributes:
        head: the end of the chain with all that was added.
        rows: the entries for a driver that takes rows; empty with ``lines``.
        lines: the entries for COPY in its text format
            (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format").

    Arguments:
        end: the end of the chain before.
        as_lines: whether ``lines`` are wanted in place of ``rows``.
    """

    def __init__(self, end: Head, *, as_lines: bool) -> None:
        self.head = end
        self.rows: list[Row] = []
        self.lines: list[str] = []
        self._as_lines = as_lines
        self._known: dict[tuple[str, str, str, str, int, str], _Shared] = {}
        self._second, self._to_second = -1, ""

    def add(self, accesses: Iterable[Access]) -> None:
        """Chain accesses in their order."""
        seq, previous = self.head.seq, self.head.hash
        known = self._known
        for at, actor, method, path, route, status, seconds, address, request_id in accesses:
            seq += 1
            key = (actor, method, path, route, status, address)
            shared = known.get(key)
            if shared is None:
                shared = known[key] = _shared(*key)
            micros = int(at * 1_000_000)
            second, micros = divmod(micros, 1_000_000)
            if second != self._second:
                self._second, self._to_second = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
            when = f"{self._to_second}.{micros:06d}Z"
            tenths = int(seconds * 10_000 + 0.5)
            ms = f"{tenths // 10}.{tenths % 10}"
            # The edge's own ids, and most of those that callers send, need no escaping.
            identity = f'"{request_id}"' if _is_plain(request_id) else json_bytes(request_id).decode()
            detail = f'{shared.detail_to_ms}{ms},"request_id":{identity}{shared.detail_end}'
            content = b'%b\n%b%b","detail":%b,"seq":%d%b' % (
                previous.encode(), shared.to_time, when.encode(), detail.encode(), seq, shared.end,
            )  # fmt: skip
            previous = sha256(content).hexdigest()
            if self._as_lines:
                if "\\" in detail:
                    detail = detail.translate(_COPY_ESCAPES)
                self.lines.append(f"{when}{shared.copied}{detail}\t{seq}\t{previous}\n")
            else:
                self.rows.append(
                    (when, shared.actor, shared.action, shared.target, shared.address, detail, seq, previous)
                )
        self.head = Head(seq, previous)
