"""What is really there, written down while it is made."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Truth:
    """What is really there.

    Attributes:
        resources: (id, type) of everything, in all regions.
        links: (source, target, kind).
        parents: id → id of what it sits in; ids without a parent are left out.
        regions: id → region, ``global`` for IAM.
        names: id → display name, where one was given.
        tags: id → tags, where some were given.
    """

    resources: set[tuple[str, str]] = field(default_factory=set)
    links: set[tuple[str, str, str]] = field(default_factory=set)
    parents: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(
        self,
        identifier: str,
        kind: str,
        region: str,
        *,
        parent: str = "",
        name: str = "",
        tags: dict[str, str] | None = None,
    ) -> str:
        self.resources.add((identifier, kind))
        self.regions[identifier] = region
        if parent:
            self.parents[identifier] = parent
            self.link(identifier, parent, "member_of")
        if name:
            self.names[identifier] = name
        if tags:
            self.tags[identifier] = tags
        return identifier

    def link(self, source: str, target: str, kind: str) -> None:
        self.links.add((source, target, kind))

    def of_type(self, kind: str) -> list[str]:
        return sorted(identifier for identifier, each in self.resources if each == kind)
