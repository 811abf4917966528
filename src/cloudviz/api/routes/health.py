"""``/health`` and ``/metrics``: for load balancers, Kubernetes and Prometheus. Open to all, and telling little."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

import cloudviz
from cloudviz.api import needs
from cloudviz.api.description import refuses
from cloudviz.api.house import House
from cloudviz.api.metrics import MEDIA_TYPE
from cloudviz.api.schemas.system import AliveReply, ComponentHealth, Components, HealthReply
from cloudviz.errors import CloudVizError, Unavailable
from cloudviz.inventory.select import Selection

router = APIRouter(tags=["health"])

LEAST_FREE = 100 * 2**20  # bytes in the data folder
NAMED = 5  # endpoints that don't answer; a whole cloud would be a thousand
LONGEST_WAIT = 60.0  # seconds a job may wait before somebody should look after the workers
PROBE_SECONDS = 3.0


@router.get("/health", summary="How the installation is")
async def health(house: needs.House) -> HealthReply:
    """The worst of the parts that are in use; without the database nothing works."""
    components = Components(
        database=await _database(house),
        redis=_redis(house),
        cloud_apis=await _cloud_apis(house),
        jobs=await _jobs(house),
        storage=await _storage(house),
    )
    found = [part.status for part in (components.database, components.redis, components.jobs, components.storage)]
    found.append(components.cloud_apis.status)
    if components.database.status == "unhealthy":
        return HealthReply(status="unhealthy", version=cloudviz.__version__, components=components)
    worst = "degraded" if {"degraded", "unhealthy"} & set(found) else "healthy"
    return HealthReply(status=worst, version=cloudviz.__version__, components=components)


@router.get("/health/live", summary="Whether the process answers")
async def live() -> AliveReply:
    """Restart it when this fails."""
    return AliveReply(status="alive")


@router.get("/health/ready", summary="Whether requests can be served", responses=refuses(503))
async def ready(request: Request, house: needs.House) -> AliveReply:
    """503 while the database does not answer, this release can't use its schema, or the server is about to end."""
    if request.app.leaving:
        raise Unavailable("this server is about to end", hint="Ask another one.")
    database = await _database(house)
    if database.status == "unhealthy":
        raise Unavailable(f"the database: {database.detail}", hint="See GET /health.")
    return AliveReply(status="ready")


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Text format."}},
)
async def metrics(house: needs.House) -> Response:
    """The figures of the store are at most some seconds old."""
    await _refresh_figures(house)
    return Response(await asyncio.to_thread(house.metrics.exposition), headers={"Content-Type": MEDIA_TYPE})


async def _database(house: House) -> ComponentHealth:
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await house.store.ping()
            schema = await house.store.schema()
    except TimeoutError:
        return ComponentHealth(status="unhealthy", detail="does not answer")
    except CloudVizError:
        return ComponentHealth(status="unhealthy", detail="can't be reached")
    if not schema.is_usable:
        return ComponentHealth(status="unhealthy", detail="must be migrated: cloudviz migrate")
    kind = house.settings.database().partition(":")[0].partition("+")[0]
    pool = house.store.pool()
    said = f"{kind}, {pool.at_work} of {pool.most} connections at work"
    if schema.is_ahead:
        said += "; a newer release migrated it"
    if pool.replica:
        said += f"; the replica {'is healthy' if pool.replica == 'healthy' else pool.replica}"
    # A request that finds none free waits, and is refused in the end. A replica that is away is done without.
    is_short = pool.at_work >= pool.most or pool.replica not in ("", "healthy", "not asked yet")
    return ComponentHealth(status="degraded" if is_short else "healthy", detail=said)


def _redis(house: House) -> ComponentHealth:
    if not house.settings.redis_url.get_secret_value():
        return ComponentHealth(status="unused", detail="the cache is in memory")
    if house.redis is None or not house.redis.is_up:
        return ComponentHealth(
            status="degraded", detail="does not answer; nothing is shared, and limits count by process"
        )
    return ComponentHealth(status="healthy")


