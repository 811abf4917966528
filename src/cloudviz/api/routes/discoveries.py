"""``/discoveries`` across clouds, and what the three clouds' routes share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cloudviz.access import Caller, Event
from cloudviz.access.credentials import Credentials
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.house import House
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.discoveries import DiscoveryAccepted, DiscoveryPage, DiscoveryReply
from cloudviz.errors import Invalid, NotFound
from cloudviz.inventory.document import coverage_document, problem_document
from cloudviz.inventory.model import gaps_in
from cloudviz.jobs.discover import resumable
from cloudviz.jobs.providers import accounts_of
from cloudviz.jobs.webhooks.endpoints import Endpoints, Registered
from cloudviz.runtime import cache_keys
from cloudviz.store import DiscoveryRecord, JobRecord, Store

router = APIRouter(tags=["discoveries"])

Status = Annotated[
    str | None, Query(max_length=20, description="pending, running, completed, partial, failed or cancelled.")
]


@router.get("", summary="Discoveries of all clouds and files, newest first", response_model=DiscoveryPage)
async def discoveries(
    request: Request,
    _: needs.Viewer,
    store: needs.Store,
    status: Status = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Live scans and imports alike."""
    await store.discoveries.close_abandoned()
    page = await store.discoveries.page(status=status, limit=limit, cursor=cursor)
    return page_reply(request, page, discovery_document)


@router.get(
    "/{discovery_id}",
    summary="One discovery with its coverage and problems",
    response_model=DiscoveryReply,
    responses=refuses(404),
)
async def discovery(discovery_id: str, _: needs.Viewer, house: needs.House) -> Response:
    """What it found, what it could not look at, and what was odd."""
    await house.store.discoveries.close_abandoned()
    return await discovery_reply(house, await house.store.discoveries.get(discovery_id))


async def discovery_reply(house: House, record: DiscoveryRecord) -> Response:
    """One discovery in full, with the progress of its job while one is at work on it.

    Of one that is over the coverage may be long and never changes: it is kept as ``disco:{discovery_id}``, by when
    it ended, so that one that was begun anew, or has been removed, is never told of from there.
    """
    settings = house.settings.cache
    if record.completed_at is None or house.cache is None or not settings.replies:
        return Response(await _in_full(house.store, record), media_type="application/json")

    async def make() -> bytes:
        return await _in_full(house.store, record)

    ended = f"{record.status} {record.completed_at.isoformat()}"
    whole = await house.cache.fetch(cache_keys.disco(record.id), settings.disco_seconds, make, ended)
    return Response(whole, media_type="application/json")


async def _in_full(store: Store, record: DiscoveryRecord) -> bytes:
    document = discovery_document(record)
    job = await _job_of(store, record) if record.status in ("pending", "running") else None
    coverage = await store.discoveries.coverage(record.id)
    document["job_id"] = job.id if job else None
    if job is not None and job.progress:
        document["progress"] = dict(job.progress)
    document["coverage"] = [coverage_document(entry) for entry in coverage]
    document["gaps"] = len(gaps_in(coverage))
    document["problems"] = [problem_document(each) for each in await store.discoveries.problems(record.id)]
    return dumps(document)


