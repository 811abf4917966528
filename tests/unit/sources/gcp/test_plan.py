"""What is asked for, where things are, and templates of names."""

from __future__ import annotations

import pytest

from cloudviz.catalogue.registry import catalogue
from cloudviz.errors import Invalid
from cloudviz.sources.gcp.direct import filled, location_of
from cloudviz.sources.gcp.plan import Plan, region_of, selected


@pytest.mark.parametrize(
    ("location", "region"),
    [
        ("europe-west1-b", "europe-west1"),
        ("projects/p/zones/us-central1-a", "us-central1"),
        ("northamerica-northeast1", "northamerica-northeast1"),
        ("US", "us"),
        ("eur3", "eur3"),
        ("global", "global"),
        ("", ""),
    ],
)
def test_regions_of_places(location: str, region: str) -> None:
    assert region_of(location) == region


def test_what_is_in_no_region_is_always_wanted() -> None:
    plan = Plan((), True, ("europe-west1",))
    assert [plan.wants(each) for each in ("europe-west1-b", "global", "", "us", "europe-west10")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_patterns_choose_types() -> None:
    known = catalogue()
    assert [each.key for each in selected(known, ["gcp.security.s*"])] == [
        "gcp.security.secret",
        "gcp.security.service_account",
    ]
    assert len(selected(known, [])) == len(known.of("gcp"))
    with pytest.raises(Invalid, match="no Google Cloud resource type"):
        selected(known, ["gcp.nothing.*"])


def test_everything_is_asked_for_without_names() -> None:
    types = selected(catalogue(), [])
    assert Plan(types, True).asset_types() == ()
    few = Plan(selected(catalogue(), ["gcp.network.address", "gcp.ai.vision_product_set"]), False)
    assert few.asset_types() == ("compute.googleapis.com/Address", "compute.googleapis.com/GlobalAddress")
    assert [each.key for each in few.elsewhere] == ["gcp.ai.vision_product_set"]


@pytest.mark.parametrize(
    ("body", "location"),
    [
        ({"zone": "https://www.googleapis.com/compute/v1/projects/p/zones/us-east1-b"}, "us-east1-b"),
        ({"name": "projects/p/locations/asia-east1/functions/f"}, "asia-east1"),
        ({"name": "short", "selfLink": "https://x/v1/projects/p/zones/us-east1-b/clusters/c"}, "us-east1-b"),
        ({"location": "EU"}, "EU"),
        ({"zone": 7, "name": ["x"]}, ""),
        ({}, ""),
    ],
)
def test_a_body_says_where_it_is(body: dict[str, object], location: str) -> None:
    assert location_of(body) == location


def test_templates_take_fields_of_the_body() -> None:
    body = {"a": {"b": "x"}, "list": [{"c": "y"}]}
    assert filled("//s/{a.b}/{list[].c}/{none}", body) == "//s/x/y/"
    assert filled("plain", body) == "plain"
