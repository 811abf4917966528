"""Files read in a process of their own: the same as in this one, and ended when the user cancels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cloudviz.errors import Cancelled, NotFound, UnknownFormat
from cloudviz.jobs.file_reading import APART_FROM, is_worth_it, read_apart
from cloudviz.jobs.imports import import_files, prepare_files, read_files
from cloudviz.sources.offline import read
from cloudviz.sources.provider import ScanProgress
from cloudviz.store import migrate, open_store
from cloudviz.store.prepared import Prepared, PreparedFile, PreparedGraph

FILES = Path(__file__).parents[1] / "payloads" / "files"


def _stored(prepared: Prepared) -> list[Any]:
    """All that is stored of an estate, and the hashes told before it."""
    hashes = [each for some in prepared.hashes() for each in some]
    rows = []
    for chunk in prepared.drained():
        for key, row in chunk.rows.items():
            links = sorted(set(chunk.stated.get(key, [])))
            rows.append((key, row.resource, row.tags, row.properties, row.content_hash, row.links_hash, links))
    assert hashes == [(row[0], row[4], row[5]) for row in rows]
    return rows


def test_it_is_the_same_as_here_and_tells_how_far_it_is() -> None:
    told: list[ScanProgress] = []
    apart, file = read_apart([FILES], account="123456789012", region="eu-west-1", on_progress=told.append)
    here = read_files([FILES], account="123456789012", region="eu-west-1")
    assert _stored(file) == _stored(PreparedGraph(here.graph))
    assert (apart.resources, apart.links) == (len(here.graph.resources), len(here.graph.links))
    other = apart.inventory
    assert (other.discovery, other.coverage, other.problems) == (here.discovery, here.coverage, here.problems)
    # On a busy machine it is told of a file while that is read, too.
    assert list(dict.fromkeys(each.done for each in told if each.done)) == list(range(1, told[-1].total + 1))


def test_what_is_put_aside_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file of every kind, as if each were a large one."""
    here = read_files([FILES], account="123456789012", region="eu-west-1")
    monkeypatch.setattr(read, "MOST_UNPACKED", 0)
    with (tmp_path / "chunks").open("w+b") as chunks:
        made = prepare_files([FILES], chunks, account="123456789012", region="eu-west-1")
        rows = {row[0]: row[1:] for row in _stored(PreparedFile(chunks))}
    assert {row[0]: row[1:] for row in _stored(PreparedGraph(here.graph))} == rows
    assert (made.resources, made.links) == (len(here.graph.resources), len(here.graph.links))


def test_refusals_come_across(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"of": "no format"}')
    with pytest.raises(UnknownFormat) as refusal:
        read_apart([path], within=tmp_path)
    assert (refusal.value.where, "CloudViz reads" in refusal.value.hint) == ("x.json", True)
    with pytest.raises(NotFound):
        read_apart([tmp_path / "gone"])


def test_cancelling_ends_it() -> None:
    with pytest.raises(Cancelled):
        read_apart([FILES], cancelled=lambda: True)


async def test_large_files_are_imported_so(tmp_path: Path) -> None:
    path = tmp_path / "vpcs.json"
    path.write_text('{"Vpcs": [{"VpcId": "vpc-1", "OwnerId": "123456789012"}]}' + " " * APART_FROM)
    assert is_worth_it([path])
    assert not is_worth_it([FILES])
    url = f"sqlite+aiosqlite:///{tmp_path / 'cloudviz.db'}"
    await migrate(url)
    async with await open_store(url) as store:
        outcome = await import_files(store, [path], region="eu-west-1")
    assert (outcome.status, outcome.resources) == ("completed", 1)
