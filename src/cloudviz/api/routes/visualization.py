"""``/visualization``: pictures, kept and exported."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cloudviz.access import Caller, Event
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.files import FILE, NOT_MODIFIED, PARTS, etag_of, exported_reply, is_fresh, unchanged
from cloudviz.api.house import House
from cloudviz.api.once import IdempotencyKey, once
from cloudviz.api.paging import Cursor, Limit, page_reply
from cloudviz.api.routes.files import link_to
from cloudviz.api.schemas.diagrams import (
    EXPORTS,
    FORMAT,
    LINK_BASE_SAYS,
    LONGEST_LINK,
    PAGE,
    PAGE_SAYS,
    SCALE_SAYS,
    ChoicesReply,
    DiagramMetadata,
    DiagramPage,
    DiagramReply,
    ExportRequest,
    Format,
    GenerateReply,
    GenerateRequest,
    LinkReply,
    NamedChoice,
    Page,
    PictureRequest,
)
from cloudviz.api.schemas.inventory import DiffReply
from cloudviz.api.schemas.jobs import JobAccepted
from cloudviz.diagram.options import LAYOUTS, THEMES, PictureOptions
from cloudviz.errors import Unavailable
from cloudviz.inventory.document import link_document, resource_document
from cloudviz.inventory.select import Selection, parse_filter
from cloudviz.store import DiagramRecord

router = APIRouter(tags=["visualization"])

LinkSeconds = Annotated[
    int | None, Query(ge=1, le=LONGEST_LINK, description="Lifetime of the link; the setting's when left out.")
]

LARGE = 20_000
"""Resources above which a picture is drawn in the background: laying them out takes seconds."""


@router.post(
    "/generate",
    summary="Draw a picture and keep it",
    response_model=GenerateReply,
    responses={
        202: {"model": JobAccepted, "description": "A large one: it is drawn in the background."},
        **refuses(404, 409),
    },
)
async def generate(
    request: Request,
    body: GenerateRequest,
    caller: needs.Operator,
    house: needs.House,
    address: needs.Address,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """From the inventory now, at an instant, or from some discoveries; its files are drawn when asked for."""

    async def carry_out() -> tuple[int, Any, dict[str, str]]:
        return await _generated(body, caller, house, address)

    return await once(request, house.store, caller, idempotency_key, body.model_dump(mode="json"), carry_out)


async def _generated(
    body: GenerateRequest, caller: Caller, house: House, address: str
) -> tuple[int, Any, dict[str, str]]:
    """Status, body and headers of the answer: the picture, or the job that draws a large one."""
    options, selection = body.options(), selected(body)
    if await house.store.inventories.count(selection) > LARGE:
        job = await house.store.jobs.enqueue(
            "draw",
            {
                "discovery_ids": body.discovery_ids,
                "filter": body.filter,
                "at": body.at,
                "options": dataclasses.asdict(options),
                "with_links": body.include_dependencies,
                "since": body.since,
                "previous": body.previous,
            },
            requested_by=caller.username,
        )
        house.ring()
        return 202, {"job_id": job.id, "status": job.status}, {"Location": f"/jobs/{job.id}"}
    drawn = await house.studio.generate(
        selection,
        options,
        with_links=body.include_dependencies,
        since=body.since,
        previous=body.previous,
    )
    await house.door.log.note(Event.DRAWN, actor=caller.username, target=drawn.diagram_id, address=address)
    reply = GenerateReply(
        diagram_id=drawn.diagram_id,
        mermaid_code=drawn.mermaid_code,
        pages=drawn.pages,
        metadata=DiagramMetadata(**dict(drawn.metadata)),
        layout=options.layout,
        theme=options.theme,
        exports=_exports(drawn.diagram_id, [each.value for each in body.formats] or EXPORTS),
    )
    return 200, reply.model_dump(mode="json"), {}


@router.get("/diagrams", summary="Pictures that were kept, newest first", response_model=DiagramPage)
async def diagrams(
    request: Request, _: needs.Viewer, store: needs.Store, limit: Limit = 50, cursor: Cursor = None
) -> Response:
    """Without their code; that is with each one."""
    return page_reply(request, await store.diagrams.page(limit=limit, cursor=cursor), _diagram)


@router.get(
    "/diagrams/{diagram_id}",
    summary="One picture with its Mermaid code",
    response_model=DiagramReply,
    responses=refuses(404),
)
async def diagram(diagram_id: str, _: needs.Viewer, store: needs.Store) -> Response:
    """What it was drawn from and with."""
    record = await store.diagrams.get(diagram_id)
    document = _diagram(record)
    document["mermaid_code"] = record.mermaid_code
    document["options"] = dict(record.options)
    document["exports"] = _exports(record.id, EXPORTS)
    return Response(dumps(document), media_type="application/json")


@router.head("/diagrams/{diagram_id}/export", include_in_schema=False)
@router.get(
    "/diagrams/{diagram_id}/export",
    summary="A kept picture as a file",
    response_class=Response,
    responses={**FILE, **PARTS, **NOT_MODIFIED, **refuses(404)},
)
async def export_diagram(
    request: Request,
    diagram_id: str,
    _: needs.Viewer,
    house: needs.House,
    format: Annotated[Format, Query(description="Kind of file.")] = FORMAT,
    scale: Annotated[float, Query(ge=1, le=8, description=SCALE_SAYS)] = 2.0,
    page: Annotated[Page, Query(description=PAGE_SAYS)] = PAGE,
    link_base: Annotated[str, Query(max_length=2000, description=LINK_BASE_SAYS)] = "",
) -> Response:
    """A kept picture never changes, so that its `ETag` holds for ever."""
    record = await house.store.diagrams.get(diagram_id)
    etag = etag_of("diagram", record.id, format.value, scale, page.value, link_base)
    if is_fresh(request, etag):
        return unchanged(etag)
    options = PictureOptions(scale=scale, page=page.value, link_base=link_base)
    exported = await house.studio.export(record, format.value, options)
    return await exported_reply(request, house.studio.exports.storage, exported, etag)


@router.get(
    "/diagrams/{diagram_id}/export/link",
    summary="A link to a kept picture as a file",
    responses=refuses(404),
)
async def link_diagram(
    diagram_id: str,
    caller: needs.Viewer,
    house: needs.House,
    address: needs.Address,
    format: Annotated[Format, Query(description="Kind of file.")] = FORMAT,
    scale: Annotated[float, Query(ge=1, le=8, description=SCALE_SAYS)] = 2.0,
    page: Annotated[Page, Query(description=PAGE_SAYS)] = PAGE,
    link_base: Annotated[str, Query(max_length=2000, description=LINK_BASE_SAYS)] = "",
    seconds: LinkSeconds = None,
) -> LinkReply:
    """For somebody without a token, or for a CDN: who has the link may follow it until it ends."""
    record = await house.store.diagrams.get(diagram_id)
    options = PictureOptions(scale=scale, page=page.value, link_base=link_base)
    file = await house.studio.linkable(record, format.value, options)
    return await link_to(file, seconds, caller, house, address)


@router.post(
    "/export",
    summary="Draw a picture as a file, without keeping the picture",
    response_class=Response,
    responses={
        **FILE,
        201: {"model": LinkReply, "description": "With `delivery: link`: where the file is."},
        **refuses(404),
    },
)
async def export(
    request: Request, body: ExportRequest, caller: needs.Operator, house: needs.House, address: needs.Address
) -> Response:
    """With `diagram_id`: the kept picture of that id; only format, scale, page and link base are heeded then."""
    if body.diagram_id:
        record = await house.store.diagrams.get(body.diagram_id)
        exported = await house.studio.export(record, body.format.value, body.options())
    else:
        exported = await house.studio.export_selected(
            selected(body),
            body.options(),
            body.format.value,
            with_links=body.include_dependencies,
            since=body.since,
            previous=body.previous,
        )
    if body.delivery == "file":
        etag = f'"{exported.file.name[:32]}"'
        return await exported_reply(request, house.studio.exports.storage, exported, etag)
    if not exported.is_kept:
        raise Unavailable("the file could not be put into the storage", hint="See GET /health.")
    link = await link_to(exported.file, body.link_seconds, caller, house, address)
    return Response(link.model_dump_json(), 201, media_type="application/json", headers={"Location": link.url})


@router.get("/themes", summary="Themes")
async def themes(_: needs.Viewer) -> ChoicesReply:
    """How a picture looks."""
    return _choices(THEMES)


@router.get("/layouts", summary="Layouts")
async def layouts(_: needs.Viewer) -> ChoicesReply:
    """How a picture is laid out."""
    return _choices(LAYOUTS)


@router.get("/diff", summary="What changed between two looks", response_model=DiffReply, responses=refuses(404))
async def diff(
    _: needs.Viewer,
    store: needs.Store,
    a: Annotated[str, Query(min_length=1, max_length=100, description="Discovery id, or an instant (RFC 3339).")],
    b: Annotated[str, Query(min_length=1, max_length=100, description="Discovery id, or an instant (RFC 3339).")],
) -> Response:
    """What has to be done to `a` to get `b`: resources added, removed and changed, and links."""
    found = await store.inventories.diff(a, b)
    body = {
        "a": a,
        "b": b,
        "added": [resource_document(item) for item in found.added],
        "removed": [resource_document(item) for item in found.removed],
        "changed": [
            {
                "before": resource_document(each.before),
                "after": resource_document(each.after),
                "fields": list(each.fields),
            }
            for each in found.changed
        ],
        "cost_changes": {currency: float(change) for currency, change in found.cost_changes().items()},
        "links_added": [link_document(link) for link in found.links_added],
        "links_removed": [link_document(link) for link in found.links_removed],
    }
    return Response(dumps(body), media_type="application/json")


def selected(body: PictureRequest) -> Selection:
    """What a picture request selects. Raises Invalid for an unreadable filter."""
    base = Selection(discoveries=tuple(body.discovery_ids), at=body.at)
    return parse_filter(body.filter, base) if body.filter else base


def _exports(diagram_id: str, formats: Iterable[str]) -> dict[str, str]:
    return {each: f"/visualization/diagrams/{diagram_id}/export?format={each}" for each in formats}


def _choices(names: tuple[str, ...]) -> ChoicesReply:
    # The first of each is what a request without one gets.
    return ChoicesReply(
        items=[
            NamedChoice(name=name, title=name.replace("-", " ").capitalize(), is_default=name == names[0])
            for name in names
        ]
    )


def _diagram(record: DiagramRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "discovery_ids": list(record.discovery_ids),
        "theme": record.theme,
        "layout": record.layout,
        "metadata": dict(record.metadata),
        "created_at": record.created_at,
    }
