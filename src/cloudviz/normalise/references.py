"""From "this field names that thing" to links between ids."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from sys import intern
from typing import Any, Protocol

from cloudviz.catalogue.declare import AssetName, LinkRule, ResourceType, TerraformJoin
from cloudviz.catalogue.kinds import CONTAINER_KINDS, Kind
from cloudviz.catalogue.registry import Catalogue, matches
from cloudviz.inventory.model import Graph, Link, LinkKind, RawItem, Resource, Scope
from cloudviz.inventory.packed import PackedProperties
from cloudviz.normalise.identity import bare_key, reference_to
from cloudviz.normalise.terraform import attribute_values

_RESOURCE_GROUP = re.compile(r"^/subscriptions/[^/]+/resourcegroups/[^/]+$")
_MAX_NESTING = 16
_MOST_ANSWERS = 1 << 14
_NONE: Mapping[str, str | list[str]] = {}
_NOBODY: list[str] = []


_PROJECT_PART = re.compile(r"(?<=projects/)[^/]+")
_EC2_ID = re.compile(r"[a-z]+-(?:[0-9a-f]{8}|[0-9a-f]{17})")
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"""


def is_told_by_id(type_key: str) -> bool:
    """Whether things of a type are named by ids that no two of a region have, in whichever account."""
    return type_key.startswith("aws.ec2.")


@dataclass(slots=True)
class Pending:
    """The references one resource makes, to be resolved when all resources are known."""

    source: str
    scope: Scope
    found: list[tuple[LinkRule, Sequence[Any]]] = field(default_factory=list)


class References:
    """Finds what a reference means: an id that is present, else the id it would have."""

    def __init__(
        self,
        catalogue: Catalogue,
        resources: Mapping[str, Resource],
        projects: Mapping[str, str],
        wanted: Container[str],
    ) -> None:
        self._catalogue = catalogue
        self._resources = resources
        self._project_ids = dict(projects)
        self._project_numbers = {project: number for number, project in projects.items()}
        self._by_bare: dict[str, dict[str, str | list[str]]] = {}
        self._aliases: dict[str, Sequence[Any]] = {}
        self._answers: dict[tuple[Any, ...], str | None] = {}
        self._scopes: dict[int, Scope] = {}
        for identifier, resource in resources.items():
            declared = catalogue.get(resource.type) if resource.type in wanted else None
            if declared is None:
                continue
            of_type = self._by_bare.setdefault(resource.type, {})
            bare, name = bare_key(declared, identifier), resource.name
            names = {bare, name} if bare != name else (name,)
            if declared.aliases:
                names = {*names, *map(str, self._note_aliases(declared, resource))}
            for each in names:
                if not each:
                    continue
                others = of_type.get(each)
                if others is None:
                    of_type[each] = identifier  # as almost always: a list of one takes four times as much
                elif isinstance(others, str):
                    of_type[each] = [others, identifier]
                else:
                    others.append(identifier)

    def _named(self, type_key: str, name: str) -> list[str]:
        """The ids of the resources of a type that have a name."""
        found = self._by_bare.get(type_key, _NONE).get(name, _NOBODY)
        return [found] if isinstance(found, str) else found

    def _note_aliases(self, declared: ResourceType, resource: Resource) -> Sequence[Any]:
        properties = resource.properties
        if isinstance(properties, PackedProperties):
            properties = properties.unpacked()  # once for all of its aliases
        held = [properties.get(alias) for alias in declared.aliases]
        every = (name for each in held for name in (each if isinstance(each, list) else [each]) if name)
        names = tuple(intern(name) if type(name) is str else name for name in every)
        self._aliases[resource.id] = names
        return names

    def resolve(self, targets: Sequence[str], value: str, scope: Scope) -> str | None:
        """The id that ``value`` names among the target types, or None when it can't name any of them."""
        # The same few networks, groups and roles are named by thousands.
        key = (id(scope), *targets, value)
        if key in self._answers:
            return self._answers[key]
        if len(self._answers) > _MOST_ANSWERS:
            self._answers.clear()
            self._scopes.clear()
        self._scopes[id(scope)] = scope  # an id is that of one thing as long as the thing lives
        found = self._resolve(targets, value, scope)
        if found is not None and (present := self._resources.get(found)) is not None:
            found = present.id  # one text for all who mean it
        self._answers[key] = found
        return found

    def _resolve(self, targets: Sequence[str], value: str, scope: Scope) -> str | None:
        present = self._resources.get(value)
        if present is not None and (present.type in targets or not value.startswith("/subscriptions/")):
            # A name such as "default" may equal an id only by accident; full ids never do. But the id of a child,
            # lower-case as Resource Graph may write it, is also a reference to its owner.
            return value
        guess: str | None = None
        for key in targets:
            declared = self._catalogue.get(key)
            if declared is None:
                if value.startswith(("arn:", "//")):
                    guess = guess or value
                continue
            found = reference_to(declared, value, scope)
            if self._project_ids:
                found = self._by_its_project(declared, found)
            if found is not None and found in self._resources:
                return found
            candidates = self._named(key, value)
            if candidates:
                named = self._nearest(candidates, scope) or self._shared(key, candidates, value, scope)
                if named is not None:
                    return named
            guess = guess or found
        return guess

    def every(self, targets: Iterable[str], value: str, scope: Scope, near: set[str]) -> list[str]:
        """All resources of the target types that have ``value`` among their aliases and stand in one of ``near``.

        Those that stand in nothing are meant by what is of the same account.
        """
        found: list[str] = []
        for key in targets:
            declared = self._catalogue.get(key)
            for identifier in self._named(key, value) if declared is not None else ():
                if value not in self._aliases.get(identifier, ()):
                    continue  # it only has that name
                resource = self._resources[identifier]
                if resource.parent in near if resource.parent else resource.account == scope.account:
                    found.append(identifier)
        return found

    def _by_its_project(self, declared: ResourceType, value: str | None) -> str | None:
        """A Google name with the project's number or id, whichever names of that type have."""
        if value is None or not isinstance(declared.id, AssetName):
            return value
        part = _PROJECT_PART.search(value)
        known = self._project_numbers if declared.id.by_number else self._project_ids
        if part is None or part.group() not in known:
            return value
        return value[: part.start()] + known[part.group()] + value[part.end() :]

    def _shared(self, type_key: str, candidates: Iterable[str], value: str, scope: Scope) -> str | None:
        """The one candidate of another account, where the value is an id that no two things of a region have.

        A machine in a shared subnet names the subnet by its id; the subnet's ARN names the owner's account.
        """
        if not is_told_by_id(type_key) or not _EC2_ID.fullmatch(value):
            return None
        near = [key for key in candidates if self._resources[key].region == scope.region]
        return near[0] if len(near) == 1 else None

    def _nearest(self, candidates: Iterable[str], scope: Scope) -> str | None:
        """The one candidate in the same account and region, or the only one of the account, or the only one."""
        listed = list(candidates)
        # A management group is above all subscriptions, and in none.
        same_account = [key for key in listed if self._resources[key].account in (scope.account, "")]
        same_region = [key for key in same_account if self._resources[key].region == scope.region]
        for narrowed in (same_region, same_account, listed if not scope.account else []):
            if len(narrowed) == 1:
                return narrowed[0]
        return None


