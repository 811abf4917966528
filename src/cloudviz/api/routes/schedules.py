"""``/jobs/schedules``: jobs that are started again and again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from cloudviz.access import Caller, Event
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.house import House
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.routes.jobs import may_start
from cloudviz.api.schemas.jobs import (
    JobAccepted,
    ScheduleModel,
    SchedulePage,
    ScheduleRequest,
    ScheduleRunPage,
)
from cloudviz.jobs.requests import checked_arguments
from cloudviz.jobs.scheduler import checked_schedule, job_of, upcoming
from cloudviz.store.records import ScheduleRecord, ScheduleRun

router = APIRouter(tags=["schedules"])


@router.get("", summary="Schedules, by name", response_model=SchedulePage)
async def schedules(
    request: Request, _: needs.Viewer, store: needs.Store, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """With the next times of each."""
    page = await store.schedules.page(limit=limit, cursor=cursor)
    now = await store.schedules.now()
    return page_reply(request, page, lambda each: schedule_document(each, now))


@router.post(
    "", summary="Make a schedule", status_code=201, response_model=ScheduleModel, responses=refuses(409, 422)
)
async def create(
    body: ScheduleRequest, caller: needs.Operator, house: needs.House, address: needs.Address
) -> Response:
    """Any number of schedulers start one job a tick. 409 where another schedule has the name."""
    return await _save(body, caller, house, address)


@router.get("/{schedule_id}", summary="One schedule", response_model=ScheduleModel, responses=refuses(404))
async def schedule(schedule_id: str, _: needs.Viewer, store: needs.Store) -> Response:
    """By its id or its name."""
    found = await store.schedules.by_name(schedule_id)
    return _reply(schedule_document(found, await store.schedules.now()))


@router.put(
    "/{schedule_id}", summary="Change a schedule", response_model=ScheduleModel, responses=refuses(404, 409)
)
async def change(
    schedule_id: str, body: ScheduleRequest, caller: needs.Operator, house: needs.House, address: needs.Address
) -> Response:
    """All of it is replaced; `paused` stops it and keeps its history. Ticks while it is paused are not made up."""
    before = await house.store.schedules.by_name(schedule_id)
    may_start(caller, before.kind)
    return await _save(body, caller, house, address, before)


@router.delete("/{schedule_id}", summary="Delete a schedule", status_code=204, responses=refuses(404))
async def delete(schedule_id: str, caller: needs.Operator, house: needs.House, address: needs.Address) -> Response:
    """With its history. Jobs that it started stay, and go on."""
    found = await house.store.schedules.by_name(schedule_id)
    may_start(caller, found.kind)
    await house.store.schedules.delete(found.id)
    await house.door.log.note(
        Event.SCHEDULE_DELETED,
        actor=caller.username,
        target=found.id,
        address=address,
        detail={"name": found.name},
    )
    return Response(status_code=204)


@router.get(
    "/{schedule_id}/runs",
    summary="The history of a schedule",
    response_model=ScheduleRunPage,
    responses=refuses(404),
)
async def runs(
    request: Request,
    schedule_id: str,
    _: needs.Viewer,
    store: needs.Store,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Its ticks, newest first, with the job of each."""
    found = await store.schedules.by_name(schedule_id)
    page = await store.schedules.runs(found.id, limit=limit, cursor=cursor)
    return page_reply(request, page, run_document)


@router.post(
    "/{schedule_id}/run",
    summary="Start a schedule's job now",
    status_code=202,
    response_model=JobAccepted,
    responses=refuses(404),
)
async def run_now(
    schedule_id: str, caller: needs.Operator, house: needs.House, address: needs.Address
) -> Response:
    """Out of turn, also while it is paused; its ticks stay as they are."""
    found = await house.store.schedules.by_name(schedule_id)
    may_start(caller, found.kind)
    made = await house.store.schedules.start_now(found.id, job_of(found))
    house.ring()
    await house.door.log.note(
        Event.JOB_REQUESTED,
        actor=caller.username,
        target=made.id,
        address=address,
        detail={"schedule": found.name},
    )
    body = {"job_id": made.id, "status": made.status}
    return Response(dumps(body), 202, {"Location": f"/jobs/{made.id}"}, media_type="application/json")


async def _save(
    body: ScheduleRequest, caller: Caller, house: House, address: str, before: ScheduleRecord | None = None
) -> Response:
    may_start(caller, body.kind)
    checked_arguments(body.kind, body.arguments, house.settings)
    asked = ScheduleRecord(
        id=before.id if before else "",
        name=body.name,
        cron=body.cron,
        time_zone=body.time_zone,
        kind=body.kind,
        arguments=body.arguments,
        jitter_seconds=body.jitter_seconds,
        priority=body.priority,
        missed=body.missed,
        paused=body.paused,
        created_by=caller.username,
    )
    now = await house.store.schedules.now()
    saved = await house.store.schedules.save(checked_schedule(asked, now))
    await house.door.log.note(
        Event.SCHEDULE_SAVED, actor=caller.username, target=saved.id, address=address, detail={"name": saved.name}
    )
    headers = {} if before else {"Location": f"/jobs/schedules/{saved.id}"}
    return _reply(schedule_document(saved, now), 200 if before else 201, headers)


def _reply(document: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(dumps(document), status, headers or {}, media_type="application/json")


def schedule_document(record: ScheduleRecord, now: datetime) -> dict[str, Any]:
    """A schedule as the API and the command line write it."""
    return {
        "id": record.id,
        "name": record.name,
        "cron": record.cron,
        "time_zone": record.time_zone,
        "kind": record.kind,
        "arguments": dict(record.arguments),
        "jitter_seconds": record.jitter_seconds,
        "priority": record.priority,
        "missed": record.missed,
        "paused": record.paused,
        "next_runs": upcoming(record, now),
        "created_by": record.created_by,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }


def run_document(run: ScheduleRun) -> dict[str, Any]:
    """A tick as the API and the command line write it."""
    return {"tick": run.tick, "created_at": run.created_at, "job_id": run.job_id, "status": run.status}
