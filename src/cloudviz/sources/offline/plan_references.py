"""What the resources of a plan will refer to.

A plan leaves out every value that is known only after apply, such as the id of a subnet that it makes. Its
``configuration`` says from which resource each value will come (``references``), through variables and outputs of
modules. Following them gives a picture of the planned estate with its links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MODULE_INDEX = re.compile(r"\[[^\]]*\]")
_MAX_HOPS = 32
_MAX_DEPTH = 16


class References:
    """The expressions of a plan's configuration, by the address of their resource without indexes."""

    def __init__(self, configuration: Any) -> None:
        self._modules: dict[tuple[str, ...], Mapping[str, Any]] = {}
        self._calls: dict[tuple[str, ...], Mapping[str, Any]] = {}
        self._expressions: dict[str, tuple[tuple[str, ...], Mapping[str, Any]]] = {}
        self._instances: dict[str, list[str]] = {}
        self._instances_of: object = None
        root = configuration.get("root_module") if isinstance(configuration, Mapping) else None
        waiting: list[tuple[tuple[str, ...], Any]] = [((), root)]
        while waiting:
            path, module = waiting.pop()
            if not isinstance(module, Mapping) or len(path) > _MAX_DEPTH:
                continue
            self._modules[path] = module
            for resource in _objects(module.get("resources")):
                expressions = resource.get("expressions")
                if isinstance(expressions, Mapping):
                    self._expressions[_joined(path, str(resource.get("address", "")))] = (path, expressions)
            calls = module.get("module_calls")
            for name, call in calls.items() if isinstance(calls, Mapping) else ():
                if isinstance(call, Mapping):
                    self._calls[(*path, name)] = call
                    waiting.append(((*path, name), call.get("module")))

    def fill(self, address: str, attributes: dict[str, Any], known: Mapping[str, Mapping[str, Any]]) -> None:
        """Put into ``attributes`` what they will refer to, where nothing is known yet.

        ``known`` are the attributes of all resources by address.
        """
        if self._instances_of is not known:
            self._instances_of = known
            self._instances = {}
            for each in known:
                self._instances.setdefault(_plain(each), []).append(each)
        found = self._expressions.get(_plain(address))
        if found is not None:
            self._fill_block(found[0], found[1], attributes, known, 0)

    def _fill_block(
        self,
        path: tuple[str, ...],
        expressions: Mapping[str, Any],
        attributes: dict[str, Any],
        known: Mapping[str, Mapping[str, Any]],
        depth: int,
    ) -> None:
        for name, expression in expressions.items():
            value = attributes.get(name)
            if isinstance(expression, list):
                if isinstance(value, list) and depth < _MAX_DEPTH:
                    for block, below in zip(value, expression, strict=False):
                        if isinstance(block, dict) and isinstance(below, Mapping):
                            self._fill_block(path, below, block, known, depth + 1)
            elif value in (None, "", []) and isinstance(expression, Mapping):
                values = list(dict.fromkeys(self._values(path, expression, known)))
                if values:
                    attributes[name] = values[0] if len(values) == 1 else values

    def _values(
        self, path: tuple[str, ...], expression: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[str]:
        for plain, attribute in self._sources(path, expression, _MAX_HOPS):
            for address in self._instances.get(plain, ()):
                attributes = known[address]
                value = attributes.get(attribute) if attribute else None
                if value is None and attribute in ("", "id", "arn", "self_link"):
                    value = attributes.get("id")
                if isinstance(value, str) and value:
                    yield value

    def _sources(
        self, path: tuple[str, ...], expression: Mapping[str, Any], hops: int
    ) -> Iterator[tuple[str, str]]:
        """(address without indexes, attribute) of the resources that an expression reads."""
        references = expression.get("references")
        listed = [each for each in references if isinstance(each, str)] if isinstance(references, list) else []
        for reference in listed:
            # Each reference is followed by its own prefixes: aws_subnet.a.id, aws_subnet.a.
            if any(
                other != reference and other.startswith((f"{reference}.", f"{reference}[")) for other in listed
            ):
                continue
            yield from self._source(path, reference, hops)

    def _source(self, path: tuple[str, ...], reference: str, hops: int) -> Iterator[tuple[str, str]]:
        if hops <= 0:
            return
        parts = _plain(reference).split(".")
        if parts[0] == "var" and len(parts) > 1 and path:
            call = self._calls.get(path, {})
            expression = _below(call.get("expressions"), parts[1])
            if expression is not None:
                yield from self._sources(path[:-1], expression, hops - 1)
        elif parts[0] == "module" and len(parts) > 2:
            inner = (*path, parts[1])
            output = _below(self._modules.get(inner, {}).get("outputs"), parts[2])
            expression = _below(output, "expression")
            if expression is not None:
                yield from self._sources(inner, expression, hops - 1)
        elif len(parts) > 1 and parts[0] not in ("local", "each", "count", "data", "path", "self", "terraform"):
            yield _joined(path, ".".join(parts[:2])), parts[2] if len(parts) > 2 else ""


def _below(holder: Any, name: str) -> Mapping[str, Any] | None:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return value if isinstance(value, Mapping) else None


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else iter(())


def _joined(path: Sequence[str], address: str) -> str:
    return "".join(f"module.{name}." for name in path) + address


def _plain(address: str) -> str:
    return _MODULE_INDEX.sub("", address)
