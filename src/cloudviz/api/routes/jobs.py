"""``/jobs``: work in the background."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cloudviz.access import Event
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.system import JobModel, JobPage
from cloudviz.store import JobRecord, JobStatus

router = APIRouter(tags=["jobs"])


@router.get("", summary="Jobs, newest first", response_model=JobPage)
async def jobs(
    request: Request,
    _: needs.Viewer,
    store: needs.Store,
    status: Annotated[JobStatus | None, Query(description="Only those in this status.")] = None,
    kind: Annotated[str | None, Query(max_length=50, description="discover, import, draw or export.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """With progress, and result or error."""
    page = await store.jobs.page(status=status, kind=kind, limit=limit, cursor=cursor)
    return page_reply(request, page, job_document)


@router.get("/{job_id}", summary="One job", response_model=JobModel, responses=refuses(404))
async def job(job_id: str, _: needs.Viewer, store: needs.Store) -> Response:
    """Its progress while it runs; then its result, or the error as code, detail and hint."""
    return Response(dumps(job_document(await store.jobs.get(job_id))), media_type="application/json")


@router.delete(
    "/{job_id}", summary="Cancel a job", status_code=202, response_model=JobModel, responses=refuses(404)
)
async def cancel(job_id: str, caller: needs.Operator, house: needs.House, address: needs.Address) -> Response:
    """A waiting job ends at once; a running one at its next step. What it has stored stays."""
    before = await house.store.jobs.get(job_id)
    record = await house.store.jobs.request_cancel(job_id)
    if before.status == JobStatus.QUEUED and record.status == JobStatus.CANCELLED and record.kind == "discover":
        # No worker will ever see this job, so nobody else would close its discovery.
        await house.store.discoveries.finish(str(record.arguments["discovery_id"]), "cancelled")
    await house.door.log.note(Event.JOB_CANCELLED, actor=caller.username, target=job_id, address=address)
    return Response(dumps(job_document(record)), 202, media_type="application/json")


def job_document(record: JobRecord) -> dict[str, Any]:
    """A job as the API writes it: without its arguments, which hold paths of the server."""
    return {
        "id": record.id,
        "kind": record.kind,
        "status": record.status,
        "requested_by": record.requested_by,
        "attempt": record.attempt,
        "cancel_requested": record.cancel_requested,
        "progress": dict(record.progress),
        "result": None if record.result is None else dict(record.result),
        "error": None if record.error is None else dict(record.error),
        "created_at": record.created_at,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
    }
