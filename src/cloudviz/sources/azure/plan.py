"""What a scan will read: types that share a table of Resource Graph are one query."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cloudviz.catalogue.declare import ArmChild, ArmList, ArmPart, ResourceType
from cloudviz.catalogue.registry import Catalogue
from cloudviz.errors import Invalid

OTHER = "azure.other"
"""The type under which rows are reported that no declaration claims."""

ABOVE = "azure.support.management_group"
"""The type of what is in no subscription."""


@dataclass(frozen=True)
class TablePlan:
    """One query to Resource Graph.

    Attributes:
        table: the table to read.
        types: ARM type → the declaration that claims its rows.
        parts: ARM type → (where its rows are laid in, type key of their owner).
        whole: whether every row of the table is wanted, whatever its type.
        having: a path at which a row must have a value.
        without: ARM types whose rows another query brings.
    """

    table: str
    types: dict[str, ResourceType]
    parts: dict[str, tuple[str, str]]
    whole: bool = False
    having: str = ""
    without: frozenset[str] = frozenset()

    @property
    def arm_types(self) -> list[str]:
        """The types to ask for; none when all rows are wanted."""
        return [] if self.whole else [*self.types, *self.parts]


@dataclass(frozen=True)
class Plan:
    """Everything a scan reads.

    Attributes:
        types: the types asked for, by key.
        tables: the queries that are read page by page.
        joined: those whose rows are laid into one another, and are therefore read as a whole: DNS zones.
        embedded: types that are in their owner's row, by the owner's key.
        listed: types that ARM lists for each owner, by the owner's key.
        carried: types that are read for the sake of others only, and not reported.
    """

    types: dict[str, ResourceType]
    tables: tuple[TablePlan, ...]
    joined: tuple[TablePlan, ...]
    embedded: dict[str, tuple[ResourceType, ...]]
    listed: dict[str, tuple[ResourceType, ...]]
    carried: frozenset[str]


def arm_list(declared: ResourceType) -> ArmList:
    """How a declared Azure type is listed."""
    assert isinstance(declared.listing, ArmList)
    return declared.listing


def child_of(declared: ResourceType) -> ArmChild | None:
    """How a type without a row of its own is found."""
    return arm_list(declared).child


def parts_of(declared: ResourceType) -> tuple[ArmPart, ...]:
    """The rows that say more of this type."""
    return arm_list(declared).parts


def selected(known: Catalogue, patterns: Sequence[str]) -> dict[str, ResourceType]:
    """The types that ``patterns`` name, by key; all when there is none. Raises Invalid for an unknown one."""
    chosen: dict[str, ResourceType] = {}
    declared = known.of("azure")
    for pattern in patterns or ("*",):
        found = [each for each in declared if fnmatch.fnmatchcase(each.key, pattern)]
        if not found:
            raise Invalid(
                f"{pattern!r} is no Azure resource type that CloudViz lists",
                hint="See `cloudviz types list --provider azure`; a pattern such as azure.network.* works too.",
            )
        chosen.update((each.key, each) for each in found)
    return {key: chosen[key] for key in sorted(chosen)}


def plan(known: Catalogue, patterns: Sequence[str]) -> Plan:
    """What to read for the types that ``patterns`` name. Raises Invalid for an unknown one."""
    types = selected(known, patterns)
    # The whole of the main table is wanted only when nobody chose.
    whole = not patterns
    read = dict(types)
    embedded: dict[str, tuple[ResourceType, ...]] = {}
    listed: dict[str, tuple[ResourceType, ...]] = {}
    for declared in types.values():
        child = child_of(declared)
        if child is not None:
            group = embedded if child.path else listed
            group[child.owner] = (*group.get(child.owner, ()), declared)
            read.setdefault(child.owner, known.types[child.owner])
    tables: dict[tuple[str, str], TablePlan] = {}
    joined: dict[tuple[str, str], TablePlan] = {}

    def table(among: dict[tuple[str, str], TablePlan], name: str, having: str = "") -> TablePlan:
        return among.setdefault((name, having), TablePlan(name, {}, {}, having=having))

    if whole:
        table(tables, "resources")
    for declared in read.values():
        listing = arm_list(declared)
        if listing.child is not None:
            continue
        names = (listing.arm_type, *declared.known_as.arm)
        owners = table(joined if listing.parts else tables, listing.table)
        owners.types.update((name.lower(), declared) for name in names)
        for part in listing.parts:
            into = table(joined, part.table, part.having).parts
            into.update((name.lower(), (part.into, declared.key)) for name in part.arm_types)
    elsewhere = frozenset(name for each in joined.values() for name in each.arm_types)
    return Plan(
        types,
        tuple(
            replace(each, whole=whole and each.table == "resources", without=elsewhere)
            for _, each in sorted(tables.items())
        ),
        tuple(each for _, each in sorted(joined.items())),
        embedded,
        listed,
        frozenset(read) - frozenset(types),
    )
