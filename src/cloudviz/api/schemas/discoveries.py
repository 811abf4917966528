"""Asking for a look at a cloud or at files, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from cloudviz.api.schemas.base import SECRET, Asked, Told, Words, example, examples
from cloudviz.api.schemas.inventory import CoverageModel, ProblemEntry

AN_ID = "2f1b6a9e-6f3c-4a0e-8a39-0a4b5c6d7e8f"


Resume = Annotated[
    str,
    Field(description="Id of a discovery that died, failed or was cancelled: read what is left.", max_length=100),
]


Credential = Annotated[
    str,
    Field(description="Name of a credential of /admin/credentials; the server's own when empty.", max_length=100),
]


WebhookUrl = Annotated[
    str,
    Field(
        description="Who is told how this discovery ends and what it changed; see POST /webhooks/register.",
        max_length=2048,
    ),
]


class AwsDiscoverRequest(Asked):
    """What to look at. Nothing given means everything that the server's credentials reach."""

    accounts: Words = Field([], description="Account ids.")
    role_arn: str = Field("", description="Role to assume in each account.", max_length=2048)
    regions: Words = Field([], description="Regions; all that are enabled when empty.")
    services: Words = Field([], description="Services, as in the type keys: `ec2`, `rds`.")
    long_tail: bool = Field(False, description="Also types that CloudViz does not declare: slow.")
    config_aggregator: str = Field(
        "", description="AWS Config aggregator to ask first, by name; `auto` for the one there is.", max_length=256
    )
    resource_types: Words = Field([], description="Type keys; may end in `*`.")
    credential: Credential = ""
    resume: Resume = ""
    webhook_url: WebhookUrl = ""

    model_config = examples({"regions": ["eu-west-1"], "services": ["ec2", "rds"]}, {"resume": AN_ID})


class AzureDiscoverRequest(Asked):
    """What to look at. Nothing given means every subscription that the server's credentials see."""

    subscription_id: str = Field("", description="One subscription.", max_length=200)
    subscriptions: Words = Field([], description="Subscription ids.")
    resource_groups: Words = Field([], description="Only these; then nothing is taken to be gone.")
    regions: Words = Field([], description="Regions; all when empty.")
    resource_types: Words = Field([], description="Type keys; may end in `*`.")
    credential: Credential = ""
    resume: Resume = ""
    webhook_url: WebhookUrl = ""

    model_config = examples(
        {"subscription_id": "00000000-0000-0000-0000-000000000001", "regions": ["westeurope"]}, {"resume": AN_ID}
    )


class GcpDiscoverRequest(Asked):
    """What to look at. Nothing given means every project that the server's credentials see."""

    project_id: str = Field("", description="One project, by id or number.", max_length=200)
    projects: Words = Field([], description="Project ids or numbers.")
    regions: Words = Field([], description="Regions; all when empty.")
    services: Words = Field([], description="Groups of types, as in the type keys: `compute`, `storage`.")
    resource_types: Words = Field([], description="Type keys; may end in `*`.")
    credential: Credential = ""
    resume: Resume = ""
    webhook_url: WebhookUrl = ""

    model_config = examples({"project_id": "shop-prod", "regions": ["europe-west1"]}, {"resume": AN_ID})


class DiscoveryAccepted(Told):
    """The discovery and the job that carries it out. Follow `Location`, or GET /jobs/{job_id}."""

    discovery_id: str
    job_id: str
    status: str
    webhook_id: str | None = Field(None, description="The webhook of `webhook_url`.")
    webhook_secret: str | None = Field(
        None, description="What it signs with (`whsec_…`); shown this once.", json_schema_extra=SECRET
    )

    model_config = example(discovery_id=AN_ID, job_id="81e2…", status="queued")


class ChangesModel(Told):
    """What a discovery changed in the inventory, in resources."""

    added: int
    changed: int
    removed: int
    unchanged: int


class DiscoveryModel(Told):
    """One look at a cloud or at files."""

    id: str
    provider: str
    source: str
    status: str = Field(description="pending, running, completed, partial, failed or cancelled.")
    resources_found: int
    changes: ChangesModel | None = None
    reason: str | None = Field(None, description="Why it failed, where that is known.")
    progress: dict[str, Any] = Field({}, description="Listings done of all, and resources found so far.")
    request: dict[str, Any] = {}
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    seen_at: datetime | None = Field(None, description="From when on what it recorded holds: a moment to look at.")

    model_config = example(
        id=AN_ID,
        provider="aws",
        source="aws:123456789012",
        status="running",
        resources_found=0,
        progress={"done": 12, "total": 36, "resources": 204, "at": "aws.rds.instance in eu-west-1"},
        created_at="2026-11-24T08:00:00Z",
    )


class DiscoveryReply(DiscoveryModel):
    """One look with what it could see and what it could not."""

    job_id: str | None = Field(None, description="The job at work on it, while there is one.")
    coverage: list[CoverageModel]
    gaps: int = Field(description="How many coverage entries hide something.")
    problems: list[ProblemEntry]

    model_config = example(
        id=AN_ID,
        provider="aws",
        source="aws:123456789012",
        status="partial",
        resources_found=204,
        created_at="2026-11-24T08:00:00Z",
        coverage=[
            {
                "provider": "aws",
                "account": "123456789012",
                "region": "eu-west-1",
                "type": "aws.ec2.volume",
                "status": "denied",
                "count": 0,
                "permission": "ec2:DescribeVolumes",
            }
        ],
        gaps=1,
        problems=[],
    )


class DiscoveryPage(Told):
    """One page of discoveries, newest first."""

    items: list[DiscoveryModel]
    next_cursor: str | None = None


class ImportReply(Told):
    """What an import came to."""

    discovery_id: str
    status: str = Field(description="completed, or partial when something in the files could not be read.")
    resources: int
    links: int
    added: int
    changed: int
    removed: int
    problems: list[ProblemEntry]

    model_config = example(
        discovery_id=AN_ID,
        status="completed",
        resources=96,
        links=130,
        added=96,
        changed=0,
        removed=0,
        problems=[],
    )


class TypeModel(Told):
    """A resource type that CloudViz knows."""

    key: str
    kind: str
    title: str
    native_type: str
    terraform: list[str] = Field(description="Names of the type in Terraform.")
    icon: str
    supporting: bool = Field(False, description="Kept for what it tells of others; no headline type.")

    model_config = example(
        key="aws.ec2.instance",
        kind="virtual_machine",
        title="EC2 instance",
        native_type="AWS::EC2::Instance",
        terraform=["aws_instance"],
        icon="aws/ec2-instance",
    )


class TypesReply(Told):
    """All types of a cloud, in the order of their keys."""

    items: list[TypeModel]
    next_cursor: None = None
