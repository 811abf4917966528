"""Further calls whose replies are laid into the items of a list: tags, attributes, health."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloudviz.catalogue.declare import AwsDetail, ResourceType
from cloudviz.catalogue.paths import read_path
from cloudviz.inventory.model import ANY_MEMBER, CoverageStatus
from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.model import action, takes_list
from cloudviz.sources.aws.refusals import GONE_CODES, CallFailed
from cloudviz.sources.aws.tags import Tags

TRIAL = 16
"""Where so many calls of a detail at once are all denied, the rest are not made."""

CHUNK = 256
"""How many calls of a detail are under way at most, waiting for a thread included."""


@dataclass(slots=True)
class Found:
    """An item of a list on its way to becoming a RawItem.

    Attributes:
        body: the item, details laid in.
        declared: its type, None while it is not known.
        region: where it is; where the list was read, or what the item itself says. ``""``: not known.
        gone: it was deleted while we looked.
        failures: why something of it could not be read.
        unseen: the members of the body that could not be.
    """

    body: dict[str, Any]
    declared: ResourceType | None
    region: str
    gone: bool = False
    failures: list[CallFailed] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)

    def lacks(self, detail: AwsDetail, failed: CallFailed | None = None) -> None:
        """Note that a detail could not be laid in; without a reason of its own, because another could not."""
        self.unseen.add(detail.into or ANY_MEMBER)
        if failed is not None:
            self.failures.append(failed)


def bucket_region(body: dict[str, Any]) -> None:
    """Write the region of a bucket as a region.

    GetBucketLocation answers null for us-east-1 and EU for buckets of before 2008 in eu-west-1:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    """
    if not body.get("BucketRegion") and "LocationConstraint" in body:
        constraint = body["LocationConstraint"]
        body["BucketRegion"] = {"": "us-east-1", "EU": "eu-west-1"}.get(constraint or "", constraint)


def bare_zone_id(body: dict[str, Any]) -> None:
    """Write the id of a hosted zone without ``/hostedzone/``, as its ARN, its tags and Terraform want it."""
    body["Id"] = str(body.get("Id", "")).removeprefix("/hostedzone/")


AFTER: Mapping[tuple[str, str], Callable[[dict[str, Any]], None]] = {
    ("route53", "list_hosted_zones"): bare_zone_id,
    ("s3", "get_bucket_location"): bucket_region,
}
"""What remains to be done to an item after a list or a detail, where AWS's answer is a riddle."""


