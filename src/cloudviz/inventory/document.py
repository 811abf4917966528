"""The inventory document of contract §2: ``cloudviz.inventory/1``. What one CloudViz writes, another reads."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson

from cloudviz.errors import BadInput
from cloudviz.inventory.model import (
    Coverage,
    DiscoveryInfo,
    Inventory,
    Link,
    Problem,
    Resource,
)
from cloudviz.inventory.packed import PackedProperties

FORMAT = "cloudviz.inventory/1"
MAX_COST = Decimal(10) ** 12


def plain(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Properties as every writer of JSON takes them."""
    return properties.unpacked() if isinstance(properties, PackedProperties) else properties


def resource_document(resource: Resource) -> dict[str, Any]:
    """One resource as the document, the API and the SDKs write it."""
    return {
        "id": resource.id,
        "provider": resource.provider,
        "type": resource.type,
        "native_type": resource.native_type,
        "kind": resource.kind,
        "name": resource.name,
        "account": resource.account,
        "region": resource.region,
        "zone": resource.zone,
        "parent": resource.parent,
        "state": resource.state,
        "tags": dict(resource.tags),
        "cost_monthly": None if resource.cost_monthly is None else float(resource.cost_monthly),
        "currency": resource.currency,
        "properties": plain(resource.properties),
    }


def link_document(link: Link) -> dict[str, Any]:
    """One link; ``resolved`` is written only where it is false, ``stated_by`` where others than its source do."""
    document: dict[str, Any] = {"source": link.source, "target": link.target, "kind": link.kind}
    if not link.resolved:
        document["resolved"] = False
    if link.stated_by:
        document["stated_by"] = list(link.stated_by)
    return document


def coverage_document(entry: Coverage) -> dict[str, Any]:
    """One coverage entry; permission and detail only where there are any."""
    document: dict[str, Any] = {
        "provider": entry.provider,
        "account": entry.account,
        "region": entry.region,
        "type": entry.type,
        "status": str(entry.status),
        "count": entry.count,
    }
    if entry.permission:
        document["permission"] = entry.permission
    if entry.detail:
        document["detail"] = entry.detail
    return document


def problem_document(problem: Problem) -> dict[str, Any]:
    """One problem."""
    return {"resource": problem.resource, "what": problem.what, "where": problem.where}


def discovery_document(info: DiscoveryInfo) -> dict[str, Any]:
    """Where an inventory comes from."""
    return {
        "id": info.id,
        "provider": info.provider,
        "source": info.source,
        "started_at": info.started_at,
        "completed_at": info.completed_at,
    }


def to_document(inventory: Inventory) -> dict[str, Any]:
    """The whole inventory, resources sorted by id."""
    graph = inventory.graph.sorted()
    return {
        "format": FORMAT,
        "discovery": discovery_document(inventory.discovery),
        "resources": [resource_document(item) for item in graph.resources.values()],
        "links": [link_document(link) for link in graph.links],
        "coverage": [coverage_document(entry) for entry in sorted(inventory.coverage, key=_coverage_key)],
        "problems": [problem_document(problem) for problem in sorted(inventory.problems)],
    }


def to_bytes(inventory: Inventory) -> bytes:
    """UTF-8 JSON with sorted keys and a final newline; equal inventories give equal bytes."""
    return orjson.dumps(
        to_document(inventory),
        option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
    )


def _coverage_key(entry: Coverage) -> tuple[str, str, str, str]:
    return (entry.provider, entry.account, entry.region, entry.type)


def is_inventory(document: Any) -> bool:
    """Whether parsed JSON is an inventory document of any version."""
    return isinstance(document, Mapping) and str(document.get("format", "")).startswith("cloudviz.inventory/")


