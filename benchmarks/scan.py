"""Scanning estates of several sizes: a fake cloud over real HTTP → provider → normalise → link → store.

    python benchmarks/scan.py [--sizes 2000,20000,200000] [--clouds aws,azure,gcp] [--seconds 900]

The fake runs in a process of its own, so that its time and memory are not counted. For each size: the whole
scan into a new SQLite database (time, CPU time and peak RSS of our process and of those that it starts to read a
large scan, calls), then normalising and linking alone, of bodies that wait as JSON as they do in a scan: a second
of CPU time of one core, and a second of time over the machine, with as many processes as a scan uses. Beside it
plain ``json.loads`` and ``orjson.loads`` of the same bytes, on one core, the limit of anything that reads them.
The ratio is that of one core to ``json.loads``. AWS speaks XML: its last rates are those of small bodies.

First comes how long the inventory's values take to make, with their own ``__init__`` and with that of dataclasses.

``of it SDK`` is how much of the CPU time botocore took: making requests, the connection, and reading replies. For
Azure and Google Cloud, which are asked with httpx on the one event loop, it is not known. Judge a loaded machine
by CPU time, and best by the ratio: ``json.loads`` is timed in the same process.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
import timeit
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))


def serve(cloud: str, size: int, rows: Path) -> None:
    """The fake, until standard input ends. Prints where it is, then how often it was called."""
    fake: Any
    if cloud == "aws":
        from fake_clouds.aws_bulk import BulkAws

        fake = BulkAws(size)
        bodies = [{"type": kind, "data": body} for kind, body in fake.bodies]
    elif cloud == "azure":
        from fake_clouds.azure import FakeAzure
        from fake_clouds.azure_estate import build as build_azure

        azure = build_azure(size)
        bodies = [
            {key: value for key, value in row.items() if value not in (None, "")}
            for row in azure.tables["resources"]
        ]
        fake = FakeAzure(azure)
        fake.quota = 10**9  # the quota's waiting is not our work
    else:
        from fake_clouds.gcp import FakeGoogle
        from fake_clouds.gcp_estate import build as build_gcp

        gcp = build_gcp(size)
        bodies = [{"name": asset.name, "type": asset.asset_type, "data": asset.data} for asset in gcp.assets]
        fake = FakeGoogle(gcp)
    rows.write_bytes(orjson.dumps(bodies))
    print(fake.url, flush=True)
    sys.stdin.read()
    print(len(fake.calls), flush=True)
    fake.stop()


def measure(cloud: str, url: str, rows: Path) -> None:
    """Scan once into a new store, then normalise alone; prints the figures as JSON."""
    from cloudviz.jobs.discover import discover
    from cloudviz.sources.provider import CloudProvider, ProviderConfig
    from cloudviz.store import migrate, open_store

    def provider() -> CloudProvider:
        if cloud == "aws":
            from cloudviz.sources.aws import AwsProvider

            os.environ |= {"AWS_ACCESS_KEY_ID": "AKIABENCH", "AWS_SECRET_ACCESS_KEY": "x"}
            return AwsProvider(endpoint_url=url)
        if cloud == "azure":
            from cloudviz.sources.azure import AzureProvider

            return AzureProvider(endpoint_url=url, token="a-token")
        from cloudviz.sources.gcp import GcpProvider

        return GcpProvider(endpoint_url=url, token="a-token")

    sdk = _timed_sdk() if cloud == "aws" else None

    async def scan(folder: str) -> dict[str, Any]:
        store_url = f"sqlite:///{folder}/scan.db"
        await migrate(store_url)
        async with await open_store(store_url) as store:
            key = await store.discoveries.create(cloud, f"{cloud}:benchmark", {})
            wall, cpu = time.perf_counter(), _cpu()
            outcome = await discover(store, provider(), ProviderConfig(), key)
            return {
                "seconds": time.perf_counter() - wall,
                "cpu": _cpu() - cpu,
                "resources": outcome.resources,
                "links": outcome.links,
                "status": outcome.status,
            }

    with tempfile.TemporaryDirectory() as folder, PeakMemory() as memory:
        figures = asyncio.run(scan(folder))
    figures["rss"] = memory.peak / 1e6
    figures["sdk"] = None if sdk is None else sum(sdk)
    figures |= normalising(cloud, rows.read_bytes())
    print(json.dumps(figures))


def _timed_sdk() -> list[float]:
    """CPU seconds of the threads that make calls through botocore, one for each call, from now on."""
    from botocore.client import BaseClient

    spent: list[float] = []
    make = BaseClient._make_api_call

    def timed(*words: Any) -> Any:
        start = time.thread_time()
        try:
            return make(*words)
        finally:
            spent.append(time.thread_time() - start)

    BaseClient._make_api_call = timed
    return spent


def normalising(cloud: str, data: bytes) -> dict[str, float]:
    """Seconds of normalising and linking what is in memory, and CPU seconds of parsing the same bytes."""
    from cloudviz.inventory.model import RawItem, Scope
    from cloudviz.jobs.spread import Spread
    from cloudviz.normalise import Normaliser
    from cloudviz.sources.packed_items import PackedItems

    plain, fast = _seconds(lambda: json.loads(data)), _seconds(lambda: orjson.loads(data))
    scopes: dict[tuple[str, ...], Scope] = {}
    items = PackedItems()
    for row in orjson.loads(data):
        if cloud == "aws":
            place, kind, body = ("aws", "123456789012", "eu-west-1"), row["type"], row["data"]
        elif cloud == "azure":
            account = str(row["id"]).split("/")[2]
            place, kind, body = ("azure", account, row.get("location", "")), str(row["type"]).lower(), row
        else:
            place, kind, body = ("gcp", "shop-prod-1", ""), row["type"], row["data"] | {"@asset": row["name"]}
        items.append(RawItem(scopes.setdefault(place, Scope(*place)), kind, body))

    def pages() -> Iterator[PackedItems]:
        whole = PackedItems()
        whole.extend(items)
        return whole.drained(1000)

    def alone() -> None:
        normaliser = Normaliser()
        for page in pages():
            normaliser.add(page)
        normaliser.finish()

    async def over_the_machine() -> None:
        normaliser = Normaliser()
        spread = Spread(normaliser)
        reading: deque[asyncio.Task[Any]] = deque()
        for page in pages():
            reading.append(await spread.begin([(0, page)], is_whole=False))
            while len(reading) > spread.at_once:
                for each in await reading.popleft():
                    normaliser.take(each.batch)
        while reading:
            for each in await reading.popleft():
                normaliser.take(each.batch)
        await spread.close()
        normaliser.finish()

    core = _seconds(alone)
    start = time.perf_counter()
    asyncio.run(over_the_machine())
    wall = time.perf_counter() - start
    return {"items": len(items), "core": core, "machine": wall, "json": plain, "orjson": fast}


def making() -> Iterator[str]:
    """A line for each value of the inventory: how long one takes to make, and one that dataclasses alone make."""
    from cloudviz.inventory.model import Link, RawItem, Resource, Scope, Shape

    values: dict[type[Any], tuple[Any, ...]] = {
        Resource: ("id", "aws", "type", "native", "kind", "name", "", "", None, None, None, {}, None, None, {}),
        Link: ("source", "target", "kind", True, ()),
        RawItem: (Scope("aws"), "type", {}, None, Shape.NATIVE, "", ()),
    }
    for made, words in values.items():
        names = [(each.name, Any) for each in dataclasses.fields(made)]
        plain = dataclasses.make_dataclass(made.__name__, names, frozen=True, slots=True)
        quick, usual = (
            min(timeit.repeat(partial(kind, *words), number=20_000, repeat=9)) for kind in (made, plain)
        )
        yield f"{made.__name__}: {quick * 5e4:,.0f} ns to make, {usual * 5e4:,.0f} as a plain dataclass"


def _seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _cpu() -> float:
    """CPU seconds of this process, and of those it has started and that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


