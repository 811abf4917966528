"""The IAM actions a scan needs, derived from the declarations (architecture, decision 1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.sources.aws.model import action
from cloudviz.sources.aws.tags import PERMISSION as TAGS

ALWAYS: tuple[str, ...] = ("ec2:DescribeRegions", "sts:GetCallerIdentity")
"""What every scan calls, whatever the types: who am I, and which regions are enabled."""

ORGANISATION: tuple[str, ...] = ("organizations:ListAccounts", "sts:AssumeRole")
"""What looking into all accounts of an organisation needs beside a role in each of them."""

COSTS: tuple[str, ...] = ("ce:GetCostAndUsage",)
"""What reading the bill through Cost Explorer needs."""


def permissions(types: Iterable[ResourceType]) -> list[str]:
    """The IAM actions needed to scan these types, sorted, without repeats."""
    needed = set(ALWAYS)
    for declared in types:
        call = declared.listing
        if not isinstance(call, AwsCall):
            continue
        needed.update(each.permission or action(each.service, each.operation) for each in call.calls)
        for detail in (*call.details, *([call.each] if call.each else [])):
            # Tags come from the one API that knows those of all services.
            own = detail.permission or action(detail.service or call.service, detail.operation)
            needed.add(TAGS if detail.is_tags else own)
    return sorted(needed)


def policy(types: Iterable[ResourceType]) -> dict[str, Any]:
    """The least-privilege IAM policy document for these types, ready to be attached to the scanning role."""
    actions = permissions(types)
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "CloudVizReadOnly", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
