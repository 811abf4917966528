"""The inventory document goes out and comes back unchanged, and a wrong one is refused with its place."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.errors import BadInput
from cloudviz.inventory.document import read, to_bytes
from cloudviz.inventory.model import Coverage, DiscoveryInfo, Graph, Inventory, Link, Problem, Resource

INVENTORY = Inventory(
    DiscoveryInfo("d-1", "aws", "aws:profile/prod", "2026-11-24T05:00:00Z", "2026-11-24T05:01:00Z"),
    Graph(
        {
            "b": Resource("b", "aws", "aws.ec2.volume", "AWS::EC2::Volume", "disk", "data"),
            "a": Resource(
                "a", "aws", "aws.ec2.instance", "AWS::EC2::Instance", "virtual_machine", "web <1>", account="1",
                region="eu-west-1", zone="eu-west-1a", state="running", tags={"env": "prod"},
                cost_monthly=Decimal("70.08"), currency="USD", properties={"size": "t3.micro"},
            ),
        },
        [Link("a", "b", "attached_to"), Link("a", "gone", "uses", resolved=False)],
    ),
    [Coverage("aws", "1", "eu-west-1", "aws.ec2.volume", "denied", 0, "ec2:DescribeVolumes", "AccessDenied")],
    [Problem("a", "odd", "here")],
)  # fmt: skip


def test_round_trip() -> None:
    written = to_bytes(INVENTORY)
    assert to_bytes(read(orjson.loads(written), "x.json")) == written


def test_the_document_is_sorted_and_marks_unresolved_links() -> None:
    document = orjson.loads(to_bytes(INVENTORY))
    assert [item["id"] for item in document["resources"]] == ["a", "b"]
    assert document["links"][1] == {"source": "a", "target": "gone", "kind": "uses", "resolved": False}
    assert list(document) == sorted(document)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"format": "cloudviz.inventory/9"}, "cloudviz.inventory/9"),
        ({"format": "cloudviz.inventory/1", "resources": {}}, "'resources' must be a list"),
        ({"format": "cloudviz.inventory/1", "resources": [{"provider": "aws"}]}, "needs 'id'"),
        ({"format": "cloudviz.inventory/1", "links": [{"source": "a"}]}, "needs 'target'"),
        (
            {
                "format": "cloudviz.inventory/1",
                "resources": [{"id": "a", "provider": "p", "type": "t", "cost_monthly": "much"}],
            },
            "no number",
        ),
    ],
)
def test_a_wrong_document_is_refused_with_its_place(document: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(document, "x.json")
    assert message in str(caught.value)
    assert caught.value.where.startswith("x.json")


@pytest.mark.parametrize("cost", ["NaN", "sNaN", "Infinity", "-Infinity", "1e999999", 1e300])
def test_a_cost_that_is_no_amount_is_refused(cost: object) -> None:
    entry = {"id": "a", "provider": "p", "type": "t", "cost_monthly": cost}
    with pytest.raises(BadInput, match="no amount of money"):
        read({"format": "cloudviz.inventory/1", "resources": [entry]}, "x.json")


json_values = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
parts_of_a_document = st.dictionaries(
    st.sampled_from(["resources", "links", "coverage", "problems", "discovery"]), json_values
)


@given(parts_of_a_document)
def test_no_document_makes_another_error(parts: dict[str, object]) -> None:
    with contextlib.suppress(BadInput):
        read({"format": "cloudviz.inventory/1", **parts}, "x.json")
