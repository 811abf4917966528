"""One call to AWS: in its turn, on its thread, within its time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any, TypeVar

import orjson
from botocore import exceptions as boto

from cloudviz.inventory.model import CoverageStatus
from cloudviz.runtime import traces
from cloudviz.sources.aws.model import paging
from cloudviz.sources.aws.pool import DaemonPool
from cloudviz.sources.aws.refusals import CallFailed, failure
from cloudviz.sources.aws.session import Clients, Limits
from cloudviz.sources.aws.throttle import Throttle
from cloudviz.sources.breaker import Breaker, Breakers, NotAnswering
from cloudviz.sources.call_outcomes import ANSWERED, RETRIED

Result = TypeVar("Result")


class Caller:
    """Makes the calls of one account.

    Arguments:
        account: its id, for the token buckets.
        clients: where clients come from.
        pool, slots: the threads, and the semaphore that bounds how many calls run at once.
        throttle: the token buckets.
        limits: how long to wait.
        cancelled: asked before each call.
        breakers: the circuits of the endpoints.
    """

    def __init__(
        self,
        account: str,
        clients: Clients,
        pool: DaemonPool,
        slots: asyncio.Semaphore,
        workers: int,
        throttle: Throttle,
        limits: Limits,
        cancelled: Callable[[], bool],
        breakers: Breakers,
    ) -> None:
        self._account = account
        self._clients = clients
        self._pool = pool
        self._slots = slots
        self._throttle = throttle
        self._limits = limits
        self._cancelled = cancelled
        # No endpoint may hold more than half of the workers: a region that hangs must not stop the others.
        share = max(1, workers // 2)
        self._shares: defaultdict[tuple[str, str], asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(share)
        )
        self._breakers = breakers
        self._circuits: dict[tuple[str, str], Breaker] = {}
        self._abandoned: set[asyncio.Future[Any]] = set()
        self.count = 0

    async def call(
        self, service: str, region: str, operation: str, arguments: Mapping[str, Any], permission: str
    ) -> dict[str, Any]:
        """The reply, without botocore's metadata. Raises :class:`CallFailed`."""
        async with self._shares[service, region]:
            try:
                breaker = await self._breaker(service, region)
                while True:
                    self._check()
                    await breaker.turn()
                    await self._throttle.take(self._account, region, service, operation)
                    async with self._slots:
                        self._check()
                        if not breaker.is_probed:
                            reply = await self._attempt(breaker, service, region, operation, arguments)
                            break
            except NotAnswering as error:
                raise CallFailed(error.status, error.detail) from error
            except Exception as error:
                raise failure(error, permission) from error
        reply.pop("ResponseMetadata", None)
        return reply

    def _check(self) -> None:
        if self._cancelled():
            raise CallFailed(CoverageStatus.SKIPPED, "cancelled")

    async def _breaker(self, service: str, region: str) -> Breaker:
        """The circuit of the host that a service has in a region, which its client knows."""
        breaker = self._circuits.get((service, region))
        if breaker is None:
            endpoint = await self._on_thread(lambda: self._clients.endpoint(service, region))
            breaker = self._circuits[service, region] = self._breakers.at("aws", endpoint)
        return breaker

    async def _attempt(
        self, breaker: Breaker, service: str, region: str, operation: str, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        def blocking() -> dict[str, Any]:
            reply: dict[str, Any] = getattr(self._clients.get(service, region), operation)(**arguments)
            return reply

        self.count += 1
        tracing = traces.span(
            f"{service}.{operation}",
            "client",
            rpc_system="aws-api",
            rpc_service=service,
            rpc_method=operation,
            cloud_region=region,
        )
        with breaker.admit() as attempt, tracing:
            try:
                reply = await self._on_thread(blocking)
            except Exception as error:
                status = failure(error, "").status
                self._note(service, status, getattr(error, "response", None))
                if _is_down(error):
                    attempt.failed(status)
                else:
                    attempt.answered()
                raise
            self._note(service, ANSWERED, reply)
            attempt.answered()
        return reply

    def _note(self, service: str, outcome: str, reply: Mapping[str, Any] | None) -> None:
        outcomes = self._breakers.outcomes
        outcomes.note("aws", service, outcome)
        metadata = reply.get("ResponseMetadata") if isinstance(reply, Mapping) else None
        again = metadata.get("RetryAttempts") if isinstance(metadata, Mapping) else None
        if isinstance(again, int) and again > 0:  # the SDK's own, most of them for being throttled
            outcomes.note("aws", service, RETRIED, again)

    async def _on_thread(self, blocking: Callable[[], Result]) -> Result:
        future = asyncio.get_running_loop().run_in_executor(self._pool, blocking)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._limits.call)
        except TimeoutError:
            # Either botocore's own timeout is still to come, or the peer drips. The thread ends by itself.
            self._abandon(future)
            raise TimeoutError(f"no answer within {self._limits.call:g} s") from None
        except asyncio.CancelledError:
            self._abandon(future)
            raise

    def _abandon(self, future: asyncio.Future[Any]) -> None:
        self._abandoned.add(future)
        future.add_done_callback(self._forget)

    def _forget(self, future: asyncio.Future[Any]) -> None:
        self._abandoned.discard(future)
        if not future.cancelled():
            future.exception()

    def close(self) -> None:
        """Let go of calls that nobody waits for, so that they don't report to a loop that is gone."""
        for future in list(self._abandoned):
            future.cancel()
        self._clients.close()

    async def pages(
        self, service: str, region: str, operation: str, arguments: Mapping[str, Any], permission: str
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Every page of a list. Raises :class:`CallFailed`, also when the pages go round in a circle."""
        async with aclosing(self.pages_after({}, service, region, operation, arguments, permission)) as pages:
            async for reply, _ in pages:
                yield reply

    async def pages_after(
        self,
        token: Mapping[str, Any],
        service: str,
        region: str,
        operation: str,
        arguments: Mapping[str, Any],
        permission: str,
    ) -> AsyncGenerator[tuple[dict[str, Any], Mapping[str, Any] | None], None]:
        """The pages from one on, each with the arguments that ask for the next; None with the last. Raises alike.

        Arguments:
            token: such arguments, empty for the first page.
        """
        rules = paging(service, operation)
        seen: set[bytes] = set()
        while True:
            reply = await self.call(service, region, operation, {**arguments, **token}, permission)
            following = rules.next_arguments(reply) if rules is not None else None
            yield reply, following
            if following is None:
                return
            mark = orjson.dumps(following, option=orjson.OPT_SORT_KEYS, default=str)
            if mark in seen:
                raise CallFailed(
                    CoverageStatus.FAILED,
                    f"{operation} gave the same page token twice after {len(seen) + 1} pages",
                )
            seen.add(mark)
            token = following


def _is_down(error: Exception) -> bool:
    """Whether nobody was there, or nobody who can serve: no connection, no answer in time, a server error."""
    if isinstance(error, boto.ClientError):
        http = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        down = (CoverageStatus.FAILED, CoverageStatus.TIMEOUT)
        return http >= 500 and failure(error, "").status in down  # 503 may also mean "too fast"
    return isinstance(error, TimeoutError | boto.HTTPClientError | boto.ConnectionError)
