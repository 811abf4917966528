"""Health."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cloudviz.api.schemas.base import Told, example

Condition = Literal["healthy", "degraded", "unhealthy", "unused"]


class ComponentHealth(Told):
    """How one part is."""

    status: Condition
    detail: str = ""


class Components(Told):
    """How each part is."""

    database: ComponentHealth
    redis: ComponentHealth
    cloud_apis: ComponentHealth
    jobs: ComponentHealth
    storage: ComponentHealth


class HealthReply(Told):
    """How the installation is."""

    status: Literal["healthy", "degraded", "unhealthy"]
    version: str
    components: Components

    model_config = example(
        status="healthy",
        version="1.1.0",
        components={
            "database": {"status": "healthy", "detail": "sqlite"},
            "redis": {"status": "unused", "detail": "the cache is in memory"},
            "cloud_apis": {"status": "healthy", "detail": "aws: last discovery completed"},
            "jobs": {"status": "healthy", "detail": "the worker runs in this process"},
            "storage": {"status": "healthy", "detail": ""},
        },
    )


class AliveReply(Told):
    """The process answers."""

    status: Literal["alive", "ready"]

    model_config = example(status="alive")


class SettingModel(Told):
    """One setting in force."""

    name: str
    value: str = Field(description="As text; secrets are masked.")
    origin: str = Field(description="The variable or file it came from, `flag`, or `default`.")
    meaning: str


class SettingsReply(Told):
    """All settings in force, in the order of their declaration."""

    items: list[SettingModel]
    next_cursor: None = None

    model_config = example(
        items=[
            {
                "name": "auth.access_minutes",
                "value": "15",
                "origin": "CLOUDVIZ_AUTH__ACCESS_MINUTES",
                "meaning": "Lifetime of an access token, in minutes.",
            }
        ],
        next_cursor=None,
    )
