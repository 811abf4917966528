"""A live scan of a generated Azure estate over real HTTP, against a truth written down by hand."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from cloudviz.catalogue import azure as declared_azure
from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import CloudRefused, Invalid
from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.azure import permissions
from cloudviz.sources.azure.permissions import actions_of
from cloudviz.sources.provider import DiscoveryResult, ScanProgress
from fake_clouds.azure import (
    GRAPH,
    FakeAzure,
    Fault,
    refuse,
)
from fake_clouds.azure_estate import MANAGEMENT_GROUP
from fake_clouds.azure_scan import (
    ABOVE,
    ONE,
    OTHER,
    TWO,
    entries,
    found,
    graph_of,
    provider,
    scan,
    unseen,
)
from fake_clouds.azure_truth import AzureEstate

# -- the estate -----------------------------------------------------------------------------------------------


def test_the_estate_has_every_declared_type(shops: AzureEstate) -> None:
    assert len(shops.truth.resources) >= 400
    assert {kind for _, kind in shops.truth.resources} == {each.key for each in declared_azure.TYPES} | {OTHER}


def test_every_resource_and_nothing_else_is_found(whole_azure: DiscoveryResult, shops: AzureEstate) -> None:
    assert found(whole_azure) == shops.truth.resources


def test_every_link_and_nothing_else_is_found(whole_azure: DiscoveryResult, shops: AzureEstate) -> None:
    links = graph_of(whole_azure).links
    assert {(link.source, link.target, link.kind) for link in links} == shops.truth.links
    assert all(link.resolved for link in links)


def test_everything_sits_where_it_belongs(whole_azure: DiscoveryResult, shops: AzureEstate) -> None:
    resources = graph_of(whole_azure).resources
    assert {key: each.parent for key, each in resources.items() if each.parent} == shops.truth.parents
    assert {key: each.region for key, each in resources.items()} == shops.truth.regions
    assert {each.account for each in resources.values()} == {"", ONE, TWO}
    assert [each.id for each in resources.values() if not each.account] == [
        f"/providers/microsoft.management/managementgroups/{MANAGEMENT_GROUP}"
    ]


def test_names_tags_and_states_are_those_given(whole_azure: DiscoveryResult, shops: AzureEstate) -> None:
    resources = graph_of(whole_azure).resources
    assert {key: each.name for key, each in resources.items()} == shops.truth.names
    assert {key: dict(each.tags) for key, each in resources.items() if each.tags} == shops.truth.tags
    power = {
        each.name[-1]: each.state for each in resources.values() if each.type == "azure.compute.virtual_machine"
    }
    assert power == {"1": "running", "2": "stopped"}
    assert {each.state for each in resources.values() if each.type == "azure.database.sql_server"} == {"running"}
    natives = {each.native_type for each in resources.values() if each.type == "azure.network.gateway"}
    assert natives == {"microsoft.network/virtualnetworkgateways", "microsoft.network/natgateways"}


def test_each_subscription_and_type_is_accounted_for(whole_azure: DiscoveryResult) -> None:
    keys = {each.key for each in declared_azure.TYPES} - {ABOVE}
    seen = {(each.account, each.region, each.type) for each in whole_azure.coverage() if each.status == "seen"}
    assert seen == {(subscription, "", key) for subscription in (ONE, TWO) for key in keys}
    rest = {
        (each.account, each.type, str(each.status)) for each in whole_azure.coverage() if each.status != "seen"
    }
    assert rest == {("", ABOVE, "skipped"), (ONE, OTHER, "skipped"), (TWO, OTHER, "skipped")}


def test_small_pages_give_the_same_graph(whole_azure: DiscoveryResult, fake_azure: FakeAzure) -> None:
    fake_azure.page, fake_azure.quota = 70, 1000
    assert graph_of(scan(fake_azure)) == graph_of(whole_azure)
    assert len([call for call in fake_azure.calls if call.table == "resources"]) == 7  # one of them for the zones
    assert any("$skip=1" in call.query for call in fake_azure.calls)


def test_the_quota_is_obeyed(whole_azure: DiscoveryResult, fake_azure: FakeAzure) -> None:
    fake_azure.page, fake_azure.quota, fake_azure.window = 70, 4, 1.0
    assert graph_of(scan(fake_azure)) == graph_of(whole_azure)


def test_types_can_be_chosen_and_their_owners_are_read_but_not_reported(
    fake_azure: FakeAzure, shops: AzureEstate
) -> None:
    result = scan(fake_azure, types=["azure.network.subnet", "azure.storage.file_share"])
    wanted = {
        (key, kind)
        for key, kind in shops.truth.resources
        if kind in ("azure.network.subnet", "azure.storage.file_share")
    }
    assert found(result) == wanted
    assert {entry.type for entry in result.coverage()} == {"azure.network.subnet", "azure.storage.file_share"}
    with pytest.raises(Invalid, match="nothing"):
        scan(fake_azure, types=["azure.compute.nothing"])


def test_regions_can_be_chosen(fake_azure: FakeAzure, shops: AzureEstate) -> None:
    result = scan(fake_azure, regions=["North Europe"])
    regions = shops.truth.regions
    home = ("azure.support.resource_group", "azure.support.subscription", ABOVE)
    expected = {
        (key, kind)
        for key, kind in shops.truth.resources
        if regions[key] in ("northeurope", "global") or kind in home
    }
    assert found(result) == expected
    (entry,) = [each for each in entries(result, "azure.compute.virtual_machine") if each.account == ONE]
    assert (entry.region, entry.status, entry.count) == ("northeurope", "seen", 2)
    (zone,) = [each for each in entries(result, "azure.network.dns_zone") if each.account == ONE]
    assert (zone.region, zone.status) == ("", "seen")


def test_a_scan_of_some_resource_groups_makes_nothing_gone(fake_azure: FakeAzure, shops: AzureEstate) -> None:
    result = scan(fake_azure, resource_groups=["RG-shop-0"])
    inside = {key for key, _ in shops.truth.resources if "/resourcegroups/rg-shop-0" in f"{key}/"}
    assert {key for key, kind in found(result) if kind not in (ABOVE, "azure.support.subscription")} == inside
    assert CoverageStatus.SEEN not in {entry.status for entry in result.coverage()}


def test_subscriptions_can_be_chosen(fake_azure: FakeAzure, shops: AzureEstate) -> None:
    result = scan(fake_azure, subscriptions=[TWO.upper()])
    expected = {
        (key, kind) for key, kind in shops.truth.resources if f"/subscriptions/{TWO}" in key or kind == ABOVE
    }
    assert found(result) == expected


def test_a_subscription_that_is_not_seen_is_denied(fake_azure: FakeAzure) -> None:
    absent = "99999999-0000-4000-8000-000000000009"
    result = scan(fake_azure, subscriptions=[ONE, absent], types=["azure.network.virtual_network"])
    assert [(each.account, str(each.status), each.permission) for each in result.coverage()] == [
        (ONE, "seen", None),
        (absent, "denied", "Microsoft.Resources/subscriptions/read"),
    ]
    with pytest.raises(CloudRefused, match="no subscription"):
        scan(fake_azure, subscriptions=[absent])


def test_subscriptions_below_a_management_group(fake_azure: FakeAzure, shops: AzureEstate) -> None:
    result = scan(fake_azure, management_group=MANAGEMENT_GROUP)
    assert found(result) == shops.truth.resources
    with pytest.raises(CloudRefused, match="authorization") as caught:
        scan(fake_azure, management_group="mg-other")
    assert "Microsoft.Management/managementGroups/read" in caught.value.hint


# -- blind is not empty ---------------------------------------------------------------------------------------

KINDS_OF_ACTIONS = sorted(
    {
        action
        for each in declared_azure.TYPES
        for action in actions_of(each)
        if each.key not in (ABOVE, "azure.support.subscription")
    }
)


@pytest.mark.parametrize("action", KINDS_OF_ACTIONS)
def test_with_one_type_denied_all_the_rest_is_complete(
    fake_azure: FakeAzure, shops: AzureEstate, action: str
) -> None:
    fake_azure.quota = 1000
    fake_azure.deny(action)
    result = scan(fake_azure)
    blind = {each.key for each in declared_azure.TYPES if action in actions_of(each)}
    assert unseen(result) == blind
    for entry in result.coverage():
        if entry.type in blind:
            assert (entry.status, entry.permission) == ("denied", action)
    whole, seen = shops.truth.resources, found(result)
    assert {each for each in whole if each[1] not in blind} == {each for each in seen if each[1] not in blind}
    assert seen <= whole


def test_the_printed_role_is_enough_and_nothing_more_is_asked_for(
    fake_azure: FakeAzure, shops: AzureEstate
) -> None:
    fake_azure.actions = permissions(declared_azure.TYPES)
    result = scan(fake_azure)
    assert unseen(result) == set()
    assert found(result) == {each for each in shops.truth.resources if each[1] != OTHER}


def test_what_may_be_read_is_asked_once_for_each_subscription(fake_azure: FakeAzure) -> None:
    fake_azure.deny("Microsoft.Authorization/permissions/read")
    result = scan(fake_azure, types=["azure.network.virtual_network"])
    assert [(str(each.status), each.permission) for each in result.coverage()] == [
        ("denied", "Microsoft.Authorization/permissions/read"),
    ] * 2
    assert all("what may be read is not known" in str(each.detail) for each in result.coverage())
    assert result.items()
    assert len([call for call in fake_azure.calls if call.path.endswith("/permissions")]) == 2


def test_a_stand_in_without_permissions_is_taken_at_its_word(fake_azure: FakeAzure) -> None:
    fake_azure.is_bare = True
    assert unseen(scan(fake_azure)) == set()


def test_containers_denied_everywhere_are_not_asked_for_each_account(fake_azure: FakeAzure) -> None:
    fake_azure.deny("microsoft.storage/storageaccounts/blobservices/containers/read")
    result = scan(fake_azure)
    (one, two) = entries(result, "azure.storage.blob_container")
    assert (one.status, two.status) == ("denied", "denied")
    assert one.permission == "microsoft.storage/storageaccounts/blobservices/containers/read"
    assert unseen(result) == {"azure.storage.blob_container"}


def test_who_may_not_list_subscriptions_may_name_them(fake_azure: FakeAzure) -> None:
    fake_azure.deny("Microsoft.Resources/subscriptions/read")
    result = scan(fake_azure, subscriptions=[ONE], types=["azure.network.virtual_network"])
    assert unseen(result) == set() and result.items()
    with pytest.raises(CloudRefused, match="could not list subscriptions") as caught:
        scan(fake_azure)
    assert "Microsoft.Resources/subscriptions/read" in caught.value.hint


def test_a_denied_query_is_named_with_its_permission(fake_azure: FakeAzure) -> None:
    action = "Microsoft.Resources/subscriptions/resources/read"
    message = f"The client does not have authorization to perform action '{action}' over scope '/subscriptions/x'"
    fake_azure.faults.append(Fault(refuse(403, "AuthorizationFailed", message), path=GRAPH, table="resources"))
    result = scan(fake_azure, types=["azure.network.*", "azure.support.resource_group"])
    assert {(str(each.status), each.permission) for each in entries(result, "azure.network.firewall")} == {
        ("denied", action)
    }
    assert {each.status for each in entries(result, "azure.support.resource_group")} == {CoverageStatus.SEEN}


# -- along the way --------------------------------------------------------------------------------------------


def test_progress_counts_up_to_the_end(fake_azure: FakeAzure, whole_azure: DiscoveryResult) -> None:
    steps: list[ScanProgress] = []
    scan(fake_azure, on_progress=steps.append)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert [step.resources for step in steps] == sorted(step.resources for step in steps)
    assert steps[-1].done == steps[-1].total
    # Rows that are laid into others, and subnets inside their networks, are counted otherwise.
    assert steps[-1].resources > len(whole_azure.items()) * 0.8


def test_a_scan_that_is_cancelled_skips_the_rest(fake_azure: FakeAzure) -> None:
    fake_azure.page = 70

    def cancelled() -> bool:
        return len(fake_azure.calls) > 8

    result = scan(fake_azure, cancelled=cancelled)
    assert len(fake_azure.calls) < 15
    statuses = {str(each.status) for each in result.coverage() if each.type not in (ABOVE, OTHER)}
    assert "skipped" in statuses and statuses <= {"skipped", "seen"}


def test_a_scan_that_is_cancelled_at_once_asks_for_nothing(fake_azure: FakeAzure) -> None:
    result = scan(fake_azure, cancelled=lambda: True)
    assert result.listings == [] and fake_azure.calls == []


# -- costs ----------------------------------------------------------------------------------------------------


def test_costs_come_from_cost_management_to_the_cent(fake_azure: FakeAzure) -> None:
    analysis = asyncio.run(provider(fake_azure).get_cost_analysis())
    assert [(line.account, line.service, line.region, line.amount, line.currency) for line in analysis.lines] == [
        (subscription, service, region, amount, "EUR")
        for subscription in (ONE, TWO)
        for service, region, amount in (
            ("Bandwidth", "", Decimal("0.1")),
            ("Virtual Machines", "westeurope", Decimal("12.3456789")),
        )
    ]
    assert {line.start for line in analysis.lines} == {"2026-10-01"}


def test_costs_that_are_throttled_wait_for_the_longest_of_three_headers(fake_azure: FakeAzure) -> None:
    waits = {f"x_ms_ratelimit_microsoft.costmanagement_{kind}_retry_after": "0" for kind in ("qpu", "entity")}
    fake_azure.faults.append(
        Fault(refuse(429, "429", "Too many requests", **waits), path="CostManagement", times=1)
    )
    assert asyncio.run(provider(fake_azure).get_cost_analysis()).lines


def test_denied_costs_name_the_permission(fake_azure: FakeAzure) -> None:
    fake_azure.deny("Microsoft.CostManagement/*")
    with pytest.raises(CloudRefused) as caught:
        asyncio.run(provider(fake_azure).get_cost_analysis())
    assert "Microsoft.CostManagement/query/read" in caught.value.hint


def test_the_catalogue_knows_every_type_of_the_estate(shops: AzureEstate) -> None:
    known = {each.key for each in catalogue().of("azure")}
    assert {kind for _, kind in shops.truth.resources} - {OTHER} == known
