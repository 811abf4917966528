"""The columns of each bill format, and how a row of them becomes a charge's amounts on a day.

A format is recognised by its columns and by nothing else: file names are the user's own.

Sources: FOCUS 1.0 to 1.2 (the FinOps Open Cost and Usage Specification); AWS Data Exports, CUR 2.0 and the older
CUR; Azure Cost Management exports, EA and MCA, actual and amortised; Google Cloud Billing's export to BigQuery,
written as JSON lines, CSV or Parquet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter

import orjson

from cloudviz.costs.amounts import EXACT, ZERO, amount_of
from cloudviz.costs.charges import ChargeCategory, ChargeKey

Row = Sequence[str]
Cell = Callable[[Row], str]


class UnreadableRow(ValueError):
    """What is wrong with a row, in words. The row is left out and told of."""


class Columns:
    """The columns of a table, and which of them reading it looks at.

    A bill of a million lines has some ten thousand charges: what a charge is called is worked out once for all
    rows that agree in the cells it depends on.
    """

    def __init__(self, header: Mapping[str, int]) -> None:
        """``header`` is the position of each column, its name in lower case."""
        self._header = header
        self.identity: list[int] = []
        self.others: list[int] = []

    def __contains__(self, name: str) -> bool:
        return name in self._header

    def text(self, *names: str) -> Cell:
        """The first of these columns that is there, empty where none is: a charge depends on it."""
        return self._cell(names, self.identity)

    def apart(self, *names: str) -> Cell:
        """The same, for what differs from line to line of one charge: amounts, and the instant of use."""
        return self._cell(names, self.others)

    def _cell(self, names: tuple[str, ...], looked_at: list[int]) -> Cell:
        for name in names:
            if name in self._header:
                at = self._header[name]
                looked_at.append(at)
                return itemgetter(at)
        return lambda row: ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one table are read. Each part raises :class:`UnreadableRow` or ``ValueError``.

    Attributes:
        charge: what the row's charge is called, and its tags as the bill writes them.
        start: the cell that says when it was used.
        amounts: billed and amortised.
        lacks_month: whether the month, too, is that of ``start``, as where a cell of the period is empty.
    """

    charge: Callable[[Row], tuple[ChargeKey, str]]
    start: Cell
    amounts: Callable[[Row], tuple[Decimal, Decimal]]
    lacks_month: Callable[[Row], bool] | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of bill.

    Attributes:
        name: as messages call it.
        marks: columns that no other format has; all must be there. In lower case.
        reading: how rows are read, by the columns that are there.
        document: where the format is described, in words.
    """

    name: str
    marks: tuple[str, ...]
    reading: Callable[[Columns], Reading]
    document: str


PROVIDERS = {
    "aws": "aws",
    "amazon web services": "aws",
    "amazon web services, inc.": "aws",
    "microsoft": "azure",
    "azure": "azure",
    "microsoft azure": "azure",
    "google cloud": "gcp",
    "google cloud platform": "gcp",
    "google": "gcp",
    "gcp": "gcp",
}
"""What bills call the clouds, in lower case. Others keep their own name."""

_CATEGORIES = {
    "usage": ChargeCategory.USAGE,
    "purchase": ChargeCategory.PURCHASE,
    "tax": ChargeCategory.TAX,
    "credit": ChargeCategory.CREDIT,
    "adjustment": ChargeCategory.ADJUSTMENT,
}

_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)$", re.IGNORECASE)


# A function call a cell would be the most of the work: the few words that fill a column are remembered.
@lru_cache(maxsize=65536)
def word(text: str) -> str:
    """A cell without blanks; ``NULL``, which some exports write for nothing, is nothing."""
    text = text.strip()
    return "" if text in ("NULL", "null", "None", "nan") else text


@lru_cache(maxsize=8192)
def day_of(text: str) -> str:
    """The day of an instant as exports write it: ISO 8601, ``10/31/2026``, ``20261031``.

    Raises :class:`UnreadableRow` for anything else.
    """
    text = text.strip()
    try:
        if len(text) >= 10 and text[4] == "-":
            return date.fromisoformat(text[:10]).isoformat()
        if len(text) >= 8 and text[:8].isdigit():
            return date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat()
        month, day, year = text.split(" ")[0].split("T")[0].split("/")  # Azure's exports, month first
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise UnreadableRow(f"{text[:40]!r} is no date") from None


@lru_cache(maxsize=1024)
def currency_of(text: str) -> str:
    """A currency's code in capitals. Raises :class:`UnreadableRow` for what is none."""
    code = word(text).upper()
    if not (code.isascii() and code.isalnum() and 2 <= len(code) <= 10):
        raise UnreadableRow(f"{text[:40]!r} is no currency")
    return code


