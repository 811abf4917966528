"""``/jobs``: work in the background."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import FileResponse, Response, StreamingResponse

from cloudviz.access import Caller, Event, Role
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.files import PRIVATE
from cloudviz.api.house import House
from cloudviz.api.once import IdempotencyKey, once
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.jobs import JobAccepted, JobModel, JobPage, JobRequest
from cloudviz.errors import CloudVizError, Forbidden, NotFound
from cloudviz.jobs.inventory_export import exports_folder
from cloudviz.jobs.requests import accounts_read, checked_arguments, needs_admin
from cloudviz.store import JobRecord, JobStatus, Store
from cloudviz.store.job_rows import NewJob

router = APIRouter(tags=["jobs"])

EVENT_STREAM = "text/event-stream"
LOOK_SECONDS = 0.5
QUIET_SECONDS = 15.0
"""A comment is sent after so long without an event: proxies close what is silent."""
LONGEST_SECONDS = 3600.0
"""Then the stream ends, and a browser comes again where it was."""


_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_EVENTS = 'id: 7\nevent: started\ndata: {"attempt": 1}\n\nevent: end\ndata: {"status": "succeeded"}\n\n'


@router.get("", summary="Jobs, newest first", response_model=JobPage)
async def jobs(
    request: Request,
    _: needs.Viewer,
    store: needs.Store,
    status: Annotated[JobStatus | None, Query(description="Only those in this status.")] = None,
    kind: Annotated[
        str | None, Query(max_length=50, description="discover, import, draw, export, costs or cleanup.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """With progress, and result or error."""
    page = await store.jobs.page(status=status, kind=kind, limit=limit, cursor=cursor)
    return page_reply(request, page, job_document)


@router.post("", summary="Start a job", status_code=202, response_model=JobAccepted, responses=refuses(409, 422))
async def start(
    request: Request,
    body: JobRequest,
    caller: needs.Operator,
    house: needs.House,
    address: needs.Address,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Of any kind but imports, which come with their files to POST /imports. `Location` is where to follow it.

    Only administrators start a cleanup.
    """
    may_start(caller, body.kind)
    arguments = checked_arguments(body.kind, body.arguments, house.settings)

    async def carry_out() -> tuple[int, Any, dict[str, str]]:
        asked = NewJob(
            body.kind,
            arguments,
            caller.username,
            priority=body.priority,
            accounts=accounts_read(body.kind, arguments),
        )
        made = await house.store.jobs.add(asked)
        await house.door.log.note(
            Event.JOB_REQUESTED, actor=caller.username, target=made.id, address=address, detail={"kind": body.kind}
        )
        house.ring()
        return 202, {"job_id": made.id, "status": made.status}, {"Location": f"/jobs/{made.id}"}

    return await once(request, house.store, caller, idempotency_key, body.model_dump(mode="json"), carry_out)


@router.get("/{job_id}", summary="One job", response_model=JobModel, responses=refuses(404))
async def job(job_id: str, _: needs.Viewer, store: needs.Store) -> Response:
    """Its progress while it runs; then its result, or the error as code, detail and hint."""
    return Response(dumps(job_document(await store.jobs.get(job_id))), media_type="application/json")


