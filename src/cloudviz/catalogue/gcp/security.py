"""Identities."""

from __future__ import annotations

from cloudviz.catalogue.declare import AssetList, KnownAs, ResourceType, TerraformJoin, asset_name, at
from cloudviz.catalogue.kinds import Kind

SERVICE_ACCOUNT = ResourceType(
    key="gcp.security.service_account",
    kind=Kind.IDENTITY,
    title="IAM service account",
    icon="gcp/service-account",
    listing=AssetList("iam.googleapis.com/ServiceAccount", "iam.projects.serviceAccounts.list"),
    known_as=KnownAs(terraform=("google_service_account",)),
    # Everybody else refers to it by e-mail address, so that is its name here, though assets may end in the number.
    id=asset_name("iam.googleapis.com", "projects/{project}/serviceAccounts/{email}"),
    name=at("displayName") | at("email"),
    facts={"email": at("email"), "number": at("uniqueId")},
    sublabel=(),
)

TYPES: tuple[ResourceType, ...] = (SERVICE_ACCOUNT,)

JOINS: tuple[TerraformJoin, ...] = ()
