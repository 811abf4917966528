"""What the clouds really answered: every recorded body becomes a resource, or is listed here with its reason.

All of them together also make a sound picture, in every layout.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.drawn import assert_every_layout_is_sound

from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.catalogue.paths import read_path
from cloudviz.catalogue.registry import catalogue, is_of_type
from cloudviz.inventory.model import Graph, Problem, RawItem, Scope
from cloudviz.normalise import normalise

RECORDED = Path(__file__).parent.parent / "payloads" / "recorded"
EAST = Scope("aws", "123456789012", "us-east-1")


def lines(name: str) -> list[dict[str, Any]]:
    with gzip.open(RECORDED / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.mark.parametrize(
    ("name", "bodies"), [("arm_resources.azure-sdk-recordings", 739), ("arm_resources.c7n_azure", 497)]
)
def test_every_arm_body_is_a_resource(name: str, bodies: int) -> None:
    found = lines(name)
    items = [
        RawItem(Scope("azure"), line["resource"].get("type") or "unknown", line["resource"]) for line in found
    ]
    graph, problems = normalise(items)
    assert problems == []
    assert len(found) == len(graph.resources) == bodies
    declared = [item for item in graph.resources.values() if item.type != "azure.other"]
    assert len(declared) > bodies // 3
    assert_every_layout_is_sound(graph)


# Google's bodies name their own kind; where Asset Inventory's service is called otherwise it stands here.
SERVICES = {"sql": "sqladmin"}
NO_RESOURCE = {
    "": "replies without a kind: operations, policies, and services whose list is not asked here",
    "dns#resourceRecordSetsListResponse": "a page of a list, not one thing",
    "sql#usersList": "a page of a list, not one thing",
    "storage#objects": "a page of a list, not one thing",
}
TWICE = {
    "gcp_resources.c7n_gcp": 1,  # one dataset was recorded under two host names
    "gcp_resources.kcc_http_logs": 2,  # their ids were replaced by one and the same placeholder
}


@pytest.mark.parametrize("name", sorted(TWICE))
def test_every_google_body_is_a_resource(name: str) -> None:
    items, left_out = [], Counter[str]()
    for line in lines(name):
        kind = line["kind"] or ""
        if kind in NO_RESOURCE:
            left_out[kind] += 1
            continue
        service, _, noun = kind.partition("#")
        native = f"{SERVICES.get(service, service)}.googleapis.com/{noun[:1].upper()}{noun[1:]}"
        items.append(RawItem(Scope("gcp", "cloud-custodian"), native, line["resource"], where=line["url"]))
    graph, problems = normalise(items)
    assert problems == []
    assert len(graph.resources) == len(items) - TWICE[name]
    assert set(left_out) <= set(NO_RESOURCE)
    assert len(items) > 60
    assert_every_layout_is_sound(graph)


NAMES_ONLY = {
    ("dynamodb", "list_tables"): "names; describe_table gives the body",
    ("ecs", "list_clusters"): "names in this recording, where AWS gives ARNs",
    ("eks", "list_clusters"): "names; describe_cluster gives the body",
    ("kinesis", "list_streams"): "names; describe_stream_summary gives the body",
    ("sqs", "list_queues"): "URLs; get_queue_attributes gives the ARN",
}
"""Lists of bare names. The live scan lays the details over them, which test_discover_aws proves."""


def _by_call() -> dict[tuple[str, str], list[ResourceType]]:
    calls: dict[tuple[str, str], list[ResourceType]] = {}
    for declared in catalogue().of("aws"):
        if isinstance(declared.listing, AwsCall):
            key = (declared.listing.service.replace("-", "_"), declared.listing.operation)
            calls.setdefault(key, []).append(declared)
    return calls


def test_every_item_of_a_recorded_aws_list_is_a_resource() -> None:
    calls = _by_call()
    odd: list[tuple[tuple[str, str], list[Problem]]] = []
    graph = Graph()
    read = 0
    for line in lines("aws_replies.fixinventory"):
        key = (line["service"], line["reply"].split("__")[0].replace("-", "_"))
        if key not in calls or key in NAMES_ONLY:
            continue
        call = calls[key][0].listing
        assert isinstance(call, AwsCall)
        for body in read_path(call.result)(line["body"]):
            declared = next((each for each in calls[key] if is_of_type(each, body)), None)
            native = "AWS::Unknown::Thing" if declared is None else catalogue().native_name(declared)
            made, problems = normalise([RawItem(EAST, native, body, declared.key if declared else None)])
            read += 1
            graph.resources.update(made.resources)
            if problems or len(made.resources) != 1:
                odd.append((key, problems))
    assert odd == []
    assert read > 60
    assert len({item.type for item in graph.resources.values()}) >= 25
    assert_every_layout_is_sound(graph)
