"""The words in a picture: what a box is called, and its second line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from cloudviz.catalogue.kinds import Kind
from cloudviz.catalogue.registry import catalogue
from cloudviz.diagram.bidi import isolate
from cloudviz.inventory.model import Resource

_ACCOUNTS = {"aws": "AWS account", "azure": "Azure subscription", "gcp": "Google Cloud project"}
_CLOUDS = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}
_NETWORKS = {"aws": "VPC", "azure": "VNet", "gcp": "VPC network"}
_CURRENCIES = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_TRAILING = re.compile(r"[\s\-_./:#]*(?:\d+|[0-9a-f]{8,})?$")
_PRIVATE_WORD = re.compile(r"\b(?:private|public)\b[\s\-_]*", re.IGNORECASE)
_MASS = frozenset({"analytics", "machine learning", "other"})
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def account_title(provider: str, account: str, name: str) -> str:
    """``AWS account acme-prod 123456789012``; the cloud alone where the account is not known."""
    if not account:
        return name or _CLOUDS.get(provider, provider or "Unknown cloud")
    word = _ACCOUNTS.get(provider, f"{provider} account".strip())
    return f"{word} {isolate(name)} {account}" if name and name != account else f"{word} {account}"


def network_title(item: Resource) -> str:
    """``VPC prod 10.0.0.0/16``."""
    word = _NETWORKS.get(item.provider, "Network")
    return _join(word, isolate(item.name), _text(item.properties.get("address_range")))


def subnet_title(item: Resource, is_public: bool) -> tuple[str, str]:
    """A subnet's role and label: ``subnet_public``, ``Public subnet · a 10.0.1.0/24``.

    Only AWS makes the difference; elsewhere a subnet is private unless it says otherwise.
    """
    is_public = is_public or bool(re.search(r"(?:^|[^a-z])public(?:$|[^a-z])", item.name.lower()))
    word = ("Public subnet" if is_public else "Private subnet") if item.provider == "aws" else "Subnet"
    name = _PRIVATE_WORD.sub("", item.name) if item.provider == "aws" else item.name
    role = "subnet_public" if is_public else "subnet_private"
    return role, _join(word, f"· {isolate(name)}" if name else "", _text(item.properties.get("address_range")))


def type_title(type_key: str, native_type: str = "") -> str:
    """A type's name in the singular; for undeclared types their native name in words."""
    declared = catalogue().get(type_key)
    if declared is not None:
        return declared.title
    if "::" in native_type:
        *_, service, last = native_type.split("::")
        return f"{service} {_words(last)}"
    return (
        _words(re.split(r"[/.]", native_type)[-1]) or type_key.rsplit(".", 1)[-1].replace("_", " ") or "Resource"
    )


def _words(name: str) -> str:
    """``CacheCluster`` and ``cache_cluster`` as words: ``cache cluster``; what is all capitals stays so."""
    return " ".join(word if word.isupper() else word.lower() for word in _WORDS.findall(name.replace("_", " ")))


def plural(title: str) -> str:
    """The English plural of a type's name."""
    if title.endswith("y") and title[-2:-1] not in "aeiou":
        return f"{title[:-1]}ies"
    if title.endswith(("s", "x", "ch", "sh")):
        return title if title.endswith("s") and not title.endswith("ss") else f"{title}es"
    return f"{title}s"


def kind_title(kind: str) -> str:
    """A kind as a heading over all of it: ``Virtual machines``, ``DNS zones``."""
    words = kind.replace("_", " ")
    words = words.upper() if words in ("api", "cdn") else words.replace("dns", "DNS")
    titled = words[:1].upper() + words[1:]
    return titled if words in _MASS else plural(titled)


def stack_label(members: Sequence[Resource], group_name: str = "") -> str:
    """What a stack is called: its scaling group, what its names share, else its type in the plural."""
    if group_name:
        return group_name
    names = {item.name for item in members}
    if len(names) == 1:
        return next(iter(names))
    stems = {_TRAILING.sub("", name) for name in names}
    if len(stems) == 1 and len(next(iter(stems))) >= 2:
        return next(iter(stems))
    first, last = min(stems), max(stems)
    length = next(
        (at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )
    shared = first[:length]
    cut = max((shared.rfind(mark) for mark in "-_./: "), default=-1)
    if cut >= 4:
        return shared[:cut]
    return plural(type_title(members[0].type, members[0].native_type))


def stem(name: str) -> str:
    """A name without its number: ``web`` of ``web-12``."""
    return _TRAILING.sub("", name)


def facts_line(members: Sequence[Resource]) -> str:
    """A leaf's second line: the first fact its type declares that all members share, else the type's name."""
    first = members[0]
    declared = catalogue().get(first.type)
    for fact in declared.sublabel if declared is not None else ("size", "address_range"):
        values = {_text(item.properties.get(fact)) for item in members}
        if len(values) == 1:
            value = values.pop()
            if value:
                return value
    title = type_title(first.type, first.native_type)
    if len(members) > 1 and stack_label(members) == plural(title):
        return ""  # the label says it already
    return title if len(members) == 1 else plural(title)


def contents_line(members: Sequence[Resource]) -> str:
    """The second line of a collapsed container: what it holds most of."""
    inside = [item for item in members if item.kind not in (Kind.NETWORK, Kind.SUBNET)]
    if not inside:
        subnets = sum(item.kind == Kind.SUBNET for item in members)
        if subnets in (0, len(members)):
            return "empty"
        return f"{subnets} empty subnet{'s' if subnets > 1 else ''}"
    counts = Counter(item.kind for item in inside)
    kind, count = min(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    word = kind.replace("_", " ")
    text = f"{count} {plural(word) if count > 1 else word}"
    rest = len(inside) - count
    return f"{text} +{rest}" if rest else text


def money(amount: Decimal, currency: str | None) -> str:
    """``$70.08/mo``, ``€1,204/mo``: cents only where they matter."""
    digits = f"{amount:,.2f}" if abs(amount) < 100 else f"{amount:,.0f}"
    sign = _CURRENCIES.get(currency or "USD")
    return f"{sign}{digits}/mo" if sign else f"{digits} {currency}/mo"


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return _text(value[0]) if value else ""
    return str(value) if isinstance(value, (str, int, float)) else ""
