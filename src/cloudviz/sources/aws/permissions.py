"""The IAM actions a scan needs, derived from the declarations (architecture, decision 1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.sources.aws.aggregator import COUNTS, FIND, SELECT, SOURCES
from cloudviz.sources.aws.config_recorder import RECORDERS, STATUS
from cloudviz.sources.aws.long_tail import GET, LIST, LIST_TYPES
from cloudviz.sources.aws.model import action
from cloudviz.sources.aws.tags import PERMISSION as TAGS

ALWAYS: tuple[str, ...] = ("ec2:DescribeRegions", "sts:GetCallerIdentity")
"""What every scan calls, whatever the types: who am I, and which regions are enabled."""

ORGANISATION: tuple[str, ...] = ("organizations:ListAccounts", "sts:AssumeRole")
"""What looking into all accounts of an organisation needs beside a role in each of them."""

COSTS: tuple[str, ...] = ("ce:GetCostAndUsage",)
"""What reading the bill through Cost Explorer needs."""


CONFIG: tuple[str, ...] = (FIND, SOURCES, COUNTS, SELECT, RECORDERS, STATUS)
"""What reading from a Config aggregator needs: the last two in every account, the others where it is."""


LONG_TAIL: tuple[str, ...] = (GET, LIST, LIST_TYPES)
"""What listing further types through Cloud Control needs, beside each service's own right to list them: AWS's
managed policy ReadOnlyAccess has those."""


def permissions(
    types: Iterable[ResourceType], *, config_aggregator: bool = False, long_tail: bool = False
) -> list[str]:
    """The IAM actions needed to scan these types, sorted, without repeats.

    Arguments:
        config_aggregator: whether a Config aggregator is to be asked first. What it does not know, or when it
            refuses, is listed: it adds to what is needed and spares nothing.
        long_tail: whether types beyond the declared ones are listed through Cloud Control.
    """
    needed = {*ALWAYS, *(CONFIG if config_aggregator else ()), *(LONG_TAIL if long_tail else ())}
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


def policy(
    types: Iterable[ResourceType], *, config_aggregator: bool = False, long_tail: bool = False
) -> dict[str, Any]:
    """The least-privilege IAM policy document for these types, ready to be attached to the scanning role."""
    actions = permissions(types, config_aggregator=config_aggregator, long_tail=long_tail)
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "CloudVizReadOnly", "Effect": "Allow", "Action": actions, "Resource": "*"}],
    }
