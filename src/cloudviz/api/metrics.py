"""What Prometheus may know, labelled by route template, never by id (contract §6)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Counted
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from cloudviz.sources.breaker import Breakers, State

if TYPE_CHECKING:
    from cloudviz.access.access_log import AccessLog
    from cloudviz.api.replies import Replies
    from cloudviz.runtime.redis.client import Redis
    from cloudviz.store.engine import PoolState
    from cloudviz.store.records import QueueState

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class StoreFigures(Collector):
    """Figures that live in the store, so that every process and every restart reports the same ones.

    Attributes:
        discoveries: (provider, status) → how many discoveries there are.
        resources: provider → how many resources the inventory holds now.
        queue: the jobs by kind and status, and who works on them; None until it was read.
        coverage: (provider, status) → how many latest looks ended so.
        coverage_version: of the inventory, when they were counted.
        taken_at: when they were read, on the monotonic clock.
    """

    def __init__(self) -> None:
        self.discoveries: Mapping[tuple[str, str], int] = {}
        self.resources: Mapping[str, int] = {}
        self.queue: QueueState | None = None
        self.coverage: Mapping[tuple[str, str], int] = {}
        self.coverage_version: object = None
        self.taken_at = float("-inf")

    def collect(self) -> Iterable[Metric]:
        """The figures as Prometheus takes them."""
        discoveries = CounterMetricFamily(
            "cloudviz_discoveries", "Discoveries, by provider and status.", labels=("provider", "status")
        )
        for (provider, status), count in sorted(self.discoveries.items()):
            discoveries.add_metric((provider, status), count)
        resources = GaugeMetricFamily(
            "cloudviz_resources_discovered", "Resources in the inventory now, by provider.", labels=("provider",)
        )
        for provider, count in sorted(self.resources.items()):
            resources.add_metric((provider,), count)
        coverage = GaugeMetricFamily(
            "cloudviz_coverage",
            "Latest looks at a type in a region of an account, by provider and status; all but seen are gaps.",
            labels=("provider", "status"),
        )
        for (provider, status), count in sorted(self.coverage.items()):
            coverage.add_metric((provider, status), count)
        return discoveries, resources, coverage, *self._jobs()

    def _jobs(self) -> Iterable[Metric]:
        if self.queue is None:
            return
        jobs = GaugeMetricFamily("cloudviz_jobs", "Jobs, by kind and status.", labels=("kind", "status"))
        for (kind, status), count in sorted(self.queue.counts.items()):
            jobs.add_metric((kind, status), count)
        yield jobs
        depth = sum(count for (_, status), count in self.queue.counts.items() if status == "queued")
        yield GaugeMetricFamily("cloudviz_jobs_queue_depth", "Jobs that wait.", depth)
        yield GaugeMetricFamily(
            "cloudviz_jobs_oldest_waiting_seconds",
            "How long the longest-waiting job has been ready.",
            self.queue.oldest_seconds,
        )
        workers = GaugeMetricFamily("cloudviz_job_workers", "Workers and schedulers, by role.", labels=("role",))
        for role, count in sorted(Counted(each.role for each in self.queue.workers).items()):
            workers.add_metric((role,), count)
        yield workers


class EndpointFigures(Collector):
    """Which cloud endpoints do not answer this process.

    All are counted; only those in trouble are named: a scan of one AWS account calls a thousand hosts.
    """

    def __init__(self, breakers: Breakers) -> None:
        self._breakers = breakers

    def collect(self) -> Iterable[Metric]:
        """The figures as Prometheus takes them."""
        counted = GaugeMetricFamily(
            "cloudviz_cloud_endpoints",
            "Cloud endpoints called since the start, by provider and state of their circuit breaker.",
            labels=("provider", "state"),
        )
        for (provider, state), count in self._breakers.counts().items():
            counted.add_metric((provider, state.value), count)
        troubled = GaugeMetricFamily(
            "cloudviz_cloud_endpoint_open",
            "1 while calls to an endpoint fail at once, 0.5 while one may try; absent when it answers.",
            labels=("provider", "endpoint"),
        )
        for each in self._breakers.troubled():
            troubled.add_metric((each.provider, each.endpoint), 1 if each.state is State.OPEN else 0.5)
        calls = CounterMetricFamily(
            "cloudviz_cloud_calls", "Calls to clouds made by this process.", labels=("provider",)
        )
        unanswered = CounterMetricFamily(
            "cloudviz_cloud_calls_unanswered",
            "Of them those that got no answer, or a server error.",
            labels=("provider",),
        )
        for provider, (made, failed) in self._breakers.calls().items():
            calls.add_metric((provider,), made)
            unanswered.add_metric((provider,), failed)
        requests = CounterMetricFamily(
            "cloudviz_cloud_requests",
            "Calls to clouds made by this process, by service and outcome; retried are the SDK's own attempts.",
            labels=("provider", "service", "outcome"),
        )
        for labels, count in self._breakers.outcomes.told().items():
            requests.add_metric(labels, count)
        return counted, troubled, calls, unanswered, requests


class EdgeFigures(Collector):
    """What the edge of this process keeps ready and records."""

    def __init__(
        self, replies: Replies, accesses: AccessLog | None, redis: Redis | None, pool: Callable[[], PoolState]
    ) -> None:
        self._replies = replies
        self._pool = pool
        self._accesses = accesses
        self._redis = redis

    def collect(self) -> Iterable[Metric]:
        """The figures as Prometheus takes them."""
        asked = CounterMetricFamily(
            "cloudviz_kept_replies", "Requests for replies that are kept, by outcome.", labels=("outcome",)
        )
        asked.add_metric(("hit",), self._replies.hits)
        asked.add_metric(("miss",), self._replies.misses)
        size = GaugeMetricFamily("cloudviz_kept_replies_bytes", "Bytes of replies in memory.", self._replies.size)
        pool = self._pool()
        connections = GaugeMetricFamily(
            "cloudviz_database_connections", "Connections to the database, by state.", labels=("state",)
        )
        connections.add_metric(("at_work",), pool.at_work)
        connections.add_metric(("idle",), pool.open - pool.at_work)
        most = GaugeMetricFamily("cloudviz_database_connections_most", "As many may be open.", pool.most)
        found: list[Metric] = [asked, size, connections, most]
        if self._accesses is not None:
            written = CounterMetricFamily(
                "cloudviz_audit_accesses", "Accesses for the audit, by outcome.", labels=("outcome",)
            )
            written.add_metric(("written",), self._accesses.written)
            written.add_metric(("dropped",), self._accesses.dropped)
            found.append(written)
        if self._redis is not None:
            up = GaugeMetricFamily("cloudviz_redis_up", "1 while Redis answers.", int(self._redis.is_up))
            found.append(up)
        return found


class Durations(Collector):
    """How long requests took. A histogram of the client library costs four times as much to observe."""

    def __init__(self) -> None:
        # (method, route, status) → requests in each bucket, those over the last, and the sum of their seconds
        self._counts: dict[tuple[str, str, int], list[float]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note one finished request; ``route`` is the template, such as ``/resources/{id}``."""
        key = (method, route, status)
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = [0.0] * (len(BUCKETS) + 2)
        counts[bisect_left(BUCKETS, seconds)] += 1
        counts[-1] += seconds

    def collect(self) -> Iterable[Metric]:
        """The figures as Prometheus takes them."""
        durations = HistogramMetricFamily(
            "cloudviz_api_request_duration_seconds",
            "Seconds from the start of a request to the end of its reply.",
            labels=("method", "route", "status"),
        )
        for (method, route, status), counts in self._counts.items():
            reached = accumulate(counts[:-1])
            buckets = list(zip(_BOUNDS, reached, strict=True))
            durations.add_metric((method, route, str(status)), buckets, counts[-1])
        return (durations,)


