"""AWS Config's aggregator over HTTP: sources and their states, recorders, counts, and queries page by page.

It holds what it was told by ``POST /fake/config`` (:func:`fake_clouds.aws_config.tell`), and answers after
https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html and its like. Page
tokens are bound to the question they were given for.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

_QUERY = re.compile(
    r"^SELECT (?P<fields>[\w, ]+) WHERE accountId = '(?P<account>\d{12})' "
    r"AND awsRegion = '(?P<region>[a-z0-9-]+)' AND resourceType IN \((?P<types>[^)]+)\)$"
)

Said = tuple[int, dict[str, Any]]


class ConfigService:
    """One service for all accounts and regions."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def answer(self, region: str, action: str, asked: dict[str, Any]) -> Said:
        answers = {
            "DescribeConfigurationAggregators": self._aggregators,
            "DescribeConfigurationAggregatorSourcesStatus": self._sources,
            "DescribeConfigurationRecorders": self._recorders,
            "DescribeConfigurationRecorderStatus": self._states,
            "GetAggregateDiscoveredResourceCounts": self._counts,
            "SelectAggregateResourceConfig": self._select,
        }
        if action not in answers:
            return 400, {"__type": "UnknownOperationException", "message": action}
        name = asked.get("ConfigurationAggregatorName")
        if name and (region != self.told.get("region") or name != self.told.get("aggregator")):
            return 400, {"__type": "NoSuchConfigurationAggregatorException", "message": f"no {name} in {region}"}
        return answers[action](region, asked)

    def _aggregators(self, region: str, asked: dict[str, Any]) -> Said:
        if region != self.told.get("region"):
            return 200, {"ConfigurationAggregators": []}
        found = {
            "ConfigurationAggregatorName": self.told["aggregator"],
            "ConfigurationAggregatorArn": f"arn:aws:config:{region}:123456789012:config-aggregator/x",
            "OrganizationAggregationSource": {
                "AllAwsRegions": True,
                "RoleArn": "arn:aws:iam::123456789012:role/x",
            },
        }
        return 200, {"ConfigurationAggregators": [found]}

    def _sources(self, region: str, asked: dict[str, Any]) -> Said:
        organisation = {"SourceId": "o-x", "SourceType": "ORGANIZATION", "LastUpdateStatus": "SUCCEEDED"}
        states = [
            {
                "SourceId": account,
                "SourceType": "ACCOUNT",
                "AwsRegion": place,
                "LastUpdateStatus": status,
                "LastUpdateTime": 1.7e9,
                **({"LastErrorMessage": "the role can't be assumed"} if status == "FAILED" else {}),
            }
            for account, place, status in self.told["sources"]
        ]
        return self._page(asked, "AggregatedSourceStatusList", [organisation, *states], 2)

    def _recorders(self, region: str, asked: dict[str, Any]) -> Said:
        found = self.told["recorders"].get(region)
        return 200, {"ConfigurationRecorders": [found["recorder"]] if found else []}

    def _states(self, region: str, asked: dict[str, Any]) -> Said:
        found = self.told["recorders"].get(region)
        return 200, {"ConfigurationRecordersStatus": [found["status"]] if found else []}

    def _chosen(self, account: str, region: str) -> list[dict[str, Any]]:
        place = {"accountId": account, "awsRegion": region}
        return [each for each in self.told["items"] if place.items() <= each.items()]

    def _counts(self, region: str, asked: dict[str, Any]) -> Said:
        assert asked["GroupByKey"] == "RESOURCE_TYPE"
        counts: dict[str, int] = {}
        for item in self._chosen(asked["Filters"]["AccountId"], asked["Filters"]["Region"]):
            counts[item["resourceType"]] = counts.get(item["resourceType"], 0) + 1
        grouped = [{"GroupName": name, "ResourceCount": counts[name]} for name in sorted(counts)]
        status, said = self._page(asked, "GroupedResourceCounts", grouped, 3)
        return status, {**said, "TotalDiscoveredResources": sum(counts.values()), "GroupByKey": "RESOURCE_TYPE"}

    def _select(self, region: str, asked: dict[str, Any]) -> Said:
        if len(asked["Expression"]) > 4096 or not 0 <= asked.get("Limit", 25) <= 100:
            return 400, {"__type": "ValidationException", "message": "out of bounds"}
        query = _QUERY.match(asked["Expression"])
        if query is None:
            return 400, {"__type": "InvalidExpressionException", "message": asked["Expression"]}
        types = [each.strip().strip("'") for each in query["types"].split(",")]
        fields = [each.strip() for each in query["fields"].split(",")]
        found = [
            json.dumps({name: item[name] for name in fields if name in item})
            for item in self._chosen(query["account"], query["region"])
            if item["resourceType"] in types
        ]
        status, said = self._page(asked, "Results", found, asked.get("Limit", 25))
        return status, {**said, "QueryInfo": {"SelectFields": [{"Name": name} for name in fields]}}

    def _page(self, asked: dict[str, Any], key: str, values: list[Any], size: int) -> Said:
        """A page, and the token of the next, which is good for the same question only."""
        question = {name: value for name, value in asked.items() if name != "NextToken"}
        mark = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:16]
        start = 0
        if asked.get("NextToken"):
            theirs, _, offset = asked["NextToken"].partition(":")
            if theirs != mark:
                return 400, {"__type": "InvalidNextTokenException", "message": "not of this question"}
            start = int(offset)
        said: dict[str, Any] = {key: values[start : start + size]}
        if start + size < len(values):
            said["NextToken"] = f"{mark}:{start + size}"
        return 200, said
