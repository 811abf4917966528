"""Expressions of ARM templates, as far as a template itself says what they come to.

``[resourceId('Microsoft.Network/virtualNetworks', parameters('name'))]`` is one; what depends on a deployment
(``reference``, ``listKeys``, a parameter without a default) has no value here.
Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MAX_TEXT = 4096
"""The longest text that an expression may come to: ids are shorter, and ``concat`` of ``concat`` grows fast."""

MAX_DEPTH = 32
MAX_STEPS = 20_000
"""The most calls that are looked at for one template."""

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<word>[A-Za-z_]\w*)|(?P<mark>[(),.\[\]]))"
)


@dataclass
class Budget:
    """How many calls are left."""

    steps: int = MAX_STEPS


@dataclass(frozen=True)
class Names:
    """What the expressions of a template may name.

    Attributes:
        parameters: by name in lower case, the values given or by default.
        variables: by name in lower case, not yet worked out.
        subscription: the id that ``subscription()`` has.
        group: the name that ``resourceGroup()`` has.
        location: the location that it has; ``""`` where it is unknown.
        index: of the copy that is made, None outside of one.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    subscription: str = ""
    group: str = ""
    location: str = ""
    index: int | None = None
    budget: Budget = field(default_factory=Budget)

    def of_copy(self, index: int) -> Names:
        """The same within one copy of a loop."""
        return replace(self, index=index)


