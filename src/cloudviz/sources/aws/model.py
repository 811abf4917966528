"""What botocore's service models say: names of actions, page tokens, lists among parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name

from cloudviz.sources.aws.descriptions import lean

SIGNING_PREFIXES: Mapping[str, str] = {"cloudwatch": "cloudwatch", "resourcegroupstaggingapi": "tag"}
"""IAM prefixes that are not the service's signing name."""


@lru_cache(maxsize=1)
def _session() -> botocore.session.Session:
    return lean(botocore.session.Session())


@lru_cache(maxsize=512)
def operation_model(service: str, operation: str) -> Any:
    """botocore's model of ``describe_db_instances``. Raises KeyError for an operation that is none."""
    model = _session().get_service_model(service)
    names = {xform_name(name): name for name in model.operation_names}
    return model.operation_model(names[operation])


@lru_cache(maxsize=512)
def action(service: str, operation: str) -> str:
    """The IAM action an operation needs by the usual rule: ``rds:DescribeDBInstances``.

    The prefix is the name the service signs with (elbv2 signs as elasticloadbalancing). Where an action is
    named otherwise (ListBuckets needs s3:ListAllMyBuckets) the declaration says so.
    """
    found = operation_model(service, operation)
    prefix = SIGNING_PREFIXES.get(service, found.service_model.signing_name)
    return f"{prefix}:{found.name}"


@lru_cache(maxsize=512)
def takes_list(service: str, operation: str, parameter: str) -> bool:
    """Whether a parameter is a list."""
    shape = operation_model(service, operation).input_shape
    return bool(shape is not None and shape.members[parameter].type_name == "list")


@lru_cache(maxsize=1024)
def shape_at(service: str, operation: str, path: str) -> Any:
    """The shape of what a reply has at ``path``, as in ``Reservations[].Instances[]``; None without it."""
    shape = operation_model(service, operation).output_shape
    for piece in path.split(".") if path else ():
        members = shape.members if shape is not None and shape.type_name == "structure" else {}
        shape = members.get(piece.removesuffix("[]"))
        if piece.endswith("[]"):
            shape = shape.member if shape is not None and shape.type_name == "list" else None
    return shape


class Paging:
    """How an operation pages: which parameters take the tokens, and where a reply has them.

    Source: botocore's paginators-1.json, read as boto3's own paginators read it.
    """

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._inputs = _listed(rules["input_token"])
        self._outputs = [jmespath.compile(each) for each in _listed(rules["output_token"])]
        more = rules.get("more_results")
        self._more = jmespath.compile(more) if more else None

    def next_arguments(self, reply: Mapping[str, Any]) -> dict[str, Any] | None:
        """The token arguments for the page after this one, None when it was the last."""
        if self._more is not None and not self._more.search(reply):
            return None
        found = {
            name: value
            for name, path in zip(self._inputs, self._outputs, strict=True)
            if (value := path.search(reply))
        }
        return found or None


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


_OWN_RULES: Mapping[tuple[str, str], Mapping[str, Any]] = {
    # botocore ships no paginator for these, though they page.
    ("ecs", "describe_capacity_providers"): {"input_token": "nextToken", "output_token": "nextToken"},
    ("events", "list_event_buses"): {"input_token": "NextToken", "output_token": "NextToken"},
    ("athena", "list_work_groups"): {"input_token": "NextToken", "output_token": "NextToken"},
    ("wafv2", "list_web_acls"): {"input_token": "NextMarker", "output_token": "NextMarker"},
    ("firehose", "list_delivery_streams"): {
        "input_token": "ExclusiveStartDeliveryStreamName",
        "output_token": "DeliveryStreamNames[-1]",
        "more_results": "HasMoreDeliveryStreams",
    },
    ("config", "get_aggregate_discovered_resource_counts"): {
        "input_token": "NextToken",
        "output_token": "NextToken",
    },
    ("ce", "get_cost_and_usage"): {"input_token": "NextPageToken", "output_token": "NextPageToken"},
}


@lru_cache(maxsize=512)
def paging(service: str, operation: str) -> Paging | None:
    """How an operation pages, or None when it answers all at once."""
    if (service, operation) in _OWN_RULES:
        return Paging(_OWN_RULES[(service, operation)])
    try:
        rules = _session().get_paginator_model(service).get_paginator(operation_model(service, operation).name)
    except ValueError:
        return None
    except Exception as error:  # botocore raises UnknownServiceError where a service has no paginators at all
        if type(error).__name__ in ("UnknownServiceError", "DataNotFoundError"):
            return None
        raise
    return Paging(rules)
