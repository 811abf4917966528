"""What holds the projects: organisation, folders, and the projects themselves."""

from __future__ import annotations

from cloudviz.catalogue.declare import (
    AssetList,
    KnownAs,
    ResourceType,
    TerraformJoin,
    asset_name,
    at,
    member_of,
)
from cloudviz.catalogue.gcp.names import ASSET, PARENT
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import GCP_STATUS

_HOLDERS = "gcp.support.folder|gcp.support.organization"
_SERVICE = "cloudresourcemanager.googleapis.com"

PROJECT = ResourceType(
    key="gcp.support.project",
    kind=Kind.ACCOUNT,
    title="Project",
    icon="gcp/project",
    listing=AssetList(
        "cloudresourcemanager.googleapis.com/Project", "cloudresourcemanager.projects.get", is_global=True
    ),
    known_as=KnownAs(terraform=("google_project",), terraform_fields={"projectNumber": "number"}),
    # The name of the asset ends in the project's number.
    id=asset_name(_SERVICE, "projects/{projectNumber}", given=at(ASSET), by_number=True),
    name=at("displayName") | at("name") | at("projectId"),
    state=(at("lifecycleState") | at("state")).as_state(GCP_STATUS),
    tags=at("labels"),
    facts={"project": at("projectId"), "number": at("projectNumber")},
    sublabel=(),
    links=(member_of(_HOLDERS, at(PARENT)),),
    volatile=("etag", "updateTime"),
    supporting=True,
)

FOLDER = ResourceType(
    key="gcp.support.folder",
    kind=Kind.RESOURCE_GROUP,
    title="Folder",
    icon="gcp/folder",
    listing=AssetList("cloudresourcemanager.googleapis.com/Folder", is_global=True),
    known_as=KnownAs(terraform=("google_folder",), terraform_fields={"lifecycleState": "lifecycle_state"}),
    id=asset_name(_SERVICE, "{name}", given=at(ASSET) | at("name")),
    name=at("displayName"),
    state=(at("lifecycleState") | at("state")).as_state(GCP_STATUS),
    links=(member_of(_HOLDERS, at(PARENT) | at("parent")),),
    volatile=("etag", "updateTime"),
    supporting=True,
)

ORGANIZATION = ResourceType(
    key="gcp.support.organization",
    kind=Kind.RESOURCE_GROUP,
    title="Organization",
    icon="gcp/organization",
    listing=AssetList("cloudresourcemanager.googleapis.com/Organization", is_global=True),
    id=asset_name(_SERVICE, "{name}", given=at(ASSET) | at("name")),
    name=at("displayName") | at("name"),
    state=(at("lifecycleState") | at("state")).as_state(GCP_STATUS),
    volatile=("etag", "updateTime"),
    supporting=True,
)

TYPES: tuple[ResourceType, ...] = (PROJECT, FOLDER, ORGANIZATION)

JOINS: tuple[TerraformJoin, ...] = ()
