"""``/gcp``."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.once import IdempotencyKey
from cloudviz.api.routes.clouds import cloud_router, tested
from cloudviz.api.routes.discoveries import enqueue_discovery
from cloudviz.api.schemas.connections import ConnectionReply, GcpConnectionRequest
from cloudviz.api.schemas.discoveries import DiscoveryAccepted, GcpDiscoverRequest
from cloudviz.jobs.providers import provider_for, scan_types

router = cloud_router("gcp", "Google Cloud")


@router.post("/discover", summary="Look at Google Cloud", status_code=202, responses=refuses(404, 409, 422))
async def discover(
    body: GcpDiscoverRequest,
    caller: needs.Operator,
    house: needs.House,
    address: needs.Address,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> DiscoveryAccepted:
    """A live scan in the background, with the credentials of the server. `Location` is where to follow it.

    With `resume` one that died, failed or was cancelled goes on: what it had read is not read again. 404 where
    there is none of that id; 409 where it is one of another cloud, is at work, or has nothing left to read.
    """
    accounts = [*filter(None, [body.project_id]), *body.projects]
    asked: dict[str, Any] = {**body.model_dump(exclude={"resume", "webhook_url"}), "accounts": accounts}
    provider_for("gcp", asked, house.settings)  # what can't be is refused now, not in the background
    scan_types("gcp", asked)
    source = f"gcp:{','.join(accounts) or 'default'}"
    accepted, location = await enqueue_discovery(
        house, caller, address, "gcp", source, asked, idempotency_key, body.resume, body.webhook_url
    )
    response.headers["Location"] = location
    return accepted


@router.post("/test-connection", summary="Test the connection to Google Cloud", responses=refuses(404, 422, 502))
async def test_connection(
    body: GcpConnectionRequest, caller: needs.Operator, house: needs.House, address: needs.Address
) -> ConnectionReply:
    """Who the server's credentials are, what they reach and what they are denied, within ten seconds.

    Asks which permissions are granted in each project. 502 when the credentials or the cloud fail altogether.
    """
    accounts = [*filter(None, [body.project_id]), *body.projects]
    asked = {"accounts": accounts, "credential": body.credential}
    return await tested(house, caller, address, "gcp", asked)
