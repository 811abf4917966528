"""Testing what the server's credentials are good for."""

from __future__ import annotations

from pydantic import Field

from cloudviz.api.schemas.base import Asked, Told, Words, example
from cloudviz.api.schemas.discoveries import Credential


class AwsConnectionRequest(Asked):
    """Whose connection to test. Nothing given means the account of the server's credentials."""

    accounts: Words = Field([], description="Account ids; needs a role.")
    role_arn: str = Field("", description="Role to assume in each account.", max_length=2048)
    credential: Credential = ""

    model_config = example(accounts=["123456789012"], role_arn="arn:aws:iam::{account}:role/cloudviz")


class AzureConnectionRequest(Asked):
    """Which subscriptions to test. Nothing given means every one that the server's credentials see."""

    subscription_id: str = Field("", description="One subscription.", max_length=200)
    subscriptions: Words = Field([], description="Subscription ids.")
    credential: Credential = ""

    model_config = example(subscription_id="00000000-0000-0000-0000-000000000001")


class GcpConnectionRequest(Asked):
    """Which projects to test. Nothing given means every one that the server's credentials see."""

    project_id: str = Field("", description="One project, by id or number.", max_length=200)
    projects: Words = Field([], description="Project ids or numbers.")
    credential: Credential = ""

    model_config = example(project_id="shop-prod")


class MissingModel(Told):
    """Something that a scan will not see."""

    permission: str = Field(description="The cloud's own name of what is missing; empty when it is no permission.")
    accounts: list[str] = Field(description="The accounts, subscriptions or projects in which it is missing.")
    detail: str = Field("", description="What the cloud said.")


class ConnectionReply(Told):
    """What the credentials are good for."""

    provider: str
    home: str = Field(description="AWS account, Azure tenant or GCP project they belong to, where they say so.")
    identity: str = Field(description="The name of the user, role or application, where they say so.")
    accounts: list[str] = Field(description="The accounts, subscriptions or projects that can be entered.")
    regions: list[str] = Field(description="The regions that the first account has enabled, for AWS.")
    missing: list[MissingModel] = Field(description="What is denied; empty when a scan will see everything.")
    untested: int = Field(description="How many accounts were left out of looking for what is missing.")

    model_config = example(
        provider="aws",
        home="123456789012",
        identity="arn:aws:sts::123456789012:assumed-role/cloudviz/cloudviz",
        accounts=["123456789012"],
        regions=["eu-west-1", "us-east-1"],
        missing=[
            {
                "permission": "sts:AssumeRole",
                "accounts": ["210987654321"],
                "detail": "AccessDenied: not authorized to perform: sts:AssumeRole",
            }
        ],
        untested=0,
    )
