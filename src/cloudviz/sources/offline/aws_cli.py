"""What the AWS command line prints: ``aws ec2 describe-vpcs > FILE``, whatever the file is called.

A reply is told by its members, which the declarations name where they say how a type is listed: ``Vpcs``,
``Reservations``, ``DBInstances``. Where several services have a member of one name, what an item holds decides:
it must have what the declaration makes an id of. A member that no declaration names is kept as ``aws.other``
where its things have ARNs or ids.
Source: https://docs.aws.amazon.com/cli/latest/reference/ (the output of each command).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cloudviz.catalogue.aws.long_tail import ARNS, IDENTIFIER
from cloudviz.catalogue.declare import Arn, AwsCall, ResourceType
from cloudviz.catalogue.paths import read_path
from cloudviz.catalogue.registry import catalogue, is_of_type
from cloudviz.inventory.model import Problem, RawItem, Scope
from cloudviz.sources.offline.arns import (
    explorer_name,
    has_identity,
    lay_identity,
    parts_of,
    region_of_zone,
    types_of,
)
from cloudviz.sources.offline.format import Asked, Contents, Document, Format
from cloudviz.sources.offline.rows import list_paths, rows_at

_ASK_EVERY = 512
_LEARNING = 500
"""So many items are read before the first is placed: what they say of their account and region is said of all."""

_PLAIN = frozenset({"ResponseMetadata", "NextToken", "nextToken", "Marker", "NextMarker", "IsTruncated"})
"""Members of a reply that are about the reply."""

_NO_THINGS = frozenset(
    {"Tags", "TagList", "TagSet", "ResourceTagSet", "Findings", "InstanceTypes", "failures", "Grants"}
)
"""Lists of what is no thing of its own."""


_MOST_AROUND = 3
"""Members that an entry has at most around what it lists, to be told from a thing that holds another."""

_NEEDED: Mapping[str, int] = {"items[]": 3, "items": 3, "Items[]": 3, "Items": 3, "Attributes": 1}
"""How many of a declaration's fields an item has where the member's name says nothing."""


Thing = tuple[ResourceType | None, str, dict[str, Any]]
"""(declared type, native type, body)."""


@dataclass(frozen=True)
class Claim:
    """A declaration that lists its things at a path of some reply."""

    declared: ResourceType
    call: AwsCall


@lru_cache(maxsize=1)
def claims() -> Mapping[str, tuple[Claim, ...]]:
    """Path in a reply → the declarations whose things it lists, or describes one by one: ``Table``."""
    found: dict[str, dict[str, Claim]] = {}
    for declared in catalogue().of("aws"):
        listing = declared.listing
        assert isinstance(listing, AwsCall)
        for call in listing.calls:
            paths = [call.result] if call.each is None else [call.each.result]
            # A detail that is laid over the item describes it: DescribeTable's Table, DescribeClusters' clusters.
            paths += [detail.result for detail in call.details if not detail.into]
            for path in paths:
                found.setdefault(path, {}).setdefault(declared.key, Claim(declared, call))
                if path.endswith("[]"):
                    # "--query" and services that describe one thing at a time drop the list around it.
                    found.setdefault(path.removesuffix("[]"), {}).setdefault(declared.key, Claim(declared, call))
    return {path: tuple(by_key.values()) for path, by_key in found.items()}


def _body(claim: Claim | None, value: Any) -> dict[str, Any]:
    """An item as a scan has it: a bare name stands under a name too, and a hosted zone's id is bare."""
    if isinstance(value, Mapping):
        body = dict(value)
        if claim is not None and claim.call.operation == "list_hosted_zones":
            body["Id"] = str(body.get("Id", "")).removeprefix("/hostedzone/")
        return body
    body = {"@item": value}
    if claim is not None and claim.call.item_key:
        text = str(value)
        body[claim.call.item_key] = text.rstrip("/").rpartition("/")[2] if "://" in text else text
    return body


def _claimed(path: str, value: Any) -> tuple[ResourceType | None, dict[str, Any]]:
    """The declaration that a thing is of, and its body; None where there is none."""
    best: tuple[int, ResourceType, dict[str, Any]] | None = None
    for claim in claims().get(path, ()):
        body = _body(claim, value)
        if not has_identity(claim.declared, body) or not is_of_type(claim.declared, body):
            continue
        score = sum(1 for head in _heads(claim.declared) if body.get(head) is not None)
        if score < _NEEDED.get(path, 0) or "SubscriptionArn" in body:
            continue  # what subscribes to a topic names it, and is none
        if best is None or score > best[0]:
            best = (score, claim.declared, body)
    return (best[1], best[2]) if best is not None else (None, {})


@lru_cache(maxsize=256)
def _heads(declared: ResourceType) -> frozenset[str]:
    return frozenset(path.split(".", 1)[0].split("[", 1)[0] for path in declared.paths())


