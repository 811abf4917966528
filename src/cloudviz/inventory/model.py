"""The words of the inventory: what a source hands over, and what normalising makes of it.

Everything here is a value: no clock, no network, no database. A :class:`RawItem` is one thing as its cloud
or file wrote it; a :class:`Resource` is the same thing in the one form that all of CloudViz speaks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from operator import attrgetter
from typing import Any

JsonObject = dict[str, Any]


def _make_quick(made: type[Any]) -> None:
    """Let a frozen dataclass with slots be made in half the time; from outside it is the same.

    The ``__init__`` of such a class looks every field up by its name, through ``object.__setattr__``. This one has
    the setters of the slots at hand. A scan makes millions of resources and links.
    """
    known: dict[str, Any] = {}
    words, lines = [], []
    for each in fields(made):
        known[f"_set_{each.name}"] = made.__dict__[each.name].__set__
        value, default = each.name, ""
        if each.default_factory is not MISSING:
            known[f"_new_{each.name}"], default = each.default_factory, "=None"
            value = f"_new_{each.name}() if {each.name} is None else {each.name}"
        elif each.default is not MISSING:
            known[f"_default_{each.name}"], default = each.default, f"=_default_{each.name}"
        words.append(f"{each.name}{default}")
        lines.append(f" _set_{each.name}(self, {value})")
    exec("\n".join([f"def __init__(self, {', '.join(words)}):", *lines]), known)  # noqa: S102 - as dataclasses does
    known["__init__"].__qualname__ = f"{made.__qualname__}.__init__"
    known["__init__"].__annotations__ = made.__init__.__annotations__
    made.__init__ = known["__init__"]


class LinkKind(StrEnum):
    """How two resources hang together (contract §1). The source acts on, or sits in, the target."""

    CONTAINS = "contains"
    ATTACHED_TO = "attached_to"
    ROUTES_TO = "routes_to"
    USES = "uses"
    MEMBER_OF = "member_of"
    GUARDED_BY = "guarded_by"
    RUNS_AS = "runs_as"


class CoverageStatus(StrEnum):
    """What became of looking at one (account, region, type). Only ``seen`` can show that a thing is gone."""

    SEEN = "seen"
    DENIED = "denied"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    SKIPPED = "skipped"


class Shape(StrEnum):
    """Whose field names a raw body uses."""

    NATIVE = "native"  # the cloud's own API reply: boto3 dict, ARM resource, Google REST resource
    TERRAFORM = "terraform"  # attributes of a Terraform resource instance


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in a cloud an item was found. Empty strings mean: the source could not tell."""

    provider: str
    account: str = ""
    region: str = ""
    partition: str = "aws"


@dataclass(frozen=True, slots=True)
class RawItem:
    """One thing as its source wrote it.

    Attributes:
        scope: the account and region it was listed in.
        native_type: the source's own name of its type (``AWS::EC2::Instance``, ``aws_instance``,
            ``microsoft.compute/virtualmachines``, ``compute.googleapis.com/Instance``).
        body: the untouched fields.
        type_key: the catalogue key when the source knows it; else it is found from ``native_type``.
        shape: whose field names ``body`` uses.
        where: the place it came from, for messages: ``prod.tfstate: aws_instance.web[0]``.
        unseen: members of the body that could not be read, so that what was known of them still counts; ``*``
            stands for any that is not there.
    """

    scope: Scope
    native_type: str
    body: Mapping[str, Any]
    type_key: str | None = None
    shape: Shape = Shape.NATIVE
    where: str = ""
    unseen: tuple[str, ...] = ()


_make_quick(RawItem)

ANY_MEMBER = "*"
"""In :attr:`RawItem.unseen`: whatever the body does not have."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource in the form of contract §2. ``id`` is the ARN, ARM id or full resource name."""

    id: str
    provider: str
    type: str
    native_type: str
    kind: str
    name: str
    account: str = ""
    region: str = ""
    zone: str | None = None
    parent: str | None = None
    state: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    cost_monthly: Decimal | None = None
    currency: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


