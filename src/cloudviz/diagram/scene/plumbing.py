"""Folding plumbing away: what serves another resource is counted in the footer and not drawn.

A link through a folded thing is contracted where that tells something: load balancer → target group → instance
becomes load balancer → instance; an interface tells which subnet its machine stands in; a scaling group gives its
name to its instances; rules between security groups become links between what they guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cloudviz.catalogue.kinds import CONTAINER_KINDS, PLUMBING_KINDS, Kind
from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import LinkKind, Resource

_HEADINGS = frozenset({Kind.ACCOUNT, Kind.REGION, Kind.ZONE, Kind.RESOURCE_GROUP})
_THROUGH = frozenset({Kind.TARGET_GROUP, Kind.NETWORK_INTERFACE, Kind.SCALING_GROUP})
_STANDALONE = frozenset({Kind.DISK, Kind.PUBLIC_ADDRESS})
"""Plumbing that is drawn when it serves nothing: it costs money and somebody should see it."""


_NOT_SERVED = CONTAINER_KINDS | {Kind.KEY, Kind.IDENTITY, Kind.SECRET, Kind.ALARM}


class Tie(NamedTuple):
    """One link as the scene sees it, perhaps contracted; ``label`` is a port or nothing."""

    source: str
    target: str
    kind: str
    label: str = ""


@dataclass(slots=True)
class Folded:
    """What folding left.

    Attributes:
        hidden: id of each folded resource → the word under which the footer counts it.
        headings: resources that only name a box: accounts, regions, resource groups.
        ties: links between what is left, contracted ones included, sorted, without twins.
        hosts: resource → the container that its plumbing or its membership puts it in.
        served: folded resource → the resource it serves, for costs.
        groups: resource → the scaling group it belongs to; group_names: what those are called.
        guards: security group → what it guards; rules: allowed (from group, to group).
        public: subnets that a route table sends to an internet gateway.
    """

    hidden: dict[str, str] = field(default_factory=dict)
    headings: set[str] = field(default_factory=set)
    ties: list[Tie] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    served: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    group_names: dict[str, str] = field(default_factory=dict)
    guards: dict[str, list[str]] = field(default_factory=dict)
    rules: list[tuple[str, str]] = field(default_factory=list)
    public: set[str] = field(default_factory=set)


def word_of(resource: Resource) -> str:
    """The word under which the footer counts a folded resource: the last part of its type key."""
    return resource.type.rsplit(".", 1)[-1] or str(resource.kind)


def fold(resources: Mapping[str, Resource], links: list[tuple[str, str, str]], keep: str = "") -> Folded:
    """Decide what is plumbing, and pass links through it.

    Arguments:
        resources: by id, in sorted order.
        links: resolved links as (source, target, kind), sorted, without twins.
        keep: a resource that is drawn whatever it is (the focus of the picture).
    """
    folded = Folded()
    kinds = {key: item.kind for key, item in resources.items()}
    touching: dict[str, list[tuple[str, str, bool]]] = {}
    for source, target, kind in links:
        touching.setdefault(source, []).append((target, kind, True))
        touching.setdefault(target, []).append((source, kind, False))
    _choose_hidden(folded, resources, kinds, touching, keep)
    _learn_places(folded, resources, kinds, links, touching)
    ties = {
        (source, target, kind): ""
        for source, target, kind in links
        if source not in folded.hidden
        and target not in folded.hidden
        and not (kind == LinkKind.MEMBER_OF and kinds[target] in CONTAINER_KINDS)
        and not (kind == LinkKind.CONTAINS and kinds[source] in CONTAINER_KINDS)
    }
    for key in folded.hidden:
        if kinds[key] in _THROUGH:
            for source, target, label in _through(key, resources, kinds, touching, folded):
                ties.setdefault((source, target, str(LinkKind.ROUTES_TO)), label)
    folded.ties = [Tie(*key, label) for key, label in sorted(ties.items())]
    return folded


def _choose_hidden(
    folded: Folded,
    resources: Mapping[str, Resource],
    kinds: Mapping[str, str],
    touching: Mapping[str, list[tuple[str, str, bool]]],
    keep: str,
) -> None:
    types = catalogue()
    for key, item in resources.items():
        if key == keep:
            continue
        if item.kind in _HEADINGS:
            folded.headings.add(key)
        elif item.kind in PLUMBING_KINDS:
            serves = any(kinds[other] not in _NOT_SERVED for other, _, _ in touching.get(key, ()))
            if serves or item.kind not in _STANDALONE:
                folded.hidden[key] = word_of(item)
        elif item.kind == Kind.SCALING_GROUP:
            if any(kind == LinkKind.CONTAINS and outward for _, kind, outward in touching.get(key, ())):
                folded.hidden[key] = word_of(item)
        elif item.kind == Kind.OTHER:
            declared = types.get(item.type)
            if declared is not None and declared.supporting:
                folded.hidden[key] = word_of(item)
    if len(folded.hidden) + len(folded.headings) == len(resources):
        folded.hidden.clear()  # a picture of plumbing alone shows the plumbing


def _learn_places(
    folded: Folded,
    resources: Mapping[str, Resource],
    kinds: Mapping[str, str],
    links: list[tuple[str, str, str]],
    touching: Mapping[str, list[tuple[str, str, bool]]],
) -> None:
    subnets: dict[str, list[str]] = {}
    tables: dict[str, list[str]] = {}
    open_tables: set[str] = set()
    for source, target, kind in links:
        if kind == LinkKind.MEMBER_OF and kinds[target] == Kind.SUBNET:
            subnets.setdefault(source, []).append(target)
        elif kind == LinkKind.GUARDED_BY and kinds[target] == Kind.FIREWALL:
            folded.guards.setdefault(target, []).append(source)
        elif kind == LinkKind.ROUTES_TO and kinds[source] == kinds[target] == Kind.FIREWALL and source != target:
            folded.rules.append((source, target))
        elif kinds[source] == Kind.ROUTE_TABLE and kinds[target] == Kind.SUBNET:
            tables.setdefault(source, []).append(target)
        elif kinds[source] == Kind.SUBNET and kinds[target] == Kind.ROUTE_TABLE:
            tables.setdefault(target, []).append(source)
        elif kinds[source] == Kind.ROUTE_TABLE and resources[target].type.endswith("internet_gateway"):
            open_tables.add(source)
        elif kind == LinkKind.CONTAINS and source in folded.hidden and kinds[source] == Kind.SCALING_GROUP:
            folded.groups.setdefault(target, source)
            folded.group_names[source] = resources[source].name
    for table in open_tables:
        folded.public.update(tables.get(table, ()))
    for key, choices in subnets.items():
        _host(folded, resources, kinds, key, choices)
    for key in folded.hidden:
        near = [other for other, _, _ in touching.get(key, ()) if other not in folded.hidden]
        served = [other for other in near if kinds[other] not in CONTAINER_KINDS]
        if served:
            folded.served[key] = served[0]
        if kinds[key] == Kind.NETWORK_INTERFACE:
            parent = resources[key].parent or ""
            places = [*subnets.get(key, ()), parent]
            place = next((place for place in places if kinds.get(place) == Kind.SUBNET), "")
            for other in served:
                own = kinds.get(resources[other].parent or "", "")
                if place and kinds[other] == Kind.VIRTUAL_MACHINE and own not in (Kind.SUBNET, Kind.NETWORK):
                    folded.hosts.setdefault(other, place)


def _host(
    folded: Folded, resources: Mapping[str, Resource], kinds: Mapping[str, str], key: str, choices: list[str]
) -> None:
    """Put a resource that is a member of subnets into the one of its zone, or into their common network."""
    item = resources[key]
    if kinds.get(item.parent or "") == Kind.SUBNET:
        return
    if len(choices) == 1:
        folded.hosts[key] = choices[0]
        return
    own_zone = [choice for choice in choices if item.zone and resources[choice].zone == item.zone]
    networks = {resources[choice].parent for choice in choices}
    if own_zone:
        folded.hosts[key] = own_zone[0]
    elif len(networks) == 1 and kinds.get(item.parent or "") != Kind.NETWORK:
        network = networks.pop()
        if network and kinds.get(network) == Kind.NETWORK:
            folded.hosts[key] = network


def _through(
    key: str,
    resources: Mapping[str, Resource],
    kinds: Mapping[str, str],
    touching: Mapping[str, list[tuple[str, str, bool]]],
    folded: Folded,
) -> list[tuple[str, str, str]]:
    """The links that pass through one folded target group, interface or scaling group."""
    fronts: set[str] = set()
    backs: set[str] = set()
    for other, kind, outward in touching.get(key, ()):
        is_front = kinds[other] == Kind.LOAD_BALANCER or (kind == LinkKind.ROUTES_TO and not outward)
        if kinds[other] in (Kind.TARGET_GROUP, Kind.SCALING_GROUP) and other in folded.hidden:
            continue
        if other in folded.hidden or kinds[other] in CONTAINER_KINDS:
            continue
        (fronts if is_front else backs).add(other)
    for other, kind, _ in touching.get(key, ()):
        # target group ↔ scaling group, both folded: the group's instances are what the balancer reaches
        if kinds[key] == Kind.TARGET_GROUP and kinds[other] == Kind.SCALING_GROUP and other in folded.hidden:
            backs.update(
                member
                for member, contains, out in touching.get(other, ())
                if out and contains == LinkKind.CONTAINS and member not in folded.hidden
            )
        elif kinds[key] == Kind.SCALING_GROUP and kind == LinkKind.ROUTES_TO and other in folded.hidden:
            fronts.discard(other)
    label = _port(resources[key])
    return [(front, back, label) for front in sorted(fronts) for back in sorted(backs) if front != back]


def _port(resource: Resource) -> str:
    """What to write on a line through a target group: its port."""
    port = resource.properties.get("port")
    return str(port) if resource.kind == Kind.TARGET_GROUP and isinstance(port, (int, str)) and port else ""
