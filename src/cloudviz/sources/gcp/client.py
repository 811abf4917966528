"""One call to a Google API: in its turn, with a token, within its time, sent again when it may succeed."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from cloudviz import __version__
from cloudviz.inventory.model import CoverageStatus
from cloudviz.runtime import clock
from cloudviz.sources.breaker import Breaker, Breakers, NotAnswering
from cloudviz.sources.gcp.quota import Quota
from cloudviz.sources.gcp.refusals import CallFailed, broken, refused, wait_of
from cloudviz.sources.gcp.session import Limits, Tokens

LONGEST_BACKOFF = 20.0
FIRST_BACKOFF = 0.5

Parameters = Sequence[tuple[str, str]]


class Client:
    """Makes the calls of one scan over one pool of connections.

    Arguments:
        endpoint: where to send every call instead of to Google, ``""`` for Google. The header
            ``X-Forwarded-Host`` then says which service is meant, since several have the same paths.
        tokens: where tokens come from.
        limits: how long to wait.
        workers: how many calls run at once.
        cancelled: asked before each call.
        quota: the windows of calls a minute.
        sleep: how to wait; a test gives its own.
        breakers: the circuits of the services' hosts; this client's own when None.
    """

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
        self._endpoint = endpoint
        self._breakers = breakers or Breakers()
        self._tokens = tokens
        self._limits = limits
        self._slots = asyncio.Semaphore(workers)
        self._cancelled = cancelled or (lambda: False)
        self._quota = quota or Quota(sleep=sleep)
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(limits.read, connect=limits.connect, pool=None),
            limits=httpx.Limits(max_connections=workers, max_keepalive_connections=workers),
            headers={"User-Agent": f"cloudviz/{__version__}", "Accept": "application/json"},
            # A token goes with each request, so a redirect is not followed.
            follow_redirects=False,
        )
        self.count = 0
        self.answers = 0

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

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
        began = time.monotonic()
        window = self._quota.window(host, project)
        breaker = self._breaker(host)
        sent = 0
        stale = ""
        try:
            while True:
                self._check()
                await breaker.turn()
                await window.take()
                async with self._slots:
                    self._check()
                    token = await self._tokens.get(refused=stale)
                    if breaker.is_probed:
                        continue
                    with breaker.admit() as attempt:
                        reply, failed, headers = await self._send(
                            method, host, path, parameters, body, permission, token
                        )
                        if failed is None:
                            attempt.answered()
                            return reply
                        wait = self._wait(failed, headers, sent + 1, began)
                        if not failed.is_down:
                            attempt.answered()
                        elif wait is None or attempt.is_probe:
                            attempt.failed(failed.status)
                if failed.reason == "TOKEN" and not stale:
                    # Expired in the middle of a scan: once more with a fresh one.
                    stale = token
                    continue
                sent += 1
                if failed.status is CoverageStatus.THROTTLED and (asked := wait_of(headers, clock.now())):
                    window.close_for(asked)
                if wait is None:
                    raise failed
                await self._sleep(wait)
        except NotAnswering as error:
            raise CallFailed(error.status, error.detail) from error

    def _breaker(self, host: str) -> Breaker:
        at = f" at {urlsplit(self._endpoint).netloc}" if self._endpoint else ""
        return self._breakers.at("gcp", host + at)

    def _wait(self, failed: CallFailed, headers: Mapping[str, str], sent: int, began: float) -> float | None:
        """Seconds until a call may be sent again that was sent so many times; None when it is to be given up."""
        if not failed.may_pass or sent >= self._limits.attempts:
            return None
        asked = wait_of(headers, clock.now())
        wait = asked if asked is not None else self._backoff(sent)
        return wait if time.monotonic() - began + wait <= self._limits.call else None

    def _backoff(self, attempt: int) -> float:
        longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (attempt - 1))
        return random.uniform(longest / 2, longest)  # noqa: S311 - to spread retries, not to hide anything

    def _check(self) -> None:
        if self._cancelled():
            raise CallFailed(CoverageStatus.SKIPPED, "cancelled")

    async def _send(
        self,
        method: str,
        host: str,
        path: str,
        parameters: Parameters,
        body: Any,
        permission: str,
        token: str,
    ) -> tuple[dict[str, Any], CallFailed | None, Mapping[str, str]]:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"https://{host}{path}"
        if self._endpoint:
            url = f"{self._endpoint}{path}"
            headers["X-Forwarded-Host"] = host
        content = orjson.dumps(body) if body is not None else None
        if content is not None:
            headers["Content-Type"] = "application/json"
        self.count += 1
        try:
            async with asyncio.timeout(min(self._limits.call, 2 * self._limits.read)):
                response = await self._http.request(
                    method, url, params=list(parameters) or None, content=content, headers=headers
                )
        except TimeoutError:
            # Each piece came in time, and the whole did not: the peer drips.
            return {}, CallFailed(CoverageStatus.TIMEOUT, "no whole answer in time", may_pass=True), {}
        except httpx.HTTPError as error:
            return {}, broken(error), {}
        except httpx.InvalidURL as error:
            return {}, CallFailed(CoverageStatus.FAILED, f"{error}"), {}
        self.answers += 1
        if response.status_code != 200:
            return {}, refused(response.status_code, response.content, permission), response.headers
        try:
            reply = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            what = f"{host} answered with a body that is no JSON ({len(response.content)} bytes)"
            return {}, CallFailed(CoverageStatus.FAILED, what, http=200, may_pass=True), {}
        if not isinstance(reply, dict):
            return {}, CallFailed(CoverageStatus.FAILED, f"{host} answered with JSON that is no object"), {}
        return reply, None, {}
