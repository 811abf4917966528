"""What the classes of :mod:`cloudviz_client.models` have in common: JSON whose fields are attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

Each = TypeVar("Each")

SECRET = re.compile(r"token$|secret|passw|passphrase|signature|private_key", re.IGNORECASE)
LONGEST = 100  # characters of a value that repr shows
MOST = 20  # fields that repr shows
FEW = 8  # what repr shows of what is in a field


class Document(dict[str, Any]):
    """A JSON document of a server, a resource for instance.

    Its fields are attributes, with the values of Python: what is in it is such a document too, times are
    :class:`~datetime.datetime`. A field that is not always sent has its default as an attribute. Beside that it
    is the dictionary that came over the wire, to index, to merge and to hand to ``json.dumps``. Both have what a
    newer server sends and this client does not know. ``repr`` is short and hides secrets.
    """

    __slots__ = ()

    _parts: ClassVar[Mapping[str, str]] = {}  # field → the type of what is in it, where that is a document
    _times: ClassVar[frozenset[str]] = frozenset()
    _defaults: ClassVar[Mapping[str, Any]] = {}  # of fields that are not always sent
    _secrets: ClassVar[frozenset[str]] = frozenset()  # fields that repr hides though their names do not tell

    if not TYPE_CHECKING:  # checkers know the fields of each class, and complain of other names

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            if name.endswith("_") and name not in self:
                name = name[:-1]  # the field has a name that Python keeps for itself, such as `in`
            if name in self:
                value = self[name]
                return _times_in(value) if name in self._times else value
            if name not in self._defaults:
                raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {', '.join(self)}")
            value = self._defaults[name]
            return type(value)() if isinstance(value, (dict, list)) else value

        def __setattr__(self, name: str, value: Any) -> None:
            raise AttributeError(f"fields are set by key: document[{name!r}] = …")

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dictionaries and lists, all through."""
        return {name: _plain(value) for name, value in dict.items(self)}

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in self if name.isidentifier()), *self._defaults})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        """Names and short values for ``repr`` and for rich, without secrets and what is empty."""
        filled = [(name, value) for name, value in dict.items(self) if value not in (None, "", [], {})]
        for name, value in filled[:MOST]:
            yield name, _Shown("'…'") if name in self._secrets else _shown(name, value)
        if len(filled) > MOST:
            yield "more", _Shown(f"<{len(filled) - MOST} fields>")


class Composite(Document):
    """A document with documents in it. They are made when they are asked for first."""

    __slots__ = ()

    if not TYPE_CHECKING:

        def __getitem__(self, name: str) -> Any:
            value = dict.__getitem__(self, name)
            return self._made(name, value) if name in self._parts else value

        def get(self, name: str, default: Any = None) -> Any:
            return self[name] if name in self else default  # noqa: SIM401 - that would be itself

        def items(self) -> Any:
            return self._complete().items()

        def values(self) -> Any:
            return self._complete().values()

    def _complete(self) -> Any:
        for name in self._parts:
            self.get(name)
        return super()

    def _made(self, name: str, value: Any) -> Any:
        """What is in a field, as documents; it takes the place of what was in the field."""
        from cloudviz_client import models

        shape, _, inner = self._parts[name].rpartition("[")
        kind: type[Document] = getattr(models, inner.rstrip("]").rpartition(" ")[2])
        if not shape:
            if type(value) is dict:
                dict.__setitem__(self, name, value := kind(value))
        elif isinstance(value, list):
            if any(type(each) is dict for each in value[:1]):
                value[:] = [kind(each) if type(each) is dict else each for each in value]
        elif isinstance(value, dict):
            for key, each in value.items():
                if type(each) is dict:
                    value[key] = kind(each)
        return value


class Listed(list[Each]):
    """What is in a field that has the name of a method of dictionaries, such as ``page.items``.

    It is that list. Called, it is that method: for what goes over dictionaries, as ``json.dumps`` does.
    """

    _method: Any

    def __call__(self) -> Any:
        """What the method answers."""
        return self._method()

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)


class Field:
    """A field that has the name of a method of dictionaries, in its place."""

    def __set_name__(self, kind: type, name: str) -> None:
        self._name = name
        self._method = getattr(super(kind, kind), name)

    def __get__(self, document: Any, kind: type) -> Any:
        if document is None:
            return self
        value = document.__getattr__(self._name)
        if type(value) is list:
            value = Listed(value)
            value._method = lambda: self._method(document)
            dict.__setitem__(document, self._name, value)
        return value


def _times_in(value: Any) -> Any:
    if isinstance(value, list):
        return [_times_in(each) for each in value]
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")) if isinstance(value, str) else value
    except ValueError:
        return value  # it is no time of ours, and still what the server said


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in dict.items(value)}
    return [_plain(each) for each in value] if isinstance(value, list) else value


class _Shown(str):
    """A text without quotes around it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _shown(name: str, value: Any, depth: int = 0) -> _Shown:
    """A value in few characters, and nothing of it where its name is that of a secret."""
    if isinstance(value, str):
        text = repr(value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…")
        return _Shown("'…'" if SECRET.search(name) else text)
    if isinstance(value, (dict, list)) and (depth or len(value) > FEW):
        things = "fields" if isinstance(value, dict) else "items"
        return _Shown(f"<{len(value)} {things}>")
    if isinstance(value, list):
        return _Shown(f"[{', '.join(_shown(name, each, depth + 1) for each in value)}]")
    if isinstance(value, dict):
        pairs = (f"{key!r}: {_shown(key, each, depth + 1)}" for key, each in dict.items(value))
        return _Shown(f"{{{', '.join(pairs)}}}")
    return _Shown(value)
