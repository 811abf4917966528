"""``/gcp``."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.routes.clouds import IdempotencyKey, cloud_router
from cloudviz.api.routes.discoveries import enqueue_discovery
from cloudviz.api.schemas.discoveries import DiscoveryAccepted, GcpDiscoverRequest
from cloudviz.jobs.providers import provider_for, scan_types

router = cloud_router("gcp", "Google Cloud")


@router.post("/discover", summary="Look at Google Cloud", status_code=202, responses=refuses(422))
async def discover(
    body: GcpDiscoverRequest,
    caller: needs.Operator,
    house: needs.House,
    address: needs.Address,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> DiscoveryAccepted:
    """A live scan in the background, with the credentials of the server. `Location` is where to follow it."""
    accounts = [*filter(None, [body.project_id]), *body.projects]
    asked: dict[str, Any] = {**body.model_dump(), "accounts": accounts}
    provider_for("gcp", asked, house.settings)  # what can't be is refused now, not in the background
    scan_types("gcp", asked)
    source = f"gcp:{','.join(accounts) or 'default'}"
    accepted, location = await enqueue_discovery(house, caller, address, "gcp", source, asked, idempotency_key)
    response.headers["Location"] = location
    return accepted
