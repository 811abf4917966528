"""The long tail: what an account has of types that CloudViz does not declare, through AWS Cloud Control.

CloudFormation knows which types there are, a thousand of them; Cloud Control lists each by the handler that its
service wrote for it. That takes a call a type and region, so that it is done only where it is asked for.

Sources: https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_ListResources.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListTypes.html
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson

from cloudviz.catalogue.aws.long_tail import ARNS, GLOBAL_SERVICES, IDENTIFIER
from cloudviz.catalogue.paths import read_path
from cloudviz.catalogue.registry import Catalogue
from cloudviz.inventory.model import BLIND, CoverageStatus, RawItem, Scope
from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.plan import NO_REGION
from cloudviz.sources.aws.refusals import CallFailed, failure, needed_action
from cloudviz.sources.aws.session import GLOBAL_REGIONS, Account
from cloudviz.sources.flow import as_done
from cloudviz.sources.provider import Listing, NotSeen, Part, Seen

OTHER = "aws.other"

LIST_TYPES = "cloudformation:ListTypes"
LIST = "cloudformation:ListResources"
GET = "cloudformation:GetResource"
"""IAM knows Cloud Control's actions as CloudFormation's. The handlers call their services as who asks, so that
each type also needs its service's own right to list."""

PROVISIONING = ("FULLY_MUTABLE", "IMMUTABLE")
"""The types that Cloud Control serves."""

SERVICES_AT_ONCE = 8

_NOT_SERVED = frozenset({"UnsupportedActionException", "TypeNotFoundException", "PrivateTypeException"})


async def long_tail_types(caller: Caller, region: str, known: Catalogue) -> list[str]:
    """CloudFormation's names of all types that Cloud Control may list and CloudViz does not declare, sorted.

    Raises CallFailed.
    """
    names: set[str] = set()
    for provisioning in PROVISIONING:
        arguments = {
            "Visibility": "PUBLIC",
            "Type": "RESOURCE",
            "DeprecatedStatus": "LIVE",
            "ProvisioningType": provisioning,
            "Filters": {"Category": "AWS_TYPES"},
            "MaxResults": 100,
        }
        async for page in caller.pages("cloudformation", region, "list_types", arguments, LIST_TYPES):
            names.update(str(each.get("TypeName")) for each in page.get("TypeSummaries") or ())
    return sorted(name for name in names if name.count("::") == 2 and not known.by_native(name))


@dataclass(frozen=True)
class _Ask:
    """The types of one service in one region; ``global`` for a service that is in none."""

    service: str
    region: str
    names: tuple[str, ...]


@dataclass
class _Heard:
    """What a service's types came to.

    Attributes:
        items: what there is.
        unlisted: the types that could not be listed, and why.
    """

    items: list[RawItem] = field(default_factory=list)
    unlisted: list[tuple[str, CallFailed]] = field(default_factory=list)