async def _cloud_apis(house: House) -> ComponentHealth:
    """What the scans of this process met, and the last one of each cloud; a health check calls no cloud itself."""
    troubled = house.breakers.troubled()
    said = [f"{each.provider}: {each.endpoint} is not answering, {each.next_try}" for each in troubled[:NAMED]]
    if len(troubled) > NAMED:
        said.append(f"and {len(troubled) - NAMED} more endpoints")
    failed = bool(troubled)
    try:
        for provider in ("aws", "azure", "gcp"):
            page = await house.store.discoveries.page(provider=provider, limit=20)
            scans = [each for each in page if each.source.startswith(f"{provider}:") and each.completed_at]
            if scans:
                said.append(f"{provider}: last discovery {scans[0].status}")
                failed = failed or scans[0].status == "failed"
    except CloudVizError:
        return ComponentHealth(status="degraded", detail="not known while the database can't be reached")
    if not said and house.breakers.counts():
        return ComponentHealth(status="healthy", detail="every endpoint answered")
    if not said:
        return ComponentHealth(status="unused", detail="no live discovery yet")
    return ComponentHealth(status="degraded" if failed else "healthy", detail="; ".join(said))


async def _jobs(house: House) -> ComponentHealth:
    if house.worker_task is not None and house.worker_task.done():
        return ComponentHealth(status="unhealthy", detail="the worker of this process has stopped")
    try:
        state = await house.store.jobs.state()
    except CloudVizError:
        return ComponentHealth(status="degraded", detail="not known while the database can't be reached")
    queued = sum(count for (_, status), count in state.counts.items() if status == "queued")
    workers = [each for each in state.workers if each.role != "scheduler"]
    if queued and not workers and house.worker_task is None:
        return ComponentHealth(status="degraded", detail=f"{queued} jobs wait, and no worker is there")
    if state.free_seconds > LONGEST_WAIT:
        return ComponentHealth(status="degraded", detail="jobs have been waiting for over a minute")
    if house.worker_task is not None:
        others = len(workers) - any(each.name == house.worker.name for each in workers) if house.worker else 0
        here = "the worker runs in this process" + (f", {others} more elsewhere" if others > 0 else "")
    else:
        here = f"{len(workers)} workers elsewhere" if workers else "no worker is there, and no job waits"
    return ComponentHealth(status="healthy", detail=here)


async def _storage(house: House) -> ComponentHealth:
    """The data folder, and where exported files are. The storage is asked at most every few seconds."""
    folder = await asyncio.to_thread(_folder, house.settings.data_dir)
    if folder:
        return folder
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            said = await house.studio.exports.checked(_FIGURES_SECONDS)
    except TimeoutError:
        return ComponentHealth(status="degraded", detail="the storage of files does not answer")
    except CloudVizError as error:
        # Pictures are drawn and handed over all the same; only links to them can't be given.
        return ComponentHealth(status="degraded", detail=error.detail)
    return ComponentHealth(status="healthy", detail=said)


def _folder(folder: Path) -> ComponentHealth | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError:
        return ComponentHealth(status="unhealthy", detail="the data folder can't be used")
    if free < LEAST_FREE:
        return ComponentHealth(status="degraded", detail="the data folder has under 100 MB left")
    return None


_FIGURES_SECONDS = 5.0


async def _refresh_figures(house: House) -> None:
    """Bring the store's figures up to date, at most every few seconds however many scrape."""
    figures = house.metrics.store
    if time.monotonic() - figures.taken_at < _FIGURES_SECONDS:
        return
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            facets = await house.store.inventories.facets(Selection())
            counts = await house.store.discoveries.counts()
            queue = await house.store.jobs.state()
            version = await house.store.inventories.data_version()
            if version != figures.coverage_version:  # a large estate has tens of thousands of them
                looks = await house.store.inventories.coverage()
                figures.coverage = Counter((each.provider, each.status) for each in looks)
                figures.coverage_version = version
    except (CloudVizError, TimeoutError):
        return  # the last known figures stay; /health says what is wrong
    figures.resources = facets["provider"]
    figures.discoveries = counts
    figures.queue = queue
    figures.taken_at = time.monotonic()
