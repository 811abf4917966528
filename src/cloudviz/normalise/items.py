"""One raw item becomes one resource: identity, names, state, facts, tags, secrets taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from sys import intern
from typing import Any

import orjson

from cloudviz.catalogue.declare import AssetList, AwsCall, ResourceType
from cloudviz.catalogue.gcp.names import LAID_IN
from cloudviz.catalogue.paths import read_path
from cloudviz.catalogue.registry import Catalogue, is_of_type
from cloudviz.inventory.model import Graph, Problem, RawItem, Resource, Scope, Shape
from cloudviz.inventory.packed import pack
from cloudviz.normalise.identity import account_in, identity_of, last_part, native_name_of, region_in
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
    body = lift(declared, item.body) if item.shape is Shape.TERRAFORM else item.body
    tags = _tags(declared, body)
    scope = item.scope
    region = declared.region.one(body, tags) if declared.region is not None else None
    if region and region != scope.region:
        scope = replace(scope, region=str(region))
    identifier = identity_of(declared, body, tags, scope, item.native_type)
    if not identifier:
        problems.append(Problem(item.native_type, "has no id and was left out", item.where))
        return None, Pending("", scope)
    # The same ids and places come again and again, each time as a new text: one of each is enough.
    identifier = intern(clean_name(identifier, MAX_ID))
    # A shared subnet is listed in one account and owned by another: the id knows the owner.
    account = intern(clean_text(account_in(identifier, scope.provider) or scope.account, MAX_PLACE))
    place = intern(
        clean_text(str(region or scope.region or region_in(identifier, scope.provider) or ""), MAX_PLACE)
    )
    if not place and isinstance(declared.listing, AwsCall | AssetList) and declared.listing.is_global:
        place = GLOBAL
    scope = scope_at(scope.provider, account, "" if place == GLOBAL else place, scope.partition)
    name = declared.name.one(body, tags) if declared.name is not None else None
    state = declared.state.one(body, tags) if declared.state is not None else None
    zone = declared.zone.one(body, tags) if declared.zone is not None else None
    resource = Resource(
        id=identifier,
        provider=declared.provider,
        type=declared.key,
        native_type=_native_type(types, declared, item, identifier),
        kind=str(declared.kind),
        name=clean_name(str(name or last_part(identifier)), MAX_NAME),
        account=account,
        region=place,
        zone=intern(clean_text(str(zone), MAX_PLACE)) if zone else None,
        state=intern(clean_text(str(state), MAX_PLACE)) if state else None,
        tags=tags,
        properties=_properties(declared, item, body, tags, packed=packed),
    )
    references = Pending(identifier, scope)
    for rule in declared.links:
        values = rule.field.all(body, tags)
        # An object names nothing, and what is kept here is written to the store as well.
        names = [intern(clean_name(str(each), MAX_ID)) for each in values if not isinstance(each, Mapping | list)]
        if names:
            references.found.append((rule, names))
    return resource, references


def _native_type(types: Catalogue, declared: ResourceType, item: RawItem, identifier: str) -> str:
    """The cloud's own name, where a declaration stands for several the one that this item has."""
    listing = declared.listing
    if isinstance(listing, AssetList) and item.native_type in listing.asset_types:
        return item.native_type
    return native_name_of(declared, identifier) or types.native_name(declared)


@lru_cache(maxsize=4096)
def scope_at(provider: str, account: str, region: str, partition: str) -> Scope:
    """A scope; resources of one place share it."""
    return Scope(provider, account, region, partition)


def _properties(
    declared: ResourceType, item: RawItem, body: Mapping[str, Any], tags: Mapping[str, str], *, packed: bool
) -> Mapping[str, Any]:
    """The facts a person reads first, and the whole body under ``configuration``, without secrets."""
    properties: dict[str, Any] = {}
    for label, fact in declared.facts.items():
        values = fact.all(body, tags)
        if values:
            value = redact(values[0] if len(values) == 1 else values, name=label)
            properties[label] = value
    if packed and not declared.volatile:
        written = json_without_secrets(item.body, item.native_type, LAID_IN)
        if written is not None:
            properties["configuration"] = orjson.Fragment(written)
            return pack(properties)
    configuration = redact_body(item.body, item.native_type, LAID_IN)
    for path in declared.volatile:
        _drop(configuration, path)
    properties["configuration"] = configuration
    return pack(properties) if packed else properties


def _drop(document: Any, path: str) -> None:
    """Remove what changes at every look, such as counters and last-used dates."""
    *parents, last = path.split(".")
    holders = [document]
    for part in parents:
        found: list[Any] = []
        for holder in holders:
            if isinstance(holder, dict):
                value = holder.get(part.removesuffix("[]"))
                found.extend(value if isinstance(value, list) else [value])
        holders = found
    for holder in holders:
        if isinstance(holder, dict):
            holder.pop(last.removesuffix("[]"), None)


def _tags(declared: ResourceType, body: Mapping[str, Any]) -> dict[str, str]:
    if declared.tags is None:
        return {}
    for path in declared.tags.paths:
        values = read_path(path.removesuffix("[]"))(body)
        if values:
            return read_tags(values[0])
    return {}
