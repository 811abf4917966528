"""What Azure itself says was spent: Cost Management's query of actual costs.

Source: https://learn.microsoft.com/rest/api/cost-management/query/usage
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.azure.client import ArmClient
from cloudviz.sources.azure.permissions import COSTS
from cloudviz.sources.provider import CostLine
from cloudviz.sources.refusals import CallFailed

API_VERSION = "2023-11-01"


def period(today: datetime.date) -> tuple[str, str]:
    """From the first of last month to ``today``; the end is excluded."""
    first = today.replace(day=1)
    last_month = (first - datetime.timedelta(days=1)).replace(day=1)
    return last_month.isoformat(), (today + datetime.timedelta(days=1)).isoformat()


async def read_costs(client: ArmClient, subscription: str, today: datetime.date) -> list[CostLine]:
    """Actual costs of one subscription by month, service and region. Raises CallFailed."""
    start, _ = period(today)
    path = f"/subscriptions/{subscription}/providers/Microsoft.CostManagement/query"
    body = {
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": f"{start}T00:00:00Z", "to": f"{today.isoformat()}T23:59:59Z"},
        "dataset": {
            "granularity": "Monthly",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": [
                {"type": "Dimension", "name": "ServiceName"},
                {"type": "Dimension", "name": "ResourceLocation"},
            ],
        },
    }
    lines: list[CostLine] = []
    query: Mapping[str, str] | None = {"api-version": API_VERSION}
    seen: set[str] = set()
    while True:
        reply = await client.call(
            "POST", path, COSTS[0], query=query, body=body, part="Cost Management", quota=None
        )
        properties = reply.get("properties")
        if not isinstance(properties, Mapping):
            raise CallFailed(CoverageStatus.FAILED, "the answer of Cost Management has no rows")
        lines.extend(_lines(properties, subscription))
        following = str(properties.get("nextLink") or "")
        if not following:
            return lines
        if following in seen:
            raise CallFailed(CoverageStatus.FAILED, "Cost Management gave the same next page twice")
        seen.add(following)
        path, query = following, None


def _lines(properties: Mapping[str, Any], subscription: str) -> Iterator[CostLine]:
    columns = properties.get("columns")
    rows = properties.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return
    names = [str(column.get("name")).lower() for column in columns if isinstance(column, Mapping)]
    for row in rows:
        if not isinstance(row, Sequence) or isinstance(row, str):
            continue
        values = dict(zip(names, row, strict=False))
        try:
            # The number as JSON wrote it: 0.1 and not 0.1000000000000000055.
            amount = Decimal(
                str(next(values[name] for name in ("cost", "pretaxcost", "totalcost") if name in values))
            )
        except (InvalidOperation, StopIteration):
            continue
        location = str(values.get("resourcelocation") or "").replace(" ", "").lower()
        yield CostLine(
            service=str(values.get("servicename") or ""),
            account=subscription,
            region="" if location in ("", "unassigned", "global") else location,
            amount=amount,
            currency=str(values.get("currency") or ""),
            start=str(values.get("billingmonth") or "")[:10],
        )
