"""What ARM's errors mean. The bodies are those that its reference and recordings show."""

from __future__ import annotations

import json

import pytest

from cloudviz.sources.azure.refusals import refused


def body(code: str, message: str = "no") -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (401, "ExpiredAuthenticationToken", "denied"),
        (403, "AuthorizationFailed", "denied"),
        (429, "TooManyRequests", "throttled"),
        (408, "RequestTimeout", "timeout"),
        (504, "GatewayTimeout", "timeout"),
        (400, "FeatureNotSupportedForAccount", "unsupported"),
        (409, "MissingSubscriptionRegistration", "unsupported"),
        (405, "MethodNotAllowed", "unsupported"),
        (400, "InvalidQuery", "failed"),
        (404, "ResourceNotFound", "failed"),
        (500, "InternalServerError", "failed"),
    ],
)
def test_each_error_has_one_meaning(status: int, code: str, means: str) -> None:
    failed = refused(status, body(code), "Microsoft.Network/virtualNetworks/read")
    assert (failed.status, failed.code, failed.http) == (means, code, status)
    assert (failed.permission is not None) == (means == "denied")


def test_the_action_that_the_message_names_is_the_permission() -> None:
    said = (
        "does not have authorization to perform action 'Microsoft.Sql/servers/read' over scope '/subscriptions/1'"
    )
    assert refused(403, body("AuthorizationFailed", said), "x/read").permission == "Microsoft.Sql/servers/read"
    assert refused(403, body("AuthorizationFailed"), "x/read").permission == "x/read"


def test_the_inner_error_says_more_than_the_outer() -> None:
    details = [
        {"code": "InvalidQuery", "message": "Query is invalid."},
        {"code": "ParserFailure", "message": "line 1"},
    ]
    error = {"code": "BadRequest", "message": "Please provide below info: correlationId", "details": details}
    failed = refused(400, json.dumps({"error": error}).encode(), "")
    assert failed.detail == "InvalidQuery: Query is invalid.; line 1"


@pytest.mark.parametrize("text", [b"", b"<html>", b"[]", b'{"error": 1}', b'{"error": {"details": [1]}}', b"\xff"])
def test_bodies_that_are_no_errors_of_arms(text: bytes) -> None:
    assert refused(500, text, "").detail == "HTTP 500"