_make_quick(Resource)


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A directed relation. ``resolved`` is false while the target is not in the inventory.

    ``stated_by`` is ids of the resources whose bodies state it, sorted; empty where that is the source alone. A
    volume names its instance: the link is then known, and lost, by looking at the volume. It tells nothing of
    what the link is, so two links are equal whoever states them.
    """

    source: str
    target: str
    kind: str
    resolved: bool = True
    stated_by: tuple[str, ...] = field(default=(), compare=False)

    @property
    def staters(self) -> tuple[str, ...]:
        """Who states it, the source named too."""
        return self.stated_by or (self.source,)


_make_quick(Link)


@dataclass(frozen=True, slots=True, order=True)
class Coverage:
    """What was looked at, and with what success (contract §2)."""

    provider: str
    account: str
    region: str
    type: str
    status: str
    count: int = 0
    permission: str | None = None
    detail: str | None = None


BLIND = frozenset({CoverageStatus.DENIED, CoverageStatus.THROTTLED, CoverageStatus.TIMEOUT, CoverageStatus.FAILED})
"""The outcomes that leave a gap: something may be there that was not seen."""


def gaps_in(coverage: Iterable[Coverage]) -> list[Coverage]:
    """The entries whose outcome leaves a gap, in their order."""
    return [entry for entry in coverage if entry.status in BLIND]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """An oddity met while reading or normalising. It never stops the work (architecture, decision 3).

    ``loss`` is true when something was left out because of it, so that the result is only a part; false for
    what people should merely know, such as a state that does not say its account.
    """

    resource: str
    what: str
    where: str = ""
    loss: bool = True


_NAME_OF_LINK = attrgetter("source", "target", "kind")
_SOURCE_OF_LINK = attrgetter("source")


def _in_order(links: Iterable[Link], present: Container[str]) -> list[Link]:
    """Links by name, each once and resolved where its target is present."""
    ordered: list[Link] = []
    # Twins stand side by side then. Of links that are in order already this takes next to nothing.
    for link in sorted(links, key=_NAME_OF_LINK):
        resolved, stated_by = link.target in present, link.stated_by
        twin = ordered[-1] if ordered else None
        if twin is not None and (
            twin.target != link.target or twin.source != link.source or twin.kind != link.kind
        ):
            twin = None
        if twin is not None and twin.stated_by != stated_by:
            both = {*twin.staters, *link.staters}
            stated_by = () if both == {link.source} else tuple(sorted(both))
        is_same = link.resolved is resolved and link.stated_by is stated_by
        made = link if is_same else Link(link.source, link.target, link.kind, resolved, stated_by)
        if twin is None:
            ordered.append(made)
        else:
            ordered[-1] = made
    return ordered


@dataclass(slots=True)
class Graph:
    """Resources by id and the links between them. The order of insertion carries no meaning."""

    resources: dict[str, Resource] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    def sorted(self) -> Graph:
        """The same graph in canonical order: resources by id, links by (source, target, kind).

        Twins become one link, stated by all who state one of them.
        """
        present = self.resources
        return Graph({key: present[key] for key in sorted(present)}, _in_order(self.links, present))

    def joined_by(self, links: Iterable[Link]) -> Graph:
        """A graph that is in canonical order, its links each once and resolved, with further links in any order.

        Its own lists are taken over: a large graph is not sorted anew for a few links.
        """
        added: dict[str, list[Link]] = {}
        for link in links:
            added.setdefault(link.source, []).append(link)
        own = self.links
        if len(added) * 8 > len(own):
            return Graph(self.resources, _in_order([*own, *chain.from_iterable(added.values())], self.resources))
        whole: list[Link] = []
        done = 0
        for source in sorted(added):
            first = bisect_left(own, source, done, key=_SOURCE_OF_LINK)
            end = bisect_right(own, source, first, key=_SOURCE_OF_LINK)
            whole += own[done:first]
            whole += _in_order(own[first:end] + added[source], self.resources)
            done = end
        whole += own[done:]
        return Graph(self.resources, whole)

    def children(self) -> dict[str, list[str]]:
        """Ids of the resources inside each parent that is itself present, both in sorted order."""
        inside: dict[str, list[str]] = {}
        for key in sorted(self.resources):
            parent = self.resources[key].parent
            if parent and parent in self.resources:
                inside.setdefault(parent, []).append(key)
        return inside

    def of_type(self, type_key: str) -> Iterator[Resource]:
        """The resources of one catalogue type."""
        return (item for item in self.resources.values() if item.type == type_key)


@dataclass(frozen=True, slots=True)
class DiscoveryInfo:
    """Which look at the world an inventory comes from. Times are RFC 3339 in UTC, ending in ``Z``."""

    id: str
    provider: str
    source: str
    started_at: str = ""
    completed_at: str = ""


@dataclass(slots=True)
class Inventory:
    """A graph with its origin, its coverage and its problems: the document of contract §2."""

    discovery: DiscoveryInfo
    graph: Graph = field(default_factory=Graph)
    coverage: list[Coverage] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def gaps(self) -> list[Coverage]:
        """The coverage entries that hide something from us: all but seen, skipped and unsupported."""
        return gaps_in(self.coverage)


def merge(graphs: Iterable[Graph]) -> Graph:
    """Union of graphs. Where an id occurs twice the later graph wins, so put the better source last."""
    merged = Graph()
    for graph in graphs:
        merged.resources.update(graph.resources)
        merged.links.extend(graph.links)
    return merged.sorted()
