"""One estate seen by a live scan and in a Terraform state: the same things, ids and links."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudviz.inventory.model import Graph
from cloudviz.normalise import normalise
from cloudviz.sources.aws import AwsProvider, Limits
from cloudviz.sources.offline import OfflineResult, read_paths
from cloudviz.sources.provider import ProviderConfig
from fake_clouds.aws_estate import REGIONS
from fake_clouds.aws_truth import Truth
from fake_clouds.moto import ACCOUNT, CREDENTIALS, MotoServer
from fake_clouds.terraform_of import terraform_of

pytestmark = pytest.mark.moto

ONLY_LIVE = {
    # The provider's schema of these has subnet_id and no vpc_id.
    ("aws.ec2.instance", "member_of", "aws.ec2.vpc"),
    ("aws.ec2.network_interface", "member_of", "aws.ec2.vpc"),
    ("aws.ec2.nat_gateway", "member_of", "aws.ec2.vpc"),
    # Every VPC has an access list of its own that nobody made, and what it guards is not for a state to say.
    ("aws.ec2.network_acl", "member_of", "aws.ec2.vpc"),
    ("aws.ec2.subnet", "guarded_by", "aws.ec2.network_acl"),
    ("aws.ec2.snapshot", "uses", ""),
    # AWS makes the instances of a group; Terraform does not know them.
    ("aws.autoscaling.group", "contains", "aws.ec2.instance"),
}
"""(source type, kind, target type) of the links that no state holds, because the provider does not write them."""

NOT_MADE = {"aws.athena.workgroup", "aws.ec2.network_acl", "aws.ec2.snapshot"}
"""Types of what nobody made here, and no state holds: defaults of AWS, and what moto's own images are of."""

ONLY_STATE = {"aws_db_subnet_group"}
"""Native types that a state holds as things of their own, and a live scan as details of others."""


@pytest.fixture(scope="module")
def live(moto_server: MotoServer, aws_truth: Truth) -> Graph:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            if value:
                patch.setenv(name, value)
        provider = AwsProvider(endpoint_url=moto_server.url, limits=Limits(attempts=2))
        result = asyncio.run(provider.discover_resources(ProviderConfig(regions=REGIONS)))
    graph, problems = normalise(result.items())
    assert problems == []
    return graph


@pytest.fixture(scope="module")
def state(moto_server: MotoServer, aws_truth: Truth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("state") / "estate.tfstate"
    path.write_text(json.dumps(terraform_of(moto_server.url, REGIONS, ACCOUNT), indent=2))
    yield path


@pytest.fixture(scope="module")
def read(state: Path) -> OfflineResult:
    return read_paths([state])


@pytest.fixture(scope="module")
def filed(read: OfflineResult) -> Graph:
    graph, problems = normalise(read.items)
    assert problems == []
    return graph


def links_of(graph: Graph) -> set[tuple[str, str, str]]:
    return {(link.source, link.kind, link.target) for link in graph.links}


def test_the_state_tells_every_account_and_region(read: OfflineResult) -> None:
    assert read.problems == []


def test_the_same_ids(live: Graph, filed: Graph, aws_truth: Truth) -> None:
    found = {(each.id, each.type) for each in filed.resources.values() if each.native_type not in ONLY_STATE}
    assert found == {(key, kind) for key, kind in aws_truth.resources if kind not in NOT_MADE}
    assert found == {(each.id, each.type) for each in live.resources.values() if each.type not in NOT_MADE}


def test_the_same_links(live: Graph, filed: Graph) -> None:
    seen, held = links_of(live), links_of(filed)
    ours = {link for link in held if link[0] in live.resources}
    assert ours - seen == set()
    types = {key: each.type for key, each in live.resources.items()}
    missing = {(types[source], kind, types.get(target, "")) for source, kind, target in seen - ours}
    assert missing == ONLY_LIVE


def test_the_same_places_names_and_tags(live: Graph, filed: Graph) -> None:
    for key, each in live.resources.items():
        if each.type in NOT_MADE:
            continue
        twin = filed.resources[key]
        assert (twin.parent, twin.region, twin.account) == (each.parent, each.region, each.account), key
        assert (twin.name, dict(twin.tags), twin.kind) == (each.name, dict(each.tags), each.kind), key
        assert twin.zone in (each.zone, None), key
        assert twin.state in (each.state, None), key


def test_no_secret_of_the_state_comes_through(filed: Graph) -> None:
    assert "correct horse" not in repr(filed)
