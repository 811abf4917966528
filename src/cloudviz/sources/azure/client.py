"""Calls to Azure Resource Manager."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from cloudviz.inventory.model import CoverageStatus
from cloudviz.sources.azure.quota import Quota
from cloudviz.sources.azure.refusals import WAITS, refused
from cloudviz.sources.azure.session import Limits
from cloudviz.sources.breaker import Breakers
from cloudviz.sources.http import HttpClient, Request, Tokens
from cloudviz.sources.refusals import CallFailed


class ArmClient(HttpClient):
    """Makes the calls of one scan over one pool of connections.

    Arguments:
        endpoint: where Resource Manager is, without a slash at the end.
        tokens, limits, workers, cancelled, sleep, breakers: see :class:`HttpClient`.
    """

    wait_headers = WAITS
    provider = "azure"

    def service_of(self, request: Request) -> str:
        """The resource provider, as the action that the call needs names it: all of them have one host."""
        return request.permission.partition("/")[0]

    def __init__(
        self,
        endpoint: str,
        tokens: Tokens,
        limits: Limits,
        workers: int = 16,
        cancelled: Callable[[], bool] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        breakers: Breakers | None = None,
    ) -> None:
        super().__init__(tokens, limits, workers, cancelled, sleep, breakers)
        self._endpoint = endpoint

    def refused(self, status: int, body: bytes, permission: str) -> CallFailed:
        """See :meth:`HttpClient.refused`."""
        return refused(status, body, permission)

    async def call(
        self,
        method: str,
        path: str,
        permission: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        part: str = "arm",
        quota: Quota | None = None,
        seconds: float = 0,
    ) -> dict[str, Any]:
        """The JSON object that ARM answers.

        Arguments:
            path: below the endpoint, or a whole ``nextLink``.
            permission: the Azure action that the call needs, for the message when it is denied.
            part: what is left alone when it does not answer; behind ARM's one host are many servers.
            quota: whose turn to wait for.
            seconds: the time the call may take with all its attempts; the limit for calls when 0.

        Raises CallFailed.
        """
        content = orjson.dumps(body) if body is not None else None
        request = Request(method, self._address(path), permission, tuple((query or {}).items()), content)
        breaker = self.breakers.at("azure", f"{urlsplit(self._endpoint).netloc} ({part})")
        return await self.ask(request, breaker, quota, seconds)

    def _address(self, path: str) -> str:
        """The URL of a path. A ``nextLink`` to elsewhere is not followed: the token would go with it."""
        if path.startswith("/"):
            return self._endpoint + path
        asked, ours = urlsplit(path), urlsplit(self._endpoint)
        if (asked.scheme, asked.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
            raise CallFailed(CoverageStatus.FAILED, "the next page is said to be on another server")
        return path

    async def pages(
        self, path: str, permission: str, *, api_version: str, part: str, seconds: float = 0
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """The ``value`` of each page of an ARM list. Raises CallFailed, also when pages go round in a circle."""
        query: Mapping[str, str] | None = {"api-version": api_version}
        seen: set[str] = set()
        while True:
            reply = await self.call("GET", path, permission, query=query, part=part, seconds=seconds)
            value = reply.get("value")
            if not isinstance(value, list):
                raise CallFailed(CoverageStatus.FAILED, "the answer has no list of values")
            yield [each for each in value if isinstance(each, dict)]
            following = reply.get("nextLink")
            if not following:
                return
            if str(following) in seen:
                raise CallFailed(CoverageStatus.FAILED, f"the same next page twice after {len(seen) + 1} pages")
            seen.add(str(following))
            path, query = str(following), None
