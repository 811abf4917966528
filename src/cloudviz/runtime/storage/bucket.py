"""A bucket that speaks S3: AWS, MinIO, Ceph, R2 and their like.

Credentials are found by the usual chain of AWS's SDK: environment, profile, container, machine. Requests and links
are signed by Signature Version 4 (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cloudviz.errors import NotFound, Unavailable
from cloudviz.runtime.settings import StorageSettings
from cloudviz.runtime.storage.objects import Kept

Result = TypeVar("Result")

SECONDS = 10  # for a connection, and for a piece of an answer
MOST_AT_ONCE = 1000  # names that S3 takes in one request to delete
_GONE = frozenset({"NoSuchKey", "404", "NotFound"})

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; others are as strict or stricter.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()-]+(?:/[A-Za-z0-9!_.*'()-]+)*")


def bucket_and_prefix(url: str) -> tuple[str, str] | None:
    """The two of ``s3://bucket/prefix``, the prefix without slashes around it; None where it is no such URL."""
    parts = urlsplit(url)
    prefix = parts.path.strip("/")
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme != "s3" or not is_plain or not _BUCKET.fullmatch(parts.netloc):
        return None
    return None if prefix and not _PREFIX.fullmatch(prefix) else (parts.netloc, prefix)


class Bucket:
    """A bucket, or what is under a prefix in it, as files that go there and come from there.

    Arguments:
        bucket, prefix: where; the prefix without slashes around it, empty for none.
        settings: endpoint, region and how the bucket is addressed.

    What can't be reached raises :class:`~cloudviz.errors.Unavailable`.
    """

    def __init__(self, bucket: str, prefix: str, settings: StorageSettings) -> None:
        self._bucket, self._prefix, self._settings = bucket, f"{prefix}/" if prefix else "", settings
        self._making = Lock()

    async def put_file(self, name: str, file: Path) -> None:
        """Send a file, a large one in parts; the object is there as a whole or not at all."""
        key = f"{self._prefix}{name}"

        def send(s3: Any) -> None:
            with file.open("rb") as opened:
                s3.upload_fileobj(opened, self._bucket, key)

        await self._ask(send)

    async def get_file(self, name: str, file: Path) -> None:
        """Fetch an object into a file. Raises NotFound."""
        key = f"{self._prefix}{name}"
        try:
            await self._ask(lambda s3: s3.download_file(self._bucket, key, str(file)))
        except NotFound:
            where = f"s3://{self._bucket}/{key}"
            raise NotFound("there is no such file", where=where, hint="Look what is in the bucket.") from None

    async def names(self) -> AsyncIterator[Kept]:
        """All objects right below the prefix."""
        async for key, each in self._pages(Delimiter="/"):
            yield Kept(key.removeprefix(self._prefix), each["Size"], each["LastModified"])

    async def remove_names(self, names: Iterable[str]) -> None:
        """Take objects away, a thousand with one request; those that are not there count as taken away."""
        await self._remove_keys(f"{self._prefix}{name}" for name in names)

    async def _pages(self, **more: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        token: dict[str, str] = {}
        while True:
            asked = partial(_list, Bucket=self._bucket, Prefix=self._prefix, **more, **token)
            page = await self._ask(asked)
            for each in page.get("Contents", ()):
                yield each["Key"], each
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    async def _remove_keys(self, keys: Iterable[str]) -> None:
        for some in _chunks(keys, MOST_AT_ONCE):
            objects = [{"Key": key} for key in some]
            said = await self._ask(
                partial(_delete, Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True})
            )
            for each in said.get("Errors", ()):
                raise Unavailable(f"the bucket {self._bucket} refused: {each.get('Code', '')}", hint=_HINT)

    @cached_property
    def _s3(self) -> Any:
        return self._client(self._settings.endpoint)

    def _client(self, endpoint: str) -> Any:
        import boto3
        from botocore.config import Config

        path_style = self._settings.path_style or bool(endpoint)
        with self._making:  # a session's own parts are not made for several threads
            return boto3.Session(region_name=self._settings.region or None).client(
                "s3",
                endpoint_url=endpoint or None,
                config=Config(
                    signature_version="s3v4",
                    s3={"addressing_style": "path" if path_style else "auto"},
                    connect_timeout=SECONDS,
                    read_timeout=SECONDS,
                    retries={"mode": "standard", "max_attempts": 3},
                    user_agent_extra="cloudviz",
                ),
            )

    async def _ask(self, call: Callable[[Any], Result]) -> Result:
        return await self._kept_in_words(lambda: call(self._s3))

    async def _kept_in_words(self, work: Callable[[], Result]) -> Result:
        """Do it in a thread, and put what AWS's SDK raises into CloudViz's words."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return await asyncio.to_thread(work)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _GONE:
                raise NotFound("there is no such object") from error
            raise Unavailable(f"the bucket {self._bucket} refused: {code}", hint=_HINT) from error
        except (BotoCoreError, Boto3Error, ValueError) as error:  # ValueError: an endpoint that is no URL
            # Only the kind: what is said may repeat a URL with its signature.
            what = f"the bucket {self._bucket} can't be reached: {type(error).__name__}"
            raise Unavailable(what, hint=_HINT) from error


_HINT = "`cloudviz doctor` tests the settings storage_url and storage.*, with the credentials of this process."


def _list(s3: Any, **asked: Any) -> Any:
    return s3.list_objects_v2(**asked)


def _delete(s3: Any, **asked: Any) -> Any:
    return s3.delete_objects(**asked)


def _chunks(names: Iterable[str], most: int) -> Iterator[list[str]]:
    some: list[str] = []
    for name in names:
        some.append(name)
        if len(some) == most:
            yield some
            some = []
    if some:
        yield some
