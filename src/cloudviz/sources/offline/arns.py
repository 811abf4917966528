"""What an ARN says: where a thing is, of which declared type it may be, and what it is built from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from cloudviz.catalogue.declare import Arn, ResourceType
from cloudviz.catalogue.paths import read_path
from cloudviz.catalogue.registry import catalogue

_ARN = re.compile(
    r"^arn:(?P<partition>aws[a-z-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):(?P<account>[a-z0-9]*):(?P<tail>.+)$",
    re.DOTALL,
)
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_ZONE = re.compile(r"^([a-z]{2,}(?:-[a-z]+)+-\d+)(?:[a-z]|-[a-z0-9-]+)$")
_REGION = re.compile(r"^[a-z]{2,}(?:-[a-z]+)+-\d+$")
_FOLDER_OF_REGION = re.compile(
    r"^(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-(?:north|south|east|west|central|(?:north|south)(?:east|west))-\d$"
)
_FOLDER_OF_ACCOUNT = re.compile(r"^\d{12}$")


class Parts(NamedTuple):
    """An ARN taken apart."""

    partition: str
    service: str
    region: str
    account: str
    tail: str


def parts_of(value: Any) -> Parts | None:
    """The parts of an ARN; None for what is none."""
    match = _ARN.match(value) if isinstance(value, str) and value.startswith("arn:") else None
    return Parts(*match.groups()) if match else None


def region_of_zone(zone: Any) -> str:
    """The region of an availability zone, ``""`` for what is none."""
    match = _ZONE.match(zone) if isinstance(zone, str) else None
    return match[1] if match else ""


def is_region(value: Any) -> bool:
    """Whether a text has the form of a region."""
    return isinstance(value, str) and _REGION.match(value) is not None


def place_of_folders(name: str) -> tuple[str, str]:
    """The AWS account and region that the folders of a path are called by, each ``""`` where none is.

    Who writes down what the command line printed sorts it so: ``prod/123456789012/us-east-1/ec2-vpcs.json``.
    """
    account = region = ""
    for folder in name.split("/")[:-1]:
        if _FOLDER_OF_REGION.match(folder):
            region = folder
        elif _FOLDER_OF_ACCOUNT.match(folder):
            account = folder
    return account, region


def types_of(arn: str) -> Iterator[ResourceType]:
    """The declared types whose ARNs have the form of this one."""
    parts = parts_of(arn)
    if parts is not None:
        for declared, pattern in _by_service().get(parts.service, ()):
            if pattern.match(parts.tail):
                yield declared


def explorer_name(arn: str) -> str:
    """``ec2:key-pair``, as Resource Explorer calls a type; the service alone where the ARN does not say more."""
    parts = parts_of(arn)
    if parts is None:
        return ""
    noun, mark, _ = parts.tail.replace("/", ":").partition(":")
    return f"{parts.service}:{noun}" if mark else parts.service


def lay_identity(declared: ResourceType, body: dict[str, Any], arn: str) -> None:
    """Lay into a body what its declaration builds the ARN from, where the body does not have it."""
    identity, parts = declared.id, parts_of(arn)
    if not isinstance(identity, Arn) or parts is None:
        return
    if identity.given is not None:
        path = identity.given.paths[0]
        if _is_plain(path):
            body.setdefault(path, arn)
    match = _pattern(identity.template).match(parts.tail)
    for path, value in zip(identity.keys, match.groups() if match else (), strict=False):
        if _is_plain(path) and body.get(path) is None:
            body[path] = value


def lay_native_id(declared: ResourceType, body: dict[str, Any], native: str) -> None:
    """The same of what the cloud itself calls the thing: ``vpc-0a1``, ``orders``, where one name is enough."""
    identity = declared.id
    if not isinstance(identity, Arn):
        return
    if parts_of(native) is not None:
        lay_identity(declared, body, native)
    elif len(identity.keys) == 1 and _is_plain(identity.keys[0]) and body.get(identity.keys[0]) is None:
        body[identity.keys[0]] = native


def has_identity(declared: ResourceType, body: Mapping[str, Any]) -> bool:
    """Whether a body has what its declaration makes an id of: an ARN of the service, or all parts of one."""
    identity = declared.id
    if not isinstance(identity, Arn):
        return False
    if identity.given is not None:
        given = identity.given.one(body, {})
        parts = parts_of(given)
        if parts is not None:
            return parts.service == identity.service
        if given:
            return False
    return all(_is_text(read_path(key)(body)) for key in identity.keys)


def _is_text(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], str | int) and values[0] != ""


def _is_plain(path: str) -> bool:
    return not any(mark in path for mark in ".[]{}*")


@lru_cache(maxsize=512)
def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PLACEHOLDER.split(template)
    count = len(pieces) // 2
    written = ""
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            written += re.escape(piece).replace(r"\*", ".*")
        else:
            # Names of roles and log groups have slashes in them: the last one takes what there is.
            written += "(.+)" if index // 2 == count - 1 else "([^/:]+)"
    return re.compile(f"^{written}$", re.DOTALL)


@lru_cache(maxsize=1)
def _by_service() -> Mapping[str, list[tuple[ResourceType, re.Pattern[str]]]]:
    found: dict[str, list[tuple[ResourceType, re.Pattern[str]]]] = {}
    for declared in catalogue().of("aws"):
        if isinstance(declared.id, Arn):
            found.setdefault(declared.id.service, []).append((declared, _pattern(declared.id.template)))
    return found
