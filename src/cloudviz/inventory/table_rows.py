"""The rows of the inventory's tables: one for each resource, link and look, with what a cell can hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from cloudviz.inventory.model import Coverage, Graph, Resource

Cell = str | int | Decimal | None
Row = tuple[Cell, ...]

RESOURCE_COLUMNS = (
    "provider", "account", "region", "zone", "type", "kind", "id", "name", "state", "parent", "tags",
    "cost_monthly", "currency", "links", "native_type",
)  # fmt: skip
LINK_COLUMNS = ("source", "source_name", "kind", "target", "target_name", "resolved")
COVERAGE_COLUMNS = ("provider", "account", "region", "type", "status", "count", "permission", "detail")

# What neither XML 1.0 nor a cell can hold: control characters but tab and line ends, lone surrogates and the like.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def resource_rows(graph: Graph) -> Iterator[Row]:
    """Resources by id, in the order of :data:`RESOURCE_COLUMNS`; ``links`` counts those that it is an end of."""
    ends: Counter[str] = Counter()
    for source, target, _ in {(link.source, link.target, str(link.kind)) for link in graph.links}:
        ends.update({source, target})
    for id in sorted(graph.resources):
        yield _resource(graph.resources[id], ends[id])


def _resource(item: Resource, links: int) -> Row:
    return (
        item.provider,
        item.account,
        item.region,
        item.zone,
        item.type,
        item.kind,
        item.id,
        item.name,
        item.state,
        item.parent,
        "; ".join(f"{key}={value}" for key, value in sorted(item.tags.items())),
        item.cost_monthly,
        item.currency if item.cost_monthly is not None else None,
        links,
        item.native_type,
    )


def link_rows(graph: Graph) -> Iterator[Row]:
    """Links by source, target and kind, in the order of :data:`LINK_COLUMNS`."""
    resources = graph.resources
    for source, target, kind in sorted({(link.source, link.target, str(link.kind)) for link in graph.links}):
        yield (
            source,
            resources[source].name if source in resources else None,
            kind,
            target,
            resources[target].name if target in resources else None,
            "yes" if target in resources else "no",
        )


def coverage_rows(coverage: Iterable[Coverage]) -> Iterator[Row]:
    """What was looked at, in the order of :data:`COVERAGE_COLUMNS`."""
    for entry in sorted(coverage, key=lambda each: (each.provider, each.account, each.region, each.type)):
        yield (
            entry.provider,
            entry.account,
            entry.region,
            entry.type,
            str(entry.status),
            entry.count,
            entry.permission,
            entry.detail,
        )


def cell_text(text: str) -> str:
    """A text as a cell can hold it: what no table can hold becomes U+FFFD."""
    return _ODD.sub("\ufffd", text)
