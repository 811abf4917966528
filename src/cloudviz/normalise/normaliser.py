"""Items are taken in as they come, made resources one by one, and linked when all are there."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cloudviz.catalogue.declare import TerraformJoin
from cloudviz.catalogue.gcp.names import NUMBER
from cloudviz.catalogue.registry import Catalogue, catalogue
from cloudviz.inventory.model import ANY_MEMBER, Graph, Problem, RawItem, Resource, Shape
from cloudviz.normalise.items import resource_of
from cloudviz.normalise.redaction import redact
from cloudviz.normalise.references import Pending, Pile, connect, is_told_by_id
from cloudviz.normalise.shelf import Shelf

Rank = tuple[str, ...]
"""Where items stand among others: of two with one id that of the higher rank is kept, whichever came first."""


Place = tuple[str, str, str, str]
"""(provider, account, region, type)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The types that references may mean.

    Attributes:
        types: all of them.
        by_alias: those of which a reference may name something that is only in their properties.
        anywhere: those of which a reference may mean one of another account.
    """

    types: frozenset[str]
    by_alias: frozenset[str]
    anywhere: frozenset[str]


@dataclass(slots=True)
class Batch:
    """Some items made resources, with the references they make still open. It holds no raw body and no secret.

    Attributes:
        resources: each with its references.
        problems: what was met.
        projects: the id of each Google project by its number, as far as the items tell.
        joins: Terraform resources that state a link and are no thing of their own.
        partial: items of which not all could be read, by the index of their resource. They are let go when what
            was known of them has been filled in, and never written down.
    """

    resources: list[tuple[Resource, Pending]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    projects: dict[str, str] = field(default_factory=dict)
    joins: list[tuple[TerraformJoin, RawItem]] = field(default_factory=list)
    partial: dict[int, RawItem] = field(default_factory=dict)

    @property
    def partial_ids(self) -> list[str]:
        """The ids of the resources of which not all could be read."""
        return [self.resources[index][0].id for index in self.partial]

    def unknown_places(self, known: Container[str]) -> set[Place]:
        """Where partial items are that have none of the known ids: of what was not seen an id may be made."""
        found = (self.resources[index][0] for index, item in self.partial.items() if ANY_MEMBER in item.unseen)
        return {_place_of(each) for each in found if each.id not in known}


class Normaliser:
    """Makes a graph of items that come in any number of parts, without keeping what they were made of.

    The result does not depend on the order of the parts, as long as each has its rank.

    Arguments:
        known: the catalogue to read with; the release's own when None.
        packed: keep properties as JSON bytes: a fifth of the memory, for scans of any size. Pictures and
            documents read them often, and want them as they are.
        shelf: where what linking does not read is put meanwhile; memory when None.
    """

    def __init__(self, known: Catalogue | None = None, *, packed: bool = True, shelf: Shelf | None = None) -> None:
        self._types = known or catalogue()
        self._packed = packed
        self._shelf = shelf
        self._resources: dict[str, Resource] = {}
        self._pending: dict[str, Pending] = {}
        self._places: dict[str, int] = {}  # of references that are put aside
        self._ranks: dict[str, Rank] = {}
        self._problems: set[Problem] = set()
        self._projects: dict[str, str] = {}
        self._joins: list[tuple[TerraformJoin, RawItem]] = []

    def add(self, items: Iterable[RawItem], rank: Rank = ()) -> None:
        """Take items in. Never raises; of two with one id and one rank the later is kept."""
        self.take(self.read(items), rank)

    def read(self, items: Iterable[RawItem]) -> Batch:
        """Make resources of items, without taking them in yet: safe on any thread. Never raises."""
        batch = Batch()
        for item in items:
            if item.shape is Shape.TERRAFORM and item.native_type in self._types.joins:
                batch.joins.extend((join, item) for join in self._types.joins[item.native_type])
                continue
            try:
                resource, references = resource_of(self._types, item, batch.problems, packed=self._packed)
            except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
                # The body has a shape no declaration foresaw. Keep going, and say so.
                what = f"could not be read: {type(error).__name__}: {redact(str(error))}"
                batch.problems.append(Problem(item.native_type, what, item.where))
                continue
            if resource is not None:
                if item.unseen:
                    batch.partial[len(batch.resources)] = item
                batch.resources.append((resource, references))
                if NUMBER in item.body and item.scope.account:
                    batch.projects[str(item.body[NUMBER])] = item.scope.account
        return batch

    def fill(self, batch: Batch, known: Mapping[str, Resource], others: Iterable[Resource] = ()) -> None:
        """Read the partial items of a batch anew, with what was known of them in place of what was not seen.

        An item that could be any of several, because what tells them apart was not seen, is left out.

        Arguments:
            known: resources as they were before, by id; their properties hold the body.
            others: resources of the places in :meth:`Batch.unknown_places`.
        """
        left_out: set[int] = set()
        alike: dict[Place, list[Resource]] = {}
        for each in others:
            alike.setdefault(_place_of(each), []).append(each)
        for index, item in batch.partial.items():
            resource = batch.resources[index][0]
            found = [known[resource.id]] if resource.id in known else []
            if not found and ANY_MEMBER in item.unseen:
                found = [each for each in alike.get(_place_of(resource), ()) if _may_be(each, item)]
            if len(found) > 1:
                left_out.add(index)
            elif found:
                again = self.read([_filled(item, found[0])])
                batch.problems.extend(again.problems)
                batch.resources[index : index + 1] = again.resources or [batch.resources[index]]
        if left_out:
            batch.resources = [each for index, each in enumerate(batch.resources) if index not in left_out]
        batch.partial.clear()

    def take(self, batch: Batch, rank: Rank = ()) -> None:
        """Take a batch in that was read before, by this process or by one that died."""
        for resource, references in batch.resources:
            key = resource.id
            before = self._ranks.get(key)
            if before is None or before <= rank:
                self._ranks[key] = rank
                if self._shelf is not None:
                    self._resources[key] = self._shelf.laid(resource)
                    self._places[key] = self._shelf.put(references)
                    continue
                self._resources[key] = resource
                self._pending[key] = references
        self._problems.update(batch.problems)
        self._projects.update(batch.projects)
        self._joins.extend(batch.joins)

    def forget(self, is_gone: Callable[[Rank], bool]) -> None:
        """Let go of what came with some ranks: it was read again, and counts as it is now."""
        for key in [key for key, rank in self._ranks.items() if is_gone(rank)]:
            del self._ranks[key], self._resources[key], self._pending[key]

    def __len__(self) -> int:
        return len(self._resources)

    def wanted(self) -> Wanted:
        """The types that the references of what was taken in may mean."""
        rules = {id(rule): rule for each in self._pending.values() for rule, _ in each.found}
        targets = {target for rule in rules.values() for target in rule.targets}
        known = {key: declared for key in targets if (declared := self._types.get(key)) is not None}
        return Wanted(
            frozenset(known),
            frozenset(key for key, declared in known.items() if declared.aliases),
            frozenset(key for key in known if is_told_by_id(key)),
        )

    def finish(self, beside: Iterable[Resource] = (), pile: Pile | None = None) -> tuple[Graph, list[Problem]]:
        """The graph in canonical order, and the problems met, sorted. What was taken in is let go.

        Arguments:
            beside: resources known from before that were not looked at now. References may mean them, so that a
                scan of one type says of it what a scan of all types does.
            pile: takes the links that resources state themselves, in the order of their ids; the graph has the
                others then. None: the graph has them all.
        """
        resources, pending, places, shelf = self._resources, self._pending, self._places, self._shelf
        joins, projects, problems = self._joins, self._projects, sorted(self._problems)
        self.__init__(self._types, packed=self._packed)  # type: ignore[misc]
        # In the order of ids: what is resolved first must not depend on which listing came first.
        order = sorted(resources)
        ordered = {key: resources[key] for key in order}
        resources.clear()
        graph = connect(
            self._types,
            ordered,
            (pending.pop(key) for key in order)
            if shelf is None
            else (shelf.pending(key, places.pop(key)) for key in order),
            joins,
            projects,
            beside,
            None if shelf is None else shelf.rules,
            pile,
        )
        return graph, problems


def normalise(items: Iterable[RawItem], known: Catalogue | None = None) -> tuple[Graph, list[Problem]]:
    """Make a graph of raw items.

    Arguments:
        items: what sources yielded, in any order. Where two items have one id the later wins.
        known: the catalogue to read with; the release's own when None.

    Returns the graph in canonical order, and the problems met, sorted. Nothing is dropped without a problem:
    an item of unknown type is kept as ``aws.other`` and so on, an item without an id is reported.
    """
    normaliser = Normaliser(known, packed=False)
    normaliser.add(items)
    return normaliser.finish()


def _place_of(resource: Resource) -> Place:
    return (resource.provider, resource.account, resource.region, resource.type)


def _body_of(resource: Resource) -> Mapping[str, Any]:
    """The body a resource was made of, without its secrets."""
    configuration = resource.properties.get("configuration")
    return configuration if isinstance(configuration, Mapping) else {}


def _may_be(resource: Resource, item: RawItem) -> bool:
    """Whether a resource has all the words that an item says of itself."""
    body = _body_of(resource)
    said = {name: value for name, value in item.body.items() if isinstance(value, str) and name in body}
    return bool(said) and all(body[name] == value for name, value in said.items())


def _filled(item: RawItem, before: Resource) -> RawItem:
    """The item with the members it could not show as they were before."""
    is_any = ANY_MEMBER in item.unseen
    kept = {
        name: value
        for name, value in _body_of(before).items()
        if name in item.unseen or (is_any and name not in item.body)
    }
    return replace(item, body={**item.body, **kept}, type_key=before.type, unseen=())