class LongTail:
    """Lists one account's long tail, service by service.

    Arguments:
        caller: makes the calls.
        account: whose.
        regions: the regions of the scan.
        seconds: how long one type may take in one region.
    """

    def __init__(self, caller: Caller, account: Account, regions: Sequence[str], seconds: float) -> None:
        self._caller = caller
        self._account = account
        self._regions = tuple(regions)
        self._seconds = seconds
        self._never: set[str] = set()
        self._refused: CallFailed | None = None

    async def parts(self, names: Iterable[str], done: Collection[str]) -> AsyncGenerator[Part, None]:
        """A part for each service and region, as they come; those in ``done`` are left out."""
        services: dict[str, list[str]] = {}
        for name in names:
            services.setdefault(name.split("::")[1], []).append(name)
        home, *others = self._regions
        first = [(NO_REGION if service in GLOBAL_SERVICES else home, service) for service in services]
        rest = [(place, service) for service in services if service not in GLOBAL_SERVICES for place in others]
        # The first region tells which types nobody can list at all: the others need not be asked for those.
        for asked in (first, rest):
            asks = [_Ask(service, region, tuple(services[service])) for region, service in asked]
            asks = [ask for ask in asks if self._key(ask) not in done]
            async with aclosing(as_done(asks, self._listed, SERVICES_AT_ONCE)) as heard:
                async for ask, found in heard:
                    yield Part(self._key(ask), list(self._listings(ask, found)))

    def _key(self, ask: _Ask) -> str:
        return f"{self._account.id}/{ask.region}/long-tail/{ask.service}"

    async def _listed(self, ask: _Ask) -> _Heard:
        """What there is of a service's types. Does not raise."""
        heard = _Heard()
        for name in ask.names:
            if name in self._never:
                continue
            if self._refused is not None:
                heard.unlisted.append((name, self._refused))
                continue
            try:
                async with asyncio.timeout(self._seconds):
                    await self._list(name, ask.region, heard)
            except TimeoutError:
                late = CallFailed(CoverageStatus.TIMEOUT, f"not done within {self._seconds:g} s")
                heard.unlisted.append((name, late))
            except CallFailed as failed:
                judged = _judged(failed)
                heard.unlisted.append((name, judged))
                if judged.status == CoverageStatus.DENIED and judged.permission == LIST:
                    self._refused = judged  # a thousand types would be refused one by one
                if judged.code in ("UnsupportedActionException", "InvalidRequestException"):
                    self._never.add(name)
            except Exception as error:  # a reply of a shape no model describes
                heard.unlisted.append((name, failure(error, LIST)))
        return heard

    async def _list(self, name: str, region: str, heard: _Heard) -> None:
        place = region
        if region == NO_REGION:
            place = GLOBAL_REGIONS.get(self._account.partition, "us-east-1")
        # A type that breaks in the middle keeps what came before.
        arguments = {"TypeName": name, "MaxResults": 100}
        seen: set[str] = set()
        async for page in self._caller.pages("cloudcontrol", place, "list_resources", arguments, LIST):
            for each in page.get("ResourceDescriptions") or ():
                identifier = str(each.get("Identifier") or "")
                if not identifier or identifier in seen:
                    continue
                seen.add(identifier)
                properties = _properties(each)
                if not properties:
                    try:
                        properties = await self._got(name, place, identifier)
                    except CallFailed as failed:
                        judged = _judged(failed)
                        if judged.code == "ResourceNotFoundException":
                            continue  # deleted since it was listed
                        heard.unlisted.append((name, judged))
                heard.items.append(self._item(name, region, identifier, properties))

    async def _got(self, name: str, place: str, identifier: str) -> dict[str, Any]:
        arguments = {"TypeName": name, "Identifier": identifier}
        reply = await self._caller.call("cloudcontrol", place, "get_resource", arguments, GET)
        return _properties(reply.get("ResourceDescription") or {})

    def _item(self, name: str, region: str, identifier: str, properties: Mapping[str, Any]) -> RawItem:
        scope = Scope("aws", self._account.id, region, self._account.partition)
        called = f"of/{identifier}" if identifier.startswith("arn:") else identifier
        body = {**properties, IDENTIFIER: arn_of(name, identifier, properties, scope) or called}
        return RawItem(scope, name, body, where=f"aws {scope.account}/{region} cloudcontrol:{name}")

    def _listings(self, ask: _Ask, heard: _Heard) -> Iterable[Listing]:
        """One entry for what was found, which is whole if nothing was hidden, and one for each type that was."""
        scope = Scope("aws", self._account.id, ask.region, self._account.partition)
        hidden = [(name, failed) for name, failed in heard.unlisted if failed.status in BLIND]
        if hidden:
            name, failed = hidden[0]
            count = len({name for name, _ in hidden})
            detail = f"{count} types of {ask.service} were not seen: {name}: {failed.detail}"
            yield NotSeen(scope, OTHER, failed.status, failed.permission, detail, heard.items)
        else:
            yield Seen(scope, OTHER, heard.items)
        for name, failed in dict(reversed(heard.unlisted)).items():
            yield NotSeen(scope, name, failed.status, failed.permission, failed.detail)


def arn_of(name: str, identifier: str, properties: Mapping[str, Any], scope: Scope) -> str | None:
    """The ARN of a thing: what it is called by, what it says of itself, or what its type's are built of."""
    noun = name.rpartition("::")[2]
    for key in ("Arn", "ARN", f"{noun}Arn", f"{noun}ARN"):
        if str(properties.get(key) or "").startswith("arn:"):
            return str(properties[key])
    if identifier.startswith("arn:"):
        return identifier if _is_its_own(noun, identifier) else None
    template = ARNS.get(name)
    if template is None:
        return None
    values = {key: str(found[0]) for key in template.keys if (found := read_path(key)(properties))}
    if len(template.keys) == 1:
        # What it is called by is, where it is one word, the one property that its ARN has.
        values.setdefault(template.keys[0], identifier)
    return template.build(values, scope) if len(values) == len(template.keys) else None


def _is_its_own(noun: str, named: str) -> bool:
    """Whether an ARN is that of the thing called by it: a topic's policy is called by the ARN of the topic."""
    *words, _ = re.split("[/:]", named.split(":", 5)[-1])
    plain = [re.sub("[^a-z]", "", word.lower()) for word in words]
    return any(word and (word in noun.lower() or noun.lower() in word) for word in plain)


def _properties(description: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a thing, which Cloud Control gives as a text of JSON. Raises CallFailed without one."""
    text = description.get("Properties")
    if not text:
        return {}
    try:
        found = orjson.loads(text)
    except (orjson.JSONDecodeError, TypeError) as error:
        raise CallFailed(CoverageStatus.FAILED, "Cloud Control gave properties that are no JSON") from error
    return found if isinstance(found, dict) else {}


def _judged(failed: CallFailed) -> CallFailed:
    """What a refusal of Cloud Control means: it may be its own, the handler's, or the service's behind it."""
    denied = needed_action(failed.detail)
    if denied:
        return CallFailed(CoverageStatus.DENIED, failed.detail, denied, failed.code)
    is_child = failed.code == "InvalidRequestException" and "ResourceModel" in failed.detail
    if failed.code in _NOT_SERVED or is_child:
        return CallFailed(CoverageStatus.UNSUPPORTED, failed.detail, None, failed.code)
    if failed.code == "InvalidRequestException":
        return CallFailed(failed.status, failed.detail, failed.permission, "")
    return failed


def listing_of_types_failed(account: Account, failed: CallFailed) -> Listing:
    """The entry of an account whose types could not be listed at all."""
    scope = Scope("aws", account.id, "", account.partition)
    return NotSeen(scope, OTHER, failed.status, failed.permission, f"the types are not known: {failed.detail}")
