"""Azure's resources as ARM writes them: ``az … list``, ``az graph query``, replies of ARM itself, exports of rows.

Resource Graph's rows and ARM's replies are one shape. The command line takes ``properties`` apart, so that its
members stand beside ``id`` and ``name``; they are put back.
Sources: https://learn.microsoft.com/azure/governance/resource-graph/first-query-azurecli and
https://learn.microsoft.com/azure/azure-resource-manager/management/resource-graph
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.declare import ArmList, ResourceType
from cloudviz.catalogue.paths import at, read_path
from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import Problem, RawItem, Scope
from cloudviz.sources.offline.format import Asked, Contents, Document, Format
from cloudviz.sources.offline.rows import first_objects, list_paths, rows_at

_ENVELOPE = frozenset(
    {
        "apiVersion",
        "changedTime",
        "createdTime",
        "etag",
        "extendedLocation",
        "id",
        "identity",
        "kind",
        "location",
        "managedBy",
        "name",
        "plan",
        "properties",
        "provisioningState",
        "sku",
        "systemData",
        "tags",
        "type",
        "zones",
    }
)
"""What an ARM resource has beside its properties."""

_ADDED = ("resourceGroup", "subscriptionId", "tenantId")
"""What the tools add and the id says already: ARM's own bodies have none of it."""

_ASK_EVERY = 512
_LOCATION = at("location").as_location()


def is_arm(row: Mapping[str, Any]) -> bool:
    """Whether an object is a resource with an ARM id."""
    identifier = row.get("id")
    if not isinstance(identifier, str):
        return False
    lowered = identifier[:64].lower()
    return lowered.startswith(("/subscriptions/", "/providers/microsoft.management/"))


def arm_items(row: Mapping[str, Any], where: str) -> Iterator[RawItem]:
    """A row as an item, and one for each resource written in it that has no row: a network's subnets.

    Arguments:
        row: an object for which :func:`is_arm` holds; its lists and objects may be kept.
        where: for messages.
    """
    identifier = str(row["id"])
    arm_type = str(row.get("type") or type_in(identifier)).lower()
    if "/" not in arm_type:
        arm_type = type_in(identifier)
    if not arm_type:
        return
    body = _restored({key: value for key, value in row.items() if key not in _ADDED})
    body.setdefault("type", arm_type)
    body.setdefault("name", identifier.rstrip("/").rpartition("/")[2])
    scope = Scope("azure", _subscription(row, identifier), str(_LOCATION.one(body, {}) or ""))
    declared = _claims().get(arm_type)
    if declared is not None:
        listing = declared.listing
        assert isinstance(listing, ArmList)
        if str(body["name"]).lower() in listing.system_names:
            return
    yield RawItem(scope, arm_type, body, declared.key if declared else None, where=where)
    for inner in _embedded().get(declared.key, ()) if declared else ():
        listing = inner.listing
        assert isinstance(listing, ArmList) and listing.child is not None
        for each in read_path(listing.child.path)(body):
            if isinstance(each, dict) and isinstance(each.get("id"), str):
                yield RawItem(scope, listing.arm_type, _restored(each), inner.key, where=where)


def type_in(identifier: str) -> str:
    """The ARM type that an id names, lower-case: ``microsoft.sql/servers/databases``, or ``""``."""
    lowered = identifier.lower().rstrip("/")
    _, providers, tail = lowered.rpartition("/providers/")
    if providers:
        parts = tail.split("/")
        return "/".join([parts[0], *parts[1::2]]) if len(parts) > 1 else ""
    depth = lowered.count("/")
    if depth == 4 and "/resourcegroups/" in lowered:
        return "microsoft.resources/subscriptions/resourcegroups"
    return "microsoft.resources/subscriptions" if depth == 2 and lowered.startswith("/subscriptions/") else ""


def arm_type_of(arm_type: str) -> ResourceType | None:
    """The declaration that claims the rows of an ARM type, given in lower case."""
    return _claims().get(arm_type)


def _subscription(row: Mapping[str, Any], identifier: str) -> str:
    parts = identifier.lower().split("/")
    if len(parts) > 2 and parts[1] == "subscriptions":
        return parts[2]
    return str(row.get("subscriptionId") or "").lower()


