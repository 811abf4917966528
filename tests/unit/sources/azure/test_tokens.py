"""Tokens of azure-identity: kept while they live, renewed once when refused, one line when there are none.

The credential itself needs Microsoft's servers, so a simple one stands in for it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass

import azure.identity
import pytest
from azure.core.exceptions import ClientAuthenticationError

from cloudviz.errors import CloudRefused, Unavailable
from cloudviz.sources.azure.session import IdentityTokens


@dataclass
class Given:
    token: str
    expires_on: float


class Credential:
    """Counts how often it was made and asked."""

    made = 0
    asked = 0
    lives = 3600.0
    slow = 0.0
    error: Exception | None = None

    def __init__(self, **_: object) -> None:
        type(self).made += 1

    def get_token(self, scope: str) -> Given:
        assert scope == "https://management.azure.com/.default"
        if self.error is not None:
            raise self.error
        time.sleep(self.slow)
        type(self).asked += 1
        return Given(f"token-{self.made}", time.time() + self.lives)


@pytest.fixture
def credential(monkeypatch: pytest.MonkeyPatch) -> type[Credential]:
    fresh = type("Fresh", (Credential,), {})
    monkeypatch.setattr(azure.identity, "DefaultAzureCredential", fresh)
    return fresh


def tokens(seconds: float = 10) -> IdentityTokens:
    return IdentityTokens("https://management.azure.com/.default", "login.microsoftonline.com", seconds)


async def test_a_token_is_kept_while_it_lives(credential: type[Credential]) -> None:
    source = tokens()
    assert {*await asyncio.gather(*(source.get() for _ in range(10)))} == {"token-1"}
    assert (credential.made, credential.asked) == (1, 1)


async def test_a_token_that_is_about_to_run_out_is_renewed_by_itself(credential: type[Credential]) -> None:
    credential.lives = 200
    source = tokens()
    await source.get()
    await source.get()
    assert (credential.made, credential.asked) == (1, 2)


async def test_a_refused_token_is_renewed_once_however_many_calls_find_out(credential: type[Credential]) -> None:
    source = tokens()
    first = await source.get()
    renewed = await asyncio.gather(*(source.get(refused=first) for _ in range(10)))
    assert {*renewed} == {"token-2"}
    assert (credential.made, credential.asked) == (2, 2)


async def test_a_token_refused_for_good_is_not_asked_for_again_and_again(
    credential: type[Credential], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credential, "get_token", lambda self, scope: Given("always", time.time() + 3600))
    source = tokens()
    for _ in range(5):
        assert await source.get(refused="always") == "always"
    assert credential.made == 2


async def test_no_credentials_are_one_clear_line(credential: type[Credential]) -> None:
    credential.error = ClientAuthenticationError(
        "DefaultAzureCredential failed\nAttempted credentials:\n\tEnvironment"
    )
    with pytest.raises(CloudRefused, match="no usable credentials") as caught:
        await tokens().get()
    assert "\n" not in caught.value.detail and "az login" in caught.value.hint


async def test_wrong_credentials_say_what_entra_says(credential: type[Credential]) -> None:
    said = (
        "EnvironmentCredential: Authentication failed: AADSTS7000215: Invalid client secret provided.\nTrace ID: 1"
    )
    credential.error = ClientAuthenticationError(said)
    with pytest.raises(CloudRefused, match="AADSTS7000215: Invalid client secret provided") as caught:
        await tokens().get()
    assert "Trace" not in caught.value.detail


async def test_a_sign_in_that_hangs_ends(credential: type[Credential]) -> None:
    credential.slow = 1.0
    with pytest.raises(CloudRefused, match="no token within"):
        await tokens(0.1).get()


async def test_without_the_package_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(Unavailable, match="azure-identity") as caught:
        await tokens().get()
    assert "cloudviz[azure]" in caught.value.hint
