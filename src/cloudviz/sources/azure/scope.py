"""Which subscriptions are looked into."""

from __future__ import annotations

from collections.abc import Sequence

from cloudviz.errors import CloudRefused
from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.azure.client import ArmClient
from cloudviz.sources.azure.graph import pages, query_text
from cloudviz.sources.azure.quota import Quota
from cloudviz.sources.refusals import CallFailed

API_VERSION = "2022-12-01"
PERMISSION = "Microsoft.Resources/subscriptions/read"

Refused = list[tuple[str, CallFailed]]


async def subscriptions(
    client: ArmClient,
    quota: Quota,
    wanted: Sequence[str],
    management_group: str | None,
    seconds: float,
) -> tuple[list[str], Refused]:
    """The ids of the subscriptions to look into, sorted, and those asked for that can't be.

    Arguments:
        wanted: ids to look into; all that the credentials see when empty.
        management_group: look into those below this group only.
        seconds: how long the first call may take, which proves the credentials.

    Raises CloudRefused when the credentials or the endpoint fail altogether, or when nothing is left to look into.
    """
    try:
        if management_group:
            found = await _below(client, quota, management_group)
        else:
            found = await _seen(client, seconds)
    except CallFailed as failed:
        if wanted and not management_group and failed.http == 403:
            # Who may not list them may still look into those that are known by id.
            return sorted(wanted), []
        raise cloud_refused(failed, "list subscriptions") from failed
    entered = sorted(found.intersection(wanted) if wanted else found)
    where = f"below the management group {management_group}" if management_group else "that these credentials see"
    if not entered:
        raise CloudRefused(
            f"Azure: there is no subscription {where}" + (f" among {', '.join(wanted)}" if wanted else ""),
            hint="Give the identity the role that `cloudviz permissions azure` prints, in each subscription.",
        )
    missing = CallFailed(CoverageStatus.DENIED, f"not among the subscriptions {where}", PERMISSION)
    return entered, [(each, missing) for each in wanted if each not in found]


async def _seen(client: ArmClient, seconds: float) -> set[str]:
    found: set[str] = set()
    listed = client.pages(
        "/subscriptions", PERMISSION, api_version=API_VERSION, part="subscriptions", seconds=seconds
    )
    async for page in listed:
        found.update(str(each["subscriptionId"]).lower() for each in page if each.get("subscriptionId"))
    return found


async def _below(client: ArmClient, quota: Quota, management_group: str) -> set[str]:
    found: set[str] = set()
    query = query_text("resourcecontainers", ["microsoft.resources/subscriptions"])
    async for page in pages(client, quota, query, {"managementGroups": [management_group]}):
        found.update(str(each["subscriptionId"]).lower() for each in page.rows if each.get("subscriptionId"))
    return found


def cloud_refused(failed: CallFailed, doing: str) -> CloudRefused:
    """The one clear line for credentials or an endpoint that fail altogether."""
    hint = "Check the endpoint and the network, then try again."
    if failed.http == 401:
        hint = "The token is not accepted: sign in again, for example with `az login`."
    elif failed.status is CoverageStatus.DENIED:
        hint = f"The identity needs {failed.permission}: see `cloudviz permissions azure`."
    elif failed.status is CoverageStatus.THROTTLED:
        hint = "Azure is throttling this identity: try again in some minutes."
    return CloudRefused(f"Azure: could not {doing}: {failed.detail}", hint=hint)
