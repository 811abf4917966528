"""The tables of bills. Amounts stand twice: exactly as billed, and in whole cents that add up to the bill.

Cents are integers, so that both databases add them up without rounding, which SQLite's numbers do not.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from cloudviz.store.columns import number, words
from cloudviz.store.tables import metadata
from cloudviz.store.types import Json, Key, Money, Serial, UtcTime, Uuid, random_uuid, utc_now

# One import of a bill: files, or a live answer of the provider.
bills = Table(
    "bills",
    metadata,
    Column("id", Uuid(), primary_key=True, server_default=random_uuid()),
    words("source"),
    Column("formats", Json, nullable=False),
    Column("created_at", UtcTime(), nullable=False, server_default=utc_now()),
    words("created_by"),
    number("lines"),
    number("lines_lost"),
    Index("idx_bills_created_at_id", "created_at", "id"),
)

# Each charge of a month, with the resource of the inventory that it was allocated to, or the reason why to none.
charges = Table(
    "charges",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("bill_id", Uuid(), ForeignKey("bills.id", ondelete="CASCADE"), nullable=False, index=True),
    words("provider"),
    words("billing_account"),
    words("account"),
    Column("month", Text, nullable=False),
    words("currency"),
    words("region"),
    words("service"),
    words("category"),
    words("billed_resource"),
    Column("tags", Json),
    Column("billed", Money(), nullable=False),
    Column("amortised", Money(), nullable=False),
    number("billed_cents"),
    number("amortised_cents"),
    number("lines"),
    Column("resource_id", Key),
    words("resource_type"),
    words("reason"),
    Index("idx_charges_month_resource_id", "month", "resource_id"),
    Index("idx_charges_account", "provider", "billing_account", "account", "month"),
)

# What each account and service cost on a day, for trends and forecasts.
charge_days = Table(
    "charge_days",
    metadata,
    Column("bill_id", Uuid(), ForeignKey("bills.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    words("provider"),
    words("billing_account"),
    words("account"),
    Column("month", Text, nullable=False),
    Column("day", Text, nullable=False),
    words("currency"),
    words("service"),
    Column("billed", Money(), nullable=False),
    Column("amortised", Money(), nullable=False),
    Index("idx_charge_days_day", "day"),
    Index("idx_charge_days_account", "provider", "billing_account", "account", "month"),
)

# Which month of each payer is shown as what a resource costs a month.
cost_months = Table(
    "cost_months",
    metadata,
    Column("provider", Key, primary_key=True),
    Column("billing_account", Key, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("last_day", Text, nullable=False),
    Column("is_shown", Boolean, nullable=False),
)

# One row: how often what costs say has changed, which is a part of the inventory's data version.
cost_revision = Table(
    "cost_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    number("number"),
)

# What each resource costs in the month that is shown of its payer.
resource_costs = Table(
    "resource_costs",
    metadata,
    Column("resource_id", Key, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("month", Text, nullable=False),
    number("billed_cents"),
    number("amortised_cents"),
)