def resolved(value: Any, names: Names, depth: int = 0) -> Any:
    """A value with its expressions worked out; None for what can't be told."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, str):
        return _text(value, names, depth)
    if isinstance(value, list):
        found = (resolved(each, names, depth + 1) for each in value)
        return [each for each in found if each is not None]
    if isinstance(value, Mapping):
        pairs = ((str(key), resolved(each, names, depth + 1)) for key, each in value.items())
        return {key: each for key, each in pairs if each is not None}
    return value


def _text(value: str, names: Names, depth: int) -> Any:
    if not value.startswith("[") or not value.endswith("]"):
        return value
    if value.startswith("[["):
        return value[1:]
    try:
        return _Parser(value[1:-1], names, depth).whole()
    except (ValueError, TypeError, IndexError, KeyError, RecursionError):
        return None


class _Parser:
    """Reads and works out one expression. ValueError where it is none, or too long."""

    def __init__(self, text: str, names: Names, depth: int) -> None:
        if len(text) > MAX_TEXT * 4:
            raise ValueError(text[:40])
        self._tokens = _tokens(text)
        self._at = 0
        self._names = names
        self._depth = depth

    def whole(self) -> Any:
        value = self._value(0)
        if self._at != len(self._tokens):
            raise ValueError("more follows")
        return value

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _sees(self, mark: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark):
            self._at += 1
            return True
        return False

    def _value(self, nested: int) -> Any:
        if nested > MAX_DEPTH:
            raise ValueError("nested too deep")
        kind, text = self._next()
        if kind == "text":
            value: Any = text[1:-1].replace("''", "'")
        elif kind == "number":
            value = int(text[:18])
        elif kind == "word" and self._sees("("):
            value = self._call(text.lower(), nested)
        else:
            raise ValueError(text)
        return self._members(value, nested)

    def _members(self, value: Any, nested: int) -> Any:
        while True:
            if self._sees("."):
                key: Any = self._next()[1]
            elif self._sees("["):
                key = self._value(nested + 1)
                if not self._sees("]"):
                    raise ValueError("no ]")
            else:
                return value
            if isinstance(value, Mapping):
                wanted = str(key).lower()
                value = next((each for name, each in value.items() if str(name).lower() == wanted), None)
            elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
                value = value[key]
            else:
                value = None

    def _call(self, name: str, nested: int) -> Any:
        arguments: list[Any] = []
        while not self._sees(")"):
            arguments.append(self._value(nested + 1))
            self._sees(",")
        self._names.budget.steps -= 1
        if self._names.budget.steps < 0:
            raise ValueError("too many calls")
        made = _FUNCTIONS.get(name)
        value = made(self._names, arguments, self._depth + 1) if made is not None else None
        if isinstance(value, str) and len(value) > MAX_TEXT:
            raise ValueError("too long")
        return value


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ValueError(text[at : at + 20])
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


# -- functions -------------------------------------------------------------------------------------------------


def resource_id(names: Names, arm_type: str, parts: list[str], group: str = "", subscription: str = "") -> str:
    """The id of a resource of a group: ``…/virtualNetworks/{name}/subnets/{name}`` from its type and names."""
    provider, *kinds = arm_type.split("/")
    tail = "".join(f"/{kind}/{name}" for kind, name in zip(kinds, parts, strict=True))
    where = f"/subscriptions/{subscription or names.subscription}/resourceGroups/{group or names.group}"
    return f"{where}/providers/{provider}{tail}"


def _resource_id(names: Names, arguments: list[Any], depth: int) -> Any:
    at = next(
        (index for index, each in enumerate(arguments) if isinstance(each, str) and "/" in each and "." in each),
        -1,
    )
    parts = arguments[at + 1 :]
    if at < 0 or at > 2 or not all(isinstance(each, str) and each for each in arguments):
        return None
    # A name may be given with those of its owners: 'vnet/subnet'.
    parts = [piece for each in parts for piece in each.split("/")]
    before = arguments[:at]
    group = before[-1] if before else ""
    return resource_id(names, arguments[at], parts, group, before[0] if len(before) == 2 else "")


def _subscription_resource_id(names: Names, arguments: list[Any], depth: int) -> Any:
    found = _resource_id(names, [each for each in arguments if isinstance(each, str)], depth)
    return re.sub(r"/resourceGroups/[^/]+", "", found, count=1) if isinstance(found, str) else None


def _extension_resource_id(names: Names, arguments: list[Any], depth: int) -> Any:
    base, arm_type, *parts = arguments
    if not all(isinstance(each, str) for each in arguments):
        return None
    provider, *kinds = arm_type.split("/")
    return f"{base}/providers/{provider}" + "".join(f"/{k}/{n}" for k, n in zip(kinds, parts, strict=True))


def _concat(names: Names, arguments: list[Any], depth: int) -> Any:
    if all(isinstance(each, list) for each in arguments):
        return [one for each in arguments for one in each][:1000]
    if any(each is None or isinstance(each, list | Mapping) for each in arguments):
        return None
    return "".join(_written(each) for each in arguments)


def _format(names: Names, arguments: list[Any], depth: int) -> Any:
    text, *values = arguments
    if not isinstance(text, str) or any(each is None for each in values):
        return None
    return re.sub(r"\{(\d{1,3})[^}]*\}", lambda match: _written(values[int(match[1])])[:MAX_TEXT], text)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _changed(change: Callable[[str], str]) -> Callable[[Names, list[Any], int], Any]:
    return lambda names, arguments, depth: change(arguments[0]) if isinstance(arguments[0], str) else None


def _replace(names: Names, arguments: list[Any], depth: int) -> Any:
    text, old, new = arguments
    if not all(isinstance(each, str) for each in arguments) or len(text) * max(1, len(new)) > MAX_TEXT * 64:
        return None
    return text.replace(old, new) if old else text


def _if(names: Names, arguments: list[Any], depth: int) -> Any:
    condition, then, other = arguments
    return then if condition is True else other if condition is False else None


def _variable(names: Names, arguments: list[Any], depth: int) -> Any:
    return resolved(names.variables.get(str(arguments[0]).lower()), names, depth + 1)


def _parameter(names: Names, arguments: list[Any], depth: int) -> Any:
    return resolved(names.parameters.get(str(arguments[0]).lower()), names, depth + 1)


def _copy_index(names: Names, arguments: list[Any], depth: int) -> Any:
    offset = next((each for each in arguments if isinstance(each, int)), 0)
    return None if names.index is None else names.index + offset


_FUNCTIONS: Mapping[str, Callable[[Names, list[Any], int], Any]] = {
    "concat": _concat,
    "copyindex": _copy_index,
    "createarray": lambda names, arguments, depth: arguments,
    "extensionresourceid": _extension_resource_id,
    "false": lambda names, arguments, depth: False,
    "format": _format,
    "if": _if,
    "length": lambda names, arguments, depth: len(arguments[0]),
    "null": lambda names, arguments, depth: None,
    "parameters": _parameter,
    "replace": _replace,
    "resourcegroup": lambda names, arguments, depth: {
        "id": f"/subscriptions/{names.subscription}/resourceGroups/{names.group}",
        "name": names.group,
        "location": names.location or None,
    },
    "resourceid": _resource_id,
    "string": lambda names, arguments, depth: _written(arguments[0]) if arguments[0] is not None else None,
    "subscription": lambda names, arguments, depth: {
        "id": f"/subscriptions/{names.subscription}",
        "subscriptionId": names.subscription,
    },
    "subscriptionresourceid": _subscription_resource_id,
    "tolower": _changed(str.lower),
    "toupper": _changed(str.upper),
    "trim": _changed(str.strip),
    "true": lambda names, arguments, depth: True,
    "variables": _variable,
}
