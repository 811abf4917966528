"""What testing a connection tells: who we are, what we reach, what we may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cloudviz.errors import CloudRefused

TEST_SECONDS = 10.0
"""What a test may take altogether: somebody waits for it."""

MOST_TESTED = 20
"""Accounts, subscriptions or projects whose permissions a test looks at."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a scan will not see.

    Attributes:
        permission: the permission that is missing, as the cloud calls it; ``""`` when it is not a matter of one.
        accounts: the accounts, subscriptions or projects in which it is.
        detail: what the cloud said.
    """

    permission: str
    accounts: Sequence[str]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """What credentials are good for.

    Attributes:
        provider: ``aws``, ``azure`` or ``gcp``.
        home: the AWS account, Azure tenant or GCP project that they belong to; ``""`` where they don't say.
        identity: the name of the user, role or application; never a secret. ``""`` where the cloud does not say.
        accounts: the AWS accounts, Azure subscriptions or GCP projects that can be entered.
        regions: the regions of the first account, for AWS.
        missing: what is denied or failed.
        untested: how many accounts were left out of looking for what is missing.
    """

    provider: str
    home: str
    identity: str
    accounts: Sequence[str]
    regions: Sequence[str] = ()
    missing: Sequence[Missing] = ()
    untested: int = 0


@asynccontextmanager
async def in_time(cloud: str, seconds: float = TEST_SECONDS) -> AsyncIterator[None]:
    """End a test after ``seconds``. Raises :class:`~cloudviz.errors.CloudRefused` then."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise CloudRefused(
            f"{cloud}: the test was not through within {seconds:g} s",
            hint="Check the endpoint, the network and the proxy settings, or test fewer accounts at once.",
        ) from error


def by_permission(denied: Sequence[tuple[str, str, str]]) -> tuple[Missing, ...]:
    """(permission, account, detail) triples with the accounts of each permission together, in their order."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for permission, account, detail in denied:
        grouped.setdefault((permission, detail), []).append(account)
    return tuple(
        Missing(permission, tuple(accounts), detail) for (permission, detail), accounts in grouped.items()
    )
