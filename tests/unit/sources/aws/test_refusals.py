"""What AWS's errors mean."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as boto

from cloudviz.sources.aws.refusals import cloud_refused, failure, one_line


def refused(code: str, message: str = "no", http: int = 400) -> boto.ClientError:
    said: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": http}}
    return boto.ClientError(said, "DescribeThings")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (refused("AccessDenied"), "denied"),
        (refused("AccessDeniedException"), "denied"),
        (refused("UnauthorizedOperation"), "denied"),
        (refused("Client.UnauthorizedOperation"), "denied"),
        (refused("AuthorizationError"), "denied"),
        (refused("403", "Forbidden", 403), "denied"),
        (refused("com.amazon.coral.service#AccessDeniedException"), "denied"),
        (refused("Throttling"), "throttled"),
        (refused("RequestLimitExceeded", http=503), "throttled"),
        (refused("SlowDown", http=503), "throttled"),
        (refused("SomethingNew", http=429), "throttled"),
        (refused("OptInRequired"), "unsupported"),
        (refused("AuthFailure", http=401), "unsupported"),
        (refused("UnrecognizedClientException"), "unsupported"),
        (refused("InvalidAction"), "unsupported"),
        (refused("404", "Not Found", 404), "unsupported"),
        (refused("RequestTimeout"), "timeout"),
        (refused("InternalFailure", http=500), "failed"),
        (refused("ExpiredToken"), "failed"),
        (boto.ReadTimeoutError(endpoint_url="https://ec2"), "timeout"),
        (boto.ConnectTimeoutError(endpoint_url="https://ec2"), "timeout"),
        (TimeoutError("no answer within 9 s"), "timeout"),
        (boto.EndpointConnectionError(endpoint_url="https://ec2"), "failed"),
        (ValueError("odd"), "failed"),
    ],
)
def test_each_error_has_its_coverage_word(error: Exception, status: str) -> None:
    assert failure(error, "ec2:DescribeThings").status == status


def test_the_permission_is_what_aws_names_else_what_the_call_needs() -> None:
    named = "User: arn:aws:iam::1:user/x is not authorized to perform: ec2:DescribeVolumes because of a policy"
    assert failure(refused("UnauthorizedOperation", named), "ec2:Other").permission == "ec2:DescribeVolumes"
    assert failure(refused("AccessDenied", "Access Denied"), "s3:GetBucketTagging").permission == (
        "s3:GetBucketTagging"
    )
    assert failure(refused("Throttling"), "ec2:Other").permission is None


def test_a_message_is_one_line_of_bounded_length_without_control_characters() -> None:
    hostile = "a\nb\r\n\x1b[31mred\x00" + "x" * 10_000
    said = one_line(hostile)
    assert len(said) == 400
    assert said.isprintable()
    assert said.startswith("a b [31mred x")
    assert "\n" not in failure(refused("AccessDenied", hostile), "p").detail


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (boto.NoCredentialsError(), "aws configure"),
        (boto.ProfileNotFound(profile="x"), "list-profiles"),
        (refused("ExpiredToken"), "renew"),
        (refused("SignatureDoesNotMatch"), "renew"),
        (refused("AccessDenied"), "permission"),
        (boto.EndpointConnectionError(endpoint_url="http://x"), "endpoint"),
        (boto.UnauthorizedSSOTokenError(), "aws sso login"),
    ],
)
def test_a_refusal_as_a_whole_has_a_hint(error: Exception, hint: str) -> None:
    refusal = cloud_refused(error, "sign in")
    assert hint in refusal.hint
    assert refusal.one_line().startswith("AWS: could not sign in")
    assert "\n" not in refusal.one_line()
