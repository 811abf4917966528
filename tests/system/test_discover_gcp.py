"""A live scan of Google Cloud over real HTTP, against a truth written down by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from cloudviz.catalogue.declare import AssetList
from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import CloudRefused
from cloudviz.inventory.model import Coverage, CoverageStatus, Graph, RawItem, Scope
from cloudviz.normalise import normalise
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.gcp import GcpProvider, Limits
from cloudviz.sources.gcp.methods import lists_before, permission_of
from cloudviz.sources.provider import DiscoveryResult, ProviderConfig, ScanProgress, Seen
from fake_clouds.figures import calls_told
from fake_clouds.gcp import Call, FakeGoogle, Reply, denied, error, half, on, switched_off, throttled
from fake_clouds.gcp_estate import ORGANIZATION, REGION, Estate, Truth, build
from fake_clouds.gcp_permissions import permission_for

SIZE = 220
ASSETS = "cloudasset.googleapis.com"
QUICK = Limits(connect=3, read=1, call=4, listing=20, attempts=3)
"""For tests of a cloud that does not answer."""

HOLDERS = {"gcp.support.folder", "gcp.support.organization"}


class Renewed:
    """Tokens that are numbered, so that a test sees when a new one was fetched."""

    project = identity = ""

    def __init__(self) -> None:
        self.fetched = 0

    async def get(self, *, refused: str = "") -> str:
        if not self.fetched or refused:
            self.fetched += 1
        return f"token-{self.fetched}"


@pytest.fixture(scope="module")
def estate() -> Estate:
    return build(SIZE, 2)


@pytest.fixture(scope="module")
def truth(estate: Estate) -> Truth:
    return estate.truth


@pytest.fixture(scope="module")
def server(estate: Estate) -> Iterator[FakeGoogle]:
    fake = FakeGoogle(estate, page_size=50)
    yield fake
    fake.stop()


@pytest.fixture
def google(server: FakeGoogle) -> Iterator[FakeGoogle]:
    """The fake, behaving until told otherwise."""
    server.clear()
    yield server
    server.clear()


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)


def scan(
    google: FakeGoogle, *, limits: Limits | None = None, provider: dict[str, Any] | None = None, **asked: Any
) -> DiscoveryResult:
    """Scan with the configuration given by keyword; everything that is seen without any."""
    cloud = GcpProvider(endpoint_url=google.url, limits=limits or Limits(), **(provider or {}))
    return asyncio.run(cloud.discover_resources(ProviderConfig(**asked)))


def graph_of(result: DiscoveryResult) -> Graph:
    graph, problems = normalise(result.items())
    assert problems == []
    return graph


def found(graph: Graph) -> set[tuple[str, str]]:
    return {(each.id, each.type) for each in graph.resources.values()}


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(link.source, link.target, link.kind) for link in graph.links}


def gaps(result: DiscoveryResult) -> list[Coverage]:
    return [entry for entry in result.coverage() if entry.status != CoverageStatus.SEEN]


def off() -> Reply:
    return switched_off(ASSETS)


# -- the whole estate ---------------------------------------------------------------------------------------


def test_the_estate_has_every_type_there_is(truth: Truth) -> None:
    assert len(truth.resources) >= SIZE
    assert {kind for _, kind in truth.resources} == {each.key for each in catalogue().of("gcp")} | {"gcp.other"}


@pytest.fixture(scope="module")
def whole(server: FakeGoogle) -> DiscoveryResult:
    server.clear()
    return scan(server, provider={"organization": ORGANIZATION})


def test_every_resource_and_nothing_else_is_found(whole: DiscoveryResult, truth: Truth) -> None:
    assert found(graph_of(whole)) == truth.resources


def test_every_link_and_nothing_else_is_found(whole: DiscoveryResult, truth: Truth) -> None:
    assert links(graph_of(whole)) == truth.links


def test_everything_sits_where_it_belongs(whole: DiscoveryResult, truth: Truth) -> None:
    resources = graph_of(whole).resources
    assert {key: each.parent for key, each in resources.items() if each.parent} == truth.parents
    assert {key: each.account for key, each in resources.items()} == truth.accounts
    assert {key: each.region for key, each in resources.items()} == truth.regions
    assert {key: resources[key].name for key in truth.names} == truth.names


def test_what_google_says_of_them_is_kept(whole: DiscoveryResult) -> None:
    resources = graph_of(whole).resources
    machine = resources[f"//compute.googleapis.com/projects/shop-prod-1/zones/{REGION}-b/instances/web-1"]
    assert (machine.state, machine.zone, machine.tags["env"]) == ("running", f"{REGION}-b", "prod")
    assert machine.properties["size"] == "e2-standard-4"
    table = resources["//bigquery.googleapis.com/projects/shop-prod-1/datasets/sales/tables/orders"]
    assert table.native_type == "bigquery.googleapis.com/Table"
    tunnel = resources[f"//compute.googleapis.com/projects/shop-prod-1/regions/{REGION}/vpnTunnels/office"]
    assert "hunter2" not in repr(tunnel)
    assert not any(key.startswith("@") for key in tunnel.properties["configuration"])
    other = next(each for each in resources.values() if each.type == "gcp.other")
    assert (other.native_type, other.account) == ("aiplatform.googleapis.com/TrainingPipeline", "shop-prod-1")


def test_each_project_and_type_is_accounted_for(whole: DiscoveryResult, estate: Estate) -> None:
    expected = {
        (project, "", each.key)
        for project in estate.projects
        for each in catalogue().of("gcp")
        if each.key not in HOLDERS
    }
    expected |= {(project, "", "gcp.other") for project in estate.projects}
    expected |= {(f"organizations/{ORGANIZATION}", "", key) for key in HOLDERS}
    expected |= {("folders/815", "", "gcp.support.folder")}
    coverage = whole.coverage()
    assert {(each.account, each.region, each.type) for each in coverage} == expected
    assert len(coverage) == len(expected)
    assert {each.status for each in coverage} == {CoverageStatus.SEEN}


def test_projects_are_scanned_as_the_organization_is(google: FakeGoogle, whole: DiscoveryResult) -> None:
    mine = {"shop-prod-1", "shop-prod-2"}
    everything = graph_of(whole)
    expected = {key for key, each in everything.resources.items() if each.account in mine}
    assert set(graph_of(scan(google)).resources) == expected
    google.clear()
    assert set(graph_of(scan(google, accounts=sorted(mine))).resources) == expected
    assert not [call for call in google.calls if call.path == "/v3/projects:search"]
    # Known by its number, it is the same project.
    by_number = graph_of(scan(google, accounts=["100000000002"]))
    assert {each.account for each in by_number.resources.values()} == {"shop-prod-2"}
    folder = graph_of(scan(google, provider={"folder": "815"}))
    assert expected <= set(folder.resources)


def test_a_scan_is_read_in_pages_of_one_query_after_the_numbers_of_projects(
    google: FakeGoogle, whole: DiscoveryResult
) -> None:
    again = scan(google, provider={"organization": ORGANIZATION})
    assert graph_of(again) == graph_of(whole)
    asked = [call for call in google.calls if call.host == ASSETS]
    assert {call.values("pageSize")[0] for call in asked} == {"1000"}
    numbers, *pages, groups = asked
    assert numbers.values("assetTypes") == ["cloudresourcemanager.googleapis.com/Project"]
    assert len(pages) == -(-(SIZE - 2) // 50)  # all but the two product sets, fifty a page
    assert all(not call.values("assetTypes") for call in pages)
    assert len({call.values("pageToken")[0] for call in pages[1:]}) == len(pages) - 1
    assert groups.values("assetTypes")[0] == "compute.googleapis.com/InstanceGroup"
    # All of it at one moment.
    assert {call.values("readTime")[0] for call in asked[1:]} == {"2026-11-24T06:00:00Z"}


def test_only_the_types_asked_for_are_listed(google: FakeGoogle, truth: Truth) -> None:
    wanted = {"gcp.compute.instance", "gcp.ai.vertex_ai", "gcp.network.network"}
    result = scan(google, accounts=["shop-prod-1"], types=sorted(wanted))
    graph = graph_of(result)
    mine = {
        (key, kind) for key, kind in truth.resources if kind in wanted and truth.accounts[key] == "shop-prod-1"
    }
    assert found(graph) == mine
    assert {entry.type for entry in result.coverage()} == wanted
    # Known by the project's number in one name and by its id in the other, it is one network.
    ids = {key for key, _ in mine}
    assert {link for link in truth.links if link[0] in ids and link[1] in ids} <= links(graph)
    (call,) = google.calls
    assert len(call.values("assetTypes")) == 4  # endpoints and models are one type here


def test_only_the_regions_asked_for_are_listed(google: FakeGoogle, truth: Truth) -> None:
    result = scan(google, accounts=["shop-prod-1"], regions=["us-east1"])
    graph = graph_of(result)
    assert {each.region for each in graph.resources.values()} == {"global"}
    result = scan(google, accounts=["shop-prod-1"], regions=[REGION])
    graph = graph_of(result)
    expected = {
        key
        for key, region in truth.regions.items()
        if truth.accounts[key] == "shop-prod-1" and region in (REGION, "global")
    }
    assert set(graph.resources) == expected
    # Nobody may take what is in other regions for gone.
    disks = {entry.region for entry in result.coverage() if entry.type == "gcp.storage.disk"}
    assert disks == {REGION, "global"}
    assert {entry.region for entry in result.coverage() if entry.type == "gcp.network.network"} == {""}


# -- without Cloud Asset Inventory --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [off, lambda: denied("cloudasset.assets.listResource"), lambda: Reply(404, b"<html>not here</html>")],
    ids=["off", "denied", "absent"],
)
def test_without_asset_inventory_the_services_are_asked(google: FakeGoogle, truth: Truth, reply: Any) -> None:
    google.faults.append(on(ASSETS, reply))
    result = scan(google, provider={"organization": ORGANIZATION})
    graph = graph_of(result)
    assert found(graph) == {(key, kind) for key, kind in truth.resources if kind not in HOLDERS}
    missing = truth.links - links(graph)
    assert links(graph) <= truth.links
    assert {kind for _, _, kind in missing if _ not in HOLDERS} <= {"uses", "member_of"}
    # What lies in which folder is told by Cloud Asset Inventory alone.
    assert all("/folders/" in source for source, _, _ in missing)
    assert {entry.type for entry in gaps(result)} == {"gcp.other"}
    assert len([call for call in google.calls if call.host == ASSETS]) == 1


def test_an_organization_is_walked_without_the_right_to_see_its_folders(google: FakeGoogle, truth: Truth) -> None:
    google.faults.append(on(ASSETS, off))
    google.faults.append(
        on(
            "cloudresourcemanager.googleapis.com",
            lambda: denied("resourcemanager.folders.get"),
            "/v3/folders:search",
        )
    )
    types = ["gcp.network.network", "gcp.storage.bucket"]
    expected = {(key, kind) for key, kind in truth.resources if kind in types}
    for holder in ({"organization": ORGANIZATION}, {"folder": "815"}):
        result = scan(google, provider=holder, types=types)
        assert found(graph_of(result)) == expected
        assert gaps(result) == []
    # An organisation that is none of theirs has none of these projects.
    assert found(graph_of(scan(google, provider={"organization": "99"}, types=types))) == set()


@pytest.mark.parametrize("directly", [False, True])
def test_machines_of_unmanaged_groups_that_may_not_be_listed(
    google: FakeGoogle, truth: Truth, directly: bool
) -> None:
    if directly:
        google.faults.append(on(ASSETS, off))
    google.faults.append(
        on("compute.googleapis.com", lambda: denied("compute.instanceGroups.list"), "/listInstances")
    )
    result = scan(google, accounts=["shop-prod-1"], types=["gcp.compute.instance_group"])
    groups = {(key, kind) for key, kind in truth.resources if "/instanceGroup" in key and "shop-prod-1" in key}
    assert found(graph_of(result)) == groups
    (entry,) = result.coverage()
    assert "compute.instanceGroups.list" in f"{entry.permission} {entry.detail}"


def test_tables_whose_details_are_denied_are_there_and_told_of(google: FakeGoogle, truth: Truth) -> None:
    google.faults.append(on(ASSETS, off))
    google.faults.append(on("bigquery.googleapis.com", lambda: denied("bigquery.tables.get"), "/tables/"))
    result = scan(google, accounts=["shop-prod-1"], types=["gcp.data.bigquery"])
    assert len(result.items()) == 2
    (entry,) = result.coverage()
    assert (entry.status, entry.permission) == (CoverageStatus.DENIED, "bigquery.tables.get")


def test_an_api_that_is_switched_off_has_nothing_and_says_so(google: FakeGoogle) -> None:
    google.faults += [on(ASSETS, off), on("spanner.googleapis.com", lambda: switched_off("Cloud Spanner"))]
    result = scan(google, accounts=["shop-prod-1"], types=["gcp.database.*", "gcp.support.spanner_database"])
    entries = {entry.type: entry for entry in result.coverage()}
    for key in ("gcp.database.spanner", "gcp.support.spanner_database"):
        assert (entries[key].status, entries[key].count) == (CoverageStatus.SEEN, 0)
        assert "has not been used in project" in str(entries[key].detail)
    assert entries["gcp.database.cloud_sql"].count == 2
    assert len([call for call in google.calls if call.host == "spanner.googleapis.com"]) == 1


@pytest.fixture(scope="module")
def one_project() -> Iterator[FakeGoogle]:
    fake = FakeGoogle(build(1, 1))
    yield fake
    fake.stop()


def types_that_need(permission: str) -> set[str]:
    """The types that no list tells of without this permission: a node pool is found through its cluster."""
    return {
        each.key
        for each in catalogue().of("gcp")
        if isinstance(each.listing, AssetList)
        for method in (each.listing.direct, *each.listing.also.values())
        if method and permission in {permission_of(name) for name in lists_before(method)}
    }


def deny_one(fake: FakeGoogle, permission: str, types: tuple[str, ...]) -> None:
    """Scan without one permission: what needs it is denied, the rest is complete."""
    fake.clear()
    fake.faults.append(on(ASSETS, off))
    fake.faults.append(lambda call, made: denied(permission) if permission_for(call) == permission else None)
    result = scan(fake, accounts=["shop-prod-1"], types=types)
    looked_at = {entry.type for entry in result.coverage()}
    need = types_that_need(permission) & looked_at
    blind = {entry.type: entry for entry in gaps(result) if entry.type != "gcp.other"}
    assert set(blind) == need
    assert {entry.status for entry in blind.values()} == {CoverageStatus.DENIED}
    assert {entry.permission for entry in blind.values()} == {permission}
    expected = {
        (key, kind) for key, kind in fake.estate.truth.resources if kind in looked_at - need - {"gcp.other"}
    }
    assert expected <= found(graph_of(result))


def test_each_type_denied_in_turn_costs_that_type_alone(one_project: FakeGoogle) -> None:
    turns = {
        permission_of(declared.listing.direct): f"{declared.key.rpartition('.')[0]}.*"
        for declared in catalogue().of("gcp")
        if isinstance(declared.listing, AssetList) and declared.listing.direct
    }
    del turns["resourcemanager.projects.get"]  # the project itself, which is asked for its number first
    assert len(turns) > 45
    for permission, siblings in turns.items():
        deny_one(one_project, permission, (siblings, "gcp.network.network"))


@pytest.mark.parametrize(
    "permission", ["compute.instances.list", "cloudkms.keyRings.list", "storage.buckets.list"]
)
def test_a_list_that_is_denied_costs_a_full_scan_that_list_alone(one_project: FakeGoogle, permission: str) -> None:
    deny_one(one_project, permission, ())


def test_an_asset_type_that_is_not_known_there_is_listed_directly(google: FakeGoogle, truth: Truth) -> None:
    def fault(call: Call, made: int) -> Reply | None:
        if "file.googleapis.com/Instance" in call.values("assetTypes"):
            return error(400, "INVALID_ARGUMENT", "asset type is not supported")
        return None

    google.faults.append(fault)
    result = scan(google, accounts=["shop-prod-1"], types=["gcp.storage.*", "gcp.compute.instance"])
    kinds = {"gcp.storage.bucket", "gcp.storage.disk", "gcp.storage.filestore", "gcp.compute.instance"}
    assert found(graph_of(result)) == {
        (key, kind) for key, kind in truth.resources if kind in kinds and truth.accounts[key] == "shop-prod-1"
    }
    assert gaps(result) == []


def test_places_that_gave_no_answer_are_a_gap(google: FakeGoogle) -> None:
    google.faults.append(on(ASSETS, off))
    partly = {"functions": [], "unreachable": [f"projects/shop-prod-1/locations/{REGION}"]}
    google.faults.append(on("cloudfunctions.googleapis.com", lambda: Reply(body=partly)))
    (entry,) = scan(google, accounts=["shop-prod-1"], types=["gcp.compute.cloud_function"]).coverage()
    assert entry.status == CoverageStatus.FAILED
    assert REGION in str(entry.detail)


# -- a cloud that misbehaves --------------------------------------------------------------------------------


def test_retry_after_is_obeyed(google: FakeGoogle, truth: Truth) -> None:
    google.faults.append(on(ASSETS, lambda: throttled("1"), times=1))
    result = scan(google, accounts=["shop-prod-1"], types=["gcp.network.network"])
    assert gaps(result) == []
    assert len(google.calls) == 2


def test_each_call_is_counted_by_service_and_outcome(google: FakeGoogle) -> None:
    """As a worker tells Prometheus; and no call more or less than Google heard."""
    google.faults.append(on(ASSETS, lambda: throttled("0"), times=2))
    breakers = Breakers()
    scan(google, accounts=["shop-prod-1"], types=["gcp.network.network"], provider={"breakers": breakers})
    told = calls_told(breakers)
    assert told["gcp", ASSETS, "throttled"] == 2 and told["gcp", ASSETS, "answered"] >= 1
    assert sum(told.values()) == len(google.calls)


def test_throttled_for_ever_is_said_so(google: FakeGoogle) -> None:
    google.faults.append(on(ASSETS, throttled))
    result = scan(google, limits=QUICK, accounts=["shop-prod-1"], types=["gcp.network.network"])
    (entry,) = result.coverage()
    assert (entry.status, entry.count) == (CoverageStatus.THROTTLED, 0)
    assert len(google.calls) == QUICK.attempts
    google.clear()
    google.faults.append(on(ASSETS, lambda: throttled("3600")))
    (entry,) = scan(google, accounts=["shop-prod-1"], types=["gcp.network.network"]).coverage()
    assert entry.status == CoverageStatus.THROTTLED
    assert len(google.calls) == 1  # nobody waits for an hour


def test_a_token_that_expires_in_the_middle_is_renewed(google: FakeGoogle, truth: Truth) -> None:
    tokens = Renewed()

    def fault(call: Call, made: int) -> Reply | None:
        late = call.values("pageToken") and call.token == "token-1"
        return error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.") if late else None

    google.faults.append(fault)
    result = scan(google, provider={"organization": ORGANIZATION, "tokens": tokens})
    assert found(graph_of(result)) == truth.resources
    assert tokens.fetched == 2


def test_a_token_that_is_refused_altogether_ends_the_scan(google: FakeGoogle) -> None:
    google.tokens = {"another"}
    with pytest.raises(CloudRefused, match="token was refused") as refused:
        scan(google, accounts=["shop-prod-1"])
    assert "gcloud" in refused.value.hint
    assert len(google.calls) <= 12


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_errors_that_pass_are_outlived(google: FakeGoogle, truth: Truth, status: int) -> None:
    google.faults.append(on(ASSETS, lambda: error(status, "UNAVAILABLE", "Try again"), times=1))
    result = scan(google, accounts=["shop-prod-1"], types=["gcp.network.network"])
    assert gaps(result) == []
    assert len(result.items()) == 2


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (lambda: Reply(hang=True), CoverageStatus.TIMEOUT),
        (lambda: Reply(body={"assets": [{"name": "//x"}] * 50}, torn=True), CoverageStatus.FAILED),
        (lambda: Reply(body={"assets": []}, reset=True), CoverageStatus.FAILED),
        (lambda: error(500, "INTERNAL", "Internal error"), CoverageStatus.FAILED),
        (lambda: Reply(504, b"<html>gateway</html>"), CoverageStatus.TIMEOUT),
        (lambda: Reply(body=b"[]"), CoverageStatus.FAILED),
    ],
    ids=["hang", "torn", "reset", "500", "504", "list"],
)
def test_what_was_seen_before_it_broke_is_kept(
    google: FakeGoogle, truth: Truth, reply: Any, status: CoverageStatus
) -> None:
    def fault(call: Call, made: int) -> Reply | None:
        return reply() if call.host == ASSETS and call.values("pageToken") else None

    google.faults.append(fault)
    result = scan(google, limits=QUICK, provider={"organization": ORGANIZATION})
    blind = gaps(result)
    assert {entry.status for entry in blind} == {status}
    assert all(entry.detail for entry in blind)
    kept = found(graph_of(result))
    assert kept < truth.resources
    assert len(kept) >= 45


def test_a_page_token_that_goes_round_ends_the_list(google: FakeGoogle) -> None:
    page = {"assets": [], "nextPageToken": "again"}
    google.faults.append(on(ASSETS, lambda: Reply(body=page)))
    result = scan(google, accounts=["shop-prod-1"], types=["gcp.network.network"])
    (entry,) = result.coverage()
    assert entry.status == CoverageStatus.FAILED
    assert "same page token twice" in str(entry.detail)
    assert len(google.calls) == 2


@pytest.mark.parametrize("directly", [False, True])
def test_half_of_all_calls_failing_once_costs_half_as_many_again(
    google: FakeGoogle, truth: Truth, directly: bool
) -> None:
    if directly:
        google.faults.append(on(ASSETS, off))
    scan(google)
    smooth = len(google.calls)
    google.clear()
    if directly:
        google.faults.append(on(ASSETS, off))
    google.faults.append(half([throttled, lambda: error(503, "UNAVAILABLE", "The service is unavailable.")]))
    result = scan(google)
    assert {entry.type for entry in gaps(result)} <= {"gcp.other"}
    assert found(graph_of(result)) == {(key, kind) for key, kind in truth.resources if kind not in HOLDERS}
    assert len(google.calls) <= 1.5 * smooth + 1


def test_no_answer_at_all_is_one_clear_refusal() -> None:
    provider = GcpProvider(endpoint_url="http://127.0.0.1:1", limits=QUICK)
    with pytest.raises(CloudRefused, match=r"no answer from http://127\.0\.0\.1:1"):
        asyncio.run(provider.discover_resources(ProviderConfig(accounts=("shop-prod-1",))))


def test_a_project_that_is_not_seen_costs_the_others_nothing(google: FakeGoogle, truth: Truth) -> None:
    result = scan(google, accounts=["shop-prod-1", "not-mine"], types=["gcp.network.network"])
    by_account = {entry.account: entry for entry in result.coverage()}
    assert by_account["shop-prod-1"].status == CoverageStatus.SEEN
    assert by_account["shop-prod-1"].count == 2
    assert by_account["not-mine"].count == 0


def test_a_cancelled_scan_says_what_it_skipped(google: FakeGoogle) -> None:
    stop: list[ScanProgress] = []
    result = scan(
        google,
        provider={"organization": ORGANIZATION},
        on_progress=stop.append,
        cancelled=lambda: len(stop) >= 2,
    )
    assert {entry.status for entry in result.coverage()} == {CoverageStatus.SKIPPED}
    assert len(google.calls) == 3  # the numbers of the projects, and two pages of fifty
    # Groups of machines come after the pages.
    assert [step.resources for step in stop[:2]] == [47, 97]


def test_progress_counts_up_to_the_whole(google: FakeGoogle) -> None:
    steps: list[ScanProgress] = []
    scan(google, on_progress=steps.append)
    assert (steps[-1].done, steps[-1].total) == (2, 2)
    assert [step.resources for step in steps] == sorted(step.resources for step in steps)


def test_a_function_that_two_asset_types_tell_of_is_there_once(google: FakeGoogle) -> None:
    name = f"projects/shop-prod-1/locations/{REGION}/functions/old"
    body = {"name": name, "status": "ACTIVE", "runtime": "python39"}
    both = [
        {
            "name": f"//cloudfunctions.googleapis.com/{name}",
            "assetType": f"cloudfunctions.googleapis.com/{word}",
            "resource": {"data": {**body, "runtime": runtime}, "location": REGION},
        }
        for word, runtime in (("Function", "python312"), ("CloudFunction", "python39"))
    ]
    for page in (both, both[::-1]):
        google.clear()
        google.faults.append(on(ASSETS, lambda page=page: Reply(body={"assets": page})))  # type: ignore[misc]
        result = scan(google, accounts=["shop-prod-1"], types=["gcp.compute.cloud_function"])
        assert [entry.count for entry in result.coverage()] == [1]
        (function,) = graph_of(result).resources.values()
        assert function.properties["runtime"] == "python312"


def test_what_is_of_no_declared_type_is_kept_but_for_settings(google: FakeGoogle) -> None:
    at = "projects/shop-prod-1"
    assets = [
        {
            "name": f"//{word.split('/')[0]}/{at}/{name}",
            "assetType": word,
            "resource": {"data": {"name": f"{at}/{name}", "labels": {"a": "b"}}, "location": REGION},
        }
        for word, name in (
            ("serviceusage.googleapis.com/Service", "services/compute.googleapis.com"),
            ("iam.googleapis.com/ServiceAccountKey", "serviceAccounts/x/keys/1"),
            ("composer.googleapis.com/Environment", f"locations/{REGION}/environments/flows"),
        )
    ]
    google.faults.append(on(ASSETS, lambda: Reply(body={"assets": assets})))
    result = scan(google, accounts=["shop-prod-1"])
    (other,) = [each for each in graph_of(result).resources.values() if each.type == "gcp.other"]
    assert other.id == f"//composer.googleapis.com/{at}/locations/{REGION}/environments/flows"
    assert (other.native_type, other.account, other.region, dict(other.tags)) == (
        "composer.googleapis.com/Environment",
        "shop-prod-1",
        REGION,
        {"a": "b"},
    )


@pytest.mark.parametrize(
    "data",
    [None, [], "text", {}, {"name": ["x"]}, {"selfLink": {"a": 1}, "labels": [1, 2], "zone": 7}],
    ids=repr,
)
def test_an_odd_asset_never_loses_a_scan(google: FakeGoogle, data: Any) -> None:
    odd = {
        "name": "//compute.googleapis.com/projects/shop-prod-1/zones/a/instances/<script>\u202e",
        "assetType": "compute.googleapis.com/Instance",
        "resource": {"data": data, "location": "europe-west1-b"},
    }
    page = {"assets": [odd, None, 7, {"name": 7}, {"resource": []}]}
    google.faults.append(on(ASSETS, lambda: Reply(body=page)))
    result = scan(google, accounts=["shop-prod-1"], types=["gcp.compute.instance"])
    graph, problems = normalise(result.items())
    assert len(graph.resources) + len(problems) == 1
    assert gaps(result) == []


# -- the same thing from elsewhere --------------------------------------------------------------------------


def test_a_scan_and_a_state_name_the_same_things(whole: DiscoveryResult) -> None:
    live = graph_of(whole).resources
    scope = Scope("gcp", "shop-prod-1", REGION)
    at = f"projects/shop-prod-1/locations/{REGION}"
    states = [
        ("google_cloud_run_v2_service", {"name": "api", "id": f"{at}/services/api"}),
        (
            "google_cloud_run_service",
            {"name": "jobs", "id": f"locations/{REGION}/namespaces/shop-prod-1/services/jobs"},
        ),
        ("google_pubsub_topic", {"name": "orders", "id": "projects/shop-prod-1/topics/orders"}),
        ("google_secret_manager_secret", {"name": "projects/100000000001/secrets/api-key", "id": "x"}),
        ("google_memcache_instance", {"name": "pages", "id": f"{at}/instances/pages"}),
        ("google_spanner_instance", {"name": "ledger", "id": "shop-prod-1/ledger"}),
        ("google_dns_managed_zone", {"name": "internal", "managed_zone_id": 77001}),
        ("google_kms_crypto_key", {"name": "disks", "id": f"{at}/keyRings/shop/cryptoKeys/disks"}),
        ("google_service_account", {"email": "app@shop-prod-1.iam.gserviceaccount.com", "account_id": "app"}),
        ("google_project", {"project_id": "shop-prod-1", "number": "100000000001", "name": "Shop 1"}),
        (
            "google_filestore_instance",
            {"name": "share", "id": f"projects/shop-prod-1/locations/{REGION}-b/instances/share"},
        ),
        ("google_bigquery_dataset", {"dataset_id": "sales", "project": "shop-prod-1"}),
        (
            "google_app_engine_application",
            {"app_id": "shop-prod-1", "id": "shop-prod-1", "name": "apps/shop-prod-1"},
        ),
    ]
    from cloudviz.inventory.model import Shape

    items = [RawItem(scope, name, body, shape=Shape.TERRAFORM) for name, body in states]
    graph, problems = normalise(items)
    assert problems == []
    assert {key for key in graph.resources if key not in live} == set()
    assert len(graph.resources) == len(states)
    assert isinstance(whole.listings[0], Seen)
