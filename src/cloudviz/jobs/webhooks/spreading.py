"""From the outbox to deliveries: who wants which event, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from cloudviz.errors import NotFound
from cloudviz.runtime import clock
from cloudviz.store import Store
from cloudviz.store.deliveries import NewDelivery
from cloudviz.store.events import EventKind, EventRecord
from cloudviz.store.webhooks import WebhookRecord

BATCH = 50
"""Events that are read from the outbox at once."""

MOST_TOUCHED = 5000
"""Changed resources that are looked at for accounts and tags; larger changes pass the filters of both."""

INFO, WARNING, ERROR = "info", "warning", "error"
SEVERITIES = (INFO, WARNING, ERROR)
SEVERITY = {
    EventKind.DISCOVERY_COMPLETED.value: INFO,
    EventKind.DISCOVERY_PARTIAL.value: WARNING,
    EventKind.DISCOVERY_FAILED.value: ERROR,
    EventKind.CHANGE_DETECTED.value: INFO,
    EventKind.DIAGRAM_READY.value: INFO,
    EventKind.COST_THRESHOLD.value: WARNING,
    EventKind.COST_ANOMALY.value: WARNING,
    EventKind.JOB_FAILED.value: ERROR,
}

_OF_COSTS = (EventKind.COST_THRESHOLD, EventKind.COST_ANOMALY)

PING = "webhook.ping"
KINDS = tuple(each.value for each in EventKind)


class Spreader:
    """Reads the outbox for webhooks.

    Arguments:
        public_url: under which people reach CloudViz; links are paths of it where it is empty.
    """

    def __init__(self, store: Store, public_url: str = "") -> None:
        self._store = store
        self._public_url = public_url.rstrip("/")

    async def step(self, now: datetime | None = None) -> int:
        """Turn the next events into deliveries; how many events there were.

        Several may do so at once: the one that is faster is the one that counts.
        """
        position = await self._store.deliveries.position()
        events = await self._store.events.after(position, limit=BATCH)
        if not events:
            return 0
        hooks = await self._store.webhooks.listening([each.subject for each in events])
        made: list[NewDelivery] = []
        for event in events:
            made += await self._deliveries(event, hooks)
        await self._store.deliveries.spread(position, events[-1].position, made, now)
        return len(events)

    async def _deliveries(self, event: EventRecord, hooks: Sequence[WebhookRecord]) -> list[NewDelivery]:
        wanting = [hook for hook in hooks if hook.since < event.position and is_wanted(event, hook)]
        if not wanting:
            return []
        touched: list[tuple[str, Mapping[str, str]]] | None = None
        discovery = str(event.body.get("discovery_id", ""))
        if discovery and any(hook.filters.get("accounts") or hook.filters.get("tags") for hook in wanting):
            found = await self._store.deliveries.touched(discovery, MOST_TOUCHED + 1)
            touched = found if len(found) <= MOST_TOUCHED else None
        wanting = [hook for hook in wanting if is_touched(event, hook, touched)]
        document = await self._document(event)
        # Looks at one source follow one another; what is told of them does too.
        lane = str(event.body.get("source") or "") or event.subject
        return [
            NewDelivery(hook.id, event.position, event.kind, event.subject, lane, document) for hook in wanting
        ]

    async def _document(self, event: EventRecord) -> dict[str, Any]:
        data = dict(event.body)
        data["links"] = await self._links(event)
        return {
            "type": event.kind,
            "timestamp": clock.text(event.at),
            "subject": event.subject,
            "severity": severity_of(event),
            "data": data,
        }

    async def _links(self, event: EventRecord) -> dict[str, str]:
        body = event.body
        found: dict[str, str] = {}
        if body.get("job_id"):
            found["job"] = f"/jobs/{quote(str(body['job_id']))}"
        if body.get("diagram_id"):
            diagram = quote(str(body["diagram_id"]))
            found["diagram"] = f"/visualization/diagrams/{diagram}"
            found["picture"] = f"/visualization/diagrams/{diagram}/export?format=png"
        discovery = str(body.get("discovery_id", ""))
        if discovery:
            found["discovery"] = f"/discoveries/{quote(discovery)}"
        if discovery and event.kind == EventKind.CHANGE_DETECTED and body.get("since"):
            before = str(body["since"])
            found["diff"] = "/visualization/diff?" + urlencode({"a": before, "b": discovery})
            try:
                was = (await self._store.discoveries.get(before)).seen_at
                now = (await self._store.discoveries.get(discovery)).seen_at
            except NotFound:
                was = now = None
            if was is not None and now is not None:
                moments = {"since": clock.text(was), "at": clock.text(now)}
                found["picture"] = "/visualization/map/picture?" + urlencode({"format": "png", **moments})
        if discovery and event.kind in (EventKind.CHANGE_DETECTED, EventKind.DISCOVERY_COMPLETED):
            found["map"] = "/#/map"
        return {name: self._public_url + path for name, path in found.items()}


def severity_of(event: EventRecord) -> str:
    """``info``, ``warning`` or ``error``: what the event says of itself, else what its kind means."""
    given = str(event.body.get("severity", ""))
    return given if given in SEVERITIES else SEVERITY.get(event.kind, INFO)


def is_wanted(event: EventRecord, hook: WebhookRecord) -> bool:
    """Whether a webhook asks for an event, as far as the event itself tells."""
    if hook.subject and hook.subject != event.subject:
        return False
    if hook.events and event.kind not in hook.events:
        return False
    filters, body = hook.filters, event.body
    providers = filters.get("providers") or ()
    if providers and body.get("provider") and body["provider"] not in providers:
        return False
    least = filters.get("min_severity")
    if least in SEVERITIES and SEVERITIES.index(severity_of(event)) < SEVERITIES.index(least):
        return False
    fewest = filters.get("min_changes") or 0
    if event.kind == EventKind.CHANGE_DETECTED and fewest:
        changed = sum(int(body.get(word) or 0) for word in ("added", "changed", "removed"))
        if changed < fewest:
            return False
    if event.kind in _OF_COSTS and filters.get("min_amount"):
        return _amount(body.get("amount")) >= float(filters["min_amount"])
    return True


def is_touched(
    event: EventRecord, hook: WebhookRecord, touched: Sequence[tuple[str, Mapping[str, str]]] | None
) -> bool:
    """Whether what an event changed is of the accounts and has the tags that a webhook asks for.

    Events that are about no resources, such as a failed job, pass. ``touched`` is None where there is too much.
    """
    accounts, tags = set(hook.filters.get("accounts") or ()), hook.filters.get("tags") or {}
    if not accounts and not tags:
        return True
    if event.kind in _OF_COSTS:
        account = str(event.body.get("account", ""))
        return not accounts or not account or account in accounts
    if event.kind != EventKind.CHANGE_DETECTED:
        named = str(event.body.get("source", "")).partition(":")[2].split(",")
        # A source is an account's only where it looks like one: `aws:profile/prod` may hold any.
        return not accounts or not all(each.isdigit() for each in named) or bool(accounts.intersection(named))
    if touched is None:
        return True
    return any(
        (not accounts or account in accounts)
        and all(key in has and (not value or has[key] == value) for key, value in tags.items())
        for account, has in touched
    )


def _amount(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("inf")  # what can't be compared is not held back
