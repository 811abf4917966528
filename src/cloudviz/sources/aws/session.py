"""Credentials, accounts and clients.

A client costs 33 ms and a megabyte: one per (account, region, service), made under a lock, shared by all threads
(botocore clients may be called from many threads, but must not be created from one session in parallel).
"""

from __future__ import annotations

import datetime
import functools
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import orjson
from botocore import exceptions as boto
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
)
from botocore.parsers import ResponseParserError
from botocore.utils import parse_timestamp

from cloudviz import __version__
from cloudviz.errors import Invalid
from cloudviz.sources.aws.descriptions import lean
from cloudviz.sources.aws.replies import Parsers

GLOBAL_REGIONS = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-eusc": "eusc-de-east-1",
}
"""The region each partition's global services answer in: IAM, the list of S3 buckets, Cost Explorer."""

DEFAULT_REGIONS: tuple[str, ...] = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
"""The regions every account of the partition ``aws`` has; later ones must be opted into.
Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html"""

_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+){1,3}-[0-9]{1,2}")
_WRITTEN_SO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{12}")
_ROLE_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{12}|\{account\}):role/(?P<name>[\w+=,.@/-]{1,576})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a scan waits, in seconds.

    Attributes:
        connect, read: for the connection, and for each piece of an answer.
        call: for a call with all its attempts.
        listing: for one (account, region, type) with all its pages and details.
        sign_in: for the first call, which proves the credentials.
        attempts: how often botocore asks before it gives up.
    """

    connect: float = 5
    read: float = 30
    call: float = 90
    listing: float = 1800
    sign_in: float = 10
    attempts: int = 5


@dataclass(frozen=True, slots=True)
class Account:
    """An account that can be looked into, with the session that may."""

    id: str
    partition: str
    session: botocore.session.Session = field(repr=False)
    identity: str = ""


def checked_regions(regions: Sequence[str]) -> tuple[str, ...]:
    """The regions asked for without repeats. Raises Invalid when one can't be the name of a region."""
    for region in regions:
        if not _REGION.fullmatch(region):
            raise Invalid(f"{region!r} is not the name of an AWS region", hint="Use names such as eu-west-1.")
    return tuple(dict.fromkeys(regions))


ALL_ACCOUNTS = "all"
"""In place of account ids: every active account of the organisation."""


def checked_accounts(accounts: Sequence[str], role: str | None = None) -> tuple[str, ...]:
    """The accounts asked for without repeats; only ``all`` for every account of the organisation.

    That is meant too when no account is given and the role's ARN leaves the account open. Raises Invalid when one
    is not twelve digits, and for all accounts without a role that could be assumed in them.
    """
    if not accounts and role is not None and "{account}" in role:
        return (ALL_ACCOUNTS,)
    if ALL_ACCOUNTS in accounts:
        if role is None:
            raise Invalid(
                "all accounts of an organisation are looked into through a role in each of them",
                hint="Give its name, or its ARN with {account} in it, with --role-arn.",
            )
        return (ALL_ACCOUNTS,)
    for account in accounts:
        if not _ACCOUNT.fullmatch(account):
            raise Invalid(f"{account!r} is not an AWS account id", hint="An account id has twelve digits.")
    return tuple(dict.fromkeys(accounts))


def role_for(role: str, account: str, partition: str) -> str:
    """The ARN of the role to assume in an account.

    ``role`` is a role's name, an ARN with ``{account}`` in it, or the ARN of one account's role, whose
    counterparts have the same name. Raises Invalid when it is none of these.
    """
    match = _ROLE_ARN.fullmatch(role)
    if match:
        return f"arn:{match['partition']}:iam::{account or match['account']}:role/{match['name']}"
    if role.startswith("arn:") or not re.fullmatch(r"[\w+=,.@/-]{1,576}", role, re.ASCII):
        raise Invalid(
            f"{role!r} is not the ARN of an IAM role",
            hint="Use arn:aws:iam::123456789012:role/NAME, arn:aws:iam::{account}:role/NAME, or a role's name.",
        )
    return f"arn:{partition}:iam::{account}:role/{role}"


def account_of_role(role: str) -> str:
    """The account a role's ARN names, or ``""``."""
    match = _ROLE_ARN.fullmatch(role)
    return match["account"] if match and match["account"] != "{account}" else ""


def rfc3339(value: Any) -> str:
    """Timestamps as text in UTC, so that a body is plain JSON whatever the service's wire format."""
    if type(value) is str and _WRITTEN_SO.fullmatch(value):
        moment = datetime.datetime.fromisoformat(value)  # a fiftieth of the time, and nearly all are written so
    else:
        moment = parse_timestamp(value)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def refuse_broken_body(response_dict: dict[str, Any], operation_model: Any, **_: Any) -> None:
    """Make an error of a body that botocore would read as an empty answer.

    botocore takes a JSON body that does not parse, an empty XML body and well-formed HTML from a proxy for
    an answer without members: a torn list would pass for an empty one (botocore/parsers.py,
    ``_parse_body_as_json`` and ``_initial_body_parse``). Blind is not empty.
    """
    status = response_dict.get("status_code", 0)
    if not 200 <= status < 300 or operation_model.has_streaming_output:
        return
    shape = operation_model.output_shape
    if shape is None or not shape.members:
        return
    body = response_dict.get("body") or b""
    what = ""
    if not body.strip():
        what = "an empty body"
    elif "json" in operation_model.service_model.resolved_protocol:
        try:
            if not isinstance(orjson.loads(body), dict):
                what = "JSON that is no object"
        except orjson.JSONDecodeError:
            what = "a body that is no JSON"
    elif body.lstrip()[:15].lower().startswith((b"<html", b"<!doctype html")):
        what = "a web page"
    if what:
        raise ResponseParserError(f"{operation_model.name} answered with {what} ({len(body)} bytes)")


