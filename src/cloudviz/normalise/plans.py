"""Declarations made ready to read bodies with: what does not depend on the body is looked up once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from sys import intern
from typing import Any

from cloudviz.catalogue.declare import (
    Arm,
    ArmList,
    Arn,
    AssetList,
    AssetName,
    AwsCall,
    Field,
    LinkRule,
    ResourceType,
)
from cloudviz.catalogue.gathering import gatherer
from cloudviz.catalogue.gcp.names import LAID_IN
from cloudviz.catalogue.paths import Transform, plain_value, read_path
from cloudviz.catalogue.registry import Catalogue
from cloudviz.inventory.model import Scope
from cloudviz.normalise.identity import (
    arm_id,
    arm_names,
    full_references,
    hangs_on_scope,
    identity_of,
)
from cloudviz.normalise.redaction import clean_name, is_plain_name, redact
from cloudviz.normalise.tags import read_tags

MAX_ID = 4096

MOST_KNOWN = 256
"""Texts of a field remembered with what was made of them. Ids that come once drive out the others now and then."""

SHORT = 200
"""Characters of a text that is remembered so."""

Raws = tuple[Any, ...]
"""What a body holds at each path of its declaration."""

One = Callable[[Raws, Mapping[str, Any], Mapping[str, str]], Any]
"""The first value of a field, or None."""

Names = tuple[str, ...]


class Plan:
    """How bodies of one declared type are read.

    Attributes:
        gather: from a body to its :data:`Raws`, which all other readers are given.
        identity: the id of an item, or None.
        region, name, state, zone: the first value of these fields; None where the type has no such field.
        tags: the tags of a body.
        native_types: the cloud's own names, where a declaration stands for several; ``native_type`` is the one.
        has_many_names: whether its ids tell which of several ARM types they are of.
        left_out: fields of a body that are not kept. ``volatile``: the same of what is deeper in it, as names.
    """

    __slots__ = (
        *("_facts", "_links", "_slots", "gather", "has_many_names", "identity", "is_global", "kind", "left_out"),
        *("name", "native_type", "native_types", "provider", "region", "state", "tags", "volatile", "zone"),
    )

    def __init__(self, types: Catalogue, declared: ResourceType) -> None:
        listing = declared.listing
        self.provider = declared.provider
        self.kind = str(declared.kind)
        # The cloud's own name, where a declaration stands for several the one that an item has.
        self.native_type = types.native_name(declared)
        self.native_types = {name: name for name in listing.asset_types} if isinstance(listing, AssetList) else {}
        self.has_many_names = isinstance(listing, ArmList) and len(arm_names(declared)) > 1
        self.is_global = isinstance(listing, AwsCall | AssetList) and listing.is_global
        self._slots: dict[str, int] = {}
        self.region, self.name, self.state, self.zone = (
            None if each is None else self._one(each)
            for each in (declared.region, declared.name, declared.state, declared.zone)
        )
        self.identity = self._identity(declared)
        self.tags = _tag_reader(declared)
        self._facts = [self._fact(label, fact) for label, fact in declared.facts.items()]
        self._links = [self._link(types, rule) for rule in declared.links]
        self.gather = gatherer(tuple(self._slots))
        volatile = [tuple(path.replace("[]", "").split(".")) for path in declared.volatile]
        self.left_out = LAID_IN.union(names[0] for names in volatile if len(names) == 1)
        self.volatile = tuple(names for names in volatile if len(names) > 1)

    def facts(self, raws: Raws, body: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
        """The facts a body tells, without secrets, by their names."""
        found: dict[str, Any] = {}
        for label, slots, is_plain, is_open, refine, field, known in self._facts:
            if refine is None:
                # Several places would do, or a tag.
                if slots and all(raws[slot] is None for slot in slots):
                    continue
                values = field.all(body, tags)
                if values:
                    found[label] = redact(values[0] if len(values) == 1 else values, name=label)
                continue
            raw = raws[slots[0]]
            if raw is None:
                continue
            kind = type(raw)
            if kind is str:
                kept = known.get(raw)
                if kept is not None:
                    found[label] = kept
                    continue
            elif is_open and (kind is int or kind is bool):
                found[label] = raw
                continue
            values = refine([raw] if is_plain else raw)
            if values:
                kept = found[label] = redact(values[0] if len(values) == 1 else values, name=label)
                if kind is str and type(kept) is str and len(raw) <= SHORT:
                    _note(known, raw, kept)
        return found

    def references(
        self, raws: Raws, body: Mapping[str, Any], tags: Mapping[str, str], scope: Scope
    ) -> list[tuple[LinkRule, Sequence[Any]]]:
        """What a body calls other things, by the rules that say so."""
        found: list[tuple[LinkRule, Sequence[Any]]] = []
        for slots, is_plain, refine, rule, full, known in self._links:
            if refine is None:
                if slots and all(raws[slot] is None for slot in slots):
                    continue
                names = _names(rule.field.all(body, tags), full, scope)
            else:
                raw = raws[slots[0]]
                if not raw:
                    if raw is None or not is_plain:
                        continue
                    names = _names(refine([raw]), full, scope)
                elif is_plain:
                    kept = known.get(raw) if type(raw) is str else None
                    if kept is not None:
                        names = kept
                    else:
                        values = refine([raw])
                        names = _names(values, full, scope)
                        if type(raw) is str and (full is None or not any(map(hangs_on_scope, values))):
                            _note(known, raw, names)
                else:
                    names = _names(refine(raw), full, scope)
            if names:
                found.append((rule, names))
        return found

    def _slot(self, path: str) -> int:
        return self._slots.setdefault(path, len(self._slots))

    def _places(self, field: Field) -> tuple[int, ...]:
        """Where what a field reads is gathered; nothing where a tag would do."""
        if any(how != "at" for how, _ in field.order):
            return ()
        return tuple(self._slot(path) for _, path in field.order)

    def _one(self, field: Field) -> One:
        """The first value of a field, with what was made before of the texts that it has."""
        slots, one = self._places(field), field.one
        path = field.order[0][1]
        if not slots or plain_value(path) is None:
            return lambda raws, body, tags: one(body, tags)
        (slot, *others), steps, refine = slots, bool(field.transforms), field.refined
        known: dict[str, Any] = {}

        def read(raws: Raws, body: Mapping[str, Any], tags: Mapping[str, str]) -> Any:
            raw = raws[slot]
            if raw is not None and raw != "":
                if not steps:
                    return raw
                made = known.get(raw) if type(raw) is str else None
                if made is not None:
                    return made
                values = refine([raw])
                if values:
                    if type(raw) is str and len(raw) <= SHORT:
                        _note(known, raw, values[0])
                    return values[0]
            elif raw is None and not others:
                return None
            return one(body, tags)

        return read

    def _identity(self, declared: ResourceType) -> Callable[..., str | None]:
        identity = declared.id
        given = None if identity.given is None else self._one(identity.given)
        if isinstance(identity, Arm) and given is not None:

            def read_arm(raws: Raws, body: Mapping[str, Any], tags: Mapping[str, str], *_: Any) -> str | None:
                value = given(raws, body, tags)
                return arm_id(str(value)) if value else None

            return read_arm
        owner = self._one(identity.owner) if isinstance(identity, Arn) and identity.owner is not None else None
        is_asset = isinstance(identity, AssetName)
        wanted = () if isinstance(identity, Arm) else identity.keys
        keys = [
            (key, self._slot(key), plain_value(key) is not None)
            for key in wanted
            if not is_asset or key not in ("project", "location")
        ]

        def read(
            raws: Raws, body: Mapping[str, Any], tags: Mapping[str, str], scope: Scope, native_type: str
        ) -> str | None:
            value = given(raws, body, tags) if given is not None else None
            if value and (is_asset or str(value).startswith("arn:")):
                return identity_of(declared, value, None, None, scope, native_type)
            owning = owner(raws, body, tags) if owner is not None else None
            values: dict[str, str] = {}
            for key, slot, is_plain in keys:
                raw = raws[slot]
                if not is_plain and raw is not None:
                    raw = raw[0] if raw else None
                if raw is None or raw == "":
                    return None
                values[key] = str(raw)
            return identity_of(declared, None, owning, values, scope, native_type)

        return read

    def _fact(
        self, label: str, field: Field
    ) -> tuple[str, tuple[int, ...], bool, bool, Transform | None, Field, dict[str, str]]:
        slots = self._places(field)
        is_plain = len(slots) == 1 and plain_value(field.order[0][1]) is not None
        is_open = is_plain and not field.transforms and is_plain_name(label)
        return label, slots, is_plain, is_open, field.refined if len(slots) == 1 else None, field, {}

    def _link(
        self, types: Catalogue, rule: LinkRule
    ) -> tuple[tuple[int, ...], bool, Transform | None, LinkRule, Full | None, dict[str, Names]]:
        slots = self._places(rule.field)
        is_plain = len(slots) == 1 and plain_value(rule.field.order[0][1]) is not None
        target = _only_target(types, rule)
        full = None if target is None else full_references(target)
        return slots, is_plain, rule.field.refined if len(slots) == 1 else None, rule, full, {}


Full = Callable[[str, Scope], str | None]


@lru_cache(maxsize=2048)
def plan_of(types: Catalogue, declared: ResourceType) -> Plan:
    """The plan of a declaration, made once."""
    return Plan(types, declared)


def _names(values: Sequence[Any], full: Full | None, scope: Scope) -> Names:
    """What a body calls other things, made clean and, where one type alone is meant, full."""
    names: list[str] = []
    for each in values:
        if type(each) is str:
            name = clean_name(each, MAX_ID)
        elif isinstance(each, Mapping | list):
            continue  # an object names nothing, and what is kept here is written to the store as well
        else:
            name = clean_name(str(each), MAX_ID)
        if full is not None and "/" in name:
            name = full(name, scope) or name
        names.append(intern(name))
    return tuple(names)


def _note(known: dict[str, Any], text: str, made: Any) -> None:
    if len(known) >= MOST_KNOWN:
        known.clear()
    known[text] = made


def _only_target(types: Catalogue, rule: LinkRule) -> ResourceType | None:
    """The one type that a rule's references may mean, where it is told by nothing but its id."""
    target = types.get(rule.targets[0]) if len(rule.targets) == 1 and not rule.every else None
    return None if target is None or target.aliases else target


def _tag_reader(declared: ResourceType) -> Callable[[Mapping[str, Any]], dict[str, str]]:
    readers = [read_path(path.removesuffix("[]")) for path in declared.tags.paths] if declared.tags else []

    def read(body: Mapping[str, Any]) -> dict[str, str]:
        for reader in readers:
            values = reader(body)
            if values:
                return read_tags(values[0])
        return {}

    return read
