"""``at("A.B[].C")``: reading a value out of a body, as a value that can be compiled, checked and listed.

A path names fields separated by dots. ``[]`` after a name walks into each element of a list,
``[Name=QueueName]`` into those elements that have this value there, ``{}`` takes the keys of an object (Azure's
``identity.userAssignedIdentities{}``), ``*`` in place of a name its values. A path never raises: a missing field,
a null or a wrong shape gives no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import orjson

Reader = Callable[[Mapping[str, Any]], list[Any]]
Values = Callable[[Mapping[str, Any], Mapping[str, str]], list[Any]]
Transform = Callable[[list[Any]], list[Any]]


FILTER = re.compile(r"^(?P<name>[^\[]*)\[(?P<key>\w+)=(?P<word>[^\]]+)\]$")
"""``Dimensions[Name=QueueName]``: the elements of a list that have a value at a key."""


@lru_cache(maxsize=4096)
def segments_of(path: str) -> tuple[tuple[str, str], ...]:
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


Value = Callable[[Any], Any]
Walk = Callable[[Any, list[Any]], None]
"""Adds what a value holds at the rest of a path to a list."""


@lru_cache(maxsize=8192)
def read_path(path: str) -> Reader:
    """Compile a path to a function from a body to the list of values found, in order, nulls left out."""
    value_at = plain_value(path)
    if value_at is not None:

        def read_plain(body: Mapping[str, Any]) -> list[Any]:
            value = value_at(body)
            return [] if value is None else [value]

        return read_plain
    walk = _walk(segments_of(path))

    def read_walking(body: Mapping[str, Any]) -> list[Any]:
        found: list[Any] = []
        walk(body, found)
        return found

    return read_walking


def plain_value(path: str) -> Value | None:
    """Compile a path that walks into no list to a function from a body to the one value there, or None."""
    segments = segments_of(path)
    return _descent(tuple(name for name, _ in segments)) if all(mode == "" for _, mode in segments) else None


def _descent(names: tuple[str, ...]) -> Value:
    if len(names) == 1:
        (only,) = names

        def child(value: Any) -> Any:
            # dict first: asking the abstract class takes ten times as long
            return value.get(only) if type(value) is dict or isinstance(value, Mapping) else None

        return child

    def descendant(value: Any) -> Any:
        for name in names:
            if type(value) is not dict and not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value

    return descendant


def _walk(segments: tuple[tuple[str, str], ...]) -> Walk:
    """One closure for each place where a path fans out; plain names before it are part of its own descent."""
    plain = 0
    while plain < len(segments) and segments[plain][1] == "":
        plain += 1
    named = tuple(name for name, _ in segments[: plain + 1] if name)
    reach = _descent(named) if named else _itself
    if plain == len(segments):

        def end(value: Any, found: list[Any]) -> None:
            last = reach(value)
            if last is not None:
                found.append(last)

        return end
    spread = _spread(segments[plain][1])
    rest = segments[plain + 1 :]
    if not rest:

        def fan(value: Any, found: list[Any]) -> None:
            holder = reach(value)
            if holder is not None:
                found.extend(spread(holder))

        return fan
    following = _walk(rest)

    def fan_out(value: Any, found: list[Any]) -> None:
        holder = reach(value)
        if holder is not None:
            for each in spread(holder):
                following(each, found)

    return fan_out


def _quick_walk(segments: tuple[tuple[str, str], ...]) -> Walk:
    """The same walk; where it is to a member of the elements of a list, as most are, in one step."""
    walk = _walk(segments)
    if len(segments) != 2 or segments[0][1] != "[]" or segments[1][1] != "":
        return walk
    (holder, _), (member, _) = segments

    def members(value: Any, found: list[Any]) -> None:
        elements = value.get(holder) if type(value) is dict else None
        if type(elements) is not list:
            walk(value, found)
            return
        start = len(found)
        for each in elements:
            if type(each) is not dict:
                del found[start:]
                walk(value, found)
                return
            inner = each.get(member)
            if inner is not None:
                found.append(inner)

    return members


def _itself(value: Any) -> Any:
    return value


def _spread(mode: str) -> Callable[[Any], Iterable[Any]]:
    """What a value stands for where a path fans out."""
    if mode == "[]":

        def elements(value: Any) -> Iterable[Any]:
            if type(value) is list or isinstance(value, tuple):
                return [each for each in value if each is not None]
            return (value,)

        return elements
    if mode == "{}":
        return lambda value: value.keys() if isinstance(value, Mapping) else ()
    if mode == "*":
        return lambda value: (
            [each for each in value.values() if each is not None] if isinstance(value, Mapping) else ()
        )
    key, _, word = mode.partition("=")

    def chosen(value: Any) -> Iterable[Any]:
        if isinstance(value, list | tuple):
            return [each for each in value if isinstance(each, Mapping) and each.get(key) == word]
        return ()

    return chosen


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
    def all(self) -> Values:
        """Every value of the first alternative that yields any: a function of body and tags, compiled once."""
        alternatives = [_alternative(how, what, self.transforms) for how, what in self.order]
        if len(alternatives) == 1:
            return alternatives[0]

        def read(body: Mapping[str, Any], tags: Mapping[str, str]) -> list[Any]:
            for alternative in alternatives:
                values = alternative(body, tags)
                if values:
                    return values
            return []

        return read

    @cached_property
    def refined(self) -> Transform:
        """What its transforms make of the values at one of its paths, without empty texts and nulls."""
        steps = [_TRANSFORMS[name](argument) for name, argument in self.transforms]

        def refine(values: list[Any]) -> list[Any]:
            for step in steps:
                values = step(values)
            return [each for each in values if each not in _NOTHING]

        return refine

    @cached_property
    def head(self) -> str | None:
        """The field of a body without which there is no value; None where several would do."""
        how, what = self.order[0] if len(self.order) == 1 else ("", "")
        return segments_of(what)[0][0] or None if how == "at" else None

    @cached_property
    def plain(self) -> Value | None:
        """The one value, before transforms, where the field is a single path that walks into no list."""
        how, what = self.order[0] if len(self.order) == 1 else ("", "")
        return plain_value(what) if how == "at" else None

    @cached_property
    def one(self) -> Callable[[Mapping[str, Any], Mapping[str, str]], Any]:
        """The first value, or None: a function of body and tags, compiled once."""
        value_at, every = self.plain, self.all
        if value_at is not None and not self.transforms:

            def read_plain(body: Mapping[str, Any], tags: Mapping[str, str]) -> Any:
                value = value_at(body)
                return None if value == "" else value

            return read_plain
        if value_at is not None:
            made: dict[str, Any] = {}  # a transform hangs on nothing but the value

            def read_changed(body: Mapping[str, Any], tags: Mapping[str, str]) -> Any:
                value = value_at(body)
                if value is None:
                    return None
                first = made.get(value) if type(value) is str else None
                if first is None:
                    values = every(body, tags)
                    first = values[0] if values else None
                    if type(value) is str and len(value) <= _SHORT:
                        if len(made) >= _MOST_MADE:
                            made.clear()
                        made[value] = first
                return first

            return read_changed

        def read(body: Mapping[str, Any], tags: Mapping[str, str]) -> Any:
            values = every(body, tags)
            return values[0] if values else None

        return read

    def __hash__(self) -> int:
        return hash((self.order, tuple(name for name, _ in self.transforms)))


def _alternative(how: str, what: str, transforms: tuple[tuple[str, Any], ...]) -> Values:
    """One alternative of a field: what it reads, through its transforms, without empty texts and nulls."""
    steps = [_TRANSFORMS[name](argument) for name, argument in transforms]
    if how == "tag":

        def read_tag(body: Mapping[str, Any], tags: Mapping[str, str]) -> list[Any]:
            value = tags.get(what)
            values: list[Any] = [value] if value else []
            for step in steps:
                values = step(values)
            return [each for each in values if each not in _NOTHING]

        return read_tag
    value_at = plain_value(what)
    if value_at is not None and steps:

        def read_changed(body: Mapping[str, Any], tags: Mapping[str, str]) -> list[Any]:
            value = value_at(body)
            if value is None:
                return []
            values = [value]
            for step in steps:
                values = step(values)
            return [each for each in values if each not in _NOTHING]

        return read_changed
    if value_at is not None:

        def read_plain(body: Mapping[str, Any], tags: Mapping[str, str]) -> list[Any]:
            value = value_at(body)
            return [] if value is None or value == "" else [value]

        return read_plain
    walk = _quick_walk(segments_of(what))

    def read_walking(body: Mapping[str, Any], tags: Mapping[str, str]) -> list[Any]:
        values: list[Any] = []
        walk(body, values)
        if values:
            for step in steps:
                values = step(values)
            return [value for value in values if value not in _NOTHING]
        return values

    return read_walking


_NOTHING = ("", None)

_SHORT = 200
"""Characters of a text whose transforms are remembered; longer ones are documents, and each another."""

_MOST_MADE = 512


def _state(words: Mapping[str, str]) -> Transform:
    return lambda values: [words.get(str(value).lower(), "unknown") for value in values]


def _split(separator: str) -> Transform:
    return lambda values: [
        part.strip() for value in values for part in str(value).split(separator) if part.strip()
    ]


def _tail(separator: str) -> Transform:
    return lambda values: [str(value).rstrip(separator).rsplit(separator, 1)[-1] for value in values]


@lru_cache(maxsize=4096)
def _place(text: str) -> str:
    return text.rstrip("/").rsplit("/", 1)[-1].replace(" ", "").lower()


def _location(_: None) -> Transform:
    return lambda values: [_place(str(value)) for value in values]


def _parsed(path: str) -> Transform:
    reader = read_path(path)

    def parse(values: list[Any]) -> list[Any]:
        found: list[Any] = []
        for value in values:
            document = value
            if isinstance(value, str):
                try:
                    document = orjson.loads(value)
                except orjson.JSONDecodeError:
                    continue
            if isinstance(document, Mapping):
                found.extend(reader(document))
        return found

    return parse


def _starting(prefix: str) -> Transform:
    return lambda values: [value for value in values if str(value).startswith(prefix)]


def _matching(pattern: str) -> Transform:
    search = re.compile(pattern).search
    return lambda values: [match.group(1) for value in values if (match := search(str(value)))]


def _finding(pattern: str) -> Transform:
    finditer = re.compile(pattern).finditer
    return lambda values: list(dict.fromkeys(match.group() for value in values for match in finditer(str(value))))


def _lowered(_: None) -> Transform:
    return lambda values: [str(value).lower() for value in values]


def _rewritten(how: tuple[str, str]) -> Transform:
    compiled, template = re.compile(how[0]), how[1]
    return lambda values: [compiled.sub(template, str(value), count=1) for value in values if value is not None]


def _key(name: str) -> Transform:
    return lambda values: [value.get(name) if isinstance(value, Mapping) else value for value in values]


def _count(_: None) -> Transform:
    return lambda values: [len(values)] if values else []


_TRANSFORMS: dict[str, Callable[[Any], Transform]] = {
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
