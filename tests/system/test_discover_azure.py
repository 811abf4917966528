"""A live scan of a generated Azure estate over real HTTP, against a truth written down by hand."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from tests.servers import free_port

from cloudviz.catalogue import azure as declared_azure
from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import CloudRefused, Invalid
from cloudviz.inventory.model import Coverage, CoverageStatus, Graph
from cloudviz.normalise import normalise
from cloudviz.sources.azure import AzureProvider, Limits, permissions
from cloudviz.sources.azure.permissions import actions_of
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig, ScanProgress
from fake_clouds.azure import (
    GRAPH,
    TOKEN,
    Behaviour,
    FakeAzure,
    Fault,
    Reply,
    Turn,
    cut,
    drip,
    every_other,
    hang,
    loop,
    refuse,
    say,
    tear,
)
from fake_clouds.azure_estate import MANAGEMENT_GROUP, SUBSCRIPTIONS, build
from fake_clouds.azure_truth import AzureEstate

ONE, TWO = SUBSCRIPTIONS[:2]

QUICK = Limits(backoff=0.01)
"""For tests of a cloud that fails: the first wait after a failure that does not say how long to wait."""

IMPATIENT = Limits(connect=2, read=0.5, call=1, listing=20, sign_in=1, attempts=1, backoff=0.01)
"""For tests of a cloud that does not answer."""

ABOVE = "azure.support.management_group"
OTHER = "azure.other"


@pytest.fixture(scope="module")
def estate() -> AzureEstate:
    return build(size=400, subscriptions=2)


@pytest.fixture(scope="module")
def server(estate: AzureEstate) -> Iterator[FakeAzure]:
    fake = FakeAzure(estate)
    yield fake
    fake.stop()


@pytest.fixture
def fake(server: FakeAzure) -> Iterator[FakeAzure]:
    server.reset()
    yield server
    server.reset()


def provider(fake: FakeAzure, **more: Any) -> AzureProvider:
    return AzureProvider(
        endpoint_url=fake.url, token=more.pop("token", TOKEN), limits=more.pop("limits", QUICK), **more
    )


def scan(
    fake: FakeAzure,
    *,
    subscriptions: Sequence[str] = (),
    regions: Sequence[str] = (),
    types: Sequence[str] = (),
    on_progress: Any = None,
    cancelled: Any = None,
    **more: Any,
) -> DiscoveryResult:
    config = ProviderConfig(subscriptions, regions, types, on_progress, cancelled)
    return asyncio.run(provider(fake, **more).discover_resources(config))


def graph_of(result: DiscoveryResult) -> Graph:
    graph, problems = normalise(result.items())
    assert problems == []
    return graph


def found(result: DiscoveryResult) -> set[tuple[str, str]]:
    return {(each.id, each.type) for each in graph_of(result).resources.values()}


def entries(result: DiscoveryResult, type_key: str) -> list[Coverage]:
    return [entry for entry in result.coverage() if entry.type == type_key]


def unseen(result: DiscoveryResult) -> set[str]:
    """Types that were not wholly seen, besides those that never are."""
    return {
        entry.type
        for entry in result.coverage()
        if entry.status != CoverageStatus.SEEN and entry.type not in (ABOVE, OTHER)
    }


@pytest.fixture(scope="module")
def whole(server: FakeAzure) -> DiscoveryResult:
    server.reset()
    return scan(server)


# -- the estate -----------------------------------------------------------------------------------------------


def test_the_estate_has_every_declared_type(estate: AzureEstate) -> None:
    assert len(estate.truth.resources) >= 400
    assert {kind for _, kind in estate.truth.resources} == {each.key for each in declared_azure.TYPES} | {OTHER}


def test_every_resource_and_nothing_else_is_found(whole: DiscoveryResult, estate: AzureEstate) -> None:
    assert found(whole) == estate.truth.resources


def test_every_link_and_nothing_else_is_found(whole: DiscoveryResult, estate: AzureEstate) -> None:
    links = graph_of(whole).links
    assert {(link.source, link.target, link.kind) for link in links} == estate.truth.links
    assert all(link.resolved for link in links)


def test_everything_sits_where_it_belongs(whole: DiscoveryResult, estate: AzureEstate) -> None:
    resources = graph_of(whole).resources
    assert {key: each.parent for key, each in resources.items() if each.parent} == estate.truth.parents
    assert {key: each.region for key, each in resources.items()} == estate.truth.regions
    assert {each.account for each in resources.values()} == {"", ONE, TWO}
    assert [each.id for each in resources.values() if not each.account] == [
        f"/providers/microsoft.management/managementgroups/{MANAGEMENT_GROUP}"
    ]


def test_names_tags_and_states_are_those_given(whole: DiscoveryResult, estate: AzureEstate) -> None:
    resources = graph_of(whole).resources
    assert {key: each.name for key, each in resources.items()} == estate.truth.names
    assert {key: dict(each.tags) for key, each in resources.items() if each.tags} == estate.truth.tags
    power = {
        each.name[-1]: each.state for each in resources.values() if each.type == "azure.compute.virtual_machine"
    }
    assert power == {"1": "running", "2": "stopped"}
    assert {each.state for each in resources.values() if each.type == "azure.database.sql_server"} == {"running"}
    natives = {each.native_type for each in resources.values() if each.type == "azure.network.gateway"}
    assert natives == {"microsoft.network/virtualnetworkgateways", "microsoft.network/natgateways"}


def test_each_subscription_and_type_is_accounted_for(whole: DiscoveryResult) -> None:
    keys = {each.key for each in declared_azure.TYPES} - {ABOVE}
    seen = {(each.account, each.region, each.type) for each in whole.coverage() if each.status == "seen"}
    assert seen == {(subscription, "", key) for subscription in (ONE, TWO) for key in keys}
    rest = {(each.account, each.type, str(each.status)) for each in whole.coverage() if each.status != "seen"}
    assert rest == {("", ABOVE, "skipped"), (ONE, OTHER, "skipped"), (TWO, OTHER, "skipped")}


def test_small_pages_give_the_same_graph(whole: DiscoveryResult, fake: FakeAzure) -> None:
    fake.page, fake.quota = 70, 1000
    assert graph_of(scan(fake)) == graph_of(whole)
    assert len([call for call in fake.calls if call.table == "resources"]) == 6
    assert any("$skip=1" in call.query for call in fake.calls)


def test_the_quota_is_obeyed(whole: DiscoveryResult, fake: FakeAzure) -> None:
    fake.page, fake.quota, fake.window = 70, 4, 1.0
    assert graph_of(scan(fake)) == graph_of(whole)


def test_types_can_be_chosen_and_their_owners_are_read_but_not_reported(
    fake: FakeAzure, estate: AzureEstate
) -> None:
    result = scan(fake, types=["azure.network.subnet", "azure.storage.file_share"])
    wanted = {
        (key, kind)
        for key, kind in estate.truth.resources
        if kind in ("azure.network.subnet", "azure.storage.file_share")
    }
    assert found(result) == wanted
    assert {entry.type for entry in result.coverage()} == {"azure.network.subnet", "azure.storage.file_share"}
    with pytest.raises(Invalid, match="nothing"):
        scan(fake, types=["azure.compute.nothing"])


def test_regions_can_be_chosen(fake: FakeAzure, estate: AzureEstate) -> None:
    result = scan(fake, regions=["North Europe"])
    regions = estate.truth.regions
    home = ("azure.support.resource_group", "azure.support.subscription", ABOVE)
    expected = {
        (key, kind)
        for key, kind in estate.truth.resources
        if regions[key] in ("northeurope", "global") or kind in home
    }
    assert found(result) == expected
    (entry,) = [each for each in entries(result, "azure.compute.virtual_machine") if each.account == ONE]
    assert (entry.region, entry.status, entry.count) == ("northeurope", "seen", 2)
    (zone,) = [each for each in entries(result, "azure.network.dns_zone") if each.account == ONE]
    assert (zone.region, zone.status) == ("", "seen")


def test_a_scan_of_some_resource_groups_makes_nothing_gone(fake: FakeAzure, estate: AzureEstate) -> None:
    result = scan(fake, resource_groups=["RG-shop-0"])
    inside = {key for key, _ in estate.truth.resources if "/resourcegroups/rg-shop-0" in f"{key}/"}
    assert {key for key, kind in found(result) if kind not in (ABOVE, "azure.support.subscription")} == inside
    assert CoverageStatus.SEEN not in {entry.status for entry in result.coverage()}


def test_subscriptions_can_be_chosen(fake: FakeAzure, estate: AzureEstate) -> None:
    result = scan(fake, subscriptions=[TWO.upper()])
    expected = {
        (key, kind) for key, kind in estate.truth.resources if f"/subscriptions/{TWO}" in key or kind == ABOVE
    }
    assert found(result) == expected


def test_a_subscription_that_is_not_seen_is_denied(fake: FakeAzure) -> None:
    absent = "99999999-0000-4000-8000-000000000009"
    result = scan(fake, subscriptions=[ONE, absent], types=["azure.network.virtual_network"])
    assert [(each.account, str(each.status), each.permission) for each in result.coverage()] == [
        (ONE, "seen", None),
        (absent, "denied", "Microsoft.Resources/subscriptions/read"),
    ]
    with pytest.raises(CloudRefused, match="no subscription"):
        scan(fake, subscriptions=[absent])


def test_subscriptions_below_a_management_group(fake: FakeAzure, estate: AzureEstate) -> None:
    result = scan(fake, management_group=MANAGEMENT_GROUP)
    assert found(result) == estate.truth.resources
    with pytest.raises(CloudRefused, match="authorization") as caught:
        scan(fake, management_group="mg-other")
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
def test_with_one_type_denied_all_the_rest_is_complete(fake: FakeAzure, estate: AzureEstate, action: str) -> None:
    fake.quota = 1000
    fake.deny(action)
    result = scan(fake)
    blind = {each.key for each in declared_azure.TYPES if action in actions_of(each)}
    assert unseen(result) == blind
    for entry in result.coverage():
        if entry.type in blind:
            assert (entry.status, entry.permission) == ("denied", action)
    whole, seen = estate.truth.resources, found(result)
    assert {each for each in whole if each[1] not in blind} == {each for each in seen if each[1] not in blind}
    assert seen <= whole


def test_the_printed_role_is_enough_and_nothing_more_is_asked_for(fake: FakeAzure, estate: AzureEstate) -> None:
    fake.actions = permissions(declared_azure.TYPES)
    result = scan(fake)
    assert unseen(result) == set()
    assert found(result) == {each for each in estate.truth.resources if each[1] != OTHER}


def test_what_may_be_read_is_asked_once_for_each_subscription(fake: FakeAzure) -> None:
    fake.deny("Microsoft.Authorization/permissions/read")
    result = scan(fake, types=["azure.network.virtual_network"])
    assert [(str(each.status), each.permission) for each in result.coverage()] == [
        ("denied", "Microsoft.Authorization/permissions/read"),
    ] * 2
    assert all("what may be read is not known" in str(each.detail) for each in result.coverage())
    assert result.items()
    assert len([call for call in fake.calls if call.path.endswith("/permissions")]) == 2


def test_a_stand_in_without_permissions_is_taken_at_its_word(fake: FakeAzure) -> None:
    fake.is_bare = True
    assert unseen(scan(fake)) == set()


def test_containers_denied_everywhere_are_not_asked_for_each_account(fake: FakeAzure) -> None:
    fake.deny("microsoft.storage/storageaccounts/blobservices/containers/read")
    result = scan(fake)
    (one, two) = entries(result, "azure.storage.blob_container")
    assert (one.status, two.status) == ("denied", "denied")
    assert one.permission == "microsoft.storage/storageaccounts/blobservices/containers/read"
    assert unseen(result) == {"azure.storage.blob_container"}


def test_who_may_not_list_subscriptions_may_name_them(fake: FakeAzure) -> None:
    fake.deny("Microsoft.Resources/subscriptions/read")
    result = scan(fake, subscriptions=[ONE], types=["azure.network.virtual_network"])
    assert unseen(result) == set() and result.items()
    with pytest.raises(CloudRefused, match="could not list subscriptions") as caught:
        scan(fake)
    assert "Microsoft.Resources/subscriptions/read" in caught.value.hint


def test_a_denied_query_is_named_with_its_permission(fake: FakeAzure) -> None:
    action = "Microsoft.Resources/subscriptions/resources/read"
    message = f"The client does not have authorization to perform action '{action}' over scope '/subscriptions/x'"
    fake.faults.append(Fault(refuse(403, "AuthorizationFailed", message), path=GRAPH, table="resources"))
    result = scan(fake, types=["azure.network.*", "azure.support.resource_group"])
    assert {(str(each.status), each.permission) for each in entries(result, "azure.network.firewall")} == {
        ("denied", action)
    }
    assert {each.status for each in entries(result, "azure.support.resource_group")} == {CoverageStatus.SEEN}


# -- a cloud that misbehaves ----------------------------------------------------------------------------------


def test_when_half_of_all_calls_fail_at_first_the_scan_is_complete(
    fake: FakeAzure, whole: DiscoveryResult
) -> None:
    fake.page, fake.quota = 70, 1000
    scan(fake)
    calm = len(fake.calls)
    fake.calls.clear()
    fake.faults.append(Fault(every_other()))
    result = scan(fake)
    assert unseen(result) == set()
    assert graph_of(result) == graph_of(whole)
    assert calm < len(fake.calls) <= calm * 1.5


def test_when_calls_fail_by_chance_the_scan_is_complete(fake: FakeAzure, whole: DiscoveryResult) -> None:
    chance = random.Random(7)

    async def maybe(turn: Turn) -> Reply:
        if chance.random() < 0.5:
            reply = await refuse(chance.choice((429, 503)), "Busy", retry_after="0")(turn)
            assert reply is not None
            return reply
        return turn.honest()

    fake.quota = 1000
    fake.faults.append(Fault(maybe))
    result = scan(fake, limits=Limits(attempts=20, backoff=0.01))
    assert unseen(result) == set()
    assert graph_of(result) == graph_of(whole)


def test_throttling_that_ends_is_waited_out(fake: FakeAzure, whole: DiscoveryResult) -> None:
    throttled = refuse(429, "RateLimiting", retry_after="1", x_ms_user_quota_resets_after="00:00:01")
    fake.faults.append(Fault(throttled, path=GRAPH, times=1))
    assert graph_of(scan(fake)) == graph_of(whole)


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (refuse(429, "RateLimiting", retry_after="3600"), "throttled"),
        (refuse(429, "RateLimiting"), "throttled"),
        (refuse(500, "InternalServerError"), "failed"),
        (refuse(503, "ServiceUnavailable"), "failed"),
        (refuse(504, "GatewayTimeout"), "timeout"),
        (hang(), "timeout"),
        (drip(), "timeout"),
        (cut(), "failed"),
        (tear(), "failed"),
        (tear(honest_length=False), "failed"),
        (tear(0.0), "failed"),
        (say(b"<html><body>Sign in to the hotel's network</body></html>"), "failed"),
        (say(b"[]"), "failed"),
        (say(b'{"data": null}'), "failed"),
        (say(b'{"data": {"columns": 1, "rows": 2}}'), "failed"),
        (say(b'{"data": [], "resultTruncated": "true"}'), "failed"),
        (say(b'{"value": 1}', 302), "failed"),
        (loop(), "failed"),
    ],
    ids=[
        *("429 for an hour", "429 without a word", "500", "503", "504", "hangs", "drips", "cuts the line", "torn"),
        *(
            "ends early",
            "empty",
            "web page",
            "no object",
            "no rows",
            "odd columns",
            "cut off",
            "redirect",
            "circle",
        ),
    ],
)
def test_a_table_that_misbehaves_is_never_taken_to_be_empty(
    fake: FakeAzure, estate: AzureEstate, behaviour: Behaviour, status: str
) -> None:
    fake.page = 70
    fake.faults.append(Fault(behaviour, path=GRAPH, table="resources", after=2))
    result = scan(fake, limits=IMPATIENT)
    seen = {entry.type for entry in result.coverage() if entry.status == "seen"}
    assert seen == {"azure.support.resource_group", "azure.support.subscription", "azure.support.vmss_instance"}
    assert {str(each.status) for each in result.coverage() if each.type not in (*seen, ABOVE)} == {status}
    # What came before it broke is there all the same.
    assert found(result) <= estate.truth.resources
    assert len(found(result)) >= 100


@pytest.mark.parametrize("behaviour", [hang(), cut(), tear(), refuse(500), say(b"{}")])
def test_lists_that_misbehave_cost_nothing_else(
    fake: FakeAzure, estate: AzureEstate, behaviour: Behaviour
) -> None:
    fake.faults.append(Fault(behaviour, path="/blobServices/"))
    result = scan(fake, limits=IMPATIENT)
    assert unseen(result) == {"azure.storage.blob_container"}
    expected = {each for each in estate.truth.resources if each[1] != "azure.storage.blob_container"}
    assert found(result) == expected


def test_a_part_that_does_not_answer_is_left_alone(fake: FakeAzure) -> None:
    fake.faults.append(Fault(hang(), path="/blobServices/"))
    result = scan(fake, limits=IMPATIENT, max_workers=1)
    assert len([call for call in fake.calls if "blobServices" in call.path]) == 3
    one, two = entries(result, "azure.storage.blob_container")
    assert (one.status, two.status) == ("timeout", "timeout")
    assert "no answer" in str(one.detail)
    assert "is not answering; next try in 30 s" in str(two.detail)


def test_one_account_that_denies_leaves_the_other_subscription_seen(fake: FakeAzure, estate: AzureEstate) -> None:
    fake.faults.append(Fault(refuse(403, "AuthorizationFailed"), path="shopstore0/blobServices/"))
    result = scan(fake)
    one, two = entries(result, "azure.storage.blob_container")
    containers = [key for key in estate.truth.of_type("azure.storage.blob_container") if ONE in key]
    assert (one.account, one.status, one.count) == (ONE, "denied", len(containers) - 2)
    assert (two.account, two.status) == (TWO, "seen")


def test_an_account_deleted_while_we_look_is_no_gap(fake: FakeAzure) -> None:
    fake.faults.append(Fault(refuse(404, "ResourceNotFound"), path="shopstore0/"))
    fake.faults.append(Fault(refuse(400, "FeatureNotSupportedForAccount"), path="shopstore1/fileServices"))
    assert unseen(scan(fake)) == set()


def test_a_next_page_on_another_server_is_not_asked_for(fake: FakeAzure) -> None:
    elsewhere = f"http://127.0.0.1:{free_port()}/x"
    fake.faults.append(Fault(say(b'{"value": [], "nextLink": "%s"}' % elsewhere.encode()), path="/blobServices/"))
    result = scan(fake)
    details = {str(each.detail) for each in entries(result, "azure.storage.blob_container")}
    assert details == {"the next page is said to be on another server"}


def test_pages_of_a_list_that_go_round_in_a_circle_end(fake: FakeAzure) -> None:
    async def round_and_round(turn: Turn) -> Reply:
        address = f"{turn.azure.url}{turn.call.path}?api-version=1"
        return Reply(200, b'{"value": [], "nextLink": "%s"}' % address.encode())

    fake.faults.append(Fault(round_and_round, path="/fileServices/"))
    result = scan(fake)
    assert {str(each.detail) for each in entries(result, "azure.storage.file_share")} == {
        "the same next page twice after 2 pages"
    }


class Renewing:
    """Tokens of which the first runs out in the middle of the scan."""

    def __init__(self, fake: FakeAzure) -> None:
        self.fake = fake
        self.renewals = 0

    async def get(self, *, refused: str = "") -> str:
        if refused == "first" and self.renewals == 0:
            self.renewals += 1
        return "second" if self.renewals else "first"


def test_a_token_that_runs_out_is_renewed(fake: FakeAzure, whole: DiscoveryResult) -> None:
    fake.tokens = {"first", "second"}
    fake.page = 70
    tokens = Renewing(fake)

    async def run_out(turn: Turn) -> Reply:
        turn.azure.tokens = {"second"}
        return await refuse(401, "ExpiredAuthenticationToken", "expired")(turn)  # type: ignore[return-value]

    fake.faults.append(Fault(run_out, path=GRAPH, table="resources", after=2, times=1))
    result = scan(fake, token=tokens)
    assert graph_of(result) == graph_of(whole)
    assert tokens.renewals == 1


def test_a_token_that_is_not_accepted_is_one_clear_line(fake: FakeAzure) -> None:
    fake.tokens = {"another"}
    with pytest.raises(CloudRefused, match="ExpiredAuthenticationToken") as caught:
        scan(fake)
    assert "az login" in caught.value.hint
    assert "\n" not in caught.value.one_line()


@pytest.mark.parametrize(
    "behaviour", [hang(), drip(), say(b"<html>hello</html>"), say(b"", 500), say(b"{}"), cut()]
)
def test_an_endpoint_that_is_no_azure_is_one_clear_line(fake: FakeAzure, behaviour: Behaviour) -> None:
    fake.faults.append(Fault(behaviour))
    with pytest.raises(CloudRefused, match="could not list subscriptions"):
        scan(fake, limits=IMPATIENT)


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://x", "http://", "http://127.0.0.1:99999999", "http://u:p@127.0.0.1", "http://[::1"]
)
def test_an_endpoint_that_is_no_address_is_one_clear_line(url: str) -> None:
    with pytest.raises(CloudRefused, match="no address of a server"):
        asyncio.run(AzureProvider(endpoint_url=url, token=TOKEN).discover_resources(ProviderConfig()))


def test_an_endpoint_that_is_not_there_is_one_clear_line() -> None:
    gone = AzureProvider(endpoint_url=f"http://127.0.0.1:{free_port()}", token=TOKEN, limits=IMPATIENT)
    with pytest.raises(CloudRefused, match="ConnectError"):
        asyncio.run(gone.discover_resources(ProviderConfig()))


@pytest.mark.parametrize(
    "config",
    [
        ProviderConfig(accounts=["not-a-uuid"]),
        ProviderConfig(regions=["west'europe"]),
        ProviderConfig(types=["azure.compute.virtual_machines"]),
    ],
)
def test_names_that_cannot_be_are_refused(fake: FakeAzure, config: ProviderConfig) -> None:
    with pytest.raises(Invalid):
        asyncio.run(provider(fake).discover_resources(config))
    assert fake.calls == []


# -- along the way --------------------------------------------------------------------------------------------


def test_progress_counts_up_to_the_end(fake: FakeAzure, whole: DiscoveryResult) -> None:
    steps: list[ScanProgress] = []
    scan(fake, on_progress=steps.append)
    assert [step.done for step in steps] == list(range(1, len(steps) + 1))
    assert steps[-1].done == steps[-1].total
    # Rows that are laid into others, and subnets inside their networks, are counted otherwise.
    assert steps[-1].resources > len(whole.items()) * 0.8


def test_a_scan_that_is_cancelled_skips_the_rest(fake: FakeAzure) -> None:
    fake.page = 70

    def cancelled() -> bool:
        return len(fake.calls) > 8

    result = scan(fake, cancelled=cancelled)
    assert len(fake.calls) < 15
    statuses = {str(each.status) for each in result.coverage() if each.type not in (ABOVE, OTHER)}
    assert "skipped" in statuses and statuses <= {"skipped", "seen"}


def test_a_scan_that_is_cancelled_at_once_asks_for_nothing(fake: FakeAzure) -> None:
    result = scan(fake, cancelled=lambda: True)
    assert result.listings == [] and fake.calls == []


# -- costs ----------------------------------------------------------------------------------------------------


def test_costs_come_from_cost_management_to_the_cent(fake: FakeAzure) -> None:
    analysis = asyncio.run(provider(fake).get_cost_analysis())
    assert [(line.account, line.service, line.region, line.amount, line.currency) for line in analysis.lines] == [
        (subscription, service, region, amount, "EUR")
        for subscription in (ONE, TWO)
        for service, region, amount in (
            ("Bandwidth", "", Decimal("0.1")),
            ("Virtual Machines", "westeurope", Decimal("12.3456789")),
        )
    ]
    assert {line.start for line in analysis.lines} == {"2026-10-01"}


def test_costs_that_are_throttled_wait_for_the_longest_of_three_headers(fake: FakeAzure) -> None:
    waits = {f"x_ms_ratelimit_microsoft.costmanagement_{kind}_retry_after": "0" for kind in ("qpu", "entity")}
    fake.faults.append(Fault(refuse(429, "429", "Too many requests", **waits), path="CostManagement", times=1))
    assert asyncio.run(provider(fake).get_cost_analysis()).lines


def test_denied_costs_name_the_permission(fake: FakeAzure) -> None:
    fake.deny("Microsoft.CostManagement/*")
    with pytest.raises(CloudRefused) as caught:
        asyncio.run(provider(fake).get_cost_analysis())
    assert "Microsoft.CostManagement/query/read" in caught.value.hint


def test_the_catalogue_knows_every_type_of_the_estate(estate: AzureEstate) -> None:
    known = {each.key for each in catalogue().of("azure")}
    assert {kind for _, kind in estate.truth.resources} - {OTHER} == known
