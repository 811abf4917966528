"""Whose charge is it: what a bill calls a resource, and the resource of the inventory that this is.

Bills name resources in their own ways: by ARN, by the short id (``i-…``, ``vol-…``), by a bucket's name, by an
ARM id in whatever case, by Google's global name with the number instead of the name. A part that the inventory has
not (a task of a cluster, a database of a server, a stage of an API) belongs to what holds it.

What is found nowhere stays on the bill as unattributed, with the reason: the sum over resources and that remainder
is the bill, exactly.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeVar

from cloudviz.costs.charges import ChargeCategory, ChargeKey


class Reason(StrEnum):
    """Why a charge has no resource."""

    NOT_NAMED = "not_named"  # the bill names no resource: support, data transfer, requests
    NOT_IN_INVENTORY = "not_in_inventory"  # it was never seen: gone since, or not looked at
    AMBIGUOUS = "ambiguous"  # several resources have that name
    NOT_OF_RESOURCES = "not_of_resources"  # taxes, credits, and commitments that nothing used


class Known(NamedTuple):
    """What allocating needs to know of a resource. ``number`` is Google's numeric id, where it has one."""

    id: str
    provider: str
    account: str
    name: str
    type: str = ""
    number: str = ""


# Ids that AWS gives out once in the world, whichever account they are in: i-0abc…, vol-0abc….
_OWN_ID = re.compile(r"^[a-z]{1,12}-[0-9a-z]{8,17}$")
_ARN = re.compile(r"^arn:[^:]*:([^:]*):([^:]*):([^:]*):(.+)$", re.DOTALL)
_GLOBAL_TYPES = frozenset({"aws.s3.bucket", "gcp.storage.bucket", "aws.cloudfront.distribution"})
_MANY = ""

T = TypeVar("T", tuple[str, str], tuple[str, str, str])


@dataclass(slots=True)
class Names:
    """Every name that a bill may call the resources of an inventory by."""

    by_id: dict[str, str] = field(default_factory=dict)
    # By native id or global name, in the whole cloud; by name, within an account. ``_MANY`` where several have it.
    by_own: dict[tuple[str, str], str] = field(default_factory=dict)
    by_name: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def add(self, item: Known) -> None:
        """One more resource."""
        provider, account = item.provider, item.account
        self.by_id[item.id.lower() if provider == "azure" else item.id] = item.id
        last = last_part(item.id)
        if (provider == "aws" and (_OWN_ID.match(last) or item.type in _GLOBAL_TYPES)) or (
            provider == "gcp" and item.type in _GLOBAL_TYPES
        ):
            _note(self.by_own, (provider, last), item.id)
        if item.number:
            _note(self.by_own, (provider, item.number), item.id)
        for name in {last, item.name} - {""}:
            _note(self.by_name, (provider, account, name.lower() if provider == "azure" else name), item.id)

    def find(self, provider: str, account: str, named: str) -> str | Reason:
        """The id of the resource that a bill calls ``named`` in ``account``, or why there is none."""
        if provider == "azure":
            return self._azure(account, named.lower())
        found = self.by_id.get(named)
        if found is not None:
            return found
        if provider == "gcp":
            return self._google(account, named)
        return self._plain(provider, account, named)

    def _plain(self, provider: str, account: str, named: str) -> str | Reason:
        parts = _ARN.match(named)
        owner = (parts.group(3) if parts else "") or account
        rest = parts.group(4) if parts else named
        last = last_part(rest)
        found = self.by_own.get((provider, last))
        if found:
            return found
        if parts:
            # arn:…:task/cluster/id, :restapis/id/stages/prod, :log-group:name:*: what holds it, inside out.
            head = named[: len(named) - len(rest)]
            for whole in _shorter(rest):
                found = self.by_id.get(head + whole)
                if found is not None:
                    return found
            if rest.startswith(("task/", "service/", "container-instance/")) and rest.count("/") >= 2:
                found = self.by_id.get(f"{head}cluster/{rest.split('/')[1]}")
                if found is not None:
                    return found
        found = self.by_name.get((provider, owner, last))
        if found is None and owner != account:
            found = self.by_name.get((provider, account, last))
        if found is None:
            return Reason.NOT_IN_INVENTORY
        return found or Reason.AMBIGUOUS

    def _azure(self, account: str, named: str) -> str | Reason:
        for whole in (named, *_outer_arm(named)):
            found = self.by_id.get(whole)
            if found is not None:
                return found
        if "/" in named:
            return Reason.NOT_IN_INVENTORY
        found = self.by_name.get(("azure", account, named))
        return Reason.NOT_IN_INVENTORY if found is None else found or Reason.AMBIGUOUS

    def _google(self, account: str, named: str) -> str | Reason:
        bare = named.removeprefix("//")
        for whole in (named, *_outer_google(named)):
            found = self.by_id.get(whole)
            if found is not None:
                return found
        last = last_part(bare)
        found = self.by_own.get(("gcp", last))
        if found:
            return found
        parts = bare.split("/")
        project = parts[parts.index("projects") + 1] if "projects" in parts[:-1] else account
        for owner in dict.fromkeys((account, project)):
            found = self.by_name.get(("gcp", owner, last))
            if found is not None:
                return found or Reason.AMBIGUOUS
        return Reason.NOT_IN_INVENTORY


