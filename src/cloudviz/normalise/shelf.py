"""Large estates while they are linked: what linking does not read is put aside, and comes back one by one."""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from sys import intern
from typing import Any

from cloudviz.catalogue.declare import LinkRule
from cloudviz.inventory.model import Link, Resource, Scope
from cloudviz.inventory.packed import Aside, AsideProperties, PackedProperties, pack
from cloudviz.normalise.references import Pending

LINKS_AT_ONCE = 4096
_PARTS = 16


class Shelf:
    """Puts properties, tags and open references aside.

    What is pickled here is read by this process alone.

    Arguments:
        aside: where to.
        with_tags: tags too, for estates that are only stored: who draws one reads them often.
    """

    def __init__(self, aside: Aside, *, with_tags: bool) -> None:
        self._aside = aside
        self._with_tags = with_tags
        self._numbers: dict[int, int] = {}
        self._scopes: dict[Scope, int] = {}
        self._known_scopes: list[Scope] = []
        self.rules: list[LinkRule] = []

    def laid(self, item: Resource) -> Resource:
        """The resource with what it holds put aside."""
        properties, tags = item.properties, item.tags
        if isinstance(properties, PackedProperties):
            properties = AsideProperties(properties.packed, self._aside)
        if self._with_tags and tags:
            packed = pack(tags)
            tags = AsideProperties(packed.packed, self._aside) if isinstance(packed, PackedProperties) else tags
        return holding(item, tags, properties)

    def put(self, pending: Pending) -> int:
        """Put references aside; returns their place."""
        found = []
        for rule, values in pending.found:
            number = self._numbers.get(id(rule))
            if number is None:
                number = self._numbers[id(rule)] = len(self.rules)
                self.rules.append(rule)  # which keeps its id
            found.append((number, values))
        scope = self._scopes.get(pending.scope)
        if scope is None:
            scope = self._scopes[pending.scope] = len(self._known_scopes)
            self._known_scopes.append(pending.scope)
        data = pickle.dumps((scope, found), pickle.HIGHEST_PROTOCOL)
        return self._aside.put(data) << 32 | len(data)

    def pending(self, source: str, place: int) -> Pending:
        """The references at a place."""
        scope, found = pickle.loads(self._aside.get(place >> 32, place & 0xFFFFFFFF))  # noqa: S301 - put here
        return Pending(source, self._known_scopes[scope], [(self.rules[number], each) for number, each in found])


def here(item: Resource) -> Resource:
    """The resource with what it holds in memory again."""
    properties, tags = item.properties, item.tags
    if isinstance(properties, AsideProperties):
        properties = properties.here()
    return holding(item, tags.unpacked() if isinstance(tags, AsideProperties) else tags, properties)


def holding(item: Resource, tags: Mapping[str, str], properties: Mapping[str, Any]) -> Resource:
    """The resource with other tags and properties."""
    return Resource(
        item.id,
        item.provider,
        item.type,
        item.native_type,
        item.kind,
        item.name,
        item.account,
        item.region,
        None if item.zone is None else intern(item.zone),
        item.parent,
        None if item.state is None else intern(str(item.state)),
        tags,
        item.cost_monthly,
        item.currency,
        properties,
    )


class LinkPile:
    """Links put aside in the order they come, a block at a time."""

    def __init__(self, aside: Aside) -> None:
        self._aside = aside
        self._blocks: list[tuple[int, int]] = []
        self._open: list[tuple[str, str, str, tuple[str, ...]]] = []
        self._hashes = [array("q") for _ in range(_PARTS)]

    def extend(self, links: Iterable[Link], /) -> None:
        """Take links in."""
        for link in links:
            source, target, kind = link.source, link.target, link.kind
            self._open.append((source, target, kind, link.stated_by))
            self._note(source, target, kind)
        if len(self._open) >= LINKS_AT_ONCE:
            data = pickle.dumps(self._open, pickle.HIGHEST_PROTOCOL)
            self._blocks.append((self._aside.put(data), len(data)))
            self._open = []

    def __iter__(self) -> Iterator[Link]:
        blocks = (pickle.loads(self._aside.get(*each)) for each in self._blocks)  # noqa: S301 - put here
        for block in chain(blocks, (self._open,)):
            for source, target, kind, stated_by in block:
                yield Link(source, target, kind, True, stated_by)

    def count(self, others: Iterable[Link]) -> int:
        """How many links there are with ``others``, twins once. Call it once, at the end."""
        for link in others:
            self._note(link.source, link.target, link.kind)
        return sum(len(set(part)) for part in self._hashes)

    def _note(self, source: str, target: str, kind: str) -> None:
        name = hash((source, target, kind))
        self._hashes[name & _PARTS - 1].append(name)
