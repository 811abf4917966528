"""One raw item becomes one resource: identity, names, state, facts, tags, secrets taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from sys import intern
from typing import Any

import orjson

from cloudviz.catalogue.declare import AssetList, AwsCall, LinkRule, ResourceType
from cloudviz.catalogue.gcp.names import LAID_IN
from cloudviz.catalogue.paths import Value, Values, read_path
from cloudviz.catalogue.registry import Catalogue, is_of_type
from cloudviz.inventory.model import Graph, Problem, RawItem, Resource, Scope, Shape
from cloudviz.inventory.packed import pack
from cloudviz.normalise.identity import (
    account_in,
    full_reference,
    hangs_on_scope,
    identity_of,
    last_part,
    native_name_of,
    region_in,
)
from cloudviz.normalise.redaction import clean_name, clean_text, json_without_secrets, redact, redact_body
from cloudviz.normalise.references import Pending
from cloudviz.normalise.tags import read_tags
from cloudviz.normalise.terraform import lift
from cloudviz.normalise.unknown import unknown_resource

GLOBAL = "global"
"""The region written for what has none, as AWS Config writes it."""

MAX_NAME = 1000
MAX_PLACE = 256
MAX_ID = 4096

MOST_KNOWN = 2048
"""Texts of a field remembered with what was made of them. Ids that come once drive out the others now and then."""

SHORT = 200
"""Characters of a text that is remembered so."""


def cleaned(graph: Graph) -> Graph:
    """A graph that came as an inventory document, with secrets and unprintable text taken out once more.

    The document may have been written by hand or by another tool, so it is as hostile as any other file.
    """
    resources = (_cleaned(item) for item in graph.resources.values())
    links = (
        replace(
            link,
            source=clean_name(link.source, MAX_ID),
            target=clean_name(link.target, MAX_ID),
            stated_by=tuple(clean_name(each, MAX_ID) for each in link.stated_by),
        )
        for link in graph.links
    )
    return Graph({item.id: item for item in resources}, list(links))


def _cleaned(item: Resource) -> Resource:
    properties = dict(item.properties)
    configuration = properties.pop("configuration", None)
    kept = redact_body(properties, item.native_type)
    if configuration is not None:
        is_body = isinstance(configuration, Mapping)
        kept["configuration"] = redact_body(configuration, item.native_type) if is_body else redact(configuration)
    return replace(
        item,
        id=clean_name(item.id, MAX_ID),
        type=clean_text(item.type, MAX_PLACE),
        native_type=clean_text(item.native_type, MAX_PLACE),
        kind=clean_text(item.kind, MAX_PLACE),
        name=clean_name(item.name, MAX_NAME),
        account=clean_text(item.account, MAX_PLACE),
        region=clean_text(item.region, MAX_PLACE),
        zone=None if item.zone is None else clean_text(item.zone, MAX_PLACE),
        state=None if item.state is None else clean_text(item.state, MAX_PLACE),
        parent=None if item.parent is None else clean_name(item.parent, MAX_ID),
        tags=read_tags(item.tags),
        properties=kept,
    )


def _declared_for(types: Catalogue, item: RawItem, body: Mapping[str, Any]) -> ResourceType | None:
    if item.type_key is not None and (declared := types.get(item.type_key)) is not None:
        return declared
    find = types.by_terraform if item.shape is Shape.TERRAFORM else types.by_native
    for declared in find(item.native_type):
        seen = lift(declared, body) if item.shape is Shape.TERRAFORM and declared.only else body
        if is_of_type(declared, seen):
            return declared
    return None


def resource_of(
    types: Catalogue, item: RawItem, problems: list[Problem], *, packed: bool
) -> tuple[Resource | None, Pending]:
    """The resource that an item is, and the references it makes; None, with a problem noted, where it has no id.

    May raise what a body of a shape that no declaration foresaw brings about.

    Arguments:
        problems: what is met is added here.
        packed: keep the properties as JSON bytes.
    """
    declared = _declared_for(types, item, item.body)
    if declared is None:
        unknown, pending = unknown_resource(item, problems)
        if unknown is not None and packed:
            unknown = replace(unknown, properties=pack(unknown.properties))
        return unknown, pending
    plan = _plan(types, declared)
    body = lift(declared, item.body) if item.shape is Shape.TERRAFORM else item.body
    tags = plan.tags(body)
    scope = item.scope
    provider = scope.provider
    region = plan.region(body, tags) if plan.region is not None else None
    if region and region != scope.region:
        scope = scope_at(provider, scope.account, str(region), scope.partition)
    identifier = identity_of(declared, body, tags, scope, item.native_type)
    if not identifier:
        problems.append(Problem(item.native_type, "has no id and was left out", item.where))
        return None, Pending("", scope)
    # The same ids and places come again and again, each time as a new text: one of each is enough.
    identifier = intern(clean_name(identifier, MAX_ID))
    # A shared subnet is listed in one account and owned by another: the id knows the owner.
    account = _place(account_in(identifier, provider) or scope.account)
    place = _place(str(region or scope.region or region_in(identifier, provider) or ""))
    if not place and plan.is_global:
        place = GLOBAL
    scope = scope_at(scope.provider, account, "" if place == GLOBAL else place, scope.partition)
    name = plan.name(body, tags) if plan.name is not None else None
    state = plan.state(body, tags) if plan.state is not None else None
    zone = plan.zone(body, tags) if plan.zone is not None else None
    resource = Resource(
        identifier,
        plan.provider,
        declared.key,
        plan.native_types.get(item.native_type) or native_name_of(declared, identifier) or plan.native_type,
        plan.kind,
        clean_name(str(name) if name else last_part(identifier), MAX_NAME),
        account,
        place,
        _place(str(zone)) if zone else None,
        None,
        _place(str(state)) if state else None,
        tags,
        properties=_properties(plan, item, body, tags, packed=packed),
    )
    references = Pending(identifier, scope)
    found = references.found
    for head, raw_at, read, rule, target, known in plan.links:
        if raw_at is not None:
            raw = raw_at(body)
            if raw is None:
                continue
            names = known.get(raw) if type(raw) is str else None
            if names is None:
                values = read(body, tags)
                names = _names(values, target, scope)
                if type(raw) is str and (target is None or not any(map(hangs_on_scope, values))):
                    _note(known, raw, names)
        elif head is None or head in body:
            names = _names(read(body, tags), target, scope)
        else:
            continue
        if names:
            found.append((rule, names))
    return resource, references


def _names(values: list[Any], target: ResourceType | None, scope: Scope) -> tuple[str, ...]:
    """What a body calls other things, made clean and, where one type alone is meant, full."""
    # An object names nothing, and what is kept here is written to the store as well.
    names = [
        clean_name(each if type(each) is str else str(each), MAX_ID)
        for each in values
        if type(each) is str or not isinstance(each, Mapping | list)
    ]
    if target is not None:
        names = [full_reference(target, name, scope) for name in names]
    return tuple(map(intern, names))


def _note(known: dict[str, Any], text: str, made: Any) -> None:
    if len(known) >= MOST_KNOWN:
        known.clear()
    known[text] = made


@lru_cache(maxsize=4096)
def scope_at(provider: str, account: str, region: str, partition: str) -> Scope:
    """A scope; resources of one place share it."""
    return Scope(provider, account, region, partition)


@lru_cache(maxsize=4096)
def _place(text: str) -> str:
    """One of the few words that many resources share: an account, a region, a zone, a state."""
    return intern(clean_text(text, MAX_PLACE))


_Fact = tuple[str | None, Value | None, Values, str, dict[str, str]]
_Link = tuple[str | None, Value | None, Values, LinkRule, ResourceType | None, dict[str, tuple[str, ...]]]


class _Plan:
    """A declaration, made ready to read bodies with: what does not depend on the body is looked up once."""

    __slots__ = (
        *("facts", "is_global", "kind", "left_out", "links", "name", "native_type"),
        *("native_types", "provider", "region", "state", "tags", "volatile", "zone"),
    )

    def __init__(self, types: Catalogue, declared: ResourceType) -> None:
        listing = declared.listing
        self.provider = declared.provider
        self.kind = str(declared.kind)
        # The cloud's own name, where a declaration stands for several the one that an item has.
        self.native_type = types.native_name(declared)
        self.native_types = {name: name for name in listing.asset_types} if isinstance(listing, AssetList) else {}
        self.is_global = isinstance(listing, AwsCall | AssetList) and listing.is_global
        self.region, self.name, self.state, self.zone = (
            None if each is None else each.one
            for each in (declared.region, declared.name, declared.state, declared.zone)
        )
        self.tags = _tag_reader(declared)
        # Each with what was made before of the texts that are met there: networks, sizes, images.
        facts: list[_Fact] = [
            (fact.head, fact.plain, fact.all, label, {}) for label, fact in declared.facts.items()
        ]
        links: list[_Link] = [
            (rule.field.head, rule.field.plain, rule.field.all, rule, _only_target(types, rule), {})
            for rule in declared.links
        ]
        self.facts, self.links = facts, links
        volatile = [tuple(path.replace("[]", "").split(".")) for path in declared.volatile]
        self.left_out = LAID_IN.union(names[0] for names in volatile if len(names) == 1)
        self.volatile = tuple(names for names in volatile if len(names) > 1)


@lru_cache(maxsize=2048)
def _plan(types: Catalogue, declared: ResourceType) -> _Plan:
    return _Plan(types, declared)


def _only_target(types: Catalogue, rule: LinkRule) -> ResourceType | None:
    """The one type that a rule's references may mean, where it is told by nothing but its id."""
    target = types.get(rule.targets[0]) if len(rule.targets) == 1 and not rule.every else None
    return None if target is None or target.aliases else target


