"""What differs between two inventories: the value types, and the comparison of two graphs. Pure.

The store finds the same differences in SQL from its validity ranges, and hands them over in these types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from cloudviz.inventory.model import Graph, Link, Resource

_COMPARED = tuple(each.name for each in fields(Resource) if each.name not in ("id", "tags", "properties"))


@dataclass(frozen=True, slots=True)
class Changed:
    """One resource in both of its states.

    Attributes:
        before, after: the whole resource on either side.
        fields: what differs, as sorted dotted paths: ``state``, ``tags.env``, ``properties.size``. Lists are
            compared as a whole.
    """

    before: Resource
    after: Resource
    fields: tuple[str, ...]


@dataclass(slots=True)
class Diff:
    """What has to be done to the first inventory to get the second; every list is sorted by id."""

    added: list[Resource] = field(default_factory=list)
    removed: list[Resource] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    links_added: list[Link] = field(default_factory=list)
    links_removed: list[Link] = field(default_factory=list)

    def __bool__(self) -> bool:
        """True when anything differs."""
        return bool(self.added or self.removed or self.changed or self.links_added or self.links_removed)

    def cost_changes(self) -> dict[str, Decimal]:
        """What differs costs so much more, or less, a month; by currency. What is unchanged is not in it."""
        sums: dict[str, Decimal] = {}
        for sign, items in (
            (1, [*self.added, *(each.after for each in self.changed)]),
            (-1, [*self.removed, *(each.before for each in self.changed)]),
        ):
            for item in items:
                if item.cost_monthly is not None:
                    currency = item.currency or "USD"
                    sums[currency] = sums.get(currency, Decimal(0)) + sign * item.cost_monthly
        return dict(sorted(sums.items()))

    def marks(self) -> dict[str, str]:
        """The scene document's ``change`` word of each resource that differs: added, removed or changed."""
        marked = {item.id: "added" for item in self.added}
        marked.update((item.id, "removed") for item in self.removed)
        marked.update((item.after.id, "changed") for item in self.changed)
        return marked


def diff(before: Graph, after: Graph) -> Diff:
    """Compare two graphs by resource id.

    A link counts as (source, target, kind): whether its target is in the inventory is no difference of its own.
    """
    result = Diff()
    for key in sorted(before.resources.keys() | after.resources.keys()):
        old, new = before.resources.get(key), after.resources.get(key)
        if old is None and new is not None:
            result.added.append(new)
        elif old is not None and new is None:
            result.removed.append(old)
        elif old is not None and new is not None and (names := changed_fields(old, new)):
            result.changed.append(Changed(old, new, names))
    was = {(link.source, link.target, link.kind): link for link in before.links}
    now = {(link.source, link.target, link.kind): link for link in after.links}
    result.links_added = [now[key] for key in sorted(now.keys() - was.keys())]
    result.links_removed = [was[key] for key in sorted(was.keys() - now.keys())]
    return result


def changed_fields(before: Resource, after: Resource) -> tuple[str, ...]:
    """The dotted paths at which two states of a resource differ; empty when they are equal."""
    names = [name for name in _COMPARED if getattr(before, name) != getattr(after, name)]
    names += _differences("tags", before.tags, after.tags)
    names += _differences("properties", before.properties, after.properties)
    return tuple(sorted(names))


def _differences(path: str, before: Any, after: Any) -> list[str]:
    """Paths below ``path`` that differ. A stack of our own: properties may nest deeper than Python recurses."""
    found: list[str] = []
    left = [(path, before, after)]
    while left:
        at, old, new = left.pop()
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            for key in old.keys() | new.keys():
                if key in old and key in new:
                    left.append((f"{at}.{key}", old[key], new[key]))
                else:
                    found.append(f"{at}.{key}")
        elif not _same(old, new):
            found.append(at)
    return found


def _same(old: Any, new: Any) -> bool:
    # True == 1 in Python; in JSON they are different things.
    return type(old) is type(new) and bool(old == new)
