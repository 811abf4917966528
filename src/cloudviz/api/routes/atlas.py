"""``/visualization/map``, window by window: a map of any size, of which a client loads what it shows.

The routes share the picture's query parameters. All but the first take the ``version`` that the first told: when
the inventory has changed since, they answer 409, and the map is to be opened anew.
"""

from __future__ import annotations

import gzip
import re
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.errors import dumps
from cloudviz.api.files import NOT_MODIFIED, PRIVATE, is_fresh, unchanged
from cloudviz.api.house import House
from cloudviz.api.routes.map import AskedPicture
from cloudviz.api.routes.visualization import selected
from cloudviz.api.schemas.atlas import AroundReply, AtlasReply, ChildrenReply, DrawingReply, PlaceReply, TilesReply
from cloudviz.api.schemas.diagrams import ExportRequest
from cloudviz.diagram.atlas import Atlas, Tile
from cloudviz.errors import Conflict, Invalid, NotFound, Unavailable

router = APIRouter(tags=["map"])

PATIENCE = 8.0
"""Seconds that a client waits for a map before it is told to ask again."""

MOST_TILES = 96
SMALLEST_COMPRESSED = 4096
# The version stands in the address: what was told once stays right.
FOREVER = "private, max-age=86400"

_TILE = re.compile(r"(\d{1,2})\.(\d{1,8})\.(\d{1,8})")

Version = Annotated[str, Query(max_length=100, description="That GET /visualization/map/atlas told.")]
LayerName = Annotated[str, Query(max_length=300, description="One of the map's `layers`.")]
Id = Annotated[str, Query(min_length=1, max_length=4096, description="Id of a resource or a box.")]


@router.get(
    "/atlas",
    summary="A map of any size",
    response_model=AtlasReply,
    responses={
        202: {"model": DrawingReply, "description": "It is being laid out."},
        **NOT_MODIFIED,
        **refuses(404),
    },
)
async def atlas(
    request: Request, _: needs.Viewer, house: needs.House, asked: AskedPicture, layer: LayerName = ""
) -> Response:
    """Its extent, levels, layers and summary. The layout is computed once for each state of the inventory."""
    found = await house.atlases.open(selected(asked), asked.options(), asked.since, PATIENCE)
    if found is None:
        return Response(b'{"status":"drawing"}', 202, {"Retry-After": "1"}, "application/json")
    etag = f'"{found.version}-{layer}"' if layer.isascii() else ""
    if etag and is_fresh(request, etag):
        return unchanged(etag)
    return _reply(request, dumps(found.document(layer)), etag=etag)


@router.get("/tiles", summary="Windows of a map", response_model=TilesReply, responses=refuses(404, 409))
async def tiles(
    request: Request,
    _: needs.Viewer,
    house: needs.House,
    asked: AskedPicture,
    tiles: Annotated[str, Query(max_length=4000, description="`level.column.row`, separated by commas.")],
    version: Version = "",
    layer: LayerName = "",
) -> Response:
    """Boxes and lines by tile. A window at level n is complete with the tiles of all levels up to n over it."""
    wanted = _names(tiles)
    found = await _opened(house, asked, version)
    parts = [f'"{name}":'.encode() + found.tile(tile, layer) for name, tile in wanted.items()]
    head = b'{"version":' + orjson.dumps(found.version) + b',"tiles":{'
    return _reply(request, head + b",".join(parts) + b"}}", FOREVER if version else PRIVATE)


@router.get(
    "/place", summary="Where a resource is on a map", response_model=PlaceReply, responses=refuses(404, 409)
)
async def place(
    request: Request,
    _: needs.Viewer,
    house: needs.House,
    asked: AskedPicture,
    id: Annotated[
        list[str],
        Query(
            min_length=1, max_length=20, description="Ids of resources or boxes; the first that is shown counts."
        ),
    ],
    version: Version = "",
) -> Response:
    """Its own box, that of the stack it is in, or the one it is folded into; and the containers around it."""
    found = await _opened(house, asked, version)
    shown, number = found.first_shown(id)
    path = b",".join(found.row(each) for each in found.path(number))
    told = b'{"of":' + orjson.dumps(shown) + b',"folded":' + orjson.dumps(found.host(shown) is not None)
    return _reply(request, told + b',"node":' + found.row(number) + b',"path":[' + path + b"]}")