class Details:
    """Lays the details of one unit into its items, page by page.

    Arguments:
        caller: makes the calls.
        service: the list's service.
        region: where to call for items that don't say where they are.
        tags: the tags in bulk.
    """

    def __init__(self, caller: Caller, service: str, region: str, tags: Tags) -> None:
        self._caller = caller
        self._tags = tags
        self._service = service
        self._region = region
        self._bulk: dict[int, dict[Any, list[Any]] | CallFailed] = {}
        self._hopeless: dict[int, CallFailed] = {}

    async def lay(self, detail: AwsDetail, items: Sequence[Found]) -> None:
        """Lay one detail into each item. What fails is noted on the item; this does not raise."""
        wanting = [item for item in items if not item.gone and not self._spared(detail, item)]
        if not wanting:
            return
        if detail.is_tags:
            await self._lay_tags(detail, wanting)
        else:
            await self._lay_called(detail, wanting)

    async def _lay_called(self, detail: AwsDetail, wanting: Sequence[Found]) -> None:
        permission = detail.permission or action(detail.service or self._service, detail.operation)
        if detail.bulk:
            await self._lay_bulk(detail, wanting, permission)
        elif detail.batch > 1:
            chunks = [
                group[at : at + detail.batch]
                for group in _alike(detail, wanting)
                for at in range(0, len(group), detail.batch)
            ]
            await asyncio.gather(*(self._lay_batch(detail, chunk, permission) for chunk in chunks))
        else:
            await self._lay_each(detail, wanting, permission)
        after = AFTER.get((self._service, detail.operation))
        if after is not None:
            for item in wanting:
                after(item.body)
                if detail.into in item.unseen:
                    item.unseen.add(ANY_MEMBER)  # what would have been made of it is not there either

    async def _lay_tags(self, detail: AwsDetail, items: Sequence[Found]) -> None:
        """Tags from the bulk API; by the detail's own call only where that is denied or not offered."""
        by_region: dict[str, list[Found]] = {}
        for item in items:
            by_region.setdefault(item.region or self._region, []).append(item)
        for region, there in sorted(by_region.items()):
            tags = await self._tags.of(region)
            if not isinstance(tags, CallFailed):
                for item in there:
                    _put_tags(detail, item, tags.get(self._arn_of(item) or "", {}))
            elif tags.status in (CoverageStatus.DENIED, CoverageStatus.UNSUPPORTED):
                await self._lay_called(detail, there)
                for item in there:
                    # Who denies both is told of the one that serves all services.
                    item.failures[:] = [
                        tags if each.status is CoverageStatus.DENIED else each for each in item.failures
                    ]
            else:
                for item in there:
                    item.lacks(detail, tags)

    def _arn_of(self, item: Found) -> str | None:
        if item.declared is None:
            return None
        return self._tags.arn_of(item.declared, item.body, item.region or self._region)

    def _spared(self, detail: AwsDetail, item: Found) -> bool:
        return bool(detail.unless and read_path(detail.unless)(item.body))

    async def _lay_each(self, detail: AwsDetail, items: Sequence[Found], permission: str) -> None:
        hopeless = self._hopeless.get(id(detail))
        for start in (0, *range(TRIAL, len(items), CHUNK)):
            chunk = items[start : TRIAL if start == 0 else start + CHUNK]
            if hopeless is not None:
                for item in chunk:
                    item.lacks(detail, hopeless)
                continue
            said = await asyncio.gather(*(self._lay_one(detail, item, permission) for item in chunk))
            denied = [each for each in said if each is not None and each.status is CoverageStatus.DENIED]
            if len(denied) == len(chunk) >= TRIAL:
                hopeless = self._hopeless[id(detail)] = denied[0]

    async def _lay_one(self, detail: AwsDetail, item: Found, permission: str) -> CallFailed | None:
        service = detail.service or self._service
        arguments = self._arguments(service, detail, [item])
        if arguments is None:
            _spoilt(detail, [item])
            return None
        region = item.region or self._region
        try:
            values: list[Any] = []
            async for page in self._caller.pages(service, region, detail.operation, arguments, permission):
                values.extend(_values(detail, page))
        except CallFailed as failed:
            if failed.code in detail.none_when:
                values = []
            elif failed.code in GONE_CODES:
                item.gone = True
                return None
            else:
                item.lacks(detail, failed)
                return failed
        _put(detail, item, values)
        return None

    async def _lay_batch(self, detail: AwsDetail, items: Sequence[Found], permission: str) -> None:
        service = detail.service or self._service
        arguments = self._arguments(service, detail, items)
        if arguments is None:
            _spoilt(detail, items)
            return
        values: list[Any] = []
        try:
            region = items[0].region or self._region
            async for page in self._caller.pages(service, region, detail.operation, arguments, permission):
                values.extend(_values(detail, page))
        except CallFailed as failed:
            if failed.code in GONE_CODES and len(items) > 1:
                # One of them went away in the meantime and the whole batch was refused: ask one by one.
                for item in items:
                    await self._lay_batch(detail, [item], permission)
            elif failed.code in GONE_CODES:
                items[0].gone = True
            else:
                for item in items:
                    item.lacks(detail, failed)
            return
        index = _index(detail, values)
        for item in items:
            _put(detail, item, _matches(detail, index, item))

    async def _lay_bulk(self, detail: AwsDetail, items: Sequence[Found], permission: str) -> None:
        index = self._bulk.get(id(detail))
        if index is None:
            service = detail.service or self._service
            values: list[Any] = []
            arguments = self._arguments(service, detail, [])
            try:
                async for page in self._caller.pages(
                    service, self._region, detail.operation, arguments or {}, permission
                ):
                    values.extend(_values(detail, page))
                index = _index(detail, values)
            except CallFailed as failed:
                index = failed
            self._bulk[id(detail)] = index
        for item in items:
            if isinstance(index, CallFailed):
                item.lacks(detail, index)
            else:
                _put(detail, item, _matches(detail, index, item))

    def _arguments(self, service: str, detail: AwsDetail, items: Sequence[Found]) -> dict[str, Any] | None:
        """The parameters of a call for these items; None when an item lacks what a parameter needs."""
        arguments: dict[str, Any] = {}
        for name, source in detail.arguments.items():
            if source.startswith("="):
                words = source[1:]
                arguments[name] = words.split(",") if takes_list(service, detail.operation, name) else words
                continue
            values: list[Any]
            if source == "@arn":
                values = [arn for item in items if (arn := self._arn_of(item))]
            else:
                path = source.removesuffix("[]")
                values = [value for item in items for value in read_path(path)(item.body)[:1]]
            if len(values) != len(items) or any(isinstance(value, list) and not value for value in values):
                return None
            arguments[name] = values if source.endswith("[]") else values[0]
        return arguments


