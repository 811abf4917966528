"""Importing files: what a source is called, and what a file may take away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from cloudviz.errors import Invalid
from cloudviz.inventory.model import Coverage, Graph, Resource
from cloudviz.inventory.select import Selection
from cloudviz.jobs.imports import import_files
from cloudviz.runtime import clock
from cloudviz.store import Store

ACCOUNT, REGION, TYPE = "123456789012", "eu-west-1", "aws.ec2.instance"
SEEN = {"provider": "aws", "account": ACCOUNT, "region": REGION, "type": TYPE, "status": "seen", "count": 0}


def arn(name: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{name}"


def state(lineage: str, name: str) -> bytes:
    provider = 'provider["registry.terraform.io/hashicorp/aws"]'
    instances = [{"attributes": {"id": name, "arn": arn(name)}}]
    resource = {
        "mode": "managed",
        "type": "aws_instance",
        "name": "x",
        "provider": provider,
        "instances": instances,
    }
    return orjson.dumps({"version": 4, "lineage": lineage, "resources": [resource]})


def document(source: str, *names: str) -> bytes:
    places: dict[str, Any] = {"account": ACCOUNT, "region": REGION, "provider": "aws", "type": TYPE}
    return orjson.dumps(
        {
            "format": "cloudviz.inventory/1",
            "discovery": {"source": source},
            "resources": [{"id": arn(name), "name": name, "kind": "virtual_machine", **places} for name in names],
            "coverage": [SEEN],
        }
    )


async def names(store: Store) -> set[str]:
    return {item.name for item in (await store.inventories.page(Selection())).items}


async def scanned(store: Store, name: str) -> None:
    discovery = await store.discoveries.create("aws", "aws:default", {})
    item = Resource(arn(name), "aws", TYPE, "AWS::EC2::Instance", "virtual_machine", name, ACCOUNT, REGION)
    coverage = Coverage("aws", ACCOUNT, REGION, TYPE, "seen", 1)
    await store.inventories.record(discovery, Graph({item.id: item}), [coverage], [], clock.now())


def put(folder: Path, name: str, content: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


async def test_two_states_of_one_file_name_do_not_take_each_other_away(store: Store, tmp_path: Path) -> None:
    await import_files(store, [put(tmp_path / "a", "terraform.tfstate", state("l1", "i-a"))])
    await import_files(store, [put(tmp_path / "b", "terraform.tfstate", state("l2", "i-b"))])
    assert await names(store) == {"i-a", "i-b"}


async def test_uploads_of_one_file_name_are_told_apart_by_their_lineage(store: Store, tmp_path: Path) -> None:
    for folder, lineage, name in (("1", "l1", "i-a"), ("2", "l2", "i-b"), ("3", "l2", "i-c")):
        within = tmp_path / folder
        await import_files(store, [put(within, "terraform.tfstate", state(lineage, name))], within=within)
    assert await names(store) == {"i-a", "i-c"}, "the third replaces the second, whose lineage it has"


async def test_documents_without_a_source_are_named_by_their_file(store: Store, tmp_path: Path) -> None:
    await import_files(store, [put(tmp_path, "a.json", document("", "a"))])
    await import_files(store, [put(tmp_path, "b.json", document("", "b"))])
    await import_files(store, [put(tmp_path, "b.json", document("", "c"))])
    assert await names(store) == {"a", "c"}


async def test_a_document_that_claims_to_be_a_live_scan_takes_nothing_away(store: Store, tmp_path: Path) -> None:
    await scanned(store, "live")
    await import_files(store, [put(tmp_path, "x.json", document("aws:default"))])
    assert await names(store) == {"live"}


async def test_a_source_named_like_a_live_scan_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no live scan"):
        await import_files(store, [put(tmp_path, "x.json", document("x"))], source="aws:default")


async def test_a_folder_keeps_its_name_when_files_come_and_go(store: Store, tmp_path: Path) -> None:
    put(tmp_path, "a.tfstate", state("l1", "i-a"))
    await import_files(store, [tmp_path])
    put(tmp_path, "a.tfstate", state("l1", "i-b"))
    put(tmp_path, "c.tfstate", state("l3", "i-c"))
    await import_files(store, [tmp_path])
    assert await names(store) == {"i-b", "i-c"}
