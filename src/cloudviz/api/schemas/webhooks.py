"""Webhooks: who is told of events, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, SecretStr

from cloudviz.api.schemas.base import SECRET, Asked, Told, Words, example, examples
from cloudviz.jobs.webhooks.spreading import KINDS

AN_ID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
Shape = Literal["standard", "slack", "teams"]
Severity = Literal["info", "warning", "error"]
KINDS_SAY = f"{', '.join(KINDS)}; all when empty."


class WebhookFilters(Asked):
    """Conditions that must all hold. Those that say nothing of an event let it pass."""

    providers: Words = Field([], description="aws, azure, gcp, or mixed for files that hold several.")
    accounts: Words = Field([], description="Accounts, subscriptions or projects that a change touches.")
    tags: dict[str, str] = Field(
        {}, description="Tags that a changed resource has; an empty value is any.", max_length=50
    )
    min_severity: Severity | None = Field(None, description="info, warning or error.")
    min_changes: int = Field(0, ge=0, description="Of change.detected: resources that changed.")
    min_amount: float = Field(0, ge=0, description="Of cost.threshold and cost.anomaly: the amount.")


class WebhookRequest(Asked):
    """Where to send which events."""

    url: str = Field(
        description="https://…; what the setting outbound.allowed_hosts names may be http.", max_length=2048
    )
    events: Words = Field([], description=KINDS_SAY)
    filters: WebhookFilters = WebhookFilters()
    shape: Shape | None = Field(None, description="By the host of the address when not given.")
    description: str = Field("", max_length=500)
    secret: SecretStr = Field(
        SecretStr(""), description="`whsec_` and 24 to 64 bytes in base64; made when empty.", max_length=200
    )

    model_config = examples(
        {"url": "https://hooks.example.org/cloudviz", "events": ["change.detected", "discovery.failed"]},
        {
            "url": "https://hooks.slack.com/services/T000/B000/XXXX",
            "events": ["change.detected"],
            "filters": {"tags": {"env": "prod"}, "min_changes": 5},
        },
    )


class WebhookChange(Asked):
    """What is given replaces what there was; the secret stays."""

    url: str = Field("", max_length=2048)
    events: Words | None = Field(None, description=KINDS_SAY)
    filters: WebhookFilters | None = None
    shape: Shape | None = None
    description: str | None = Field(None, max_length=500)

    model_config = example(events=["discovery.failed"], description="on call")


class SecretRequest(Asked):
    """The next signing secret."""

    secret: SecretStr = Field(
        SecretStr(""), description="`whsec_` and 24 to 64 bytes in base64; made when empty.", max_length=200
    )

    model_config = examples({})


class WebhookModel(Told):
    """A webhook without its secrets; of the addresses of Slack and Teams only the host is shown."""

    id: str
    url: str
    shape: str
    events: list[str] = Field(description=KINDS_SAY)
    filters: dict[str, Any]
    description: str
    status: str = Field(description="active, paused (events wait) or disabled (events pass by).")
    reason: str = Field(description="Why it is paused or disabled.")
    subject: str = Field(description="The one thing that it is for, such as `discovery:ID`; empty for all.")
    failing_since: datetime | None = None
    quiet_until: datetime | None = Field(None, description="The endpoint asked not to be asked before.")
    last_success_at: datetime | None = None
    created_by: str
    created_at: datetime

    model_config = example(
        id=AN_ID,
        url="https://hooks.example.org/cloudviz",
        shape="standard",
        events=["change.detected"],
        filters={},
        description="",
        status="active",
        reason="",
        subject="",
        created_by="ada",
        created_at="2026-11-24T08:00:00Z",
    )


class WebhookMade(WebhookModel):
    """A webhook with its present secret, which is shown this once."""

    secret: str = Field(description="`whsec_…`: receivers verify with it.", json_schema_extra=SECRET)


class WebhookPage(Told):
    """One page of webhooks, newest first."""

    items: list[WebhookModel]
    next_cursor: str | None = None


class AttemptModel(Told):
    """One try of a delivery."""

    number: int
    at: datetime
    response_status: int | None = Field(None, description="None where no answer came.")
    error: str = Field(description="Why there was no answer.")
    body: str = Field(description="The beginning of the answer, without what looks like a secret.")
    duration_ms: float


class DeliveryModel(Told):
    """One event for one webhook."""

    id: str
    message_id: str = Field(description="The header `webhook-id`, the same at every try.")
    event: str
    subject: str
    status: str = Field(description="waiting, delivered, or failed: given up.")
    due_at: datetime | None = Field(None, description="When it is tried next, while it waits.")
    created_at: datetime
    finished_at: datetime | None = None
    attempts: list[AttemptModel]
    document: dict[str, Any] = Field(description="What is told, before it is put into its shape.")

    model_config = example(
        id=AN_ID,
        message_id=f"msg_{AN_ID}",
        event="change.detected",
        subject="discovery:81e2…",
        status="delivered",
        created_at="2026-11-24T08:00:00Z",
        finished_at="2026-11-24T08:00:01Z",
        attempts=[
            {
                "number": 1,
                "at": "2026-11-24T08:00:00Z",
                "response_status": 204,
                "error": "",
                "body": "",
                "duration_ms": 38.2,
            }
        ],
        document={"type": "change.detected", "data": {"added": 2, "changed": 1, "removed": 0}},
    )


class DeliveryPage(Told):
    """One page of deliveries, newest first."""

    items: list[DeliveryModel]
    next_cursor: str | None = None
