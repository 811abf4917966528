"""Reading is spread over processes: the result is the same, a lost one is told, and none is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest

from cloudviz.errors import CloudRefused, Unavailable
from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import DiscoveryInfo, RawItem, Scope
from cloudviz.inventory.select import Selection
from cloudviz.jobs import child, spread
from cloudviz.jobs.discover import discover
from cloudviz.jobs.spread import Spread
from cloudviz.normalise import Normaliser
from cloudviz.sources.packed_items import PackedItems
from cloudviz.sources.provider import (
    CloudProvider,
    Connection,
    CostAnalysis,
    DiscoveryResult,
    Part,
    ProviderConfig,
    Seen,
)
from cloudviz.store import Store

HERE = Scope("azure", "11111111-aaaa-4000-8000-000000000001", "westeurope")
GROUP = f"/subscriptions/{HERE.account}/resourceGroups/rg"
DISK = "microsoft.compute/disks"


def disk(number: int) -> RawItem:
    body = {
        "id": f"{GROUP}/providers/Microsoft.Compute/disks/Disk-{number}",
        "name": f"Disk-{number}",
        "type": DISK,
        "location": "westeurope",
        "tags": {"role": "wörker", "db_password": "canary-1"},
        "managedBy": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-{number % 3}",
        "properties": {"diskSizeGB": number, "adminPassword": "canary-2"},
    }
    return RawItem(HERE, DISK, body)


def part(number: int) -> Part:
    found = [disk(number * 3 + each) for each in range(4)]  # each has one that the next has too
    return Part(f"page/{number:03}", [Seen(HERE, "azure.storage.disk", PackedItems(found))])


class Cloud(CloudProvider):
    """A cloud of a few pages. It refuses at one of them, if told so."""

    def __init__(self, refuses_at: int = -1) -> None:
        self.refuses_at = refuses_at
        self.read: list[str] = []

    async def scan(self, config: ProviderConfig) -> AsyncGenerator[Part, None]:
        for number in range(12):
            if number == self.refuses_at:
                raise CloudRefused("no more")
            made = part(number)
            if made.key not in config.done:
                self.read.append(made.key)
                yield made

    async def discover_resources(self, config: ProviderConfig) -> DiscoveryResult:
        return DiscoveryResult("azure", "azure:fake", await self.collected(config))

    async def get_cost_analysis(self) -> CostAnalysis:
        raise NotImplementedError

    async def test_connection(self, accounts: Sequence[str] = ()) -> Connection:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "SPREAD_FROM", 10)


async def inventory_of(store: Store) -> bytes:
    inventory = await store.inventories.inventory(Selection())
    return to_bytes(replace(inventory, discovery=DiscoveryInfo("", "azure", "")))


async def test_the_inventory_is_the_same_with_any_number_of_processes(store: Store):
    seen = []
    for processes in (0, 1, 3):
        key = await store.discoveries.create("azure", f"azure:{processes}", {})
        outcome = await discover(store, Cloud(), ProviderConfig(), key, processes=processes)
        assert (outcome.status, outcome.resources) == ("completed", 37)
        seen.append(await inventory_of(store))
    assert seen[0] == seen[1] == seen[2]
    assert b"canary" not in seen[0] and "wörker".encode() in seen[0]


async def test_what_was_read_before_a_refusal_is_not_read_again(store: Store):
    key = await store.discoveries.create("azure", "azure:twice", {})
    with pytest.raises(CloudRefused):
        await discover(store, Cloud(refuses_at=9), ProviderConfig(), key, processes=2)
    again = Cloud()
    outcome = await discover(store, again, ProviderConfig(), key, processes=2)
    assert again.read == ["page/009", "page/010", "page/011"]
    assert outcome.resources == 37


async def test_a_process_that_is_killed_is_told_and_nothing_hangs():
    reading = Spread(Normaliser(), 2, 0)
    try:
        first = await reading.begin([(0, [disk(1)])], is_whole=True)
        assert [each.batch.resources[0][0].name for each in await first] == ["Disk-1"]
        for process in reading.processes:
            os.kill(process, 9)
        lost = await reading.begin([(0, [disk(2)])], is_whole=True)
        async with asyncio.timeout(60):
            with pytest.raises(Unavailable, match="signal 9"):
                await lost
    finally:
        await reading.close()


async def test_those_who_wait_for_the_only_process_are_told_of_its_end_too():
    alone = Spread(Normaliser(), processes=1, spread_from=0)
    try:
        await (await alone.begin([(0, [disk(1)])], is_whole=True))
        os.kill(alone.processes[0], signal.SIGKILL)
        readings = [await alone.begin([(number, [disk(number)])], is_whole=True) for number in range(1, 4)]
        async with asyncio.timeout(30):
            ends = await asyncio.gather(*readings, return_exceptions=True)
        assert [type(each) for each in ends] == [Unavailable] * 3
    finally:
        await alone.close()


def test_a_process_is_given_no_credentials():
    given = {"PATH": "/bin", "PYTHONHASHSEED": "1", "AWS_SECRET_ACCESS_KEY": "canary", "DATABASE_URL": "canary"}
    assert child.surroundings(given) == {"PATH": "/bin", "PYTHONHASHSEED": "1"}


async def test_a_scan_that_is_cancelled_leaves_no_process():
    reading = Spread(Normaliser(), 2, 0)
    task = await reading.begin([(0, [disk(each) for each in range(2000)])], is_whole=True)
    started = reading.processes
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(60):
        await reading.close()
    assert len(started) == 2
    for process in started:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


async def test_where_none_can_be_started_this_process_reads(monkeypatch: pytest.MonkeyPatch):
    for program in ("/nowhere/python", "/bin/false"):
        monkeypatch.setattr(sys, "executable", program)
        reading = Spread(Normaliser(), 2, 0)
        task = await reading.begin([(0, [disk(1)])], is_whole=False)
        assert [len(each.batch.resources) for each in await task] == [1]
        assert reading.processes == []


async def test_a_small_scan_starts_none():
    reading = Spread(Normaliser(), 2, 10)
    await (await reading.begin([(0, [disk(each) for each in range(10)])], is_whole=False))
    assert reading.processes == []


def test_it_ends_when_nobody_asks_any_more():
    command = [sys.executable, "-P", "-m", "cloudviz.jobs.reading"]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"ready")
