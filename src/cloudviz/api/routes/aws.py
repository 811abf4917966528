"""``/aws``."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.once import IdempotencyKey
from cloudviz.api.routes.clouds import cloud_router, tested
from cloudviz.api.routes.discoveries import enqueue_discovery
from cloudviz.api.schemas.connections import AwsConnectionRequest, ConnectionReply
from cloudviz.api.schemas.discoveries import AwsDiscoverRequest, DiscoveryAccepted
from cloudviz.jobs.providers import scan_types

router = cloud_router("aws", "AWS")


@router.post("/discover", summary="Look at AWS", status_code=202, responses=refuses(404, 409, 422))
async def discover(
    body: AwsDiscoverRequest,
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
    asked: dict[str, Any] = body.model_dump(exclude={"resume", "webhook_url"})
    scan_types("aws", asked)  # a type that does not exist is refused now, not in the background
    source = f"aws:{','.join(body.accounts) or body.role_arn or 'default'}"
    accepted, location = await enqueue_discovery(
        house, caller, address, "aws", source, asked, idempotency_key, body.resume, body.webhook_url
    )
    response.headers["Location"] = location
    return accepted


@router.post("/test-connection", summary="Test the connection to AWS", responses=refuses(404, 422, 502))
async def test_connection(
    body: AwsConnectionRequest, caller: needs.Operator, house: needs.House, address: needs.Address
) -> ConnectionReply:
    """Who the server's credentials are, what they reach and what they are denied, within ten seconds.

    Asks STS, and for the list of regions. 502 when the credentials or the cloud fail altogether.
    """
    asked = body.model_dump()
    return await tested(house, caller, address, "aws", asked)
