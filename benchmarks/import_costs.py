"""Reading a bill of a million lines beside DuckDB's plain read of the same file.

    uv run python -m benchmarks.import_costs [--lines 1000000] [--formats csv,csv.gz,parquet]

The bill is the FOCUS sample of the tests, its 44 columns as they are, repeated over the hours of a month and over
thirty times as many resources. Each row is one process: ``import`` is ``cloudviz costs import`` into an empty
SQLite database, ``read`` the same without a database, ``duckdb`` counts the lines and adds up the billed amounts
as decimals, ``duckdb grouped`` by month, account, currency, region, service, category and resource, which is what
an import has to know. Seconds are wall time and CPU of that process; memory is its peak, above that of the
interpreter with its modules before it reads anything. The sums of all four must agree, or it ends with 1.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).resolve().parents[1] / "tests" / "payloads" / "costs" / "focus_sample.csv"
FORMATS = ("csv", "csv.gz", "parquet")
RESOURCES = 30
"""How many resources stand for each of the sample's."""

_AMOUNTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
_TIMES = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process took. Seconds, megabytes, and the sum of what was billed."""

    wall: float
    cpu: float
    memory: float
    lines: int
    billed: str


def bill_lines(lines: int) -> Iterator[list[str]]:
    """The header and ``lines`` lines of a bill, hour after hour."""
    with SAMPLE.open(newline="") as file:
        header, *rows = csv.reader(file)
    yield header
    start, end, resource = (header.index(name) for name in ("ChargePeriodStart", "ChargePeriodEnd", "ResourceId"))
    for number in range(lines):
        row = list(rows[number % len(rows)])
        copy = number // len(rows)
        hour = copy * 720 * len(rows) // max(lines, 720 * len(rows)) % 720
        row[start] = f"2024-09-{hour // 24 + 1:02d} {hour % 24:02d}:00:00"
        row[end] = f"2024-09-{hour // 24 + 1:02d} {hour % 24:02d}:59:59"
        if row[resource] != "NULL":
            row[resource] += f"-{copy % RESOURCES}"
        yield row


def write_bill(folder: Path, lines: int, formats: tuple[str, ...] = FORMATS) -> dict[str, Path]:
    """The bill as files of these formats; Parquet typed as exports are: decimals, instants and a map of tags."""
    found: dict[str, Path] = {}
    plain = folder / "focus.csv"
    with plain.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(bill_lines(lines))
    if "csv" in formats:
        found["csv"] = plain
    if "csv.gz" in formats:
        found["csv.gz"] = folder / "focus.csv.gz"
        with plain.open("rb") as source, gzip.open(found["csv.gz"], "wb", 1) as packed:
            shutil.copyfileobj(source, packed, 1 << 20)
    if "parquet" in formats:
        found["parquet"] = _parquet(folder / "focus.parquet", lines)
    return found


def _parquet(path: Path, lines: int) -> Path:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as parquet

    rows = bill_lines(lines)
    header = next(rows)
    kinds: dict[str, Any] = {name: pa.string() for name in header}
    kinds |= {name: pa.decimal128(38, 18) for name in _AMOUNTS} | {name: pa.timestamp("us") for name in _TIMES}
    kinds["Tags"] = pa.map_(pa.string(), pa.string())
    part: list[list[str]] = []
    with parquet.ParquetWriter(path, pa.schema(list(kinds.items())), compression="snappy") as writer:

        def write() -> None:
            columns = []
            for name, cells in zip(header, zip(*part, strict=True), strict=True):
                held = [None if cell == "NULL" else cell for cell in cells]
                if name == "Tags":
                    maps = [None if cell is None else list(json.loads(cell).items()) for cell in held]
                    columns.append(pa.array(maps, kinds[name]))
                else:
                    columns.append(pc.cast(pa.array(held, pa.string()), kinds[name]))
            writer.write_table(pa.table(columns, names=header))
            part.clear()

        for row in rows:
            part.append(row)
            if len(part) == 100_000:
                write()
        if part:
            write()
    return path


_DUCKDB = """
import duckdb
file, grouped = sys.argv[1], sys.argv[2] == "grouped"
is_parquet = file.endswith("parquet")
table = f"read_parquet('{file}')" if is_parquet else f"read_csv('{file}', all_varchar=true, header=true)"
duckdb.sql("set enable_progress_bar = false")
duckdb.sql("select 1").fetchall()
base = peak()
start()
money = "sum(try_cast(BilledCost as decimal(38,18))) as billed"
if grouped:
    keys = ("substr(cast(BillingPeriodStart as varchar), 1, 7), "
        "substr(cast(ChargePeriodStart as varchar), 1, 10), BillingAccountId, SubAccountId, BillingCurrency, "
        "RegionId, ServiceName, ChargeCategory, ResourceId, cast(Tags as varchar)")
    query = f"select sum(n), sum(billed) from (select count(*) as n, {money} from {table} group by {keys})"
