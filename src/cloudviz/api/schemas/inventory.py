"""Resources, links, coverage, history: the inventory document of contract §2, piece by piece."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from cloudviz.api.schemas.base import AT_SAYS, Asked, Told, Words, example

WEB_1 = {
    "id": "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718",
    "provider": "aws",
    "type": "aws.ec2.instance",
    "native_type": "AWS::EC2::Instance",
    "kind": "virtual_machine",
    "name": "web-1",
    "account": "123456789012",
    "region": "eu-west-1",
    "zone": "eu-west-1a",
    "parent": "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-0a1b2c3d",
    "state": "running",
    "tags": {"env": "prod"},
    "cost_monthly": 70.08,
    "currency": "USD",
    "properties": {"size": "t3.large"},
}


class ResourceModel(Told):
    """One resource, in the same form for every cloud and source."""

    id: str = Field(description="ARN, ARM id in lower case, or full resource name.")
    provider: str
    type: str = Field(description="Type key, as GET /{provider}/resource-types lists them.")
    native_type: str = Field(description="The cloud's own name of the type.")
    kind: str = Field(description="The word for what it is, whichever cloud it is in.")
    name: str
    account: str
    region: str
    zone: str | None = None
    parent: str | None = Field(None, description="Id of what it is inside of.")
    state: str | None = None
    tags: dict[str, str]
    cost_monthly: float | None = None
    currency: str | None = None
    properties: dict[str, Any]

    model_config = example(**WEB_1)


class LinkModel(Told):
    """A relation; the source acts on, or sits in, the target."""

    source: str
    target: str
    kind: str = Field(description="contains, attached_to, routes_to, uses, member_of, guarded_by or runs_as.")
    resolved: bool = Field(True, description="False while the target is not in the inventory.")
    stated_by: list[str] = Field(
        default_factory=list, description="Ids of the resources that state it, where that is not the source alone."
    )


class ResourcePage(Told):
    """One page of resources, in the order of their ids."""

    items: list[ResourceModel]
    next_cursor: str | None = None

    model_config = example(items=[WEB_1], next_cursor=None)


class ResourceReply(Told):
    """A resource as it is now, its links, and where that is known from."""

    resource: ResourceModel
    links: list[LinkModel]
    source: str = Field(description="The account, file or other source whose word counts.")
    seen_by: list[str] = Field(description="All sources that have it now, that one first: scans and files.")
    source_discovery: str = Field(description="Id of the discovery that saw it last.")
    first_seen_at: datetime
    last_seen_at: datetime
    console: str = Field(description="Its address in the cloud's own console; empty where none is known.")

    model_config = example(
        resource=WEB_1,
        links=[{"source": WEB_1["id"], "target": WEB_1["parent"], "kind": "contains"}],
        source="aws:profile/prod",
        seen_by=["aws:profile/prod", "file:/states/prod.tfstate"],
        source_discovery="2f1b6a9e-6f3c-4a0e-8a39-0a4b5c6d7e8f",
        first_seen_at="2026-11-01T08:00:00Z",
        last_seen_at="2026-11-24T08:00:00Z",
        console="https://console.aws.amazon.com/go/view?arn=arn%3Aaws…",
    )


class GraphReply(Told):
    """Resources and the links between them."""

    resources: list[ResourceModel]
    links: list[LinkModel]

    model_config = example(resources=[WEB_1], links=[])


class VersionModel(Told):
    """One state of a resource, and how long it held."""

    resource: ResourceModel
    valid_from: datetime
    valid_to: datetime | None = Field(None, description="Null while it holds.")
    last_seen_at: datetime
    first_discovery: str
    last_discovery: str
    content_hash: str

    model_config = example(
        resource=WEB_1,
        valid_from="2026-11-01T08:00:00Z",
        valid_to=None,
        last_seen_at="2026-11-24T08:00:00Z",
        first_discovery="0c1d…",
        last_discovery="2f1b…",
        content_hash="9b74…",
    )


class HistoryReply(Told):
    """Every distinct state of a resource, newest first."""

    items: list[VersionModel]
    next_cursor: None = None


class FacetsReply(Told):
    """How many of the matching resources have each value; `""` counts those that have none."""

    provider: dict[str, int]
    type: dict[str, int]
    region: dict[str, int]
    account: dict[str, int]
    state: dict[str, int]

    model_config = example(
        provider={"aws": 412},
        type={"aws.ec2.instance": 40},
        region={"eu-west-1": 400, "": 12},
        account={"123456789012": 412},
        state={"running": 38, "": 374},
    )


class SearchRequest(Asked):
    """Conditions that must all hold; within one list any value will do."""

    providers: Words = []
    types: Words = Field([], description="Type keys; may end in `*`.")
    kinds: Words = []
    regions: Words = []
    accounts: Words = []
    states: Words = []
    ids: Words = []
    tags: dict[str, str] = Field({}, description="Tags that must all be there; an empty value takes any.")
    discoveries: Words = Field([], description="Only what these discoveries saw.")
    text: str = Field("", description="Part of the name or the id, without case.")
    at: str = Field("", description=AT_SAYS)
    filter: str = Field("", description="A filter expression, as in `cloudviz resources list --filter`.")
    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(None, description="`next_cursor` of the page before.")

    model_config = example(types=["aws.ec2.*"], tags={"env": "prod"}, text="web", limit=50)


class CoverageModel(Told):
    """What became of looking at one type in one region of one account."""

    provider: str
    account: str
    region: str
    type: str
    status: str = Field(description="seen, denied, throttled, timeout, failed, unsupported or skipped.")
    count: int = 0
    permission: str | None = Field(None, description="What is missing, when it was denied.")
    detail: str | None = None

    model_config = example(
        provider="aws",
        account="123456789012",
        region="eu-west-1",
        type="aws.ec2.volume",
        status="denied",
        count=0,
        permission="ec2:DescribeVolumes",
        detail="AccessDenied: …",
    )


class CoverageReply(Told):
    """The latest look at each scope, and how many of them hide something."""

    items: list[CoverageModel]
    gaps: int

    model_config = example(items=[], gaps=0)


class ProblemEntry(Told):
    """An oddity met while reading; it stopped nothing."""

    resource: str
    what: str
    where: str


class ChangedModel(Told):
    """A resource in both of its states."""

    before: ResourceModel
    after: ResourceModel
    fields: list[str] = Field(description="What differs, as dotted paths: `state`, `tags.env`.")


class DiffReply(Told):
    """What has to be done to `a` to get `b`."""

    a: str
    b: str
    added: list[ResourceModel]
    removed: list[ResourceModel]
    changed: list[ChangedModel]
    cost_changes: dict[str, float] = Field(
        description="By currency, how much more, or less, what differs costs a month."
    )
    links_added: list[LinkModel]
    links_removed: list[LinkModel]

    model_config = example(
        a="2026-11-23T00:00:00Z",
        b="2026-11-24T00:00:00Z",
        added=[WEB_1],
        removed=[],
        changed=[],
        cost_changes={"USD": 70.08},
        links_added=[],
        links_removed=[],
    )
