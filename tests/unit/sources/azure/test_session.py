"""Which names, addresses and tokens are taken."""

from __future__ import annotations

import pytest

from cloudviz.errors import CloudRefused, Invalid
from cloudviz.sources.azure.session import (
    IdentityTokens,
    Limits,
    StaticToken,
    checked_endpoint,
    checked_groups,
    checked_management_group,
    checked_regions,
    checked_subscriptions,
    tokens_for,
)

ONE = "11111111-aaaa-4000-8000-000000000001"


def test_names_are_taken_once_and_in_one_spelling() -> None:
    assert checked_subscriptions([ONE.upper(), ONE]) == (ONE,)
    assert checked_regions(["West Europe", "westeurope", "eastus2"]) == ("westeurope", "eastus2")
    assert checked_groups(["RG-Shop", "rg-shop", "läden (1)".replace(" ", "")]) == ("rg-shop", "läden(1)")
    assert checked_management_group("") is None


@pytest.mark.parametrize("name", ["", "x", "11111111", f"{ONE}0", f"{ONE}\n", "../" + ONE])
def test_what_is_no_subscription(name: str) -> None:
    with pytest.raises(Invalid):
        checked_subscriptions([name])


@pytest.mark.parametrize("name", ["", "west'europe", "west|europe", "1", "west-europe", "x" * 40])
def test_what_is_no_region(name: str) -> None:
    with pytest.raises(Invalid):
        checked_regions([name])


@pytest.mark.parametrize("name", ["", "a'b", "a' | take 1", "a/b", "a b", "x" * 91, "a\nb"])
def test_what_is_no_resource_group(name: str) -> None:
    with pytest.raises(Invalid):
        checked_groups([name])
    if name:
        with pytest.raises(Invalid):
            checked_management_group(name)


def test_the_endpoint_is_azure_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_ENDPOINT_URL", raising=False)
    assert checked_endpoint(None) == "https://management.azure.com"
    assert checked_endpoint("https://management.usgovcloudapi.net/") == "https://management.usgovcloudapi.net"
    monkeypatch.setenv("AZURE_ENDPOINT_URL", "http://127.0.0.1:4577")
    assert checked_endpoint(None) == "http://127.0.0.1:4577"


@pytest.mark.parametrize(
    "url", ["x", "file:///etc/passwd", "https://", "https://a@b", "https://a?b", "http://a:0"]
)
def test_what_is_no_endpoint(url: str) -> None:
    with pytest.raises(CloudRefused):
        checked_endpoint(url)


async def test_a_token_of_microsofts_goes_to_microsoft_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", "mine")
    assert isinstance(tokens_for("https://management.azure.com", None, Limits()), IdentityTokens)
    assert isinstance(tokens_for("https://management.chinacloudapi.cn", None, Limits()), IdentityTokens)
    for elsewhere in (
        "http://management.azure.com",
        "https://management.azure.com.evil.example",
        "https://evil.example",
        "http://127.0.0.1:1",
    ):
        tokens = tokens_for(elsewhere, None, Limits())
        assert isinstance(tokens, StaticToken)
        assert await tokens.get() == "mine"
    assert await tokens_for("https://management.azure.com", "given", Limits()).get(refused="given") == "given"
