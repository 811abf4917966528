"""``/visualization/files``: exported files by signed links, for browsers without a token and for CDNs."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from cloudviz.access import Caller, Event
from cloudviz.access.file_links import FileLinks
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.files import FILE, NOT_MODIFIED, PARTS, exported_reply, is_fresh, unchanged
from cloudviz.api.house import House
from cloudviz.api.schemas.diagrams import LinkReply
from cloudviz.runtime import clock
from cloudviz.runtime.storage import Storage
from cloudviz.store import ExportedFile

router = APIRouter(tags=["visualization"])


@router.head("/{name}", include_in_schema=False)
@router.get(
    "/{name}",
    summary="An exported file, by a signed link",
    response_class=Response,
    responses={**FILE, **PARTS, **NOT_MODIFIED, **refuses(403, 404)},
)
async def file(
    request: Request,
    house: needs.House,
    name: Annotated[str, Path(max_length=100, description="The name of the file: a hash of what is in it.")],
    expires: Annotated[int, Query(ge=0, le=2**40, description="When the link ends, in seconds since 1970.")],
    signature: Annotated[str, Query(max_length=100, description="As the link has it.")],
) -> Response:
    """Who has the link needs no token. Its name is that of its content: any cache may keep it.

    `Range` is honoured.
    """
    left = FileLinks(house.settings.signing_secrets()).check(name, expires, signature, clock.now())
    cache_control = f"public, max-age={left}, immutable"
    etag = f'"{name[:32]}"'
    if is_fresh(request, etag):
        return unchanged(etag, cache_control)
    exports = house.studio.exports
    exported = await exports.opened(await house.store.exported_files.named(name))
    return await exported_reply(request, exports.storage, exported, etag, cache_control)


async def link_to(
    file: ExportedFile, seconds: int | None, caller: Caller, house: House, address: str
) -> LinkReply:
    """A link to a file that the storage holds: the storage's own, else one of this server or of its CDN."""
    lifetime = seconds or house.settings.storage.link_seconds
    expires = clock.now() + timedelta(seconds=lifetime)
    url = await _own_link(house, file, lifetime)
    if not url:
        base = house.settings.storage.cdn_url or house.settings.server.public_url
        url = base.rstrip("/") + FileLinks(house.settings.signing_secrets()).path(file.name, expires)
    await house.door.log.note(
        Event.FILE_LINKED,
        actor=caller.username,
        target=file.name,
        address=address,
        detail={"seconds": lifetime, "diagram": file.diagram_id or ""},
    )
    return LinkReply(
        url=url,
        expires_at=expires.replace(microsecond=0),
        file_name=file.file_name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.name[:64],
    )


async def _own_link(house: House, file: ExportedFile, seconds: int) -> str:
    if house.settings.storage.cdn_url:
        return ""
    storage: Storage = house.studio.exports.storage
    return await storage.link(file.name, seconds, file_name=file.file_name, media_type=file.media_type)
