"""``POST /imports``: files people already have, into the inventory."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from cloudviz.access import Event
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.house import House
from cloudviz.api.once import Answer, IdempotencyKey, once
from cloudviz.api.schemas.discoveries import ImportReply
from cloudviz.api.schemas.jobs import JobAccepted
from cloudviz.errors import BadInput, Invalid
from cloudviz.jobs.imports import import_files

router = APIRouter(tags=["imports"])

MOST_FILES = 200
LARGE = 32 * 2**20  # bytes above which the reader need not wait for the end

_CLOUDS = ("aws", "azure", "gcp")
_UNFIT = re.compile(r"[^\w.@+ ()\[\]-]")

FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "Any files that `cloudviz import` takes; the content says which.",
                        },
                        "source": {
                            "type": "string",
                            "description": "Name of the source; the file names if empty.",
                        },
                        "account": {"type": "string", "description": "Account, where the files do not say."},
                        "region": {"type": "string", "description": "Region, where the files do not say."},
                    },
                }
            }
        },
    }
}


@router.post(
    "",
    summary="Import files",
    status_code=201,
    response_model=ImportReply,
    responses={
        202: {"model": JobAccepted, "description": "Large files: the import goes on in the background."},
        **refuses(409, 413, 415, 422),
    },
    openapi_extra=FORM,
)
async def import_uploads(
    request: Request,
    caller: needs.Operator,
    house: needs.House,
    address: needs.Address,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """A Terraform state, `terraform show -json`, or a CloudViz inventory. Nothing is stored when it is refused.

    A second import of the same source makes gone what has left it.
    """
    folder = house.settings.data_dir / "uploads" / str(uuid.uuid4())
    with removed_unless_kept(folder) as kept:
        paths, details = await saved_uploads(request, folder)

        async def carry_out() -> Answer:
            if sum(path.stat().st_size for path in paths) > LARGE:
                kept.append(folder)
                return await _in_background(house, caller.username, paths, folder, details)
            outcome = await import_files(
                house.store,
                paths,
                account=details["account"],
                region=details["region"],
                source=details["source"],
                within=folder,
            )
            await house.door.log.note(
                Event.IMPORTED,
                actor=caller.username,
                target=outcome.discovery_id,
                address=address,
                detail={"files": [path.name for path in paths], "resources": outcome.resources},
            )
            return 201, outcome.summary(), {"Location": f"/discoveries/{outcome.discovery_id}"}

        asked: dict[str, Any] = dict(details)
        if idempotency_key is not None:  # a repeat must bring the same files: their contents are hashed, not kept
            hashed = await asyncio.to_thread(lambda: [_digest(path) for path in paths])
            asked["files"] = [[path.name, digest] for path, digest in zip(paths, hashed, strict=True)]
        return await once(request, house.store, caller, idempotency_key, asked, carry_out)


async def saved_uploads(request: Request, folder: Path) -> tuple[list[Path], dict[str, str]]:
    """The files of a form, saved below ``folder``, and its fields ``source``, ``account`` and ``region``.

    Raises a refusal with status 415 for a body that is no form, Invalid for one without a file.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise _NotMultipart(
            "the body is not multipart/form-data", hint="Send the file as the form field `file`: curl -F file=@…"
        )
    # Multipart parts go to files on disk as they come in; Starlette's parser holds 1 MB of each in memory.
    async with request.form(max_files=MOST_FILES, max_fields=10) as form:
        uploads = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        paths = [await asyncio.to_thread(_save, part, folder) for part in uploads]
    if not paths:
        raise Invalid("the form has no file in it", hint="Send the file as the form field `file`.")
    return paths, {name: _field(fields, name) for name in ("source", "account", "region")}


class _NotMultipart(BadInput):
    status, code, title = 415, "unsupported_media_type", "The body has the wrong type"


async def _in_background(
    house: House, username: str, paths: list[Path], folder: Path, details: dict[str, str]
) -> Answer:
    arguments: dict[str, Any] = {"paths": [str(path) for path in paths], "folder": str(folder), **details}
    job = await house.store.jobs.enqueue("import", arguments, requested_by=username)
    house.ring()
    return 202, {"job_id": job.id, "status": job.status}, {"Location": f"/jobs/{job.id}"}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _save(part: UploadFile, folder: Path) -> Path:
    """Put one part under a harmless form of its own name, which will name the source."""
    path = folder / _file_name(part.filename or "")
    at = 2
    while path.exists():  # files of one name get a folder each
        path = folder / str(at) / path.name
        at += 1
    path.parent.mkdir(parents=True, exist_ok=True)
    part.file.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(part.file, file, 2**20)
    return path


def _file_name(given: str) -> str:
    """The last part of a name that a client sent, with nothing in it that a file system or a log trips over."""
    name = _UNFIT.sub("_", re.split(r"[\\/]", given)[-1]).strip(" .")
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= 20:
        return f"{stem[:100] or 'upload'}.{suffix}"
    return name[:100] or "upload"


def _field(fields: dict[str, str], name: str) -> str:
    value = fields.get(name, "")
    if len(value) > 500 or "\0" in value:
        raise Invalid(f"the form field {name} is not acceptable", hint="Give up to 500 characters.")
    if name == "source" and value.partition(":")[0] in _CLOUDS:
        # What a live scan did not see is gone from the whole account; a file speaks for itself only.
        raise Invalid(f"a file is no live scan: its source can't be {value[:60]!r}", hint="Name it otherwise.")
    return value


@contextmanager
def removed_unless_kept(folder: Path) -> Iterator[list[Path]]:
    """Remove the folder at the end, unless the body has put it into the list that it gets."""
    kept: list[Path] = []
    try:
        yield kept
    finally:
        if folder not in kept:
            shutil.rmtree(folder, ignore_errors=True)
