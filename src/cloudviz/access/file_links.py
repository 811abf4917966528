"""Links to files that whoever has them may follow for a while, signed by this installation.

As S3's presigned URLs, for storage that has none, and for a CDN before this server. Nothing is kept of a link: the
signature (HMAC-SHA256, RFC 2104) covers the file and the instant at which it ends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from cloudviz.errors import Forbidden

_PURPOSE = b"cloudviz file links 1"
"""Keys for links are made of those that sign tokens: a signature of one is none of the other."""

PATH = "/visualization/files/"


class FileLinks:
    """Signs and checks links.

    Arguments:
        secrets: the first signs; links that any of them signed are taken, so that keys can be exchanged.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [hmac.digest(each.encode(), _PURPOSE, hashlib.sha256) for each in secrets]

    def path(self, name: str, expires: datetime) -> str:
        """Path and query of a link to an object of the storage."""
        instant = int(expires.timestamp())
        return f"{PATH}{name}?expires={instant}&signature={self._signature(self._keys[0], name, instant)}"

    def check(self, name: str, expires: int, signature: str, now: datetime) -> int:
        """The seconds that a link still lasts. Raises Forbidden for one that is over, or that nobody was given."""
        given = signature.encode("utf-8", "surrogatepass")
        if not any(hmac.compare_digest(self._signature(key, name, expires).encode(), given) for key in self._keys):
            raise Forbidden("this link is not one of ours, or was changed", hint="Ask for a new one.")
        left = expires - int(now.timestamp())
        if left <= 0:
            raise Forbidden("this link is over", hint="Ask for a new one.")
        return left

    @staticmethod
    def _signature(key: bytes, name: str, expires: int) -> str:
        made = hmac.digest(key, f"{name}\n{expires}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).decode().rstrip("=")
