"""The query value: which resources somebody asks for. The store makes SQL of it, files are filtered by it."""

from __future__ import annotations

import fnmatch
import re
import shlex
from dataclasses import dataclass, replace
from typing import Any

import orjson

from cloudviz.errors import Invalid
from cloudviz.inventory.model import Graph, Resource
from cloudviz.inventory.packed import PackedProperties


@dataclass(frozen=True, slots=True)
class Selection:
    """A conjunction of conditions; within one field any of the values will do. Empty means no condition.

    Attributes:
        providers, types, kinds, regions, accounts, states, ids: exact values; ``types`` may end in ``*``.
        tags: (key, value) pairs that must all hold; an empty value means "the key exists".
        text: part of the name, the id, a tag (``key=value``) or an IP address, without case.
        discovery: only what this discovery saw.
        at: when to look: an instant, RFC 3339 in UTC, or the id of a discovery for just after it; now when empty.
    """

    providers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    text: str = ""
    discoveries: tuple[str, ...] = ()
    at: str = ""

    def matches(self, resource: Resource) -> bool:
        """Whether a resource fulfils every condition (``discoveries`` and ``at`` are the store's affair)."""
        if self.providers and resource.provider not in self.providers:
            return False
        if self.types and not any(fnmatch.fnmatchcase(resource.type, each) for each in self.types):
            return False
        if self.kinds and resource.kind not in self.kinds:
            return False
        if self.regions and resource.region not in self.regions:
            return False
        if self.accounts and resource.account not in self.accounts:
            return False
        if self.states and (resource.state or "") not in self.states:
            return False
        if self.ids and resource.id not in self.ids:
            return False
        for key, value in self.tags:
            found = resource.tags.get(key)
            if found is None or (value and found != value):
                return False
        if self.text:
            return self.text.lower() in search_text(resource)
        return True

    @property
    def narrows(self) -> bool:
        """Whether some of what there is at one time may be left out."""
        return replace(self, discoveries=(), at="") != Selection()

    def apply(self, graph: Graph) -> Graph:
        """The part of a graph that matches, with its ancestors, and the links between what is left."""
        kept = {key for key, item in graph.resources.items() if self.matches(item)}
        for key in list(kept):
            parent = graph.resources[key].parent
            while parent and parent in graph.resources and parent not in kept:
                kept.add(parent)
                parent = graph.resources[parent].parent
        return Graph(
            {key: item for key, item in graph.resources.items() if key in kept},
            [link for link in graph.links if link.source in kept and link.target in kept],
        )


# Texts that may be addresses or networks among the values of properties, with the quotes that JSON gives them: one
# set of characters, so that the engine passes over all others at their first.
_MAYBE_ADDRESS = re.compile(rb'"([0-9A-Fa-f:.][0-9A-Fa-f:./]{1,48})"(?!:)')
_ADDRESS = re.compile(
    rb"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?"
    rb"|(?=[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]{2,45}(?:/[0-9]{1,3})?"
)


def search_text(resource: Resource) -> str:
    """What :attr:`Selection.text` is looked for in: name, id, tags and IP addresses, in lower case.

    The parts are separated by U+001F, which no search contains.
    """
    properties = resource.properties
    try:
        packed = properties.packed if isinstance(properties, PackedProperties) else orjson.dumps(properties)
    except TypeError:  # what JSON cannot hold: the store will, and no address is in it
        packed = b""
    parts = [resource.name, resource.id]
    parts += [f"{key}={value}" for key, value in resource.tags.items()]
    found = _MAYBE_ADDRESS.findall(packed)
    if found:
        parts += dict.fromkeys(each.decode() for each in found if _ADDRESS.fullmatch(each))
    return "\x1f".join(parts).lower()


_FIELDS = {
    "provider": "providers",
    "type": "types",
    "kind": "kinds",
    "region": "regions",
    "account": "accounts",
    "state": "states",
    "id": "ids",
}
_TERM = re.compile(r"^(?P<key>[a-z]+)(?::(?P<tag>[^=]+))?=(?P<value>.*)$", re.DOTALL)


def parse_filter(text: str, base: Selection | None = None) -> Selection:
    """Read a ``--filter`` expression: terms separated by spaces, quoted as in a shell.

    ``type=aws.ec2.* region=eu-west-1,eu-central-1 tag:env=prod tag:owner name=web``: several values by
    commas, ``tag:KEY`` alone asks that the key exists, a word without ``=`` searches in name and id.

    Raises :class:`~cloudviz.errors.Invalid` naming the term that is not understood.
    """
    selection = base or Selection()
    try:
        terms = shlex.split(text)
    except ValueError as error:
        raise Invalid(f"the filter {text!r} has an open quote", hint="Close the quote.") from error
    for term in terms:
        if term.startswith("tag:") and "=" not in term:
            selection = replace(selection, tags=(*selection.tags, (term[4:], "")))
            continue
        match = _TERM.match(term)
        if match is None and "=" in term:
            raise _not_understood(term)
        if match is None:
            selection = replace(selection, text=f"{selection.text} {term}".strip())
            continue
        key, tag_key, value = match["key"], match["tag"], match["value"]
        if key == "tag" and tag_key:
            selection = replace(selection, tags=(*selection.tags, (tag_key, value)))
        elif key in ("name", "text"):
            selection = replace(selection, text=value)
        elif key in _FIELDS and not tag_key:
            values = tuple(part for part in value.split(",") if part)
            name = _FIELDS[key]
            changes: dict[str, Any] = {name: (*getattr(selection, name), *values)}
            selection = replace(selection, **changes)
        else:
            raise _not_understood(term)
    return selection


def _not_understood(term: str) -> Invalid:
    return Invalid(
        f"the filter term {term!r} is not understood",
        hint="Use provider=, type=, kind=, region=, account=, state=, id=, name= or tag:KEY=VALUE.",
    )