def read(document: Any, where: str) -> Inventory:
    """Read a parsed inventory document.

    Raises :class:`~cloudviz.errors.BadInput` that names the version, or the first entry that is not as it
    must be. Unknown keys are ignored, so that documents of later minor versions can be read.
    """
    if not is_inventory(document):
        raise BadInput("is not a CloudViz inventory", where=where)
    if document["format"] != FORMAT:
        raise BadInput(
            f"is {document['format']!r}, and this CloudViz reads {FORMAT!r}",
            where=where,
            hint="Read it with the CloudViz that wrote it, or a newer one.",
        )
    info = document.get("discovery") or {}
    if not isinstance(info, Mapping):
        raise BadInput("'discovery' must be an object", where=where)
    inventory = Inventory(
        DiscoveryInfo(
            id=str(info.get("id", "")),
            provider=str(info.get("provider", "")),
            source=str(info.get("source", "")),
            started_at=str(info.get("started_at", "")),
            completed_at=str(info.get("completed_at", "")),
        )
    )
    for index, entry in enumerate(_entries(document, "resources", where)):
        resource = _resource(entry, f"{where}: resources[{index}]")
        inventory.graph.resources[resource.id] = resource
    for index, entry in enumerate(_entries(document, "links", where)):
        inventory.graph.links.append(_link(entry, f"{where}: links[{index}]"))
    for index, entry in enumerate(_entries(document, "coverage", where)):
        place = f"{where}: coverage[{index}]"
        inventory.coverage.append(
            Coverage(
                provider=_text(entry, "provider", place),
                account=str(entry.get("account", "")),
                region=str(entry.get("region", "")),
                type=_text(entry, "type", place),
                status=_text(entry, "status", place),
                count=count if isinstance(count := entry.get("count"), int) else 0,
                permission=_optional(entry.get("permission")),
                detail=_optional(entry.get("detail")),
            )
        )
    for entry in _entries(document, "problems", where):
        inventory.problems.append(
            Problem(str(entry.get("resource", "")), str(entry.get("what", "")), str(entry.get("where", "")))
        )
    inventory.graph = inventory.graph.sorted()
    return inventory


def _entries(document: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    entries = document.get(key, [])
    if entries is None:
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise BadInput(f"{key!r} must be a list of objects", where=where)
    return entries


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise BadInput(f"needs {key!r}, a text that is not empty", where=where)
    return value


def _link(entry: Mapping[str, Any], where: str) -> Link:
    source, stated_by = _text(entry, "source", where), entry.get("stated_by") or []
    if not isinstance(stated_by, list) or not all(isinstance(each, str) for each in stated_by):
        raise BadInput("'stated_by' must be a list of ids", where=where)
    return Link(
        source,
        _text(entry, "target", where),
        _text(entry, "kind", where),
        entry.get("resolved", True) is not False,
        tuple(sorted(set(stated_by) - {""})) if stated_by != [source] else (),
    )


def _resource(entry: Mapping[str, Any], where: str) -> Resource:
    cost = entry.get("cost_monthly")
    try:
        cost_monthly = None if cost is None else Decimal(str(cost))
    except InvalidOperation as error:
        raise BadInput(f"'cost_monthly' is {cost!r}, no number", where=where) from error
    # NaN compares with nothing; infinities and 1e999999 would fail far from here.
    if cost_monthly is not None and not (cost_monthly.is_finite() and abs(cost_monthly) < MAX_COST):
        raise BadInput(f"'cost_monthly' is {str(cost)[:40]!r}, no amount of money", where=where)
    tags, properties = entry.get("tags") or {}, entry.get("properties") or {}
    if not isinstance(tags, Mapping) or not isinstance(properties, Mapping):
        raise BadInput("'tags' and 'properties' must be objects", where=where)
    identifier = _text(entry, "id", where)
    return Resource(
        id=identifier,
        provider=_text(entry, "provider", where),
        type=_text(entry, "type", where),
        native_type=str(entry.get("native_type", "")),
        kind=str(entry.get("kind", "other")),
        name=str(entry.get("name") or identifier),
        account=str(entry.get("account") or ""),
        region=str(entry.get("region") or ""),
        zone=_optional(entry.get("zone")),
        parent=_optional(entry.get("parent")),
        state=_optional(entry.get("state")),
        tags={str(key): str(value) for key, value in tags.items()},
        cost_monthly=cost_monthly,
        currency=_optional(entry.get("currency")),
        properties=dict(properties),
    )


def _optional(value: Any) -> str | None:
    return None if value is None else str(value)
