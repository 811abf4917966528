"""Calls to Google's APIs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.gcp.quota import Quota
from cloudviz.sources.gcp.refusals import refused
from cloudviz.sources.gcp.session import Limits, Tokens
from cloudviz.sources.http import HttpClient, Request
from cloudviz.sources.refusals import CallFailed

Parameters = Sequence[tuple[str, str]]


class Client(HttpClient):
    """Makes the calls of one scan over one pool of connections.

    Arguments:
        endpoint: where to send every call instead of to Google, ``""`` for Google. The header
            ``X-Forwarded-Host`` then says which service is meant, since several have the same paths.
        quota: the windows of calls a minute.
        tokens, limits, workers, cancelled, sleep, breakers: see :class:`HttpClient`.
    """

    provider = "gcp"

    def service_of(self, request: Request) -> str:
        """The host of the service, also where all calls go elsewhere."""
        return request.headers.get("X-Forwarded-Host") or super().service_of(request)

    def __init__(
        self,
        endpoint: str,
        tokens: Tokens,
        limits: Limits,
        workers: int = 16,
        cancelled: Callable[[], bool] | None = None,
        quota: Quota | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        breakers: Breakers | None = None,
    ) -> None:
        super().__init__(tokens, limits, workers, cancelled, sleep, breakers)
        self._endpoint = endpoint
        self._quota = quota or Quota(sleep=sleep)

    def refused(self, status: int, body: bytes, permission: str) -> CallFailed:
        """See :meth:`HttpClient.refused`."""
        return refused(status, body, permission)

    async def get(
        self, host: str, path: str, parameters: Parameters, permission: str, *, project: str = ""
    ) -> dict[str, Any]:
        """The reply to a GET. Raises :class:`CallFailed`."""
        return await self._call("GET", host, path, parameters, None, permission, project)

    async def post(self, host: str, path: str, body: Any, permission: str, *, project: str = "") -> dict[str, Any]:
        """The reply to a POST that changes nothing, such as a query. Raises :class:`CallFailed`."""
        return await self._call("POST", host, path, (), body, permission, project)

    async def pages(
        self,
        host: str,
        path: str,
        parameters: Parameters,
        permission: str,
        *,
        project: str = "",
        token: str = "",
    ) -> AsyncIterator[dict[str, Any]]:
        """Every page of a list, from a page token on where one is given.

        Raises :class:`CallFailed`, also when the pages go round in a circle.
        """
        seen = {token} - {""}
        while True:
            paged = [*parameters, ("pageToken", token)] if token else parameters
            reply = await self.get(host, path, paged, permission, project=project)
            yield reply
            following = reply.get("nextPageToken")
            if not following:
                return
            if str(following) in seen:
                raise CallFailed(
                    CoverageStatus.FAILED, f"{host} gave the same page token twice after {len(seen) + 1} pages"
                )
            token = str(following)
            seen.add(token)

    async def _call(
        self,
        method: str,
        host: str,
        path: str,
        parameters: Parameters,
        body: Any,
        permission: str,
        project: str,
    ) -> dict[str, Any]:
        url, headers, at = f"https://{host}{path}", {}, ""
        if self._endpoint:
            url = f"{self._endpoint}{path}"
            headers = {"X-Forwarded-Host": host}
            at = f" at {urlsplit(self._endpoint).netloc}"
        content = orjson.dumps(body) if body is not None else None
        request = Request(method, url, permission, parameters, content, headers)
        return await self.ask(request, self.breakers.at("gcp", host + at), self._quota.window(host, project))
