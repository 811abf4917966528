"""The declared types of this cloud, one file per category."""

from cloudviz.catalogue.declare import ResourceType, TerraformJoin

TYPES: tuple[ResourceType, ...] = ()
JOINS: tuple[TerraformJoin, ...] = ()
