"""``at("A.B[].C")``: reading a value out of a body, as a value that can be compiled, checked and listed.

A path names fields separated by dots. ``[]`` after a name walks into each element of a list,
``[Name=QueueName]`` into those elements that have this value there, ``{}`` takes the keys of an object (Azure's
``identity.userAssignedIdentities{}``), ``*`` in place of a name its values. A path never raises: a missing field,
a null or a wrong shape gives no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import orjson

Reader = Callable[[Mapping[str, Any]], list[Any]]


FILTER = re.compile(r"^(?P<name>[^\[]*)\[(?P<key>\w+)=(?P<word>[^\]]+)\]$")
"""``Dimensions[Name=QueueName]``: the elements of a list that have a value at a key."""


@lru_cache(maxsize=4096)
def _segments(path: str) -> tuple[tuple[str, str], ...]:
    """Split ``A.B[].C{}`` into (name, mode) where mode is ``""``, ``"[]"``, ``"{}"``, ``"*"``, ``"key=word"``."""
    parts: list[tuple[str, str]] = []
    for piece in path.split("."):
        chosen = FILTER.match(piece)
        if chosen:
            parts.append((chosen["name"], f"{chosen['key']}={chosen['word']}"))
        elif piece.endswith("[]"):
            parts.append((piece[:-2], "[]"))
        elif piece.endswith("{}"):
            parts.append((piece[:-2], "{}"))
        elif piece == "*":
            parts.append(("", "*"))
        else:
            parts.append((piece, ""))
    return tuple(parts)


@lru_cache(maxsize=8192)
def read_path(path: str) -> Reader:
    """Compile a path to a function from a body to the list of values found, in order, nulls left out."""
    segments = _segments(path)
    if all(mode == "" for _, mode in segments):
        names = tuple(name for name, _ in segments)
        if len(names) == 1:
            (only,) = names

            def read_one(body: Mapping[str, Any]) -> list[Any]:
                value = body.get(only)
                return [] if value is None else [value]

            return read_one

        def read_plain(body: Mapping[str, Any]) -> list[Any]:
            value: Any = body
            for name in names:
                # dict first: asking the abstract class takes ten times as long
                if type(value) is not dict and not isinstance(value, Mapping):
                    return []
                value = value.get(name)
                if value is None:
                    return []
            return [value]

        return read_plain

    def read_walking(body: Mapping[str, Any]) -> list[Any]:
        values: list[Any] = [body]
        for name, mode in segments:
            found: list[Any] = []
            for value in values:
                if name:
                    if not isinstance(value, Mapping):
                        continue
                    value = value.get(name)
                if value is None:
                    continue
                if mode == "[]":
                    if isinstance(value, list | tuple):
                        found.extend(element for element in value if element is not None)
                    else:
                        found.append(value)
                elif mode == "{}":
                    if isinstance(value, Mapping):
                        found.extend(value.keys())
                elif mode == "*":
                    if isinstance(value, Mapping):
                        found.extend(each for each in value.values() if each is not None)
                elif "=" in mode:
                    key, _, word = mode.partition("=")
                    if isinstance(value, list | tuple):
                        found.extend(each for each in value if isinstance(each, Mapping) and each.get(key) == word)
                else:
                    found.append(value)
            values = found
        return values

    return read_walking


@dataclass(frozen=True)
class Field:
    """A value expression over a body: one or more alternatives, then transforms.

    Built with :func:`at` and :func:`tag`, combined with ``|`` (the first that yields a value), and refined by
    the methods below. ``paths`` lists every path it reads, for the contract test against the clouds' schemas.
    """

    paths: tuple[str, ...]
    tag_names: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()  # ("at", path) | ("tag", name), in order of preference
    transforms: tuple[tuple[str, Any], ...] = ()

    def __or__(self, other: Field) -> Field:
        if other.transforms and other.transforms != self.transforms:
            raise ValueError("both sides of | take the same transforms; apply them after combining")
        return replace(
            self,
            paths=self.paths + other.paths,
            tag_names=self.tag_names + other.tag_names,
            order=self.order + other.order,
        )

    def as_state(self, words: Mapping[str, str]) -> Field:
        """Translate a cloud's state word, case-insensitively; an unknown word becomes ``unknown``."""
        return self._then("state", words)

    def split(self, separator: str) -> Field:
        """Take each value as a separated list: ``VPCZoneIdentifier`` is ``"subnet-a,subnet-b"``."""
        return self._then("split", separator)

    def tail(self, separator: str = "/") -> Field:
        """Keep what follows the last separator."""
        return self._then("tail", separator)

    def as_location(self) -> Field:
        """The plain name of a region or zone written as ``West Europe``, ``EU`` or ``…/zones/europe-west1-b``."""
        return self._then("location", None)

    def parsed(self, path: str) -> Field:
        """Parse each value as JSON text and read ``path`` in it (an SQS RedrivePolicy is such a text)."""
        return self._then("parsed", path)

    def starting(self, prefix: str) -> Field:
        """Keep the values that start so: ``Routes[].GatewayId`` holds ``igw-…`` but also ``local``."""
        return self._then("starting", prefix)

    def matching(self, pattern: str) -> Field:
        """Keep the first group of a regular expression where it matches, drop the rest."""
        return self._then("matching", pattern)

    def finding(self, pattern: str) -> Field:
        """Every match of a regular expression in a text: the ARNs in the definition of a state machine."""
        return self._then("finding", pattern)

    def lowered(self) -> Field:
        """In lower case, as host names are compared."""
        return self._then("lowered", None)

    def rewritten(self, pattern: str, template: str) -> Field:
        """Where a regular expression matches, write its groups into a template; leave the rest as it is.

        A Cloud SQL instance ``shop:europe-west1:orders`` is called ``projects/shop/instances/orders`` by others.
        """
        return self._then("rewritten", (pattern, template))

    def key(self, name: str) -> Field:
        """Of each object the value under a key that holds dots, as annotations have; the rest as it is."""
        return self._then("key", name)

    def count(self) -> Field:
        """How many values there are, as one integer."""
        return self._then("count", None)

    def _then(self, name: str, argument: Any) -> Field:
        return replace(self, transforms=(*self.transforms, (name, argument)))

    @cached_property
    def _readers(self) -> tuple[tuple[bool, str | Reader], ...]:
        return tuple((True, what) if how == "tag" else (False, read_path(what)) for how, what in self.order)

    def all(self, body: Mapping[str, Any], tags: Mapping[str, str]) -> list[Any]:
        """Every value of the first alternative that yields any."""
        for is_tag, reader in self._readers:
            if is_tag:
                value = tags.get(reader)  # type: ignore[arg-type]
                values: list[Any] = [value] if value else []
            else:
                values = reader(body)  # type: ignore[operator]
            for name, argument in self.transforms:
                values = _TRANSFORMS[name](values, argument)
            values = [value for value in values if value not in ("", None)]
            if values:
                return values
        return []

    def one(self, body: Mapping[str, Any], tags: Mapping[str, str]) -> Any:
        """The first value, or None."""
        values = self.all(body, tags)
        return values[0] if values else None

    def __hash__(self) -> int:
        return hash((self.order, tuple(name for name, _ in self.transforms)))


