"""What Google itself says was spent: the detailed usage cost export in BigQuery. There is no other API for it.

Sources: https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage
and https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from cloudviz.errors import Invalid
from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.gcp.client import Client
from cloudviz.sources.provider import CostAnalysis, CostLine
from cloudviz.sources.refusals import CallFailed

HOST = "bigquery.googleapis.com"
PERMISSION = "bigquery.jobs.create"
POLLS = 60
"""How often a query that is not done is asked for again; each waits up to ten seconds at the service."""

_TABLE = re.compile(
    r"(?P<project>(?:[a-z0-9][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9])\.(?P<dataset>\w{1,1024})\.(?P<table>[\w*-]{1,1024})",
    re.ASCII,
)

QUERY = """
SELECT service.description AS service, project.id AS account, location.region AS region, currency,
  FORMAT_TIMESTAMP('%Y-%m-01', TIMESTAMP_TRUNC(usage_start_time, MONTH)) AS month,
  CAST(SUM(CAST(cost AS NUMERIC)
    + IFNULL((SELECT SUM(CAST(credit.amount AS NUMERIC)) FROM UNNEST(credits) AS credit), 0)) AS STRING) AS amount
FROM `{table}`
WHERE usage_start_time >= TIMESTAMP(@first) AND usage_start_time < TIMESTAMP(@last)
GROUP BY service, account, region, currency, month
"""
"""Net of credits, as an invoice is. Dates are given as parameters; the table's name was checked before."""


def checked_table(table: str) -> re.Match[str]:
    """``project.dataset.table`` taken apart. Raises Invalid when it can't be one."""
    match = _TABLE.fullmatch(table)
    if match is None:
        raise Invalid(
            f"{table!r} is not the name of a BigQuery table",
            hint="Use project.dataset.gcp_billing_export_resource_v1_XXXXXX.",
        )
    return match


def period(today: datetime.date) -> tuple[str, str]:
    """From the first of last month to the end of ``today``, the end excluded."""
    first = today.replace(day=1)
    last_month = (first - datetime.timedelta(days=1)).replace(day=1)
    return last_month.isoformat(), (today + datetime.timedelta(days=1)).isoformat()


async def read_costs(client: Client, table: str, today: datetime.date) -> CostAnalysis:
    """Costs net of credits by month, service, project and region. Raises ``CallFailed`` and Invalid."""
    named = checked_table(table)
    start, end = period(today)
    path = f"/bigquery/v2/projects/{named['project']}/queries"
    reply = await client.post(
        HOST,
        path,
        {
            "query": QUERY.replace("{table}", table),
            "useLegacySql": False,
            "timeoutMs": 10000,
            "maxResults": 1000,
            "parameterMode": "NAMED",
            "queryParameters": [_parameter("first", start), _parameter("last", end)],
        },
        PERMISSION,
    )
    analysis = CostAnalysis("gcp", start, end)
    polls = 0
    while True:
        job = reply.get("jobReference")
        job = job if isinstance(job, Mapping) else {}
        complete = bool(reply.get("jobComplete"))
        if complete:
            _take(reply, analysis)
        token = str(reply.get("pageToken") or "")
        if complete and not token:
            break
        polls = 0 if complete else polls + 1
        if polls > POLLS or not job.get("jobId"):
            raise CallFailed(CoverageStatus.TIMEOUT, "the query in BigQuery did not end")
        parameters = [("timeoutMs", "10000"), ("maxResults", "1000")]
        parameters += [("location", str(job["location"]))] if job.get("location") else []
        parameters += [("pageToken", token)] if token else []
        following = await client.get(HOST, f"{path}/{job['jobId']}", parameters, PERMISSION)
        if token and following.get("pageToken") == token:
            raise CallFailed(CoverageStatus.FAILED, "BigQuery gave the same page token twice")
        reply = {"jobReference": job, **following}
    analysis.lines.sort(key=lambda line: (line.start, line.service, line.account, line.region, line.currency))
    return analysis


def _parameter(name: str, date: str) -> dict[str, Any]:
    return {"name": name, "parameterType": {"type": "STRING"}, "parameterValue": {"value": date}}


def _take(reply: Mapping[str, Any], analysis: CostAnalysis) -> None:
    """Rows come as ``{"f": [{"v": …}, …]}`` in the order of the schema's fields."""
    schema = reply.get("schema")
    fields = schema.get("fields") if isinstance(schema, Mapping) else None
    names = [str(each.get("name")) for each in fields] if isinstance(fields, list) else []
    rows = reply.get("rows")
    for row in rows if isinstance(rows, list) else ():
        cells = [cell.get("v") for cell in row.get("f") or ()]
        value = {name: "" if cell is None else str(cell) for name, cell in zip(names, cells, strict=False)}
        try:
            amount = Decimal(value.get("amount") or "")
        except InvalidOperation:
            continue
        analysis.lines.append(
            CostLine(
                value.get("service", ""),
                value.get("account", ""),
                value.get("region", ""),
                amount,
                value.get("currency") or "USD",
                value.get("month", ""),
            )
        )
