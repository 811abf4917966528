"""Jobs get a priority, the accounts they read, and events to be followed by; workers are known; schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cloudviz.store.types import Json, Key, Serial, UtcTime, Uuid, random_uuid, utc_now

revision = "2026_11_24_job_queue"
down_revision = "2026_11_24_exported_files"


def _words(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text(f"'{default}'"), nullable=False)


def _number(name: str, default: int = 0) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text(str(default)), nullable=False)


def upgrade() -> None:
    """Widen ``jobs``; make ``job_accounts``, ``job_events``, ``job_workers``, ``schedules``, ``schedule_runs``."""
    op.add_column("jobs", _number("priority"))
    op.add_column("jobs", _number("max_attempts", 5))
    op.drop_index("idx_jobs_status_run_after", table_name="jobs")
    op.create_index("idx_jobs_ready", "jobs", ["status", "priority", "run_after"])
    op.create_table(
        "job_accounts",
        sa.Column("account", Key, nullable=False),
        sa.Column("job_id", Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_accounts_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", "job_id", name=op.f("pk_job_accounts")),
    )
    op.create_index(op.f("idx_job_accounts_job_id"), "job_accounts", ["job_id"])
    op.create_table(
        "job_events",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("job_id", Uuid(), nullable=False),
        sa.Column("at", UtcTime(), server_default=utc_now(), nullable=False),
        _words("what"),
        sa.Column("body", Json, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_events_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_job_events_job_id_id", "job_events", ["job_id", "id"])
    op.create_table(
        "job_workers",
        sa.Column("name", Key, nullable=False),
        _words("role"),
        _number("slots"),
        _number("busy"),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_workers")),
    )
    op.create_index(op.f("idx_job_workers_seen_at"), "job_workers", ["seen_at"])
    op.create_table(
        "schedules",
        sa.Column("id", Uuid(), server_default=random_uuid(), nullable=False),
        sa.Column("name", Key, nullable=False),
        _words("cron"),
        _words("time_zone", "UTC"),
        _number("jitter_seconds"),
        _words("kind"),
        sa.Column("arguments", Json, nullable=False),
        _number("priority"),
        _words("missed", "once"),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_at", UtcTime()),
        _words("created_by"),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("name", name=op.f("uq_schedules_name")),
    )
    op.create_index("idx_schedules_next_at", "schedules", ["next_at"])
    op.create_table(
        "schedule_runs",
        sa.Column("schedule_id", Uuid(), nullable=False),
        sa.Column("tick", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("job_id", Uuid()),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_schedule_runs_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schedule_id", "tick", name=op.f("pk_schedule_runs")),
    )
    op.create_index("idx_schedule_runs_created_at", "schedule_runs", ["created_at"])
