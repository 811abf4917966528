"""The declared types of AWS, one file per category."""

from __future__ import annotations

from cloudviz.catalogue.aws import compute, database, identity, integration, load_balancing, network, storage
from cloudviz.catalogue.declare import ResourceType, TerraformJoin

_CATEGORIES = (network, load_balancing, compute, storage, database, integration, identity)

TYPES: tuple[ResourceType, ...] = tuple(declared for category in _CATEGORIES for declared in category.TYPES)
JOINS: tuple[TerraformJoin, ...] = tuple(join for category in _CATEGORIES for join in category.JOINS)
