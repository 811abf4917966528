"""What the clouds' own tools print and export, read through the door that `cloudviz import` uses."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloudviz.errors import BadInput, CloudVizError, TooLarge
from cloudviz.inventory.model import Inventory
from cloudviz.jobs.imports import read_files

PAYLOADS = Path(__file__).parents[3] / "payloads" / "files"
SUBSCRIPTION = "/subscriptions/ea42f556-5106-4743-99b0-c129bfa71a47"


def read(path: Path, content: Any = None, **more: str) -> Inventory:
    """What a file of this content reads as; what the file itself does without one."""
    if content is not None:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_files([path], **more)


def ids(found: Inventory) -> dict[str, str]:
    """Id → type of all resources."""
    return {each.id: each.type for each in found.graph.resources.values()}


TRUTH: dict[str, dict[str, str]] = {
    "aws_cli/describe-instances.json": {
        "arn:aws:ec2:us-east-1:123:instance/i-09": "aws.ec2.instance",
        "arn:aws:ec2:us-west-2:123:instance/i-1": "aws.ec2.instance",
        "arn:aws:ec2:us-west-2:123:instance/i-123": "aws.ec2.instance",
    },
    "aws_cli/describe-volumes.json": {
        f"arn:aws:ec2:us-west-2:123:volume/{name}": "aws.ec2.volume" for name in ("vol-123", "vol-234", "vol-345")
    },
    "aws_cli/list-buckets.json": {
        f"arn:aws:s3:::{name}": "aws.s3.bucket"
        for name in ("bucket-1", "bucket-2", "bucket-3", "some-sagemaker-bucket")
    },
    "aws_cli/get-queue-attributes.json": {"arn:aws:sqs:eu-central-1:test:SomeName": "aws.sqs.queue"},
    "aws_cli/describe-auto-scaling-groups.json": {
        "arn:aws:autoscaling:us-west-2:test:autoScalingGroup:asg-123:autoScalingGroupName/asg-123": (
            "aws.autoscaling.group"
        )
    },
    "aws_cli/list-distributions.json": {
        "arn:aws:cloudfront::123456789012:distribution/EDFDVBD632BHDS5": "aws.cloudfront.distribution"
    },
    "aws_cli/describe-hosts.json": {"aws:Host/123/us-east-1/h-09": "aws.other"},
    "google_assets/full_compute_instance.json": {
        f"//compute.googleapis.com/projects/test-project/zones/us-central1-a/instances/{name}": (
            "gcp.compute.instance"
        )
        for name in ("test1", "test2")
    },
    "google_assets/compute_forwarding_rule.json": {
        f"//compute.googleapis.com/projects/myproj/regions/us-central1/forwardingRules/{name}": (
            "gcp.network.forwarding_rule"
        )
        for name in ("test-1", "test-2")
    },
    "google_assets/server_tls_policy.json": {
        f"//networksecurity.googleapis.com/projects/ccm-breakit/locations/{name}": "gcp.other"
        for name in (
            "us-central1/serverTlsPolicies/regional_location_policy",
            *(
                f"global/serverTlsPolicies/{policy}_policy"
                for policy in (
                    "empty_description",
                    "empty_labels",
                    "lb_mtls",
                    "lb_mtls_allow_invalid_cert",
                    "td_allow_open",
                    "td_mtls",
                    "td_mtls_client_validation_grpc",
                    "td_with_cert_provider",
                    "td_with_server_cert",
                )
            ),
        )
    },
    "workload_discovery/eks-cluster.json": {
        "arn:aws:ec2:eu-west-1:xxxxxxxxxxxx:security-group/sg-11111111111111111": "aws.ec2.security_group",
        **{
            f"arn:aws:ec2:eu-west-1:xxxxxxxxxxxx:subnet/subnet-{str(each) * 17}": "aws.ec2.subnet"
            for each in range(1, 7)
        },
        "arn:aws:ec2:eu-west-1:xxxxxxxxxxxx:vpc/vpc-11111111111111111": "aws.ec2.vpc",
        "arn:aws:eks:eu-west-1:xxxxxxxxxxxx:cluster/test-cluster": "aws.eks.cluster",
        "arn:aws:eks:eu-west-1:xxxxxxxxxxxx:nodegroup/test-cluster/ng-11111111/"
        "5ababb6a-75d5-8af7-0351-02c55b0db9f3": ("aws.eks.nodegroup"),
        "arn:aws:iam::xxxxxxxxxxxx:role/eksctl-test-cluster-cl-ServiceRole": "aws.iam.role",
    },
    "azure_list/resources.json": {
        f"{SUBSCRIPTION}/resourcegroups/aj-testing/providers/microsoft.keyvault/vaults/ajtest": (
            "azure.security.key_vault"
        ),
        f"{SUBSCRIPTION}/resourcegroups/erin/providers/microsoft.compute/virtualmachines/erinvm": (
            "azure.compute.virtual_machine"
        ),
        f"{SUBSCRIPTION}/resourcegroups/test-ben/providers/microsoft.compute/disks/kkkk": (
            "azure.storage.managed_disk"
        ),
        f"{SUBSCRIPTION}/resourcegroups/test_containerservice/providers/microsoft.network/virtualnetworks/"
        "k8s-vnet-c02b7042": "azure.network.virtual_network",
    },
}


@pytest.mark.parametrize("name", TRUTH)
def test_recorded_files_hold_what_was_counted_by_hand(name: str) -> None:
    assert ids(read_files([PAYLOADS / name])) == TRUTH[name]


VPCS = {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "123456789012"}]}


def test_what_a_reply_does_not_say_the_caller_may(tmp_path: Path) -> None:
    found = read(tmp_path / "a", VPCS)
    assert [each.what for each in found.problems] == [
        "1 resource does not say in which region it is; give it with --region"
    ]
    assert list(ids(read(tmp_path / "a", account="210987654321", region="eu-west-1"))) == [
        "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1"
    ], "the owner is the account that the reply names"


def test_who_owns_an_instance_its_reservation_says(tmp_path: Path) -> None:
    instance = {"InstanceId": "i-1", "Placement": {"AvailabilityZone": "eu-west-1a"}}
    reply = {"Reservations": [{"OwnerId": "123456789012", "Instances": [instance]}]}
    assert list(ids(read(tmp_path / "a", reply))) == ["arn:aws:ec2:eu-west-1:123456789012:instance/i-1"]


def test_one_member_of_two_services_is_told_by_its_things(tmp_path: Path) -> None:
    redshift = {
        "Clusters": [{"ClusterIdentifier": "wide", "NodeType": "ra3.xlplus", "AvailabilityZone": "eu-west-1a"}]
    }
    arn = "arn:aws:elasticmapreduce:eu-west-1:123456789012:cluster/j-1"
    emr = {"Clusters": [{"Id": "j-1", "Name": "crunch", "ClusterArn": arn, "Status": {"State": "WAITING"}}]}
    assert ids(read(tmp_path / "a", redshift, account="123456789012")) == {
        "arn:aws:redshift:eu-west-1:123456789012:cluster:wide": "aws.redshift.cluster"
    }
    assert ids(read(tmp_path / "b", emr)) == {arn: "aws.emr.cluster"}


def test_a_description_counts_more_than_a_name(tmp_path: Path) -> None:
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
    (tmp_path / "z.json").write_text(json.dumps({"TableNames": ["orders"]}))
    (tmp_path / "a.json").write_text(
        json.dumps({"Table": {"TableName": "orders", "TableArn": arn, "TableStatus": "ACTIVE"}})
    )
    found = read_files([tmp_path], account="123456789012", region="eu-west-1")
    assert {each.id: each.state for each in found.graph.resources.values()} == {arn: "running"}


def test_the_az_command_line_and_resource_graph_tell_of_the_same(tmp_path: Path) -> None:
    """``az`` takes properties apart; the subnets in a network are resources with either."""
    network = f"{SUBSCRIPTION}/resourceGroups/Net/providers/Microsoft.Network/virtualNetworks/hub"
    subnet = {"id": f"{network}/subnets/web", "name": "web"}
    flat = {
        "id": network,
        "name": "hub",
        "location": "westeurope",
        "resourceGroup": "Net",
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{**subnet, "addressPrefix": "10.0.1.0/24", "resourceGroup": "Net"}],
    }
    whole = {
        "id": network,
        "name": "hub",
        "type": "microsoft.network/virtualnetworks",
        "location": "westeurope",
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{**subnet, "properties": {"addressPrefix": "10.0.1.0/24"}}],
        },
    }
    printed, exported = read(tmp_path / "a", [flat]), read(tmp_path / "b", {"count": 1, "data": [whole]})
    assert ids(printed) == {
        network.lower(): "azure.network.virtual_network",
        f"{network}/subnets/web".lower(): "azure.network.subnet",
    }
    assert ids(exported) == ids(printed)
    facts = [
        {each.id: each.properties.get("address_range") for each in found.graph.resources.values()}
        for found in (printed, exported)
    ]
    assert facts[0] == facts[1]


def test_gcloud_lists_and_assets_tell_of_the_same(tmp_path: Path) -> None:
    link = "projects/shop/zones/europe-west1-b/instances/web"
    printed = {
        "kind": "compute#instance",
        "name": "web",
        "selfLink": f"https://www.googleapis.com/compute/v1/{link}",
    }
    asset = {
        "name": f"//compute.googleapis.com/{link}",
        "assetType": "compute.googleapis.com/Instance",
        "resource": {"location": "europe-west1-b", "data": printed},
    }
    lines = "\n".join(json.dumps(each) for each in (asset, {**asset, "name": f"{asset['name']}2"}))
    assert ids(read(tmp_path / "a", [printed])) == {asset["name"]: "gcp.compute.instance"}
    assert ids(read(tmp_path / "b", lines)) == {
        asset["name"]: "gcp.compute.instance",
        f"{asset['name']}2": "gcp.compute.instance",
    }


def test_a_config_snapshot_holds_what_is_and_not_what_was(tmp_path: Path) -> None:
    arn = "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1"
    item = {
        "resourceType": "AWS::EC2::Volume",
        "resourceId": "vol-1",
        "ARN": arn,
        "awsRegion": "eu-west-1",
        "awsAccountId": "123456789012",
        "configurationItemCaptureTime": "2026-01-02T00:00:00Z",
        "configuration": {"volumeId": "vol-1", "size": 80, "state": "in-use"},
        "tags": {"Name": "data"},
    }
    older = {**item, "configurationItemCaptureTime": "2026-01-01T00:00:00Z", "tags": {"Name": "old"}}
    gone = {**item, "resourceId": "vol-2", "ARN": arn[:-1] + "2", "configurationItemStatus": "ResourceDeleted"}
    strange = {
        "resourceType": "AWS::Made::Up",
        "resourceId": "x",
        "awsRegion": "eu-west-1",
        "ARN": "arn:aws:made:::x",
    }
    document = {"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": [item, older, gone, strange]}
    found = read(tmp_path / "a", document)
    assert ids(found) == {arn: "aws.ec2.volume", "arn:aws:made:::x": "aws.other"}
    assert found.graph.resources[arn].name == "data"


# -- folders and archives ------------------------------------------------------------------------------------


def test_an_archive_of_all_kinds_is_one_estate(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in TRUTH:
            archive.write(PAYLOADS / name, f"../../{name}")
        archive.writestr("README.md", "no source")
    found = read_files([tmp_path / "all.zip"])
    assert ids(found) == {key: word for truth in TRUTH.values() for key, word in truth.items()}
    assert [each.name for each in tmp_path.parent.iterdir() if each.name == "aws_cli"] == []


def test_bombs_and_archives_in_archives_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", b" " * (100 << 20))
    with pytest.raises(TooLarge, match="unpacks to"):
        read_files([tmp_path / "bomb.zip"])
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "bomb.zip", "bomb.zip")
    with pytest.raises(BadInput, match="a zip archive"):
        read_files([tmp_path / "outer.zip"])
    with zipfile.ZipFile(tmp_path / "plan.zip", "w") as archive:
        archive.writestr("tfplan", b"x")
    with pytest.raises(BadInput, match="saved Terraform plan"):
        read_files([tmp_path / "plan.zip"])


# -- hostile -------------------------------------------------------------------------------------------------

SAMPLES = sorted(PAYLOADS.rglob("*.json"))
ODD: list[Any] = [
    None,
    True,
    -1,
    1e308,
    "",
    "arn:aws:",
    "/subscriptions/",
    "projects/",
    "\u202e\x00",
    [],
    {},
    [[]],
    "x" * 2000,
]


def mutated(value: Any, choose: random.Random, chance: float) -> Any:
    if choose.random() < chance:
        return choose.choice(ODD)
    if isinstance(value, dict):
        return {key: mutated(each, choose, chance) for key, each in value.items() if choose.random() > chance / 2}
    if isinstance(value, list):
        return [mutated(each, choose, chance) for each in value] * choose.choice((1, 1, 1, 2))
    return value


def check_mutation(path: Path, seed: int) -> None:
    choose = random.Random(seed)
    sample = json.loads(choose.choice(SAMPLES).read_bytes())
    text = json.dumps(mutated(sample, choose, choose.choice((0.01, 0.05, 0.2)))).encode()
    if choose.random() < 0.2:
        at = choose.randrange(len(text) + 1)
        text = text[:at] + choose.randbytes(3) + text[at + choose.randrange(4) :]
    path.write_bytes(text)
    try:
        found = read_files([path])
    except CloudVizError:
        return
    assert all("could not be read" not in each.what or each.where for each in found.problems)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_mutated_files_never_crash(tmp_path: Path, seed: int) -> None:
    check_mutation(tmp_path / "mutated", seed)


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_ten_thousand_mutated_files_never_crash(tmp_path: Path) -> None:
    for seed in range(10_000):
        check_mutation(tmp_path / "mutated", seed)
