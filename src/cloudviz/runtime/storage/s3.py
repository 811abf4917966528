"""A bucket as a storage of exported files (:mod:`cloudviz.runtime.storage.bucket` says how it is spoken to)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from cloudviz.errors import NotFound, Unavailable
from cloudviz.runtime.storage.bucket import Bucket
from cloudviz.runtime.storage.objects import PIECE, Kept, Storage, checked_name, missing

IMMUTABLE = "private, max-age=31536000, immutable"


class S3Storage(Bucket, Storage):
    """Objects in a bucket, under a prefix.

    Arguments:
        bucket, prefix: where; the prefix without slashes around it, empty for none.
        settings: endpoint, region and how the bucket is addressed.
    """

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
        async for key, each in self._pages():
            yield Kept(key.removeprefix(self._prefix).rpartition("/")[2], each["Size"], each["LastModified"])

    async def remove(self, names: Iterable[str]) -> None:
        """Take objects away, a thousand with one request."""
        await self._remove_keys(self._key(checked_name(name)) for name in names)

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
    def _linking(self) -> Any:
        """Signs links, which name the endpoint as those outside reach it. It never calls anything."""
        public = self._settings.public_endpoint
        return self._client(public) if public else self._s3
