"""Names that go into endpoints and ARNs, and replies that must not pass for empty ones."""

from __future__ import annotations

import pytest
from botocore.parsers import ResponseParserError

from cloudviz.errors import Invalid
from cloudviz.sources.aws.model import operation_model
from cloudviz.sources.aws.session import (
    DEFAULT_REGIONS,
    account_of_role,
    checked_accounts,
    checked_regions,
    new_session,
    refuse_broken_body,
    role_for,
)


def test_regions_are_names_of_regions() -> None:
    names = ["eu-west-1", "us-gov-east-1", "cn-north-1", "ap-southeast-5", "mx-central-1", "eu-west-1"]
    assert checked_regions(names) == tuple(names[:-1])
    assert checked_regions(DEFAULT_REGIONS) == DEFAULT_REGIONS


@pytest.mark.parametrize(
    "name", ["", "Europe", "eu-west-1.evil.example#", "../..", "eu_west_1", "eu-west-1\n", "*", "us-east-1 "]
)
def test_what_is_no_region_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="not the name of an AWS region"):
        checked_regions([name])


@pytest.mark.parametrize(
    "account", ["", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"]
)
def test_what_is_no_account_is_refused(account: str) -> None:
    with pytest.raises(Invalid, match="not an AWS account id"):
        checked_accounts([account])


@pytest.mark.parametrize(
    ("role", "arn"),
    [
        ("CloudVizRead", "arn:aws:iam::111122223333:role/CloudVizRead"),
        ("audit/CloudVizRead", "arn:aws:iam::111122223333:role/audit/CloudVizRead"),
        ("arn:aws:iam::{account}:role/Read", "arn:aws:iam::111122223333:role/Read"),
        ("arn:aws:iam::999999999999:role/Read", "arn:aws:iam::111122223333:role/Read"),
        ("arn:aws-cn:iam::{account}:role/Read", "arn:aws-cn:iam::111122223333:role/Read"),
    ],
)
def test_a_role_is_found_in_each_account(role: str, arn: str) -> None:
    assert role_for(role, "111122223333", "aws") == arn


@pytest.mark.parametrize("role", ["arn:aws:iam::1:user/x", "arn:aws:s3:::bucket", "two words", "", "role;drop"])
def test_what_is_no_role_is_refused(role: str) -> None:
    with pytest.raises(Invalid, match="not the ARN of an IAM role"):
        role_for(role, "111122223333", "aws")


def test_the_account_of_a_role() -> None:
    assert account_of_role("arn:aws:iam::999999999999:role/Read") == "999999999999"
    assert account_of_role("arn:aws:iam::{account}:role/Read") == ""
    assert account_of_role("Read") == ""


def check(service: str, operation: str, body: bytes, status: int = 200) -> None:
    refuse_broken_body({"status_code": status, "body": body}, operation_model(service, operation))


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("dynamodb", "list_tables", b'{"TableNames": ["a", "b'),
        ("dynamodb", "list_tables", b""),
        ("dynamodb", "list_tables", b"[]"),
        ("dynamodb", "list_tables", b"null"),
        ("lambda", "list_functions", b"<html></html>"),
        ("s3", "list_buckets", b"  \n"),
        ("s3", "list_buckets", b"<!DOCTYPE html><html></html>"),
        ("ec2", "describe_vpcs", b"\n<HTML><body/></HTML>"),
    ],
)
def test_a_broken_body_is_an_error(service: str, operation: str, body: bytes) -> None:
    with pytest.raises(ResponseParserError):
        check(service, operation, body)


def test_an_honest_body_is_none() -> None:
    check("dynamodb", "list_tables", b'{"TableNames": []}')
    check("dynamodb", "list_tables", b"{}")
    check("s3", "list_buckets", b"<ListAllMyBucketsResult/>")
    check("dynamodb", "list_tables", b"garbage", status=500)


def test_timestamps_are_text_in_utc_whatever_the_wire_says() -> None:
    parse = new_session().get_component("response_parser_factory")._defaults["timestamp_parser"]
    assert parse("2026-10-01T12:00:00+02:00") == "2026-10-01T10:00:00Z"
    assert parse(1759312800) == "2025-10-01T10:00:00Z"
    assert parse("1759312800.5") == "2025-10-01T10:00:00.500000Z"
    assert parse("Wed, 01 Oct 2025 10:00:00 GMT") == "2025-10-01T10:00:00Z"