# -- things of no declared type ------------------------------------------------------------------------------


def _unclaimed(member: str, value: Any, is_page: bool) -> tuple[str, dict[str, Any]] | None:
    """The native type and body of a thing that no declaration claims; None for what is no thing: a page, a tag."""
    if member in _NO_THINGS:
        return None
    noun = _noun(member)
    if isinstance(value, str):
        return _bare(member, value)
    if not isinstance(value, Mapping):
        return None
    within = value.get(noun)
    if isinstance(within, Mapping) and len(value) <= _MOST_AROUND:
        value = {**value, **within}  # a policy and whether it is a managed one
    arn = _own_arn(noun, value)
    if arn:
        return explorer_name(arn), {**value, IDENTIFIER: arn}
    for name, identity in _long_tail().get(noun.lower(), ()):
        if len(identity.keys) == 1:
            key = identity.keys[0]
            own = value.get(key) or (value.get(f"{noun}{key}") if key in ("Id", "Name") else None)
            if isinstance(own, str) and own:
                return name, {**value, key: own}
    small = f"{noun[:1].lower()}{noun[1:]}"
    own = value.get(f"{noun}Id") or value.get(f"{small}Id") or value.get(f"{member}Id")
    if isinstance(own, str) and own and (noun != small or is_page or _has_arn(value)):
        return f"aws:{noun}", {**value, IDENTIFIER: own}
    named = value.get(f"{noun}Name")
    if isinstance(named, str) and named and any(letter.isupper() for letter in noun[1:]):
        return f"aws:{noun}", {**value, IDENTIFIER: named}  # GlobalTableName of a GlobalTable: nobody else says so
    if is_page or _has_arn(value):
        for key in (f"{noun}Name", f"{small}Name", "Id", "id", "Name", "name"):
            if isinstance(value.get(key), str) and value[key]:
                return f"aws:{noun}", {**value, IDENTIFIER: value[key]}
    return None


def _bare(member: str, value: str) -> tuple[str, dict[str, Any]] | None:
    """A thing of which only its ARN is listed: ``taskDefinitionArns``; an id alone where its member says so."""
    if member.endswith("Arns") and parts_of(value) is not None:
        return explorer_name(value), {"@item": value, IDENTIFIER: value}
    noun = member.removesuffix("Ids")
    if noun != member and noun[:1].isupper() and value:
        return f"aws:{noun}", {"@item": value, IDENTIFIER: value}
    return None


def _has_arn(value: Mapping[str, Any]) -> bool:
    return any(key[-3:].lower() == "arn" for key in value)


def _noun(member: str) -> str:
    noun = member
    for ending in (
        "SummaryList",
        "Summaries",
        "MetadataList",
        "DetailList",
        "InfoList",
        "List",
        "Detail",
        "Metadata",
    ):
        noun = noun.removesuffix(ending) or noun
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("sses", "xes", "ches")):
        return noun[:-2]
    return noun.removesuffix("s")


def _own_arn(noun: str, value: Mapping[str, Any]) -> str:
    """The ARN of a thing itself, among those of what it refers to."""
    found = {
        key: each for key, each in value.items() if key.lower().endswith("arn") and parts_of(each) is not None
    }
    for key in found:
        if key.lower() in ("arn", f"{noun.lower()}arn"):
            return str(found[key])
    metadata = value.get(f"{noun}Metadata")
    if noun and isinstance(metadata, Mapping) and (arn := _own_arn(noun, metadata)):
        return arn
    serial = value.get("SerialNumber")  # of a device of IAM
    if isinstance(serial, str) and parts_of(serial) is not None:
        return serial
    # AlgorithmArn of an algorithm is its first member or its second; RoleArn comes later.
    heads = [
        key for key in list(value)[:3] if key in found and not key.lower().startswith(("role", "kms", "topic"))
    ]
    return str(found[heads[0]]) if heads else ""


@lru_cache(maxsize=1)
def _long_tail() -> Mapping[str, list[tuple[str, Arn]]]:
    found: dict[str, list[tuple[str, Arn]]] = {}
    for name, identity in ARNS.items():
        found.setdefault(name.rpartition("::")[2].lower(), []).append((name, identity))
    return {noun: each for noun, each in found.items() if len(each) == 1}


# -- where things are ----------------------------------------------------------------------------------------


