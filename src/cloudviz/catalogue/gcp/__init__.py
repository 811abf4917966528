"""The declared types of Google Cloud, one file per category."""

from __future__ import annotations

from cloudviz.catalogue.declare import ResourceType, TerraformJoin
from cloudviz.catalogue.gcp import compute, database, network, security, storage

_CATEGORIES = (compute, network, storage, database, security)

TYPES: tuple[ResourceType, ...] = tuple(declared for category in _CATEGORIES for declared in category.TYPES)
JOINS: tuple[TerraformJoin, ...] = tuple(join for category in _CATEGORIES for join in category.JOINS)
