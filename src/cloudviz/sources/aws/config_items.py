"""From AWS Config's record of a thing to the body that its own API would have listed.

A configuration item holds under ``configuration`` what the API answers, with the names written as Java writes them
(``vpczoneIdentifier``, ``ssedescription``), and under ``supplementaryConfiguration`` what further calls answer.
botocore's shape of the reply knows the names as they are; the declaration knows the exceptions
(:class:`~cloudviz.catalogue.declare.InConfig`).

Sources: https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html and the properties of
each type, https://github.com/awslabs/aws-config-resource-schema/tree/master/config/properties/resource-types
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import orjson

from cloudviz.catalogue.declare import AwsCall, ResourceType
from cloudviz.catalogue.paths import read_path
from cloudviz.sources.aws.model import shape_at
from cloudviz.sources.aws.session import rfc3339

MILLISECONDS = 100_000_000_000
"""A moment written as a greater number than this counts milliseconds: it would be the year 5138 in seconds."""


def lifted(declared: ResourceType, item: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a thing in its API's own names, tags laid in as a scan lays them in.

    Arguments:
        item: a configuration item as a query gives it: ``configuration``, ``tags`` and so on.

    Never raises for a wrong shape: what does not fit is not there.
    """
    members = _members(declared)
    body: dict[str, Any] = {}
    written = _parsed(item.get("configuration"))
    if isinstance(written, Mapping):
        _lift_members(_names(declared), members, written, body)
    in_config = declared.known_as.in_config
    for path, where in (in_config.fields if in_config else {}).items():
        if not where:
            body.pop(path, None)
            continue
        shape = _shape_below(members, path)
        values = [_lift(shape, value) for value in read_path(where)(_opened(item))]
        _put(body, path, [value for value in values if value is not None])
    _lay_tags(declared, body, item.get("tags"))
    tidy = _TIDY.get(declared.key)
    if tidy is not None:
        tidy(body)
    return body


def is_whole(declared: ResourceType, item: Mapping[str, Any]) -> bool:
    """Whether an item has what Config does not promise and the declaration cannot do without."""
    in_config = declared.known_as.in_config
    opened = _opened(item)
    return in_config is not None and all(read_path(path)(opened) for path in in_config.needs)


@lru_cache(maxsize=256)
def _members(declared: ResourceType) -> Mapping[str, Any]:
    """Name → shape of all that an item can have: what the list says, what overlays it, what is laid in."""
    call = declared.listing
    assert isinstance(call, AwsCall)
    found: dict[str, Any] = {}
    shape = shape_at(call.service, call.operation, call.result)
    if shape is not None and shape.type_name == "structure":
        found.update(shape.members)
    for detail in call.details:
        result = shape_at(detail.service or call.service, detail.operation, detail.result)
        if detail.into:
            found[detail.into] = result
        elif result is not None and result.type_name == "structure":
            found.update(result.members)
    return found


@lru_cache(maxsize=4096)
def _by_lower_case(shape: Any) -> Mapping[str, str]:
    return {name.lower(): name for name in shape.members}


def _shape_below(members: Mapping[str, Any], path: str) -> Any:
    """The shape of the values at a native path, None where no model has it."""
    head, *rest = path.split(".")
    shape = members.get(head.removesuffix("[]"))
    for name in rest:
        if shape is not None and shape.type_name == "list":
            shape = shape.member
        shape = shape.members.get(name.removesuffix("[]")) if shape is not None and _is_struct(shape) else None
    return shape.member if shape is not None and path.endswith("[]") and shape.type_name == "list" else shape


def _is_struct(shape: Any) -> bool:
    return bool(shape.type_name == "structure")


@lru_cache(maxsize=256)
def _names(declared: ResourceType) -> Mapping[str, str]:
    return {name.lower(): name for name in _members(declared)}


def _lift_members(
    names: Mapping[str, str], members: Mapping[str, Any], written: Mapping[str, Any], body: dict[str, Any]
) -> None:
    for key, value in written.items():
        name = names.get(str(key).lower())
        if name is not None and (lifted_value := _lift(members[name], value)) is not None:
            body[name] = lifted_value


Lifter = Callable[[Any], Any]

_MOST_NAMES = 1000
"""Member names remembered of a shape: those of its API, each in a few ways of writing."""


def _lift(shape: Any, value: Any) -> Any:
    """A value in the form of its shape; None for what is none."""
    return value if value is None or shape is None else _lifter(shape)(value)


