"""The declared types of AWS, one file per category."""

from __future__ import annotations

from cloudviz.catalogue.aws import (
    analytics,
    cache,
    compute,
    connectivity,
    containers,
    data_lake,
    database,
    delivery,
    endpoints,
    files,
    identity,
    integration,
    load_balancing,
    machine_learning,
    management,
    monitoring,
    network,
    security,
    storage,
)
from cloudviz.catalogue.declare import ResourceType, TerraformJoin

_CATEGORIES = (
    network,
    endpoints,
    connectivity,
    load_balancing,
    delivery,
    compute,
    containers,
    storage,
    files,
    database,
    cache,
    analytics,
    data_lake,
    machine_learning,
    integration,
    identity,
    security,
    monitoring,
    management,
)

TYPES: tuple[ResourceType, ...] = tuple(declared for category in _CATEGORIES for declared in category.TYPES)
JOINS: tuple[TerraformJoin, ...] = tuple(join for category in _CATEGORIES for join in category.JOINS)
