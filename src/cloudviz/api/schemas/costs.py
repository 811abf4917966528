"""What bills say."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from cloudviz.api.schemas.base import Told, examples
from cloudviz.api.schemas.discoveries import AN_ID
from cloudviz.api.schemas.inventory import ProblemEntry


class MonthTotal(Told):
    """What a month came to."""

    month: str = Field(examples=["2026-10"])
    total: float


class ForecastReply(Told):
    """What the newest month will come to."""

    month: str
    as_of: str = Field(description="The last day that is billed.")
    so_far: float
    expected: float
    error: float | None = Field(description="How far off the same reckoning was in past months, as a share.")
    checked_months: int


class CurrencyCosts(Told):
    """The bill in one currency. `attributed` and `unattributed` add up to `total`, to the cent."""

    currency: str
    total: float
    attributed: float = Field(description="What belongs to a resource of the inventory.")
    unattributed: float
    unattributed_by_reason: dict[str, float] = Field(
        description="not_named, not_in_inventory, ambiguous, not_of_resources."
    )
    by_category: dict[str, float] = Field(description="usage, commitment, purchase, tax, credit, adjustment.")
    lines: int
    lines_attributed: int
    resources: int
    by_month: list[MonthTotal]
    forecast: ForecastReply | None


class AnomalyEntry(Told):
    """A day on which a service cost far more, or less, than it used to."""

    day: str
    provider: str
    account: str
    service: str
    currency: str
    amount: float
    expected: float


class ConvertedCosts(Told):
    """The bill in one currency, at given rates."""

    currency: str
    total: float
    attributed: float
    unattributed: float
    left_out: list[str] = Field(description="Currencies that the table lacks: they are in no sum.")
    as_of: str
    source: str
    rates: dict[str, float] = Field(description="What one unit of each is worth.")


class CostSummary(Told):
    """Each currency for itself: they are never added up."""

    basis: Literal["amortised", "billed"]
    months: list[str]
    currencies: list[CurrencyCosts]
    converted: ConvertedCosts | None = Field(None, description="None where the server has no table of rates.")
    anomalies: list[AnomalyEntry]

    model_config = examples(
        {
            "basis": "amortised",
            "months": ["2026-10"],
            "currencies": [
                {
                    "currency": "USD",
                    "total": 18204.11,
                    "attributed": 17011.4,
                    "unattributed": 1192.71,
                    "unattributed_by_reason": {"not_named": 1500.0, "not_of_resources": -307.29},
                    "by_category": {"usage": 18511.4, "credit": -307.29},
                    "lines": 942,
                    "lines_attributed": 867,
                    "resources": 412,
                    "by_month": [{"month": "2026-09", "total": 17980.02}, {"month": "2026-10", "total": 18204.11}],
                    "forecast": {
                        "month": "2026-11",
                        "as_of": "2026-11-23",
                        "so_far": 13990.1,
                        "expected": 18340.5,
                        "error": 0.021,
                        "checked_months": 3,
                    },
                }
            ],
            "converted": {
                "currency": "EUR",
                "total": 16809.68,
                "attributed": 15708.33,
                "unattributed": 1101.35,
                "left_out": [],
                "as_of": "2026-10-31",
                "source": "ECB euro foreign exchange reference rates",
                "rates": {"USD": 0.9234},
            },
            "anomalies": [],
        }
    )


class CostGroup(Told):
    """What one account, region, type or tag cost."""

    key: str
    currency: str
    amount: float
    share: float | None = Field(description="Of the bill in its currency, 0 to 1.")
    resources: int


class CostGroups(Told):
    """The sums of a currency add up to its bill, to the cent."""

    items: list[CostGroup]
    next_cursor: None = None

    model_config = examples(
        {
            "items": [
                {"key": "123456789012", "currency": "USD", "amount": 912.4, "share": 0.83, "resources": 61},
                {"key": "210987654321", "currency": "USD", "amount": 187.1, "share": 0.17, "resources": 9},
            ],
            "next_cursor": None,
        }
    )


class CostAnalysisReply(CostSummary):
    """What one provider's bills say."""

    provider: str
    by_service: list[CostGroup]
    by_account: list[CostGroup]
    by_region: list[CostGroup]
    by_type: list[CostGroup]

    model_config = examples(
        {
            "provider": "aws",
            "basis": "amortised",
            "months": ["2026-10"],
            "currencies": [],
            "anomalies": [],
            "by_service": [{"key": "AmazonEC2", "currency": "USD", "amount": 70.08, "share": 1.0, "resources": 1}],
            "by_account": [],
            "by_region": [],
            "by_type": [],
        }
    )


class CurrencyTotal(Told):
    """What a bill came to in a month."""

    month: str
    currency: str
    billed: float
    amortised: float


