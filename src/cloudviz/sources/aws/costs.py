"""What AWS itself says was spent: Cost Explorer's GetCostAndUsage, at $0.01 a request.

Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from cloudviz.sources.aws.calls import Caller
from cloudviz.sources.aws.session import GLOBAL_REGIONS, Account
from cloudviz.sources.provider import CostAnalysis, CostLine


def period(today: datetime.date) -> tuple[str, str]:
    """From the first of last month to the end of ``today``; the end is excluded, as Cost Explorer wants it."""
    first = today.replace(day=1)
    last_month = (first - datetime.timedelta(days=1)).replace(day=1)
    return last_month.isoformat(), (today + datetime.timedelta(days=1)).isoformat()


async def read_costs(caller: Caller, account: Account, today: datetime.date) -> CostAnalysis:
    """Unblended costs by month, service and region. Raises ``CallFailed``."""
    start, end = period(today)
    region = GLOBAL_REGIONS.get(account.partition, "us-east-1")
    arguments: dict[str, Any] = {
        "TimePeriod": {"Start": start, "End": end},
        "Granularity": "MONTHLY",
        "Metrics": ["UnblendedCost"],
        "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "DIMENSION", "Key": "REGION"}],
    }
    analysis = CostAnalysis("aws", start, end)
    async for page in caller.pages("ce", region, "get_cost_and_usage", arguments, "ce:GetCostAndUsage"):
        for result in page.get("ResultsByTime") or ():
            month = str(result.get("TimePeriod", {}).get("Start", ""))
            for group in result.get("Groups") or ():
                line = _line(group, month, account.id)
                if line is not None:
                    analysis.lines.append(line)
    analysis.lines.sort(key=lambda line: (line.start, line.service, line.region, line.currency))
    return analysis


def _line(group: Mapping[str, Any], month: str, account: str) -> CostLine | None:
    keys = [str(key) for key in group.get("Keys") or ()]
    metric = (group.get("Metrics") or {}).get("UnblendedCost") or {}
    try:
        amount = Decimal(str(metric.get("Amount")))
    except InvalidOperation:
        return None
    region = keys[1] if len(keys) > 1 and keys[1] not in ("NoRegion", "global") else ""
    return CostLine(keys[0] if keys else "", account, region, amount, str(metric.get("Unit") or "USD"), month)
