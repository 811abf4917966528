"""Google Cloud's resources: assets (``gcloud asset export``), and what ``gcloud … list --format=json`` prints.

An asset says of which type it is. What a service's own list prints says it by ``selfLink``, ``kind`` or its
relative name, and where those leave a choice, by what it has of the fields that a declaration reads.
Sources: https://cloud.google.com/asset-inventory/docs/exporting-to-cloud-storage and
https://cloud.google.com/apis/design/resource_names
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.declare import AssetList, AssetName, ResourceType
from cloudviz.catalogue.gcp.names import ASSET
from cloudviz.catalogue.registry import catalogue, is_of_type
from cloudviz.inventory.model import Problem, RawItem, Scope
from cloudviz.sources.offline.format import ROWS, Asked, Contents, Document, Format
from cloudviz.sources.offline.kept import Kept
from cloudviz.sources.offline.rows import first_objects, list_paths, rows_at

_ASK_EVERY = 512
_PAGE = 1000
_URL = re.compile(r"^https?://(?P<host>[a-z0-9-]+)\.googleapis\.com/(?P<path>.+)$")
_VERSION = re.compile(r"^(?:(?P<api>[a-z]+)/)?(?:v\d+[a-z0-9]*|beta|alpha)/(?P<rest>.+)$")
_PROJECT = re.compile(r"(?:^|/)projects/([^/]+)")
_PLACE = re.compile(r"(?:^|/)(?:locations|zones|regions)/([a-z0-9-]+)(?:/|$)")
_ZONE = re.compile(r"^([a-z]+-[a-z]+\d+)-[a-z]$")
_KNATIVE = ("serving.knative.dev/", "run.googleapis.com/")
_FUNCTION_ASSET = "cloudfunctions.googleapis.com/Function"
_PROJECT_ASSET = "cloudresourcemanager.googleapis.com/Project"
_OFFERS = frozenset(
    f"compute#{noun}" for noun in ("acceleratorType", "diskType", "machineType", "nodeType", "region", "zone")
)
"""What Google offers, and nobody has."""
_TOLD_BY_NONE = frozenset(
    {ASSET, "selfLink", "name", "labels", "state", "status", "location", "id", "kind", "createTime"}
)
"""Fields that things of many types have, so that they tell none from another."""

_SNAKE = {
    "asset_type": "assetType",
    "ancestry_path": "ancestryPath",
    "iam_policy": "iamPolicy",
    "org_policy": "orgPolicy",
    "access_policy": "accessPolicy",
    "update_time": "updateTime",
}


def is_asset(row: Mapping[str, Any]) -> bool:
    """Whether an object is an asset of Cloud Asset Inventory."""
    name = row.get("name")
    return isinstance(name, str) and name.startswith("//") and isinstance(_asset_type(row), str)


def _asset_type(row: Mapping[str, Any]) -> Any:
    return row.get("assetType") or row.get("asset_type")


def is_google(row: Mapping[str, Any]) -> bool:
    """Whether an object is a resource as one of Google's services lists it."""
    link, kind, name = row.get("selfLink"), row.get("kind"), row.get("name")
    if "items" in row:
        return False  # a page
    if isinstance(link, str) and _URL.match(link):
        return True
    if isinstance(kind, str) and re.fullmatch(r"[a-z]+#[A-Za-z]+", kind) and not kind.endswith("List"):
        return isinstance(row.get("name") or row.get("id"), str)
    if isinstance(row.get("apiVersion"), str) and row["apiVersion"].startswith(_KNATIVE):
        return isinstance(row.get("metadata"), Mapping)
    if isinstance(name, str) and name.startswith("projects/"):
        return name.count("/") >= 3
    identifier = row.get("id")
    if isinstance(identifier, str) and identifier.startswith("projects/"):
        return identifier.count("/") >= 3
    return "projectNumber" in row and "lifecycleState" in row


# -- assets --------------------------------------------------------------------------------------------------


def _assets(rows: Iterable[Mapping[str, Any]], asked: Asked, contents: Contents) -> None:
    """Read assets as a scan reads the pages of Cloud Asset Inventory."""
    from cloudviz.sources.gcp.assets import Found, sort
    from cloudviz.sources.gcp.plan import Plan, Sorter, selected

    known = catalogue()
    plan = Plan(selected(known, ()), is_whole=True)
    sorter = Sorter(known, plan)
    found = Found("", {}, reads_later=True)
    page: list[Mapping[str, Any]] = []
    # What has to wait for the last row: whose project is only told by its number, and of one id the later is kept,
    # so that what says more of functions of both generations comes last.
    waiting = type(contents.items)()

    def turn() -> None:
        asked.go_on()
        sort({"assets": page}, plan, sorter, found)
        page.clear()
        for (account, _), items in found.items.items():
            of_number = account.isdigit()
            for item in items:
                is_late = of_number or item.native_type == _FUNCTION_ASSET
                (waiting if is_late else contents.items).append(item)
        found.items.clear()

    for row in rows:
        asset = _camel(row)
        if isinstance(asset.get("resource"), dict):
            page.append(asset)
        else:
            # A policy of a thing that has a row of its own.
            contents.left_out["policy"] = contents.left_out.get("policy", 0) + 1
        if len(page) >= _PAGE:
            turn()
    turn()
    for item in waiting.drained() if isinstance(waiting, Kept) else waiting:
        account = found.numbers.get(item.scope.account)
        contents.items.append(replace(item, scope=replace(item.scope, account=account)) if account else item)