def new_session(profile: str | None = None) -> botocore.session.Session:
    """A session whose replies have timestamps as text and whose broken replies are errors.

    Raises what botocore raises when the profile does not exist.
    """
    session = lean(botocore.session.Session(profile=profile))
    parsers = Parsers()
    parsers.set_parser_defaults(timestamp_parser=rfc3339)
    session.register_component("response_parser_factory", parsers)
    session.register("before-parse", refuse_broken_body)
    return session


class _AssumedRole(CredentialProvider):  # type: ignore[misc]
    """Hands out credentials of a role, renewed when they run out in the middle of a scan."""

    METHOD = "assume-role"
    CANONICAL_NAME = "assume-role"

    def __init__(self, fetch: Callable[[], dict[str, Any]]) -> None:
        super().__init__()
        self._fetch = fetch

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(self._fetch, self.METHOD)


class Sessions:
    """Opens sessions from one set of base credentials, and knows how clients are to be made.

    Arguments:
        profile: the profile of the AWS configuration files; the usual chain when None.
        endpoint_url: where to send every call instead of AWS; ``AWS_ENDPOINT_URL`` works as well.
        limits: how long to wait.
        workers: how many calls run at once, for the connection pools.
        secret: an access key with its secret, and a session token if it has one, in place of the profile's.

    Raises what botocore raises when the profile does not exist or a configuration file can't be read.
    """

    def __init__(
        self,
        profile: str | None,
        endpoint_url: str | None,
        limits: Limits,
        workers: int,
        secret: Mapping[str, str] | None = None,
    ) -> None:
        self._profile = profile
        self.endpoint_url = endpoint_url
        self._limits = limits
        self._workers = workers
        self.base = new_session(profile)
        if secret is not None:
            self.base.set_credentials(
                secret["access_key_id"], secret["secret_access_key"], secret.get("session_token")
            )
        # Reads the configuration files: a profile that does not exist shows here.
        self._configured = str(self.base.get_config_variable("region") or "us-east-1")

    def home_region(self, asked: Sequence[str]) -> str:
        """The region whose STS is asked who we are: one asked for, else the configured one, else us-east-1."""
        return asked[0] if asked else self._configured

    def client(
        self, session: botocore.session.Session, service: str, region: str, *, sign_in: bool = False
    ) -> Any:
        """A new client. Not to be called for one session from two threads at once."""
        limits = self._limits
        config = Config(
            connect_timeout=min(limits.connect, limits.sign_in) if sign_in else limits.connect,
            read_timeout=min(limits.read, limits.sign_in) if sign_in else limits.read,
            retries={"mode": "standard", "total_max_attempts": 2 if sign_in else limits.attempts},
            max_pool_connections=self._workers,
            user_agent_extra=f"cloudviz/{__version__}",
            # A stand-in for AWS has one host name, not one for each bucket.
            s3={"addressing_style": "path"} if self.endpoint_url else None,
        )
        return session.create_client(service, region_name=region, endpoint_url=self.endpoint_url, config=config)

    def signed_in(self, session: botocore.session.Session, region: str) -> Account:
        """Who the session is. Raises what botocore raises when the credentials or the endpoint fail."""
        said = self.client(session, "sts", region, sign_in=True).get_caller_identity()
        arn = str(said.get("Arn") or "")
        parts = arn.split(":")
        partition = parts[1] if len(parts) > 1 and parts[1] else "aws"
        return Account(str(said["Account"]), partition, session, arn)

    def members(self, own: Account, region: str) -> list[str]:
        """The ids of the organisation's active accounts, sorted. Raises what botocore raises.

        Source: https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
        """
        client = self.client(own.session, "organizations", GLOBAL_REGIONS.get(own.partition, region), sign_in=True)
        pages = client.get_paginator("list_accounts").paginate()
        return sorted(
            str(account["Id"])
            for page in pages
            for account in page.get("Accounts", ())
            # Status gives way to State, which knows an account that is being set up.
            if (account.get("State") or account.get("Status")) == "ACTIVE"
        )

    def assume(self, role_arn: str, region: str) -> Account:
        """Sign in as a role, with credentials that renew themselves."""
        source = self.base.get_credentials()
        if source is None:
            raise boto.NoCredentialsError
        create = functools.partial(
            self.base.create_client,
            region_name=region,
            endpoint_url=self.endpoint_url,
            config=Config(
                connect_timeout=self._limits.connect,
                read_timeout=self._limits.sign_in,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        )
        fetcher = AssumeRoleCredentialFetcher(create, source, role_arn, extra_args={"RoleSessionName": "cloudviz"})
        session = new_session()
        session.register_component(
            "credential_provider", CredentialResolver([_AssumedRole(fetcher.fetch_credentials)])
        )
        return self.signed_in(session, region)


class Clients:
    """The clients of one account, each made once."""

    def __init__(self, sessions: Sessions, account: Account) -> None:
        self._sessions = sessions
        self._session = account.session
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def get(self, service: str, region: str) -> Any:
        """The client for a service in a region; called from worker threads."""
        key = (service, region)
        client = self._clients.get(key)
        if client is None:
            with self._lock:
                client = self._clients.get(key)
                if client is None:
                    client = self._clients[key] = self._sessions.client(self._session, service, region)
        return client

    def endpoint(self, service: str, region: str) -> str:
        """The host that serves a service in a region. A stand-in for AWS serves all: then it is one of many."""
        host = urlsplit(self.get(service, region).meta.endpoint_url).netloc
        is_own = not self._sessions.endpoint_url and host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws"))
        return host if is_own else f"{service}.{region} at {host}"

    def close(self) -> None:
        """Close every connection. A call still under way fails, which nobody waits for any more."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