def _spoilt(detail: AwsDetail, items: Iterable[Found]) -> None:
    """Note a detail that can't be asked for, on items of which another could not be read that names it."""
    for item in items:
        if item.failures:
            item.lacks(detail)


def _alike(detail: AwsDetail, items: Sequence[Found]) -> list[list[Found]]:
    """Items that one call may take: those of one owner, where the call names an owner."""
    paths = [each for each in detail.arguments.values() if not each.startswith("=") and not each.endswith("[]")]
    groups: dict[tuple[str, ...], list[Found]] = {}
    for item in items:
        owner = tuple(str(read_path(path)(item.body)[:1]) for path in paths)
        groups.setdefault(owner, []).append(item)
    return list(groups.values())


def _put_tags(detail: AwsDetail, item: Found, tags: Mapping[str, str]) -> None:
    """Lay tags in as the detail's own call would, so that a body is the same whichever of the two answered."""
    pairs = [{"Key": key, "Value": tags[key]} for key in sorted(tags)]
    if detail.match is not None:
        own = read_path(detail.match[1])(item.body)
        item.body[detail.into] = [{detail.match[0]: own[0] if own else None, "Tags": pairs}]
    elif detail.result.endswith("[]"):
        item.body[detail.into] = pairs
    else:
        item.body[detail.into] = dict(sorted(tags.items()))


def _values(detail: AwsDetail, page: Mapping[str, Any]) -> list[Any]:
    return read_path(detail.result)(page) if detail.result else [dict(page)]


def _index(detail: AwsDetail, values: Iterable[Any]) -> dict[Any, list[Any]]:
    assert detail.match is not None, f"{detail.operation} serves many items and must say how they match"
    read = read_path(detail.match[0])
    index: dict[Any, list[Any]] = {}
    for value in values:
        if isinstance(value, Mapping):
            for key in read(value)[:1]:
                index.setdefault(key, []).append(value)
                if isinstance(key, str) and key.startswith("arn:"):
                    # A qualified ARN (…:function:name:live) also counts for what it qualifies.
                    index.setdefault(key.rpartition(":")[0], []).append(value)
    return index


def _matches(detail: AwsDetail, index: Mapping[Any, list[Any]], item: Found) -> list[Any]:
    assert detail.match is not None
    matching: list[Any] = []
    for key in read_path(detail.match[1])(item.body):
        matching.extend(index.get(key, ()))
    return matching


def _put(detail: AwsDetail, item: Found, values: list[Any]) -> None:
    if not detail.into:
        for value in values[:1]:
            if isinstance(value, Mapping):
                item.body.update(value)
    elif detail.is_tags:
        item.body[detail.into] = _sorted_tags(detail, values)
    elif detail.result.endswith("[]"):
        item.body[detail.into] = values
    else:
        item.body[detail.into] = values[0] if values else None


def _sorted_tags(detail: AwsDetail, values: list[Any]) -> Any:
    """Tags in the words and the order in which the bulk API's are laid in."""
    if detail.match is not None:
        name = detail.match[0]
        return [{name: each.get(name), "Tags": _pairs(each.get("Tags") or ())} for each in values]
    if detail.result.endswith("[]"):
        return _pairs(values)
    return dict(sorted(values[0].items())) if values and isinstance(values[0], Mapping) else {}


def _pairs(tags: Iterable[Any]) -> list[dict[str, str]]:
    """Tags as most services write them; KMS says TagKey and TagValue, Step Functions key and value."""
    pairs = [
        {
            "Key": str(tag.get("Key") or tag.get("key") or tag.get("TagKey") or ""),
            "Value": str(tag.get("Value") or tag.get("value") or tag.get("TagValue") or ""),
        }
        for tag in tags
        if isinstance(tag, Mapping)
    ]
    return sorted(pairs, key=lambda pair: pair["Key"])
