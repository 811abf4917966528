"""A detail that may not be read changes nothing: what was known of it stays, and coverage names the gap."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.tiers import nightly_after

from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.document import to_bytes
from cloudviz.inventory.model import DiscoveryInfo, Inventory
from cloudviz.inventory.select import Selection
from cloudviz.jobs.discover import DiscoveryOutcome, discover
from cloudviz.sources.aws import AwsProvider, Limits
from cloudviz.sources.aws.model import action
from cloudviz.sources.aws.plan import plan
from cloudviz.sources.provider import CloudProvider, ProviderConfig
from cloudviz.store import migrate, open_store
from fake_clouds.aws_estate import REGIONS
from fake_clouds.aws_faults import Call, Fault, FaultyAws, deny
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import CREDENTIALS

pytestmark = [pytest.mark.moto, pytest.mark.usefixtures("aws_credentials")]

TAGS = "tag:GetResources"


def details() -> dict[tuple[str, str], list[str]]:
    """(call of a detail, the list it is of) → the types whose bodies it completes."""
    known = catalogue()
    found: dict[tuple[str, str], list[str]] = {}
    for unit in plan(known, known.of("aws"), ["eu-west-1"]):
        for detail, keys in unit.details:
            call = action(detail.service or unit.call.service, detail.operation)
            PERMISSIONS[call] = detail.permission or call
            types = found.setdefault((call, unit.call.operation), [])
            types.extend(key for key in sorted(keys) if key not in types)
    return found


PERMISSIONS: dict[str, str] = {}
"""What IAM calls each of these calls."""

DETAILS = details()

MOTO_ERRS = {
    # Its list tells the present as the time at which each was made, its description another.
    "athena:GetWorkGroup",
}
"""Details of which moto's list tells what contradicts them, each with its reason."""


@dataclass
class Denied(Fault):
    """Every call of one name is denied."""

    call: str = ""

    def takes(self, call: Call) -> bool:
        return call.permission in (self.call, PERMISSIONS.get(self.call))


def denied(call: str) -> Denied:
    return Denied(deny(named=False), call=call)


class Home:
    """A database and what scans into it came to."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def scan(self, cloud: CloudProvider, *types: str, regions: tuple[str, ...] = ()) -> DiscoveryOutcome:
        async def work() -> DiscoveryOutcome:
            url = f"sqlite:///{self.file}"
            await migrate(url)
            async with await open_store(url) as store:
                key = await store.discoveries.create("aws", "aws:default", {})
                return await discover(store, cloud, ProviderConfig(regions=regions, types=types), key)

        return asyncio.run(work())

    def inventory(self) -> bytes:
        async def work() -> Inventory:
            async with await open_store(f"sqlite:///{self.file}") as store:
                return await store.inventories.inventory(Selection())

        found = asyncio.run(work())
        found.discovery, found.coverage = DiscoveryInfo("", "", ""), []
        return to_bytes(found)


def moved(outcome: DiscoveryOutcome) -> tuple[int, int, int]:
    return outcome.changes.added, outcome.changes.changed, outcome.changes.removed


@pytest.fixture(scope="module")
def scanned(
    faulty_server: FaultyAws, all_aws_truth: Truth, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    """A store that has seen everything of the estate once, with every detail."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            if value:
                patch.setenv(name, value)
        home = Home(tmp_path_factory.mktemp("scanned") / "cloudviz.db")
        outcome = home.scan(amazon(faulty_server), regions=REGIONS)
        assert outcome.gaps == [] and outcome.resources >= len(all_aws_truth.resources)
        again = home.scan(amazon(faulty_server), regions=REGIONS)
        assert moved(again) == (0, 0, 0)
        yield home


def amazon(faulty: FaultyAws) -> AwsProvider:
    return AwsProvider(endpoint_url=faulty.url, limits=Limits(attempts=2))


@pytest.mark.parametrize(("call", "listing"), nightly_after(0, sorted(DETAILS), every=8))
def test_a_denied_detail_changes_nothing(
    call: str, listing: str, faulty_aws: FaultyAws, scanned: Home, all_aws_truth: Truth, tmp_path: Path
) -> None:
    home = Home(Path(shutil.copy(scanned.file, tmp_path / "cloudviz.db")))
    whole, types = home.inventory(), DETAILS[call, listing]
    # The bulk API would give the tags that the detail's own call does not.
    faulty_aws.faults.extend([denied(call), denied(TAGS)])
    poorer = home.scan(amazon(faulty_aws), *types, regions=REGIONS)
    if call not in MOTO_ERRS:
        assert moved(poorer) == (0, 0, 0)
        assert home.inventory() == whole
    if call in faulty_aws.permissions() or PERMISSIONS[call] in faulty_aws.permissions():
        assert {gap.type for gap in poorer.gaps} & set(types)
        assert {gap.permission for gap in poorer.gaps} & {PERMISSIONS[call], TAGS}
    faulty_aws.clear()
    richer = home.scan(amazon(faulty_aws), *types, regions=REGIONS)
    assert richer.gaps == []
    assert call in MOTO_ERRS or moved(richer) == (0, 0, 0)
    assert home.inventory() == whole
