"""The declared types of Azure, one file per category."""

from __future__ import annotations

from cloudviz.catalogue.azure import (
    ai,
    analytics,
    apps,
    compute,
    database,
    integration,
    management,
    network,
    security,
    storage,
    traffic,
)
from cloudviz.catalogue.declare import ResourceType, TerraformJoin

_CATEGORIES = (
    compute,
    apps,
    network,
    traffic,
    storage,
    database,
    analytics,
    ai,
    security,
    integration,
    management,
)

TYPES: tuple[ResourceType, ...] = tuple(declared for category in _CATEGORIES for declared in category.TYPES)
JOINS: tuple[TerraformJoin, ...] = tuple(join for category in _CATEGORIES for join in category.JOINS)
