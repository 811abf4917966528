"""Reading the XML replies of EC2 and the Query protocol by a plan made once for each shape.

botocore asks every element of a reply for every member that its shape could have: seventy for a machine that has
twenty. Reading took a third of a scan's CPU time. Here each shape becomes a table from tag to reader, and only
what is in the reply is looked at. What is rare (maps, unions, attributes, repeated tags, errors) botocore reads
itself, and a test holds both to the same result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.parsers import EC2QueryParser, QueryParser, ResponseParser, ResponseParserFactory

Reader = Callable[[Any], Any]

_SLOW_TRAITS = ("location", "eventheader", "xmlAttribute", "flattened")
"""What makes a member of a structure be read in a way of its own."""

_MOST_TAGS = 1000
"""Tags with their namespace that a plan remembers; whoever answers could make up new ones for ever."""

_ODD = object()
"""What a plan answers to an element that only botocore knows how to read."""


class _Planned:
    """Beside a botocore parser of XML: structures are read by plan where they have one.

    A parser belongs to one client, and so do the shapes that it meets.
    """

    _parse_shape: Callable[[Any, Any], Any]
    _timestamp_parser: Reader
    _plans: dict[Any, Reader | None]

    def _handle_structure(self, shape: Any, node: Any) -> Any:
        try:
            plan = self._plans[shape]
        except AttributeError:
            self._plans = {}
            plan = self._plans[shape] = self._structure(shape)
        except KeyError:
            plan = self._plans[shape] = self._structure(shape)
        if plan is not None:
            found = plan(node)
            if found is not _ODD:
                return found
        return super()._handle_structure(shape, node)  # type: ignore[misc]

    def _structure(self, shape: Any) -> Reader | None:
        """The plan of a structure; None where botocore is to read it."""
        if shape.metadata.get("exception") or shape.is_tagged_union:
            return None
        members: dict[str, tuple[str, Reader]] = {}
        for name, member in shape.members.items():
            traits = member.serialization
            tag = traits.get("name") or name
            if tag in members or any(traits.get(each) for each in _SLOW_TRAITS):
                return None
            members[tag] = (name, self._reader(member))
        known: dict[str, tuple[str, Reader] | None] = dict(members)

        def read(node: Any) -> Any:
            if type(node) is list:
                return _ODD
            found: dict[str, Any] = {}
            for child in node:
                tag = child.tag
                try:
                    member = known[tag]
                except KeyError:
                    member = members.get(tag.rpartition("}")[2])
                    if len(known) < _MOST_TAGS:
                        known[tag] = member
                if member is not None:
                    name, reader = member
                    if name in found:
                        return _ODD
                    found[name] = reader(child)
            return found

        return read

    def _reader(self, shape: Any) -> Reader:
        kind = shape.type_name
        if kind in ("string", "character"):
            return _text
        if kind in ("integer", "long"):
            return lambda node: int(node.text or "")
        if kind == "boolean":
            return lambda node: node.text == "true"
        if kind in ("float", "double"):
            return lambda node: float(node.text or "")
        if kind == "timestamp":
            moment = self._timestamp_parser
            return lambda node: moment(node.text or "")
        if kind == "list" and not shape.serialization.get("flattened"):
            return self._list(shape)
        # A structure gets its plan when it is met: shapes may hold themselves.
        return lambda node: self._parse_shape(shape, node)

    def _list(self, shape: Any) -> Reader:
        made: list[Reader] = []

        def read(node: Any) -> list[Any]:
            if not made:
                made.append(self._reader(shape.member))
            reader = made[0]
            return [reader(each) for each in node]

        return read


def _text(node: Any) -> str:
    return node.text or ""


class _Ec2(_Planned, EC2QueryParser):  # type: ignore[misc]
    pass


class _Query(_Planned, QueryParser):  # type: ignore[misc]
    pass


_PARSERS: dict[str, type[ResponseParser]] = {"ec2": _Ec2, "query": _Query}


class Parsers(ResponseParserFactory):  # type: ignore[misc]
    """botocore's factory of parsers, with these for EC2 and Query."""

    def create_parser(self, protocol_name: str) -> Any:
        """The parser of a protocol."""
        planned = _PARSERS.get(protocol_name)
        return planned(**self._defaults) if planned else super().create_parser(protocol_name)