class PeakMemory:
    """The most memory that this process and its children held at once, in bytes, looked at 20 times a second.

    Pages that they share count for each of them: it is never too little.
    """

    def __enter__(self) -> PeakMemory:
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        self.peak = max(self.peak, own)

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self.peak = max(self.peak, sum(_resident(process) for process in ("self", *_children())))


def _children() -> set[str]:
    found: set[str] = set()
    for listed in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found.update(listed.read_text().split())
    return found


def _resident(process: str) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def one(cloud: str, size: int, seconds: float | None) -> dict[str, Any] | None:
    """The figures of one cloud at one size; None where it took longer than so many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.json"
        me = [sys.executable, __file__]
        fake = subprocess.Popen(
            [*me, "serve", cloud, str(size), str(rows)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert fake.stdin is not None and fake.stdout is not None
        try:
            url = fake.stdout.readline().strip()
            measured = [*me, "measure", cloud, url, str(rows)]
            try:
                done = subprocess.run(measured, capture_output=True, text=True, check=False, timeout=seconds)
            except subprocess.TimeoutExpired:
                return None
            if done.returncode:
                raise SystemExit(done.stderr)
            fake.stdin.close()
            figures: dict[str, Any] = json.loads(done.stdout)
            return figures | {"calls": int(fake.stdout.readline())}
        finally:
            fake.kill()
            fake.wait()


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
        return
    if sys.argv[1:2] == ["measure"]:
        measure(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="2000,20000,200000")
    parser.add_argument("--clouds", default="aws,azure,gcp")
    parser.add_argument("--seconds", type=float, help="how long each scan may take before it is given up")
    arguments = parser.parse_args()
    for line in making():
        print(line)
    sizes = [int(size) for size in arguments.sizes.split(",")]
    print(f"{'':77}normalise+link/s")
    print(
        "cloud  resources    links  calls  seconds  CPU s  of it SDK  peak MB  one core  machine"
        "  json.loads/s  orjson.loads/s  ratio"
    )
    for cloud in arguments.clouds.split(","):
        found: list[dict[str, Any]] = []
        for size in sizes:
            each = one(cloud, size, arguments.seconds)
            if each is None:
                print(f"{cloud}: {size:,} took longer than {arguments.seconds:g} s", flush=True)
                continue
            found.append(each)
            sdk = "–" if each["sdk"] is None else f"{each['sdk']:.1f}"
            rates = [each["items"] / max(each[name], 1e-9) for name in ("core", "machine", "json", "orjson")]
            print(
                f"{cloud:5}  {each['resources']:9,}  {each['links']:7,}  {each['calls']:5,}"
                f"  {each['seconds']:7.1f}  {each['cpu']:5.1f}  {sdk:>9}  {each['rss']:7.0f}  {rates[0]:8,.0f}"
                f"  {rates[1]:7,.0f}  {rates[2]:12,.0f}  {rates[3]:14,.0f}  {rates[0] / rates[2]:5.2f}",
                flush=True,
            )
        for first, last in pairwise(found):
            more = last["resources"] - first["resources"]
            if more > 0:
                print(
                    f"{cloud}: {last['resources'] / first['resources']:,.1f} times the resources took"
                    f" {last['cpu'] / first['cpu']:,.1f} times the CPU time"
                    f" and {1000 * (last['rss'] - first['rss']) / more:.2f} KB of memory each",
                    flush=True,
                )


if __name__ == "__main__":
    main()
