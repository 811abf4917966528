"""Every way that people sign in, each against a stand-in over loopback; and none, which is one clear line."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cloudviz.errors import CloudRefused
from cloudviz.sources.aws import AwsProvider
from cloudviz.sources.azure.session import IdentityTokens
from cloudviz.sources.gcp.session import GoogleTokens
from fake_clouds import sign_in
from fake_clouds.moto import free_port

pytestmark = pytest.mark.filterwarnings("ignore")

TENANT = "72f988bf-0000-0000-0000-2d7cd011db47"
CLIENT = "99999999-0000-4000-8000-000000000009"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nobody has signed in to anything."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "AZURE_", "GOOGLE_", "CLOUDSDK_", "GCE_", "IDENTITY_", "MSI_", "GCLOUD_")):
            monkeypatch.delenv(name)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    # None of the metadata servers that this machine may have.
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    return tmp_path


@pytest.fixture
def server() -> Iterator[sign_in.Server]:
    made = sign_in.start()
    yield made
    made.stop()


@pytest.fixture
def entra(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sign_in.Server]:
    """Microsoft's sign-in service, which is spoken to over TLS only."""
    made = sign_in.start(home)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(home / "ca.pem"))
    yield made
    made.stop()


# -- AWS ----------------------------------------------------------------------------------------------------


