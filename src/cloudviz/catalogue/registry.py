"""All declared types, and the ways to find one: by key, by native name, by Terraform name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.declare import ArmList, Arn, AssetList, AwsCall, Only, ResourceType, TerraformJoin
from cloudviz.catalogue.paths import read_path


class Catalogue:
    """An immutable, indexed set of resource types."""

    def __init__(self, types: Iterable[ResourceType], joins: Iterable[TerraformJoin] = ()) -> None:
        self.types: dict[str, ResourceType] = {}
        for declared in types:
            if declared.key in self.types:
                raise ValueError(f"{declared.key} is declared twice")
            self.types[declared.key] = declared
        self.joins: dict[str, tuple[TerraformJoin, ...]] = {}
        for join in joins:
            self.joins[join.terraform] = (*self.joins.get(join.terraform, ()), join)
        self._by_native: dict[str, tuple[ResourceType, ...]] = {}
        self._by_terraform: dict[str, tuple[ResourceType, ...]] = {}
        for declared in self.types.values():
            names = {declared.known_as.cloudformation, declared.known_as.config, _explorer_name(declared)}
            names.update(declared.known_as.arm, declared.known_as.asset)
            if isinstance(declared.listing, ArmList):
                names.add(declared.listing.arm_type)
            elif isinstance(declared.listing, AssetList):
                names.update(declared.listing.asset_types)
            for name in sorted(names - {""}):
                self._by_native[name.lower()] = (*self._by_native.get(name.lower(), ()), declared)
            for name in declared.known_as.terraform:
                self._by_terraform[name] = (*self._by_terraform.get(name, ()), declared)

    def get(self, key: str) -> ResourceType | None:
        """The type with this key, if declared."""
        return self.types.get(key)

    def by_native(self, name: str) -> tuple[ResourceType, ...]:
        """Types that a cloud knows by this name, compared without case; ``Only`` tells several apart."""
        return self._by_native.get(name.lower(), ())

    def by_terraform(self, name: str) -> tuple[ResourceType, ...]:
        """Types that Terraform knows by this resource name."""
        return self._by_terraform.get(name, ())

    def of(self, provider: str) -> list[ResourceType]:
        """A provider's types in the order of their keys."""
        return [self.types[key] for key in sorted(self.types) if self.types[key].provider == provider]

    def native_name(self, declared: ResourceType) -> str:
        """The one native name written to the inventory's ``native_type``."""
        listing = declared.listing
        if isinstance(listing, AwsCall):
            return declared.known_as.cloudformation or declared.known_as.config or _explorer_name(declared)
        if isinstance(listing, ArmList):
            return listing.arm_type.lower()
        return listing.asset_type


def _explorer_name(declared: ResourceType) -> str:
    """``glacier:vaults``, as Resource Explorer calls what CloudFormation does not know; else ``""``."""
    known = declared.known_as
    if not isinstance(declared.id, Arn) or known.cloudformation or known.config:
        return ""
    return f"{declared.id.service}:{re.split('[/:]', declared.id.template)[0]}"


def is_of_type(declared: ResourceType, body: Mapping[str, Any]) -> bool:
    """Whether an item of a shared list is of this type, by its :class:`Only`."""
    return declared.only is None or matches(declared.only, body)


def matches(only: Only, body: Mapping[str, Any]) -> bool:
    """Whether a body holds what ``only`` asks for."""
    texts = [str(value) for path in only.paths for value in read_path(path)(body)]
    named = any(text in only.equals or (only.prefix and text.startswith(only.prefix)) for text in texts)
    return named is not only.others


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The catalogue of this release, built once per process."""
    from cloudviz.catalogue import aws, azure, gcp

    return Catalogue((*aws.TYPES, *azure.TYPES, *gcp.TYPES), (*aws.JOINS, *azure.JOINS, *gcp.JOINS))
