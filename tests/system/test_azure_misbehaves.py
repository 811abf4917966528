"""A live scan of an Azure that throttles, hangs, tears and lies: nothing is ever taken to be empty."""

from __future__ import annotations

import asyncio
import random

import pytest
from tests.servers import free_port

from cloudviz.errors import CloudRefused, Invalid
from cloudviz.sources.azure import AzureProvider, Limits
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig
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
from fake_clouds.azure_scan import (
    ABOVE,
    IMPATIENT,
    ONE,
    TWO,
    entries,
    found,
    graph_of,
    provider,
    scan,
    unseen,
)
from fake_clouds.azure_truth import AzureEstate
from fake_clouds.figures import calls_told


def test_when_half_of_all_calls_fail_at_first_the_scan_is_complete(
    fake_azure: FakeAzure, whole_azure: DiscoveryResult
) -> None:
    fake_azure.page, fake_azure.quota = 70, 1000
    scan(fake_azure)
    calm = len(fake_azure.calls)
    fake_azure.calls.clear()
    fake_azure.faults.append(Fault(every_other()))
    result = scan(fake_azure)
    assert unseen(result) == set()
    assert graph_of(result) == graph_of(whole_azure)
    assert calm < len(fake_azure.calls) <= calm + (calm + 1) // 2


def test_when_calls_fail_by_chance_the_scan_is_complete(
    fake_azure: FakeAzure, whole_azure: DiscoveryResult
) -> None:
    chance = random.Random(7)

    async def maybe(turn: Turn) -> Reply:
        if chance.random() < 0.5:
            reply = await refuse(chance.choice((429, 503)), "Busy", retry_after="0")(turn)
            assert reply is not None
            return reply
        return turn.honest()

    fake_azure.quota = 1000
    fake_azure.faults.append(Fault(maybe))
    result = scan(fake_azure, limits=Limits(attempts=20, backoff=0.01))
    assert unseen(result) == set()
    assert graph_of(result) == graph_of(whole_azure)


def test_each_call_is_counted_by_service_and_outcome(fake_azure: FakeAzure) -> None:
    """As a worker tells Prometheus; and no call more or less than Azure heard."""
    throttled = refuse(429, "RateLimiting", retry_after="0", x_ms_user_quota_resets_after="00:00:00")
    fake_azure.faults.append(Fault(throttled, path=GRAPH, times=2))
    breakers = Breakers()
    scan(fake_azure, subscriptions=[ONE], types=["azure.network.virtual_network"], breakers=breakers)
    told = calls_told(breakers)
    graph = "Microsoft.Resources"  # as the right to ask Resource Graph names it
    assert told["azure", graph, "throttled"] == 2 and told["azure", graph, "answered"] >= 1
    assert sum(told.values()) == len(fake_azure.calls)


def test_throttling_that_ends_is_waited_out(fake_azure: FakeAzure, whole_azure: DiscoveryResult) -> None:
    throttled = refuse(429, "RateLimiting", retry_after="1", x_ms_user_quota_resets_after="00:00:01")
    fake_azure.faults.append(Fault(throttled, path=GRAPH, times=1))
    assert graph_of(scan(fake_azure)) == graph_of(whole_azure)


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
    fake_azure: FakeAzure, shops: AzureEstate, behaviour: Behaviour, status: str
) -> None:
    fake_azure.page = 70
    fake_azure.faults.append(Fault(behaviour, path=GRAPH, table="resources", after=3))
    result = scan(fake_azure, limits=IMPATIENT)
    seen = {entry.type for entry in result.coverage() if entry.status == "seen"}
    zones = {"azure.network.dns_zone", "azure.support.private_dns_zone"}  # a query of their own
    assert seen - zones == {
        "azure.support.resource_group",
        "azure.support.subscription",
        "azure.support.vmss_instance",
    }
    assert {str(each.status) for each in result.coverage() if each.type not in (*seen, ABOVE)} == {status}
    # What came before it broke is there all the same.
    assert found(result) <= shops.truth.resources
    assert len(found(result)) >= 100


@pytest.mark.parametrize("behaviour", [hang(), cut(), tear(), refuse(500), say(b"{}")])
def test_lists_that_misbehave_cost_nothing_else(
    fake_azure: FakeAzure, shops: AzureEstate, behaviour: Behaviour
) -> None:
    fake_azure.faults.append(Fault(behaviour, path="/blobServices/"))
    result = scan(fake_azure, limits=IMPATIENT)
    assert unseen(result) == {"azure.storage.blob_container"}
    expected = {each for each in shops.truth.resources if each[1] != "azure.storage.blob_container"}
    assert found(result) == expected