def _tag_reader(declared: ResourceType) -> Callable[[Mapping[str, Any]], dict[str, str]]:
    readers = [read_path(path.removesuffix("[]")) for path in declared.tags.paths] if declared.tags else []

    def read(body: Mapping[str, Any]) -> dict[str, str]:
        for reader in readers:
            values = reader(body)
            if values:
                return read_tags(values[0])
        return {}

    return read


def _properties(
    plan: _Plan, item: RawItem, body: Mapping[str, Any], tags: Mapping[str, str], *, packed: bool
) -> Mapping[str, Any]:
    """The facts a person reads first, and the whole body under ``configuration``, without secrets."""
    properties: dict[str, Any] = {}
    for head, raw_at, read, label, known in plan.facts:
        text: Any = None
        if raw_at is not None:
            text = raw_at(body)
            if text is None:
                continue
            kept = known.get(text) if type(text) is str else None
            if kept is not None:
                properties[label] = kept
                continue
        elif head is not None and head not in body:
            continue
        values = read(body, tags)
        if values:
            kept = properties[label] = redact(values[0] if len(values) == 1 else values, name=label)
            if type(text) is str and type(kept) is str and len(text) <= SHORT:
                _note(known, text, kept)
    raw = without(item.body, plan.volatile) if plan.volatile else item.body
    if packed:
        written = json_without_secrets(raw, item.native_type, plan.left_out)
        if written is not None:
            properties["configuration"] = orjson.Fragment(written)
            return pack(properties)
    properties["configuration"] = redact_body(raw, item.native_type, plan.left_out)
    return pack(properties) if packed else properties


def without(body: Mapping[str, Any], paths: Iterable[tuple[str, ...]]) -> Mapping[str, Any]:
    """The body without what changes at every look, such as counters and last-used dates.

    It is itself returned where it holds none of it, and never changed.

    Arguments:
        paths: the names of each, walking into lists.
    """
    for names in paths:
        body = _left_out(body, names)
    return body


def _left_out(value: Any, names: tuple[str, ...]) -> Any:
    head, *rest = names
    if not isinstance(value, Mapping) or head not in value:
        return value
    if not rest:
        return {key: each for key, each in value.items() if key != head}
    below = value[head]
    if isinstance(below, list | tuple):
        return {**value, head: [_left_out(each, tuple(rest)) for each in below]}
    return {**value, head: _left_out(below, tuple(rest))}
