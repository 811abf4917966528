"""``/resources``: the inventory across clouds.

Ids contain slashes and colons and may be sent as they are or percent-encoded. Sent as it is, an id that ends in
``/history`` or ``/neighbours`` would be taken for the sub-route; encoded, its slash tells them apart.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from cloudviz.api import needs
from cloudviz.api.asking import Asked, searched
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.schemas.inventory import (
    FacetsReply,
    GraphReply,
    HistoryReply,
    ResourcePage,
    ResourceReply,
    SearchRequest,
)
from cloudviz.diagram.render.console import console_address
from cloudviz.inventory.document import link_document, resource_document
from cloudviz.store import Store

router = APIRouter(tags=["resources"])

ResourceId = Annotated[
    str,
    Path(
        description="ARN, ARM id or full resource name, percent-encoded or as it is.",
        examples=["arn:aws:s3:::logs"],
    ),
]
MOST_NEIGHBOURS = 500


@router.get(
    "", summary="Resources that fulfil all conditions", response_model=ResourcePage, responses=refuses(404)
)
async def resources(
    request: Request, _: needs.Viewer, store: needs.Store, asked: Asked, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """In the order of their ids, across clouds, accounts and sources."""
    page = await store.inventories.page(asked, limit=limit, cursor=cursor)
    return page_reply(request, page, resource_document)


@router.get(
    "/facets",
    summary="How many resources have each value",
    response_model=FacetsReply,
    responses=refuses(404),
)
async def facets(_: needs.Viewer, store: needs.Store, asked: Asked) -> Response:
    """Counts by provider, type, region, account and state of the resources that fulfil all conditions."""
    return Response(dumps(await store.inventories.facets(asked)), media_type="application/json")


@router.post(
    "/search",
    summary="Resources that fulfil all conditions of a body",
    response_model=ResourcePage,
    responses=refuses(404),
)
async def search(request: Request, body: SearchRequest, _: needs.Viewer, store: needs.Store) -> Response:
    """For conditions too long for an address. The next page takes the same body with its `cursor`."""
    page = await store.inventories.page(searched(body), limit=body.limit, cursor=body.cursor)
    items = [resource_document(item) for item in page.items]
    return Response(dumps({"items": items, "next_cursor": page.next_cursor}), media_type="application/json")


@router.get(
    "/{resource_id:path}/neighbours",
    summary="What a resource hangs together with",
    response_model=GraphReply,
    responses=refuses(404),
)
async def neighbours(
    request: Request,
    resource_id: ResourceId,
    _: needs.Viewer,
    store: needs.Store,
    hops: Annotated[int, Query(ge=1, le=10, description="Links away at most.")] = 1,
    limit: Annotated[int, Query(ge=1, le=5000, description="Resources at most; nearest first.")] = MOST_NEIGHBOURS,
) -> Response:
    """The resource, all within `hops` links in either direction, and the links between them."""
    if _belongs_to_id(request, "neighbours"):
        return await _detail(store, f"{resource_id}/neighbours")
    graph = await store.inventories.neighbours(resource_id, hops=hops, limit=limit)
    body = {
        "resources": [resource_document(item) for item in graph.resources.values()],
        "links": [link_document(link) for link in graph.links],
    }
    return Response(dumps(body), media_type="application/json")


@router.get(
    "/{resource_id:path}/history",
    summary="Every state a resource has had",
    response_model=HistoryReply,
    responses=refuses(404),
)
async def history(request: Request, resource_id: ResourceId, _: needs.Viewer, store: needs.Store) -> Response:
    """Newest first, also of a resource that is gone."""
    if _belongs_to_id(request, "history"):
        return await _detail(store, f"{resource_id}/history")
    items = [
        {
            "resource": resource_document(version.resource),
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
            "last_seen_at": version.last_seen_at,
            "first_discovery": version.first_discovery,
            "last_discovery": version.last_discovery,
            "content_hash": version.content_hash,
        }
        for version in await store.inventories.history(resource_id)
    ]
    return Response(dumps({"items": items, "next_cursor": None}), media_type="application/json")


@router.get(
    "/{resource_id:path}",
    summary="A resource with its links",
    response_model=ResourceReply,
    responses=refuses(404),
)
async def resource(resource_id: ResourceId, _: needs.Viewer, store: needs.Store) -> Response:
    """As it is now, and which discovery saw it last."""
    return await _detail(store, resource_id)


async def _detail(store: Store, resource_id: str) -> Response:
    detail = await store.inventories.detail(resource_id)
    body = {
        "resource": resource_document(detail.resource),
        "links": [link_document(link) for link in detail.links],
        "source": detail.source,
        "seen_by": detail.seen_by,
        "source_discovery": detail.last_discovery,
        "first_seen_at": detail.first_seen_at,
        "last_seen_at": detail.last_seen_at,
        "console": console_address(detail.resource.id),
    }
    return Response(dumps(body), media_type="application/json")


def _belongs_to_id(request: Request, word: str) -> bool:
    """Whether the last word of the path is part of a percent-encoded id instead of naming the sub-route."""
    raw: bytes = request.scope.get("raw_path") or b""
    last = raw.split(b"?")[0].rsplit(b"/", 1)[-1]
    return bool(raw) and last != word.encode()
