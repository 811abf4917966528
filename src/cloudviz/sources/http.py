"""One call to a cloud's HTTP API: in its turn, with a token, within its time, made again when it may succeed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

import orjson

from cloudviz import __version__
from cloudviz.inventory.model import CoverageStatus
from cloudviz.runtime import clock, traces
from cloudviz.sources.breaker import Breaker, Breakers, NotAnswering
from cloudviz.sources.call_outcomes import ANSWERED
from cloudviz.sources.refusals import CallFailed, broken, wait_of
from cloudviz.sources.wire import ExchangeBroke, Wire

LONGEST_BACKOFF = 20.0


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long a scan waits, in seconds.

    Attributes:
        connect, read: for the connection, and for each piece of an answer; a whole answer may take two of these.
        call: for a call with all its attempts and the waits between them, but for waiting for the cloud's quota.
        listing: for one listing with all its pages.
        sign_in: for a token, and for the first call, which proves the credentials.
        attempts: how often a call is made before it is given up.
        backoff: the first wait after a failure that does not say how long to wait; it doubles each time.
        answer_bytes: the longest answer that is read.
    """

    connect: float = 5
    read: float = 30
    call: float = 90
    listing: float = 1800
    sign_in: float = 30
    attempts: int = 6
    backoff: float = 0.5
    answer_bytes: int = 256 * 1024 * 1024


class Tokens(Protocol):
    """Where the token of each call comes from."""

    async def get(self, *, refused: str = "") -> str:
        """A token that is valid now; another one than ``refused``, where there can be one."""


