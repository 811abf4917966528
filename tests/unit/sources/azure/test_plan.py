"""What is asked of Resource Graph."""

from __future__ import annotations

from cloudviz.catalogue.registry import catalogue
from cloudviz.sources.azure.graph import query_text
from cloudviz.sources.azure.plan import plan


def test_everything_is_three_queries_and_two_for_zones() -> None:
    planned = plan(catalogue(), ())
    assert [(each.table, each.whole) for each in planned.tables] == [
        ("computeresources", False),
        ("resourcecontainers", False),
        ("resources", True),
    ]
    assert [each.table for each in planned.joined] == ["dnsresources", "resources"]
    assert planned.tables[-1].without == {name for each in planned.joined for name in each.arm_types}
    assert planned.carried == frozenset()
    assert {key: len(each) for key, each in planned.listed.items()} == {"azure.storage.storage_account": 2}
    assert set(planned.embedded) == {"azure.network.virtual_network"}


def test_a_choice_is_asked_for_by_type_with_what_it_needs() -> None:
    planned = plan(catalogue(), ["azure.network.subnet", "azure.support.private_dns_zone"])
    (table,), (zones,) = planned.tables, planned.joined
    assert table.arm_types == ["microsoft.network/virtualnetworks"]
    assert sorted(zones.arm_types) == [
        "microsoft.network/privatednszones",
        "microsoft.network/privatednszones/virtualnetworklinks",
    ]
    assert planned.carried == {"azure.network.virtual_network"}


def test_the_text_of_a_query() -> None:
    text = query_text("resources", ["microsoft.b/b", "microsoft.a/a"], groups=["rg-shop"], having="properties.x")
    where, *_, order = text.split(" | ")[1:]
    assert text.startswith(
        "resources | where type in~ ('microsoft.a/a', 'microsoft.b/b') | where resourceGroup in~ "
    )
    assert where and order == "order by id asc"
    assert "isnotempty(properties.x)" in text
    assert query_text("resources").startswith("resources | project id, name, type, ")
