"""One call to ARM: in its turn, with a token, within its time, asked again when it may be."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from cloudviz import __version__
from cloudviz.inventory.model import CoverageStatus
from cloudviz.runtime import clock
from cloudviz.sources.azure.quota import Quota
from cloudviz.sources.azure.refusals import RETRIED, CallFailed, broken, refused, wait_of
from cloudviz.sources.azure.session import Limits, Tokens
from cloudviz.sources.breaker import Breaker, Breakers, NotAnswering

LONGEST_BACKOFF = 20.0


class ArmClient:
    """Makes the calls of one scan over one pool of connections.

    Arguments:
        endpoint: where Resource Manager is, without a slash at the end.
        tokens: where tokens come from.
        limits: how long to wait.
        workers: how many calls run at once.
        cancelled: asked before each call.
        sleep: how to wait; a test gives its own.
        breakers: the circuits of ARM's parts; this client's own when None.
    """

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
        self._endpoint = endpoint
        self._breakers = breakers or Breakers()
        self.tokens = tokens
        self._limits = limits
        self.workers = workers
        self._slots = asyncio.Semaphore(workers)
        self._cancelled = cancelled or (lambda: False)
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(limits.read, connect=limits.connect, pool=None),
            limits=httpx.Limits(max_connections=workers, max_keepalive_connections=workers),
            headers={"User-Agent": f"cloudviz/{__version__}", "Accept": "application/json"},
            # Proxies and certificates come from the environment, as for every tool; redirects are not followed,
            # since a token goes with each request.
            follow_redirects=False,
        )
        self.count = 0

    async def __aenter__(self) -> ArmClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

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
        url = self._address(path)
        content = orjson.dumps(body) if body is not None else None
        limit = seconds or self._limits.call
        deadline = asyncio.get_running_loop().time() + limit
        breaker = self._breakers.at("azure", f"{urlsplit(self._endpoint).netloc} ({part})")
        asked = 0
        try:
            while True:
                self._check()
                await self._turn(breaker, quota, deadline, limit)
                try:
                    self._check()
                    if breaker.is_probed:
                        continue
                    asked += 1
                    with breaker.admit() as attempt:
                        heard = await self._hear(method, url, query, content, permission, deadline, limit)
                        wait = self._wait(heard, asked, deadline)
                        if not heard.is_down:
                            attempt.answered()
                        elif wait is None or attempt.is_probe:
                            attempt.failed(heard.failed.status)
                finally:
                    self._slots.release()
                if quota is not None:
                    quota.heard(heard.headers, heard.status)
                if heard.document is not None:
                    return heard.document
                if wait is None:
                    raise heard.failed
                await self._sleep(wait)
        except NotAnswering as error:
            raise CallFailed(error.status, error.detail) from error

    async def _turn(self, breaker: Breaker, quota: Quota | None, deadline: float, limit: float) -> None:
        """Return with a slot held. That none came free says nothing of ARM."""
        try:
            async with asyncio.timeout_at(deadline):
                await breaker.turn()
                if quota is not None:
                    await quota.take()
                await self._slots.acquire()
        except TimeoutError:
            raise CallFailed(CoverageStatus.TIMEOUT, f"could not be asked within {limit:g} s") from None

    async def _hear(
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None,
        content: bytes | None,
        permission: str,
        deadline: float,
        limit: float,
    ) -> _Heard:
        try:
            async with asyncio.timeout_at(deadline):
                status, headers, answer = await self._ask(method, url, query, content)
        except TimeoutError:
            failed = CallFailed(CoverageStatus.TIMEOUT, f"no answer within {limit:g} s")
            return _Heard(0, httpx.Headers(), None, failed)
        except httpx.HTTPError as error:
            return _Heard(0, httpx.Headers(), None, broken(error))
        return _Heard(status, headers, *_read(status, answer, permission))

    def _wait(self, heard: _Heard, asked: int, deadline: float) -> float | None:
        """Seconds until a call may be made again that was made so many times; None when it is to be given up."""
        if asked >= self._limits.attempts or not (heard.status in RETRIED or heard.status in (0, 200)):
            return None
        wait = wait_of(heard.headers, clock.now())
        if wait is None:
            wait = self._backoff(asked)
        return wait if asyncio.get_running_loop().time() + wait < deadline else None

    def _backoff(self, attempt: int) -> float:
        longest = min(LONGEST_BACKOFF, self._limits.backoff * 2.0 ** (attempt - 1))
        return longest * (0.5 + random.random() / 2)  # noqa: S311 - to spread retries, not to keep a secret

    def _check(self) -> None:
        if self._cancelled():
            raise CallFailed(CoverageStatus.SKIPPED, "cancelled")

    def _address(self, path: str) -> str:
        """The URL of a path. A ``nextLink`` to elsewhere is not followed: the token would go with it."""
        if path.startswith("/"):
            return self._endpoint + path
        asked, ours = urlsplit(path), urlsplit(self._endpoint)
        if (asked.scheme, asked.netloc.lower()) != (ours.scheme, ours.netloc.lower()):
            raise CallFailed(CoverageStatus.FAILED, "the next page is said to be on another server")
        return path

    async def _ask(
        self, method: str, url: str, query: Mapping[str, str] | None, content: bytes | None
    ) -> tuple[int, httpx.Headers, bytes]:
        token = await self.tokens.get()
        status, headers, answer = await self._send(method, url, query, content, token)
        if status == 401:
            # It may have run out in the middle of the scan; several calls may find that out at once.
            renewed = await self.tokens.get(refused=token)
            if renewed != token:
                return await self._send(method, url, query, content, renewed)
        return status, headers, answer

    async def _send(
        self, method: str, url: str, query: Mapping[str, str] | None, content: bytes | None, token: str
    ) -> tuple[int, httpx.Headers, bytes]:
        self.count += 1
        headers = {"Authorization": f"Bearer {token}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        asked = self._http.stream(method, url, params=query, content=content, headers=headers)
        async with asked as response:
            chunks = bytearray()
            async for chunk in response.aiter_bytes():
                chunks += chunk
                if len(chunks) > self._limits.answer_bytes:
                    raise CallFailed(
                        CoverageStatus.FAILED, f"the answer is longer than {self._limits.answer_bytes} bytes"
                    )
            return response.status_code, response.headers, bytes(chunks)

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


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came of asking once. ``status`` is 0 where there was no answer."""

    status: int
    headers: httpx.Headers
    document: dict[str, Any] | None
    failed: CallFailed

    @property
    def is_down(self) -> bool:
        """Whether nobody was there, or nobody who can serve."""
        down = (CoverageStatus.FAILED, CoverageStatus.TIMEOUT)
        return self.document is None and (not self.status or self.status >= 500) and self.failed.status in down


def _read(status: int, answer: bytes, permission: str) -> tuple[dict[str, Any] | None, CallFailed]:
    """The document of a good answer, else what a bad one means."""
    if status != 200:
        return None, refused(status, answer, permission)
    try:
        document = orjson.loads(answer)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        said = f"a body that is no JSON object ({len(answer)} bytes)"
        return None, CallFailed(CoverageStatus.FAILED, said, http=status)
    return document, CallFailed(CoverageStatus.FAILED, "")
