"""What people may ask of each kind of job: one definition for the API, the command line and schedules."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cloudviz.diagram.options import DIRECTIONS, LAYOUTS, THEMES, PictureOptions
from cloudviz.errors import Invalid
from cloudviz.inventory.select import Selection, parse_filter
from cloudviz.jobs.cost_reports import charged
from cloudviz.jobs.inventory_export import FORMATS
from cloudviz.jobs.providers import accounts_of, provider_for, scan_types
from cloudviz.runtime.settings import Settings

MOST_WORDS = 1000


class _Asked(BaseModel):
    """The arguments of one kind of job. A misspelt one is refused: leaving it out would do something else."""

    model_config = ConfigDict(extra="forbid", str_max_length=20_000)
    needs_admin: ClassVar[bool] = False

    def stored(self) -> dict[str, Any]:
        """As the task takes them."""
        return self.model_dump(mode="json", exclude_none=True)

    def check(self, settings: Settings) -> None:
        """Raises Invalid for what can't be carried out: it is refused now, not in the background."""


class DrawArguments(_Asked):
    """A picture of the inventory, kept as a diagram."""

    filter: str = Field("", description="A filter expression: `type=aws.ec2.* tag:env=prod`.")
    discovery_ids: list[str] = Field([], max_length=MOST_WORDS)
    at: str = Field("", max_length=100)
    since: str = Field("", max_length=100)
    previous: str = Field("", max_length=100)
    layout: str = LAYOUTS[0]
    theme: str = THEMES[0]
    direction: str = DIRECTIONS[0]
    max_nodes: int = Field(100, ge=0, le=10_000)
    group_by: str = Field("", max_length=200)
    focus: str = ""
    hops: int = Field(2, ge=0, le=10)
    title: str = Field("", max_length=500)
    include_costs: bool = False
    include_dependencies: bool = True

    def check(self, settings: Settings) -> None:
        """Raises Invalid for an unknown word, or a filter that is none."""
        for what, value, known in (
            ("layout", self.layout, LAYOUTS),
            ("theme", self.theme, THEMES),
            ("direction", self.direction, DIRECTIONS),
        ):
            if value not in known:
                raise Invalid(f"there is no {what} {value[:40]!r}", hint=f"Use {', '.join(known)}.")
        parse_filter(self.filter, Selection())

    def stored(self) -> dict[str, Any]:
        """As the task takes them."""
        options = PictureOptions(
            layout=self.layout,
            theme=self.theme,
            max_nodes=self.max_nodes,
            focus=self.focus,
            hops=self.hops,
            group_by=self.group_by,
            show_costs=self.include_costs,
            title=self.title,
            direction=self.direction,
        )
        return {
            "filter": self.filter,
            "discovery_ids": self.discovery_ids,
            "at": self.at,
            "since": self.since,
            "previous": self.previous,
            "with_links": self.include_dependencies,
            "options": dataclasses.asdict(options),
        }


class DiscoverArguments(_Asked):
    """A live scan with the credentials of the server, or with one of /admin/credentials; then a picture."""

    provider: Literal["aws", "azure", "gcp"]
    accounts: list[str] = Field([], max_length=MOST_WORDS, description="Accounts, subscriptions or projects.")
    regions: list[str] = Field([], max_length=MOST_WORDS)
    services: list[str] = Field([], max_length=MOST_WORDS)
    resource_types: list[str] = Field([], max_length=MOST_WORDS)
    resource_groups: list[str] = Field([], max_length=MOST_WORDS)
    role_arn: str = Field("", max_length=2048)
    config_aggregator: str = Field("", max_length=256)
    long_tail: bool = False
    credential: str = Field("", max_length=100)
    draw: DrawArguments | None = Field(None, description="Draw this when the scan has ended.")

    def check(self, settings: Settings) -> None:
        """Raises Invalid for a type or a place that does not exist."""
        request = self.stored()["request"]
        scan_types(self.provider, request)
        if not self.credential:
            provider_for(self.provider, request, settings)
        if self.draw is not None:
            self.draw.check(settings)

    def stored(self) -> dict[str, Any]:
        """As the task takes them."""
        request = self.model_dump(mode="json", exclude={"provider", "draw"}, exclude_defaults=True)
        stored: dict[str, Any] = {"provider": self.provider, "request": request}
        if self.draw is not None:
            stored["draw"] = self.draw.stored()
        return stored


class ExportArguments(_Asked):
    """The inventory as a file, to be fetched by GET /jobs/{id}/file."""

    filter: str = ""
    at: str = Field("", max_length=100)
    format: str = FORMATS[0]

    def check(self, settings: Settings) -> None:
        """Raises Invalid for another format, or a filter that is none."""
        parse_filter(self.filter, Selection())
        if self.format not in FORMATS:
            raise Invalid(f"there is no export as {self.format[:40]!r}", hint=f"Use {', '.join(FORMATS)}.")


class CostsArguments(_Asked):
    """What the clouds cost a month by the bill, whether that is over a threshold, and days that stand out."""

    provider: Literal["", "aws", "azure", "gcp"] = ""
    account: str = Field("", max_length=300, description="Only this account.")
    month: str = Field("", max_length=20, description="As in 2026-10; the newest when empty.")
    threshold: float | None = Field(
        None, gt=0, description="Tell (cost.threshold), once a month, when it costs more."
    )
    measure: Literal["month", "so_far", "forecast"] = Field(
        "month", description="What is compared: the last whole month, the newest so far, or what it will come to."
    )
    anomalies: bool = Field(False, description="Tell (cost.anomaly) of days that stand out, each once.")

    def check(self, settings: Settings) -> None:
        """Raises Invalid for what is no month."""
        charged(month=self.month)


class CleanupArguments(_Asked):
    """Let go of what is older than the settings keep it."""

    needs_admin: ClassVar[bool] = True


KINDS: dict[str, type[_Asked]] = {
    "discover": DiscoverArguments,
    "draw": DrawArguments,
    "export": ExportArguments,
    "costs": CostsArguments,
    "cleanup": CleanupArguments,
}
"""The kinds that people start; imports come with their files."""


def checked_arguments(kind: str, arguments: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The arguments as the task takes them. Raises Invalid, naming the one that is wrong and why."""
    asked = _asked(kind, arguments)
    asked.check(settings)
    return asked.stored()


def stored_arguments(kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The same of arguments that were checked when somebody asked: nothing is looked up."""
    return _asked(kind, arguments).stored()


def _asked(kind: str, arguments: Mapping[str, Any]) -> _Asked:
    model = _model(kind)
    try:
        return model.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        at = ".".join(str(each) for each in first["loc"])[:100] or kind
        known = ", ".join(model.model_fields) or "none"
        raise Invalid(f"arguments of {kind}: {at}: {first['msg']}", hint=f"Known arguments: {known}.") from error


def needs_admin(kind: str) -> bool:
    """Whether only administrators may start it. Raises Invalid for an unknown kind."""
    return _model(kind).needs_admin


def accounts_read(kind: str, stored: Mapping[str, Any]) -> tuple[str, ...]:
    """The cloud accounts that a job with these stored arguments reads."""
    if kind != "discover":
        return ()
    return accounts_of(str(stored.get("provider", "")), stored.get("request") or {})


def _model(kind: str) -> type[_Asked]:
    try:
        return KINDS[kind]
    except KeyError:
        raise Invalid(f"there is no job kind {kind[:40]!r} to start", hint=f"Use {', '.join(KINDS)}.") from None
