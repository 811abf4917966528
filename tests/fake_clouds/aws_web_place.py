"""What seeding any part of the web estate needs: how much of it there is, tags, clients of a region."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from fake_clouds.moto import ACCOUNT

if TYPE_CHECKING:
    from fake_clouds.aws_estate import Estate

INSTANCES = 40
TABLES = 14
BUCKETS = 12
FUNCTIONS = 12


def named(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}, {"Key": "env", "Value": "prod"}]


def spec(kind: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": named(name)}]


def code() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return event\n")
    return packed.getvalue()


class WebPlace:
    """One region of an estate."""

    def __init__(self, estate: Estate, region: str, roles: dict[str, str]) -> None:
        self.estate = estate
        self.truth = estate.truth
        self.region = region
        self.roles = roles
        self.ec2 = estate.client("ec2", region)
        self.elb = estate.client("elbv2", region)
        self.scaling = estate.client("autoscaling", region)
        self.rds = estate.client("rds", region)
        self.functions = estate.client("lambda", region)
        self.dynamo = estate.client("dynamodb", region)
        self.sqs = estate.client("sqs", region)
        self.s3 = estate.client("s3", region)
        self.groups: dict[str, str] = {}
        self.public: list[str] = []
        self.private: list[str] = []
        self.machines: list[str] = []

    def ec2_arn(self, kind: str, key: str) -> str:
        return f"arn:aws:ec2:{self.region}:{ACCOUNT}:{kind}/{key}"