_BOUNDS = [*(str(each) for each in BUCKETS), "+Inf"]


class Metrics:
    """The metrics of one app, in a registry of its own."""

    def __init__(self, breakers: Breakers | None = None) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.store = StoreFigures()
        self.registry.register(self.store)
        self.registry.register(EndpointFigures(breakers or Breakers()))
        self.under_way = Gauge(
            "cloudviz_api_requests_under_way", "Requests being answered now.", registry=self.registry
        )
        self.sign_ins = Counter(
            "cloudviz_sign_ins_total", "Attempts to sign in, by outcome.", ("outcome",), registry=self.registry
        )
        self._limited = Counter(
            "cloudviz_rate_limited_total",
            "Requests refused with 429, by limit.",
            ("limit",),
            registry=self.registry,
        )
        self._durations = Durations()
        self.registry.register(self._durations)
        self.observe = self._durations.observe

    def watch(
        self, replies: Replies, accesses: AccessLog | None, redis: Redis | None, pool: Callable[[], PoolState]
    ) -> None:
        """Tell also of what a running server keeps ready, records, and is connected to."""
        self.registry.register(EdgeFigures(replies, accesses, redis, pool))

    def limited(self, limit: str) -> None:
        """Note a request that was refused for being one too many."""
        self._limited.labels(limit).inc()

    def exposition(self) -> bytes:
        """All metrics in the text format."""
        return generate_latest(self.registry)