else:
    query = f"select count(*), {money} from {table}"
(found,) = duckdb.sql(query).fetchall()
end(int(found[0]), str(found[1]), base)
"""

_OURS = """
import asyncio, tempfile
from pathlib import Path
from cloudviz.costs.reading import read_bill
from cloudviz.jobs.costs import keep_bill
from cloudviz.store import migrate, open_store
if sys.argv[1].endswith("parquet"):
    import pyarrow.parquet
base = peak()

async def keep(bill, folder):
    await migrate(f"sqlite+aiosqlite:///{folder}/costs.db")
    store = await open_store(f"sqlite+aiosqlite:///{folder}/costs.db")
    try:
        return await keep_bill(store, bill, source="bill")
    finally:
        await store.close()

start()
bill = read_bill([Path(sys.argv[1])])
if sys.argv[2] == "import":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(keep(bill, folder))
(billed,) = bill.totals().values()
assert not bill.lost, bill.problems[:1]
end(bill.lines, str(billed), base)
"""

_FRAME = """
import json, os, sys, time
def peak():
    with open("/proc/self/status") as status:  # getrusage has the peak of whoever started us
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
began = []
def start():
    began.extend((time.perf_counter(), sum(os.times()[:4])))
def end(lines, billed, base):
    wall, cpu = time.perf_counter() - began[0], sum(os.times()[:4]) - began[1]
    print(json.dumps({"wall": wall, "cpu": cpu, "memory": peak() - base, "lines": lines, "billed": billed}))
"""


def _taken(code: str, file: Path, word: str) -> Taken:
    done = subprocess.run(
        [sys.executable, "-c", _FRAME + code, str(file), word], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{word} of {file.name} failed:\n{done.stderr}")
    return Taken(**json.loads(done.stdout))


WAYS: dict[str, Callable[[Path], Taken]] = {
    "duckdb": lambda file: _taken(_DUCKDB, file, "plain"),
    "duckdb grouped": lambda file: _taken(_DUCKDB, file, "grouped"),
    "read": lambda file: _taken(_OURS, file, "read"),
    "import": lambda file: _taken(_OURS, file, "import"),
}


def measure(lines: int, formats: tuple[str, ...] = FORMATS) -> bool:
    """Print the table of every format. False where sums or numbers of lines disagree."""
    agree = True
    titles = ("file", "MB", "way", "wall s", "CPU s", "lines/s", "of duckdb", "MB more")
    print("{:10} {:>6} {:15} {:>7} {:>7} {:>10} {:>9} {:>8}".format(*titles))
    with tempfile.TemporaryDirectory(prefix="bill-") as folder:
        for name, file in write_bill(Path(folder), lines, formats).items():
            plain = None
            for way, take in WAYS.items():
                taken = take(file)
                plain = plain or taken
                ratio = taken.cpu / plain.cpu
                print(
                    f"{name:10} {file.stat().st_size / 1e6:6.0f} {way:15} {taken.wall:7.2f} {taken.cpu:7.2f} "
                    f"{taken.lines / taken.wall:10,.0f} {ratio:8.1f}x {taken.memory:8.0f}",
                    flush=True,
                )
                same = Decimal(taken.billed) == Decimal(plain.billed) and taken.lines == plain.lines == lines
                if not same:
                    print(f"  disagrees: {taken.lines:,} lines, {taken.billed}; duckdb {plain.billed}")
                    agree = False
    return agree


def main() -> int:
    """Measure, and end with 1 where sums disagree."""
    parser = argparse.ArgumentParser(description="Reading a bill beside DuckDB's plain read of it.")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--formats", default=",".join(FORMATS))
    asked = parser.parse_args()
    return 0 if measure(asked.lines, tuple(asked.formats.split(","))) else 1


if __name__ == "__main__":
    raise SystemExit(main())