class Pile(Protocol):
    """Takes links, and gives them back in their order."""

    def extend(self, links: Iterable[Link], /) -> None:
        """Take links that one resource states."""

    def __iter__(self) -> Iterator[Link]: ...


def connect(
    catalogue: Catalogue,
    resources: dict[str, Resource],
    pending: Iterable[Pending],
    joined: Iterable[tuple[TerraformJoin, RawItem]],
    projects: Mapping[str, str] | None = None,
    beside: Iterable[Resource] = (),
    rules: Iterable[LinkRule] | None = None,
    pile: Pile | None = None,
) -> Graph:
    """Resolve every pending reference: set parents, make links, and give canonical order.

    Arguments:
        resources, pending: in the order of ids, of each resource what it refers to.
        rules: those of all pending references, where somebody knows them; they are looked for when None.
        pile: takes the links that resources state themselves, in the order of the pending references; the graph
            has the few others then, and no order. None: the graph has them all.
        projects: the id of each Google project by its number, as far as known.
        beside: resources that are known and were not looked at now. A reference may mean them; they are not
            in the graph.
    """
    joined = list(joined)
    # Only what something refers to is looked up by its names; most of an estate is not.
    if rules is None:
        pending = deque(pending)
        rules = {id(rule): rule for each in pending for rule, _ in each.found}.values()
    wanted = {target for rule in rules for target in rule.targets}
    wanted.update(key for join, _ in joined for end in (join.source, join.target) for key in end[0].split("|"))
    known = {each.id: each for each in beside}
    known = {**known, **resources} if known else resources
    references = References(catalogue, known, projects or {}, wanted)
    links: list[Link] = []  # in their order, each once
    others = [link for join, item in joined for link in _join(references, join, item)]
    resolve = references.resolve
    stated: Pile = links if pile is None else pile
    reverse: Pile = others if pile is None else pile
    asking: list[Pending] = []
    for each in _drained(pending):  # let go of as the links come, which take as much
        source, scope = each.source, each.scope
        parent: str | None = None
        ends: list[tuple[str, str]] = []
        later: list[tuple[LinkRule, Sequence[Any]]] = []
        for rule, values in each.found:
            if rule.every:
                later.append((rule, values))
                continue
            for value in values:
                there = known.get(value)
                if there is not None and there.type in rule.targets:
                    target: str | None = there.id
                else:
                    target = resolve(rule.targets, value if type(value) is str else str(value), scope)
                if target is None or target == source:
                    continue
                if rule.is_parent and parent is None:
                    parent = target
                if rule.reverse:
                    reverse.extend((Link(target, source, rule.kind._value_, source in resources, (source,)),))
                else:
                    ends.append((target, rule.kind._value_))
        if later:
            asking.append(Pending(source, scope, later))
        if len(ends) > 1:
            ends = sorted(set(ends))
        if ends:
            stated.extend([Link(source, target, kind, target in resources) for target, kind in ends])
        if parent is not None:
            known[source] = resources[source] = _standing_in(resources[source], parent)
    others += _meant_by_alias(references, asking, stated, others)
    others += _adopted(resources, known, stated, others)
    _inherit_regions(resources, known)
    return Graph(resources, links).joined_by(others) if pile is None else Graph(resources, others)


