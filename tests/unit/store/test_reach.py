"""Which scopes a coverage takes in: only there can a thing be gone."""

from __future__ import annotations

import pytest

from cloudviz.inventory.model import Coverage
from cloudviz.store.reach import Reach

MACHINES = ("aws", "1", "eu-west-1", "aws.ec2.instance")


def entry(status: str, provider="aws", account="1", region="eu-west-1", kind="aws.ec2.instance") -> Coverage:
    return Coverage(provider, account, region, kind, status)


def test_nothing_looked_at_says_nothing():
    assert Reach([]).verdict(MACHINES) is None


@pytest.mark.parametrize(
    "status", ["denied", "throttled", "timeout", "failed", "unsupported", "skipped", "???", ""]
)
def test_every_word_but_seen_is_a_gap(status: str):
    assert Reach([entry(status)]).verdict(MACHINES) is False


def test_a_scope_is_taken_in_by_all_four_of_its_words():
    reach = Reach([entry("seen")])
    assert reach.verdict(MACHINES) is True
    for place, word in enumerate(("gcp", "2", "us-east-1", "aws.ec2.volume")):
        assert reach.verdict((*MACHINES[:place], word, *MACHINES[place + 1 :])) is None


@pytest.mark.parametrize("any_word", ["", "*"])
def test_an_open_word_takes_in_everything(any_word: str):
    assert Reach([entry("seen", account=any_word)]).verdict(MACHINES) is True
    assert Reach([entry("seen", region=any_word)]).verdict(MACHINES) is True
    assert Reach([entry("seen", provider=any_word)]).verdict(MACHINES) is True
    assert Reach([entry("seen", kind=any_word)]).verdict(MACHINES) is True


def test_types_may_be_patterns():
    reach = Reach([entry("seen", kind="aws.ec2.*")])
    assert reach.verdict(MACHINES) is True
    assert reach.verdict((*MACHINES[:3], "aws.s3.bucket")) is None


def test_a_gap_wins_wherever_it_stands():
    for entries in (
        [entry("seen"), entry("denied")],
        [entry("denied"), entry("seen")],
        [entry("seen"), entry("denied", region="")],
        [entry("seen", region="*"), entry("denied")],
        [entry("seen"), entry("denied", kind="aws.*")],
    ):
        assert Reach(entries).verdict(MACHINES) is False


@pytest.mark.parametrize("region", ["", "global"])
def test_a_listing_of_the_whole_account_takes_in_every_region(region: str):
    bucket = ("aws", "1", "eu-central-1", "aws.s3.bucket")
    assert Reach([entry("seen", region=region, kind="aws.s3.bucket")]).verdict(bucket) is True
    assert Reach([entry("denied", region=region, kind="aws.s3.bucket")]).verdict(bucket) is False
    assert Reach([entry("seen", account="2", region=region, kind="aws.s3.bucket")]).verdict(bucket) is None


def test_global_beside_regions_is_one_of_them():
    """A scan of two places of GCP's addresses says nothing of a third."""
    kind = "gcp.compute.address"
    reach = Reach([entry("seen", "gcp", "p", region, kind) for region in ("global", "us-central1")])
    assert reach.verdict(("gcp", "p", "global", kind)) is True
    assert reach.verdict(("gcp", "p", "us-central1", kind)) is True
    assert reach.verdict(("gcp", "p", "europe-west1", kind)) is None
