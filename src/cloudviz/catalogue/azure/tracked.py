"""What every ARM resource has in common, so that a declaration says only what is its own.

An ARM resource has ``id``, ``name``, ``type``, and a tracked one ``location`` and ``tags`` besides:
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
"""

from __future__ import annotations

from collections.abc import Mapping

from cloudviz.catalogue.declare import (
    ArmList,
    Field,
    KnownAs,
    LinkRule,
    ResourceType,
    arm,
    at,
    attached,
    inside,
    runs_as,
)
from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.states import AZURE_PROVISIONING

IN_ITS_GROUP: LinkRule = inside("azure.support.resource_group", at("id"))
"""Every ARM id names its resource group. Put it last: a subnet or network that holds a resource says more."""

AS_IDENTITIES: LinkRule = runs_as("azure.support.user_assigned_identity", at("identity.userAssignedIdentities{}"))
"""The managed identities that a resource acts with: the keys of an object."""

IDENTITIES_IN_TERRAFORM = {"identity.userAssignedIdentities{}": "identity[].identity_ids[]"}

BY_ENDPOINT: LinkRule = attached(
    "azure.support.private_endpoint", at("properties.privateEndpointConnections[].properties.privateEndpoint.id")
)
"""The private endpoints through which a service can be reached."""

HOST_LABEL = r"^(?:[a-z]+://)?([A-Za-z0-9-]+)\."
"""The first label of a host name, which is the name of the account: ``https://acct.blob.core.windows.net/``."""

HOST = r"^(?:[a-z]+://)?([A-Za-z0-9.-]+)"
"""The host of a URL, or the text itself where it is a host name."""

PROVISIONED: Field = at("properties.provisioningState").as_state(AZURE_PROVISIONING)


def tracked(
    key: str,
    kind: Kind,
    title: str,
    listing: ArmList,
    *,
    known_as: KnownAs = KnownAs(),  # noqa: B008 - a frozen value
    icon: str = "",
    name: Field | None = None,
    state: Field | None = PROVISIONED,
    zone: Field | None = None,
    in_region: bool = True,
    facts: Mapping[str, Field] | None = None,
    sublabel: tuple[str, ...] = ("size", "engine", "address_range", "runtime"),
    links: tuple[LinkRule, ...] = (),
    aliases: tuple[str, ...] = (),
    volatile: tuple[str, ...] = (),
    in_group: bool = True,
    supporting: bool = False,
) -> ResourceType:
    """A type with an ARM resource's own id, name, location, tags and resource group.

    Arguments:
        key, kind, title, listing, known_as, facts, sublabel, links, aliases, volatile, supporting, zone: as in
            :class:`ResourceType`.
        icon: below ``azure/``; the last word of the key when empty.
        state: the ``provisioningState`` unless said otherwise; None where there is none.
        in_region: false for children without ``location`` and ``tags``: they are where their owner is.
        in_group: false for what is in no resource group.
    """
    return ResourceType(
        key=key,
        kind=kind,
        title=title,
        icon=f"azure/{icon or key.rsplit('.', 1)[-1].replace('_', '-')}",
        listing=listing,
        known_as=known_as,
        id=arm(),
        name=name or at("name"),
        state=state,
        zone=zone,
        region=at("location").as_location() if in_region else None,
        tags=at("tags") if in_region else None,
        facts=dict(facts or {}),
        sublabel=sublabel,
        links=(*links, IN_ITS_GROUP) if in_group else links,
        aliases=aliases,
        volatile=volatile,
        supporting=supporting,
    )
