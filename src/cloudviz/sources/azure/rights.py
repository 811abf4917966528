"""What may be read: Resource Graph leaves out, without a word, what the identity has no permission for.

ARM tells the caller's own permissions for a subscription: that is how a missing type becomes "denied" and not
"there is none". A deny assignment is not among them.
Source: https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource-group
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cloudviz.sources.azure.client import ArmClient
from cloudviz.sources.refusals import CallFailed

API_VERSION = "2022-04-01"
PERMISSION = "Microsoft.Authorization/permissions/read"


class Rights:
    """The permissions of one identity in one subscription.

    Arguments:
        entries: the permissions of each of its roles, as ARM tells them; None when a stand-in for ARM has no such
            list, and everything that it has is taken to be readable.
        failed: why they could not be read.
    """

    def __init__(self, entries: Iterable[Mapping[str, Any]] | None, failed: CallFailed | None = None) -> None:
        self.entries = None if entries is None else list(entries)
        self._entries = (
            None
            if self.entries is None
            else [(_words(each, "actions"), _words(each, "notActions")) for each in self.entries]
        )
        self.failed = failed

    def allow(self, action: str) -> bool:
        """Whether a role grants the action and does not take it back. Actions are compared without case."""
        if self._entries is None:
            return True
        wanted = action.lower()
        return any(
            any(_matches(pattern, wanted) for pattern in granted)
            and not any(_matches(pattern, wanted) for pattern in taken)
            for granted, taken in self._entries
        )


def _words(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = entry.get(name)
    return tuple(str(each).lower() for each in value) if isinstance(value, list) else ()


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")))


def _matches(pattern: str, action: str) -> bool:
    return pattern == "*" or pattern == action or ("*" in pattern and bool(_pattern(pattern).fullmatch(action)))


async def rights_in(client: ArmClient, subscription: str) -> Rights:
    """The caller's permissions in a subscription. Does not raise: why they are not known is in ``failed``."""
    path = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions"
    entries: list[dict[str, Any]] = []
    try:
        async for page in client.pages(path, PERMISSION, api_version=API_VERSION, part="permissions"):
            entries.extend(page)
    except CallFailed as failed:
        if failed.http in (404, 405, 501):
            return Rights(None)
        return Rights(None, failed)
    return Rights(entries)
