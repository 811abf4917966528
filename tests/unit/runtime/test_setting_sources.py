"""Settings that stand in files and secret stores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fake_clouds import key_services
from tests.fake_clouds.key_services import TOKEN, KeyServices
from tests.fake_clouds.moto import MotoServer

from cloudviz.errors import BadInput, CloudVizError, Unavailable
from cloudviz.runtime.settings import LoadedSettings, describe, load_settings

CANARY = "canary-0123456789abcdef0123456789abcdef"


def load(folder: Path, **environment: str) -> LoadedSettings:
    return load_settings(environment=environment, directory=folder)


@pytest.fixture(scope="module")
def vault() -> Iterator[KeyServices]:
    made = key_services.start()
    made.secrets["secret/data/cloudviz/auth"] = {"secret": CANARY, "number": 7, "list": []}  # type: ignore[dict-item]
    yield made
    made.stop()


def test_files_as_containers_mount_them(tmp_path: Path) -> None:
    (tmp_path / "auth").write_text(CANARY + "\n")
    (tmp_path / "url").write_text("postgresql://u:p@db/cloudviz\r\n")
    loaded = load(
        tmp_path,
        CLOUDVIZ_AUTH__SECRET_FILE=str(tmp_path / "auth"),
        DATABASE_URL_FILE=str(tmp_path / "url"),
        REDIS_URL="secret://file" + str(tmp_path / "url"),
    )
    assert loaded.settings.auth.secret.get_secret_value() == CANARY
    assert loaded.settings.database() == "postgresql://u:p@db/cloudviz"
    assert loaded.settings.redis_url.get_secret_value() == "postgresql://u:p@db/cloudviz"
    assert loaded.origins["auth.secret"] == "CLOUDVIZ_AUTH__SECRET_FILE"
    assert loaded.origins["redis_url"] == f"secret://file{tmp_path / 'url'} in REDIS_URL"
    assert CANARY not in str(describe(loaded))


def test_the_file_of_settings_may_refer_too(tmp_path: Path) -> None:
    (tmp_path / "auth").write_text(CANARY)
    (tmp_path / "cloudviz.toml").write_text(f'[auth]\nsecret = "secret://file{tmp_path / "auth"}"\n')
    assert load(tmp_path).settings.auth.secret.get_secret_value() == CANARY


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 70_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "none", tmp_path, tmp_path / "large", tmp_path / "binary"):
        with pytest.raises(BadInput, match=r"auth\.secret"):
            load(tmp_path, CLOUDVIZ_AUTH__SECRET_FILE=str(path))
    with pytest.raises(BadInput, match="both set"):
        load(tmp_path, CLOUDVIZ_AUTH__SECRET_FILE="/x", CLOUDVIZ_AUTH__SECRET=CANARY)


def test_vault(tmp_path: Path, vault: KeyServices) -> None:
    (tmp_path / "token").write_text(TOKEN + "\n")
    reference = "secret://vault/secret/cloudviz/auth#secret"
    for token in ({"VAULT_TOKEN": TOKEN}, {"VAULT_TOKEN_FILE": str(tmp_path / "token")}):
        loaded = load(tmp_path, CLOUDVIZ_AUTH__SECRET=reference, VAULT_ADDR=vault.url, **token)
        assert loaded.settings.auth.secret.get_secret_value() == CANARY
    for wrong in (
        {"VAULT_TOKEN": "wrong"},
        {"VAULT_TOKEN": ""},
        {"VAULT_ADDR": "http://127.0.0.1:1"},
        {"CLOUDVIZ_AUTH__SECRET": "secret://vault/secret/none#secret"},
        {"CLOUDVIZ_AUTH__SECRET": "secret://vault/secret/cloudviz/auth#none"},
        {"CLOUDVIZ_AUTH__SECRET": "secret://vault/secret/cloudviz/auth#list"},
        {"CLOUDVIZ_AUTH__SECRET": "secret://vault/secret/cloudviz/auth#"},
        {"CLOUDVIZ_AUTH__SECRET": "secret://vault/secret"},
        {"CLOUDVIZ_AUTH__SECRET": "secret://nowhere/x"},
        {"CLOUDVIZ_AUTH__SECRET": "secret://"},
    ):
        given: dict[str, Any] = {"CLOUDVIZ_AUTH__SECRET": reference, "VAULT_ADDR": vault.url, "VAULT_TOKEN": TOKEN}
        with pytest.raises(CloudVizError) as refused:
            load(tmp_path, **{**given, **wrong})
        assert CANARY not in refused.value.one_line() and TOKEN not in refused.value.one_line()


@pytest.mark.moto
def test_aws_secrets_manager(
    tmp_path: Path, moto_server: MotoServer, aws_credentials: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_server.url)
    client = boto3.client("secretsmanager", region_name="us-east-1")
    client.create_secret(Name="cloudviz/plain", SecretString=CANARY)
    arn = client.create_secret(Name="cloudviz/json", SecretString=json.dumps({"auth": CANARY}))["ARN"]
    client.create_secret(Name="cloudviz/binary", SecretBinary=b"x")
    for reference in ("aws/cloudviz/plain", "aws/cloudviz/json#auth", f"aws/{arn}#auth"):
        loaded = load(tmp_path, CLOUDVIZ_AUTH__SECRET=f"secret://{reference}")
        assert loaded.settings.auth.secret.get_secret_value() == CANARY
    for reference in ("aws/cloudviz/plain#auth", "aws/cloudviz/json#none", "aws/cloudviz/binary", "aws/"):
        with pytest.raises(BadInput):
            load(tmp_path, CLOUDVIZ_AUTH__SECRET=f"secret://{reference}")
    with pytest.raises(Unavailable, match="ResourceNotFoundException"):
        load(tmp_path, CLOUDVIZ_AUTH__SECRET="secret://aws/none")
