"""The chain of the audit: each entry's hash covers the entry and the hash before it.

Whoever changes, takes out, puts in or moves an entry breaks it there. Whoever cuts its end off leaves a head that
says more than there is; and whoever sets the head back too is shown by the heads that were written down elsewhere.
What is hashed is fixed for ever: a chain written by one release is verified by all later ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from cloudviz.store.rows import json_bytes
from cloudviz.store.types import time_text

GENESIS = sha256(b"cloudviz audit 1").hexdigest()
"""What stands before the first entry."""

MOST_FAULTS = 100
"""So many are told one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the number of its last entry, which is their count, and that entry's hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the chain does not hold. ``kind``: changed, missing, foreign, truncated, replaced."""

    kind: str
    seq: int
    detail: str


@dataclass(slots=True)
class ChainReport:
    """What a verification found. ``first`` is the number before the oldest entry that is kept."""

    entries: int
    first: int
    head: Head
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0

    @property
    def holds(self) -> bool:
        """Whether the whole chain is as it was written."""
        return self.fault_count == 0

    def add(self, kind: str, seq: int, detail: str) -> None:
        """Note a fault."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(kind, seq, detail))


@dataclass(frozen=True, slots=True)
class ChainedRow:
    """An entry as it is stored. ``seq`` and ``hash`` are empty in a row that nobody of ours has written."""

    id: int
    seq: int | None
    hash: str | None
    at: datetime
    actor: str
    action: str
    target: str
    address: str
    detail: Mapping[str, Any]


def entry_hash(
    previous: str,
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    target: str,
    address: str,
    detail: Mapping[str, Any],
) -> str:
    """The hash of an entry, hex: SHA-256 of the one before and the canonical JSON of the entry.

    Members are in the order of their names, times in UTC with six digits of a second.
    """
    content = {
        "seq": seq,
        "at": time_text(at),
        "actor": actor,
        "action": action,
        "target": target,
        "address": address,
        "detail": detail,
    }
    return sha256(previous.encode("ascii") + b"\n" + json_bytes(content)).hexdigest()


def settled(value: Any) -> Any:
    """A detail without the numbers that PostgreSQL's jsonb gives back as others: -0.0 and very large floats."""
    if isinstance(value, float):
        return str(value) if abs(value) >= 1e15 else value + 0.0
    if isinstance(value, dict):
        return {key: settled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [settled(each) for each in value]
    return value


async def verify(
    rows: AsyncIterator[Sequence[ChainedRow]], start: Head, head: Head, witnesses: Sequence[Head] = ()
) -> ChainReport:
    """Hold a chain against what it should be.

    Arguments:
        rows: all chained rows in batches, in the order of ``seq``; rows without one come last.
        start: what stands before the oldest entry: where retention has cut, else the genesis.
        head: the end as the database remembers it.
        witnesses: heads that were written down elsewhere when they were the end.
    """
    report = ChainReport(0, start.seq, head)
    asked = {each.seq: each.hash for each in witnesses if each.seq > start.seq}
    expected, previous = start.seq + 1, start.hash
    linked = True  # whether ``previous`` is what the next row was chained to
    async for batch in rows:
        for row in batch:
            if row.seq is None or row.seq <= start.seq:
                report.add("foreign", row.seq or 0, f"row {row.id} stands in the table and not in the chain")
                continue
            if row.seq < expected:
                report.add("foreign", row.seq, f"row {row.id} has a number that was given out before")
                continue
            if row.seq > expected:
                count = row.seq - expected
                report.add("missing", expected, f"{count} entries from number {expected} on are gone")
                linked = False
            made = entry_hash(
                previous, row.seq, row.at, row.actor, row.action, row.target, row.address, row.detail
            )
            if linked and made != row.hash:
                report.add("changed", row.seq, f"entry {row.seq} is not what was written, or not in its place")
            witness = asked.pop(row.seq, None)
            if witness is not None and witness != row.hash:
                report.add("replaced", row.seq, f"entry {row.seq} has another hash than was noted elsewhere")
            report.entries += 1
            expected, previous, linked = row.seq + 1, row.hash or "", True
    if expected - 1 < head.seq:
        report.add("truncated", expected, f"the chain ends at {expected - 1} and should reach {head.seq}")
    elif expected - 1 > head.seq:
        report.add("foreign", head.seq + 1, f"entries follow number {head.seq}, the last that was given out")
    elif previous != head.hash:
        report.add("changed", head.seq, "the last entry is not the one that the head names")
    for seq in sorted(asked):
        report.add("truncated", seq, f"entry {seq}, noted elsewhere, is not there")
    return report