async def enqueue_discovery(
    house: House,
    caller: Caller,
    address: str,
    provider: str,
    source: str,
    asked: Mapping[str, Any],
    idempotency_key: str | None,
    resume: str = "",
    webhook_url: str = "",
) -> tuple[DiscoveryAccepted, str]:
    """Put a live scan in the queue, once per ``Idempotency-Key`` of a caller.

    Arguments:
        resume: the discovery that is to go on where it died or was stopped, with what it was asked for.
        webhook_url: who is told how it ends; a webhook for this discovery alone.

    Returns the reply and the path of the discovery. Raises :class:`~cloudviz.errors.Invalid` when the key was
    used for another request before, and what :func:`~cloudviz.jobs.discover.resumable` raises.
    """
    store = house.store
    if resume and any(asked.values()):
        raise Invalid("a discovery is resumed as it was asked for", hint="Send `resume` alone.")
    key = f"{provider}/discover {idempotency_key}" if idempotency_key else None
    job = await store.jobs.by_idempotency_key(caller.username, key) if key else None
    hook: Registered | None = None
    if job is None:
        endpoints = Endpoints.of(house.settings, store)
        if webhook_url:
            await endpoints.check(webhook_url)
        if resume:
            found = await resumable(store, provider, resume)
            discovery_id, asked = found.id, found.request
            await store.discoveries.reopen(discovery_id)
        else:
            if asked.get("credential"):  # one that is not there is refused now, not in the background
                await Credentials.of(house.settings, store).of_provider(str(asked["credential"]), provider)
            discovery_id = await store.discoveries.create(provider, source, asked)
        if webhook_url:  # before the job, which may end at once
            about = f"discovery:{discovery_id}"
            hook = await endpoints.register(webhook_url, caller.username, subject=about, description=about)
        job = await store.jobs.enqueue(
            "discover",
            {"provider": provider, "discovery_id": discovery_id, "request": dict(asked)},
            requested_by=caller.username,
            idempotency_key=key,
            accounts=accounts_of(provider, asked),
        )
        if job.arguments["discovery_id"] != discovery_id:  # a twin of this request was faster
            await store.discoveries.finish(discovery_id, "cancelled")
            if hook is not None:
                await store.webhooks.delete(hook.record.id)
                hook = None
        await house.door.log.note(
            Event.DISCOVERY_REQUESTED,
            actor=caller.username,
            target=str(job.arguments["discovery_id"]),
            address=address,
            detail={"provider": provider, "resumed": bool(resume)} if resume else {"provider": provider},
        )
        house.ring()
    is_same = job.arguments["discovery_id"] == resume if resume else job.arguments["request"] == dict(asked)
    if not is_same:
        raise Invalid(
            "this Idempotency-Key was used for another request before",
            hint="Use a new key for a new request, and the same only to repeat one.",
        )
    accepted = str(job.arguments["discovery_id"])
    return (
        DiscoveryAccepted(
            discovery_id=accepted,
            job_id=job.id,
            status=job.status,
            webhook_id=hook.record.id if hook else None,
            webhook_secret=hook.secret if hook else None,
        ),
        f"/{provider}/discoveries/{accepted}",
    )


def discovery_document(record: DiscoveryRecord) -> dict[str, Any]:
    """A discovery as the API writes it."""
    changes = record.changes
    return {
        "id": record.id,
        "provider": record.provider,
        "source": record.source,
        "status": record.status,
        "resources_found": record.resources_found,
        "changes": None
        if changes is None
        else {
            "added": changes.added,
            "changed": changes.changed,
            "removed": changes.removed,
            "unchanged": changes.unchanged,
        },
        "progress": dict(record.progress),
        "reason": record.reason or None,
        "request": dict(record.request),
        "created_at": record.created_at,
        "started_at": record.started_at,
        "completed_at": record.completed_at,
        "seen_at": record.seen_at,
    }


async def of_provider(store: Store, provider: str, discovery_id: str) -> DiscoveryRecord:
    """A discovery of one cloud. Raises NotFound for those of others too."""
    record = await store.discoveries.get(discovery_id)
    if record.provider != provider:
        raise NotFound(
            f"there is no {provider} discovery {discovery_id}", hint=f"It is at /discoveries/{discovery_id}."
        )
    return record


async def _job_of(store: Store, record: DiscoveryRecord) -> JobRecord | None:
    """The unfinished job that carries out a discovery; few are unfinished at any time."""
    for status in ("running", "queued"):
        for job in await store.jobs.page(status=status, kind="discover", limit=200):
            if job.arguments.get("discovery_id") == record.id:
                return job
    return None
