"""A resource as a row and back: texts that both databases take, the content hash, the search text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from cloudviz.inventory.model import Resource
from cloudviz.inventory.packed import PackedProperties
from cloudviz.inventory.select import search_text

MAX_KEY_BYTES = 2000
"""PostgreSQL's B-tree takes 2,704 bytes an entry. A longer id is shortened, with a hash that keeps it distinct."""

MAX_DEPTH = 100
"""Properties nested deeper are cut; orjson writes 254 levels, and no cloud nests 20."""

_HUGE = re.compile(rb"[:,\[]-?\d+(\.\d+)?e\+\d+[,\]}]")

_MAX_EXPONENT = 30  # of an amount of money: beyond it is a slip or an attack (1E+999999 is a megabyte of digits)


@dataclass(slots=True)
class ResourceRow:
    """A resource made ready to be stored.

    Those of a whole scan are held at once: the properties stay the bytes that they were packed in. ``links_hash``
    is set by who knows what the resource states.
    """

    resource: Resource
    tags: str
    properties: bytes
    content_hash: str
    links_hash: str = ""

    @property
    def search(self) -> str:
        """What a search looks at."""
        return plain_text(search_text(self.resource))

    @property
    def scope(self) -> tuple[str, str, str, str]:
        """(provider, account, region, type)."""
        item = self.resource
        return (item.provider, item.account, item.region, item.type)


def row_of(resource: Resource) -> ResourceRow:
    """The row of a resource, in the normal form that both databases store alike."""
    item = resource if _is_normal(resource) else _normal(resource)
    tags = json_bytes({str(key): str(value) for key, value in resource.tags.items()})
    properties = json_bytes(resource.properties)
    head = [item.provider, item.type, item.native_type, item.kind, item.name, item.account, item.region]
    cost = None if item.cost_monthly is None else _digits(item.cost_monthly)
    rest = [item.zone, item.parent, item.state, cost, item.currency]
    digest = blake2b(orjson.dumps([head, rest]), digest_size=16)
    # The lengths keep a byte from wandering from one part to the next unnoticed.
    digest.update(b"%d:" % len(tags))
    digest.update(tags)
    digest.update(properties)
    return ResourceRow(item, tags.decode(), properties, digest.hexdigest())


def _is_normal(item: Resource) -> bool:
    """A quick yes for what most resources are: ASCII, no amount, and no text so long that it is shortened."""
    parent, kind, state = item.parent or "", item.kind, item.state or ""
    if item.cost_monthly is not None or type(kind) is not str or type(state) is not str:
        return False
    words = (item.provider, item.type, item.native_type, kind, item.name, item.account, item.region)
    text = "".join((item.id, parent, *words, item.zone or "", state, item.currency or ""))
    return len(text) * 4 <= MAX_KEY_BYTES and text.isascii() and "\x00" not in text


def _normal(resource: Resource) -> Resource:
    return Resource(
        id=key_text(resource.id),
        provider=word_text(resource.provider),
        type=word_text(resource.type),
        native_type=plain_text(resource.native_type),
        kind=word_text(str(resource.kind)),
        name=plain_text(resource.name),
        account=word_text(resource.account),
        region=word_text(resource.region),
        zone=_optional(resource.zone),
        parent=None if resource.parent is None else key_text(resource.parent),
        state=None if resource.state is None else word_text(str(resource.state)),
        tags=resource.tags,
        cost_monthly=amount(resource.cost_monthly),
        currency=_optional(resource.currency),
        properties=resource.properties,
    )


def plain_text(text: str) -> str:
    """A text that both databases take: PostgreSQL has no NUL, and neither has half a surrogate pair."""
    if text.isascii():
        return text.replace("\x00", "\ufffd") if "\x00" in text else text
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def key_text(text: str) -> str:
    """The same for what is indexed: a text over ``MAX_KEY_BYTES`` is shortened and gets the hash of the whole."""
    if len(text) * 4 <= MAX_KEY_BYTES:
        return text if text.isascii() and "\x00" not in text else plain_text(text)
    clean = plain_text(text)
    encoded = clean.encode()
    if len(encoded) <= MAX_KEY_BYTES:
        return clean
    digest = blake2b(encoded, digest_size=16).hexdigest()
    return f"{encoded[: MAX_KEY_BYTES - 40].decode(errors='ignore')}…{digest}"


def word_text(text: str) -> str:
    """The same for the few words that many resources share: types, regions, accounts."""
    return _known_word(text) if len(text) <= 200 else key_text(text)


_known_word = lru_cache(maxsize=4096)(key_text)


def _optional(text: str | None) -> str | None:
    return None if text is None else plain_text(text)


def amount(value: Decimal | None) -> Decimal | None:
    """An amount that can be stored: infinite, no number, or absurdly large or long becomes unknown."""
    if value is None or not value.is_finite():
        return None
    exponent = value.as_tuple().exponent
    if abs(value.adjusted()) > _MAX_EXPONENT or (isinstance(exponent, int) and exponent < -_MAX_EXPONENT):
        return None
    return value


def _digits(value: Decimal) -> str:
    """One writing for 70.08 and 70.080, without Decimal.normalize, which rounds to 28 digits."""
    written = format(value, "f")
    return (written.rstrip("0").rstrip(".") if "." in written else written) if value else "0"


def json_bytes(value: Any) -> bytes:
    """Canonical JSON that both databases take and give back equal."""
    if isinstance(value, PackedProperties):
        encoded = value.packed
    else:
        try:
            encoded = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except TypeError:
            encoded = b""
    # A float from 1e16 on: PostgreSQL keeps it as the digits of its shortest writing, an integer a little off.
    if b"e+" in encoded and _HUGE.search(encoded):
        encoded = b""
    # Almost everything passes here. What does not (a NUL, a surrogate, a huge integer, a set) is rewritten.
    if encoded and b"\\u0000" not in encoded:
        return encoded
    return orjson.dumps(_plain(value, 0), option=orjson.OPT_SORT_KEYS)


def json_value(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The same for columns that SQLAlchemy writes itself."""
    if value is None:
        return None
    made: dict[str, Any] = orjson.loads(json_bytes(value))
    return made


def _plain(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return plain_text(str(value))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        is_huge = abs(value) >= 1e16 and -(2**63) <= value < 2**64
        return int(value) if is_huge else value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else str(value)
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {plain_text(str(key)): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        listed = [_plain(each, depth + 1) for each in value]
        return sorted(listed, key=str) if isinstance(value, set | frozenset) else listed
    return plain_text(str(value))