def _drained(pending: Iterable[Pending]) -> Iterator[Pending]:
    if not isinstance(pending, deque):
        yield from pending
        return
    while pending:
        yield pending.popleft()


def _meant_by_alias(references: References, asking: list[Pending], *links: Iterable[Link]) -> list[Link]:
    """The links of rules that say ``every``, when it is known what stands where."""
    near: dict[str, set[str]] = {each.source: set() for each in asking}
    for link in chain(*links) if asking else ():
        if link.source in near:
            near[link.source].add(link.target)
    added: dict[Link, None] = {}
    for each in asking:
        for rule, values in each.found:
            for value in values if rule.every else ():
                for target in references.every(rule.targets, str(value), each.scope, near[each.source]):
                    source, end = (target, each.source) if rule.reverse else (each.source, target)
                    by_this = (each.source,) if rule.reverse else ()
                    added[Link(source, end, str(rule.kind), stated_by=by_this)] = None
    return list(added)


def _join(references: References, join: TerraformJoin, item: RawItem) -> list[Link]:
    """Links stated by a Terraform resource that is no thing of its own."""
    if join.only is not None and not matches(join.only, item.body):
        return []
    ends: list[list[str]] = []
    for key, where in (join.source, join.target):
        values = attribute_values(where, item.body) if isinstance(where, str) else where.all(item.body, {})
        found = (references.resolve(key.split("|"), str(value), item.scope) for value in values)
        ends.append([each for each in found if each is not None])
    return [Link(source, target, str(join.kind)) for source in ends[0] for target in ends[1] if source != target]


def _standing_in(item: Resource, parent: str | None, region: str | None = None) -> Resource:
    """The same resource in a container; ``dataclasses.replace`` takes four times as long."""
    return Resource(
        item.id,
        item.provider,
        item.type,
        item.native_type,
        item.kind,
        item.name,
        item.account,
        item.region if region is None else region,
        item.zone,
        parent,
        item.state,
        item.tags,
        item.cost_monthly,
        item.currency,
        item.properties,
    )


def _is_loose(known: Mapping[str, Resource], parent: str) -> bool:
    """Whether a container says little: a resource group holds things, a subnet or network places them."""
    holder = known.get(parent)
    return holder.kind == Kind.RESOURCE_GROUP if holder is not None else bool(_RESOURCE_GROUP.match(parent))


def _inherit_regions(resources: dict[str, Resource], known: Mapping[str, Resource]) -> None:
    """A subnet of Azure, or a database in a state, names no region: it is in that of what holds it."""
    for resource in [each for each in resources.values() if not each.region]:
        holder = resource
        for _ in range(_MAX_NESTING):
            if holder.region or not holder.parent or holder.parent not in known:
                break
            holder = known[holder.parent]
        if holder.region:
            resources[resource.id] = _standing_in(resource, resource.parent, holder.region)


def _adopted(resources: dict[str, Resource], known: Mapping[str, Resource], *links: Iterable[Link]) -> list[Link]:
    """Containers that a resource does not name itself but that its neighbours prove.

    An Azure or Terraform virtual machine sits where its network interface sits. A resource guarded by security
    groups sits in their network: a security group serves one VPC only. Both links are stated, not drawn twice.
    """
    near: dict[str, set[str]] = {}
    attached, guarded = LinkKind.ATTACHED_TO.value, LinkKind.GUARDED_BY.value
    for link in chain(*links):
        kind = link.kind
        if kind != attached and kind != guarded:
            continue
        source, target = resources.get(link.source), known.get(link.target)
        if source is None or target is None or not target.parent or _is_loose(known, target.parent):
            continue
        if source.parent and not _is_loose(known, source.parent):
            continue
        if source.kind in CONTAINER_KINDS or source.type.endswith(".other"):
            continue
        proves = (
            kind == attached and target.kind == Kind.NETWORK_INTERFACE and source.kind == Kind.VIRTUAL_MACHINE
        ) or (kind == guarded and target.kind == Kind.FIREWALL)
        if proves:
            near.setdefault(link.source, set()).add(target.parent)
    added: list[Link] = []
    for identifier, parents in sorted(near.items()):
        if len(parents) == 1:
            (parent,) = parents
            resources[identifier] = _standing_in(resources[identifier], parent)
            added.append(Link(identifier, parent, LinkKind.MEMBER_OF.value))
    return added
