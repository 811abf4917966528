"""Every refusal as an RFC 9457 problem document: same fields, whichever part refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cloudviz.api.ranges import RangeNotSatisfiable
from cloudviz.errors import CloudVizError, TooManyRequests, Unavailable

MEDIA_TYPE = "application/problem+json"
LONGEST_INSTANCE = 500  # characters of the path that are repeated in a problem

_CODES = {
    400: "bad_input",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "rate_limited",
    500: "internal",
    501: "not_implemented",
    503: "unavailable",
}
_HINTS = {
    404: "The routes are listed at /docs.",
    405: "The Allow header names the methods of this route.",
    422: "The field errors says which values and why.",
}


def problem(
    status: int,
    *,
    detail: str,
    instance: str,
    title: str = "",
    code: str = "",
    hint: str = "",
    errors: list[dict[str, str]] | None = None,
    request_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem document as a response.

    Arguments:
        status: HTTP status, also repeated in the body.
        detail: one sentence about this occurrence.
        instance: path of the request.
        title, code, hint: those of the kind of problem; found from the status when empty.
        errors: for 422: one ``{"in", "pointer", "detail"}`` per value that is not acceptable.
        request_id: the id under which the logs know the request.
        headers: further response headers, such as ``Retry-After``.
    """
    code = code or _CODES.get(status, f"http_{status}")
    body: dict[str, Any] = {
        # A name, not a place: the codes are explained in the API's own documentation (RFC 9457 §3.1.1).
        "type": f"urn:cloudviz:problem:{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance[:LONGEST_INSTANCE],
        "code": code,
        "hint": hint or _HINTS.get(status, ""),
    }
    if errors is not None:
        body["errors"] = errors
    if request_id:
        body["request_id"] = request_id
    return Response(dumps(body), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def from_error(error: CloudVizError, *, instance: str, request_id: str = "") -> Response:
    """The problem document of one of our own refusals."""
    headers: dict[str, str] = {}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="CloudViz"'
    if isinstance(error, TooManyRequests | Unavailable) and error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, RangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.size}"
    detail = f"{error.where}: {error.detail}" if error.where else error.detail
    return problem(
        error.status,
        detail=detail,
        instance=instance,
        title=error.title,
        code=error.code,
        hint=error.hint,
        request_id=request_id,
        headers=headers,
    )


def internal(*, instance: str, request_id: str) -> Response:
    """The problem of a defect of ours: nothing of its inside, and an id to find it in the logs by."""
    return problem(
        500,
        detail="an unexpected error happened; it has been logged",
        instance=instance,
        title=CloudVizError.title,
        hint=f"Give your administrator the request id {request_id}.",
        request_id=request_id,
    )


def dumps(value: object) -> bytes:
    """JSON, with lone surrogates (which a hostile name may hold and UTF-8 may not) replaced."""
    try:
        return orjson.dumps(value)
    except (TypeError, ValueError):
        return orjson.dumps(_printable(value))


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document. What escapes these is caught by the edge."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, CloudVizError)
        return from_error(error, instance=request.url.path, request_id=_id(request))

    async def from_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        # FastAPI wraps what happens while it reads a body into a 400; the body limit is one of those.
        if isinstance(error.__cause__, CloudVizError):
            return from_error(error.__cause__, instance=request.url.path, request_id=_id(request))
        detail = {
            404: "there is no such route",
            405: f"this route does not take {request.method}",
        }.get(error.status_code, error.detail[:1].lower() + error.detail[1:])
        return problem(
            error.status_code,
            detail=detail,
            headers=error.headers,
            instance=request.url.path,
            request_id=_id(request),
        )

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = error.errors()
        if any(each["type"] == "json_invalid" for each in found):
            return problem(
                400,
                detail="the body is not valid JSON",
                title="The input cannot be used",
                hint="Check the body's syntax and its Content-Type.",
                instance=request.url.path,
                request_id=_id(request),
            )
        entries = [_entry(each) for each in found[:50]]
        first = entries[0]
        return problem(
            422,
            detail=f"{first['in']} {first['pointer'] or 'as a whole'}: {first['detail']}",
            title="A value is not acceptable",
            errors=entries,
            instance=request.url.path,
            request_id=_id(request),
        )

    app.add_exception_handler(CloudVizError, refused)
    app.add_exception_handler(HTTPException, from_http)
    app.add_exception_handler(RequestValidationError, invalid)


def _entry(error: Mapping[str, Any]) -> dict[str, str]:
    """One validation error without the value, which may be a password."""
    location = [str(part) for part in error["loc"]]
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in location[1:])
    return {"in": location[0] if location else "request", "pointer": pointer[:200], "detail": str(error["msg"])}


def _id(request: Request) -> str:
    return str(request.scope.get("request_id", ""))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {str(_printable(key)): _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item) for item in value]
    return value if isinstance(value, int | float | bool | None) else str(value)