@dataclass
class _Places:
    """What items say of the account and region that the command line asked."""

    asked: Asked
    accounts: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    partitions: Counter[str] = field(default_factory=Counter)

    def learn(self, body: Mapping[str, Any]) -> None:
        """Take in what one item says, its own members before those of what it refers to."""
        waiting: list[tuple[Any, int]] = [(body, 0)]
        seen = 0
        while waiting and seen < 400:
            value, depth = waiting.pop()
            seen += 1
            if isinstance(value, str):
                parts = parts_of(value)
                if parts is not None:
                    self.partitions[parts.partition] += 1
                    if parts.account.isdigit():
                        self.accounts[parts.account] += 1
                    if parts.region:
                        self.regions[parts.region] += 1
                elif region := region_of_zone(value):
                    self.regions[region] += 1
                elif value.startswith("https://sqs."):
                    pieces = value.split("/")
                    host = pieces[2].split(".")
                    if len(pieces) > 4 and pieces[3].isdigit() and len(host) > 2:
                        self.accounts[pieces[3]] += 1
                        self.regions[host[1]] += 1
            elif depth < 6:
                below: Any = (
                    value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
                )
                waiting.extend((each, depth + 1) for each in below)
        for key in ("OwnerId", "ownerId", "AccountId", "registryId"):
            if isinstance(body.get(key), str) and body[key].isdigit():
                self.accounts[body[key]] += 2

    def scope(self, declared: ResourceType | None, body: Mapping[str, Any]) -> Scope:
        """Where an item is: what it says itself, what the caller said, what the others say."""
        account = region = ""
        partition = "aws"
        arn = body.get(IDENTIFIER)
        if declared is not None and isinstance(declared.id, Arn) and declared.id.given is not None:
            arn = declared.id.given.one(body, {})
        parts = parts_of(arn)
        if parts is not None:
            partition, account, region = parts.partition, parts.account, parts.region
        elif self.partitions:
            partition = self.partitions.most_common(1)[0][0]
        account = account or str(body.get("OwnerId") or body.get("registryId") or "")
        account = account if account.isalnum() else ""
        is_global = declared is not None and isinstance(declared.listing, AwsCall) and declared.listing.is_global
        if is_global:
            own = declared.region.one(body, {}) if declared is not None and declared.region is not None else ""
            region = str(own or "")
        else:
            placement = body.get("Placement")
            zone = (
                placement.get("AvailabilityZone")
                if isinstance(placement, Mapping)
                else body.get("AvailabilityZone")
            )
            region = region or region_of_zone(zone) or self.asked.region or _first(self.regions)
        return Scope("aws", account or self.asked.account or _first(self.accounts), region, partition)


def _first(counts: Counter[str]) -> str:
    """What is said most often; of two that are said as often, the first in order."""
    return min(counts, key=lambda each: (-counts[each], each)) if counts else ""


# -- reading -------------------------------------------------------------------------------------------------


def _paths(top: Mapping[str, Any]) -> list[str]:
    """The paths of a reply at which there are things."""
    found: list[str] = []
    for path in claims():
        head = path.partition(".")[0].removesuffix("[]")
        value = top.get(head)
        if path.partition(".")[0].endswith("[]"):
            fits = isinstance(value, list)
        else:
            fits = isinstance(value, Mapping) or (path == head and isinstance(value, str))
        if head and fits:
            found.append(path)
    heads = {path.partition(".")[0].removesuffix("[]") for path in found}
    is_alone = len(top.keys() - _PLAIN) == 1  # ids beside other members are those of what the reply is about
    found += [
        path
        for path in list_paths(top)
        if (member := path.removesuffix("[]")) not in heads | _PLAIN
        and (is_alone or not member.endswith(("Ids", "Arns")))
    ]
    for key, value in top.items():
        if isinstance(value, Mapping) and key not in heads | _PLAIN and "." not in key:
            found.append(f"{key}.Items[]" if isinstance(value.get("Items"), list) else key)
    # A dot or bracket in a key would read as a path.
    return [path for path in dict.fromkeys(found) if path]


def _thing(path: str, value: Any, is_page: bool) -> Thing | None:
    declared, body = _claimed(path, value)
    if declared is not None:
        return declared, catalogue().native_name(declared), body
    member = path.partition(".")[0].removesuffix("[]")
    if isinstance(value, str) and not path.endswith("[]"):
        return None
    other = _unclaimed(member, value, is_page)
    return _told_by_arn(*other) if other is not None else None


def _told_by_arn(native: str, body: dict[str, Any]) -> Thing:
    """What no declaration reads may still have the ARN of a declared type: the reply of GetDistribution."""
    arn = str(body[IDENTIFIER]) if IDENTIFIER in body else ""
    for declared in types_of(arn):
        told = {key: value for key, value in body.items() if key != IDENTIFIER}
        lay_identity(declared, told, arn)
        if is_of_type(declared, told) and has_identity(declared, told):
            return declared, catalogue().native_name(declared), told
    return None, native, body


def _is_page(top: Mapping[str, Any]) -> bool:
    """Whether a document says that it is a reply of AWS. CloudFront says so of the list in it."""
    if not _PLAIN.isdisjoint(top):
        return True
    return len(top) == 1 and any(
        isinstance(each, Mapping) and "Quantity" in each and "Items" in each for each in top.values()
    )


