"""What a scan will list: types that share one AWS list are one unit, looked at once."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from cloudviz.catalogue.declare import AwsCall, AwsDetail, ResourceType
from cloudviz.catalogue.registry import Catalogue
from cloudviz.errors import Invalid
from cloudviz.sources.aws.model import action

NO_REGION = "global"
"""The region of what is in none, where things of its type are in regions otherwise."""


@dataclass(frozen=True)
class Unit:
    """One list in one region, and the types its items may be of.

    Attributes:
        call: the list. The details are in ``details``, each with the keys of the types that want it.
        types: the types asked for.
        region: ``""`` for a list that answers for the whole account, ``global`` for one that holds what is in no
            region of types that are in regions otherwise.
        whole: whether ``types`` are all types of this list, so that an item of none of them is of unknown type.
    """

    call: AwsCall
    types: tuple[ResourceType, ...]
    details: tuple[tuple[AwsDetail, frozenset[str]], ...]
    region: str
    whole: bool

    @property
    def permission(self) -> str:
        """The IAM action the list needs."""
        return self.call.permission or action(self.call.service, self.call.operation)


def selected(known: Catalogue, patterns: Sequence[str]) -> list[ResourceType]:
    """The AWS types that ``patterns`` name, all when there is none.

    Raises Invalid for a pattern that names no type of any cloud; one of another cloud is not ours to judge.
    """
    chosen: dict[str, ResourceType] = {}
    declared = known.of("aws")
    for pattern in patterns or ("*",):
        found = [each for each in declared if fnmatch.fnmatchcase(each.key, pattern)]
        if not found:
            raise Invalid(
                f"{pattern!r} is no AWS resource type that CloudViz lists",
                hint="See `cloudviz types list --provider aws`; a pattern such as aws.ec2.* works too.",
            )
        chosen.update((each.key, each) for each in found)
    return [chosen[key] for key in sorted(chosen)]


def plan(known: Catalogue, types: Iterable[ResourceType], regions: Sequence[str]) -> list[Unit]:
    """The units to look at, global ones first, then region by region."""
    chosen = {each.key for each in types}
    lists: dict[tuple[str, ...], tuple[AwsCall, list[ResourceType]]] = {}
    for declared in known.of("aws"):
        if isinstance(declared.listing, AwsCall):
            for call in declared.listing.calls:
                lists.setdefault(_key(call), (call, []))[1].append(declared)
    everywhere: list[Unit] = []
    regional: list[Unit] = []
    for call, sharing in lists.values():
        wanted = tuple(each for each in sharing if each.key in chosen)
        if not wanted:
            continue
        whole = len(wanted) == len(sharing)
        is_also = all(call in each.listing.also for each in wanted if isinstance(each.listing, AwsCall))
        details = tuple((each, _keys(wanted)) for each in call.details) if is_also else _details(wanted)
        for region in (NO_REGION if is_also else "",) if call.is_global else regions:
            unit = Unit(call, wanted, details, region, whole)
            (everywhere if call.is_global else regional).append(unit)
    return everywhere + regional


def _key(call: AwsCall) -> tuple[str, ...]:
    arguments = orjson.dumps(call.arguments, option=orjson.OPT_SORT_KEYS).decode()
    return call.service, call.operation, call.result, arguments, repr(call.each)


def _keys(types: Iterable[ResourceType]) -> frozenset[str]:
    return frozenset(each.key for each in types)


def _details(types: Iterable[ResourceType]) -> tuple[tuple[AwsDetail, frozenset[str]], ...]:
    """Each distinct detail once; those that overlay the item first, since they may tell its type."""
    wanted: list[tuple[AwsDetail, set[str]]] = []
    for declared in types:
        assert isinstance(declared.listing, AwsCall)
        for detail in declared.listing.details:
            for known, keys in wanted:
                if known == detail:
                    keys.add(declared.key)
                    break
            else:
                wanted.append((detail, {declared.key}))
    ordered = sorted(wanted, key=lambda entry: entry[0].into != "")
    return tuple((detail, frozenset(keys)) for detail, keys in ordered)
