"""Resource Graph: every row of a table, a thousand at a time.

Source: https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.azure.client import ArmClient
from cloudviz.sources.azure.quota import Quota
from cloudviz.sources.refusals import CallFailed

PATH = "/providers/Microsoft.ResourceGraph/resources"
API_VERSION = "2021-03-01"
PAGE = 1000
SUBSCRIPTIONS_AT_ONCE = 300
PERMISSION = "Microsoft.Resources/subscriptions/resources/read"

COLUMNS = (
    "id, name, type, kind, location, resourceGroup, subscriptionId, tenantId, tags, sku, zones, identity, "
    "managedBy, properties"
)


def query_text(
    table: str,
    arm_types: Iterable[str] = (),
    *,
    groups: Sequence[str] = (),
    having: str = "",
) -> str:
    """The query for a table's rows, in the order of their ids: without an order pages may repeat or skip rows.

    Arguments:
        arm_types: of these types only, all when empty.
        groups: in these resource groups.
        having: a path that must have a value.

    The caller has checked every text: none holds a quote.
    """
    parts = [table]
    if types := sorted(arm_types):
        parts.append(f"where type in~ ({_listed(types)})")
    if groups:
        parts.append(f"where resourceGroup in~ ({_listed(groups)})")
    if having:
        parts.append(f"where isnotempty({having})")
    return " | ".join([*parts, f"project {COLUMNS}", "order by id asc"])


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


@dataclass(frozen=True, slots=True)
class GraphPage:
    """Rows, the token of the page after them, and how many rows were read by then.

    The token is ``""`` after the last page, and None where more should follow and nothing says how.
    """

    rows: list[dict[str, Any]]
    token: str | None
    read: int


async def pages(
    client: ArmClient,
    quota: Quota,
    query: str,
    among: Mapping[str, Sequence[str]],
    token: str = "",
    read: int = 0,
) -> AsyncIterator[GraphPage]:
    """The rows that a query finds, page by page, without the columns that hold nothing.

    Arguments:
        among: ``{"subscriptions": [...]}`` or ``{"managementGroups": [...]}``.
        token, read: those of the last page that was read before.

    Raises CallFailed, also when pages go round in a circle or the answer is cut off without a next page.
    """
    seen = {token} - {""}
    while True:
        options: dict[str, Any] = {"$top": PAGE, "resultFormat": "objectArray"}
        if token:
            options["$skipToken"] = token
        body = {**among, "query": query, "options": options}
        reply = await client.call(
            "POST",
            PATH,
            PERMISSION,
            query={"api-version": API_VERSION},
            body=body,
            part="Resource Graph",
            quota=quota,
        )
        found = _objects(reply.get("data"))
        read += len(found)
        token = str(reply.get("$skipToken") or "")
        wrong = _wrong(reply, token, read, seen)
        yield GraphPage(found, None if wrong else token, read)
        if wrong:
            raise CallFailed(CoverageStatus.FAILED, f"Resource Graph {wrong}")
        if not token:
            return
        seen.add(token)


def _wrong(reply: Mapping[str, Any], token: str, read: int, seen: set[str]) -> str:
    """Why an answer can't be gone on from, ``""`` when it can or is the last."""
    if token:
        return f"gave the same skip token twice after {len(seen) + 1} pages" if token in seen else ""
    if str(reply.get("resultTruncated")).lower() == "true":
        return "cut its answer off without a next page"
    counted = reply.get("totalRecords")
    if isinstance(counted, int) and counted > read:
        return f"counted {counted} rows and gave {read}"
    return ""


def _objects(data: Any) -> list[dict[str, Any]]:
    """Rows as objects, whichever of its two formats Resource Graph answers in."""
    if isinstance(data, list):
        return [_filled(row) for row in data if isinstance(row, dict)]
    if isinstance(data, dict) and isinstance(data.get("rows"), list) and isinstance(data.get("columns"), list):
        names = [str(column.get("name")) for column in data["columns"] if isinstance(column, dict)]
        return [_filled(dict(zip(names, row, strict=False))) for row in data["rows"] if isinstance(row, list)]
    raise CallFailed(CoverageStatus.FAILED, "the answer of Resource Graph has no rows")


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    # Every row has every column; most hold nothing. ARM's own answers leave such fields out.
    return {name: value for name, value in row.items() if value is not None and value != ""}
