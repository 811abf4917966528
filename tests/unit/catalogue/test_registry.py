"""Telling apart the types that one list returns, and the names of those that have none elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from cloudviz.catalogue.registry import catalogue, is_of_type


@pytest.mark.parametrize(
    ("body", "fargate"),
    [
        ({"launchType": "FARGATE"}, True),
        ({"launchType": "EC2"}, False),
        ({"launchType": "EXTERNAL"}, False),
        ({}, False),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]}, True),
        ({"capacityProviderStrategy": [{"capacityProvider": "spare"}, {"capacityProvider": "FARGATE"}]}, True),
        ({"launchType": "EC2", "capacityProviderStrategy": [{"capacityProvider": "spare"}]}, False),
    ],
)
def test_a_service_is_on_fargate_by_launch_type_or_capacity_provider(body: dict[str, Any], fargate: bool) -> None:
    known = catalogue().types
    assert is_of_type(known["aws.ecs.fargate_service"], body) is fargate
    assert is_of_type(known["aws.ecs.service"], body) is not fargate


def test_what_cloudformation_does_not_know_is_called_as_resource_explorer_does() -> None:
    known = catalogue()
    vault = known.types["aws.glacier.vault"]
    assert known.native_name(vault) == "glacier:vaults"
    assert known.by_native("glacier:vaults") == (vault,)
    assert known.native_name(known.types["aws.sqs.queue"]) == "AWS::SQS::Queue"
    assert known.by_native("sqs:{QueueName}") == ()
