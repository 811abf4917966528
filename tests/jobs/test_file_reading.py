"""Files read in a process of their own: the same as in this one, and ended when the user cancels."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudviz.errors import Cancelled, NotFound, UnknownFormat
from cloudviz.jobs.file_reading import APART_FROM, is_worth_it, read_apart
from cloudviz.jobs.imports import import_files, read_files
from cloudviz.sources.provider import ScanProgress
from cloudviz.store import migrate, open_store

FILES = Path(__file__).parents[1] / "payloads" / "files"


def test_it_is_the_same_as_here_and_tells_how_far_it_is() -> None:
    told: list[ScanProgress] = []
    apart = read_apart([FILES], account="123456789012", region="eu-west-1", on_progress=told.append)
    here = read_files([FILES], account="123456789012", region="eu-west-1")
    assert apart.graph == here.graph
    assert (apart.discovery, apart.coverage, apart.problems) == (here.discovery, here.coverage, here.problems)
    assert [each.done for each in told] == list(range(1, told[-1].total + 1))


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