@lru_cache(maxsize=1)
def _claims() -> dict[str, ResourceType]:
    """ARM type → the declaration that claims its rows."""
    found: dict[str, ResourceType] = {}
    for declared in catalogue().of("azure"):
        listing = declared.listing
        assert isinstance(listing, ArmList)
        for name in (listing.arm_type, *declared.known_as.arm):
            found.setdefault(name.lower(), declared)
    return found


@lru_cache(maxsize=1)
def _parts() -> dict[str, tuple[str, str]]:
    """ARM type of rows that say more of their owner → (where they are laid in, key of the owner's type)."""
    found: dict[str, tuple[str, str]] = {}
    for declared in catalogue().of("azure"):
        listing = declared.listing
        assert isinstance(listing, ArmList)
        for part in listing.parts:
            found.update((name.lower(), (part.into, declared.key)) for name in part.arm_types)
    return found


@lru_cache(maxsize=1)
def _embedded() -> dict[str, tuple[ResourceType, ...]]:
    found: dict[str, tuple[ResourceType, ...]] = {}
    for declared in catalogue().of("azure"):
        listing = declared.listing
        assert isinstance(listing, ArmList)
        if listing.child is not None and listing.child.path:
            found[listing.child.owner] = (*found.get(listing.child.owner, ()), declared)
    return found


def _restored(row: dict[str, Any], depth: int = 0) -> dict[str, Any]:
    """A resource with its members under ``properties`` again, and the resources written in it likewise."""
    properties = row.get("properties")
    if isinstance(properties, str):
        return row
    if not isinstance(properties, Mapping):
        members = {key: value for key, value in row.items() if key not in _ENVELOPE and key not in _ADDED}
        if not members:
            return row
        row = {key: value for key, value in row.items() if key in _ENVELOPE}
        if row.get("provisioningState") is not None:
            members["provisioningState"] = row.pop("provisioningState")
        row["properties"] = {key: _inner(value, depth) for key, value in members.items()}
    return row


def _inner(value: Any, depth: int) -> Any:
    if depth < 6 and isinstance(value, list):
        return [_inner(each, depth + 1) for each in value]
    if depth < 6 and isinstance(value, dict):
        if is_arm(value) and value.keys() - {"id", "resourceGroup"}:
            return _restored(value, depth + 1)
        return {key: _inner(each, depth + 1) for key, each in value.items()}
    return value


def _recognise(top: Mapping[str, Any]) -> bool:
    return is_arm(top) or any(is_arm(row) for _, row in first_objects(top))


def _read(document: Document, asked: Asked) -> Contents:
    contents = Contents.of(document)
    top = document.top
    rows = iter([("", top)]) if is_arm(top) else rows_at(document, list_paths(top))
    owners: dict[str, dict[str, Any]] = {}
    laid: dict[tuple[str, str], list[dict[str, Any]]] = {}
    late: list[RawItem] = []
    odd = 0
    for number, (_, row) in enumerate(rows):
        if number % _ASK_EVERY == 0:
            asked.go_on()
        if not isinstance(row, Mapping) or not is_arm(row):
            odd += 1
            continue
        identifier = str(row["id"]).lower()
        part = _parts().get(type_in(identifier))
        if part is not None:
            # …/dnszones/example.com/a/www belongs to …/dnszones/example.com.
            kept = {name: row[name] for name in ("id", "name", "type", "properties") if name in row}
            laid.setdefault((identifier.rsplit("/", 2)[0], part[0]), []).append(kept)
            continue
        for item in arm_items(row, document.name):
            if item.type_key in _owner_keys() and isinstance(item.body, dict):
                owners[str(item.body.get("id")).lower()] = item.body
                late.append(item)
            else:
                contents.items.append(item)
    for (owner, into), parts in laid.items():
        if owner in owners:
            owners[owner][into] = sorted(parts, key=lambda each: str(each.get("id")))
    contents.items.extend(late)
    if odd:
        noun = "row has" if odd == 1 else "rows have"
        contents.problems.append(Problem("", f"{odd:,} {noun} no ARM id and were left out", document.name))
    return contents


@lru_cache(maxsize=1)
def _owner_keys() -> frozenset[str]:
    return frozenset(key for _, key in _parts().values())


AZURE_ROWS = Format("Azure resources (az … list, az graph query, ARM replies)", _recognise, _read, streams=True)
