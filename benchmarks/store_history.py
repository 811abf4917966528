"""Recording and reading an inventory, on SQLite and PostgreSQL.

    uv run python benchmarks/store_history.py [--sizes 10000,100000]

One estate of n resources with two links each is recorded new, again without a change, and with one resource in a
hundred changed; then read whole, paged, and compared over the two discoveries. Seconds are wall time, CPU is this
process's alone, memory the growth of its peak resident set while recording. The limit beside "new" is the same
rows, twice as the present and the history hold them, given to the driver bare (SQLite executemany, PostgreSQL
COPY) without index or comparison.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import Column, MetaData, Table, Text
from tests.servers import postgres

from cloudviz.inventory.model import Coverage, Graph, Link, Resource
from cloudviz.inventory.select import Selection
from cloudviz.store import Store, migrate, open_store
from cloudviz.store.rows import row_of

START = datetime(2026, 1, 1, tzinfo=UTC)


def machine(number: int) -> Resource:
    """A machine with tags and properties, about 800 bytes."""
    region = f"region-{number % 20}"
    return Resource(
        id=f"arn:aws:ec2:{region}:123456789012:instance/i-{number:017x}",
        provider="aws",
        type="aws.ec2.instance",
        native_type="AWS::EC2::Instance",
        kind="virtual_machine",
        name=f"web-{number}",
        account="123456789012",
        region=region,
        zone=f"{region}a",
        state="running",
        tags={"env": "prod", "owner": f"team-{number % 50}", "Name": f"web-{number}"},
        cost_monthly=Decimal("70.08"),
        currency="USD",
        properties={
            "size": "t3.large",
            "private_ip": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            "interfaces": [{"id": f"eni-{number:x}-{each}", "groups": ["sg-1", "sg-2"]} for each in range(3)],
            "image": "ami-0123456789abcdef0",
        },
    )


def estate(size: int) -> Graph:
    """Machines of 20 regions, with links."""
    graph = Graph({each.id: each for each in map(machine, range(size))}, [])
    keys = list(graph.resources)
    for number, key in enumerate(keys):
        graph.links.append(Link(key, keys[number // 10], "uses"))
        graph.links.append(Link(key, keys[(number * 7) % size], "attached_to"))
    return graph


async def timed(label: str, work: Callable[[], Awaitable[Any]], size: int) -> tuple[str, Any]:
    cpu, start, peak = time.process_time(), time.perf_counter(), _peak()
    result = await work()
    seconds = time.perf_counter() - start
    used = time.process_time() - cpu
    print(
        f"  {label:<28}{seconds:8.2f} s {used:8.2f} s CPU {size / seconds:10,.0f}/s {_peak() - peak:+8.0f} MB",
        flush=True,
    )
    return label, result


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def bare(store: Store, graph: Graph) -> None:
    """The same rows of the present and of the history, given to the driver bare: no index, nothing compared."""
    database = store._database
    made = [row_of(item) for item in graph.resources.values()]
    content = [
        (
            *(row.resource.id, row.resource.provider, row.resource.type, row.resource.native_type),
            *(row.resource.kind, row.resource.name, row.resource.account, row.resource.region, row.resource.zone),
            *(row.tags, row.properties.decode(), row.search, row.content_hash),
        )
        for row in made
    ]
    names = [f"c{number}" for number in range(len(content[0]))]
    async with database.writing() as connection:
        await connection.exec_driver_sql(f"CREATE TABLE bare ({', '.join(f'{name} text' for name in names)})")
        table = Table("bare", MetaData(), *(Column(name, Text) for name in names))
        for _ in range(2):
            for start in range(0, len(content), 2000):
                await database.insert_many(connection, table, names, content[start : start + 2000])
        await connection.exec_driver_sql("DROP TABLE bare")


async def measure(url: str, size: int) -> None:
    await migrate(url)
    graph = estate(size)
    covered = [Coverage("aws", "123456789012", f"region-{n}", "aws.ec2.instance", "seen") for n in range(20)]
    async with await open_store(url) as store:

        async def record(content: Graph, day: int) -> str:
            key = await store.discoveries.create("aws", "aws:profile/bench", {})
            changes = await store.inventories.record(key, content, covered, [], START + timedelta(days=day))
            print(f"    +{changes.added} ~{changes.changed} -{changes.removed} ={changes.unchanged}")
            return key

        await timed("bare inserts (limit)", lambda: bare(store, graph), size)
        _, first = await timed("record, all new", lambda: record(graph, 1), size)
        await timed("record, unchanged", lambda: record(graph, 2), size)
        changed = Graph(dict(graph.resources), graph.links)
        for key in list(graph.resources)[::100]:
            changed.resources[key] = replace(graph.resources[key], state="stopped")
        _, third = await timed("record, 1 % changed", lambda: record(changed, 3), size)
        _, read = await timed("read all, with links", lambda: store.inventories.read(Selection()), size)
        assert read == changed.sorted()
        past = Selection(at="2026-01-02T12:00:00Z")
        await timed("read all, at an instant", lambda: store.inventories.read(past), size)
        await timed("diff of two discoveries", lambda: store.inventories.diff(first, third), size)
        await timed("page of 50, text search", lambda: store.inventories.page(Selection(text="web-99")), 50)
        await timed("facets", lambda: store.inventories.facets(Selection()), size)
        await timed("everything gone", lambda: record(Graph(), 4), size)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", default="10000,100000")
    sizes = [int(each) for each in options.parse_args().sizes.split(",")]
    with ExitStack() as stack:
        server = stack.enter_context(postgres())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for size in sizes:
            for name, url in (("SQLite", f"sqlite:///{folder}/{size}.db"), ("PostgreSQL", server.url())):
                print(f"{name}, {size:,} resources, {2 * size:,} links")
                asyncio.run(measure(url, size))


if __name__ == "__main__":
    main()
