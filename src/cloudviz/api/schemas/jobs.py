"""Jobs and schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from cloudviz.api.schemas.base import Asked, Told, example, examples


class JobModel(Told):
    """A piece of background work."""

    id: str
    kind: str
    status: str = Field(description="queued, running, succeeded, partial, failed or cancelled.")
    requested_by: str
    attempt: int
    max_attempts: int
    priority: int
    cancel_requested: bool
    progress: dict[str, Any]
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = Field(None, description="Code, detail and hint, when it failed.")
    created_at: datetime | None = None
    run_after: datetime | None = Field(None, description="It does not start before this.")
    started_at: datetime | None = None
    finished_at: datetime | None = None

    model_config = example(
        id="81e2…",
        kind="discover",
        status="running",
        requested_by="ada",
        attempt=1,
        max_attempts=5,
        priority=0,
        cancel_requested=False,
        progress={"done": 12, "total": 36, "resources": 204},
        created_at="2026-11-24T08:00:00Z",
    )


class JobPage(Told):
    """One page of jobs, newest first."""

    items: list[JobModel]
    next_cursor: str | None = None


class JobAccepted(Told):
    """The work goes on in the background. Follow `Location`."""

    job_id: str
    status: str

    model_config = example(job_id="81e2…", status="queued")


class JobRequest(Asked):
    """Work to be done in the background. The arguments depend on the kind; see docs/guide/jobs.md."""

    kind: str = Field(max_length=50, description="discover, draw, export, costs or cleanup.")
    arguments: dict[str, Any] = Field({}, description="Those of the kind; a misspelt one is refused.")
    priority: int = Field(0, ge=-10, le=10, description="Higher ones first.")

    model_config = examples(
        {"kind": "export", "arguments": {"format": "json", "filter": "provider=aws"}},
        {"kind": "discover", "arguments": {"provider": "aws", "regions": ["eu-west-1"], "draw": {}}},
    )


class ScheduleRequest(Asked):
    """When to start which kind of job again and again."""

    name: str = Field(min_length=1, max_length=100)
    cron: str = Field(max_length=200, description="Minute, hour, day of month, month, day of week; or @daily.")
    time_zone: str = Field("UTC", max_length=100, description="IANA name; the clock on that wall is meant.")
    kind: str = Field(max_length=50, description="discover, draw, export, costs or cleanup.")
    arguments: dict[str, Any] = {}
    jitter_seconds: int = Field(0, ge=0, le=3600, description="Start up to this much later, the same each time.")
    priority: int = Field(-1, ge=-10, le=10)
    missed: Literal["skip", "once", "all"] = Field(
        "once", description="Ticks at which nobody was there: leave them, make up for the last, or for all (24)."
    )
    paused: bool = False

    model_config = example(
        name="nightly",
        cron="30 2 * * *",
        time_zone="Europe/Berlin",
        kind="discover",
        arguments={"provider": "aws", "draw": {"theme": "enterprise"}},
        jitter_seconds=300,
        missed="once",
    )


class ScheduleModel(Told):
    """A schedule, with the times at which it will start its job, before jitter."""

    id: str
    name: str
    cron: str
    time_zone: str
    kind: str
    arguments: dict[str, Any]
    jitter_seconds: int
    priority: int
    missed: str
    paused: bool
    next_runs: list[datetime] = Field(description="The next five; none while it is paused.")
    created_by: str
    created_at: datetime | None = None
    updated_at: datetime | None = None

    model_config = example(
        id="81e2…",
        name="nightly",
        cron="30 2 * * *",
        time_zone="Europe/Berlin",
        kind="discover",
        arguments={"provider": "aws"},
        jitter_seconds=300,
        priority=-1,
        missed="once",
        paused=False,
        next_runs=["2026-11-25T01:30:00Z"],
        created_by="ada",
    )


class SchedulePage(Told):
    """One page of schedules, by name."""

    items: list[ScheduleModel]
    next_cursor: str | None = None


class ScheduleRunModel(Told):
    """A tick that was dealt with. Without a job it was missed, and skipped."""

    tick: datetime
    created_at: datetime
    job_id: str | None = None
    status: str | None = Field(None, description="Of the job, while that is remembered.")

    model_config = example(tick="2026-11-24T01:30:00Z", created_at="2026-11-24T01:30:00Z", job_id="81e2…")


class ScheduleRunPage(Told):
    """One page of ticks, newest first."""

    items: list[ScheduleRunModel]
    next_cursor: str | None = None
