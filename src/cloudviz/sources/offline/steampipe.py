"""What Steampipe prints: ``steampipe query --output json "select * from aws_ec2_instance"``, and ``--output csv``.

A row has the API's fields under names with underscores, what they hold as the API writes it, and columns of
Steampipe's own: ``akas`` are the ids of the thing, ``_ctx`` says how it was asked. It does not say of which table
it is; the ids do.
Source: https://hub.steampipe.io/plugins/turbot/aws/tables (and azure, gcp), the columns of each table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.aws.long_tail import IDENTIFIER
from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.catalogue.registry import catalogue, is_of_type
from cloudviz.inventory.model import Problem, RawItem, Scope
from cloudviz.sources.offline.arns import explorer_name, has_identity, lay_identity, parts_of, types_of
from cloudviz.sources.offline.azure_rows import arm_items, arm_type_of, type_in
from cloudviz.sources.offline.format import ROWS, Asked, Contents, Document, Format
from cloudviz.sources.offline.google_rows import google_item, is_google
from cloudviz.sources.offline.rows import rows_at

_ASK_EVERY = 512
_OWN = frozenset({"_ctx", "sp_ctx", "sp_connection_name"})
_LISTS = ("rows", ROWS)
_ADDED = _OWN | {"akas", "title"}
_AZURE_ADDED = _ADDED | {
    "cloud_environment",
    "resource_group",
    "subscription_id",
    "tenant_id",
    "region",
    "type",
    "tags_src",
}
_ENVELOPE = ("id", "name", "tags", "sku", "kind", "identity", "zones", "etag", "plan")


def is_steampipe(row: Any) -> bool:
    """Whether an object is a row of Steampipe: it has one of its own columns."""
    if not isinstance(row, Mapping):
        return False
    if not _OWN.isdisjoint(row):
        return True
    return isinstance(row.get("akas"), list) and any(isinstance(each, str) for each in row["akas"])


def steampipe_items(row: Mapping[str, Any], asked: Asked, where: str) -> Iterator[RawItem]:
    """A row as items in the form of its own API; none where it does not say what it is of."""
    names = [row.get("arn"), row.get("id"), *_listed(row.get("akas")), row.get("self_link")]
    texts = [each for each in names if isinstance(each, str)]
    arn = next((each for each in texts if parts_of(each) is not None), "")
    if arn:
        yield _aws_item(row, arn, where)
        return
    for each in texts:
        arm = each.removeprefix("azure://")
        if arm.lower().startswith("/subscriptions/"):
            yield from arm_items(_azure_row(row, arm), where)
            return
    made = _google_row(row, texts)
    if is_google(made):
        yield google_item(made, asked, where)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


# -- AWS -------------------------------------------------------------------------------------------------------


def _aws_item(row: Mapping[str, Any], arn: str, where: str) -> RawItem:
    from cloudviz.sources.aws.config_items import lifted

    parts = parts_of(arn)
    assert parts is not None
    account, region = str(row.get("account_id") or parts.account), parts.region or str(row.get("region") or "")
    region = "" if region == "global" else region
    members = {key.replace("_", ""): value for key, value in row.items() if key not in _ADDED and key != "tags"}
    for declared in types_of(arn):
        tags = row.get("tags") if isinstance(row.get("tags"), Mapping) else row.get("tags_src")
        body = lifted(declared, {"configuration": members, "tags": tags})
        lay_identity(declared, body, arn)
        if has_identity(declared, body) and (declared.only is None or is_of_type(declared, body)):
            is_global = isinstance(declared.listing, AwsCall) and declared.listing.is_global
            own = str(row.get("region") or parts.region) if declared.region is not None else ""
            scope = Scope("aws", account, own if is_global else region, parts.partition)
            return RawItem(scope, catalogue().native_name(declared), body, declared.key, where=where)
    kept = {key: value for key, value in row.items() if key not in _ADDED}
    scope = Scope("aws", account, region, parts.partition)
    return RawItem(scope, explorer_name(arn), {**kept, IDENTIFIER: arn}, where=where)


# -- Azure -----------------------------------------------------------------------------------------------------


def _azure_row(row: Mapping[str, Any], identifier: str) -> dict[str, Any]:
    arm_type = type_in(identifier)
    body: dict[str, Any] = {"id": identifier, "type": arm_type, "location": row.get("region")}
    properties: dict[str, Any] = {}
    places = _places(arm_type_of(arm_type))
    for key, value in row.items():
        if value is None or key in _AZURE_ADDED:
            continue
        if key in _ENVELOPE:
            body.setdefault(key, value)
            continue
        name = _camel(key)
        if isinstance(value, str) and name.endswith("Id") and value.lower().startswith("/subscriptions/"):
            name, value = name.removesuffix("Id"), {"id": value}
        _put(properties, (*places.get(name.lower(), ()), name), value)
    return {**body, "properties": properties}


def _put(properties: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        below = properties.setdefault(step, {})
        if not isinstance(below, dict):
            return
        properties = below
    properties.setdefault(path[-1], value)


@lru_cache(maxsize=512)
def _places(declared: ResourceType | None) -> Mapping[str, tuple[str, ...]]:
    """Name in lower case → the objects around it in the API's body: ``networkInterfaces`` is in a profile."""
    found: dict[str, tuple[str, ...]] = {}
    for path in declared.paths() if declared is not None else ():
        head, *steps = path.split(".")
        if head != "properties":
            continue
        around: list[str] = []
        for step in steps:
            name = step.rstrip("[]{}")
            if name.isalnum():
                found.setdefault(name.lower(), tuple(around))
            if name != step or not name.isalnum():
                break  # what lies in a list is written there
            around.append(name)
    return found


def _camel(key: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), key)


# -- Google Cloud ----------------------------------------------------------------------------------------------


def _google_row(row: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    made = {_camel(key): value for key, value in row.items() if key not in _ADDED and value is not None}
    link = next((each for each in names if each.startswith("gcp://")), "")
    if link and "selfLink" not in made:
        made["selfLink"] = f"https://{link.removeprefix('gcp://')}"
    return made


# -- both ------------------------------------------------------------------------------------------------------


def _recognise(top: Mapping[str, Any]) -> bool:
    return any(is_steampipe(row) for name in _LISTS for row in _listed(top.get(name))[:20]) or (
        isinstance(top.get("rows"), list) and _is_header(top.get("columns"))
    )


def _is_header(columns: Any) -> bool:
    return bool(columns) and all(
        isinstance(each, Mapping) and "data_type" in each and "name" in each for each in _listed(columns)
    )


def _read(document: Document, asked: Asked) -> Contents:
    contents = Contents.of(document)
    odd = 0
    top = document.top if document.sample is None else document.sample
    lists = [f"{name}[]" for name in _LISTS if isinstance(top.get(name), list)]
    for number, (_, row) in enumerate(rows_at(document, lists)):
        if number % _ASK_EVERY == 0:
            asked.go_on()
        items = list(steampipe_items(row, asked, document.name)) if isinstance(row, Mapping) else []
        contents.items.extend(items)
        odd += not items
    if odd:
        noun = "row does" if odd == 1 else "rows do"
        what = f"{odd:,} {noun} not say what thing it is of; select arn, id or akas too"
        contents.problems.append(Problem("", what, document.name))
    return contents


STEAMPIPE = Format("Steampipe query results", _recognise, _read, streams=True)