def test_a_part_that_does_not_answer_is_left_alone(fake_azure: FakeAzure) -> None:
    fake_azure.faults.append(Fault(hang(), path="/blobServices/"))
    result = scan(fake_azure, limits=IMPATIENT, max_workers=1)
    assert len([call for call in fake_azure.calls if "blobServices" in call.path]) == 3
    one, two = entries(result, "azure.storage.blob_container")
    assert (one.status, two.status) == ("timeout", "timeout")
    assert "no answer" in str(one.detail)
    assert "is not answering; next try in 30 s" in str(two.detail)


def test_one_account_that_denies_leaves_the_other_subscription_seen(
    fake_azure: FakeAzure, shops: AzureEstate
) -> None:
    fake_azure.faults.append(Fault(refuse(403, "AuthorizationFailed"), path="shopstore0/blobServices/"))
    result = scan(fake_azure)
    one, two = entries(result, "azure.storage.blob_container")
    containers = [key for key in shops.truth.of_type("azure.storage.blob_container") if ONE in key]
    assert (one.account, one.status, one.count) == (ONE, "denied", len(containers) - 2)
    assert (two.account, two.status) == (TWO, "seen")


def test_an_account_deleted_while_we_look_is_no_gap(fake_azure: FakeAzure) -> None:
    fake_azure.faults.append(Fault(refuse(404, "ResourceNotFound"), path="shopstore0/"))
    fake_azure.faults.append(Fault(refuse(400, "FeatureNotSupportedForAccount"), path="shopstore1/fileServices"))
    assert unseen(scan(fake_azure)) == set()


def test_a_next_page_on_another_server_is_not_asked_for(fake_azure: FakeAzure) -> None:
    elsewhere = f"http://127.0.0.1:{free_port()}/x"
    fake_azure.faults.append(
        Fault(say(b'{"value": [], "nextLink": "%s"}' % elsewhere.encode()), path="/blobServices/")
    )
    result = scan(fake_azure)
    details = {str(each.detail) for each in entries(result, "azure.storage.blob_container")}
    assert details == {"the next page is said to be on another server"}


def test_pages_of_a_list_that_go_round_in_a_circle_end(fake_azure: FakeAzure) -> None:
    async def round_and_round(turn: Turn) -> Reply:
        address = f"{turn.azure.url}{turn.call.path}?api-version=1"
        return Reply(200, b'{"value": [], "nextLink": "%s"}' % address.encode())

    fake_azure.faults.append(Fault(round_and_round, path="/fileServices/"))
    result = scan(fake_azure)
    assert {str(each.detail) for each in entries(result, "azure.storage.file_share")} == {
        "the same next page twice after 2 pages"
    }


class Renewing:
    """Tokens of which the first runs out in the middle of the scan."""

    def __init__(self, fake_azure: FakeAzure) -> None:
        self.fake = fake_azure
        self.renewals = 0

    async def get(self, *, refused: str = "") -> str:
        if refused == "first" and self.renewals == 0:
            self.renewals += 1
        return "second" if self.renewals else "first"


def test_a_token_that_runs_out_is_renewed(fake_azure: FakeAzure, whole_azure: DiscoveryResult) -> None:
    fake_azure.tokens = {"first", "second"}
    fake_azure.page = 70
    tokens = Renewing(fake_azure)

    async def run_out(turn: Turn) -> Reply:
        turn.azure.tokens = {"second"}
        return await refuse(401, "ExpiredAuthenticationToken", "expired")(turn)  # type: ignore[return-value]

    fake_azure.faults.append(Fault(run_out, path=GRAPH, table="resources", after=2, times=1))
    result = scan(fake_azure, token=tokens)
    assert graph_of(result) == graph_of(whole_azure)
    assert tokens.renewals == 1


def test_a_token_that_is_not_accepted_is_one_clear_line(fake_azure: FakeAzure) -> None:
    fake_azure.tokens = {"another"}
    with pytest.raises(CloudRefused, match="ExpiredAuthenticationToken") as caught:
        scan(fake_azure)
    assert "az login" in caught.value.hint
    assert "\n" not in caught.value.one_line()


@pytest.mark.parametrize(
    "behaviour", [hang(), drip(), say(b"<html>hello</html>"), say(b"", 500), say(b"{}"), cut()]
)
def test_an_endpoint_that_is_no_azure_is_one_clear_line(fake_azure: FakeAzure, behaviour: Behaviour) -> None:
    fake_azure.faults.append(Fault(behaviour))
    with pytest.raises(CloudRefused, match="could not list subscriptions"):
        scan(fake_azure, limits=IMPATIENT)


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
def test_names_that_cannot_be_are_refused(fake_azure: FakeAzure, config: ProviderConfig) -> None:
    with pytest.raises(Invalid):
        asyncio.run(provider(fake_azure).discover_resources(config))
    assert fake_azure.calls == []