@lru_cache(maxsize=1024)
def provider_of(text: str) -> str:
    """The provider by the name a bill gives it: ``aws``, ``azure``, ``gcp``, or its own in lower case."""
    name = word(text).lower()
    return PROVIDERS.get(name, name)


@lru_cache(maxsize=65536)
def account_of(text: str) -> str:
    """A sub-account as the inventory calls it: Azure's subscriptions by their GUID alone."""
    name = word(text)
    found = _SUBSCRIPTION.match(name)
    return found.group(1).lower() if found else name


def tags_of(text: str) -> str:
    """Tags as canonical JSON: an object of texts, or nothing where a cell holds none.

    Azure writes ``"env": "prod","team": "web"`` without braces.
    """
    text = text.strip()
    if not text or text in ("NULL", "{}", "[]"):
        return ""
    if text[0] not in "{[":
        text = "{" + text + "}"
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    if isinstance(value, list):  # Google: [{"key": …, "value": …}]; Parquet's maps: [["env", "prod"]]
        pairs = [
            (each.get("key"), each.get("value")) if isinstance(each, dict) else tuple(each)
            for each in value
            if isinstance(each, dict) or (isinstance(each, list) and len(each) == 2)
        ]
        value = dict(pairs)
    if not isinstance(value, dict):
        return ""
    tags = {str(key): str(each) for key, each in value.items() if key is not None and each is not None}
    return orjson.dumps(tags, option=orjson.OPT_SORT_KEYS).decode() if tags else ""


def _key(
    provider: str,
    billing_account: str,
    account: str,
    month: str,
    currency: str,
    region: str,
    service: str,
    category: ChargeCategory,
    resource: str,
    tags: str,
) -> ChargeKey:
    own_tags = "" if resource or not tags else tags_of(tags)
    return ChargeKey(
        provider, billing_account, account, month, currency, region, service, category.value, resource, own_tags
    )


def _focus(columns: Columns) -> Reading:
    provider = columns.text("providername", "serviceprovidername", "publishername")
    billing = columns.text("billingaccountid")
    sub_account = columns.text("subaccountid")
    period = columns.text("billingperiodstart", "chargeperiodstart")
    start = columns.apart("chargeperiodstart")
    currency = columns.text("billingcurrency")
    region = columns.text("regionid", "region")
    service = columns.text("servicename")
    charge = columns.text("chargecategory")
    status = columns.text("commitmentdiscountstatus")
    commitment = columns.text("commitmentdiscountid")
    resource = columns.text("resourceid")
    billed, effective = columns.apart("billedcost"), columns.apart("effectivecost")
    has_effective = "effectivecost" in columns
    tags = columns.text("tags")

    def charge_of(row: Row) -> tuple[ChargeKey, str]:
        category = _CATEGORIES.get(charge(row).strip().lower(), ChargeCategory.USAGE)
        is_unused = status(row) == "Unused"
        if is_unused or (category is ChargeCategory.PURCHASE and word(commitment(row))):
            category = ChargeCategory.COMMITMENT
        written = tags(row)
        key = _key(
            provider_of(provider(row)),
            account_of(billing(row)),
            account_of(sub_account(row)) or account_of(billing(row)),
            day_of(period(row))[:7],
            currency_of(currency(row)),
            word(region(row)),
            word(service(row)),
            category,
            word(resource(row)),
            written,
        )
        return key, written

    def amounts(row: Row) -> tuple[Decimal, Decimal]:
        paid = amount_of(billed(row))
        return paid, amount_of(effective(row)) if has_effective else paid

    return Reading(charge_of, start, amounts)


# Line items that stand for the same usage twice: what a commitment covered is billed at its fee, not at its use.
_AWS_CATEGORIES = {
    "usage": ChargeCategory.USAGE,
    "discountedusage": ChargeCategory.USAGE,
    "savingsplancoveredusage": ChargeCategory.USAGE,
    "savingsplannegation": ChargeCategory.COMMITMENT,
    "savingsplanrecurringfee": ChargeCategory.COMMITMENT,
    "savingsplanupfrontfee": ChargeCategory.COMMITMENT,
    "rifee": ChargeCategory.COMMITMENT,
    "fee": ChargeCategory.PURCHASE,
    "tax": ChargeCategory.TAX,
    "credit": ChargeCategory.CREDIT,
    "refund": ChargeCategory.CREDIT,
    "edpdiscount": ChargeCategory.ADJUSTMENT,
    "bundleddiscount": ChargeCategory.ADJUSTMENT,
    "privateratediscount": ChargeCategory.ADJUSTMENT,
}


