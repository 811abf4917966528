"""From the setting ``storage_url`` to a storage."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cloudviz.errors import BadInput
from cloudviz.runtime.settings import Settings
from cloudviz.runtime.storage.disk import DiskStorage
from cloudviz.runtime.storage.objects import Storage

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; others are as strict or stricter.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()-]+(?:/[A-Za-z0-9!_.*'()-]+)*")


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
        prefix = parts.path.strip("/")
        if not _BUCKET.fullmatch(parts.netloc) or (prefix and not _PREFIX.fullmatch(prefix)):
            raise _unusable("a bucket is written s3://bucket or s3://bucket/prefix")
        from cloudviz.runtime.storage.s3 import S3Storage

        return S3Storage(parts.netloc, prefix, settings.storage)
    raise _unusable("it begins with neither file:// nor s3://")


def _unusable(why: str) -> BadInput:
    return BadInput(
        f"the setting storage_url can't be used: {why}",
        hint="Write file:///folder or s3://bucket/prefix; leave it empty for the data folder.",
    )
