"""What a resource is called for ever: ARN, ARM id, full resource name (contract §1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.declare import Arm, ArmList, Arn, AssetName, ResourceType
from cloudviz.inventory.model import Scope

_GOOGLE_URL = re.compile(
    r"^https?://(?:www\.googleapis\.com/[a-z]+|[a-z0-9-]+\.googleapis\.com(?:/[a-z]+)?)"
    r"/(?:v\d+[a-z0-9]*|beta|alpha)/(?P<rest>.+)$"
)
_ARM_PREFIX = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)(?:/resourcegroups/(?P<group>[^/]+))?", re.IGNORECASE
)
_RESOURCE_GROUP = "microsoft.resources/subscriptions/resourcegroups"
_ACCOUNT = re.compile(r"[0-9]{12}")
_IN_OWN_PROJECT = ("global/", "regions/", "zones/", "locations/")
"""How a partial name begins that Google's services complete with their own project."""
_PROJECT = re.compile(r"(?:^|/)projects/(?P<project>[^/]+)")


def identity_of(
    declared: ResourceType,
    given: Any,
    owner: Any,
    values: Mapping[str, str] | None,
    scope: Scope,
    native_type: str = "",
) -> str | None:
    """The id of an item, or None when the body does not hold what the id needs.

    Arguments:
        given: what the body says of its id.
        owner: the account that it says owns the thing.
        values: the values of the template's placeholders; None where one is missing.
    """
    identity = declared.id
    if isinstance(identity, Arm):
        return arm_id(str(given)) if given else None
    if isinstance(identity, AssetName) and native_type in identity.hosts:
        identity = replace(identity, service=identity.hosts[native_type])
    if isinstance(identity, Arn):
        if given and str(given).startswith("arn:"):
            return str(given)
        if owner and _ACCOUNT.fullmatch(str(owner)):
            scope = replace(scope, account=str(owner))
        return identity.build(values, scope) if values is not None else None
    if given:
        return asset_id(identity, str(given))
    return fill_asset(identity, values, scope) if values is not None else None


def fill_asset(identity: AssetName, values: Mapping[str, str], scope: Scope) -> str | None:
    """A full resource name from its template, the project and location from the scope where they are asked."""
    known = {"project": scope.account, "location": scope.region, **values}
    if any(not known.get(key) for key in identity.keys):
        return None
    path = re.sub(r"\{([^{}]+)\}", lambda match: known[match.group(1)], identity.template)
    return f"//{identity.service}/{path}"


def asset_id(identity: AssetName, given: str) -> str:
    """Rewrite a selfLink or a relative name to the full resource name of Cloud Asset Inventory."""
    if given.startswith("//"):
        return given
    begin, mark, _ = given.partition("/projects/")
    if mark and "\n" not in given and _is_before_projects(begin):
        path = given[len(begin) + 1 :]
    else:
        match = _GOOGLE_URL.match(given)
        path = match["rest"] if match else given.lstrip("/")
    if identity.service == "storage.googleapis.com":
        # Buckets carry no project: //storage.googleapis.com/NAME, from …/storage/v1/b/NAME.
        path = path.removeprefix("b/")
    return f"//{identity.service}/{path}"


@lru_cache(maxsize=256)
def _is_before_projects(begin: str) -> bool:
    """Whether a URL that begins so goes on with a relative name: the few services are each named by thousands."""
    match = _GOOGLE_URL.match(f"{begin}/projects/any")
    return match is not None and match["rest"] == "projects/any"


def arm_id(given: str) -> str:
    """An ARM id as it is compared."""
    return given.rstrip("/").lower()


def account_in(identifier: str, provider: str) -> str:
    """The account, subscription or project that an id itself names, or ``""``."""
    if provider == "aws" and identifier.startswith("arn:"):
        parts = identifier.split(":", 5)
        return parts[4] if len(parts) > 4 else ""
    if provider == "azure":
        parts = identifier.split("/", 3)
        is_in_one = len(parts) > 2 and not parts[0] and parts[1].lower() == "subscriptions"
        return parts[2].lower() if is_in_one else ""
    if provider == "gcp":
        match = _PROJECT.search(identifier)
        # Some services name by the project's number; the scope knows its id.
        return match["project"] if match and not match["project"].isdigit() else ""
    return ""


def region_in(identifier: str, provider: str) -> str:
    """The region that an ARN itself names, or ``""``."""
    if provider == "aws" and identifier.startswith("arn:"):
        parts = identifier.split(":", 5)
        return parts[3] if len(parts) > 3 else ""
    return ""


def resource_group_in(identifier: str) -> str:
    """The resource group an ARM id names, or ``""``."""
    match = _ARM_PREFIX.match(identifier)
    return (match["group"] or "").lower() if match else ""


def last_part(identifier: str) -> str:
    """The last part of an id, as a name of last resort."""
    end = identifier.rstrip("/:")
    return end[max(end.rfind("/"), end.rfind(":")) + 1 :] or identifier


def bare_key(declared: ResourceType, identifier: str) -> str | None:
    """What other resources call this one when they do not give its full id: ``sg-0a1``, a table's name.

    Only where the id's template has one placeholder, at its end.
    """
    identity = declared.id
    if isinstance(identity, Arn) and len(identity.keys) == 1 and identity.template.endswith("}"):
        prefix = identity.template.split("{", 1)[0]
        tail = identifier.split(":", 5)[-1] if identifier.startswith("arn:") else identifier
        return tail[len(prefix) :] if tail.startswith(prefix) else None
    if isinstance(identity, AssetName):
        return last_part(identifier)
    return None


