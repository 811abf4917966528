"""Packed properties are the mapping they were made of, and the store writes and hashes them alike."""

from __future__ import annotations

import pytest

from cloudviz.inventory.document import resource_document, to_bytes
from cloudviz.inventory.model import DiscoveryInfo, Graph, Inventory, Resource
from cloudviz.inventory.packed import PackedProperties, pack
from cloudviz.store.rows import row_of

PROPERTIES = {"size": "t3.large", "ports": [80, 443], "configuration": {"z": None, "a": {"ü": "💡", "n": 1.5}}}


def resource(properties: object) -> Resource:
    return Resource("id", "aws", "aws.ec2.instance", "", "virtual_machine", "web", properties=properties)  # type: ignore[arg-type]


def test_it_is_a_mapping_equal_to_what_was_packed() -> None:
    packed = pack(PROPERTIES)
    assert isinstance(packed, PackedProperties)
    assert packed == PROPERTIES and packed == PROPERTIES and packed == pack(dict(reversed(PROPERTIES.items())))
    assert packed != {} and packed != pack({"size": "t3.small"}) and packed != "text"
    assert dict(packed) == PROPERTIES and len(packed) == 3 and packed.get("size") == "t3.large"
    assert packed.get("no") is None and "ports" in packed
    assert resource(packed) == resource(PROPERTIES)
    with pytest.raises(TypeError):
        hash(packed)


def test_changing_what_was_read_changes_nothing() -> None:
    packed = pack(PROPERTIES)
    packed["ports"].append(22)
    assert packed == PROPERTIES


@pytest.mark.parametrize("properties", [PROPERTIES, {}, {"nul": "a\x00b"}, {"big": 1e20}, {"small": 5e-9}])
def test_the_store_makes_the_same_row_of_it(properties: dict[str, object]) -> None:
    assert pack(properties) == properties
    plain, packed = row_of(resource(properties)), row_of(resource(pack(properties)))
    assert (plain.properties, plain.content_hash) == (packed.properties, packed.content_hash)


def test_documents_are_the_same_bytes() -> None:
    def document(properties: object) -> bytes:
        return to_bytes(Inventory(DiscoveryInfo("", "aws", ""), Graph({"id": resource(properties)})))

    assert document(pack(PROPERTIES)) == document(PROPERTIES)
    assert type(resource_document(resource(pack(PROPERTIES)))["properties"]) is dict


def test_what_json_cannot_hold_stays_as_it_is() -> None:
    assert pack({"huge": 2**70}) == {"huge": 2**70}
    assert type(pack({"huge": 2**70})) is dict
