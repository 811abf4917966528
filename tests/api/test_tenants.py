"""A provider of many tenants, as Microsoft Entra is: its issuer has a place for the tenant; few may come in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tests.api.serving import Server
from tests.api.test_identity_providers import come_back, refused, serving, signed_in
from tests.api.test_linked_identities import link
from tests.fake_clouds.identity_provider import LyingProvider

from cloudviz.runtime.identity_settings import IdentityProviderSettings

OURS, PARTNER = "7b1d9c2e-0000-4000-8000-000000000001", "7b1d9c2e-0000-4000-8000-000000000002"
STRANGER = "7b1d9c2e-0000-4000-8000-000000000003"


def of(provider: LyingProvider, tenant: str) -> dict[str, Any]:
    return {"iss": f"{provider.url}/{tenant}/v2.0", "tid": tenant}


@pytest.fixture
def provider() -> Iterator[LyingProvider]:
    made = LyingProvider()
    made.discovery = {
        "issuer": f"{made.url}/{{tenantid}}/v2.0",
        "authorization_response_iss_parameter_supported": False,
    }
    made.published = [made.key.jwk() | {"issuer": f"{made.url}/{{tenantid}}/v2.0"}]
    made.answer = lambda query: {key: value for key, value in query.items() if key != "iss"}
    made.person |= of(made, OURS)
    yield made
    made.stop()


@pytest.fixture
async def light(sqlite_url: str, tmp_path: Path, provider: LyingProvider) -> AsyncIterator[Server]:
    more = {"issuer": f"{provider.url}/{{tenantid}}/v2.0", "tenants": [OURS, PARTNER.upper()]}
    async for each in serving(sqlite_url, tmp_path, provider, **more):
        yield each


async def test_people_of_the_listed_tenants_come_in(light: Server, provider: LyingProvider) -> None:
    first = await signed_in(light)
    assert "/organizations/v2.0/.well-known/openid-configuration" in provider.asked
    assert [each.issuer for each in await light.store.people.identities(first["id"])] == [
        f"{provider.url}/{OURS}/v2.0"
    ]
    # The same subject in another tenant is somebody else.
    provider.person |= of(provider, PARTNER)
    assert (await signed_in(light))["id"] != first["id"]
    provider.person |= of(provider, OURS)
    assert (await signed_in(light))["id"] == first["id"]


Lie = Callable[[LyingProvider], Any]
LIES: dict[str, Lie] = {
    "a tenant that is not listed": lambda p: p.person.update(of(p, STRANGER)),
    "the tenant of another issuer": lambda p: p.person.update(tid=PARTNER),
    "no tenant": lambda p: p.person.pop("tid"),
    "the tenant in capitals": lambda p: p.person.update(tid=OURS.upper()),
    "a list of tenants": lambda p: p.person.update(tid=[OURS]),
    "the issuer with its place-holder": lambda p: p.person.update(iss=f"{p.url}/{{tenantid}}/v2.0"),
    "a list of issuers": lambda p: p.person.update(iss=[f"{p.url}/{OURS}/v2.0"]),
    "the endpoint for all as issuer": lambda p: p.person.update(iss=f"{p.url}/organizations/v2.0"),
    "an answer of another tenant": lambda p: setattr(
        p, "answer", lambda query: query | {"iss": f"{p.url}/{PARTNER}/v2.0"}
    ),
    "an answer of a strange tenant": lambda p: setattr(
        p, "answer", lambda query: query | {"iss": f"{p.url}/{STRANGER}/v2.0"}
    ),
}


async def test_nobody_else_does(light: Server, provider: LyingProvider) -> None:
    person, answer = dict(provider.person), provider.answer
    for what, lie in LIES.items():
        provider.person, provider.answer = dict(person), answer
        lie(provider)
        reply = await come_back(light)
        assert reply.status_code == 401, what
        await refused(light, reply, "")
    provider.person, provider.answer = person, answer
    assert (await signed_in(light))["username"] == "ada"


@pytest.mark.parametrize("issuer", ["{url}/{partner}/v2.0", "https://evil.example/{tenantid}/v2.0"])
async def test_a_key_of_another_tenant_is_refused(light: Server, provider: LyingProvider, issuer: str) -> None:
    provider.published[0]["issuer"] = issuer.replace("{url}", provider.url).replace("{partner}", PARTNER)
    await refused(light, await come_back(light), "with a key of another tenant")


async def test_a_key_and_an_answer_of_the_same_tenant_are_right(light: Server, provider: LyingProvider) -> None:
    provider.published[0]["issuer"] = f"{provider.url}/{OURS}/v2.0"
    provider.answer = lambda query: query | {"iss": f"{provider.url}/{OURS}/v2.0"}
    assert (await signed_in(light))["username"] == "ada"


async def test_a_provider_that_names_no_place_for_the_tenant_is_another(
    light: Server, provider: LyingProvider
) -> None:
    provider.discovery["issuer"] = f"{provider.url}/{OURS}/v2.0"
    assert (await light.client.get("/auth/oauth/corp/login")).status_code == 503


async def test_an_account_is_linked_to_somebody_of_one_tenant(light: Server, provider: LyingProvider) -> None:
    ada = await light.person("operator")
    asked = {"provider": "corp", "subject": "ada-1"}
    for tenant in ("", STRANGER, "{tenantid}"):
        assert (await link(light, ada.id, asked | {"tenant": tenant})).status_code == 422
    assert (await link(light, ada.id, asked | {"tenant": PARTNER.upper()})).status_code == 201
    assert (await signed_in(light))["id"] != ada.id
    provider.person |= of(provider, PARTNER)
    assert (await signed_in(light))["id"] == ada.id


@pytest.mark.parametrize(
    ("issuer", "tenants"),
    [
        ("https://login.example.com/{tenantid}/v2.0", []),
        ("https://login.example.com/v2.0", [OURS]),
        ("https://{tenantid}.example.com/v2.0", [OURS]),
        ("https://login.example.com/{tenantid}/{tenantid}", [OURS]),
        ("https://login.example.com/x{tenantid}/v2.0", [OURS]),
        ("https://login.example.com/{tenant}/v2.0", []),
        ("https://login.example.com/{tenantid}/v2.0", ["example.com"]),
        ("https://login.example.com/{tenantid}/v2.0", ["*"]),
    ],
)
def test_settings_that_would_let_strangers_in_are_refused(issuer: str, tenants: list[str]) -> None:
    with pytest.raises(ValidationError):
        IdentityProviderSettings.model_validate({"issuer": issuer, "client_id": "x", "tenants": tenants})