def _whole(top: Mapping[str, Any]) -> Thing | None:
    """A reply that is the thing itself: ``aws stepfunctions describe-state-machine``."""
    if any(path in top for path in ("version", "Resources", "$schema")):
        return None
    body = {key: value for key, value in top.items() if key not in _PLAIN}
    declared, made = _claimed("", body)
    given = declared.id.given if declared is not None and isinstance(declared.id, Arn) else None
    if declared is not None and given is not None and parts_of(given.one(made, {})) is not None:
        return declared, catalogue().native_name(declared), made
    arn = _own_arn("", body)
    if arn:
        return _told_by_arn(explorer_name(arn), {**body, IDENTIFIER: arn})
    # A thing that has a name and an ARN of one noun is one of these: TrialName, TrialArn.
    for key in list(body)[:4]:
        noun = key.removesuffix("Name")
        if key.endswith("Name") and f"{noun}Arn" in body and isinstance(body[key], str) and body[key]:
            return None, f"aws:{noun}", {**body, IDENTIFIER: body[key]}
    return None


def _recognise(top: Mapping[str, Any]) -> bool:
    if "AWSTemplateFormatVersion" in top:
        return False
    for path in _paths(top):
        is_empty = True
        for value in read_path(path)(top)[:20]:
            is_empty = False
            if _thing(path, value, _is_page(top)) is not None:
                return True
        if (
            is_empty
            and path.endswith("[]")
            and path in claims()
            and not top.keys() - _PLAIN - {path.split(".")[0][:-2]}
        ):
            return True  # a list of a known name with nothing in it
    return _whole(top) is not None


def _read(document: Document, asked: Asked) -> Contents:
    contents = Contents.of(document)
    places = _Places(asked)
    waiting: list[Thing] = []
    placed = False
    homeless = _Homeless()
    unread: Counter[str] = Counter()

    def place() -> None:
        for declared, native, body in waiting:
            scope = places.scope(declared, body)
            item = RawItem(scope, native, body, declared.key if declared else None, where=document.name)
            homeless.see(item)
            contents.items.append(item)
        waiting.clear()

    for number, thing in enumerate(_things(document, places, unread)):
        if number % _ASK_EVERY == 0:
            asked.go_on()
        if not placed:
            places.learn(thing[2])
        waiting.append(thing)
        if placed or len(waiting) >= _LEARNING:
            place()
            placed = True
    place()
    for member, count in sorted(unread.items()):
        contents.left_out[member] = contents.left_out.get(member, 0) + count
    contents.problems.extend(homeless.problems(document.name))
    return contents


def _things(document: Document, places: _Places, unread: Counter[str]) -> Iterator[Thing]:
    whole = _whole(document.top) if document.elements is None else None
    if whole is not None:
        yield whole
        return
    top = document.top if document.sample is None else document.sample
    is_page = _is_page(top)
    # Who owns an instance its reservation says, and the instance does not.
    owners = ["Reservations[].OwnerId"] if isinstance(top.get("Reservations"), list) else []
    for path, value in rows_at(document, [*owners, *_paths(top)]):
        if path in owners:
            places.accounts[str(value)] += 1
            continue
        thing = _thing(path, value, is_page)
        if thing is not None:
            yield thing
        else:
            unread[path] += 1


@dataclass
class _Homeless:
    """How many things do not say where they are, of those that have to."""

    accounts: int = 0
    regions: int = 0

    def see(self, item: RawItem) -> None:
        if not item.scope.account:
            self.accounts += _needs_account(item)
        if not item.scope.region:
            self.regions += _needs_region(item)

    def problems(self, name: str) -> Iterator[Problem]:
        for lost, what in (
            (self.accounts, "not say which account has it; give it with --account"),
            (self.regions, "not say in which region it is; give it with --region"),
        ):
            if lost:
                noun = "resource does" if lost == 1 else "resources do"
                yield Problem("", f"{lost:,} {noun} {what}", name, loss=False)


def _identity(item: RawItem) -> Arn | None:
    declared = catalogue().get(item.type_key) if item.type_key else None
    return declared.id if declared is not None and isinstance(declared.id, Arn) else None


def _needs_account(item: RawItem) -> bool:
    identity = _identity(item)
    given = identity.given.one(item.body, {}) if identity is not None and identity.given is not None else None
    return identity is None or (identity.has_account and parts_of(given) is None)


def _needs_region(item: RawItem) -> bool:
    identity = _identity(item)
    given = identity.given.one(item.body, {}) if identity is not None and identity.given is not None else None
    return identity is not None and identity.has_region and parts_of(given) is None


AWS_CLI = Format("AWS command line output", _recognise, _read, streams=True)

__all__ = ["AWS_CLI", "claims"]
