"""Secrets never get past normalising, whatever they are called and wherever they sit."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.normalise.redaction import REDACTED, is_secret_name, redact


@pytest.mark.parametrize(
    "name",
    [
        "MasterUserPassword", "master_password", "password", "UserData", "user_data", "user_data_base64",
        "secret", "client_secret", "SecretString", "secret_key", "private_key", "privateKeyPem", "AuthToken",
        "access_token", "connectionString", "primary_connection_string", "accountKey", "api_key", "kube_config",
        "administratorLoginPassword", "sas_token", "shared_key",
    ],
)  # fmt: skip
def test_a_field_with_a_secret_name_is_hidden(name: str) -> None:
    assert redact({name: "hunter22"}) == {name: REDACTED}


@pytest.mark.parametrize(
    "name",
    ["KmsKeyId", "SecretArn", "KeyName", "access_key_id", "PasswordLastUsed", "passwordPolicy", "secret_id",
     "MasterUsername", "key", "TokenCount", "password_required"],
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
    ],
)
def test_a_secret_value_is_hidden_under_any_name(value: str) -> None:
    assert redact({"Description": value, "list": [value]}) == {"Description": REDACTED, "list": [REDACTED]}


def test_environment_variables_keep_their_names_only() -> None:
    body = {"Environment": {"Variables": {"DB_HOST": "db.internal", "X": "y"}}}
    assert redact(body) == {"Environment": {"Variables": {"DB_HOST": REDACTED, "X": REDACTED}}}


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
