"""The fast way through a body ends where the slow one does: whatever it passes, the slow one would have kept."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudviz.normalise.redaction import json_without_secrets, redact, redact_body

PAYLOADS = sorted((Path(__file__).parents[2] / "payloads").glob("*/*.json"))

WORDS = st.sampled_from(
    [
        *("name", "Name", "Key", "value", "Value", "password", "environment", "id", "metadata", "tags", "env"),
        *("namespace", "aws:elasticbeanstalk:application:environment", "DB_PASS", "token", "NextToken", "user"),
        *(
            "Basic 'password':'hunter22x'",
            "basic",
            "asia-east1",
            "AKIAIOSFODNN7EXAMPLE",
            "xox",
            "a=b",
            "pwd=hunter22",
        ),
        *(
            "https://u:secret@h/",
            "https://h/p",
            "a@b.c",
            '{"password": "x"}',
            "[x]",
            "{",
            "a: b",
            "token: abcdefg",
        ),
        *("eyJhbGciOiJIUzI1NiJ9.eyJ", "<password>abc</password>", "it's", 'say "x"', "\\", "ü", "a\x00b", "\x7f"),
        *("Bearer abcdefghijklmnopqrst", "BEARER\tabcdefghijklmnopqrst", "'secret':'abcdef'", "x" * 4097, ""),
        *(":", "env:", ":env", ":password", "password:", "a,", "://u:secret@h/", ",", "{", "[", "Variables"),
    ]
)
VALUES = st.recursive(
    WORDS | st.integers() | st.booleans() | st.none() | st.dates() | st.binary(max_size=4) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def slowly(body: dict[str, Any]) -> Any:
    """By the other way: a key that it must take apart keeps the fast way from beginning."""
    copy = redact({**body, "password": "x"})
    del copy["password"]
    if "password" in body:
        copy["password"] = redact({"password": body["password"]})["password"]
    return copy


@given(st.dictionaries(WORDS, VALUES, max_size=5))
def test_what_is_passed_is_what_the_slow_way_keeps(body: dict[str, Any]) -> None:
    written = json_without_secrets(body, "AWS::EC2::Instance")
    if written is not None:
        assert orjson.loads(written) == slowly(body)


@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.name)
def test_recorded_bodies_come_out_the_same(path: Path) -> None:
    document = json.loads(path.read_text())
    for body in document if isinstance(document, list) else [document]:
        if isinstance(body, dict):
            assert redact_body(body, "AWS::EC2::Instance") == slowly(body)


def test_most_bodies_take_the_fast_way() -> None:
    body = {
        "InstanceId": "i-1",
        "LaunchTime": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        "Price": Decimal("0.5"),
        "Placement": {"AvailabilityZone": "asia-east1-a", "Tenancy": "Basic"},
        "Tags": [{"Key": "Name", "Value": "web"}, {"Key": "url", "Value": "https://example.com/x?y=z"}],
    }
    written = json_without_secrets(body, "AWS::EC2::Instance")
    assert written is not None
    assert orjson.loads(written) == {**body, "LaunchTime": "2026-01-01T00:00:00Z", "Price": 0.5}
    body["Tags"].append({"Key": "db_password", "Value": "hunter22"})  # type: ignore[attr-defined]
    assert json_without_secrets(body, "AWS::EC2::Instance") is None
    assert redact_body(body, "AWS::EC2::Instance")["Tags"][-1]["Value"] == "[redacted]"


@pytest.mark.parametrize("depth", [31, 32, 33])
def test_the_bounds_hold(depth: int) -> None:
    nested: Any = "end"
    for _ in range(depth):
        nested = {"a": nested}
    written = json_without_secrets(nested, "x")
    assert written is None or orjson.loads(written) == redact(nested) != "…"
    many = {"list": list(range(1001)), "text": "y" * 4097}
    assert json_without_secrets(many, "x") is None
    assert redact_body(many, "x")["list"][-1] == "… 1 more"


@given(st.lists(st.dictionaries(WORDS, VALUES, max_size=5), max_size=6))
def test_what_was_judged_before_changes_nothing(bodies: list[dict[str, Any]]) -> None:
    """Texts are remembered as harmless. One that was a value before may be a field's name now, and the reverse."""
    for body in [*bodies, *({"Value": body, **{str(each): "hunter22" for each in body}} for body in bodies)]:
        written = json_without_secrets(body, "AWS::EC2::Instance")
        if written is not None:
            assert orjson.loads(written) == slowly(body)
        assert redact_body(body, "AWS::EC2::Instance") == slowly(body)


def test_a_text_that_was_harmless_as_a_value_is_a_secret_s_name_all_the_same() -> None:
    for name in ("password", "DB_PASSWORD", "environment"):
        assert json_without_secrets({"Mode": name}, "AWS::EC2::Instance") is not None
        assert json_without_secrets({name: {"a": "hunter22"}}, "AWS::EC2::Instance") is None


@pytest.mark.parametrize("value", ["prod", 3, True, None])
def test_a_tag_that_is_called_env_hides_nothing(value: Any) -> None:
    body = {"id": "i-1", "tags": {"env": value}}
    assert json_without_secrets(body, "microsoft.web/sites") == orjson.dumps(body)


@pytest.mark.parametrize("value", [{"DB": "x"}, [{"name": "DB", "value": "x"}]])
def test_what_holds_variables_is_taken_apart_at_every_look(value: Any) -> None:
    plain = {"id": "i-1", "tags": {"env": "prod"}}
    for _ in range(5):
        assert json_without_secrets(plain, "microsoft.web/sites") is not None
        assert json_without_secrets({**plain, "env": value}, "microsoft.web/sites") is None