@router.get(
    "/{job_id}/events",
    summary="Follow a job (server-sent events)",
    response_class=Response,
    responses={
        200: {
            "description": "`started`, `progress`, `retried`, `lost`, `released`; last `end` with the job.",
            "content": {EVENT_STREAM: {"schema": {"description": "Events; `data` is JSON."}, "example": _EVENTS}},
        },
        **refuses(404),
    },
)
async def events(
    job_id: str,
    _: needs.Viewer,
    store: needs.Store,
    last: Annotated[str, Header(alias="Last-Event-ID", max_length=20, description="Begin after this event.")] = "",
) -> Response:
    """What happened to it so far, and what happens, until it is over. Reconnects go on where they were."""
    after = int(last) if last.isascii() and last.isdigit() else 0
    await store.jobs.get(job_id)
    return StreamingResponse(
        _told(store, job_id, after),
        media_type=EVENT_STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _told(store: Store, job_id: str, after: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST_SECONDS
    spoke = loop.time()
    yield b"retry: 2000\n\n"
    while loop.time() < end:
        try:
            record, found = await store.jobs.events(job_id, after)
        except NotFound:
            return
        except CloudVizError:  # the database is away: the browser comes again
            return
        for each in found:
            after = each.position
            body = {"at": each.at, **each.body}
            yield b"id: %d\nevent: %s\ndata: %s\n\n" % (each.position, each.what.encode(), dumps(body))
            spoke = loop.time()
        if record.is_finished and not found:
            yield b"event: end\ndata: %s\n\n" % dumps(job_document(record))
            return
        if loop.time() - spoke > QUIET_SECONDS:
            yield b": still there\n\n"
            spoke = loop.time()
        if not found:
            await asyncio.sleep(LOOK_SECONDS)


@router.head("/{job_id}/file", include_in_schema=False)
@router.get(
    "/{job_id}/file",
    summary="The file that an export wrote",
    response_class=FileResponse,
    responses={
        200: {"description": "The file; `Range` is honoured.", "content": _FILE},
        206: {"description": "The part of it that `Range` names.", "content": _FILE},
        **refuses(404),
    },
)
async def file(job_id: str, _: needs.Viewer, house: needs.House) -> Response:
    """A fetch that broke off goes on with `Range`. Kept for `retention.exports_days`, where it was written."""
    record = await house.store.jobs.get(job_id)
    name = str((record.result or {}).get("file", "")) if record.kind == "export" else ""
    path = exports_folder(house.settings.data_dir) / name
    # The name is one that a job wrote; still, nothing but a file of that folder is handed out.
    if not name or "/" in name or name.startswith(".") or not await asyncio.to_thread(path.is_file):
        raise NotFound("this job has no file", hint="Only exports that succeeded have one, for some days.")
    media_type = "application/x-ndjson" if name.endswith(".ndjson") else "application/json"
    shown = f"inventory.{name.rpartition('.')[2]}"
    return FileResponse(path, media_type=media_type, filename=shown, headers={"Cache-Control": PRIVATE})


@router.delete(
    "/{job_id}", summary="Cancel a job", status_code=202, response_model=JobModel, responses=refuses(404)
)
async def cancel(job_id: str, caller: needs.Operator, house: needs.House, address: needs.Address) -> Response:
    """A waiting job ends at once; a running one at its next step. What it has stored stays."""
    before = await house.store.jobs.get(job_id)
    record = await house.store.jobs.request_cancel(job_id)
    if before.status == JobStatus.QUEUED and record.status == JobStatus.CANCELLED and record.kind == "discover":
        # No worker will ever see this job, so nobody else would close its discovery.
        await _close_discovery(house, record)
    await house.door.log.note(Event.JOB_CANCELLED, actor=caller.username, target=job_id, address=address)
    return Response(dumps(job_document(record)), 202, media_type="application/json")


async def _close_discovery(house: House, record: JobRecord) -> None:
    discovery_id = str(record.arguments.get("discovery_id") or "")
    if discovery_id:  # one that a schedule asks for begins with its job
        await house.store.discoveries.finish(discovery_id, "cancelled")


def may_start(caller: Caller, kind: str) -> None:
    """Raises Forbidden for a kind that only administrators start, Invalid for one that nobody starts."""
    if needs_admin(kind) and not caller.may(Role.ADMIN):
        raise Forbidden(f"a {kind} is for administrators to start", hint="Ask one of them.")


def job_document(record: JobRecord) -> dict[str, Any]:
    """A job as the API writes it: without its arguments, which hold paths of the server."""
    return {
        "id": record.id,
        "kind": record.kind,
        "status": record.status,
        "requested_by": record.requested_by,
        "attempt": record.attempt,
        "max_attempts": record.max_attempts,
        "priority": record.priority,
        "cancel_requested": record.cancel_requested,
        "progress": dict(record.progress),
        "result": None if record.result is None else dict(record.result),
        "error": None if record.error is None else dict(record.error),
        "created_at": record.created_at,
        "run_after": record.run_after,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
    }
