"""The Config aggregator: which accounts and regions it covers, and the questions it is asked.

An aggregator gathers what the recorders of many accounts and regions record. A source is trusted only where its
last update succeeded; one that failed, or is outdated, would show things that are long gone.

Sources: https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationAggregatorSourcesStatus.html,
API_GetAggregateDiscoveredResourceCounts.html and API_SelectAggregateResourceConfig.html beside it
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.refusals import CallFailed, one_line

AUTO = "auto"
"""In place of an aggregator's name: the one that there is."""

_NAME = re.compile(r"[\w-]{1,256}", re.ASCII)
_WORD = re.compile(r"[\w:.-]+", re.ASCII)

FIND = "config:DescribeConfigurationAggregators"
SOURCES = "config:DescribeConfigurationAggregatorSourcesStatus"
COUNTS = "config:GetAggregateDiscoveredResourceCounts"
SELECT = "config:SelectAggregateResourceConfig"

PAGE = 100
"""Items a page of a query holds at most."""

_FIELDS = (
    "accountId, awsRegion, resourceType, resourceId, resourceName, arn, configurationItemStatus, "
    "resourceCreationTime, configuration, supplementaryConfiguration, tags"
)
# Their relations are not asked for: the declarations read them from the configuration, as from the API's replies.

_LIVE = ("", "OK", "ResourceDiscovered")
"""What the status of an item is whose thing exists and is recorded."""


def is_aggregator_name(name: str) -> bool:
    """Whether an aggregator can be called so."""
    return bool(_NAME.fullmatch(name))


@dataclass(slots=True)
class Aggregator:
    """A found aggregator, asked through the account it is in.

    Attributes:
        name, region: its own.
        sources: (account, region) → "" where it is up to date there, else why not.
        refused: why it is not asked any more.
    """

    name: str
    region: str
    hub: Caller
    sources: Mapping[tuple[str, str], str]
    refused: CallFailed | None = field(default=None)

    def gap(self, account: str, region: str) -> str:
        """Why an account and region can't be read here; "" when they can."""
        if self.refused is not None:
            return f"Config refuses: {self.refused.detail}"
        return self.sources.get((account, region), "it is no source of the aggregator")

    async def counts(self, account: str, region: str) -> dict[str, int]:
        """How many things of each type are recorded. Raises CallFailed."""
        arguments = {
            "ConfigurationAggregatorName": self.name,
            "Filters": {"AccountId": account, "Region": region},
            "GroupByKey": "RESOURCE_TYPE",
            "Limit": 1000,
        }
        counts: dict[str, int] = {}
        total = None
        operation = "get_aggregate_discovered_resource_counts"
        async for page in self.hub.pages("config", self.region, operation, arguments, COUNTS):
            total = page.get("TotalDiscoveredResources")
            for each in page.get("GroupedResourceCounts") or ():
                name = str(each.get("GroupName"))
                counts[name] = counts.get(name, 0) + int(each.get("ResourceCount") or 0)
        if total != sum(counts.values()):
            raise CallFailed(
                CoverageStatus.FAILED, f"Config counts {total} resources and {sum(counts.values())} by their types"
            )
        return counts

    async def items(self, account: str, region: str, names: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """The items of some types by type, each thing once. Raises CallFailed."""
        kinds = ", ".join(f"'{name}'" for name in sorted(names))
        where = f"accountId = '{account}' AND awsRegion = '{region}' AND resourceType IN ({kinds})"
        arguments = {
            "ConfigurationAggregatorName": self.name,
            "Expression": f"SELECT {_FIELDS} WHERE {where}",
            "Limit": PAGE,
        }
        found: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in names}
        operation = "select_aggregate_resource_config"
        async for page in self.hub.pages("config", self.region, operation, arguments, SELECT):
            for text in page.get("Results") or ():
                item = _item(text, account, region, names)
                if str(item.get("configurationItemStatus") or "") in _LIVE:
                    found[item["resourceType"]][str(item.get("resourceId"))] = item
        return {name: list(each.values()) for name, each in found.items()}


def _item(text: Any, account: str, region: str, names: Collection[str]) -> dict[str, Any]:
    try:
        item = orjson.loads(text)
    except (orjson.JSONDecodeError, TypeError) as error:
        raise CallFailed(CoverageStatus.FAILED, "Config gave an item that is no JSON") from error
    is_asked = (
        isinstance(item, dict)
        and (item.get("accountId"), item.get("awsRegion")) == (account, region)
        and item.get("resourceType") in names
    )
    if not is_asked:
        raise CallFailed(CoverageStatus.FAILED, "Config gave an item that it was not asked for")
    return dict(item)


async def find_aggregator(hubs: Iterable[Caller], name: str, regions: Sequence[str]) -> Aggregator:
    """The aggregator of that name; with ``auto`` the one that covers most, of several the first by name.

    Arguments:
        hubs: the accounts it may be in, in the order to look.
        regions: where it may be, in the order to look.

    Raises CallFailed when it is not found, or may not be looked for.
    """
    refused: CallFailed | None = None
    for hub in hubs:
        for region in regions:
            try:
                found = await _listed(hub, region)
                chosen = [each for each in found if name in (AUTO, each["ConfigurationAggregatorName"])]
                if chosen:
                    best = min(chosen, key=_rank)
                    called = str(best["ConfigurationAggregatorName"])
                    return Aggregator(called, region, hub, await _sources(hub, region, called))
            except CallFailed as failed:
                refused = refused or failed
                if failed.status == CoverageStatus.DENIED:
                    break
    if refused is not None:
        raise refused
    what = "no Config aggregator" if name == AUTO else f"no Config aggregator {name!r}"
    raise CallFailed(CoverageStatus.UNSUPPORTED, f"{what} was found in {', '.join(regions[:4])}")


def _rank(found: Mapping[str, Any]) -> tuple[bool, str]:
    return "OrganizationAggregationSource" not in found, str(found["ConfigurationAggregatorName"])


async def _listed(hub: Caller, region: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    async for page in hub.pages("config", region, "describe_configuration_aggregators", {}, FIND):
        found += [each for each in page.get("ConfigurationAggregators") or () if each.get(_CALLED)]
    return found


_CALLED = "ConfigurationAggregatorName"


async def _sources(hub: Caller, region: str, name: str) -> dict[tuple[str, str], str]:
    operation = "describe_configuration_aggregator_sources_status"
    states: dict[tuple[str, str], str] = {}
    async for page in hub.pages("config", region, operation, {_CALLED: name}, SOURCES):
        for each in page.get("AggregatedSourceStatusList") or ():
            if each.get("SourceType") != "ACCOUNT":
                continue  # how the list of the organisation's accounts was read
            word = str(each.get("LastUpdateStatus") or "not told")
            why = one_line(str(each.get("LastErrorMessage") or each.get("LastErrorCode") or ""), 200)
            gap = "" if word == "SUCCEEDED" else f"its last update is {word}{f' ({why})' if why else ''}"
            states[str(each.get("SourceId")), str(each.get("AwsRegion"))] = gap
    return states