def reference_to(declared: ResourceType, value: str, scope: Scope) -> str | None:
    """The id that a reference means, when it refers to this type; None when it can't.

    A reference may be a full id, a bare key, a selfLink, or an ARM id of a child, which names its owner by
    prefix (``…/loadBalancers/x/backendAddressPools/y`` refers to the load balancer).
    """
    return _reader_of_references(declared)(value, scope)


def full_references(declared: ResourceType) -> ReferenceReader | None:
    """What makes the id it names of a path that refers to the one type it may mean; None where that hangs on more.

    A path of Azure or Google means one id wherever it is read. A bare name may be that of a neighbour, and that of
    Amazon's things does not say whose they are.
    """
    return None if isinstance(declared.id, Arn) else _reader_of_references(declared)


def hangs_on_scope(value: str) -> bool:
    """Whether :func:`full_references` may make another id of a reference in another scope."""
    return value.startswith(_IN_OWN_PROJECT)


ReferenceReader = Callable[[str, Scope], str | None]


@lru_cache(maxsize=2048)
def _reader_of_references(declared: ResourceType) -> ReferenceReader:
    identity = declared.id
    if isinstance(identity, Arn):
        return _arn_reader(declared, identity)
    if isinstance(identity, Arm):
        return _arm_reader(declared)
    return _asset_reader(declared, identity)


def _arn_reader(declared: ResourceType, identity: Arn) -> ReferenceReader:
    literal = identity.template.split("{", 1)[0]

    def read(value: str, scope: Scope) -> str | None:
        if value.startswith("arn:"):
            parts = value.split(":", 5)
            if len(parts) < 6 or parts[2] != identity.service or not parts[5].startswith(literal):
                return None
            return value
        if len(identity.keys) != 1 or not value or ("/" in value.strip("/") and not literal):
            return None
        if declared.aliases and ("." in value or "/" in value):
            # A host name or alias/orders: only what has that alias is meant, no id can be made of it.
            return None
        if identity.has_account and not scope.account and identity.has_region and not scope.region:
            return None
        return identity.build({identity.keys[0]: value}, scope)

    return read


def _asset_reader(declared: ResourceType, identity: AssetName) -> ReferenceReader:
    keys = [key for key in identity.keys if key not in ("project", "location")]
    host = f"//{identity.service}/"
    named = identity.collection
    marks = tuple(f"/{each}/" for each in (named, *identity.collections))

    def read(value: str, scope: Scope) -> str | None:
        if "/" not in value:
            if declared.aliases and "." in value:
                return None  # a host name, as above
            return fill_asset(identity, {keys[0]: value}, scope) if len(keys) == 1 else None
        if scope.account and value.startswith(_IN_OWN_PROJECT):
            value = f"projects/{scope.account}/{value}"
        if value.startswith("//") and not value.startswith(host):
            return None
        found = asset_id(identity, value)
        if not named:
            return found
        for mark in marks:
            if mark in found:
                return found
        return None

    return read


def _arm_reader(declared: ResourceType) -> ReferenceReader:
    names = arm_names(declared)
    if _RESOURCE_GROUP in names:

        def read_group(value: str, scope: Scope) -> str | None:
            group = _ARM_PREFIX.match(arm_id(value))
            return group.group() if group and group["group"] else None

        return read_group
    listings = [name.split("/") for name in names]
    if all(len(listing) == 2 for listing in listings):
        marks = tuple(f"/providers/{name}/" for name in names)

        def read_top(value: str, scope: Scope) -> str | None:
            lowered = arm_id(value)
            at = lowered.rfind("/providers/")
            for mark in marks:
                if lowered.startswith(mark, at):
                    end = lowered.find("/", at + len(mark))
                    return lowered if end < 0 else lowered[:end]
            return None

        return read_top
    shapes = [(listing[0], listing[1:], 2 * len(listing) - 2) for listing in listings if len(listing) > 1]

    def read(value: str, scope: Scope) -> str | None:
        lowered = arm_id(value)
        head, providers, tail = lowered.rpartition("/providers/")
        if not providers:
            return None
        parts = tail.split("/")
        for namespace, types, depth in shapes:
            if parts[0] == namespace and parts[1:depth:2] == types and len(parts) > depth:
                if len(parts) == depth + 1:
                    return lowered
                return f"{head}/providers/" + "/".join(parts[: 1 + depth])
        return None

    return read


@lru_cache(maxsize=1024)
def arm_names(declared: ResourceType) -> tuple[str, ...]:
    """Every ARM type that a declaration stands for; a gateway is one of two."""
    listing = declared.listing
    return (listing.arm_type, *declared.known_as.arm) if isinstance(listing, ArmList) else ()


def native_name_of(declared: ResourceType, identifier: str) -> str:
    """The ARM type that an id names, where the declaration stands for several; else ``""``."""
    if len(arm_names(declared)) < 2:
        return ""
    _, providers, tail = identifier.rpartition("/providers/")
    parts = tail.split("/")
    found = "/".join([parts[0], *parts[1::2]]) if providers else ""
    return found if found in arm_names(declared) else ""
