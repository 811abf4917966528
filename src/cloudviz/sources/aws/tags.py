"""Tags in bulk: the Resource Groups Tagging API gives those of a hundred things a call, where most services' own
calls give those of one.

It knows only what is or was tagged, so that what it does not name has no tags.
Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from cloudviz.catalogue.declare import Arn, AwsCall, ResourceType
from cloudviz.catalogue.paths import read_path
from cloudviz.inventory.model import Scope
from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.refusals import CallFailed
from cloudviz.sources.aws.session import Account

SERVICE = "resourcegroupstaggingapi"
PERMISSION = "tag:GetResources"

TagsByArn = Mapping[str, Mapping[str, str]]


def has_bulk_tags(declared: ResourceType) -> bool:
    """Whether the tags of a type are read from the Resource Groups Tagging API."""
    call = declared.listing
    return isinstance(call, AwsCall) and any(detail.is_tags for detail in call.details)


def arn_of(declared: ResourceType, body: Mapping[str, Any], scope: Scope) -> str | None:
    """The ARN of an item, as it says itself or as its type builds it; None where it lacks what that needs."""
    identity = declared.id
    if not isinstance(identity, Arn):
        return None
    given = identity.given.one(body, {}) if identity.given is not None else None
    if given and str(given).startswith("arn:"):
        return str(given)
    values = {key: str(found[0]) for key in identity.keys if (found := read_path(key)(body))}
    return identity.build(values, scope) if len(values) == len(identity.keys) else None


class Tags:
    """The tags in one account, region by region, each region read once, when it is first asked for.

    Arguments:
        caller: makes the calls.
        account: whose.
        types: the types whose tags are wanted; the API is asked for their services only.
    """

    def __init__(self, caller: Caller, account: Account, types: Iterable[ResourceType]) -> None:
        self._caller = caller
        self._account = account
        self._services = sorted(
            {each.id.service for each in types if isinstance(each.id, Arn) and has_bulk_tags(each)}
        )
        self._reading: dict[str, asyncio.Task[TagsByArn | CallFailed]] = {}

    async def of(self, region: str) -> TagsByArn | CallFailed:
        """Tags by ARN of all that is tagged in a region, or why they could not be read."""
        task = self._reading.get(region)
        if task is None:
            task = self._reading[region] = asyncio.create_task(self._read(region))
        # Several lists wait for one answer: when one of them runs out of time, the others still want it.
        return await asyncio.shield(task)

    def arn_of(self, declared: ResourceType, body: Mapping[str, Any], region: str) -> str | None:
        """The ARN of an item of this account."""
        return arn_of(declared, body, Scope("aws", self._account.id, region, self._account.partition))

    def close(self) -> None:
        """Stop reading what nobody waits for any more."""
        for task in self._reading.values():
            task.cancel()

    async def _read(self, region: str) -> TagsByArn | CallFailed:
        found = await self._asked(region, {"ResourcesPerPage": 100, "ResourceTypeFilters": self._services})
        if isinstance(found, CallFailed) and found.code == "InvalidParameterException":
            # A region where one of the services is not known yet: all tags are more than enough.
            found = await self._asked(region, {"ResourcesPerPage": 100})
        return found

    async def _asked(self, region: str, arguments: Mapping[str, Any]) -> TagsByArn | CallFailed:
        tags: dict[str, dict[str, str]] = {}
        try:
            async for page in self._caller.pages(SERVICE, region, "get_resources", arguments, PERMISSION):
                for each in page.get("ResourceTagMappingList") or ():
                    pairs = each.get("Tags") or ()
                    tags[str(each.get("ResourceARN"))] = {str(tag["Key"]): str(tag["Value"]) for tag in pairs}
        except CallFailed as failed:
            return failed
        return tags
