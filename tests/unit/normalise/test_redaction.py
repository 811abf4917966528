"""Secrets never get past normalising, whatever they are called and wherever they sit."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.normalise.redaction import REDACTED, clean_name, redact, redact_body
from cloudviz.normalise.secrets import is_secret_name


@pytest.mark.parametrize(
    "name",
    [
        "MasterUserPassword", "master_password", "password", "UserData", "user_data", "user_data_base64",
        "secret", "client_secret", "SecretString", "secret_key", "private_key", "privateKeyPem", "AuthToken",
        "access_token", "connectionString", "primary_connection_string", "accountKey", "api_key", "kube_config",
        "administratorLoginPassword", "sas_token", "shared_key", "elastic_password", "managed_secret", "DB_PASS",
        "github_token", "token", "primary_readonly_key", "instrumentation_key", "kube_admin_config_raw",
        "customData", "metadata_startup_script", "startup-script", "ssh-keys", "protectedSettings", "PSK",
        "CustomerGatewayConfiguration", "set_sensitive", "shared_secret_hash",
    ],
)  # fmt: skip
def test_a_field_with_a_secret_name_is_hidden(name: str) -> None:
    assert redact({name: "hunter22"}) == {name: REDACTED}


@pytest.mark.parametrize(
    "name",
    ["KmsKeyId", "SecretArn", "KeyName", "access_key_id", "PasswordLastUsed", "passwordPolicy", "secret_id",
     "MasterUsername", "key", "TokenCount", "password_required", "HttpTokens", "NextToken", "secretsmanager_arn",
     "hash_key", "public_key", "KeyPairs", "bypass", "compass", "minimum_password_length"],
)  # fmt: skip
def test_a_reference_or_a_switch_is_kept(name: str) -> None:
    assert not is_secret_name(name)
    assert redact({name: "value"}) == {name: "value"}


@pytest.mark.parametrize(
    "value",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
        "AKIAIOSFODNN7EXAMPLE",
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abc==",
        "postgres://app:s3cret@db.internal:5432/app",
        "Server=db;Password=topsecret;",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
        "redis://:s3cret@cache.internal:6379",
        "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=abc",
        "https://a.blob.core.windows.net/c?sv=2020-08-04&sig=abc",
        "DB_PASSWORD=hunter2 ./run",
        "set -e\npassword: hunter2\n",
        "<pre_shared_key>abc</pre_shared_key>",
        "curl -H 'Authorization: Bearer abcdefghijklmnop'",
    ],
)
def test_a_secret_value_is_hidden_under_any_name(value: str) -> None:
    assert redact({"Description": value, "list": [value]}) == {"Description": REDACTED, "list": [REDACTED]}


def test_environment_variables_keep_their_names_only() -> None:
    body = {"Environment": {"Variables": {"DB_HOST": "db.internal", "X": "y"}}}
    assert redact(body) == {"Environment": {"Variables": {"DB_HOST": REDACTED, "X": REDACTED}}}


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-abc",
        "https://example.com/reset?forcePasswordReset=true",
        "Basic authentication is off",
        '{"Version":"2012-10-17","Statement":[{"Action":"secretsmanager:GetSecretValue"}]}',
        '{ "manage_master_user_password": true }',
        "[WARN] nothing to see",
    ],
)
def test_a_value_that_only_mentions_secrets_is_kept(value: str) -> None:
    assert redact({"Description": value}) == {"Description": value}


def test_json_within_a_text_is_read_too() -> None:
    containers = (
        '[{"name":"web","environment":[{"name":"A","value":"canary"}],"password":"canary","image":"nginx"}]'
    )
    found = redact({"container_definitions": containers})["container_definitions"]
    assert "canary" not in found
    assert '"image":"nginx"' in found
    cut = containers[:60] + "…"
    assert redact({"container_definitions": cut}) == {"container_definitions": REDACTED}


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ({"Key": "db_password", "Value": "canary"}, "Value"),
        ({"ParameterKey": "DbPassword", "ParameterValue": "canary"}, "ParameterValue"),
        ({"name": "RDS_PASSWORD", "value": "canary"}, "value"),
        ({"namespace": "aws:elasticbeanstalk:application:environment", "name": "X", "value": "canary"}, "value"),
    ],
)
def test_a_pair_whose_name_is_secret_is_hidden(pair: dict[str, str], value: str) -> None:
    assert redact({"Parameters": [pair]}) == {"Parameters": [{**pair, value: REDACTED}]}
    assert redact([{"Key": "env", "Value": "prod"}]) == [{"Key": "env", "Value": "prod"}]


@pytest.mark.parametrize("name", ["environment_variables", "secure_environment_variables", "env", "AppSettings"])
def test_variables_are_hidden_under_all_their_names(name: str) -> None:
    assert "canary" not in str(redact({name: {"ANY": "canary"}}))
    assert "canary" not in str(redact({name: [{"name": "ANY", "value": "canary"}]}))


@pytest.mark.parametrize(
    ("native_type", "body"),
    [
        ("aws_ssm_parameter", {"value": "canary"}),
        ("azurerm_key_vault_secret", {"value": "canary"}),
        ("aws_api_gateway_api_key", {"value": "canary"}),
        ("kubernetes_secret", {"data": {"any": "canary"}}),
        ("vault_generic_secret", {"data_json": '{"any":"canary"}'}),
        ("azurerm_storage_account_sas", {"sas": "canary"}),
        ("google_compute_instance", {"metadata": {"any": "canary"}}),
    ],
)
def test_the_payload_of_a_secret_is_hidden_whatever_it_is_called(
    native_type: str, body: dict[str, object]
) -> None:
    assert "canary" not in str(redact_body({"id": "x", **body}, native_type))
    assert redact_body(body, "aws_ec2_tag") == body or native_type == "azurerm_storage_account_sas"


def test_a_number_under_a_secret_name_is_hidden() -> None:
    assert redact({"password": 12345678, "secret": False}) == {"password": REDACTED, "secret": False}


def test_credentials_in_a_name_are_masked_and_the_rest_stays() -> None:
    assert clean_name("postgres://app:s3cret@db/x") == f"postgres://{REDACTED}@db/x"
    assert clean_name("user@example.com") == "user@example.com"


def test_everything_becomes_plain_json() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    body = {
        "at": datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=zone),
        "day": datetime.date(2026, 1, 2),
        "cost": Decimal("1.50"),
        "blob": b"1234",
        "set": {"b", "a"},
        "nul": "a\x00b",
    }
    assert redact(body) == {
        "at": "2026-01-02T01:04:05Z",
        "day": "2026-01-02",
        "cost": 1.5,
        "blob": "[4 bytes]",
        "set": ["a", "b"],
        "nul": "a\ufffdb",
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_a_canary_under_a_secret_name_never_survives(value: object) -> None:
    canary = "canary-4f1d"
    assert canary not in str(redact({"outer": [{"password": [canary, {"deep": canary}]}, value]}))


def test_depth_and_length_are_bounded() -> None:
    deep: dict[str, object] = {}
    here = deep
    for _ in range(500):
        here["in"] = {}
        here = here["in"]  # type: ignore[assignment]
    assert len(str(redact(deep))) < 2000
    assert len(redact("x" * 100_000)) <= 4096
    assert len(redact(list(range(5000)))) == 1001