def _note(names: dict[T, str], key: T, resource: str) -> None:
    held = names.get(key)
    if held is None:
        names[key] = resource
    elif held != resource:
        names[key] = _MANY


def last_part(named: str) -> str:
    """What stands behind the last ``/`` or ``:``."""
    return re.split(r"[/:]", named.rstrip("/:*"))[-1]


def _shorter(rest: str) -> Iterable[str]:
    """The part of an ARN behind the account, shorter and shorter, down to type and id."""
    pieces = re.split(r"([/:])", rest)
    for end in range(len(pieces), 2, -2):
        yield "".join(pieces[:end])
    yield "".join(pieces[:1])


def _outer_arm(named: str) -> Iterable[str]:
    """What holds an ARM resource, inside out: never its resource group, which is no resource that costs."""
    parts = named.split("/")
    if "providers" not in parts:
        return
    least = parts.index("providers") + 4
    for end in range(len(parts) - 2, least - 1, -2):
        yield "/".join(parts[:end])


def _outer_google(named: str) -> Iterable[str]:
    """What holds a resource of Google Cloud, inside out, down to what lies in a project."""
    parts = named.split("/")
    for end in range(len(parts) - 2, 6, -2):
        yield "/".join(parts[:end])


def names_of(resources: Iterable[Known]) -> Names:
    """The names of an inventory. Those who hold nothing but others (accounts, projects) may be among them."""
    names = Names()
    for item in resources:
        names.add(item)
    return names


_NEVER = frozenset({ChargeCategory.TAX.value, ChargeCategory.CREDIT.value})


@dataclass(slots=True)
class Allocation:
    """Charges by resource. What is not in ``resource_of`` is in ``reasons``.

    Attributes:
        resource_of: of each charge the id of its resource.
        reasons: of each other charge why it has none.
        lines: lines of the bill by reason, and under ``""`` those that have a resource.
    """

    resource_of: dict[ChargeKey, str] = field(default_factory=dict)
    reasons: dict[ChargeKey, Reason] = field(default_factory=dict)
    lines: Counter[str] = field(default_factory=Counter)


def allocate(charges: Mapping[ChargeKey, int], names: Names) -> Allocation:
    """Find the resource of each charge. ``charges`` is how many lines each has.

    A credit or tax that names its resource is that resource's; it is the same sum either way.
    """
    allocation = Allocation()
    remembered: dict[tuple[str, str, str], str | Reason] = {}
    for key, lines in charges.items():
        found: str | Reason
        if not key.resource:
            found = Reason.NOT_OF_RESOURCES if key.category in _NEVER else Reason.NOT_NAMED
            if key.category == ChargeCategory.COMMITMENT.value:
                found = Reason.NOT_OF_RESOURCES
        else:
            asked = (key.provider, key.account, key.resource)
            known = remembered.get(asked)
            if known is None:
                known = remembered[asked] = names.find(*asked)
            found = known
        if isinstance(found, Reason):
            allocation.reasons[key] = found
            allocation.lines[found.value] += lines
        else:
            allocation.resource_of[key] = found
            allocation.lines[""] += lines
    return allocation