@router.get(
    "/around", summary="What hangs together on a map", response_model=AroundReply, responses=refuses(404, 409)
)
async def around(
    request: Request,
    _: needs.Viewer,
    house: needs.House,
    asked: AskedPicture,
    id: Id,
    steps: Annotated[int, Query(ge=0, le=10, description="Lines to follow.")] = 1,
    version: Version = "",
) -> Response:
    """The boxes within so many lines of one, and the lines between them; of a container, those of all in it."""
    found = await _opened(house, asked, version)
    part = found.around(found.showing(id), steps)
    return _reply(request, found.part(part.nodes, part.edges, more=f',"more":{str(part.more).lower()}'))


@router.get("/way", summary="A way between two resources", response_model=AroundReply, responses=refuses(404, 409))
async def way(
    request: Request,
    _: needs.Viewer,
    house: needs.House,
    asked: AskedPicture,
    source: Id,
    target: Id,
    version: Version = "",
) -> Response:
    """A shortest chain of lines from one to the other, whichever way they point; the boxes in their order."""
    found = await _opened(house, asked, version)
    part = found.way(found.showing(source), found.showing(target))
    return _reply(request, found.part(part.nodes, part.edges, more=',"more":false'))


@router.get(
    "/children",
    summary="What a container of a map holds",
    response_model=ChildrenReply,
    responses=refuses(404, 409),
)
async def children(
    request: Request,
    _: needs.Viewer,
    house: needs.House,
    asked: AskedPicture,
    parent: Annotated[
        str, Query(max_length=4096, description="Id of a box; the outermost level when empty.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="Boxes of a page.")] = 100,
    cursor: Annotated[int, Query(ge=0, le=10**9, description="`next_cursor` of the page before.")] = 0,
    folded: Annotated[bool, Query(description="Only what is folded into it.")] = False,
    version: Version = "",
) -> Response:
    """The map as a tree, for those who do not see it: boxes first, then resources that are folded into it."""
    found = await _opened(house, asked, version)
    page = found.children(parent, cursor, limit, only_folded=folded)
    rows = b",".join([*map(found.row, page.nodes), *(found.folded_row(item, parent) for item in page.folded)])
    after = orjson.dumps(str(cursor + limit) if page.more else None)
    return _reply(request, b'{"items":[' + rows + b'],"next_cursor":' + after + b"}")


async def _opened(house: House, asked: ExportRequest, version: str) -> Atlas:
    try:
        found = await house.atlases.open(selected(asked), asked.options(), asked.since, PATIENCE)
    except NotFound as error:
        if version:  # it was there when the client opened it
            raise Conflict("the map has changed", hint="Open it again.") from error
        raise
    if found is None:
        raise Unavailable("the map is being laid out", hint="Ask again in a second.")
    if version and version != found.version:
        raise Conflict("the map has changed", hint="Open it again.")
    return found


def _names(text: str) -> dict[str, Tile]:
    """The tiles that a list names. Raises Invalid."""
    named: dict[str, Tile] = {}
    for name in filter(None, text.split(",")):
        match = _TILE.fullmatch(name)
        if match is None:
            raise Invalid(f"{name[:40]!r} is no tile", hint="Name them as level.column.row, such as 2.1.3.")
        level, column, row = map(int, match.groups())
        named[name] = (level, column, row)
    if not 0 < len(named) <= MOST_TILES:
        raise Invalid(f"{len(named)} tiles were asked for", hint=f"Ask for 1 to {MOST_TILES} at a time.")
    return named


def _reply(request: Request, body: bytes, cache: str = PRIVATE, etag: str = "") -> Response:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding, Authorization"}
    if etag:
        headers["ETag"] = etag
    if len(body) >= SMALLEST_COMPRESSED and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 3, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/json", headers=headers)
