"""Which account and region a Terraform resource lives in. A state does not say so in any one place.

In this order: what the resource's own attributes say; what all resources of the same provider configuration say
when they agree; what the data sources ``aws_caller_identity`` and ``aws_region`` say; what all ARNs that these
resources mention say when they agree; what the caller said; else nothing, with a problem that says how to give it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudviz.catalogue.declare import AwsCall
from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import Problem, Scope
from cloudviz.sources.offline.format import Asked

_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):[a-z0-9-]+:(?P<region>[a-z0-9-]*):(?P<account>\d{12})?:")
_AWS_ZONE = re.compile(r"^(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d+)(?:[a-z]|-[a-z0-9-]+)$")
_AWS_ACCOUNT = re.compile(r"^\d{12}$")
_GOOGLE_PROJECT = re.compile(r"(?:^|/)projects/(?P<project>[^/]+)")
_GOOGLE_ZONE = re.compile(r"^(?P<region>[a-z]+-[a-z]+\d+)-[a-z]$")
_SUBSCRIPTION = re.compile(r"^/subscriptions/(?P<subscription>[^/]+)", re.IGNORECASE)

_OWN_ARN = ("arn", "id")
_OWNER = ("owner_id", "owner_account_id")
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Own:
    """What a resource's own attributes say of its place. None: they don't say; ``""``: it has none (IAM)."""

    provider: str
    account: str | None = None
    region: str | None = None
    partition: str | None = None


@dataclass(slots=True)
class Facts:
    """What one provider configuration of a file is known to point at."""

    accounts: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)
    partitions: set[str] = field(default_factory=set)
    said_account: str = ""
    said_region: str = ""
    mentioned_accounts: set[str] = field(default_factory=set)
    mentioned_regions: set[str] = field(default_factory=set)

    def learn(self, own: Own) -> None:
        """Take in where one resource says it is."""
        if own.account:
            self.accounts.add(own.account)
        if own.region:
            self.regions.add(own.region)
        if own.partition:
            self.partitions.add(own.partition)

    def mention(self, texts: Iterable[str]) -> None:
        """Take in ARNs that a resource refers to."""
        for text in texts:
            match = _ARN.match(text)
            if match is not None:
                if match["account"]:
                    self.mentioned_accounts.add(match["account"])
                if match["region"]:
                    self.mentioned_regions.add(match["region"])
                self.partitions.add(match["partition"])

    def data_source(self, native_type: str, attributes: Mapping[str, Any]) -> None:
        """Take in a data source that tells who and where Terraform was."""
        if native_type == "aws_caller_identity":
            self.said_account = _text(attributes, "account_id") or self.said_account
        elif native_type == "aws_region":
            self.said_region = _text(attributes, "region", "name", "id") or self.said_region
        elif native_type in ("google_client_config", "google_project"):
            self.said_account = _text(attributes, "project_id", "project") or self.said_account
            self.said_region = _text(attributes, "region") or self.said_region

    def account(self) -> str:
        """The one account this configuration points at, or ``""``."""
        return (
            _only(self.accounts)
            or self.said_account
            or (not self.accounts and _only(self.mentioned_accounts))
            or ""
        )

    def region(self) -> str:
        """The one region this configuration points at, or ``""``."""
        return (
            _only(self.regions) or self.said_region or (not self.regions and _only(self.mentioned_regions)) or ""
        )


def _only(values: set[str]) -> str:
    return next(iter(values)) if len(values) == 1 else ""


def _text(attributes: Mapping[str, Any], *names: str) -> str:
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def own_place(provider: str, attributes: Mapping[str, Any]) -> Own:
    """What the attributes of one resource say of its account and region."""
    if provider == "aws":
        return _aws(attributes)
    if provider == "azure":
        match = _SUBSCRIPTION.match(_text(attributes, "id"))
        # Azure writes "West Europe" in some replies and "westeurope" in others: both are one region.
        location = _text(attributes, "location").replace(" ", "").lower()
        return Own(provider, match["subscription"].lower() if match else "", location)
    if provider == "gcp":
        return _google(attributes)
    return Own(provider, "", _text(attributes, "region"))


def _aws(attributes: Mapping[str, Any]) -> Own:
    account: str | None = None
    region: str | None = None
    partition: str | None = None
    for name in _OWN_ARN:
        match = _ARN.match(_text(attributes, name))
        if match is not None:
            partition, region = match["partition"], match["region"]
            account = match["account"]
            break
    owner = _text(attributes, *_OWNER)
    if account is None and _AWS_ACCOUNT.match(owner):
        account = owner
    if region is None:
        zone = _AWS_ZONE.match(_text(attributes, "availability_zone"))
        region = _text(attributes, "region") or (zone["region"] if zone else None)
    return Own("aws", account, region, partition)


def _google(attributes: Mapping[str, Any]) -> Own:
    project = _text(attributes, "project")
    if not project:
        for name in ("self_link", "id", "name"):
            match = _GOOGLE_PROJECT.search(_text(attributes, name))
            if match is not None:
                project = match["project"]
                break
    place = _text(attributes, "region", "location", "zone").rstrip("/").rsplit("/", 1)[-1].lower()
    zone = _GOOGLE_ZONE.match(place)
    return Own("gcp", project or None, zone["region"] if zone else place)


def partition_of(region: str, known: set[str]) -> str:
    """The AWS partition: what the ARNs say, else what the region's name says."""
    if region.startswith("cn-"):
        return "aws-cn"
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return _only(known) or "aws"


class Places:
    """The scopes of one file's resources, and what could not be told."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._facts: dict[str, Facts] = {}
        self._unknown: dict[str, list[str]] = {}

    def facts(self, configuration: str) -> Facts:
        """What is known of one provider configuration (``provider["…/aws"].west``)."""
        return self._facts.setdefault(configuration, Facts())

    def scope(self, own: Own, configuration: str, native_type: str, address: str) -> Scope:
        """Where a resource is. Call it when all resources of the file have been learnt of.

        With an address, what can't be told becomes a problem.
        """
        if own.provider not in ("aws", "gcp"):
            return Scope(own.provider, own.account or "", own.region or "")
        facts = self.facts(configuration)
        account = own.account or facts.account() or self._asked.account
        if not account and address:
            self._unknown.setdefault("account" if own.provider == "aws" else "project", []).append(address)
        region = own.region
        if region is None and not _is_global(native_type):
            region = facts.region() or self._asked.region
            if not region and address:
                self._unknown.setdefault("region", []).append(address)
        if own.provider == "gcp":
            return Scope("gcp", account, region or "")
        partition = own.partition or partition_of(region or facts.region(), facts.partitions)
        return Scope("aws", account, region or "", partition)

    def problems(self, name: str) -> list[Problem]:
        """One problem for each word that the file does not say, naming the resources it is missing for."""
        found: list[Problem] = []
        for word, addresses in sorted(self._unknown.items()):
            some = ", ".join(addresses[:_NAMED]) + (", …" if len(addresses) > _NAMED else "")
            noun = "resource" if len(addresses) == 1 else "resources"
            option = "region" if word == "region" else "account"
            what = f"does not say the {word} of {len(addresses):,} {noun} ({some}); give it with --{option}"
            found.append(Problem("", what, name, loss=False))
        return found


def _is_global(native_type: str) -> bool:
    listings = [declared.listing for declared in catalogue().by_terraform(native_type)]
    return bool(listings) and all(isinstance(each, AwsCall) and each.is_global for each in listings)
