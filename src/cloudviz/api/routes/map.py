"""``/visualization/map``: what the web map draws from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.files import FILE, NOT_MODIFIED, PRIVATE, etag_of, file_reply, is_fresh, unchanged
from cloudviz.api.routes.visualization import selected
from cloudviz.api.schemas.base import AT_SAYS
from cloudviz.api.schemas.diagrams import (
    DIRECTION,
    DIRECTION_SAYS,
    FORMAT,
    LAYOUT,
    LINK_BASE_SAYS,
    MOST_HOPS,
    MOST_NODES,
    PAGE,
    PAGE_SAYS,
    PREVIOUS_SAYS,
    SCALE_SAYS,
    SINCE_SAYS,
    THEME,
    Direction,
    ExportRequest,
    Format,
    Layout,
    Page,
    SceneReply,
    Theme,
)
from cloudviz.api.schemas.inventory import CoverageReply
from cloudviz.diagram.icons import icons_document
from cloudviz.inventory.document import coverage_document
from cloudviz.inventory.model import gaps_in

router = APIRouter(tags=["map"])


def asked_picture(
    layout: Annotated[Layout, Query()] = LAYOUT,
    theme: Annotated[Theme, Query()] = THEME,
    max_nodes: Annotated[int, Query(ge=0, le=MOST_NODES, description="Budget of boxes; 0 for none.")] = 100,
    filter: Annotated[str, Query(max_length=10_000, description="A filter expression.")] = "",
    group_by: Annotated[str, Query(max_length=200, description="account, region, network, kind, `tag:KEY`.")] = "",
    focus: Annotated[str, Query(max_length=4096, description="A resource id.")] = "",
    hops: Annotated[int, Query(ge=0, le=MOST_HOPS, description="Links around the focus.")] = 2,
    at: Annotated[str, Query(max_length=100, description=AT_SAYS)] = "",
    since: Annotated[str, Query(max_length=100, description=SINCE_SAYS)] = "",
    direction: Annotated[Direction, Query(description=DIRECTION_SAYS)] = DIRECTION,
    previous: Annotated[str, Query(max_length=100, description=PREVIOUS_SAYS)] = "",
    show_costs: Annotated[bool, Query(description="Write costs beside names.")] = False,
    title: Annotated[str, Query(max_length=500, description="Heading of the picture.")] = "",
    discovery: Annotated[list[str] | None, Query(max_length=200, description="Seen by this discovery.")] = None,
) -> ExportRequest:
    """The picture that the query parameters ask for."""
    return ExportRequest(
        layout=layout,
        theme=theme,
        max_nodes=max_nodes,
        filter=filter,
        group_by=group_by,
        focus=focus,
        hops=hops,
        at=at,
        since=since,
        direction=direction,
        previous=previous,
        include_costs=show_costs,
        title=title,
        discovery_ids=discovery or [],
    )


AskedPicture = Annotated[ExportRequest, Depends(asked_picture)]


@router.get(
    "/scene",
    summary="The laid-out picture",
    response_model=SceneReply,
    responses={**NOT_MODIFIED, **refuses(404)},
)
async def scene(request: Request, _: needs.Viewer, house: needs.House, asked: AskedPicture) -> Response:
    """The scene document, from which the map and every renderer draw."""
    etag = etag_of("scene", await house.store.inventories.data_version(), asked.model_dump_json())
    if is_fresh(request, etag):
        return unchanged(etag)
    content = await house.studio.file(
        selected(asked), asked.options(), "json", since=asked.since, previous=asked.previous
    )
    return Response(content, media_type="application/json", headers={"ETag": etag, "Cache-Control": PRIVATE})


@router.get(
    "/picture",
    summary="The same picture as a file",
    response_class=Response,
    responses={**FILE, **NOT_MODIFIED, **refuses(404)},
)
async def picture(
    request: Request,
    _: needs.Viewer,
    house: needs.House,
    asked: AskedPicture,
    format: Annotated[Format, Query(description="Kind of file.")] = FORMAT,
    scale: Annotated[float, Query(ge=1, le=8, description=SCALE_SAYS)] = 2.0,
    page: Annotated[Page, Query(description=PAGE_SAYS)] = PAGE,
    link_base: Annotated[str, Query(max_length=2000, description=LINK_BASE_SAYS)] = "",
) -> Response:
    """What the map shows, to save."""
    asked = asked.model_copy(update={"scale": scale, "page": page, "link_base": link_base})
    version = await house.store.inventories.data_version()
    etag = etag_of("picture", version, format.value, asked.model_dump_json())
    if is_fresh(request, etag):
        return unchanged(etag)
    content = await house.studio.file(
        selected(asked), asked.options(), format.value, since=asked.since, previous=asked.previous
    )
    return file_reply(content, format.value, "cloudviz", etag)


@router.get("/coverage", summary="What was looked at, and what could not be", response_model=CoverageReply)
async def coverage(_: needs.Viewer, store: needs.Store) -> Response:
    """The latest look at each account, region and type."""
    entries = await store.inventories.coverage()
    body = {
        "items": [coverage_document(entry) for entry in entries],
        "gaps": len(gaps_in(entries)),
    }
    return Response(dumps(body), media_type="application/json")


@router.get(
    "/icons",
    summary="The icons of kinds and types",
    response_class=Response,
    responses={
        200: {
            "description": "Kind, or type with an icon of its own → its line drawing: view box, paths, colour.",
            "content": {"application/json": {"schema": {"type": "object", "additionalProperties": True}}},
        }
    },
)
async def icons(_: needs.Viewer, theme: Annotated[Theme, Query()] = THEME) -> Response:
    """In the colours of a theme."""
    body = dumps(icons_document(theme.value))
    return Response(body, media_type="application/json", headers={"Cache-Control": "private, max-age=3600"})
