"""Small estates for the store's tests, and a plain model of what recording them must come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cloudviz.inventory.model import Coverage, Graph, Link, Problem, Resource
from cloudviz.store import RecordedChanges, Store

DAY_ONE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIVE = "aws:profile/prod"


def day(number: float) -> datetime:
    """Noon of the so-many-th day; halves are midnights."""
    return DAY_ONE + timedelta(days=number - 1)


def instant(number: float) -> str:
    """The same as RFC 3339."""
    return day(number).isoformat().replace("+00:00", "Z")


def machine(name: str, **changes: Any) -> Resource:
    """A machine in account 1, eu-west-1, unless said otherwise."""
    values: dict[str, Any] = {
        "id": f"arn:aws:ec2:eu-west-1:1:instance/{name}",
        "provider": "aws",
        "type": "aws.ec2.instance",
        "native_type": "AWS::EC2::Instance",
        "kind": "virtual_machine",
        "name": name,
        "account": "1",
        "region": "eu-west-1",
        "state": "running",
    }
    return Resource(**(values | changes))


def graph(*items: Resource, links: Iterable[Link] = ()) -> Graph:
    return Graph({item.id: item for item in items}, list(links))


def seen(region: str = "eu-west-1", kind: str = "aws.ec2.instance", status: str = "seen", **more: Any) -> Coverage:
    return Coverage("aws", more.pop("account", "1"), region, kind, status, **more)


async def record(
    store: Store,
    content: Graph,
    coverage: Iterable[Coverage],
    when: float,
    *,
    source: str = LIVE,
    problems: Iterable[Problem] = (),
) -> tuple[str, RecordedChanges]:
    """Record one look; gives the discovery's id and what changed."""
    discovery = await store.discoveries.create("aws", source, {})
    changes = await store.inventories.record(discovery, content, list(coverage), list(problems), day(when))
    return discovery, changes


Scope = tuple[str, str, str, str]


@dataclass
class Snapshot:
    """One look: its source, what it saw, and the status of each scope it looked into."""

    source: str
    content: Graph
    statuses: dict[Scope, str]

    @property
    def coverage(self) -> list[Coverage]:
        return [Coverage(*scope, status) for scope, status in sorted(self.statuses.items())]

    @property
    def origin(self) -> str:
        return "" if self.source.startswith("aws:") else self.source


@dataclass
class Model:
    """What is known, in dictionaries: the words of the architecture page, decision 4, written down once more."""

    resources: dict[str, Resource] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    stated: dict[str, set[tuple[str, str, str]]] = field(default_factory=dict)

    def record(self, look: Snapshot) -> None:
        present = look.content.resources
        for key in list(self.resources):
            item = self.resources[key]
            status = look.statuses.get((item.provider, item.account, item.region, item.type))
            if look.origin:
                gone = self.origins[key] == look.origin and status in (None, "seen")
            else:
                gone = status == "seen"
            if gone and key not in present:
                del self.resources[key], self.origins[key]
                self.stated.pop(key, None)
        # What a live scan saw counts more than what a file says.
        taken = {key for key in present if not look.origin or self.origins.get(key, look.origin)}
        for key in taken:
            self.resources[key], self.origins[key] = present[key], look.origin
            self.stated[key] = set()
        for link in look.content.links:
            staters = [each for each in link.staters if each in present]
            staters = staters or [end for end in (link.source, link.target) if end in present][:1]
            for stater in (each for each in staters if each in taken):
                self.stated[stater].add((link.source, link.target, link.kind))

    def graph(self) -> Graph:
        links = [
            Link(*name, stated_by=(stater,))
            for stater, names in self.stated.items()
            for name in names
            if name[0] in self.resources
        ]
        return Graph(dict(self.resources), links).sorted()
