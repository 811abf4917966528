"""One raw item becomes one resource: identity, names, state, facts, tags, secrets taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from sys import intern
from typing import Any

import orjson

from cloudviz.catalogue.declare import ResourceType
from cloudviz.catalogue.registry import Catalogue, is_of_type
from cloudviz.inventory.model import Graph, Problem, RawItem, Resource, Scope, Shape
from cloudviz.inventory.packed import pack
from cloudviz.normalise.identity import account_in, last_part, native_name_of, region_in
from cloudviz.normalise.plans import MAX_ID, Plan, Raws, plan_of
from cloudviz.normalise.redaction import clean_name, clean_text, json_without_secrets, redact, redact_body
from cloudviz.normalise.references import Pending
from cloudviz.normalise.tags import read_tags
from cloudviz.normalise.terraform import lift
from cloudviz.normalise.unknown import unknown_resource

GLOBAL = "global"
"""The region written for what has none, as AWS Config writes it."""

MAX_NAME = 1000
MAX_PLACE = 256


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
    plan = plan_of(types, declared)
    body = lift(declared, item.body) if item.shape is Shape.TERRAFORM else item.body
    raws = plan.gather(body)
    tags = plan.tags(body)
    scope = item.scope
    provider = scope.provider
    region = plan.region(raws, body, tags) if plan.region is not None else None
    if region and region != scope.region:
        scope = scope_at(provider, scope.account, str(region), scope.partition)
    identifier = plan.identity(raws, body, tags, scope, item.native_type)
    if not identifier:
        problems.append(Problem(item.native_type, "has no id and was left out", item.where))
        return None, Pending("", scope)
    # The same ids and places come again and again, each time as a new text: one of each is enough.
    identifier = intern(clean_name(identifier, MAX_ID))
    # A shared subnet is listed in one account and owned by another: the id knows the owner.
    account = place_of(account_in(identifier, provider) or scope.account)
    place = place_of(str(region or scope.region or region_in(identifier, provider) or ""))
    if not place and plan.is_global:
        place = GLOBAL
    scope = scope_at(provider, account, "" if place == GLOBAL else place, scope.partition)
    name = plan.name(raws, body, tags) if plan.name is not None else None
    state = plan.state(raws, body, tags) if plan.state is not None else None
    zone = plan.zone(raws, body, tags) if plan.zone is not None else None
    resource = Resource(
        identifier,
        plan.provider,
        declared.key,
        plan.native_types.get(item.native_type)
        or (native_name_of(declared, identifier) if plan.has_many_names else "")
        or plan.native_type,
        plan.kind,
        clean_name(str(name) if name else last_part(identifier), MAX_NAME),
        account,
        place,
        place_of(str(zone)) if zone else None,
        None,
        place_of(str(state)) if state else None,
        tags,
        None,
        None,
        _properties(plan, item, raws, body, tags, packed=packed),
    )
    return resource, Pending(identifier, scope, plan.references(raws, body, tags, scope))


@lru_cache(maxsize=4096)
def scope_at(provider: str, account: str, region: str, partition: str) -> Scope:
    """A scope; resources of one place share it."""
    return Scope(provider, account, region, partition)


@lru_cache(maxsize=4096)
def place_of(text: str) -> str:
    """One of the few words that many resources share: an account, a region, a zone, a state."""
    return intern(clean_text(text, MAX_PLACE))


def _properties(
    plan: Plan, item: RawItem, raws: Raws, body: Mapping[str, Any], tags: Mapping[str, str], *, packed: bool
) -> Mapping[str, Any]:
    """The facts a person reads first, and the whole body under ``configuration``, without secrets."""
    properties = plan.facts(raws, body, tags)
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
