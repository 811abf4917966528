"""``/auth/api-keys``: keys of people's programs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cloudviz.access import Role
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.once import Answer, IdempotencyKey, once_in_secret
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.keys import KeyPage, KeyRequest, NewKeyModel
from cloudviz.errors import Forbidden
from cloudviz.store import ApiKeyRecord

router = APIRouter(tags=["auth"])


@router.get("", summary="Your API keys, newest first", response_model=KeyPage)
async def keys(
    request: Request,
    caller: needs.InPerson,
    house: needs.House,
    everybody: Annotated[bool, Query(description="Those of all people; for administrators.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """Those revoked and expired too. No list can show a key itself: only its hash is kept."""
    if everybody and not caller.may(Role.ADMIN):
        raise Forbidden("the keys of others are for administrators", hint="Leave out everybody.")
    page = await house.door.keys.page(None if everybody else caller.person, limit, cursor)
    return page_reply(request, page, _key)


@router.post(
    "", summary="Make an API key", status_code=201, response_model=NewKeyModel, responses=refuses(404, 409)
)
async def create(
    request: Request,
    body: KeyRequest,
    caller: needs.InPerson,
    house: needs.House,
    address: needs.Address,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """It speaks for you, and may do at most what you may at the time it is used. It is shown this once.

    With an `Idempotency-Key` a repeat makes no second key: 409 names the one that was made, without its secret.
    """

    async def carry_out() -> tuple[Answer, str]:
        made = await house.door.keys.create(
            await house.door.admissions.numbered(caller.person),
            body.name,
            roles=body.roles,
            access=body.access,
            days=body.expires_in_days,
            limits=body.limits.model_dump(exclude_none=True),
            by=caller.username,
            address=address,
        )
        whole = NewKeyModel(**_key(made.record), key=made.key).model_dump()
        return (201, whole, {}), f"this request has made the API key {made.record.id} before"

    asked = body.model_dump(mode="json")
    return await once_in_secret(request, house.store, caller, idempotency_key, asked, carry_out)


@router.delete("/{key_id}", summary="Revoke an API key", status_code=204, responses=refuses(404))
async def revoke(key_id: str, caller: needs.InPerson, house: needs.House, address: needs.Address) -> Response:
    """It is worth nothing within a second, and stays in the list. Administrators may revoke anybody's."""
    owner = None if caller.may(Role.ADMIN) else caller.person
    await house.door.keys.revoke(key_id, owner=owner, by=caller.username, address=address)
    return Response(status_code=204)


def _key(record: ApiKeyRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "prefix": record.prefix,
        "owner": record.user_id,
        "roles": list(record.roles),
        "access": record.access,
        "limits": dict(record.limits),
        "created_at": record.created_at,
        "expires_at": record.expires_at,
        "last_used_at": record.last_used_at,
        "revoked_at": record.revoked_at,
    }
