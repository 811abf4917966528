"""The Azure actions a scan needs, derived from the declarations (architecture, decision 1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudviz.catalogue.declare import ArmList, ResourceType
from cloudviz.catalogue.registry import catalogue
from cloudviz.sources.azure import rights

ALWAYS: tuple[str, ...] = (
    rights.PERMISSION,
    "Microsoft.ResourceGraph/resources/read",
    "Microsoft.Resources/subscriptions/read",
)
"""What every scan calls, whatever the types: which subscriptions there are, and what may be read in them."""

COSTS: tuple[str, ...] = ("Microsoft.CostManagement/query/read",)
"""What reading the bill through Cost Management needs."""


def actions_of(declared: ResourceType) -> tuple[str, ...]:
    """The actions without which some of a type, or of what it says, stays hidden. The first is its own."""
    listing = declared.listing
    if not isinstance(listing, ArmList):
        return ()
    own = listing.permission or f"{listing.arm_type}/read"
    # Another spelling of the same type, as for resource groups, has no action of its own.
    depth = listing.arm_type.count("/")
    more = [f"{name}/read" for name in declared.known_as.arm if name.count("/") == depth]
    parts = [f"{name}/read" for part in listing.parts for name in part.arm_types]
    # Whose owner is hidden is hidden as well.
    owner = actions_of(catalogue().types[listing.child.owner])[:1] if listing.child is not None else ()
    return tuple(dict.fromkeys((own, *more, *parts, *owner)))


def permissions(types: Iterable[ResourceType]) -> list[str]:
    """The Azure actions needed to scan these types, sorted, without repeats."""
    # Azure compares actions without case, and so do we.
    needed = {action.lower(): action for action in ALWAYS}
    for declared in types:
        for action in actions_of(declared):
            needed.setdefault(action.lower(), action)
    return [needed[key] for key in sorted(needed)]


def role(types: Iterable[ResourceType]) -> dict[str, Any]:
    """The least-privilege custom role for these types, as ``az role definition create`` takes it.

    Source: https://learn.microsoft.com/azure/role-based-access-control/custom-roles
    """
    return {
        "Name": "CloudViz scan",
        "IsCustom": True,
        "Description": "Lets CloudViz list resources. Reads settings only: no data, no keys, no secrets.",
        "Actions": permissions(types),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": ["/subscriptions/{subscription-id}"],
    }
