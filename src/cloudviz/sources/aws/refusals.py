"""What an AWS error means for the scan: denied, throttled, timed out, unsupported or failed."""

from __future__ import annotations

import re

from botocore import exceptions as boto

from cloudviz.errors import CloudRefused
from cloudviz.inventory.model import CoverageStatus

DENIED_CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
        "403",
    }
)
THROTTLED_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
        "429",
    }
)
TIMEOUT_CODES = frozenset({"RequestTimeout", "RequestTimeoutException", "GatewayTimeout", "504"})
UNSUPPORTED_CODES = frozenset(
    {
        "InvalidAction",
        "NotImplemented",
        "OptInRequired",
        "SubscriptionRequiredException",
        "UnknownOperationException",
        "UnsupportedOperation",
        "404",
        "405",
        "501",
    }
)
# sts:GetCallerIdentity has accepted the credentials before, so a region that does not is one the account has not
# enabled: https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
NOT_ENABLED_CODES = frozenset({"AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException"})

GONE_CODES = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "CacheClusterNotFound",
        "ClusterNotFoundException",
        "FileSystemNotFound",
        "LoadBalancerNotFound",
        "NoSuchBucket",
        "NoSuchDistribution",
        "NoSuchEntity",
        "NoSuchHostedZone",
        "NoSuchResource",
        "NotFound",
        "NotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "StateMachineDoesNotExist",
        "TableNotFoundException",
        "TargetGroupNotFound",
    }
)
"""Codes by which a detail call says that the item was deleted after it was listed."""

_ACTION = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9]+)")


class CallFailed(Exception):
    """A call that gave no answer, and what that means.

    Attributes:
        status: one of the coverage words.
        detail: one line for people.
        permission: the IAM action that is missing, when ``status`` is denied.
        code: AWS's own error code, ``""`` where there is none.
    """

    def __init__(self, status: CoverageStatus, detail: str, permission: str | None = None, code: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.permission = permission
        self.code = code


def needed_action(text: str) -> str:
    """The IAM action that a message says is missing, or ``""``."""
    named = _ACTION.search(text)
    return named[1] if named else ""


def one_line(text: str, limit: int = 400) -> str:
    """A message on one line, without control characters, cut where it is longer than ``limit``."""
    flat = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def failure(error: BaseException, permission: str) -> CallFailed:
    """Read an error of a call that needs ``permission``."""
    if isinstance(error, CallFailed):
        return error
    if isinstance(error, boto.ClientError):
        return _refused(error, permission)
    detail = one_line(f"{type(error).__name__}: {error}")
    if isinstance(error, TimeoutError | boto.ReadTimeoutError | boto.ConnectTimeoutError):
        return CallFailed(CoverageStatus.TIMEOUT, detail or "no answer in time")
    return CallFailed(CoverageStatus.FAILED, detail)


def _refused(error: boto.ClientError, permission: str) -> CallFailed:
    said = error.response.get("Error", {})
    code = str(said.get("Code") or "").removeprefix("Client.").rsplit("#", 1)[-1]
    message = str(said.get("Message") or "")
    http = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    detail = one_line(f"{code}: {message}" if message else code or f"HTTP {http}")
    if code in DENIED_CODES:
        return CallFailed(CoverageStatus.DENIED, detail, needed_action(message) or permission, code)
    if code in THROTTLED_CODES:
        return CallFailed(CoverageStatus.THROTTLED, detail, None, code)
    if code in TIMEOUT_CODES:
        return CallFailed(CoverageStatus.TIMEOUT, detail, None, code)
    if code in UNSUPPORTED_CODES:
        return CallFailed(CoverageStatus.UNSUPPORTED, detail, None, code)
    if code in NOT_ENABLED_CODES:
        return CallFailed(CoverageStatus.UNSUPPORTED, f"the region is not enabled ({detail})", None, code)
    if http == 429:
        return CallFailed(CoverageStatus.THROTTLED, detail, None, code)
    return CallFailed(CoverageStatus.FAILED, detail, None, code)


_CREDENTIAL_CODES = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)


def cloud_refused(error: BaseException, doing: str) -> CloudRefused:
    """The one clear line for credentials or an endpoint that fail altogether.

    Arguments:
        doing: what was tried, as in ``"sign in to AWS"``.
    """
    said = one_line(str(error), 300)
    hint = "Check the endpoint and the network, then try again."
    if isinstance(error, boto.ProfileNotFound):
        hint = "List the profiles with `aws configure list-profiles`, or leave --profile out."
    elif isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        said = f"no usable AWS credentials were found ({said})"
        hint = "Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`."
    elif isinstance(
        error,
        boto.SSOError | boto.TokenRetrievalError | boto.CredentialRetrievalError | boto.UnauthorizedSSOTokenError,
    ):
        hint = "Sign in again, with `aws sso login` for a single sign-on profile."
    elif isinstance(error, boto.ClientError):
        read = _refused(error, "")
        said = read.detail
        if read.code in _CREDENTIAL_CODES:
            hint = "The credentials are wrong or have expired: renew them, for example with `aws sso login`."
        elif read.status is CoverageStatus.DENIED:
            hint = "Ask for the permission that the message names."
    return CloudRefused(f"AWS: could not {doing}: {said}", hint=hint)
