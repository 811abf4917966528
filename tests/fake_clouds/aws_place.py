"""What seeding any service of a region needs: clients, names, and the truth to write down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_clouds.moto import ACCOUNT

if TYPE_CHECKING:
    from fake_clouds.aws_web import Region

PROD = {"env": "prod"}
PAIRS = [{"Key": "env", "Value": "prod"}]
LOWER = [{"key": "env", "value": "prod"}]


class Place:
    """A region with the web estate in it, to which other things are added."""

    def __init__(self, region: Region) -> None:
        self.web = region
        self.truth = region.truth
        self.region = region.region
        self.bulk: dict[str, dict[str, str]] = {}

    def client(self, service: str) -> Any:
        return self.web.estate.client(service, self.region)

    def arn(self, service: str, tail: str) -> str:
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{tail}"

    def group(self, label: str) -> str:
        return self.web.ec2_arn("security-group", self.web.groups[label])

    def subnets(self, arn: str, subnets: list[str], kind: str = "member_of") -> None:
        for subnet in subnets:
            self.truth.link(arn, self.web.ec2_arn("subnet", subnet), kind)

    def guarded(self, arn: str, label: str, *, adopted: bool = True) -> None:
        """A security group; what does not say its network sits in that of its groups."""
        self.truth.link(arn, self.group(label), "guarded_by")
        if adopted:
            self.parent(arn, self.vpc)

    def parent(self, arn: str, parent: str) -> None:
        self.truth.parents[arn] = parent
        self.truth.link(arn, parent, "member_of")
