"""A large first recording on SQLite: others write meanwhile, nobody takes half of it for the whole, and a crash in
the middle is made good by trying again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from tests.store.estates import day, graph, machine, record, seen

from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import Graph, Link
from cloudviz.inventory.select import Selection
from cloudviz.store import Store, migrate, open_store

SIZE = 10_000
"""Two slices."""


def estate(size: int = SIZE) -> Graph:
    items = [machine(f"m{number:05}") for number in range(size)]
    pairs = pairwise(items)
    return graph(*items, links=[Link(one.id, other.id, "uses") for one, other in pairs])


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path}/cloudviz.db"
    asyncio.run(migrate(made))
    return made


async def known(store: Store) -> bytes:
    inventory = await store.inventories.inventory(Selection())
    inventory.discovery = type(inventory.discovery)("", "aws", "")
    return to_bytes(inventory)


async def test_others_write_meanwhile_and_see_that_it_is_not_whole(file_url: str) -> None:
    content = estate()
    async with await open_store(file_url) as store, await open_store(file_url) as other:
        recording = asyncio.create_task(record(store, content, [seen()], 1))
        halves: list[tuple[int, list[str]]] = []
        written = 0
        while not recording.done():
            await other.audit.append("somebody", "test", f"{written}", {})
            written += not recording.done()
            look = await other.inventories.inventory(Selection())
            if 0 < len(look.graph.resources) < SIZE:
                halves.append((len(look.graph.resources), [entry.status for entry in look.coverage]))
        _, changes = await recording
        whole = await other.inventories.inventory(Selection())
    assert written >= 2  # between the slices, whatever the machine is doing
    assert halves and {tuple(statuses) for _, statuses in halves} == {("failed",)}
    assert (changes.added, changes.changed, changes.removed, changes.unchanged) == (SIZE, 0, 0, 0)
    assert whole.graph == content.sorted() and [entry.status for entry in whole.coverage] == ["seen"]


async def test_it_is_one_look_in_history(file_url: str) -> None:
    async with await open_store(file_url) as store:
        first, _ = await record(store, estate(), [seen()], 1)
        second, changes = await record(store, estate(SIZE - 1), [seen()], 2)
        assert (changes.added, changes.removed, changes.unchanged) == (0, 1, SIZE - 1)
        before = await store.inventories.read(Selection(discoveries=(first,)))
        assert len(before.resources) == SIZE
        found = await store.inventories.diff(first, second)
        assert (len(found.added), len(found.removed), len(found.changed)) == (0, 1, 0)
        (version,) = await store.inventories.history(machine("m00000").id)
        assert (version.first_discovery, version.last_discovery) == (first, second)
        told = await store.discoveries.get(first)
        assert told.changes is not None and told.changes.added == SIZE


async def test_another_recording_in_between_keeps_the_order(file_url: str) -> None:
    async with await open_store(file_url) as store, await open_store(file_url) as other:
        large = asyncio.create_task(record(store, estate(), [seen()], 1))
        while not (await other.inventories.page(Selection(), limit=1)).items:
            await asyncio.sleep(0.01)
        # It sees one of the large one's machines otherwise, and another one gone.
        small = graph(machine("m00000", state="stopped"), machine("b", region="eu-west-2"))
        await record(other, small, [seen("eu-west-2")], 2)
        await large
        states = {key: item.state for key, item in (await store.inventories.read(Selection())).resources.items()}
        versions = await store.inventories.history(machine("m00000").id)
    assert len(states) == SIZE + 1
    assert states[machine("m00000").id] == "running"  # the last to be recorded
    assert [each.resource.state for each in versions] == ["running", "stopped", "running"]
    assert all(one.valid_from >= other.valid_from for one, other in pairwise(versions))


KILLED = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[2])
from cloudviz.store import open_store
from tests.store.estates import day, seen
from tests.store.test_recording_in_slices import estate

async def main():
    store = await open_store(sys.argv[1])
    other = await open_store(sys.argv[1])
    key = await store.discoveries.create("aws", "aws:profile/prod", {})
    await store.discoveries.start(key)
    recording = asyncio.create_task(store.inventories.record(key, estate(), [seen()], [], day(1)))
    while not (await other.discoveries.get(key)).changes:
        await asyncio.sleep(0.01)
    os.kill(os.getpid(), 9)

asyncio.run(main())
"""


async def test_who_dies_in_the_middle_leaves_a_gap_and_the_next_try_fills_it(
    file_url: str, tmp_path: Path
) -> None:
    root = Path(__file__).resolve().parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED, file_url, str(root)], check=False, timeout=120)
    assert killed.returncode == -9
    untouched = f"sqlite:///{tmp_path}/untouched.db"
    await migrate(untouched)
    async with await open_store(file_url) as store, await open_store(untouched) as undisturbed:
        (key,) = await store.discoveries.close_abandoned()
        look = await store.inventories.inventory(Selection())
        assert 0 < len(look.graph.resources) < SIZE
        assert len(look.gaps()) == 1 and "resume or scan again" in str(look.gaps()[0].detail)
        assert (await store.discoveries.get(key)).seen_at is None
        again = await store.inventories.record(key, estate(), [seen()], [], day(1))
        assert again.added + again.unchanged == SIZE and again.added > 0
        told = await store.discoveries.get(key)
        assert told.changes is not None
        assert (told.changes.added, told.changes.changed, told.changes.unchanged) == (SIZE, 0, 0)
        await record(undisturbed, estate(), [seen()], 1)
        assert await known(store) == await known(undisturbed)