def _camel(row: Mapping[str, Any]) -> dict[str, Any]:
    """An asset in the names of the API: some tools write them with underscores; a search writes no resource."""
    is_told = _SNAKE.keys().isdisjoint(row)
    asset = dict(row) if is_told else {_SNAKE.get(key, key): value for key, value in row.items()}
    resource = asset.get("resource")
    if not isinstance(resource, Mapping) and "displayName" in asset and "iamPolicy" not in asset:
        data = {"name": asset["displayName"]}
        data |= {key: asset[key] for key in ("labels", "state", "description") if key in asset}
        asset["resource"] = {
            "data": data,
            "location": asset.get("location"),
            "parent": asset.get("parentFullResourceName"),
        }
        project = asset.get("project")
        if isinstance(project, str):
            asset["ancestors"] = [project]
    ancestors = asset.get("ancestors")
    if isinstance(ancestors, list) and not all(type(each) is str for each in ancestors[:1]):
        asset["ancestors"] = [each for each in ancestors if isinstance(each, str)]
    return asset


# -- what the services' own lists print ----------------------------------------------------------------------


def google_item(row: Mapping[str, Any], asked: Asked, where: str) -> RawItem:
    """An object for which :func:`is_google` holds, as an item in its place."""
    body = dict(row)
    link = _name_in(row)
    host, path = _host_and_path(link)
    asset_type, declared = _type_of(row, host, path)
    account, place = _project(row, path) or asked.account, _place(row, path)
    if declared is None:
        name = f"//{host}/{path}" if host else ""
        if name:
            body.setdefault(ASSET, name)
    elif declared.key == "gcp.support.project":
        account = str(row.get("projectId") or account)
    scope = Scope("gcp", account, place or "global")
    return RawItem(scope, asset_type, body, declared.key if declared else None, where=where)


def _name_in(row: Mapping[str, Any]) -> str:
    metadata = row.get("metadata")
    below = metadata.get("selfLink") if isinstance(metadata, Mapping) else ""
    for value in (row.get("selfLink"), row.get("name"), below, row.get("id")):
        if isinstance(value, str) and "/" in value:
            return value
    return ""


def _host_and_path(link: str) -> tuple[str, str]:
    """``compute.googleapis.com``, ``projects/p/zones/z/instances/i``; no host of a relative name."""
    match = _URL.match(link)
    if match is None:
        return "", link.lstrip("/") if link.startswith("projects/") else ""
    version = _VERSION.match(match["path"])
    host, rest = match["host"], match["path"]
    if version is not None:
        host, rest = version["api"] or host, version["rest"]
    return f"{host}.googleapis.com", rest


def _type_of(row: Mapping[str, Any], host: str, path: str) -> tuple[str, ResourceType | None]:
    kind, version = row.get("kind"), row.get("apiVersion")
    if isinstance(version, str) and version.startswith(_KNATIVE):
        return _declared(f"run.googleapis.com/{str(kind)[:100]}", row)
    if "projectNumber" in row and "lifecycleState" in row:
        return _declared(_PROJECT_ASSET, row)
    if isinstance(kind, str) and "#" in kind:
        api, _, noun = kind.partition("#")
        service = {"sql": "sqladmin"}.get(api, api)
        return _declared(f"{service}.googleapis.com/{noun[:1].upper()}{noun[1:]}", row)
    parts = path.split("/")
    collection = parts[-2] if len(parts) > 1 else ""
    candidates = [
        (asset_type, declared)
        for asset_type, declared in _by_collection().get(collection, ())
        if (not host or host in (_service(declared), asset_type.partition("/")[0])) and is_of_type(declared, row)
    ]
    depth = len(parts)
    if not host:
        # projects/p/global/snapshots/s is Compute Engine's, projects/p/locations/l/snapshots/s is not.
        candidates = [each for each in candidates if _depth(each[1]) == depth]
    best = max(
        candidates,
        key=lambda each: (_depth(each[1]) == depth, _known_fields(each[1], row)),
        default=None,
    )
    if best is not None and (len(candidates) == 1 or host or _known_fields(best[1], row)):
        return best
    noun = collection[:1].upper() + collection[1:].removesuffix("s")
    return f"{host}/{noun}" if host else noun or "Resource", None


def _declared(asset_type: str, row: Mapping[str, Any]) -> tuple[str, ResourceType | None]:
    found = [each for each in catalogue().by_native(asset_type) if is_of_type(each, row)]
    return asset_type, found[0] if found else None


