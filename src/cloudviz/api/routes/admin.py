"""``/admin``: people and the audit."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.auth import AuditPage, UserModel, UserPage, UserRequest
from cloudviz.store import AuditRecord, Person

router = APIRouter(tags=["admin"])


@router.get("/users", summary="People who may sign in", response_model=UserPage)
async def users(
    request: Request, _: needs.Admin, store: needs.Store, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """In the order in which they were added."""
    return page_reply(request, await store.people.page(limit=limit, cursor=cursor), _person)


@router.post("/users", summary="Add a person", status_code=201, response_model=UserModel, responses=refuses(409))
async def add_user(
    body: UserRequest, caller: needs.Admin, house: needs.House, address: needs.Address
) -> UserModel:
    """Names and e-mail addresses are unique."""
    person = await house.door.admissions.add(
        body.username,
        body.email,
        body.password.get_secret_value(),
        body.roles,
        by=caller.username,
        address=address,
    )
    return UserModel(**_person(person))


@router.get("/audit", summary="Who did what, newest first", response_model=AuditPage)
async def audit(
    request: Request,
    _: needs.Admin,
    store: needs.Store,
    actor: Annotated[str | None, Query(max_length=200, description="Only what this person did.")] = None,
    action: Annotated[str | None, Query(max_length=100, description="Only this kind of event.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Sign-ins, refusals, and every change."""
    page = await store.audit.page(actor=actor, action=action, limit=limit, cursor=cursor)
    return page_reply(request, page, _line)


def _person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "username": person.username,
        "email": person.email,
        "roles": list(person.roles),
        "created_at": person.created_at,
    }


def _line(record: AuditRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": record.at,
        "actor": record.actor,
        "action": record.action,
        "target": record.target,
        "address": record.address,
        "detail": dict(record.detail),
    }
