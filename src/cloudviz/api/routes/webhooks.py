"""``/webhooks``: who is told of events."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cloudviz.access import Event
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.once import IdempotencyKey
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.webhooks import (
    DeliveryModel,
    DeliveryPage,
    SecretRequest,
    WebhookChange,
    WebhookMade,
    WebhookModel,
    WebhookPage,
    WebhookRequest,
)
from cloudviz.errors import Conflict
from cloudviz.jobs.webhooks.deliverer import message_id
from cloudviz.jobs.webhooks.endpoints import Endpoints
from cloudviz.store.deliveries import DeliveryRecord, DeliveryStatus
from cloudviz.store.webhooks import WebhookRecord, WebhookStatus

router = APIRouter(tags=["webhooks"])

_JSON = "application/json"


def _endpoints(house: needs.House) -> Endpoints:
    return Endpoints.of(house.settings, house.store)


@router.post(
    "/register",
    summary="Register a webhook",
    status_code=201,
    response_model=WebhookMade,
    responses=refuses(409, 502),
)
async def register(
    body: WebhookRequest, caller: needs.Operator, house: needs.House, address: needs.Address
) -> Response:
    """It is told what happens from now on, signed as Standard Webhooks are. The secret is shown this once.

    422 for an address that may not be asked, 502 for a host that has none.
    """
    made = await _endpoints(house).register(
        body.url,
        caller.username,
        shape=body.shape or "",
        events=body.events,
        filters=body.filters.model_dump(),
        description=body.description,
        secret=body.secret.get_secret_value(),
    )
    await house.door.log.note(
        Event.WEBHOOK_ADDED,
        actor=caller.username,
        target=made.record.id,
        address=address,
        detail={"url": made.record.shown_url, "events": list(made.record.events)},
    )
    told = {**webhook_document(made.record), "secret": made.secret}
    return Response(dumps(told), 201, {"Location": f"/webhooks/{made.record.id}"}, _JSON)


@router.get("", summary="Webhooks, newest first", response_model=WebhookPage)
async def webhooks(
    request: Request, _: needs.Operator, store: needs.Store, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """With how they stand: active, paused or disabled, and since when they fail."""
    return page_reply(request, await store.webhooks.page(limit=limit, cursor=cursor), webhook_document)


@router.get("/{webhook_id}", summary="One webhook", response_model=WebhookModel, responses=refuses(404))
async def webhook(webhook_id: str, _: needs.Operator, store: needs.Store) -> Response:
    """Without its secrets."""
    return Response(dumps(webhook_document(await store.webhooks.get(webhook_id))), media_type=_JSON)


@router.put("/{webhook_id}", summary="Change a webhook", response_model=WebhookModel, responses=refuses(404, 502))
async def change(
    webhook_id: str,
    body: WebhookChange,
    caller: needs.Operator,
    house: needs.House,
    address: needs.Address,
) -> Response:
    """What is given replaces what there was."""
    record = await _endpoints(house).change(
        webhook_id,
        url=body.url,
        shape=body.shape or "",
        events=body.events,
        filters=None if body.filters is None else body.filters.model_dump(),
        description=body.description,
    )
    given = sorted(body.model_fields_set)
    await _noted(house, caller, address, record, {"what": given, "url": record.shown_url})
    return Response(dumps(webhook_document(record)), media_type=_JSON)


@router.delete("/{webhook_id}", summary="Delete a webhook", status_code=204, responses=refuses(404))
async def delete(webhook_id: str, caller: needs.Operator, house: needs.House, address: needs.Address) -> None:
    """What waits for it goes with it."""
    await house.store.webhooks.delete(webhook_id)
    await house.door.log.note(Event.WEBHOOK_DELETED, actor=caller.username, target=webhook_id, address=address)


@router.post("/{webhook_id}/pause", summary="Let events wait", response_model=WebhookModel, responses=refuses(404))
async def pause(webhook_id: str, caller: needs.Operator, house: needs.House, address: needs.Address) -> Response:
    """Until it is resumed; then what waited is delivered first."""
    record = await _endpoints(house).pause(webhook_id)
    await _noted(house, caller, address, record, {"status": record.status})
    return Response(dumps(webhook_document(record)), media_type=_JSON)


@router.post(
    "/{webhook_id}/resume",
    summary="Go on with a paused or disabled webhook",
    response_model=WebhookModel,
    responses=refuses(404),
)
async def resume(webhook_id: str, caller: needs.Operator, house: needs.House, address: needs.Address) -> Response:
    """What waits is delivered. What happened while it was disabled passed by."""
    record = await _endpoints(house).resume(webhook_id)
    await _noted(house, caller, address, record, {"status": record.status})
    house.ring_webhooks()
    return Response(dumps(webhook_document(record)), media_type=_JSON)


@router.post(
    "/{webhook_id}/rotate",
    summary="Exchange the signing secret",
    response_model=WebhookMade,
    responses=refuses(404, 409),
)
async def rotate(
    webhook_id: str,
    body: SecretRequest,
    caller: needs.Operator,
    house: needs.House,
    address: needs.Address,
) -> Response:
    """Messages carry two signatures until the time of the former secret runs out (`webhooks.rotation_hours`)."""
    made = await _endpoints(house).rotate(webhook_id, body.secret.get_secret_value())
    await _noted(house, caller, address, made.record, {"what": ["secret"]})
    return Response(dumps({**webhook_document(made.record), "secret": made.secret}), media_type=_JSON)


@router.post(
    "/{webhook_id}/ping",
    summary="Send a test",
    status_code=202,
    response_model=DeliveryModel,
    responses=refuses(404, 409),
)
async def ping(webhook_id: str, _: needs.Operator, house: needs.House) -> Response:
    """An event `webhook.ping`. Its delivery tells what came back; `Location` is where."""
    record = await _endpoints(house).ping(webhook_id)
    house.ring_webhooks()
    where = {"Location": f"/webhooks/{webhook_id}/deliveries/{record.id}"}
    return Response(dumps(delivery_document(record)), 202, where, _JSON)


@router.get(
    "/{webhook_id}/deliveries",
    summary="Deliveries of a webhook with their tries, newest first",
    response_model=DeliveryPage,
    responses=refuses(404),
)
async def deliveries(
    request: Request,
    webhook_id: str,
    _: needs.Operator,
    store: needs.Store,
    status: Annotated[DeliveryStatus | None, Query(description="Only those in this status.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """With status and beginning of each answer, and how long it took."""
    await store.webhooks.get(webhook_id)
    page = await store.deliveries.page(webhook_id, status=status, limit=limit, cursor=cursor)
    return page_reply(request, page, delivery_document)


@router.get(
    "/{webhook_id}/deliveries/{delivery_id}",
    summary="One delivery with its tries",
    response_model=DeliveryModel,
    responses=refuses(404),
)
async def delivery(webhook_id: str, delivery_id: str, _: needs.Operator, store: needs.Store) -> Response:
    """And what was told."""
    record = await store.deliveries.get(webhook_id, delivery_id)
    return Response(dumps(delivery_document(record)), media_type=_JSON)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    summary="Deliver once more",
    status_code=202,
    response_model=DeliveryModel,
    responses=refuses(404, 409),
)
async def redeliver(
    webhook_id: str,
    delivery_id: str,
    caller: needs.Operator,
    house: needs.House,
    address: needs.Address,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """With the same `webhook-id`: a receiver that has it already may leave it at that."""
    record = await house.store.webhooks.get(webhook_id)
    if record.status == WebhookStatus.DISABLED:
        raise Conflict(f"the webhook is disabled: {record.reason}", hint="Resume it first.")
    again = await house.store.deliveries.again(webhook_id, delivery_id)
    await _noted(house, caller, address, record, {"redelivered": delivery_id})
    house.ring_webhooks()
    return Response(dumps(delivery_document(again)), 202, media_type=_JSON)


async def _noted(
    house: needs.House, caller: Any, address: str, record: WebhookRecord, detail: dict[str, Any]
) -> None:
    await house.door.log.note(
        Event.WEBHOOK_CHANGED, actor=caller.username, target=record.id, address=address, detail=detail
    )


def webhook_document(record: WebhookRecord) -> dict[str, Any]:
    """A webhook as the API writes it."""
    return {
        "id": record.id,
        "url": record.shown_url,
        "shape": record.shape,
        "events": list(record.events),
        "filters": dict(record.filters),
        "description": record.description,
        "status": record.status,
        "reason": record.reason,
        "subject": record.subject,
        "failing_since": record.failing_since,
        "quiet_until": record.quiet_until,
        "last_success_at": record.last_success_at,
        "created_by": record.created_by,
        "created_at": record.created_at,
    }


def delivery_document(record: DeliveryRecord) -> dict[str, Any]:
    """A delivery as the API writes it."""
    return {
        "id": record.id,
        "message_id": message_id(record),
        "event": record.kind,
        "subject": record.subject,
        "status": record.status,
        "due_at": record.due_at if record.status == DeliveryStatus.WAITING else None,
        "created_at": record.created_at,
        "finished_at": record.finished_at,
        "attempts": [
            {
                "number": each.number,
                "at": each.at,
                "response_status": each.status,
                "error": each.error,
                "body": each.body,
                "duration_ms": each.duration_ms,
            }
            for each in record.attempts
        ],
        "document": dict(record.document),
    }
