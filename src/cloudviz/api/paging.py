"""Lists by keyset: ``?limit=50&cursor=…`` → ``{"items": […], "next_cursor": …}`` with ``Link: rel=next``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request
from starlette.responses import Response

from cloudviz.api.errors import dumps
from cloudviz.store import Page

T = TypeVar("T")

MOST = 500

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")]
Cursor = Annotated[
    str | None, Query(max_length=4096, description="`next_cursor` of the page before; none for the first.")
]


def page_reply(request: Request, page: Page[T], document: Callable[[T], dict[str, Any]]) -> Response:
    """One page as JSON, written directly: a response model would cost more than all else of a list route."""
    body = {"items": [document(item) for item in page.items], "next_cursor": page.next_cursor}
    return Response(dumps(body), media_type="application/json", headers=link_next(request, page.next_cursor))


def link_next(request: Request, next_cursor: str | None) -> dict[str, str]:
    """The ``Link`` header of RFC 8288 to the next page, relative to this one; empty on the last."""
    if next_cursor is None:
        return {}
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
    return {"Link": f'<?{urlencode([*query, ("cursor", next_cursor)])}>; rel="next"'}
