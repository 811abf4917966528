"""Lift a Terraform resource's attributes into its cloud's own field names, so that links are declared once.

``KnownAs.terraform_fields`` names the differences; a native path that is not listed is looked for under its
snake-case name (``SubnetId`` → ``subnet_id``, ``VpcConfig.SubnetIds[]`` → ``vpc_config[].subnet_ids[]``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.declare import Arn, ResourceType
from cloudviz.catalogue.paths import FILTER, Reader, at, read_path

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_TAGS = {
    # Since 3.38 the AWS provider writes every tag of the cloud, provider defaults included, into tags_all, and
    # google since 5.0 into effective_labels. Only those equal what a live scan reads.
    "aws": "tags_all|tags",
    "azure": "tags",
    "gcp": "effective_labels|resource_labels|labels",
}


def snake_case(path: str) -> str:
    """The attribute path that corresponds to a native path by convention. A nested block is a list in a state."""
    *blocks, last = [_WORD_START.sub("_", part).lower() for part in path.split(".")]
    return ".".join([*(part if part.endswith(("[]", "{}")) else f"{part}[]" for part in blocks), last])


def attribute_path(declared: ResourceType, path: str) -> str:
    """Where a state holds what the cloud holds at ``path``.

    ``a|b`` is the first with a value, ``a+b`` both, ``a:b`` the path ``b`` in the JSON text at ``a``.
    """
    known = declared.known_as.terraform_fields.get(path)
    if known is not None:
        return known
    if declared.tags is not None and path in declared.tags.paths:
        return _TAGS.get(declared.provider, "tags")
    return snake_case(path)


@lru_cache(maxsize=4096)
def _readers(expression: str) -> tuple[tuple[Reader, ...], ...]:
    alternatives = [alternative.strip() for alternative in expression.split("|")]
    return tuple(
        tuple(_reader(path.strip()) for path in alternative.split("+"))
        for alternative in alternatives
        if alternative
    )


def _reader(path: str) -> Reader:
    text, _, inner = path.partition(":")
    if not inner:
        return read_path(text)
    parsed = at(text).parsed(inner)
    return lambda attributes: parsed.all(attributes, {})


def attribute_values(expression: str, attributes: Mapping[str, Any]) -> list[Any]:
    """The values at an attribute path. A state writes "none" as an empty text, which is no value here."""
    for union in _readers(expression):
        values = [value for reader in union for value in reader(attributes) if value != ""]
        if values:
            return values
    return []


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a type is lifted: plain paths one by one, and lists of blocks block by block."""

    single: tuple[tuple[str, str], ...]
    blocks: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]


@lru_cache(maxsize=1024)
def _plan(declared: ResourceType) -> _Plan:
    single: list[tuple[str, str]] = []
    lists: dict[str, list[tuple[str, str]]] = {}
    for path in declared.paths():
        expression = attribute_path(declared, path)
        if expression and "[]" in path:
            lists.setdefault(path.partition("[]")[0], []).append((path, expression))
        elif expression:
            single.append((path, expression))
    blocks: list[tuple[str, str, tuple[tuple[str, str], ...]]] = []
    for head, pairs in lists.items():
        heads = {expression.partition("[]")[0] for _, expression in pairs}
        plain = all("[]" in expression and not set(expression) & set("|+:") for _, expression in pairs)
        if len(pairs) > 1 and len(heads) == 1 and plain:
            # All of it comes from one list of blocks: an element stays one element, and can be counted.
            inner = ((path.partition("[]")[2][1:], each.partition("[]")[2][1:]) for path, each in pairs)
            blocks.append((head, heads.pop(), tuple((path, each) for path, each in inner if path and each)))
        else:
            single.extend(pairs)
    return _Plan(tuple(single), tuple(blocks))


def lift(declared: ResourceType, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """A body in native field names that holds every path the declaration reads and the attributes have.

    Arguments:
        declared: the type of the resource.
        attributes: the attributes of one resource instance, nested.

    Never raises for a wrong shape: what does not fit is not there.
    """
    body: dict[str, Any] = {}
    plan = _plan(declared)
    for path, expression in plan.single:
        values = attribute_values(expression, attributes)
        if len(values) == 1 and isinstance(values[0], list | tuple) and "[]" in path:
            values = list(values[0])
        if len(values) == 1 and isinstance(values[0], Mapping):
            # Tags are an object in a state where some clouds write a list of pairs.
            path = path.removesuffix("[]")
        if values:
            _put(body, path, values)
    for head, name, pairs in plan.blocks:
        for block in read_path(f"{name}[]")(attributes):
            if not isinstance(block, Mapping):
                continue
            element: dict[str, Any] = {}
            for path, expression in pairs:
                values = attribute_values(expression, block)
                if values:
                    _put(element, path, values)
            _put(body, f"{head}[]", [element])
    if isinstance(declared.id, Arn) and attributes.get("id"):
        # A state always has "id", which is the name or the ARN; some old ones have nothing else.
        for key in declared.id.keys:
            if not read_path(key)(body):
                _put(body, key, [attributes["id"]])
    return body


def _put(body: dict[str, Any], path: str, values: list[Any]) -> None:
    """Lay the values in so that ``read_path(path)`` finds them, each in an element of the outermost list."""
    first, _, below = path.partition(".")
    if chosen := FILTER.match(first):
        elements = body.setdefault(chosen["name"], [])
        for value in values if isinstance(elements, list) else ():
            holding: dict[str, Any] = {chosen["key"]: chosen["word"]}
            _put(holding, below, [value])
            elements.append(holding)
        return
    head, walks, rest = path.partition("[]")
    *parents, name = (head if walks else path.removesuffix("{}")).split(".")
    holder: Any = body
    for parent in parents:
        holder = holder.setdefault(parent, {})
        if not isinstance(holder, dict):
            return
    if walks:
        elements = holder.setdefault(name, [])
        if not isinstance(elements, list):
            return
        if not rest:
            elements.extend(values)
            return
        for value in values:
            element: dict[str, Any] = {}
            _put(element, rest.removeprefix("."), [value])
            elements.append(element)
    elif path.endswith("{}"):
        holder[name] = {str(value): {} for value in values}
    elif len(values) > 1 and all(isinstance(value, str) for value in values):
        # Where a cloud writes several values into one text, commas part them (VPCZoneIdentifier).
        holder[name] = ",".join(values)
    else:
        holder[name] = values[0]