@lru_cache(maxsize=16_384)
def _lifter(shape: Any) -> Lifter:
    """What brings a value into the form of a shape. Snapshots hold millions of values of few shapes."""
    kind = shape.type_name
    if kind == "structure":
        return _structure_lifter(shape)
    if kind == "list":
        return _list_lifter(shape)
    if kind == "map":
        return lambda value: dict(found) if isinstance(found := _parsed(value), Mapping) else None
    if kind == "string":
        return lambda value: value if type(value) is str else _lift_scalar(kind, value)
    return lambda value: _lift_scalar(kind, value)


def _structure_lifter(shape: Any) -> Lifter:
    known: dict[str, tuple[str, Lifter] | None] = {}

    def lift(value: Any) -> Any:
        if type(value) is not dict:
            value = _parsed(value)
            if not isinstance(value, Mapping):
                return None
        made: dict[str, Any] = {}
        for key, each in value.items():
            if each is None:
                continue
            try:
                found = known[key]
            except KeyError:
                name = _by_lower_case(shape).get(str(key).lower())
                found = None if name is None else (name, _lifter(shape.members[name]))
                if len(known) < _MOST_NAMES:
                    known[key] = found
            if found is not None and (one := found[1](each)) is not None:
                made[found[0]] = one
        return made

    return lift


def _list_lifter(shape: Any) -> Lifter:
    def lift(value: Any) -> Any:
        if type(value) is not list:
            value = _parsed(value)
        values = value if isinstance(value, list) else [value]
        each = _lifter(shape.member)
        return [made for one in values if one is not None and (made := each(one)) is not None]

    return lift


def _lift_scalar(kind: str, value: Any) -> Any:
    if isinstance(value, Mapping) and value.keys() == {"value"}:
        value = value["value"]  # how some lists of words are written
    if kind == "timestamp":
        with suppress(ValueError, TypeError, OverflowError):
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return rfc3339(value / 1000 if is_number and value > MILLISECONDS else value)
    elif kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    elif kind in ("integer", "long") and isinstance(value, str) and value.isdecimal():
        return int(value)
    elif kind == "string" and not isinstance(value, str):
        return orjson.dumps(value).decode() if isinstance(value, Mapping | list) else str(value)
    return value


def _parsed(value: Any) -> Any:
    """A document that is written as text, which some interfaces of Config do."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(value)
    return value


def _opened(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item, with the documents in it parsed."""
    more = item.get("supplementaryConfiguration")
    opened = {**item, "configuration": _parsed(item.get("configuration"))}
    opened["supplementaryConfiguration"] = (
        {key: _parsed(value) for key, value in more.items()} if isinstance(more, Mapping) else {}
    )
    return opened


def _put(body: dict[str, Any], path: str, values: list[Any]) -> None:
    """Lay values in so that ``read_path(path)`` finds them, each in an element of the outermost list."""
    if not values:
        return
    head, walks, rest = path.partition("[]")
    *parents, name = head.split(".")
    holder = body
    for parent in parents:
        holder = holder.setdefault(parent, {})
    if not walks:
        holder[name] = values[0]
    elif not rest:
        holder[name] = values
    else:
        holder[name] = [{rest.removeprefix("."): value} for value in values]


def _lay_tags(declared: ResourceType, body: dict[str, Any], written: Any) -> None:
    """Tags in the form that the type's own reply has: pairs, or an object."""
    if declared.tags is None or not declared.tags.paths:
        return
    tags: dict[str, str] = {}
    if isinstance(written, Mapping):
        tags = {str(key): str(value) for key, value in written.items()}
    elif isinstance(written, list):
        pairs = [each for each in written if isinstance(each, Mapping) and each.get("key") is not None]
        tags = {str(each["key"]): str(each.get("value") or "") for each in pairs}
    path = declared.tags.paths[0]
    shape = _members(declared).get(path.removesuffix("[]"))
    if shape is not None and shape.type_name == "map":
        body[path] = dict(sorted(tags.items()))
    else:
        body[path.removesuffix("[]")] = [{"Key": key, "Value": tags[key]} for key in sorted(tags)]


def _never_versioned(body: dict[str, Any]) -> None:
    """Java's SDK has a word for a bucket that never had versions; S3 itself says nothing."""
    if body.get("Versioning") == "Off":
        del body["Versioning"]


_TIDY: Mapping[str, Callable[[dict[str, Any]], None]] = {"aws.s3.bucket": _never_versioned}
"""What remains to be done to a body where Config's words are not those of the API."""
