"""The HTTP server: ``create_app`` puts the rooms together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

import cloudviz
from cloudviz.access import Door
from cloudviz.access.access_log import AccessLog
from cloudviz.access.anchors import FILE_NAME as ANCHORS_FILE
from cloudviz.access.anchors import Anchors
from cloudviz.access.limits import Limits
from cloudviz.api import description, documentation, errors, web_app
from cloudviz.api.atlases import Atlases
from cloudviz.api.edge import Edge
from cloudviz.api.gate import Gate
from cloudviz.api.house import House
from cloudviz.api.metrics import Metrics
from cloudviz.api.protocol import Whole
from cloudviz.api.replies import Freshness, Replies
from cloudviz.api.routes import (
    admin,
    api_keys,
    atlas,
    auth,
    aws,
    azure,
    cache,
    costs,
    credentials,
    discoveries,
    files,
    gcp,
    health,
    imports,
    installation,
    jobs,
    map,
    oauth,
    resources,
    saved_views,
    schedules,
    visualization,
    webhooks,
)
from cloudviz.api.studio import Studio
from cloudviz.api.traced import Traced
from cloudviz.jobs.celery_doorbell import Doorbell, celery_is_wanted
from cloudviz.jobs.exports import Exports
from cloudviz.jobs.scheduler import Scheduler
from cloudviz.jobs.webhooks.deliverer import Deliverer
from cloudviz.jobs.worker import Worker
from cloudviz.runtime import traces
from cloudviz.runtime.cache import FLUSHED, Cache, MemoryCache, RedisCache
from cloudviz.runtime.logs import get_logger, set_up_logs
from cloudviz.runtime.settings import Settings, load_settings
from cloudviz.runtime.storage import open_storage
from cloudviz.sources.breaker import Breakers
from cloudviz.store import Store, migrate, open_store

if TYPE_CHECKING:
    from cloudviz.runtime.redis.client import Redis

SUMMARY = "Inventory, picture and history of AWS, Azure and GCP estates."
DESCRIPTION = """
Sign in with `POST /auth/login` and send the access token as `Authorization: Bearer …`. The word beside the lock of
an operation is the role it needs: `viewer` reads; `operator` also discovers, imports and draws; `admin` does all.

Lists take `limit` and `cursor` and answer `{"items": […], "next_cursor": …}` with a `Link` header. Every error is
an `application/problem+json` document (RFC 9457) with a `code` for programs and a `hint` for people.
"""

DELIVERY_SECONDS = 5.0  # for webhooks that are being told when the server stops

PUT_BACK_SECONDS = 15.0
"""For jobs that were still under way when the server's patience (``jobs.drain_seconds``) ended, to be put back."""