def aws(server: sign_in.Server, monkeypatch: pytest.MonkeyPatch, profile: str | None = None) -> str:
    """Whose key signs the calls of a scan."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    told = asyncio.run(AwsProvider(profile=profile).test_connection())
    assert (told.home, told.regions) == (sign_in.ACCOUNT, ("eu-west-1",))
    return told.identity.rpartition("/")[2]


def config(home: Path, text: str) -> None:
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws" / "config").write_text(text)


def test_aws_by_a_profile(home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    config(home, "[profile prod]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = x\n")
    assert aws(server, monkeypatch, "prod") == "AKIAPROFILE"


def test_aws_by_keys_of_the_environment(
    home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert aws(server, monkeypatch) == "AKIAENV"


def sso(home: Path, *, expires: str) -> None:
    start = "https://example.awsapps.com/start"
    config(
        home,
        f"[profile sso]\nsso_session = work\nsso_account_id = {sign_in.ACCOUNT}\nsso_role_name = Scan\n"
        f"[sso-session work]\nsso_start_url = {start}\nsso_region = eu-west-1\n"
        "sso_registration_scopes = sso:account:access\n",
    )
    cache = home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True)
    name = hashlib.sha1(b"work", usedforsecurity=False).hexdigest()
    token = {"startUrl": start, "region": "eu-west-1", "accessToken": "sso-token", "expiresAt": expires}
    (cache / f"{name}.json").write_text(json.dumps(token))


def test_aws_by_single_sign_on(home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    sso(home, expires=sign_in.LATER)
    # botocore looks up the home folder once, when it is imported.
    cache = str(home / ".aws" / "sso" / "cache")
    monkeypatch.setattr("botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR", cache)
    assert aws(server, monkeypatch, "sso") == "AKIASSO"
    assert "/federation/credentials" in server.paths()


def test_aws_by_a_sign_on_that_has_run_out(
    home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sso(home, expires="2020-01-01T00:00:00Z")
    with pytest.raises(CloudRefused) as refused:
        aws(server, monkeypatch, "sso")
    assert "aws sso login" in refused.value.one_line()


def test_aws_by_web_identity(home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "token").write_text("web-token")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(home / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{sign_in.ACCOUNT}:role/scan")
    assert aws(server, monkeypatch) == "AKIAWEB"


def test_aws_by_a_containers_role(home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.url}/container")
    assert aws(server, monkeypatch) == "AKIACONTAINER"


def test_aws_by_a_machines_role(home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url)
    assert aws(server, monkeypatch) == "AKIAIMDS"


# -- Azure --------------------------------------------------------------------------------------------------


def azure(authority: str = "login.microsoftonline.com") -> str:
    tokens = IdentityTokens("https://management.azure.com/.default", authority, 20)
    return asyncio.run(tokens.get())


def test_azure_by_a_secret(home: Path, entra: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "hush")
    assert azure(entra.url) == f"entra-secret-{CLIENT}"


def test_azure_by_workload_identity(home: Path, entra: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "token").write_text("a-pods-token")
    monkeypatch.setenv("AZURE_TENANT_ID", TENANT)
    monkeypatch.setenv("AZURE_CLIENT_ID", CLIENT)
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(home / "token"))
    # Set by what brings the token into the pod; the library takes no other word for it here.
    monkeypatch.setenv("AZURE_AUTHORITY_HOST", entra.url)
    assert azure(entra.url) == f"entra-workload-{CLIENT}"
    assert "a-pods-token" in [each.form.get("client_assertion") for each in entra.asked]


def test_azure_by_managed_identity(home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", server.url)
    assert azure() == "azure-imds"
    (call,) = [each for each in server.asked if each.headers.get("metadata")]
    assert call.form["resource"] == "https://management.azure.com"


def test_azure_by_az(home: Path) -> None:
    given = {"accessToken": "azure-cli", "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": 4070908800}
    az = home / "bin" / "az"
    az.write_text(f"#!{sys.executable}\nprint('''{json.dumps(given)}''')\n")
    az.chmod(0o755)
    assert azure() == "azure-cli"


def test_azure_by_nothing_is_one_clear_line(home: Path) -> None:
    with pytest.raises(CloudRefused, match="no usable credentials") as refused:
        azure()
    line = refused.value.one_line()
    assert "\n" not in line and "az login" in line


# -- Google Cloud -------------------------------------------------------------------------------------------


def google() -> tuple[str, GoogleTokens]:
    tokens = GoogleTokens(20)
    return asyncio.run(tokens.get()), tokens


def file(home: Path, monkeypatch: pytest.MonkeyPatch, **words: object) -> None:
    (home / "credentials.json").write_text(json.dumps(words))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(home / "credentials.json"))


def test_google_by_a_service_accounts_file(
    home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    address = "scan@shop-prod-1.iam.gserviceaccount.com"
    file(
        home,
        monkeypatch,
        type="service_account",
        project_id="shop-prod-1",
        private_key_id="1",
        private_key=key.decode(),
        client_email=address,
        token_uri=f"{server.url}/google/token",
    )
    token, tokens = google()
    assert (token, tokens.project, tokens.identity) == ("google-file", "shop-prod-1", address)


def test_google_by_what_gcloud_keeps(home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "gcloud").mkdir()
    kept = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    (home / "gcloud" / "application_default_credentials.json").write_text(json.dumps(kept))
    # Google's library sends a person's refresh token to one address only.
    monkeypatch.setattr("google.oauth2.credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{server.url}/google/token")
    assert google()[0] == "google-user"


def test_google_by_workload_identity(home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "token").write_text("a-pods-token")
    file(
        home,
        monkeypatch,
        type="external_account",
        audience="//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
        subject_token_type="urn:ietf:params:oauth:token-type:jwt",
        token_url=f"{server.url}/google/token",
        credential_source={"file": str(home / "token")},
    )
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "shop-prod-1")
    token, tokens = google()
    assert (token, tokens.project) == ("google-federated", "shop-prod-1")
    assert server.asked[0].form["subject_token"] == "a-pods-token"


def test_google_by_the_metadata_server(
    home: Path, server: sign_in.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = server.url.removeprefix("http://")
    monkeypatch.delenv("NO_GCE_CHECK")
    for name in ("GCE_METADATA_HOST", "GCE_METADATA_ROOT", "GCE_METADATA_IP"):
        monkeypatch.setenv(name, host)
    # Read when Google's library is first imported, which another test may have done.
    monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", host, raising=False)
    monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_DEFAULT_HOST", host, raising=False)
    token, tokens = google()
    assert (token, tokens.project) == ("google-metadata", "shop-prod-1")


def test_google_by_nothing_is_one_clear_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CloudRefused, match="no usable credentials") as refused:
        google()
    line = refused.value.one_line()
    assert "\n" not in line and "gcloud auth application-default login" in line


def test_aws_by_nothing_is_one_clear_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(CloudRefused, match="credentials") as refused:
        asyncio.run(AwsProvider().test_connection())
    line = refused.value.one_line()
    assert "\n" not in line and "aws configure" in line
