"""Exports in pieces: the bytes of the whole document, wherever a worker died, whatever is recorded meanwhile."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.store.estates import graph, machine, record, seen

from cloudviz.errors import CloudVizError
from cloudviz.inventory import document
from cloudviz.inventory.model import Coverage, Link, Problem
from cloudviz.inventory.select import Selection, parse_filter
from cloudviz.jobs import inventory_export
from cloudviz.jobs.inventory_export import exports_folder, write_export
from cloudviz.store import Store


@pytest.fixture
async def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Twelve machines in four pieces, with links of every sort."""
    monkeypatch.setattr(inventory_export, "PIECE", 3)
    items = [machine(f"m{number:02}", state="running" if number % 2 else "stopped") for number in range(12)]
    ids = [each.id for each in items]
    links = [Link(one, other, "routes_to") for one, other in zip(ids, ids[1:] + ids[:1], strict=True)]
    links.append(Link(ids[4], "arn:aws:nowhere", "uses", resolved=False))
    links.append(Link(ids[4], ids[5], "uses", stated_by=(ids[5],)))
    problems = [Problem(ids[0], "is odd", "tags"), Problem(ids[1], 'says "<script>"\n', "")]
    denied = Coverage("aws", "1", "eu-west-1", "aws.rds.instance", "denied", 0, "rds:Describe", "AccessDenied")
    await record(store, graph(*items, links=links), [seen(count=12), denied], 1, problems=problems)
    return store


class Dies(Exception):
    """In place of SIGKILL: nothing after it is written."""


async def export(store: Store, folder: Path, filter: str = "", format: str = "json", dies_at: int = -1) -> Any:
    steps = 0

    def report(progress: dict[str, Any]) -> None:
        nonlocal steps
        steps += 1
        if steps == dies_at:
            raise Dies

    selection = parse_filter(filter, Selection())
    return await write_export(store, folder, "x", selection, format, Event(), report)


@pytest.mark.parametrize("filter", ["", "state=running", "m04", "type=aws.nothing"])
async def test_the_bytes_are_those_of_the_document(filled: Store, tmp_path: Path, filter: str) -> None:
    result = await export(filled, tmp_path, filter)
    whole = document.to_bytes(await filled.inventories.inventory(parse_filter(filter, Selection())))
    assert (exports_folder(tmp_path) / "x.json").read_bytes() == whole
    assert result["bytes"] == len(whole)
    assert [each.name for each in exports_folder(tmp_path).iterdir()] == ["x.json"]


async def test_an_inventory_with_nothing_in_it(store: Store, tmp_path: Path) -> None:
    await export(store, tmp_path)
    whole = document.to_bytes(await store.inventories.inventory(Selection()))
    assert (exports_folder(tmp_path) / "x.json").read_bytes() == whole


@pytest.mark.parametrize("format", ["json", "ndjson"])
async def test_wherever_it_is_killed_it_goes_on_there(filled: Store, tmp_path: Path, format: str) -> None:
    """At every step; and another look is recorded in between, which an export of this moment must not show."""
    await export(filled, tmp_path / "calm", format=format)
    calm = (exports_folder(tmp_path / "calm") / f"x.{format}").read_bytes()
    for step in range(1, 12):
        folder = tmp_path / str(step)
        try:
            await export(filled, folder, format=format, dies_at=step)
        except Dies:
            part = exports_folder(folder) / "x.part"
            written = part.read_bytes()
            part.write_bytes(written + b"half a piece that was never noted")
            await export(filled, folder, format=format)
        assert (exports_folder(folder) / f"x.{format}").read_bytes() == calm, step


async def test_what_is_recorded_meanwhile_is_not_in_it(filled: Store, tmp_path: Path) -> None:
    before = await filled.inventories.read(Selection())
    with pytest.raises(Dies):
        await export(filled, tmp_path, format="ndjson", dies_at=2)
    await record(filled, graph(machine("m00", state="gone"), machine("new")), [seen(count=2)], 2)
    await export(filled, tmp_path, format="ndjson")
    lines = (exports_folder(tmp_path) / "x.ndjson").read_bytes().splitlines()
    assert len(lines) == 12 == len(before.resources)
    assert b'"state":"gone"' not in b"".join(lines)


async def test_a_note_that_is_broken_begins_anew(filled: Store, tmp_path: Path) -> None:
    with pytest.raises(Dies):
        await export(filled, tmp_path, dies_at=3)
    (exports_folder(tmp_path) / "x.note").write_bytes(b'{"step": "many"}')
    await export(filled, tmp_path)
    whole = document.to_bytes(await filled.inventories.inventory(Selection()))
    assert (exports_folder(tmp_path) / "x.json").read_bytes() == whole


async def test_a_disk_that_refuses_is_told(filled: Store, tmp_path: Path) -> None:
    exports_folder(tmp_path).mkdir(parents=True)
    (exports_folder(tmp_path) / "x.part").mkdir()
    with pytest.raises(CloudVizError, match="can't be written"):
        await export(filled, tmp_path)
