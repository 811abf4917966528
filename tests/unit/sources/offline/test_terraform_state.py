"""Terraform states v4: scope, sensitive values, data sources, what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.sources.offline.states import AWS, resource, state, write

from cloudviz.errors import BadInput
from cloudviz.inventory.model import RawItem, Shape
from cloudviz.normalise import normalise
from cloudviz.sources.offline import read_paths

ROLE_ARN = "arn:aws:iam::123456789012:role/web"
BUCKET = {"id": "logs", "arn": "arn:aws:s3:::logs", "bucket": "logs", "region": "eu-central-1"}


def items(tmp_path: Path, *resources: dict[str, Any], **asked: str) -> list[RawItem]:
    return read_paths([write(tmp_path / "prod.tfstate", state(*resources))], **asked).items


def test_a_resources_own_arn_tells_its_account_region_and_partition(tmp_path: Path) -> None:
    (item,) = items(
        tmp_path,
        resource("aws_sqs_queue", "q", {"id": "u", "arn": "arn:aws-cn:sqs:cn-north-1:210987654321:jobs"}),
    )
    assert (item.scope.account, item.scope.region, item.scope.partition) == (
        "210987654321",
        "cn-north-1",
        "aws-cn",
    )
    assert item.shape is Shape.TERRAFORM
    assert item.where == f"{tmp_path}/prod.tfstate: aws_sqs_queue.q"


def test_owner_and_zone_tell_where_there_is_no_arn(tmp_path: Path) -> None:
    (item,) = items(
        tmp_path,
        resource(
            "aws_network_interface",
            "n",
            {"id": "eni-1", "owner_id": "123456789012", "availability_zone": "us-west-2-lax-1a"},
        ),
    )
    assert (item.scope.account, item.scope.region) == ("123456789012", "us-west-2")


def test_the_rest_of_the_same_provider_tells(tmp_path: Path) -> None:
    west = f"{AWS[:-1]}].west"
    found = items(
        tmp_path,
        resource("aws_vpc", "a", {"id": "vpc-1", "arn": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"}),
        resource(
            "aws_vpc", "b", {"id": "vpc-2", "arn": "arn:aws:ec2:us-west-2:999999999999:vpc/vpc-2"}, provider=west
        ),
        resource("aws_instance", "a", {"id": "i-1"}),
        resource("aws_instance", "b", {"id": "i-2"}, provider=west),
    )
    assert [(each.scope.account, each.scope.region) for each in found[2:]] == [
        ("123456789012", "eu-west-1"),
        ("999999999999", "us-west-2"),
    ]


def test_data_sources_tell_and_are_no_resources(tmp_path: Path) -> None:
    found = items(
        tmp_path,
        resource("aws_caller_identity", "me", {"id": "123456789012", "account_id": "123456789012"}, mode="data"),
        resource("aws_region", "here", {"id": "eu-west-1", "name": "eu-west-1"}, mode="data"),
        resource("aws_ami", "image", {"id": "ami-1", "owner_id": "099720109477"}, mode="data"),
        resource("aws_instance", "a", {"id": "i-1"}),
    )
    assert [(each.native_type, each.scope.account, each.scope.region) for each in found] == [
        ("aws_instance", "123456789012", "eu-west-1")
    ]


def test_arns_that_are_mentioned_tell_only_when_they_agree(tmp_path: Path) -> None:
    one = resource("aws_instance", "a", {"id": "i-1", "kms_key_id": "arn:aws:kms:eu-west-1:123456789012:key/k"})
    managed = resource("aws_instance", "b", {"id": "i-2", "policy": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
    assert {each.scope.account for each in items(tmp_path, one, managed)} == {"123456789012"}
    other = resource("aws_instance", "c", {"id": "i-3", "role": "arn:aws:iam::999999999999:role/r"})
    assert {each.scope.account for each in items(tmp_path, one, managed, other)} == {""}


def test_a_global_resource_needs_no_region(tmp_path: Path) -> None:
    path = write(
        tmp_path / "iam.tfstate",
        state(resource("aws_iam_role", "r", {"id": "web", "name": "web", "arn": ROLE_ARN})),
    )
    result = read_paths([path])
    assert result.problems == []
    graph, _ = normalise(result.items)
    assert (graph.resources[ROLE_ARN].account, graph.resources[ROLE_ARN].region) == ("123456789012", "global")


def test_a_bucket_says_its_region_and_takes_the_account_of_its_neighbours(tmp_path: Path) -> None:
    found = items(
        tmp_path,
        resource("aws_s3_bucket", "logs", BUCKET),
        resource("aws_iam_role", "r", {"id": "web", "name": "web", "arn": ROLE_ARN}),
    )
    graph, problems = normalise(found)
    assert problems == []
    bucket = graph.resources["arn:aws:s3:::logs"]
    assert (bucket.account, bucket.region) == ("123456789012", "eu-central-1")


def test_sensitive_attributes_never_leave_the_source(tmp_path: Path) -> None:
    (item,) = items(
        tmp_path,
        resource(
            "aws_db_instance",
            "db",
            {
                "id": "db",
                "arn": "arn:aws:rds:eu-west-1:123456789012:db:db",
                "password": "hunter2",
                "users": [{"name": "a", "secret": "s3cret"}],
                "note": {"text": "private"},
            },
            sensitive_attributes=[
                [{"type": "get_attr", "value": "password"}],
                [{"type": "get_attr", "value": "id"}],
                [
                    {"type": "get_attr", "value": "users"},
                    {"type": "index", "value": {"value": 0, "type": "number"}},
                    {"type": "get_attr", "value": "secret"},
                ],
                [
                    {"type": "get_attr", "value": "note"},
                    {"type": "index", "value": {"value": "text", "type": "string"}},
                ],
                [{"type": "get_attr", "value": "not_there"}],
                "odd",
                [],
            ],
        ),
    )
    assert (
        "hunter2" not in repr(item.body) and "s3cret" not in repr(item.body) and "private" not in repr(item.body)
    )
    assert item.body["password"] == "[redacted]"
    assert item.body["users"] == [{"name": "a", "secret": "[redacted]"}]
    assert item.body["id"] == "db", "an id is no secret: without it nothing can be told apart"


def test_helpers_and_settings_are_left_out_and_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "s.tfstate",
        state(
            resource("random_id", "r", {"id": "x"}, {"id": "y"}),
            resource("terraform_data", "d", {"id": "x"}),
            resource("aws_s3_bucket_policy", "p", {"id": "logs", "bucket": "logs"}),
            resource("google_project_iam_member", "m", {"id": "p/roles/viewer"}),
            resource("aws_s3_bucket", "logs", BUCKET),
        ),
    )
    result = read_paths([path])
    assert [item.native_type for item in result.items] == ["aws_s3_bucket"]
    assert result.left_out == {
        "random_id": 2,
        "terraform_data": 1,
        "aws_s3_bucket_policy": 1,
        "google_project_iam_member": 1,
    }


@pytest.mark.parametrize(
    ("native_type", "provider", "type_key"),
    [
        ("aws_glue_crawler", "aws", "aws.other"),
        ("awscc_ec2_vpc", "aws", "aws.other"),
        ("azurerm_portal_dashboard", "azure", "azure.other"),
        ("google_monitoring_dashboard", "gcp", "gcp.other"),
        ("openstack_compute_instance_v2", "openstack", "openstack.other"),
        ("kubernetes_namespace", "kubernetes", "kubernetes.other"),
    ],
)
def test_unknown_types_are_kept(tmp_path: Path, native_type: str, provider: str, type_key: str) -> None:
    (item,) = items(tmp_path, resource(native_type, "x", {"id": "some-id", "name": "x"}))
    assert item.scope.provider == provider
    graph, problems = normalise([item])
    assert problems == []
    assert [each.type for each in graph.resources.values()] == [type_key]


def test_azapi_resources_are_arm_bodies(tmp_path: Path) -> None:
    network = "/subscriptions/AAAA/resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/hub"
    (item,) = items(
        tmp_path,
        resource(
            "azapi_resource",
            "hub",
            {
                "id": network,
                "name": "hub",
                "location": "westeurope",
                "type": "Microsoft.Network/virtualNetworks@2023-09-01",
                "body": {"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}},
            },
        ),
    )
    graph, _ = normalise([item])
    (resource_,) = graph.resources.values()
    assert (resource_.type, resource_.id) == ("azure.network.virtual_network", network.lower())
    assert resource_.properties["address_range"] == "10.0.0.0/16"


def test_index_keys_and_deposed_objects_are_named(tmp_path: Path) -> None:
    document = state(
        resource("aws_vpc", "a", {"id": "vpc-1"}, {"id": "vpc-2"}, module="module.net", keys=("eu", 1)),
    )
    document["resources"][0]["instances"].append({"deposed": "ab12", "attributes": {"id": "vpc-3"}})
    found = read_paths([write(tmp_path / "s", document)], account="1", region="r").items
    assert [item.where.split(": ")[1] for item in found] == [
        'module.net.aws_vpc.a["eu"]',
        "module.net.aws_vpc.a[1]",
        "module.net.aws_vpc.a (deposed ab12)",
    ]


def test_long_texts_are_cut(tmp_path: Path) -> None:
    (item,) = items(tmp_path, resource("aws_instance", "a", {"id": "i-1", "user_data": "x" * 100_000}))
    assert item.body["user_data"] == "x" * 1000 + "… (100,000 characters)"


def test_a_db_subnet_group_tells_where_a_database_is(tmp_path: Path) -> None:
    arn = "arn:aws:rds:eu-west-1:123456789012:"
    vpc = "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"
    graph, _ = normalise(
        items(
            tmp_path,
            resource("aws_vpc", "v", {"id": "vpc-1", "arn": vpc, "cidr_block": "10.0.0.0/16"}),
            resource("aws_subnet", "s", {"id": "subnet-1", "vpc_id": "vpc-1"}),
            resource(
                "aws_db_subnet_group",
                "g",
                {
                    "id": "main",
                    "name": "main",
                    "vpc_id": "vpc-1",
                    "subnet_ids": ["subnet-1"],
                    "arn": f"{arn}subgrp:main",
                },
            ),
            resource(
                "aws_db_instance",
                "d",
                {"id": "db", "identifier": "db", "arn": f"{arn}db:db", "db_subnet_group_name": "main"},
            ),
        )
    )
    assert graph.resources[f"{arn}db:db"].parent == vpc
    assert (f"{arn}db:db", "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1") in {
        (link.source, link.target) for link in graph.links
    }


@pytest.mark.parametrize("version", [1, 2, 5, 99])
def test_other_versions_are_refused(tmp_path: Path, version: int) -> None:
    document = {**state(), "version": version}
    with pytest.raises(BadInput, match=f"state of version {version}, written by Terraform 1.9.5"):
        read_paths([write(tmp_path / "s.tfstate", document)])


def test_an_encrypted_state_is_refused_with_the_way_out(tmp_path: Path) -> None:
    document = {"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "AAAA", "encryption_version": "v0"}
    with pytest.raises(BadInput) as caught:
        read_paths([write(tmp_path / "s.tfstate", document)])
    assert "tofu state pull" in caught.value.hint


def test_the_pointer_to_a_backend_is_refused_with_the_way_out(tmp_path: Path) -> None:
    document = {"version": 3, "serial": 1, "lineage": "x", "backend": {"type": "s3", "config": {}}, "modules": []}
    with pytest.raises(BadInput) as caught:
        read_paths([write(tmp_path / "terraform.tfstate", document)])
    assert "s3 backend" in caught.value.detail and "terraform state pull" in caught.value.hint


@pytest.mark.parametrize(
    "resources",
    [7, {"a": 1}, ["x"], [{}], [{"type": 3}]],
)
def test_what_is_no_state_inside_is_refused(tmp_path: Path, resources: object) -> None:
    with pytest.raises(BadInput):
        read_paths([write(tmp_path / "s.tfstate", {**state(), "resources": resources})])


def test_a_sensitive_element_of_a_set_hides_the_whole_set(tmp_path: Path) -> None:
    # A set names its element by value; which of the list it is can't be told.
    (item,) = items(
        tmp_path,
        resource(
            "aws_ecs_service",
            "web",
            {"id": "web", "setting": [{"value": "s3cret"}, {"value": "other"}]},
            sensitive_attributes=[
                [
                    {"type": "get_attr", "value": "setting"},
                    {"type": "index", "value": {"value": {"value": "s3cret"}, "type": ["object", {}]}},
                    {"type": "get_attr", "value": "value"},
                ]
            ],
        ),
    )
    assert item.body["setting"] == "[redacted]"
