"""What :mod:`benchmarks.api` compares with: the same page from bare ASGI, and from FastAPI as usual."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

_PAGE = Path(os.environ["BENCHMARK_PAGE"]).read_bytes()
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(_PAGE)).encode())]


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The least that an ASGI server can be asked to do."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _PAGE})


class Resource(BaseModel):
    """A resource, with the fields of the API."""

    id: str
    provider: str
    type: str
    name: str
    account: str
    region: str
    state: str
    tags: dict[str, str]
    properties: dict[str, Any]


class Page(BaseModel):
    """A page of resources."""

    items: list[Resource]
    next_cursor: str | None = None


plain = FastAPI()
_ITEMS = json.loads(_PAGE)


@plain.get("/resources")
async def resources(limit: int = 50) -> Page:
    """Neither authenticated, nor limited, nor recorded."""
    return Page(**_ITEMS)


@plain.get("/health/live")
async def live() -> dict[str, str]:
    """For the start."""
    return {"status": "alive"}
