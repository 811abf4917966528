"""A classic web estate in two regions, seeded into a moto server, and the truth about it.

The truth is written down as each thing is made, from what AWS documents and not from CloudViz's catalogue: which
things there are, what each sits in, and which refer to which. What AWS makes by itself (default VPCs, main route
tables, root volumes, interfaces) is asked of the server afterwards, with calls of this file's own.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import boto3
from botocore.config import Config

from fake_clouds.aws_defaults import made_by_aws
from fake_clouds.aws_front import seed_global
from fake_clouds.aws_services import Services
from fake_clouds.aws_truth import Truth
from fake_clouds.aws_web import Region
from fake_clouds.moto import ACCOUNT

REGIONS = ("us-east-1", "eu-west-1")


class Estate:
    """Seeds one region after the other. One thread only."""

    def __init__(self, url: str, *, whole: bool = False) -> None:
        self._url = url
        self._whole = whole
        self._session = boto3.Session(
            aws_access_key_id="testing", aws_secret_access_key="testing", region_name="us-east-1"
        )
        self.truth = Truth()

    def client(self, service: str, region: str) -> Any:
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self._url,
            config=Config(retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}),
        )

    def seed(self) -> Truth:
        roles = self._identity()
        for region in REGIONS:
            here = Region(self, region, roles)
            here.seed()
            if self._whole:
                services = Services(here)
                services.seed()
                if region == REGIONS[-1]:
                    seed_global(services)
            made_by_aws(here.ec2, self.truth, region)
        return self.truth

    def tell_tags(self, region: str, tags: dict[str, dict[str, str]]) -> None:
        """Tell the bulk API of tags that moto's does not know."""
        request = urllib.request.Request(f"{self._url}/fake/tags", json.dumps({region: tags}).encode())
        with urllib.request.urlopen(request, timeout=60) as reply:
            assert reply.status == 200

    def _identity(self) -> dict[str, str]:
        iam = self.client("iam", "us-east-1")
        truth = self.truth

        def trust(principal: dict[str, Any]) -> str:
            statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
            return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

        roles: dict[str, str] = {}
        for name in ("web", "batch", "lambda", "deploy"):
            service = "lambda.amazonaws.com" if name == "lambda" else "ec2.amazonaws.com"
            iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=trust({"Service": service}),
                Tags=[{"Key": "team", "Value": name}],
            )
            roles[name] = truth.add(
                f"arn:aws:iam::{ACCOUNT}:role/{name}", "aws.iam.role", "global", name=name, tags={"team": name}
            )
        # A role with a path, that the role "deploy" may assume.
        iam.create_role(
            RoleName="audit", Path="/security/", AssumeRolePolicyDocument=trust({"AWS": roles["deploy"]})
        )
        roles["audit"] = truth.add(
            f"arn:aws:iam::{ACCOUNT}:role/security/audit", "aws.iam.role", "global", name="audit"
        )
        truth.link(roles["deploy"], roles["audit"], "uses")
        policy = iam.create_policy(
            PolicyName="read-logs",
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "logs:Get*", "Resource": "*"}],
                }
            ),
        )["Policy"]["Arn"]
        truth.add(policy, "aws.iam.policy", "global", name="read-logs")
        iam.attach_role_policy(RoleName="web", PolicyArn=policy)
        truth.link(roles["web"], policy, "uses")
        for name in ("web", "batch"):
            iam.create_instance_profile(InstanceProfileName=name)
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
            profile = truth.add(
                f"arn:aws:iam::{ACCOUNT}:instance-profile/{name}",
                "aws.iam.instance_profile",
                "global",
                name=name,
            )
            truth.link(profile, roles[name], "runs_as")
        return roles


def seed(url: str, *, whole: bool = False) -> Truth:
    """Fill an empty server and say what is in it: the web estate, or things of every service."""
    return Estate(url, whole=whole).seed()
