"""Files that were made for people, kept by what is in them: on a disk, or in storage that speaks S3."""

from __future__ import annotations

from cloudviz.runtime.storage.bucket import Bucket
from cloudviz.runtime.storage.objects import Kept, Storage, missing, object_name
from cloudviz.runtime.storage.opening import open_backups, open_storage

__all__ = ["Bucket", "Kept", "Storage", "missing", "object_name", "open_backups", "open_storage"]
