"""``/visualization/views``: views of the map that somebody named. Everybody has their own."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.once import IdempotencyKey, once
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.saved_views import ViewModel, ViewPage, ViewRequest
from cloudviz.store import SavedView

router = APIRouter(tags=["map"])


@router.get("", summary="Your saved views, by name", response_model=ViewPage)
async def views(
    request: Request, caller: needs.Viewer, store: needs.Store, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Only your own: those of others are nobody's business. Hand on a view as a link to its place."""
    return page_reply(request, await store.saved_views.page(caller.person, limit, cursor), _view)


@router.post("", summary="Save a view", status_code=201, response_model=ViewModel, responses=refuses(409))
async def save_view(
    request: Request,
    body: ViewRequest,
    caller: needs.InPerson,
    store: needs.Store,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """409 when you have one of that name; change it with PUT."""

    async def carry_out() -> tuple[int, Any, dict[str, str]]:
        made = await store.saved_views.create(caller.person, body.name, body.place)
        return 201, _view(made), {"Location": f"/visualization/views/{made.id}"}

    return await once(request, store, caller, idempotency_key, body.model_dump(mode="json"), carry_out)


@router.put("/{view_id}", summary="Change a saved view", response_model=ViewModel, responses=refuses(404, 409))
async def change_view(view_id: str, body: ViewRequest, caller: needs.InPerson, store: needs.Store) -> Response:
    """Another name, another place, or both."""
    changed = await store.saved_views.change(caller.person, view_id, body.name, body.place)
    return Response(dumps(_view(changed)), media_type="application/json")


@router.delete("/{view_id}", summary="Delete a saved view", status_code=204, responses=refuses(404))
async def delete_view(view_id: str, caller: needs.InPerson, store: needs.Store) -> Response:
    """One of somebody else is not found."""
    await store.saved_views.delete(caller.person, view_id)
    return Response(status_code=204)


def _view(record: SavedView) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "place": record.place,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }
