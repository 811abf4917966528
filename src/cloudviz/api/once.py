"""``Idempotency-Key``: a request that creates something is carried out once, however often it is sent.

As in draft-ietf-httpapi-idempotency-key-header: the same key with the same request gives the same answer, with
another request 422, and while the first is under way 409. Keys are each caller's own, and kept for a day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import orjson
from fastapi import Header, Request
from starlette.responses import Response

from cloudviz.access import Caller
from cloudviz.api.errors import dumps
from cloudviz.errors import Conflict, Invalid
from cloudviz.store import Store
from cloudviz.store.repeats import Earlier

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description=(
            "Repeat a request with the same key, and it is carried out once and answered as before: for 24 hours. "
            "409 while the first is under way, 422 for another request with the same key."
        ),
    ),
]

Answer = tuple[int, Any, dict[str, str]]
"""Status, body and headers of what was carried out."""

REPLAYED = "Idempotent-Replayed"


async def once(
    request: Request,
    store: Store,
    caller: Caller,
    key: str | None,
    asked: Any,
    carry_out: Callable[[], Awaitable[Answer]],
) -> Response:
    """Carry a request out, unless it was with the same key before.

    Arguments:
        asked: the body as it was understood, as JSON can write it; its secrets are hashed, not kept.
        carry_out: does it; returns status, body and headers of the answer, which holds no secrets.

    Raises Conflict, Invalid, and what ``carry_out`` raises; then the key may be used again.
    """
    if key is None:
        status, body, headers = await carry_out()
        return _reply(status, dumps(body), headers)
    whole = [request.method, request.url.path, asked]
    request_hash = hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()
    # The signed-in person's number and not the name: a name may be given to somebody else.
    who = f"key:{caller.key}" if caller.key else f"person:{caller.person}"
    begun = await store.repeats.begin(who, key, request_hash)
    if isinstance(begun, Earlier):
        if begun.request_hash != request_hash:
            raise Invalid(
                "this Idempotency-Key was used for another request before",
                hint="Use a new key for a new request, and the same only to repeat one.",
            )
        if begun.status is None:
            raise Conflict(
                "the request with this Idempotency-Key is still under way", hint="Send it again in a few seconds."
            )
        return _reply(begun.status, begun.body, {**begun.headers, REPLAYED: "true"})
    try:
        status, body, headers = await carry_out()
        content = dumps(body)
        await store.repeats.finish(who, key, begun, status, headers, content)
    except BaseException:
        await store.repeats.forget(who, key, begun)
        raise
    return _reply(status, content, headers)


async def once_in_secret(
    request: Request,
    store: Store,
    caller: Caller,
    key: str | None,
    asked: Any,
    carry_out: Callable[[], Awaitable[tuple[Answer, str]]],
) -> Response:
    """Carry a request out once whose answer holds a secret: that is told once, and kept nowhere.

    Arguments:
        carry_out: does it; returns the answer, and what a repeat is told instead of it.

    Raises as :func:`once` does; and Conflict for a repeat, which says what was made.
    """
    told: list[Answer] = []

    async def without_secret() -> Answer:
        answer, instead = await carry_out()
        told.append(answer)
        return 409, instead, {}

    reply = await once(request, store, caller, key, asked, without_secret)
    if told:
        status, body, headers = told[0]
        return _reply(status, dumps(body), headers)
    raise Conflict(str(orjson.loads(bytes(reply.body))), hint="The secret is told once. Revoke it, and ask anew.")


def _reply(status: int, content: bytes, headers: dict[str, str]) -> Response:
    return Response(content, status, headers=headers, media_type="application/json")
