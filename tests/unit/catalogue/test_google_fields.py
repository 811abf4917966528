"""Fields that read Google's ways of naming things."""

from __future__ import annotations

import pytest

from cloudviz.catalogue.gcp.names import FULL_NAME, REGION, ZONE, account, bucket, kms_key
from cloudviz.catalogue.paths import Field, at


def read(field: Field, value: object, path: str = "x") -> list[object]:
    return field.all({path: value}, {})


def test_names_are_rewritten_where_they_match() -> None:
    field = at("x").rewritten(r"^(.+):([^:/]+):([^:/]+)$", r"projects/\1/instances/\3")
    assert read(field, "shop:europe-west1:orders") == ["projects/shop/instances/orders"]
    assert read(field, "example.com:shop:europe-west1:orders") == ["projects/example.com:shop/instances/orders"]
    assert read(field, "projects/shop/instances/orders") == ["projects/shop/instances/orders"]
    assert read(field, None) == []


def test_a_key_that_holds_dots_is_picked_from_an_object() -> None:
    field = at("x").key("run.googleapis.com/name")
    assert read(field, {"run.googleapis.com/name": "a", "b": "c"}) == ["a"]
    assert read(field, {"b": "c"}) == []
    assert read(field, "a") == ["a"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("projects/p/locations/l/keyRings/r/cryptoKeys/k", "projects/p/locations/l/keyRings/r/cryptoKeys/k"),
        (
            "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/3",
            "projects/p/locations/l/keyRings/r/cryptoKeys/k",
        ),
        (
            "https://cloudkms.googleapis.com/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k",
            "projects/p/locations/l/keyRings/r/cryptoKeys/k",
        ),
    ],
)
def test_a_key_has_no_version(value: str, expected: str) -> None:
    assert read(kms_key("x"), value) == [expected]
    assert read(kms_key("x"), "other") == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("gs://logs/a/b", ["logs"]),
        ("storage.googleapis.com/logs/tmp", ["logs"]),
        ("staging.shop.appspot.com", ["staging.shop.appspot.com"]),
        ("", []),
    ],
)
def test_buckets_by_address_and_by_name(value: str, expected: list[str]) -> None:
    assert read(bucket("x"), value) == expected


def test_accounts_are_addresses() -> None:
    field = account(at("x"))
    assert read(field, "a@shop.iam.gserviceaccount.com") == [
        "projects/shop/serviceAccounts/a@shop.iam.gserviceaccount.com"
    ]
    assert read(field, "projects/-/serviceAccounts/a@shop.iam.gserviceaccount.com") == [
        "projects/shop/serviceAccounts/a@shop.iam.gserviceaccount.com"
    ]
    assert read(field, "default") == []


@pytest.mark.parametrize(
    ("name", "region", "zone"),
    [
        ("projects/p/locations/europe-west1/x/y", "europe-west1", None),
        ("projects/p/locations/europe-west1-b/x/y", "europe-west1", "europe-west1-b"),
        ("projects/p/locations/global/x/y", "global", None),
        ("projects/p/locations/us/x/y", "us", None),
        ("projects/p/locations/eur4/x/y", "eur4", None),
        ("short", None, None),
    ],
)
def test_places_in_names(name: str, region: str | None, zone: str | None) -> None:
    assert (REGION.one({"name": name}, {}), ZONE.one({"name": name}, {})) == (region, zone)


def test_a_short_name_is_no_full_one() -> None:
    assert FULL_NAME.one({"name": "short"}, {}) is None
    assert FULL_NAME.one({"name": "projects/p/x/y"}, {}) == "projects/p/x/y"
    assert FULL_NAME.one({"@asset": "//s/projects/1/x/y", "name": "projects/p/x/y"}, {}) == "//s/projects/1/x/y"
