"""A batch as bytes and back: what a scan writes down as it goes, so that one that dies is resumed.

What is written is normalised and redacted, never a raw body; the references are written as they were found, and
resolved when everything is there. A resumed scan so ends in the same bytes as one that was never disturbed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache
from sys import intern
from typing import Any

import orjson

from cloudviz.catalogue.declare import LinkRule
from cloudviz.catalogue.paths import at
from cloudviz.inventory.model import LinkKind, Problem, Resource
from cloudviz.inventory.packed import PackedProperties, pack
from cloudviz.normalise.items import scope_at
from cloudviz.normalise.normaliser import Batch
from cloudviz.normalise.references import Pending

PAGE = 1000
"""Resources to a page: about a megabyte as JSON, a tenth of that compressed."""

_FORMAT = 1
_LEVEL = 1  # zlib: 3 times as fast as the default level, for pages that are a fifth larger
_ANY = at("@any")

RuleWords = tuple[str, tuple[str, ...], bool, bool, bool]
"""Of a rule what counts once its field was read: kind, targets, is_parent, reverse, every."""


def packed_batch(batch: Batch) -> Iterator[bytes]:
    """The batch in pages; always at least one."""
    told = batch.problems
    for start in range(0, max(1, len(batch.resources)), PAGE):
        rules: dict[RuleWords, int] = {}
        resources = [
            _resource(resource, pending, rules) for resource, pending in batch.resources[start : start + PAGE]
        ]
        document = {
            "format": _FORMAT,
            "rules": list(rules),
            "resources": resources,
            "problems": [] if start else [[each.resource, each.what, each.where, each.loss] for each in told],
            "projects": {} if start else batch.projects,
        }
        yield zlib.compress(orjson.dumps(document), _LEVEL)


def unpacked_batch(page: bytes) -> Batch:
    """What :func:`packed_batch` wrote. Raises ValueError for what another release wrote."""
    document = orjson.loads(zlib.decompress(page))
    if document["format"] != _FORMAT:
        raise ValueError(f"a page of format {document['format']}")
    rules = [_rule(kind, tuple(targets), *flags) for kind, targets, *flags in document["rules"]]
    return Batch(
        resources=[_read(words, rules) for words in document["resources"]],
        problems=[Problem(*words) for words in document["problems"]],
        projects=document["projects"],
    )


def rows_of(batch: Batch) -> tuple[Any, ...]:
    """The batch as plain tuples, for another process of this release: what a page holds, and what is partial.

    Of Terraform's joins, which no live scan meets, it can hold none: they raise ValueError.
    """
    if batch.joins:
        raise ValueError("a batch with joins stays in its process")
    rules: dict[int, tuple[int, RuleWords]] = {}
    rows = []
    for item, pending in batch.resources:
        scope = pending.scope
        found = []
        for rule, values in pending.found:
            known = rules.get(id(rule))
            if known is None:
                known = rules[id(rule)] = (len(rules), _words(rule))
            found.append((known[0], values))
        rows.append(
            (
                *(item.id, item.provider, item.type, item.native_type, item.kind, item.name, item.account),
                *(item.region, item.zone, item.parent, item.state, item.tags),
                item.properties.packed if isinstance(item.properties, PackedProperties) else item.properties,
                (scope.provider, scope.account, scope.region, scope.partition),
                found,
            )
        )
    return rows, [words for _, words in rules.values()], batch.problems, batch.projects, batch.partial


def batch_of(rows: tuple[Any, ...]) -> Batch:
    """What :func:`rows_of` was given."""
    made, rule_words, problems, projects, partial = rows
    rules = [_rule(*each) for each in rule_words]
    batch = Batch(problems=problems, projects=projects, partial=partial)
    add = batch.resources.append
    for row in made:
        key, provider, type_key, native_type, kind, name, account, region, zone, parent, state = row[:11]
        tags, properties, scope, found = row[11:]
        key = intern(key)
        resource = Resource(
            *(key, provider, type_key, native_type, kind, name, account, region, zone, parent, state, tags),
            properties=PackedProperties(properties) if type(properties) is bytes else properties,
        )
        add((resource, Pending(key, scope_at(*scope), [(rules[n], tuple(map(intern, v))) for n, v in found])))
    return batch


def _resource(item: Resource, pending: Pending, rules: dict[RuleWords, int]) -> list[Any]:
    properties = item.properties
    scope = pending.scope
    return [
        item.id,
        item.provider,
        item.type,
        item.native_type,
        item.kind,
        item.name,
        item.account,
        item.region,
        item.zone,
        item.state,
        item.tags,
        orjson.Fragment(properties.packed) if isinstance(properties, PackedProperties) else properties,
        [scope.provider, scope.account, scope.region, scope.partition],
        [(rules.setdefault(_words(rule), len(rules)), values) for rule, values in pending.found],
    ]


def _read(words: list[Any], rules: list[LinkRule]) -> tuple[Resource, Pending]:
    *texts, zone, state, tags, properties, scope, found = words
    key, provider, type_key, native_type, kind, name, account, region = texts
    resource = Resource(
        id=key,
        provider=provider,
        type=type_key,
        native_type=native_type,
        kind=kind,
        name=name,
        account=account,
        region=region,
        zone=zone,
        state=state,
        tags=tags,
        properties=pack(properties),
    )
    return resource, Pending(key, scope_at(*scope), [(rules[number], values) for number, values in found])


def _words(rule: LinkRule) -> RuleWords:
    return (rule.kind.value, rule.targets, rule.is_parent, rule.reverse, rule.every)


@lru_cache(maxsize=4096)
def _rule(kind: str, targets: tuple[str, ...], is_parent: bool, reverse: bool, every: bool) -> LinkRule:
    return LinkRule(LinkKind(kind), targets, _ANY, is_parent, reverse, every)
