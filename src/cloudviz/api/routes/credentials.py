"""``/admin/credentials``: what scans sign in with."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from cloudviz.access import Event
from cloudviz.access.credentials import Credentials
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.once import IdempotencyKey, once
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.credentials import CredentialModel, CredentialPage, CredentialRequest
from cloudviz.store.credentials import CredentialRecord

router = APIRouter(tags=["admin"])


@router.get("", summary="Credentials for clouds, without their secrets", response_model=CredentialPage)
async def credentials(
    request: Request, _: needs.Admin, store: needs.Store, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """In the order of their names."""
    return page_reply(request, await store.credentials.page(limit=limit, cursor=cursor), _document)


@router.post(
    "",
    summary="Keep a credential, sealed",
    status_code=201,
    response_model=CredentialModel,
    responses=refuses(409),
)
async def add_credential(
    request: Request,
    body: CredentialRequest,
    caller: needs.Admin,
    house: needs.House,
    address: needs.Address,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Discoveries name it: `{"credential": "prod-readonly"}`. It is never shown again."""
    secret = {member: value.get_secret_value() for member, value in body.secret.items()}

    async def carry_out() -> tuple[int, Any, dict[str, str]]:
        kept = Credentials.of(house.settings, house.store)
        record = await kept.add(body.name, body.provider, secret, by=caller.username)
        await house.door.log.note(
            Event.CREDENTIAL_ADDED,
            actor=caller.username,
            target=record.name,
            address=address,
            detail={"provider": record.provider, "key": record.key_id},
        )
        return 201, _document(record), {}

    asked = {"name": body.name, "provider": body.provider, "secret": secret}
    return await once(request, house.store, caller, idempotency_key, asked, carry_out)


@router.delete("/{name}", summary="Delete a credential", status_code=204, responses=refuses(404))
async def delete_credential(name: str, caller: needs.Admin, house: needs.House, address: needs.Address) -> None:
    """Scans under way go on with what they have."""
    await house.store.credentials.delete(name)
    await house.door.log.note(Event.CREDENTIAL_DELETED, actor=caller.username, target=name, address=address)


def _document(record: CredentialRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "provider": record.provider,
        "facts": dict(record.facts),
        "key_id": record.key_id,
        "created_by": record.created_by,
        "created_at": record.created_at,
        "last_used_at": record.last_used_at,
    }