def _service(declared: ResourceType) -> str:
    return declared.id.service if isinstance(declared.id, AssetName) else ""


def _depth(declared: ResourceType) -> int:
    return declared.id.template.count("/") + 1 if isinstance(declared.id, AssetName) else 0


def _known_fields(declared: ResourceType, row: Mapping[str, Any]) -> int:
    """How many of the fields that only a few types have the row has."""
    return sum(1 for head in _heads(declared) if row.get(head) is not None)


@lru_cache(maxsize=256)
def _heads(declared: ResourceType) -> frozenset[str]:
    heads = {path.split(".", 1)[0].split("[", 1)[0].removesuffix("{}") for path in declared.paths()}
    return frozenset(heads) - _TOLD_BY_NONE


@lru_cache(maxsize=1)
def _by_collection() -> Mapping[str, Sequence[tuple[str, ResourceType]]]:
    found: dict[str, list[tuple[str, ResourceType]]] = {}
    for declared in catalogue().of("gcp"):
        listing, identity = declared.listing, declared.id
        assert isinstance(listing, AssetList)
        if not isinstance(identity, AssetName):
            continue
        for collection in (identity.collection, *identity.collections):
            asset_type = next(
                (each for each in listing.asset_types if _collection_of(each) == collection.lower()),
                listing.asset_type,
            )
            found.setdefault(collection, []).append((asset_type, declared))
    return found


def _collection_of(asset_type: str) -> str:
    noun = asset_type.rpartition("/")[2].lower()
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2:] not in ("ey",) else noun + "s"


def _project(row: Mapping[str, Any], path: str) -> str:
    match = _PROJECT.search(path)
    if match is not None:
        return match[1]
    reference = row.get("datasetReference")
    for holder, key in (
        (row, "projectId"),
        (row, "project"),
        (reference, "projectId"),
        (row.get("metadata"), "namespace"),
    ):
        value = holder.get(key) if isinstance(holder, Mapping) else None
        if isinstance(value, str) and value and "/" not in value:
            return value
    return ""


def _place(row: Mapping[str, Any], path: str) -> str:
    """The region of what a list printed; ``""`` for what is in none."""
    metadata = row.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    values: list[Any] = [row.get("zone"), row.get("region"), row.get("location")]
    if isinstance(labels, Mapping):
        values.append(labels.get("cloud.googleapis.com/location"))
    match = _PLACE.search(path)
    if match is not None:
        values.insert(0, match[1])
    for value in values:
        if isinstance(value, str) and value:
            plain = value.rstrip("/").rpartition("/")[2].lower()
            zone = _ZONE.match(plain)
            return zone[1] if zone else plain
    return ""


# -- both ----------------------------------------------------------------------------------------------------


def _is_row(row: Mapping[str, Any]) -> bool:
    return is_asset(row) or is_google(row)


def _recognise(top: Mapping[str, Any]) -> bool:
    return (
        any(_is_row(row) for _, row in first_objects(top))
        or any(_is_row(row) for row in _by_place(top))
        or _is_row(top)
    )


def _by_place(top: Mapping[str, Any]) -> Iterator[Any]:
    """The items of an aggregated list, which stand by zone and region: ``items["zones/x"].instances``."""
    items = top.get("items")
    for place in items.values() if isinstance(items, Mapping) else ():
        for values in place.values() if isinstance(place, Mapping) else ():
            if isinstance(values, list):
                yield from (each for each in values if isinstance(each, dict))


def _rows(document: Document) -> Iterator[Any]:
    top = document.top
    if ROWS not in top and _is_row(top) and document.elements is None:
        yield top
        return
    for _, row in rows_at(document, list_paths(top)):
        yield row
    yield from _by_place(top)


def _read(document: Document, asked: Asked) -> Contents:
    contents = Contents.of(document)
    odd = homeless = 0

    def assets() -> Iterator[Mapping[str, Any]]:
        nonlocal odd, homeless
        for number, row in enumerate(_rows(document)):
            if number % _ASK_EVERY == 0:
                asked.go_on()
            if not isinstance(row, Mapping):
                odd += 1
            elif is_asset(row):
                yield row
            elif str(row.get("kind")) in _OFFERS:
                contents.left_out[row["kind"]] = contents.left_out.get(row["kind"], 0) + 1
            elif is_google(row):
                item = google_item(row, asked, document.name)
                homeless += not item.scope.account
                contents.items.append(item)
            else:
                odd += 1

    _assets(assets(), asked, contents)
    if odd:
        noun = "row is" if odd == 1 else "rows are"
        contents.problems.append(
            Problem("", f"{odd:,} {noun} no resource of Google Cloud and were left out", document.name)
        )
    if homeless:
        what = f"{homeless:,} resources do not say which project they are in; give it with --account"
        contents.problems.append(Problem("", what, document.name, loss=False))
    return contents


GOOGLE_ROWS = Format("Google Cloud assets and gcloud … list", _recognise, _read, streams=True)
