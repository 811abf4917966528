"""Bills: charges and their allocation, days, and what each resource costs in the month that is shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Key, Money, Serial, UtcTime, Uuid, random_uuid, utc_now

revision = "2026_11_24_costs"
down_revision = "2026_11_24_webhooks"


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _cents(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    """Make the six tables."""
    op.create_table(
        "bills",
        sa.Column("id", Uuid(), server_default=random_uuid(), nullable=False),
        _word("source"),
        sa.Column("formats", Json, nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        _word("created_by"),
        _cents("lines"),
        _cents("lines_lost"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
    )
    op.create_index("idx_bills_created_at_id", "bills", ["created_at", "id"])
    op.create_table(
        "charges",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("bill_id", Uuid(), nullable=False),
        *map(_word, ("provider", "billing_account", "account")),
        sa.Column("month", sa.Text(), nullable=False),
        *map(_word, ("currency", "region", "service", "category", "billed_resource")),
        sa.Column("tags", Json),
        sa.Column("billed", Money(), nullable=False),
        sa.Column("amortised", Money(), nullable=False),
        *map(_cents, ("billed_cents", "amortised_cents", "lines")),
        sa.Column("resource_id", Key),
        _word("resource_type"),
        _word("reason"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_charges_bill_id"), ondelete="CASCADE"),
    )
    op.create_index(op.f("idx_charges_bill_id"), "charges", ["bill_id"])
    op.create_index("idx_charges_month_resource_id", "charges", ["month", "resource_id"])
    op.create_index("idx_charges_account", "charges", ["provider", "billing_account", "account", "month"])
    op.create_table(
        "charge_days",
        sa.Column("bill_id", Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *map(_word, ("provider", "billing_account", "account")),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        *map(_word, ("currency", "service")),
        sa.Column("billed", Money(), nullable=False),
        sa.Column("amortised", Money(), nullable=False),
        sa.PrimaryKeyConstraint("bill_id", "position", name=op.f("pk_charge_days")),
        sa.ForeignKeyConstraint(
            ["bill_id"], ["bills.id"], name=op.f("fk_charge_days_bill_id"), ondelete="CASCADE"
        ),
    )
    op.create_index("idx_charge_days_day", "charge_days", ["day"])
    op.create_index("idx_charge_days_account", "charge_days", ["provider", "billing_account", "account", "month"])
    op.create_table(
        "cost_months",
        sa.Column("provider", Key, nullable=False),
        sa.Column("billing_account", Key, nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "billing_account", "month", name=op.f("pk_cost_months")),
    )
    made = op.create_table(
        "cost_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        _cents("number"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_revision")),
    )
    op.bulk_insert(made, [{"id": 1, "number": 0}])
    op.create_table(
        "resource_costs",
        sa.Column("resource_id", Key, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        *map(_cents, ("billed_cents", "amortised_cents")),
        sa.PrimaryKeyConstraint("resource_id", "currency", name=op.f("pk_resource_costs")),
    )