def _aws_usage_report(columns: Columns) -> Reading:
    """CUR 2.0 (``line_item_unblended_cost``) and the older CUR (``lineItem/UnblendedCost``).

    Amortised by AWS's own rule: covered usage at the effective cost of its commitment, the fee only where it was
    not used, upfront fees not at all.
    """

    def named(group: str, name: str) -> tuple[str, str]:
        return f"{group}_{name}", f"{group.replace('_', '')}/{name.replace('_', '')}"

    def cell(group: str, name: str) -> Cell:
        return columns.text(*named(group, name))

    def amount(group: str, name: str) -> Cell:
        return columns.apart(*named(group, name))

    billing, account = cell("bill", "payer_account_id"), cell("line_item", "usage_account_id")
    period, start = cell("bill", "billing_period_start_date"), amount("line_item", "usage_start_date")
    currency, kind = cell("line_item", "currency_code"), cell("line_item", "line_item_type")
    region = columns.text("product_region_code", "product/regioncode", "product_region", "product/region")
    product = columns.text("line_item_product_code", "lineitem/productcode")
    resource, unblended = cell("line_item", "resource_id"), amount("line_item", "unblended_cost")
    reserved, reserved_for = amount("reservation", "effective_cost"), cell("reservation", "reservation_a_r_n")
    unused_period = amount("reservation", "unused_amortized_upfront_fee_for_billing_period")
    unused_recurring = amount("reservation", "unused_recurring_fee")
    plan_effective = amount("savings_plan", "savings_plan_effective_cost")
    plan_commitment = amount("savings_plan", "total_commitment_to_date")
    plan_used = amount("savings_plan", "used_commitment")
    tags = columns.text("resource_tags", "tags")

    def charge_of(row: Row) -> tuple[ChargeKey, str]:
        category = _AWS_CATEGORIES.get(kind(row).strip().lower(), ChargeCategory.USAGE)
        written = tags(row)
        key = _key(
            "aws",
            word(billing(row)),
            word(account(row)) or word(billing(row)),
            day_of(word(period(row)) or start(row))[:7],
            currency_of(currency(row) or "USD"),
            word(region(row)),
            word(product(row)),
            category,
            word(resource(row)),
            written,
        )
        return key, written

    def amounts(row: Row) -> tuple[Decimal, Decimal]:
        item = kind(row).strip().lower()
        paid = amount_of(unblended(row))
        spread = paid
        if item == "discountedusage":
            spread = amount_of(reserved(row))
        elif item == "savingsplancoveredusage":
            spread = amount_of(plan_effective(row))
        elif item == "rifee":
            spread = EXACT.add(amount_of(unused_period(row)), amount_of(unused_recurring(row)))
        elif item == "savingsplanrecurringfee":
            spread = EXACT.subtract(amount_of(plan_commitment(row)), amount_of(plan_used(row)))
        elif item in ("savingsplannegation", "savingsplanupfrontfee") or (
            item == "fee" and word(reserved_for(row))
        ):
            spread = ZERO
        return paid, spread

    def day(row: Row) -> str:
        return word(start(row)) or period(row)

    return Reading(charge_of, day, amounts, lambda row: not word(period(row)))


_AZURE_CATEGORIES = {
    "usage": ChargeCategory.USAGE,
    "purchase": ChargeCategory.PURCHASE,
    "refund": ChargeCategory.CREDIT,
    "tax": ChargeCategory.TAX,
    "adjustment": ChargeCategory.ADJUSTMENT,
    "roundingadjustment": ChargeCategory.ADJUSTMENT,
    "unusedreservation": ChargeCategory.COMMITMENT,
    "unusedsavingsplan": ChargeCategory.COMMITMENT,
}


def _azure_export(columns: Columns) -> Reading:
    """Azure's exports of cost details. An amortised and an actual export have the same columns: the file that
    was exported says which of the two amounts it holds, so that both are taken to be that one."""
    cost = columns.apart("costinbillingcurrency", "cost", "pretaxcost", "cost_in_billing_currency")
    currency = columns.text("billingcurrency", "billingcurrencycode", "currency", "billing_currency")
    day = columns.apart("date", "usagedatetime", "usagedate")
    period = columns.text("billingperiodstartdate", "servicebillingperiodstart")
    billing = columns.text("billingaccountid", "billingaccountname")
    subscription = columns.text("subscriptionid", "subscriptionguid")
    resource = columns.text("resourceid", "instanceid", "instancename")
    service = columns.text("consumedservice", "metercategory", "servicename")
    meter = columns.text("metercategory", "servicename", "consumedservice")
    region = columns.text("resourcelocation", "resourcelocationnormalized", "location")
    kind = columns.text("chargetype")
    reservation = columns.text("reservationid", "benefitid")
    tags = columns.text("tags")

    def charge_of(row: Row) -> tuple[ChargeKey, str]:
        category = _AZURE_CATEGORIES.get(kind(row).strip().lower(), ChargeCategory.USAGE)
        if category is ChargeCategory.PURCHASE and word(reservation(row)):
            category = ChargeCategory.COMMITMENT
        written = tags(row)
        named = word(resource(row))
        key = _key(
            "azure",
            word(billing(row)),
            account_of(subscription(row)).lower() or word(billing(row)),
            day_of(word(period(row)) or day(row))[:7],
            currency_of(currency(row)),
            word(region(row)).lower(),
            word(meter(row)) or word(service(row)),
            category,
            named if "/" in named else "",
            written,
        )
        return key, written

    def amounts(row: Row) -> tuple[Decimal, Decimal]:
        paid = amount_of(cost(row))
        return paid, paid

    return Reading(charge_of, day, amounts, lambda row: not word(period(row)))