class Service(FastAPI):
    """The application without the layers around gate and edge that FastAPI puts there.

    They report to OpenTelemetry, bound bodies and answer errors that nobody caught. The edge does the last two,
    and each layer costs every request some microseconds; with OpenTelemetry set up they stay.

    Attributes:
        traced: whether OpenTelemetry is asked for.
        leaving: set while the server is about to end: it answers still, and asks proxies to go elsewhere.
    """

    leaving = False

    def __init__(self, *, traced: bool, **given: Any) -> None:
        super().__init__(**given, telemetry=_NO_TELEMETRY)
        self.traced = traced

    def build_middleware_stack(self) -> ASGIApp:
        layer: Any = super().build_middleware_stack()
        if not self.traced:
            while not isinstance(layer, Gate):
                layer = layer.app
        return cast(ASGIApp, layer)

    def at_once(self, scope: Scope) -> Whole | None:
        """What gate and edge can answer without waiting, for :mod:`cloudviz.api.protocol`."""
        if self.traced or not isinstance(self.middleware_stack, Gate):
            return None
        scope["app"] = self
        return self.middleware_stack.at_once(scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.middleware_stack is None or self.traced:
            await super().__call__(scope, receive, send)
        else:
            scope["app"] = self
            await self.middleware_stack(scope, receive, send)


def create_app(
    settings: Settings | None = None, store: Store | None = None, *, embedded_worker: bool | None = None
) -> Service:
    """The application, to be run by an ASGI server.

    Arguments:
        settings: those in force; read from environment and files when None (``uvicorn --factory``).
        store: an open, migrated store that the caller closes; when None, the database of the settings is
            migrated and opened when the server starts, and closed when it stops.
        embedded_worker: whether jobs run in this process; the setting ``server.embedded_worker`` when None.

    While the server runs, ``app.state.house`` holds its parts (:class:`~cloudviz.api.house.House`).
    """
    by_a_server = settings is None
    if settings is None:
        settings = load_settings().settings
        set_up_logs(settings.log_level)  # an ASGI server that makes the app by itself has no command line to do it
    with_worker = settings.server.embedded_worker if embedded_worker is None else embedded_worker
    breakers = Breakers()
    metrics = Metrics(breakers)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _running(settings, store, metrics, breakers, with_worker) as house:
            app.state.house = house
            if by_a_server:
                spare_collector()
            yield

    app = Service(
        title="CloudViz API",
        summary=SUMMARY,
        description=DESCRIPTION,
        version=cloudviz.__version__,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,  # documentation.install serves /docs from files of ours
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        traced=traces.are_asked_for(),
        generate_unique_id_function=lambda route: f"{route.tags[0] if route.tags else 'root'}_{route.name}",
    )
    app.add_middleware(
        Edge,
        metrics=metrics,
        body_limit=settings.server.max_body_kb * 1024,
        upload_limit=settings.server.max_upload_mb * 2**20,
        answer_seconds=settings.server.answer_seconds,
    )
    if traces.are_asked_for():
        app.add_middleware(Traced)
    app.add_middleware(  # the last added is the outermost: replies of the edge itself pass through it too
        Gate,
        cors_origins=settings.server.cors_origins,
        trusted_proxies=settings.server.trusted_proxies,
        allowed_networks=settings.server.allowed_networks,
        json_depth=settings.server.max_json_depth,
        body_seconds=settings.server.request_seconds,
    )
    errors.install(app)
    documentation.install(app)
    web_app.install(app)
    app.include_router(auth.router, prefix="/auth")
    app.include_router(api_keys.router, prefix="/auth/api-keys")
    app.include_router(oauth.router, prefix="/auth/oauth")
    app.include_router(aws.router, prefix="/aws")
    app.include_router(azure.router, prefix="/azure")
    app.include_router(gcp.router, prefix="/gcp")
    app.include_router(discoveries.router, prefix="/discoveries")
    app.include_router(imports.router, prefix="/imports")
    app.include_router(resources.router, prefix="/resources")
    app.include_router(costs.router, prefix="/costs")
    app.include_router(map.router, prefix="/visualization/map")
    app.include_router(atlas.router, prefix="/visualization/map")
    app.include_router(files.router, prefix="/visualization/files")
    app.include_router(saved_views.router, prefix="/visualization/views")
    app.include_router(visualization.router, prefix="/visualization")
    app.include_router(schedules.router, prefix="/jobs/schedules")  # before /jobs/{job_id}
    app.include_router(jobs.router, prefix="/jobs")
    app.include_router(webhooks.router, prefix="/webhooks")
    app.include_router(admin.router, prefix="/admin")
    app.include_router(installation.router, prefix="/admin")
    app.include_router(credentials.router, prefix="/admin/credentials")
    app.include_router(cache.router, prefix="/admin/cache")
    app.include_router(health.router)
    description.install(app)
    return app


def spare_collector() -> None:
    """Take what is there out of the garbage collector's sight: for a process that only serves from now on.

    Else it goes through the half million objects of the app now and then, for 100 ms in which nobody is answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


# FastAPI asks the environment for tracers at each request, which costs as much as all limits and the audit.
# FastAPI asks the environment for tracers at each request, which costs as much as all limits and the audit; its
# spans would carry addresses with their queries, and with them codes and signatures. Ours don't.
_NO_TELEMETRY: Any = {"tracing": False, "metrics": False, "logs": False}


@contextlib.asynccontextmanager
async def _running(
    settings: Settings, store: Store | None, metrics: Metrics, breakers: Breakers, with_worker: bool
) -> AsyncIterator[House]:
    """The parts of a running server, let go in the order opposite to that in which they came."""
    async with contextlib.AsyncExitStack() as stack:
        traces.start()
        stack.push_async_callback(asyncio.to_thread, traces.stop)
        if store is None:
            await migrate(settings.database(), settings.store)
            store = await stack.enter_async_context(
                await open_store(settings.database(), settings.store, replica_url=settings.replica())
            )
        door = Door(settings, store)
        stack.callback(door.close)
        freshness = Freshness(store)
        redis: Redis | None = None
        kept: Cache = MemoryCache(settings.cache.memory_mb * 2**20)
        if settings.redis_url.get_secret_value():
            from cloudviz.runtime.redis.client import open_redis

            redis = await open_redis(settings.redis_url.get_secret_value())
            stack.push_async_callback(redis.close)
            kept = RedisCache(redis)
            door.sign_in.recognition.join(redis, settings.cache.session_seconds)
            stack.push_async_callback(door.sign_in.recognition.close)
            freshness.join(redis)
            store.mark_writes(redis)
        stack.push_async_callback(kept.close)
        stack.callback(store.discoveries.when_finished(kept.discovered))
        stack.callback(freshness.close)
        replies = Replies(settings.cache, freshness, kept if redis is not None else None)
        if redis is not None:
            redis.listen(FLUSHED, lambda _: replies.forget_all())
        studio = Studio(store, Exports(store, open_storage(settings)))
        atlases = Atlases(store, studio)
        house = House(settings, store, door, studio, atlases, metrics, breakers, replies, cache=kept, redis=redis)
        if settings.limits.enabled:
            house.limits = Limits(settings.limits, redis)
        if settings.audit.accesses:
            house.accesses = AccessLog(
                store, most=settings.audit.most_waiting, every=settings.audit.flush_ms / 1000
            )
            house.accesses.start()
            stack.push_async_callback(house.accesses.close)
        metrics.watch(house.replies, house.accesses, redis, store.pool)
        anchors = Anchors(store, settings.data_dir / ANCHORS_FILE)
        noting = asyncio.create_task(anchors.run(), name="audit heads")
        stack.push_async_callback(_cancelled, noting)
        if celery_is_wanted(settings):
            house.bell = Doorbell(settings)
            stack.push_async_callback(asyncio.to_thread, house.bell.close)
        if with_worker:
            house.deliverer = Deliverer(store, settings)
            delivering = asyncio.create_task(house.deliverer.run(), name="webhooks")
            stack.push_async_callback(_cancelled, delivering)
            stack.push_async_callback(_stopped, house.deliverer, delivering)
            house.worker = Worker(store, settings, breakers=breakers)
            house.worker_task = asyncio.create_task(house.worker.run(), name="embedded worker")
            stack.push_async_callback(_stop, house.worker, house.worker_task, settings.jobs.drain_seconds)
            scheduling = asyncio.create_task(Scheduler(store, settings, ring=house.ring).run(), name="scheduler")
            stack.push_async_callback(_cancelled, scheduling)
        yield house


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _stopped(deliverer: Deliverer, task: asyncio.Task[None]) -> None:
    """Let what is being sent arrive; what does not in time is sent again by the next worker."""
    await deliverer.stop()
    await asyncio.wait([task], timeout=DELIVERY_SECONDS)


async def _stop(worker: Worker, task: asyncio.Task[None], drain_seconds: float) -> None:
    await worker.stop()
    try:
        await asyncio.wait_for(task, drain_seconds + PUT_BACK_SECONDS)
    except TimeoutError:
        get_logger(__name__).warning("jobs were still under way; another worker will take them over")
    except Exception:
        get_logger(__name__).exception("the embedded worker had broken")
