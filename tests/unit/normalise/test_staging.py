"""A batch is the same when it comes back from another process, and links to the same graph."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudviz.inventory.model import RawItem, Scope
from cloudviz.normalise import Normaliser, batch_of, packed_batch, rows_of, unpacked_batch

PAYLOADS = Path(__file__).parents[2] / "payloads"


def recorded(cloud: str) -> Iterator[RawItem]:
    scope = Scope(cloud, "123456789012", "eu-west-1")
    for path in sorted((PAYLOADS / cloud).glob("*.json")):
        document = json.loads(path.read_text())
        for body in document if isinstance(document, list) else [document]:
            if isinstance(body, dict):
                yield RawItem(scope, path.stem, body, type_key=path.stem, where=path.name)


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_the_graph_is_the_same_by_every_way(cloud: str) -> None:
    items = list(recorded(cloud))
    assert items
    graphs = []
    ways = (
        lambda batch: [batch],
        lambda batch: [batch_of(pickle.loads(pickle.dumps(rows_of(batch))))],
        lambda batch: [unpacked_batch(page) for page in packed_batch(batch)],
    )
    for way in ways:
        normaliser = Normaliser()
        for batch in way(normaliser.read(items)):
            normaliser.take(batch)
        graphs.append(normaliser.finish())
    assert graphs[0][0].resources
    assert graphs[0] == graphs[1] == graphs[2]
    stated = [[link.stated_by for link in graph.links] for graph, _ in graphs]
    assert stated[0] == stated[1] == stated[2]
