"""The routes that ``/aws``, ``/azure`` and ``/gcp`` have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cloudviz.access import Caller, Event
from cloudviz.api import needs
from cloudviz.api.asking import Asked
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.house import House
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.routes.costs import Accounts, BasisWanted, Currency, Month
from cloudviz.api.routes.discoveries import Status, discovery_document, discovery_reply, of_provider
from cloudviz.api.schemas.connections import ConnectionReply
from cloudviz.api.schemas.costs import CostAnalysisReply
from cloudviz.api.schemas.discoveries import DiscoveryPage, DiscoveryReply, TypesReply
from cloudviz.api.schemas.inventory import ResourcePage
from cloudviz.catalogue.registry import catalogue
from cloudviz.costs.charges import Basis
from cloudviz.inventory.document import resource_document
from cloudviz.jobs.cost_reports import analysis, charged
from cloudviz.jobs.providers import opened_credential, policy_for, provider_for


def cloud_router(provider: str, name: str) -> APIRouter:
    """A router with everything that reads one cloud. ``name`` is how people call it."""
    router = APIRouter(tags=[provider])

    @router.get("/discoveries", summary=f"Discoveries of {name}, newest first", response_model=DiscoveryPage)
    async def discoveries(
        request: Request,
        _: needs.Viewer,
        store: needs.Store,
        status: Status = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """Live scans, and imports that hold nothing of another cloud."""
        await store.discoveries.close_abandoned()
        page = await store.discoveries.page(provider=provider, status=status, limit=limit, cursor=cursor)
        return page_reply(request, page, discovery_document)

    @router.get(
        "/discoveries/{discovery_id}",
        summary=f"One discovery of {name}: progress, coverage, problems",
        response_model=DiscoveryReply,
        responses=refuses(404),
    )
    async def discovery(discovery_id: str, _: needs.Viewer, house: needs.House) -> Response:
        """What it found, what it could not look at, and what was odd."""
        await house.store.discoveries.close_abandoned()
        return await discovery_reply(house, await of_provider(house.store, provider, discovery_id))

    @router.get("/resources", summary=f"Resources in {name}", response_model=ResourcePage, responses=refuses(404))
    async def resources(
        request: Request,
        _: needs.Viewer,
        store: needs.Store,
        asked: Asked,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """In the order of their ids."""
        page = await store.inventories.page(replace(asked, providers=(provider,)), limit=limit, cursor=cursor)
        return page_reply(request, page, resource_document)

    @router.get("/resource-types", summary=f"Types of {name} that CloudViz knows", response_model=TypesReply)
    async def resource_types(_: needs.Viewer) -> Response:
        """All others are kept too, under the type `{provider}.other`."""
        known = catalogue()
        items = [
            {
                "key": declared.key,
                "kind": str(declared.kind),
                "title": declared.title,
                "native_type": known.native_name(declared),
                "terraform": list(declared.known_as.terraform),
                "icon": declared.icon,
                "supporting": declared.supporting,
            }
            for declared in known.of(provider)
        ]
        return Response(dumps({"items": items, "next_cursor": None}), media_type="application/json")

    @router.get(
        "/permissions",
        summary=f"The least-privilege policy that a scan of {name} needs",
        response_class=Response,
        responses={
            200: {
                "description": "In the cloud's own format: an IAM policy, a custom role of Azure or Google.",
                "content": {"application/json": {"schema": {"type": "object"}, "example": _POLICY}},
            },
            **refuses(422),
        },
    )
    async def permissions(
        _: needs.Viewer,
        types: Annotated[list[str] | None, Query(max_length=200, description="Type keys; may end in `*`.")] = None,
        config_aggregator: Annotated[bool, Query(description="AWS: also for `config_aggregator`.")] = False,
        long_tail: Annotated[bool, Query(description="AWS: also for `long_tail`.")] = False,
    ) -> Response:
        """Derived from what the scan calls. 422 for a type that does not exist, or an option of another cloud."""
        asked = policy_for(provider, types or [], config_aggregator=config_aggregator, long_tail=long_tail)
        return Response(dumps(asked), media_type="application/json")

    @router.get("/cost-analysis", summary=f"What {name} cost", response_model=CostAnalysisReply)
    async def cost_analysis(
        _: needs.Viewer,
        store: needs.Store,
        month: Month = "",
        account: Accounts = None,
        currency: Currency = "",
        basis: BasisWanted = Basis.AMORTISED,
    ) -> Response:
        """The bills that were imported or fetched: sums, by service, by account, by region, by type; forecast.

        Empty where there is none: POST /costs/import, or `cloudviz costs fetch`.
        """
        asked = charged(month=month, providers=(provider,), accounts=account or (), currency=currency)
        return Response(dumps(await analysis(store, provider, asked, basis)), media_type="application/json")

    return router


async def tested(
    house: House, caller: Caller, address: str, provider: str, asked: Mapping[str, Any]
) -> ConnectionReply:
    """What the server's credentials are good for. ``asked`` is a request with ``accounts``, as for a discovery.

    Raises Invalid for names that can't exist, CloudRefused when nothing can be entered.
    """
    await house.door.log.note(
        Event.CONNECTION_TESTED,
        actor=caller.username,
        target=provider,
        address=address,
        detail={"accounts": list(asked["accounts"][:20])},
    )
    secret = await opened_credential(house.settings, house.store, provider, asked)
    cloud = provider_for(provider, asked, house.settings, house.breakers, secret)
    return ConnectionReply.model_validate(await cloud.test_connection(asked["accounts"]))


_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "CloudVizReadOnly", "Effect": "Allow", "Action": ["ec2:DescribeInstances"], "Resource": "*"}
    ],
}