def _google_export(columns: Columns) -> Reading:
    """Google's export to BigQuery, with its nested fields flattened by points (``project.id``).

    A line's credits stand in it and take away from it; they are a charge of their own (see ``expand`` of
    :mod:`cloudviz.costs.rows`), so that discounts are seen.
    """
    cost, currency = columns.apart("cost"), columns.text("currency")
    billing = columns.text("billing_account_id")
    project, project_number = columns.text("project.id"), columns.text("project.number")
    start = columns.apart("usage_start_time")
    invoice = columns.text("invoice.month")
    service, sku = columns.text("service.description"), columns.text("service.id")
    region = columns.text("location.region", "location.location")
    global_name, name = columns.text("resource.global_name"), columns.text("resource.name")
    kind, tags = columns.text("cost_type"), columns.text("labels", "tags")

    def charge_of(row: Row) -> tuple[ChargeKey, str]:
        category = {
            "tax": ChargeCategory.TAX,
            "adjustment": ChargeCategory.ADJUSTMENT,
            "rounding_error": ChargeCategory.ADJUSTMENT,
            "credit": ChargeCategory.CREDIT,
        }.get(kind(row).strip().lower(), ChargeCategory.USAGE)
        month = word(invoice(row))
        if month and not (len(month) == 6 and month.isdigit() and "01" <= month[4:] <= "12"):
            raise UnreadableRow(f"{month[:40]!r} is no invoice month")
        written = tags(row)
        key = _key(
            "gcp",
            word(billing(row)),
            word(project(row)) or word(project_number(row)) or word(billing(row)),
            f"{month[:4]}-{month[4:]}" if month else day_of(start(row))[:7],
            currency_of(currency(row)),
            word(region(row)),
            word(service(row)) or word(sku(row)),
            category,
            word(global_name(row)) or word(name(row)),
            written,
        )
        return key, written

    def amounts(row: Row) -> tuple[Decimal, Decimal]:
        paid = amount_of(cost(row))
        return paid, paid

    return Reading(charge_of, start, amounts, lambda row: not word(invoice(row)))


FORMATS = (
    Format("FOCUS", ("billedcost", "billingcurrency", "chargeperiodstart"), _focus, "FOCUS 1.0 to 1.2"),
    Format(
        "CUR 2.0",
        ("line_item_unblended_cost", "line_item_usage_account_id"),
        _aws_usage_report,
        "AWS Data Exports",
    ),
    Format(
        "CUR",
        ("lineitem/unblendedcost", "lineitem/usageaccountid"),
        _aws_usage_report,
        "AWS Cost and Usage Report",
    ),
    Format(
        "Azure cost export", ("costinbillingcurrency", "metercategory"), _azure_export, "Azure cost details, MCA"
    ),
    Format(
        "Azure cost export", ("cost", "metercategory", "consumedservice"), _azure_export, "Azure cost details, EA"
    ),
    Format("Azure cost export", ("pretaxcost", "metercategory"), _azure_export, "Azure usage details"),
    Format(
        "Google Cloud billing export",
        ("billing_account_id", "cost", "usage_start_time"),
        _google_export,
        "Cloud Billing export to BigQuery",
    ),
)
"""Tried in this order."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A table's format, how its rows are read, and the positions of the columns that reading them looks at."""

    format: Format
    reading: Reading
    identity: tuple[int, ...]
    positions: frozenset[int]


def recognise(header: Sequence[str]) -> Recognised | None:
    """The format that has these columns; None where no bill has them."""
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        found.setdefault(name.strip().lower(), position)
    for each in FORMATS:
        if all(mark in found for mark in each.marks):
            columns = Columns(found)
            reading = each.reading(columns)
            identity = tuple(dict.fromkeys(columns.identity))
            return Recognised(each, reading, identity, frozenset((*identity, *columns.others)))
    return None
