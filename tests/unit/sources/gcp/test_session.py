"""Names of places, and where tokens come from."""

from __future__ import annotations

import pytest

from cloudviz.errors import CloudRefused, Invalid
from cloudviz.sources.gcp.session import (
    GoogleTokens,
    Limits,
    StaticToken,
    checked_endpoint,
    checked_holder,
    checked_projects,
    checked_regions,
    tokens_for,
)


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)


def test_projects_by_id_number_and_domain() -> None:
    given = ("shop-prod-1", "123456789012", "example.com:shop", "shop-prod-1")
    assert checked_projects(given) == given[:3]


@pytest.mark.parametrize("project", ["", "Shop", "a/b", "../x", "a b", "x" * 80, "shop\n", "shop?x=1"])
def test_what_is_no_project_is_refused(project: str) -> None:
    with pytest.raises(Invalid, match="not a Google Cloud project"):
        checked_projects([project])


@pytest.mark.parametrize("region", ["", "europe west1", "EU", "europe-west1/..", "a" * 50])
def test_what_is_no_region_is_refused(region: str) -> None:
    with pytest.raises(Invalid, match="not the name of a Google Cloud region"):
        checked_regions([region])


def test_holders_by_number_and_by_name() -> None:
    assert checked_holder("organizations", "123") == "organizations/123"
    assert checked_holder("folders", "folders/9") == "folders/9"
    assert checked_holder("folders", None) == checked_holder("folders", "") == ""
    with pytest.raises(Invalid):
        checked_holder("organizations", "folders/9")


@pytest.mark.parametrize("url", ["localhost:1", "ftp://x", "http://", "http://x:99999", "http://x/?q=1"])
def test_what_is_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="not the URL of an endpoint"):
        checked_endpoint(url)


async def test_a_token_is_given_or_of_the_environment_or_googles(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits()
    assert checked_endpoint("http://127.0.0.1:9/") == "http://127.0.0.1:9"
    assert await tokens_for("", "mine", limits).get() == "mine"
    # An emulator gets none of Google's credentials.
    emulator = tokens_for("http://127.0.0.1:9", None, limits)
    assert isinstance(emulator, StaticToken)
    assert await emulator.get() == "owner"
    assert isinstance(tokens_for("", None, limits), GoogleTokens)
    assert isinstance(tokens_for("https://private.example.com", None, limits), GoogleTokens)
    monkeypatch.setenv("GOOGLE_OAUTH_ACCESS_TOKEN", "theirs")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "shop-prod-1")
    found = tokens_for("", None, limits)
    assert (await found.get(), found.project) == ("theirs", "shop-prod-1")


async def test_credentials_that_are_no_use_are_one_clear_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    broken = tmp_path / "key.json"  # type: ignore[operator]
    broken.write_text('{"type": "service_account"}')
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(broken))
    with pytest.raises(CloudRefused, match="no usable credentials") as refused:
        await GoogleTokens(20).get()
    assert "gcloud auth" in refused.value.hint