def _state(values: list[Any], words: Mapping[str, str]) -> list[Any]:
    return [words.get(str(value).lower(), "unknown") for value in values]


def _split(values: list[Any], separator: str) -> list[Any]:
    return [part.strip() for value in values for part in str(value).split(separator) if part.strip()]


def _tail(values: list[Any], separator: str) -> list[Any]:
    return [str(value).rstrip(separator).rsplit(separator, 1)[-1] for value in values]


def _location(values: list[Any], _: None) -> list[Any]:
    return [str(value).rstrip("/").rsplit("/", 1)[-1].replace(" ", "").lower() for value in values]


def _parsed(values: list[Any], path: str) -> list[Any]:
    found: list[Any] = []
    for value in values:
        document = value
        if isinstance(value, str):
            try:
                document = orjson.loads(value)
            except orjson.JSONDecodeError:
                continue
        if isinstance(document, Mapping):
            found.extend(read_path(path)(document))
    return found


def _starting(values: list[Any], prefix: str) -> list[Any]:
    return [value for value in values if str(value).startswith(prefix)]


def _matching(values: list[Any], pattern: str) -> list[Any]:
    compiled = re.compile(pattern)
    matches = (compiled.search(str(value)) for value in values)
    return [match.group(1) for match in matches if match]


def _finding(values: list[Any], pattern: str) -> list[Any]:
    compiled = re.compile(pattern)
    return list(dict.fromkeys(match.group() for value in values for match in compiled.finditer(str(value))))


def _lowered(values: list[Any], _: None) -> list[Any]:
    return [str(value).lower() for value in values]


def _rewritten(values: list[Any], how: tuple[str, str]) -> list[Any]:
    compiled, template = re.compile(how[0]), how[1]
    return [compiled.sub(template, str(value), count=1) for value in values if value is not None]


def _key(values: list[Any], name: str) -> list[Any]:
    return [value.get(name) if isinstance(value, Mapping) else value for value in values]


def _count(values: list[Any], _: None) -> list[Any]:
    return [len(values)] if values else []


_TRANSFORMS: dict[str, Callable[[list[Any], Any], list[Any]]] = {
    "state": _state,
    "split": _split,
    "tail": _tail,
    "location": _location,
    "parsed": _parsed,
    "starting": _starting,
    "matching": _matching,
    "finding": _finding,
    "lowered": _lowered,
    "rewritten": _rewritten,
    "key": _key,
    "count": _count,
}


def at(path: str) -> Field:
    """Read the body at ``path``, in the cloud's own field names: ``at("Placement.AvailabilityZone")``."""
    return Field(paths=(path,), order=(("at", path),))


def tag(name: str) -> Field:
    """Read the value of a tag (AWS), tag (Azure) or label (GCP)."""
    return Field(paths=(), tag_names=(name,), order=(("tag", name),))