class Gate(Protocol):
    """Whose turn it is, by the cloud's quota."""

    async def take(self) -> None:
        """Return when one more call may be made."""

    def heard(self, headers: Mapping[str, str], status: int, wait: float | None) -> None:
        """Learn from the headers of an answer, and from how long it asks to wait."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. ``permission`` is what it needs, for the message when it is denied."""

    method: str
    url: str
    permission: str
    query: Sequence[tuple[str, str]] = ()
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came of asking once."""

    headers: Mapping[str, str]
    document: dict[str, Any] | None = None
    failed: CallFailed | None = None


class HttpClient:
    """Makes the calls of one scan over one pool of connections.

    Arguments:
        tokens: where tokens come from.
        limits: how long to wait.
        workers: how many calls run at once.
        cancelled: asked before each call.
        sleep: how to wait; a test gives its own.
        breakers: the circuits of the endpoints; this client's own when None.

    Attributes:
        count, answers: how often something was asked, and answered.
    """

    wait_headers: Sequence[str] = ("retry-after",)
    """Where this cloud says how long to wait."""

    provider = ""
    """Under which its calls are counted."""

    def __init__(
        self,
        tokens: Tokens,
        limits: HttpLimits,
        workers: int = 16,
        cancelled: Callable[[], bool] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        breakers: Breakers | None = None,
    ) -> None:
        self.breakers = breakers or Breakers()
        self.tokens = tokens
        self.workers = workers
        self._limits = limits
        self._slots = asyncio.Semaphore(workers)
        self._cancelled = cancelled or (lambda: False)
        self._sleep = sleep
        self._wire = Wire(limits.connect, limits.read, limits.answer_bytes)
        self.count = 0
        self.answers = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._wire.close()

    def refused(self, status: int, body: bytes, permission: str) -> CallFailed:
        """What an answer other than 200 means in this cloud."""
        raise NotImplementedError

    def service_of(self, request: Request) -> str:
        """What a request is counted under: its host, where a cloud has one for each service."""
        return urlsplit(request.url).hostname or ""

    async def ask(
        self, request: Request, breaker: Breaker, gate: Gate | None = None, seconds: float = 0
    ) -> dict[str, Any]:
        """The JSON object that is answered.

        Arguments:
            breaker: the circuit of what is asked.
            gate: whose turn to wait for.
            seconds: the time the call may take with all its attempts; the limit for calls when 0.

        Raises CallFailed.
        """
        now = asyncio.get_running_loop().time
        limit = seconds or self._limits.call
        deadline = now() + limit
        asked = 0
        try:
            while True:
                self._check()
                if gate is not None:
                    began = now()
                    await gate.take()
                    deadline += now() - began
                async with self._turn(breaker, deadline, limit):
                    self._check()
                    if breaker.is_probed:
                        continue
                    asked += 1
                    with breaker.admit() as attempt:
                        heard = await self._hear(request, deadline, limit)
                        failed = heard.failed
                        outcome = ANSWERED if failed is None else failed.status
                        self.breakers.outcomes.note(self.provider, self.service_of(request), outcome)
                        asks = wait_of(heard.headers, clock.now(), self.wait_headers)
                        wait = self._wait(failed, asks, asked, deadline - now())
                        if failed is None or not failed.is_down:
                            attempt.answered()
                        elif wait is None or attempt.is_probe:
                            attempt.failed(failed.status)
                if gate is not None:
                    gate.heard(heard.headers, failed.http if failed is not None else 200, asks)
                if heard.document is not None:
                    return heard.document
                assert failed is not None
                if wait is None:
                    raise failed
                await self._sleep(wait)
        except NotAnswering as error:
            raise CallFailed(error.status, error.detail) from error

    def _check(self) -> None:
        if self._cancelled():
            raise CallFailed(CoverageStatus.SKIPPED, "cancelled")

    @asynccontextmanager
    async def _turn(self, breaker: Breaker, deadline: float, limit: float) -> AsyncIterator[None]:
        """Hold a slot. That none came free says nothing of the cloud."""
        try:
            async with asyncio.timeout_at(deadline):
                await breaker.turn()
                await self._slots.acquire()
        except TimeoutError:
            raise CallFailed(CoverageStatus.TIMEOUT, f"could not be asked within {limit:g} s") from None
        try:
            yield
        finally:
            self._slots.release()

    def _wait(self, failed: CallFailed | None, asks: float | None, asked: int, left: float) -> float | None:
        """Seconds until a call may be made again that was made so many times; None when it is to be given up."""
        if failed is None or not failed.may_pass or asked >= self._limits.attempts:
            return None
        longest = min(LONGEST_BACKOFF, self._limits.backoff * 2.0 ** (asked - 1))
        spread = longest * (0.5 + random.random() / 2)  # noqa: S311 - to spread retries, not to keep a secret
        wait = spread if asks is None else asks
        return wait if wait < left else None

    async def _hear(self, request: Request, deadline: float, limit: float) -> _Heard:
        # Each piece of an answer may come in time and the whole not: then the peer drips.
        whole = min(deadline, asyncio.get_running_loop().time() + 2 * self._limits.read)
        try:
            async with asyncio.timeout_at(whole):
                status, headers, answer = await self._renewing(request)
        except TimeoutError:
            late = CallFailed(CoverageStatus.TIMEOUT, f"no answer within {limit:g} s", may_pass=True)
            return _Heard({}, failed=late)
        except ExchangeBroke as error:
            return _Heard({}, failed=broken(error))
        self.answers += 1
        if status != 200:
            return _Heard(headers, failed=self.refused(status, answer, request.permission))
        try:
            document = orjson.loads(answer)
        except orjson.JSONDecodeError:
            document = None
        if isinstance(document, dict):
            return _Heard(headers, document)
        said = f"a body that is no JSON object ({len(answer)} bytes)"
        return _Heard(headers, failed=CallFailed(CoverageStatus.FAILED, said, http=status, may_pass=True))

    async def _renewing(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        token = await self.tokens.get()
        status, headers, answer = await self._send(request, token)
        if status == 401:
            # It may have run out in the middle of the scan; several calls may find that out at once.
            renewed = await self.tokens.get(refused=token)
            if renewed != token:
                return await self._send(request, renewed)
        return status, headers, answer

    async def _send(self, request: Request, token: str) -> tuple[int, Mapping[str, str], bytes]:
        self.count += 1
        headers = {
            "User-Agent": f"cloudviz/{__version__}",
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
            **request.headers,
        }
        if request.content is not None:
            headers["Content-Type"] = "application/json"
        host = urlsplit(request.url).hostname or ""
        with traces.span(
            request.method, "client", http_request_method=request.method, server_address=host
        ) as span:
            answer = await self._wire.ask(request.method, request.url, headers, request.query, request.content)
            traces.note(span, http_response_status__code=answer[0])
            return answer
