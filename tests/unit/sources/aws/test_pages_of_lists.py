"""A list of many pages is handed over as it comes, and says at its end what was seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.aws import AwsProvider
from cloudviz.sources.provider import NotSeen, Part, ProviderConfig, Seen
from fake_clouds import aws_bulk

PAGES = ["/0.000000", "/0.000001", "/0.000002", ""]
TYPES = ("aws.ec2.instance", "aws.ec2.vpc")


class Tearing(aws_bulk.BulkAws):
    """Tears the answers from some page on."""

    torn_from = 10**6

    def _answer(self, headers: dict[str, str], body: bytes) -> tuple[bytes, str]:
        if b"NextToken=expired" in body:
            said = b"<Code>InvalidNextToken</Code><Message>The token has expired.</Message>"
            return b"<Response><Errors><Error>" + said + b"</Error></Errors></Response>", "text/xml"
        content, kind = super()._answer(headers, body)
        is_torn = b"DescribeInstances" in body and any(
            f"NextToken={page}".encode() in body for page in range(self.torn_from, 10)
        )
        return (content[: len(content) // 2] if is_torn else content), kind


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tearing]:
    monkeypatch.setattr(aws_bulk, "PAGE", 10)
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    fake = Tearing(105)  # 35 machines: four pages
    yield fake
    fake.stop()


async def scanned(cloud: Tearing, **more: Any) -> list[Part]:
    provider = AwsProvider(endpoint_url=cloud.url)
    return [part async for part in provider.scan(ProviderConfig(types=TYPES, **more))]


async def test_pages_are_handed_over_as_they_come(cloud: Tearing) -> None:
    progress = []
    parts = [part for part in await scanned(cloud, on_progress=progress.append) if "aws.ec2.instance" in part.key]
    assert [part.key.rpartition("aws.ec2.instance")[2] for part in parts] == PAGES
    assert [part.is_whole for part in parts] == [True, True, True, None]
    assert not any(part.goes_on for part in parts)
    assert [[len(each.items) for each in part.listings] for part in parts] == [[10], [10], [10], [5]]
    assert all(type(each) is Seen for part in parts for each in part.listings)
    ids = [item.body["InstanceId"] for part in parts for each in part.listings for item in each.items]
    assert ids == [f"i-{n:017x}" for n in range(1, 36)]
    assert (progress[-1].done, progress[-1].total, progress[-1].resources) == (2, 2, 36)


async def test_a_list_of_one_page_is_one_part(cloud: Tearing) -> None:
    parts = [part for part in await scanned(cloud) if part.key.endswith("aws.ec2.vpc")]
    assert [(part.goes_on, len(part.listings)) for part in parts] == [(False, 1)]


@pytest.mark.parametrize(("torn_from", "there"), [(1, 10), (2, 20), (3, 30)])
async def test_a_list_that_breaks_is_not_seen_and_loses_nothing(
    cloud: Tearing, torn_from: int, there: int
) -> None:
    cloud.torn_from = torn_from
    parts = [part for part in await scanned(cloud) if "aws.ec2.instance" in part.key]
    last = parts[-1]
    assert not last.key.endswith("0")
    (listing,) = last.listings
    assert isinstance(listing, NotSeen) and listing.status is CoverageStatus.FAILED
    items = [item for part in parts for each in part.listings for item in each.items]
    assert len(items) == there
    assert len({item.body["InstanceId"] for item in items}) == there


async def test_all_together_there_is_one_listing_for_a_place(cloud: Tearing) -> None:
    cloud.torn_from = 2
    found = await AwsProvider(endpoint_url=cloud.url).discover_resources(ProviderConfig(types=TYPES))
    assert [(each.type, str(each.status), each.count) for each in found.coverage()] == [
        ("aws.ec2.instance", "failed", 20),
        ("aws.ec2.vpc", "seen", 1),
    ]


async def test_a_scan_that_is_resumed_goes_on_behind_the_last_page_that_was_written_down(cloud: Tearing) -> None:
    cloud.torn_from = 2
    first = {part.key: part for part in await scanned(cloud) if "aws.ec2.instance" in part.key}
    written = {key: part.note for key, part in first.items() if part.is_whole}
    cloud.torn_from = 10**6
    before = cloud.calls.count("DescribeInstances")
    parts = [part for part in await scanned(cloud, done=written) if "aws.ec2.instance" in part.key]
    assert cloud.calls.count("DescribeInstances") - before == 2  # of four pages
    assert [part.key.rpartition("aws.ec2.instance")[2] for part in parts] == PAGES[2:]
    found = [each for part in parts for each in part.listings]
    assert all(type(each) is Seen for each in found)
    assert [item.body["InstanceId"] for each in found for item in each.items] == [
        f"i-{n:017x}" for n in range(21, 36)
    ]


async def test_a_list_begins_anew_where_its_token_is_refused(cloud: Tearing) -> None:
    done = {
        f"{aws_bulk.ACCOUNT}/{aws_bulk.REGION}/aws.ec2.instance{PAGES[page]}": {
            "next": f'{{"NextToken":"{token}"}}',
            "counts": [["aws.ec2.instance", aws_bulk.REGION, 10]],
        }
        for page, token in enumerate(("1", "expired"))
    }
    parts = [part for part in await scanned(cloud, done=done) if "aws.ec2.instance" in part.key]
    assert [part.key.rpartition("aws.ec2.instance")[2] for part in parts] == [
        *(page.replace("/0", "/1") for page in PAGES[:3]),
        "",
    ]
    assert set(parts[0].replaces) == set(done)
    assert sum(len(each.items) for part in parts for each in part.listings) == 35
