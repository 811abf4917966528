"""A bucket that speaks S3 as a storage: AWS, MinIO, Ceph, R2 and their like.

Credentials are found by the usual chain of AWS's SDK: environment, profile, container, machine. Requests and links
are signed by Signature Version 4 (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from functools import cached_property, partial
from threading import Lock
from typing import Any, TypeVar

from cloudviz.errors import NotFound, Unavailable
from cloudviz.runtime.settings import StorageSettings
from cloudviz.runtime.storage.objects import PIECE, Kept, Storage, checked_name, missing

Result = TypeVar("Result")

SECONDS = 10  # for a connection, and for a piece of an answer
IMMUTABLE = "private, max-age=31536000, immutable"
MOST_AT_ONCE = 1000  # names that S3 takes in one request to delete
_GONE = frozenset({"NoSuchKey", "404", "NotFound"})


class S3Storage(Storage):
    """Objects in a bucket, under a prefix.

    Arguments:
        bucket, prefix: where; the prefix without slashes around it, empty for none.
        settings: endpoint, region and how the bucket is addressed.
    """

    def __init__(self, bucket: str, prefix: str, settings: StorageSettings) -> None:
        self._bucket, self._prefix, self._settings = bucket, f"{prefix}/" if prefix else "", settings
        self._making = Lock()

    async def put(self, name: str, content: bytes, media_type: str) -> None:
        """Write an object. The same again is sent again: its age begins anew, and it can't be a half one."""
        digest = base64.b64encode(bytes.fromhex(checked_name(name)[:64])).decode()
        await self._ask(
            lambda s3: s3.put_object(
                Bucket=self._bucket,
                Key=self._key(name),
                Body=content,
                ContentType=media_type,
                CacheControl=IMMUTABLE,
                ChecksumSHA256=digest,  # what arrives damaged is refused
            )
        )

    async def read(self, name: str, start: int = 0, stop: int | None = None) -> AsyncGenerator[bytes, None]:
        """The content in pieces, or that of a part, one piece in memory at a time."""
        place = {"Bucket": self._bucket, "Key": self._key(checked_name(name))}
        if start or stop is not None:
            place["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
        try:
            reply = await self._ask(lambda s3: s3.get_object(**place))
        except NotFound:
            raise missing(name) from None
        body = reply["Body"]
        try:
            while piece := await asyncio.to_thread(body.read, PIECE):
                yield piece
        finally:
            body.close()

    async def has(self, name: str) -> bool:
        """Whether the object is there."""
        key = self._key(checked_name(name))
        try:
            await self._ask(lambda s3: s3.head_object(Bucket=self._bucket, Key=key))
        except NotFound:
            return False
        return True

    async def listed(self) -> AsyncIterator[Kept]:
        """All objects below the prefix that are named as ours are."""
        token: dict[str, str] = {}
        while True:
            asked = partial(_list, Bucket=self._bucket, Prefix=self._prefix, **token)
            page = await self._ask(asked)
            for each in page.get("Contents", ()):
                name = each["Key"].removeprefix(self._prefix).rpartition("/")[2]
                yield Kept(name, each["Size"], each["LastModified"])
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    async def remove(self, names: Iterable[str]) -> None:
        """Take objects away, a thousand with one request."""
        for some in _chunks(names, MOST_AT_ONCE):
            objects = [{"Key": self._key(checked_name(name))} for name in some]
            await self._ask(partial(_delete, Bucket=self._bucket, Delete={"Objects": objects, "Quiet": True}))

    async def remove_scraps(self, before: datetime) -> int:
        """None: an object of S3 is there as a whole or not at all."""
        return 0

    async def link(self, name: str, seconds: int, *, file_name: str, media_type: str) -> str:
        """A presigned URL; the bucket itself answers it, with the name to save the file under."""
        checked_name(name)

        def work() -> str:
            url: str = self._linking.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": self._key(name),
                    "ResponseContentDisposition": f'attachment; filename="{file_name}"',
                    "ResponseContentType": media_type,
                    "ResponseCacheControl": f"private, max-age={seconds}, immutable",
                },
                ExpiresIn=seconds,
            )
            return url

        return await self._kept_in_words(work)

    async def check(self) -> str:
        """Whether the bucket is there and lets us in."""
        try:
            await self._ask(lambda s3: s3.head_bucket(Bucket=self._bucket))
        except NotFound:
            raise Unavailable(
                f"the bucket {self._bucket} is not there", hint="Make it, or mend the setting storage_url."
            ) from None
        return f"S3, bucket {self._bucket}"

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name[:2]}/{name}"

    @cached_property
    def _s3(self) -> Any:
        return self._client(self._settings.endpoint)

    @cached_property
    def _linking(self) -> Any:
        """Signs links, which name the endpoint as those outside reach it. It never calls anything."""
        public = self._settings.public_endpoint
        return self._client(public) if public else self._s3

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
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return await asyncio.to_thread(work)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _GONE:
                raise NotFound("there is no such object") from error
            raise Unavailable(f"the bucket {self._bucket} refused: {code}", hint=_HINT) from error
        except (BotoCoreError, ValueError) as error:  # ValueError: an endpoint that is no URL
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
