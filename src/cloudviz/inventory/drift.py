"""What is written down against what there is: the resources of states beside those of live scans. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from cloudviz.inventory.diff import Changed
from cloudviz.inventory.model import Coverage, CoverageStatus, Graph, Resource

_OWN_TAGS = ("aws:", "hidden-", "goog-")
"""How the tags begin that the clouds and their tools write themselves."""

_SEEN_OTHERWISE = frozenset({"configuration"})
"""Properties in which a state uses other names than the cloud."""

Place = tuple[str, str, str, str]
"""(provider, account, region, type)."""


@dataclass(slots=True)
class Drift:
    """How far an estate is from what is written down of it; every list is sorted by id.

    Attributes:
        managed: written down, there, and alike in all that both tell.
        changed: written down and there, and different; ``before`` is what is written down.
        unmanaged: there, and written down nowhere.
        missing: written down, and not there although it was looked for.
        unseen: written down, where no live scan looked: nothing can be said of them.
    """

    managed: list[Resource] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    unmanaged: list[Resource] = field(default_factory=list)
    missing: list[Resource] = field(default_factory=list)
    unseen: list[Resource] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything drifted."""
        return bool(self.changed or self.unmanaged or self.missing)


def drift(written: Graph, live: Graph, coverage: Iterable[Coverage]) -> Drift:
    """Compare what is written down with what live scans saw.

    Arguments:
        written: the resources of states, of all files together. What a plan would make is left out.
        live: what live scans saw.
        coverage: where they looked. What is not there is missing only where everything was seen.

    Of what is there only the accounts count that anything is written down of: a state of one account says nothing
    of the others. What a state does not say of a resource is no difference.
    """
    seen = seen_places(coverage)
    found = Drift()
    accounts: set[tuple[str, str]] = set()
    for key in sorted(written.resources):
        state = written.resources[key]
        if key.partition("planned:")[1]:
            continue
        accounts.add((state.provider, state.account))
        now = live.resources.get(key)
        if now is None:
            (found.missing if place_of(state) in seen else found.unseen).append(state)
        elif names := drifted_fields(state, now):
            found.changed.append(Changed(state, now, names))
        else:
            found.managed.append(now)
    known = {account for account in accounts if account[1]}
    for key in sorted(live.resources.keys() - written.resources.keys()):
        now = live.resources[key]
        if not known or (now.provider, now.account) in known or not now.account:
            found.unmanaged.append(now)
    return found


def drifted_fields(state: Resource, now: Resource) -> tuple[str, ...]:
    """The sorted dotted paths at which a resource differs from what a state says of it: ``tags.env``."""
    names = [name for name in ("region", "zone") if _differ(getattr(state, name), getattr(now, name))]
    if state.tags:
        names += [
            f"tags.{key}"
            for key in state.tags.keys() | now.tags.keys()
            if not key.startswith(_OWN_TAGS) and state.tags.get(key) != now.tags.get(key)
        ]
    both: Set[str] = state.properties.keys() & now.properties.keys()
    names += [
        f"properties.{key}"
        for key in both - _SEEN_OTHERWISE
        if _differ(state.properties[key], now.properties[key])
    ]
    return tuple(sorted(names))


def _differ(written: object, now: object) -> bool:
    """Whether two values differ that both are there. A state writes some numbers as texts."""
    if written in (None, "", [], {}) or now in (None, "", [], {}):
        return False
    if isinstance(written, list) and isinstance(now, list):
        return sorted(map(str, written)) != sorted(map(str, now))
    return str(written) != str(now)


def seen_places(coverage: Iterable[Coverage]) -> set[Place]:
    """The places of which everything was seen."""
    return {
        _place(each.provider, each.account, each.region, each.type)
        for each in coverage
        if each.status == CoverageStatus.SEEN
    }


def place_of(resource: Resource) -> Place:
    """Where a resource is looked for."""
    return _place(resource.provider, resource.account, resource.region, resource.type)


def _place(provider: str, account: str, region: str, type_key: str) -> Place:
    return (provider, account, "" if region == "global" else region, type_key)
