"""Ten thousand broken bills: each is read in part or refused in words, soon and in little room."""

from __future__ import annotations

import csv
import gzip
import io
import json
import multiprocessing
import random
import resource
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from cloudviz.costs.reading import read_bill
from cloudviz.errors import CloudVizError

SAMPLE = Path(__file__).parents[2] / "payloads" / "costs" / "focus_sample.csv"
SECONDS, MEGABYTES = 1.0, 200
CUR = (
    "line_item_unblended_cost,line_item_usage_account_id,line_item_usage_start_date,"
    "bill_billing_period_start_date\n"
)
AZURE = "costInBillingCurrency,meterCategory,date,billingCurrency,resourceId,tags\n"
PIECES = [
    b'"', b"\x00", b"\xff\xfe", b"\n" * 50, b",", b";", b"1E+999999", b"NaN", b"-" * 500, b"9" * 5000, b"NULL",
    b"[" * 3000, b"{" * 3000, b'{"a":' * 500, "\u202e🚀".encode(), b"\r", b"0000-00-00", b"PK\x03\x04",
    b"\x1f\x8b",
]  # fmt: skip


def seeds() -> list[bytes]:
    """A whole bill of each kind that is read, small."""
    text = "".join(SAMPLE.read_text().splitlines(keepends=True)[:40])
    rows = list(csv.DictReader(io.StringIO(text)))
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    google = {
        "billing_account_id": "b", "cost": 1.5, "usage_start_time": "2026-10-01", "currency": "USD",
        "project": {"id": "p"}, "labels": [{"key": "a", "value": "b"}], "credits": [{"amount": -0.5}],
    }  # fmt: skip
    typed = [
        {**row, "BilledCost": float(row["BilledCost"]), "Tags": [("env", "prod")], "more": {"a": {"b": "c"}}}
        for row in rows
    ]
    schema = pyarrow.schema(
        [
            (name, pyarrow.float64() if name == "BilledCost" else pyarrow.string())
            for name in rows[0]
            if name != "Tags"
        ]
        + [
            ("Tags", pyarrow.map_(pyarrow.string(), pyarrow.string())),
            ("more", pyarrow.struct([("a", pyarrow.struct([("b", pyarrow.string())]))])),
        ]
    )
    parquet, archive = io.BytesIO(), io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(typed, schema), parquet, row_group_size=10)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", text)
    return [
        text.encode(), text.encode("utf-16"), gzip.compress(text.encode()), lines, parquet.getvalue(),
        archive.getvalue(), (CUR + "1.5,1,2026-10-01,2026-10-01\n" * 20).encode(),
        (AZURE + '2,Compute,10/31/2026,EUR,/subscriptions/x,"""a"": ""b"""\n' * 20).encode(),
        "\n".join([json.dumps(google)] * 20).encode(),
    ]  # fmt: skip


def broken(data: bytes, chance: random.Random) -> bytes:
    """The same with one to eight things wrong."""
    torn = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, other = chance.randrange(len(torn) + 1), chance.randrange(len(torn) + 1)
        match chance.randrange(6):
            case 0:
                torn[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                torn[at:at] = chance.choice(PIECES)
            case 2:
                del torn[min(at, other) : max(at, other)]
            case 3:
                torn[at:at] = torn[min(at, other) : max(at, other)]
            case 4:
                del torn[at:]
            case _:
                torn[at : at + 40] = chance.choice(PIECES)
    return bytes(torn)


def read_broken(seed: int, count: int, tell: Callable[[object], None]) -> None:
    """Read that many, and tell the slowest in seconds of CPU time, the room they took, and what went wrong."""
    chance, whole = random.Random(seed), seeds()
    slowest, wrong, read, refused = 0.0, [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bill"
        for data in whole:
            path.write_bytes(data)
            assert read_bill([path]).lines
        base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(count):
            path.write_bytes(broken(whole[number % len(whole)], chance))
            began = time.process_time()
            try:
                read_bill([path])
                read += 1
            except CloudVizError:
                refused += 1
            except BaseException as error:  # whatever it is, it is a crash
                wrong.append(f"{seed}/{number}: {type(error).__name__}: {error}"[:300])
            slowest = max(slowest, time.process_time() - began)
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1024
    tell({"slowest": slowest, "megabytes": taken, "wrong": wrong[:20], "read": read, "refused": refused})


def held(seed: int, count: int) -> dict[str, object]:
    """The same in a process of its own: what a library crashes with does not end the tests, but is told."""
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=read_broken, args=(seed, count, theirs.send))
    process.start()
    theirs.close()
    try:
        told = mine.recv()
    except EOFError:
        told = None
    process.join()
    assert told is not None and process.exitcode == 0, f"the process ended with {process.exitcode}"
    return told  # type: ignore[no-any-return]


def checked(seed: int, count: int) -> dict[str, object]:
    told = held(seed, count)
    assert told["wrong"] == []
    assert told["megabytes"] <= MEGABYTES, told
    assert told["read"] and told["refused"], told
    return told


def test_broken_bills_are_read_in_part_or_refused():
    checked(seed=1, count=150)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_ten_thousand_broken_bills(seed: int):
    told = checked(seed, count=2500)
    assert told["slowest"] <= SECONDS, told
