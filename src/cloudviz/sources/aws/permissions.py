"""The IAM actions a scan needs, derived from the declarations (architecture, decision 1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.sources.aws.model import action

ALWAYS: tuple[str, ...] = ("ec2:DescribeRegions", "sts:GetCallerIdentity")
"""What every scan calls, whatever the types: who am I, and which regions are enabled."""

COSTS: tuple[str, ...] = ("ce:GetCostAndUsage",)
"""What reading the bill through Cost Explorer needs."""


def permissions(types: Iterable[ResourceType]) -> list[str]:
    """The IAM actions needed to scan these types, sorted, without repeats."""
    needed = set(ALWAYS)
    for declared in types:
        call = declared.listing
        if not isinstance(call, AwsCall):
            continue
        needed.add(call.permission or action(call.service, call.operation))
        for detail in call.details:
            needed.add(detail.permission or action(detail.service or call.service, detail.operation))
    return sorted(needed)


def policy(types: Iterable[ResourceType]) -> dict[str, Any]:
    """The least-privilege IAM policy document for these types, ready to be attached to the scanning role."""
    actions = permissions(types)
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "CloudVizReadOnly", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
