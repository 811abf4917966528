"""The declared types of Azure, one file per category."""

from __future__ import annotations

from cloudviz.catalogue.azure import compute, database, management, network, storage
from cloudviz.catalogue.declare import ResourceType, TerraformJoin

_CATEGORIES = (compute, network, storage, database, management)

TYPES: tuple[ResourceType, ...] = tuple(declared for category in _CATEGORIES for declared in category.TYPES)
JOINS: tuple[TerraformJoin, ...] = tuple(join for category in _CATEGORIES for join in category.JOINS)
