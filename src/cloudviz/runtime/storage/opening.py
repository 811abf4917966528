"""From the setting ``storage_url`` to a storage."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from cloudviz.errors import BadInput
from cloudviz.runtime.settings import Settings
from cloudviz.runtime.storage.bucket import Bucket, bucket_and_prefix
from cloudviz.runtime.storage.disk import DiskStorage
from cloudviz.runtime.storage.objects import Storage


def open_storage(settings: Settings) -> Storage:
    """The storage of the settings; nothing is asked yet. Raises BadInput for a URL that is none."""
    url = settings.storage_url.strip()
    if not url:
        return DiskStorage(settings.data_dir / "exports")
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _unusable("it has a user, a query or a fragment")
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        if parts.netloc not in ("", "localhost") or not folder.is_absolute() or folder == Path("/"):
            raise _unusable("a folder is written file:///var/lib/cloudviz/files")
        return DiskStorage(folder)
    if parts.scheme == "s3":
        named = bucket_and_prefix(url)
        if named is None:
            raise _unusable("a bucket is written s3://bucket or s3://bucket/prefix")
        from cloudviz.runtime.storage.s3 import S3Storage

        return S3Storage(*named, settings.storage)
    raise _unusable("it begins with neither file:// nor s3://")


def open_backups(url: str, settings: Settings) -> Bucket:
    """The bucket that backups go to, ``s3://bucket/prefix``; nothing is asked yet.

    Its endpoint and region are those of ``backup.*`` where they are set, else those of ``storage.*``.

    Raises BadInput for another URL.
    """
    named = bucket_and_prefix(url)
    if named is None:
        raise BadInput(
            "is no bucket", where=url[:200], hint="A bucket is written s3://bucket or s3://bucket/prefix."
        )
    own = {"endpoint": settings.backup.endpoint, "region": settings.backup.region}
    return Bucket(
        *named, settings.storage.model_copy(update={name: value for name, value in own.items() if value})
    )


def _unusable(why: str) -> BadInput:
    return BadInput(
        f"the setting storage_url can't be used: {why}",
        hint="Write file:///folder or s3://bucket/prefix; leave it empty for the data folder.",
    )
