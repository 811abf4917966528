"""The declared types of Google Cloud, one file per category."""

from __future__ import annotations

from cloudviz.catalogue.declare import ResourceType, TerraformJoin
from cloudviz.catalogue.gcp import (
    ai,
    compute,
    data,
    database,
    load_balancing,
    network,
    organisation,
    security,
    serverless,
    storage,
)

_CATEGORIES = (
    compute,
    serverless,
    network,
    load_balancing,
    storage,
    database,
    data,
    ai,
    security,
    organisation,
)

TYPES: tuple[ResourceType, ...] = tuple(declared for category in _CATEGORIES for declared in category.TYPES)
JOINS: tuple[TerraformJoin, ...] = tuple(join for category in _CATEGORIES for join in category.JOINS)
