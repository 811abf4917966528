"""``POST /{provider}/test-connection``: what the server's credentials are good for, without a scan."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.serving import Server, assert_problem
from tests.servers import free_port

from fake_clouds.azure import TOKEN, FakeAzure
from fake_clouds.azure_estate import build


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAzure]:
    """A fake Azure that the server's own settings lead to."""
    fake = FakeAzure(build(size=20, subscriptions=2))
    monkeypatch.setenv("AZURE_ENDPOINT_URL", fake.url)
    monkeypatch.setenv("AZURE_ACCESS_TOKEN", TOKEN)
    yield fake
    fake.stop()


async def test_a_connection_is_told_and_noted(light_server: Server, azure: FakeAzure) -> None:
    azure.deny("Microsoft.KeyVault/vaults/read")
    reply = await light_server.post("/azure/test-connection", json={})
    assert reply.status_code == 200, reply.text
    subscriptions = sorted(azure.estate.subscriptions)
    assert reply.json() == {
        "provider": "azure",
        "home": "",
        "identity": "",
        "accounts": subscriptions,
        "regions": [],
        "missing": [{"permission": "microsoft.keyvault/vaults/read", "accounts": subscriptions, "detail": ""}],
        "untested": 0,
    }
    assert TOKEN not in reply.text
    audit = await light_server.store.audit.page(action="connection.tested")
    assert [(entry.actor, entry.target) for entry in audit.items] == [("operator", "azure")]
    assert (await light_server.get("/azure/discoveries")).json()["items"] == []
    one = await light_server.post("/azure/test-connection", json={"subscription_id": subscriptions[0]})
    assert one.json()["accounts"] == subscriptions[:1]


async def test_credentials_that_fail_are_a_problem_of_the_cloud(light_server: Server, azure: FakeAzure) -> None:
    azure.tokens = {"another"}
    assert_problem(await light_server.post("/azure/test-connection", json={}), 502, "cloud_refused")


async def test_aws_and_google_without_a_cloud(light_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = f"http://127.0.0.1:{free_port()}"
    for name, value in {
        "AWS_ENDPOINT_URL": closed,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "a-secret-key",
        "GOOGLE_APPLICATION_CREDENTIALS": "/nowhere/at/all.json",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for provider in ("aws", "gcp"):
        reply = await light_server.post(f"/{provider}/test-connection", json={})
        assert_problem(reply, 502, "cloud_refused")
        assert "a-secret-key" not in reply.text


@pytest.mark.parametrize(
    ("provider", "asked"),
    [
        ("aws", {"accounts": ["shop"]}),
        ("aws", {"profile": "prod"}),
        ("aws", {"endpoint_url": "http://169.254.169.254"}),
        ("azure", {"subscription_id": "shop"}),
        ("gcp", {"projects": ["NO PROJECT"]}),
    ],
)
async def test_what_can_not_be_is_refused(light_server: Server, provider: str, asked: dict[str, object]) -> None:
    assert_problem(await light_server.post(f"/{provider}/test-connection", json=asked), 422, "invalid")


async def test_a_viewer_may_not(light_server: Server) -> None:
    assert_problem(await light_server.post("/gcp/test-connection", json={}, role="viewer"), 403, "forbidden")
