"""Each raw item becomes one resource: identity, names, state, facts, tags, secrets taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cloudviz.catalogue.declare import AssetList, AwsCall, ResourceType, TerraformJoin
from cloudviz.catalogue.gcp.names import LAID_IN, NUMBER
from cloudviz.catalogue.paths import read_path
from cloudviz.catalogue.registry import Catalogue, catalogue, is_of_type
from cloudviz.inventory.model import Graph, Problem, RawItem, Resource, Shape
from cloudviz.normalise.identity import account_in, identity_of, last_part, native_name_of, region_in
from cloudviz.normalise.redaction import clean_name, clean_text, redact, redact_body
from cloudviz.normalise.references import Pending, connect
from cloudviz.normalise.tags import read_tags
from cloudviz.normalise.terraform import lift
from cloudviz.normalise.unknown import unknown_resource

GLOBAL = "global"
"""The region written for what has none, as AWS Config writes it."""

MAX_NAME = 1000
MAX_PLACE = 256
MAX_ID = 4096


def normalise(items: Iterable[RawItem], known: Catalogue | None = None) -> tuple[Graph, list[Problem]]:
    """Make a graph of raw items.

    Arguments:
        items: what sources yielded, in any order. Where two items have one id the later wins.
        known: the catalogue to read with; the release's own when None.

    Returns the graph in canonical order, and the problems met, sorted. Nothing is dropped without a problem:
    an item of unknown type is kept as ``aws.other`` and so on, an item without an id is reported.
    """
    types = known or catalogue()
    resources: dict[str, Resource] = {}
    pending: dict[str, Pending] = {}
    joins: list[tuple[TerraformJoin, RawItem]] = []
    problems: list[Problem] = []
    projects: dict[str, str] = {}
    for item in items:
        if item.shape is Shape.TERRAFORM and item.native_type in types.joins:
            joins.extend((join, item) for join in types.joins[item.native_type])
            continue
        try:
            resource, references = _one(types, item, problems)
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
            # The body has a shape no declaration foresaw. Keep going, and say so.
            problems.append(
                Problem(
                    item.native_type,
                    f"could not be read: {type(error).__name__}: {redact(str(error))}",
                    item.where,
                )
            )
            continue
        if resource is not None:
            resources[resource.id] = resource
            pending[resource.id] = references
            if NUMBER in item.body and item.scope.account:
                projects[str(item.body[NUMBER])] = item.scope.account
    return connect(types, resources, pending.values(), joins, projects), sorted(set(problems))


def cleaned(graph: Graph) -> Graph:
    """A graph that came as an inventory document, with secrets and unprintable text taken out once more.

    The document may have been written by hand or by another tool, so it is as hostile as any other file.
    """
    resources = (_cleaned(item) for item in graph.resources.values())
    links = (
        replace(link, source=clean_name(link.source, MAX_ID), target=clean_name(link.target, MAX_ID))
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


def _one(types: Catalogue, item: RawItem, problems: list[Problem]) -> tuple[Resource | None, Pending]:
    declared = _declared_for(types, item, item.body)
    if declared is None:
        return unknown_resource(item, problems)
    body = lift(declared, item.body) if item.shape is Shape.TERRAFORM else item.body
    tags = _tags(declared, body)
    scope = item.scope
    region = declared.region.one(body, tags) if declared.region is not None else None
    if region:
        scope = replace(scope, region=str(region))
    identifier = identity_of(declared, body, tags, scope, item.native_type)
    if not identifier:
        problems.append(Problem(item.native_type, "has no id and was left out", item.where))
        return None, Pending("", scope)
    identifier = clean_name(identifier, MAX_ID)
    # A shared subnet is listed in one account and owned by another: the id knows the owner.
    account = clean_text(account_in(identifier, scope.provider) or scope.account, MAX_PLACE)
    place = clean_text(str(region or scope.region or region_in(identifier, scope.provider) or ""), MAX_PLACE)
    if not place and isinstance(declared.listing, AwsCall | AssetList) and declared.listing.is_global:
        place = GLOBAL
    scope = replace(scope, account=account, region="" if place == GLOBAL else place)
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
        zone=clean_text(str(zone), MAX_PLACE) if zone else None,
        state=clean_text(str(state), MAX_PLACE) if state else None,
        tags=tags,
        properties=_properties(declared, item, body, tags),
    )
    references = Pending(identifier, scope)
    for rule in declared.links:
        values = rule.field.all(body, tags)
        if values:
            cleaned_values = [clean_name(each, MAX_ID) if isinstance(each, str) else each for each in values]
            references.found.append((rule, cleaned_values))
    return resource, references


def _native_type(types: Catalogue, declared: ResourceType, item: RawItem, identifier: str) -> str:
    """The cloud's own name, where a declaration stands for several the one that this item has."""
    listing = declared.listing
    if isinstance(listing, AssetList) and item.native_type in listing.asset_types:
        return item.native_type
    return native_name_of(declared, identifier) or types.native_name(declared)


def _properties(
    declared: ResourceType, item: RawItem, body: Mapping[str, Any], tags: Mapping[str, str]
) -> dict[str, Any]:
    """The facts a person reads first, and the whole body under ``configuration``, without secrets."""
    properties: dict[str, Any] = {}
    for label, fact in declared.facts.items():
        values = fact.all(body, tags)
        if values:
            value = redact(values[0] if len(values) == 1 else values, name=label)
            properties[label] = value
    configuration = redact_body(item.body, item.native_type, LAID_IN)
    for path in declared.volatile:
        _drop(configuration, path)
    properties["configuration"] = configuration
    return properties


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
