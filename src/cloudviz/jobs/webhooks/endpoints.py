"""Webhooks as people keep them: registered, changed, paused, given another secret, tried out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from cloudviz.errors import CloudVizError, Conflict, Invalid
from cloudviz.jobs.webhooks import signing
from cloudviz.jobs.webhooks.messages import SHAPES, SLACK, STANDARD, TEAMS
from cloudviz.jobs.webhooks.spreading import KINDS, PING, SEVERITIES
from cloudviz.runtime import clock
from cloudviz.runtime.outbound import Outbound
from cloudviz.runtime.secrets.envelope import Place, SealBroken
from cloudviz.runtime.secrets.keyring import Keyring
from cloudviz.runtime.secrets.opening import keyring_for
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store
from cloudviz.store.deliveries import DeliveryRecord, NewDelivery
from cloudviz.store.types import new_uuid
from cloudviz.store.webhooks import WebhookRecord, WebhookStatus

MOST_SECRETS = 3
"""That sign at once: the present one, and those before it whose time has not run out."""

LONGEST_DESCRIPTION = 500

_FILTERS = {
    "providers": list,
    "accounts": list,
    "tags": dict,
    "min_severity": str,
    "min_changes": int,
    "min_amount": (int, float),
}
_PROVIDERS = ("aws", "azure", "gcp", "mixed")
_SLACK_HOST = re.compile(r"hooks\.slack(?:-gov)?\.com")
_TEAMS_HOST = re.compile(r".+\.(?:webhook\.office\.com|logic\.azure\.com|api\.powerplatform\.com)")


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret, and until when it signs; the present one has no end."""

    secret: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What is sealed of a webhook: where it is, and its secrets, the present one first."""

    url: str
    secrets: tuple[Secret, ...]

    def signing(self, now: datetime) -> list[str]:
        """The secrets that sign at an instant."""
        return [each.secret for each in self.secrets if each.until is None or each.until > now]

    def to_bytes(self) -> bytes:
        """As it is sealed."""
        kept = [{"secret": each.secret, "until": each.until and clock.text(each.until)} for each in self.secrets]
        return orjson.dumps({"url": self.url, "secrets": kept})

    @classmethod
    def read(cls, plain: bytes) -> Opened:
        """What :meth:`to_bytes` wrote."""
        given = orjson.loads(plain)
        secrets = tuple(
            Secret(each["secret"], clock.parse(each["until"]) if each["until"] else None)
            for each in given["secrets"]
        )
        return cls(given["url"], secrets)


@dataclass(frozen=True, slots=True)
class Registered:
    """A new webhook, and its secret, which is shown this once."""

    record: WebhookRecord
    secret: str


class Endpoints:
    """Keeps webhooks.

    Arguments:
        settings, store: of the installation.
        keyring: the keys that seal addresses and secrets.
        outbound: what may be asked.
    """

    def __init__(self, settings: Settings, store: Store, keyring: Keyring, outbound: Outbound) -> None:
        self._settings = settings
        self._store = store
        self._keyring = keyring
        self._outbound = outbound

    @classmethod
    def of(cls, settings: Settings, store: Store, outbound: Outbound | None = None) -> Endpoints:
        """Those of an installation. Raises BadInput for keys in the settings that are none."""
        return cls(settings, store, keyring_for(settings), outbound or Outbound(settings.outbound))

    async def check(self, url: str) -> None:
        """Whether an address may be told. Raises Invalid, OutboundFailed for a host that has no address."""
        await self._outbound.check(url)

    async def register(
        self,
        url: str,
        by: str,
        *,
        shape: str = "",
        events: Sequence[str] = (),
        filters: Mapping[str, Any] | None = None,
        description: str = "",
        secret: str = "",
        subject: str = "",
    ) -> Registered:
        """Add a webhook for what happens from now on.

        Arguments:
            shape: ``standard``, ``slack`` or ``teams``; by the host of the address when empty.
            events: kinds; all when empty.
            filters: see :func:`checked_filters`.
            secret: ``whsec_…``; made when empty.
            subject: the one thing that it is for: ``discovery:ID``.

        Raises Invalid, OutboundFailed for a host that has no address, Conflict when there are too many.
        """
        await self.check(url)
        shape = _shape(shape or shape_of(url))
        signing.key_of(secret := secret or signing.new_secret())
        webhook_id = new_uuid()
        sealed = await self._keyring.seal(Opened(url, (Secret(secret),)).to_bytes(), _place(webhook_id))
        record = await self._store.webhooks.create(
            webhook_id,
            sealed,
            self._keyring.sealing_id,
            shown_url=shown(url, shape),
            shape=shape,
            events=checked_events(events),
            filters=checked_filters(filters or {}),
            description=_description(description),
            created_by=by,
            subject=subject,
            most=self._settings.webhooks.most,
        )
        return Registered(record, secret)

    async def change(
        self,
        webhook_id: str,
        *,
        url: str = "",
        shape: str = "",
        events: Sequence[str] | None = None,
        filters: Mapping[str, Any] | None = None,
        description: str | None = None,
    ) -> WebhookRecord:
        """Replace what is given; the secrets stay. Raises as :meth:`register` does, NotFound, SealBroken."""
        record = await self._store.webhooks.get(webhook_id)
        values: dict[str, Any] = {}
        if shape:
            values["shape"] = _shape(shape)
        if events is not None:
            values["events"] = checked_events(events)
        if filters is not None:
            values["filters"] = checked_filters(filters)
        if description is not None:
            values["description"] = _description(description)
        if url:
            await self._outbound.check(url)
            opened = await self.open(record)
            values |= await self._sealed(record.id, Opened(url, opened.secrets))
            values["shown_url"] = shown(url, values.get("shape", record.shape))
        return await self._store.webhooks.change(record.id, values) if values else record

    async def rotate(self, webhook_id: str, secret: str = "", now: datetime | None = None) -> Registered:
        """Another secret; the present one signs too for ``webhooks.rotation_hours``. Raises as :meth:`change`."""
        record = await self._store.webhooks.get(webhook_id)
        signing.key_of(secret := secret or signing.new_secret())
        opened, instant = await self.open(record), now or clock.now()
        if any(each.secret == secret for each in opened.secrets):
            raise Conflict("the new secret is one that the webhook has", hint="Give another one, or none.")
        until = instant + timedelta(hours=self._settings.webhooks.rotation_hours)
        former = [Secret(each.secret, each.until or until) for each in opened.secrets]
        valid = [each for each in former if each.until is not None and each.until > instant]
        kept = (Secret(secret), *valid[: MOST_SECRETS - 1])
        return Registered(
            await self._store.webhooks.change(record.id, await self._sealed(record.id, Opened(opened.url, kept))),
            secret,
        )

    async def pause(self, webhook_id: str) -> WebhookRecord:
        """Let events wait. Raises NotFound."""
        return await self._store.webhooks.set_status(webhook_id, WebhookStatus.PAUSED, "paused by an operator")

    async def resume(self, webhook_id: str) -> WebhookRecord:
        """Go on with one that is paused or disabled: first what waits. Raises NotFound."""
        return await self._store.webhooks.set_status(webhook_id, WebhookStatus.ACTIVE)

    async def ping(self, webhook_id: str) -> DeliveryRecord:
        """Put a test in the queue of a webhook. Raises NotFound, and Conflict for one that is not active."""
        record = await self._store.webhooks.get(webhook_id)
        if record.status != WebhookStatus.ACTIVE:
            raise Conflict(f"the webhook is {record.status}: {record.reason}", hint="Resume it first.")
        document = {
            "type": PING,
            "timestamp": clock.text(clock.now()),
            "subject": f"webhook:{record.id}",
            "severity": "info",
            "data": {"webhook_id": record.id},
        }
        lane = f"ping:{new_uuid()}"  # a test waits for nothing
        return await self._store.deliveries.add(
            NewDelivery(record.id, None, PING, f"webhook:{record.id}", lane, document)
        )

    async def open(self, record: WebhookRecord) -> Opened:
        """What is sealed of a webhook. Raises SealBroken, Unavailable."""
        return Opened.read(await self._keyring.open(record.sealed, _place(record.id)))

    async def _sealed(self, webhook_id: str, opened: Opened) -> dict[str, Any]:
        sealed = await self._keyring.seal(opened.to_bytes(), _place(webhook_id))
        return {"sealed": sealed, "key_id": self._keyring.sealing_id}

    async def reseal(self) -> tuple[int, int, tuple[str, ...]]:
        """Put every envelope under the master key that seals now: those moved, there already, and failed."""
        moved = current = 0
        failed: list[str] = []
        last = ""
        while batch := await self._store.webhooks.after(last, 100):
            for record in batch:
                try:
                    sealed = await self._keyring.rewrapped(record.sealed, _place(record.id))
                    if sealed is None:
                        current += 1
                    elif await self._store.webhooks.reseal(record, sealed, self._keyring.sealing_id):
                        moved += 1
                except (SealBroken, CloudVizError) as error:
                    failed.append(f"webhook {record.id}: {error.one_line()}")
            last = batch[-1].id
        return moved, current, tuple(failed)


def _place(webhook_id: str) -> Place:
    return Place("webhooks", "sealed", webhook_id)


def shape_of(url: str) -> str:
    """The shape that an address asks for by its host."""
    host = urlsplit(url).hostname or ""
    if _SLACK_HOST.fullmatch(host):
        return SLACK
    return TEAMS if _TEAMS_HOST.fullmatch(host) else STANDARD


def shown(url: str, shape: str) -> str:
    """An address as people may see it: what follows the host of Slack and Teams, and a query, is a secret."""
    parts = urlsplit(url)
    start = f"{parts.scheme}://{parts.netloc}"
    if shape != STANDARD:
        return f"{start}/…"
    return start + parts.path + ("?…" if parts.query else "")


def _shape(word: str) -> str:
    if word not in SHAPES:
        raise Invalid(f"{word[:40]!r} is no shape of a message", hint=f"Use {', '.join(SHAPES)}.")
    return word


def _description(text: str) -> str:
    if len(text) > LONGEST_DESCRIPTION:
        raise Invalid(f"the description has more than {LONGEST_DESCRIPTION} characters")
    return text


def checked_events(events: Sequence[str]) -> tuple[str, ...]:
    """Kinds of events, sorted, without twins. Raises Invalid for one that there is not."""
    for each in events:
        if each not in KINDS:
            raise Invalid(f"there is no event {each[:60]!r}", hint=f"Use some of {', '.join(KINDS)}.")
    return tuple(sorted(set(events)))


def checked_filters(given: Mapping[str, Any]) -> dict[str, Any]:
    """Filters as they are kept: ``providers``, ``accounts``, ``tags`` (an empty value is any), ``min_severity``,
    ``min_changes`` and ``min_amount``; all that are given must hold. Raises Invalid."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        kind = _FILTERS.get(name)
        if kind is None:
            raise Invalid(f"there is no filter {name[:40]!r}", hint=f"Use some of {', '.join(_FILTERS)}.")
        if value in (None, "", [], {}, 0):
            continue
        if not isinstance(value, kind) or isinstance(value, bool):  # type: ignore[arg-type]
            raise Invalid(f"the filter {name} has a value of the wrong type")
        found[name] = dict(value) if isinstance(value, Mapping) else value
    if any(each not in _PROVIDERS for each in found.get("providers", ())):
        raise Invalid("the filter providers names an unknown one", hint=f"Use {', '.join(_PROVIDERS)}.")
    if found.get("min_severity", SEVERITIES[0]) not in SEVERITIES:
        raise Invalid("the filter min_severity is no severity", hint=f"Use {', '.join(SEVERITIES)}.")
    if any(found.get(name, 0) < 0 for name in ("min_changes", "min_amount")):
        raise Invalid("a threshold of the filters is negative")
    return found
