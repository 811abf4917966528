"""AWS Config's records: snapshots as it delivers them, histories, and the results of its queries.

Workload Discovery keeps the same records as the properties of its nodes, with what it made of them.
Sources: https://docs.aws.amazon.com/config/latest/developerguide/config-snapshot-delivery.html and
https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson

from cloudviz.catalogue.aws.long_tail import IDENTIFIER
from cloudviz.catalogue.registry import catalogue, is_of_type
from cloudviz.inventory.model import ANY_MEMBER, Problem, RawItem, Scope
from cloudviz.sources.offline.arns import has_identity, lay_native_id, parts_of
from cloudviz.sources.offline.format import ROWS, Asked, Contents, Document, Format
from cloudviz.sources.offline.kept import Kept
from cloudviz.sources.offline.rows import list_paths, rows_at

_ASK_EVERY = 256
_LISTS = (
    "configurationItems",
    "baseConfigurationItems",
    "ConfigurationItems",
    "BaseConfigurationItems",
    "Results",
)
_GONE = ("ResourceDeleted", "ResourceDeletedNotRecorded")
_GRAPHS = ("getResourceGraph", "getResources", "nodes")


def is_config_item(row: Any) -> bool:
    """Whether an object is a configuration item, whole or with the members that a query chose."""
    if not isinstance(row, Mapping) or not isinstance(row.get("resourceType"), str):
        return False
    if not row["resourceType"].startswith("AWS::"):
        return False
    return any(key in row for key in ("resourceId", "arn", "ARN"))


def config_item(row: Mapping[str, Any], asked: Asked, where: str) -> RawItem | None:
    """A configuration item as what its own API would have listed; None for what is gone.

    Arguments:
        row: an object for which :func:`is_config_item` holds.
    """
    from cloudviz.sources.aws.config_items import lifted

    if row.get("configurationItemStatus") in _GONE:
        return None
    opened = {key: _opened(value) for key, value in row.items()}
    native = str(row["resourceType"])
    arn = str(row.get("arn") or row.get("ARN") or "")
    parts = parts_of(arn)
    region = str(row.get("awsRegion") or (parts.region if parts else "") or asked.region)
    account = str(
        row.get("accountId") or row.get("awsAccountId") or (parts.account if parts else "") or asked.account
    )
    scope = Scope("aws", account, "" if region == "global" else region, parts.partition if parts else "aws")
    identifier = arn if parts is not None else str(row.get("resourceId") or arn)
    # A service writes its ids as ARNs in some records, and the name of the thing beside them.
    for declared in catalogue().by_native(native):
        if declared.provider != "aws":
            continue
        body = lifted(declared, opened)
        lay_native_id(declared, body, identifier)
        if not has_identity(declared, body) and row.get("resourceName"):
            lay_native_id(declared, body, str(row["resourceName"]))
        if (
            declared.only is not None
            and not is_of_type(declared, body)
            and not _is_by_arn(native, arn, declared.key)
        ):
            continue
        if has_identity(declared, body):
            is_bare = not opened.get("configuration")
            unseen = (ANY_MEMBER,) if is_bare else ()
            return RawItem(scope, native, body, declared.key, where=where, unseen=unseen)
    configuration = opened.get("configuration")
    body = dict(configuration) if isinstance(configuration, Mapping) else {}
    body.setdefault("Tags", opened.get("tags"))
    if row.get("resourceName"):
        body.setdefault("Name", str(row["resourceName"]))
    body[IDENTIFIER] = identifier
    return RawItem(scope, native, body, where=where)


def _is_by_arn(native: str, arn: str, key: str) -> bool:
    """Whether an ARN tells two types of one native name apart: ``loadbalancer/net/…``."""
    marks = {
        "aws.elbv2.alb": ":loadbalancer/app/",
        "aws.elbv2.nlb": ":loadbalancer/net/",
        "aws.elbv2.gwlb": "/gwy/",
    }
    return key in marks and marks[key] in arn


def _opened(value: Any) -> Any:
    """A document that is written as text, some as text within text."""
    for _ in range(2):
        if isinstance(value, str) and value[:1] in ("{", "[", '"'):
            with suppress(orjson.JSONDecodeError):
                value = orjson.loads(value)
                continue
        break
    return value


def _recognise(top: Mapping[str, Any]) -> bool:
    if any(isinstance(top.get(name), list) for name in _LISTS[:4]):
        return True
    return any(True for _ in _first(top))


def _first(top: Mapping[str, Any]) -> Iterator[Any]:
    """Configuration items of a document in memory, the first of each list, whatever lies around them."""
    if is_config_item(top):
        yield top
    for path in list_paths(top):
        for value in top[path.removesuffix("[]")][:20]:
            if is_config_item(_opened(value)) or is_config_item(_node(value)):
                yield value
    if any(_is_node(each) for each in _nodes(top)):
        yield top


def _node(value: Any) -> Any:
    """What Workload Discovery keeps of a node."""
    return value.get("properties") if isinstance(value, Mapping) else None


def _is_node(value: Any) -> bool:
    return is_config_item(_node(value))


def _nodes(top: Mapping[str, Any]) -> Iterator[Any]:
    """The nodes of a graph of Workload Discovery: ``data.getResourceGraph.nodes``."""
    data = top.get("data")
    holders = [top, data] if isinstance(data, Mapping) else [top]
    for holder in holders:
        for name in _GRAPHS[:2]:
            graph = holder.get(name)
            nodes = graph.get("nodes") if isinstance(graph, Mapping) else graph
            yield from nodes if isinstance(nodes, list) else ()


def _read(document: Document, asked: Asked) -> Contents:
    contents = Contents.of(document)
    newest: dict[tuple[str, str, str, str], tuple[str, int]] = {}
    odd = gone = 0
    for number, value in enumerate(_rows(document)):
        if number % _ASK_EVERY == 0:
            asked.go_on()
        row = _opened(value)
        if not is_config_item(row):
            row = _node(row)
        if not is_config_item(row):
            odd += 1
            continue
        item = config_item(row, asked, document.name)
        key = (
            str(row["resourceType"]),
            str(row.get("resourceId") or row.get("arn") or row.get("ARN")),
            str(row.get("awsRegion") or ""),
            str(row.get("awsAccountId") or row.get("accountId") or ""),
        )
        when = str(row.get("configurationItemCaptureTime") or "")
        before = newest.get(key)
        if before is not None and before[0] > when:
            continue  # a history holds what was; the newest record says what is
        if item is None:
            gone += 1
            newest[key] = (when, -1)
            continue
        newest[key] = (when, len(contents.items))
        contents.items.append(item)
    kept = {index for _, index in newest.values()}
    if len(kept) < len(contents.items):
        chosen = (item for index, item in enumerate(contents.items) if index in kept)
        contents.items = Kept(chosen) if isinstance(contents.items, Kept) else list(chosen)
    if gone:
        contents.left_out["deleted"] = gone
    if odd:
        noun = "entry is" if odd == 1 else "entries are"
        contents.problems.append(
            Problem("", f"{odd:,} {noun} no configuration item and were left out", document.name)
        )
    return contents


def _rows(document: Document) -> Iterator[Any]:
    top = document.top
    if document.elements is None and is_config_item(top):
        yield top
        return
    if document.elements is None and (nodes := list(_nodes(top))):
        yield from nodes
        return
    seen = top if document.sample is None else document.sample
    lists = [f"{name}[]" for name in (*_LISTS, ROWS) if isinstance(seen.get(name), list)]
    for _, value in rows_at(document, lists or list_paths(seen)):
        yield value


CONFIG_ITEMS = Format("AWS Config items and Workload Discovery exports", _recognise, _read, streams=True)

__all__ = ["CONFIG_ITEMS", "config_item", "is_config_item"]