class BillReply(Told):
    """What importing a bill came to. `partial`: lines could not be read, and the sums are without them."""

    bill_id: str
    status: Literal["completed", "partial"]
    formats: list[str]
    months: list[str]
    lines: int
    lines_lost: int
    lines_named: int = Field(description="Lines that name a resource, known or not.")
    lines_attributed: int
    lines_unattributed: dict[str, int]
    resources: int
    totals: list[CurrencyTotal]
    problems: list[ProblemEntry]

    model_config = examples(
        {
            "bill_id": AN_ID,
            "status": "completed",
            "formats": ["FOCUS"],
            "months": ["2026-10"],
            "lines": 942,
            "lines_lost": 0,
            "lines_named": 867,
            "lines_attributed": 860,
            "lines_unattributed": {"not_in_inventory": 7, "not_named": 75},
            "resources": 412,
            "totals": [{"month": "2026-10", "currency": "USD", "billed": 18204.11, "amortised": 18190.02}],
            "problems": [],
        }
    )


class BillEntry(Told):
    """A bill that is kept."""

    id: str
    source: str
    formats: list[str]
    created_at: datetime
    created_by: str
    lines: int
    lines_lost: int


class BillPage(Told):
    """One page of bills, newest first."""

    items: list[BillEntry]
    next_cursor: str | None

    model_config = examples(
        {
            "items": [
                {
                    "id": AN_ID,
                    "source": "file:focus-2026-10.csv.gz",
                    "formats": ["FOCUS"],
                    "created_at": "2026-11-02T05:35:00Z",
                    "created_by": "ada",
                    "lines": 942,
                    "lines_lost": 0,
                }
            ],
            "next_cursor": None,
        }
    )


class ResourceCharge(Told):
    """What a resource cost in a month, for one service and category."""

    month: str
    service: str
    category: str
    currency: str
    billed: float
    amortised: float


class ResourceCharges(Told):
    """Newest month first."""

    items: list[ResourceCharge]
    next_cursor: None = None

    model_config = examples(
        {
            "items": [
                {
                    "month": "2026-10",
                    "service": "Amazon Elastic Compute Cloud",
                    "category": "usage",
                    "currency": "USD",
                    "billed": 70.08,
                    "amortised": 70.08,
                }
            ],
            "next_cursor": None,
        }
    )


class WasteEntry(Told):
    """A resource that is paid for and serves nothing."""

    id: str
    provider: str
    type: str
    name: str
    account: str
    region: str
    kind: Literal["unattached", "idle", "stopped", "orphaned", "empty"]
    reason: str
    confidence: Literal["high", "medium", "low"]
    cost_monthly: float | None
    currency: str | None
    cost_source: Literal["bill", "estimate", ""] = Field(description="Empty where nothing is known.")
    estimated_from: str | None = None


class WasteTotal(Told):
    """What it comes to in one currency; what is billed and what is estimated apart."""

    currency: str
    billed: float
    estimated: float
    resources: int


class WasteList(Told):
    """Dearest first."""

    items: list[WasteEntry]
    totals: list[WasteTotal]

    model_config = examples(
        {
            "items": [
                {
                    "id": "arn:aws:ec2:eu-west-1:123456789012:volume/vol-0a1b2c3d4e5f60718",
                    "provider": "aws",
                    "type": "aws.ec2.volume",
                    "name": "restore-test",
                    "account": "123456789012",
                    "region": "eu-west-1",
                    "kind": "unattached",
                    "reason": "is attached to no machine",
                    "confidence": "high",
                    "cost_monthly": 40.0,
                    "currency": "USD",
                    "cost_source": "bill",
                    "estimated_from": None,
                }
            ],
            "totals": [{"currency": "USD", "billed": 40.0, "estimated": 0.0, "resources": 1}],
        }
    )


class EstimateEntry(Told):
    """What a resource that no bill names is likely to cost a month."""

    id: str
    provider: str
    type: str
    name: str
    account: str
    region: str
    estimate_monthly: float
    low: float = Field(description="The least that its like costs.")
    high: float
    currency: str
    like: int = Field(description="How many of its like it is taken from.")
    same_region: bool
    source: str


class EstimateTotal(Told):
    """Of estimates alone."""

    currency: str
    estimated: float


class EstimateList(Told):
    """Dearest first. `unknown` have neither a bill nor anything like them on one."""

    items: list[EstimateEntry]
    totals: list[EstimateTotal]
    unknown: int

    model_config = examples(
        {
            "items": [
                {
                    "id": "arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718",
                    "provider": "aws",
                    "type": "aws.ec2.instance",
                    "name": "web-3",
                    "account": "123456789012",
                    "region": "eu-west-1",
                    "estimate_monthly": 70.08,
                    "low": 70.08,
                    "high": 70.08,
                    "currency": "USD",
                    "like": 2,
                    "same_region": True,
                    "source": "median of 2 × aws.ec2.instance t3.large in eu-west-1, by your bills",
                }
            ],
            "totals": [{"currency": "USD", "estimated": 70.08}],
            "unknown": 12,
        }
    )
