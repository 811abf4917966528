"""What the store hands out: frozen values, times aware and in UTC, ids as text. No database type leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from cloudviz.inventory.model import Link, Resource

T = TypeVar("T")


class DiscoveryStatus(StrEnum):
    """How far a discovery is. ``partial``: done, with gaps in its coverage."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobStatus(StrEnum):
    """How far a job is. The last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. ``next_cursor`` is opaque; ``None`` on the last page."""

    items: list[T]
    next_cursor: str | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class RecordedChanges:
    """What recording one look at the world changed: counts of resources.

    ``seen_at`` is the instant from which the recorded state holds.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a discovery ends when it is recorded: its final status, and what its job reports beside the changes."""

    status: str
    outcome: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DiscoveryRecord:
    """One look at the world. ``seen_at`` is when what it recorded was true; ``None`` until it recorded.

    ``reason`` is why it failed, where that is known; ``outcome`` is what its job reports, once it recorded.
    """

    id: str
    provider: str
    source: str
    status: str
    request: Mapping[str, Any] = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)
    resources_found: int = 0
    cost_estimate: Decimal | None = None
    changes: RecordedChanges | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    seen_at: datetime | None = None
    completed_at: datetime | None = None
    reason: str = ""
    outcome: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ResourceVersion:
    """One distinct state of a resource, and for how long it held.

    ``valid_to`` is ``None`` while it holds. ``last_seen_at`` and ``last_discovery`` tell when it was last looked
    at with success: they move at every scan of its scope, without the state being written again.
    """

    resource: Resource
    content_hash: str
    source: str
    valid_from: datetime
    valid_to: datetime | None
    first_discovery: str
    last_discovery: str
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class ResourceDetail:
    """A resource as it is now, with the links from and to it, and where that knowledge comes from.

    ``source`` is the one whose word counts; ``seen_by`` are all that have the resource now, that one first.
    """

    resource: Resource
    links: list[Link]
    source: str
    seen_by: list[str]
    first_seen_at: datetime
    last_seen_at: datetime
    first_discovery: str
    last_discovery: str


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A row of the queue.

    ``token`` is the fencing token: it grows with every claim, and only the holder of the newest may write.
    ``error`` has the members of a problem document (``code``, ``detail``, ``hint``).
    """

    id: str
    kind: str
    status: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    requested_by: str = ""
    idempotency_key: str | None = None
    owner: str | None = None
    token: int = 0
    attempt: int = 0
    lease_until: datetime | None = None
    cancel_requested: bool = False
    progress: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    priority: int = 0
    max_attempts: int = 5
    run_after: datetime | None = None

    @property
    def is_finished(self) -> bool:
        """True in each of the final statuses."""
        return self.status not in (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class JobEvent:
    """What happened to a job: ``started``, ``progress``, ``retried``, ``lost``, ``released``, or a final status.

    ``position`` grows from event to event.
    """

    position: int
    at: datetime
    what: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A process that works on jobs, or makes them of schedules (role ``scheduler``), and when it last said so."""

    name: str
    role: str
    slots: int
    busy: int
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class QueueState:
    """How the queue stands: jobs by (kind, status), and how long the longest-waiting ready one waits, in seconds.

    ``free_seconds`` is the same without jobs that may have to wait for others that read the same cloud account.
    ``workers`` are those that were seen lately.
    """

    counts: Mapping[tuple[str, str], int]
    oldest_seconds: float
    free_seconds: float
    workers: list[WorkerRecord]


@dataclass(frozen=True, slots=True)
class ScheduleRecord:
    """When a kind of job is to be started again and again. ``next_at`` is the next tick not yet dealt with."""

    id: str
    name: str
    cron: str
    time_zone: str
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    jitter_seconds: int = 0
    priority: int = -1
    missed: str = "once"
    paused: bool = False
    next_at: datetime | None = None
    created_by: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScheduleRun:
    """A tick that was dealt with: the job it started, or none where it was missed and skipped."""

    tick: datetime
    created_at: datetime
    job_id: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in."""

    id: int
    username: str
    email: str
    password_hash: str
    roles: tuple[str, ...] = ("viewer",)
    created_at: datetime | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """What an identity provider calls somebody: ``issuer`` and ``subject``, and our name of the provider."""

    issuer: str
    subject: str
    user_id: int
    provider: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A signed-in session: the hash of its present refresh token, and until when it may be used."""

    id: str
    user_id: int
    refresh_hash: str
    expires_at: datetime
    created_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """True while it is neither revoked nor expired."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """A key for a program. The key itself is never stored, only its hash and the prefix that people see.

    ``access`` is ``read`` or ``write``; ``limits`` are requests by the names of the settings ``limits.*``.
    """

    id: str
    user_id: int
    name: str
    prefix: str
    key_hash: str
    roles: tuple[str, ...] = ("viewer",)
    created_at: datetime | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    access: str = "write"
    limits: Mapping[str, int] = field(default_factory=dict)

    def is_open(self, now: datetime) -> bool:
        """True while it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the map that somebody named. ``place`` is its address in the web app, behind the ``#``."""

    id: str
    user_id: int
    name: str
    place: str
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file in the storage: the request it answers, as a hash, and the object it is.

    ``file_name`` is what to save it under, ``size`` is in bytes, ``diagram_id`` the kept picture it shows, if any.
    """

    asked: str
    name: str
    size: int
    media_type: str
    file_name: str
    diagram_id: str | None = None
    created_at: datetime | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DiagramRecord:
    """A stored picture: its Mermaid code, what it was made from, and the bytes of its scene document."""

    id: str
    discovery_ids: tuple[str, ...]
    mermaid_code: str
    theme: str
    layout: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    scene: bytes | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What is to be written into the audit. ``detail`` holds no secrets."""

    at: datetime
    actor: str
    action: str
    target: str
    address: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what to which thing, when, and from where."""

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    address: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Which revision the database has, and which this CloudViz brings.

    Attributes:
        present: of the database; empty before the first.
        newest: of this release.
        usable_from: the oldest revision that a release must know to use this database, where it is one that this
            release knows; empty otherwise.
        is_known: whether this release knows the present revision.
    """

    present: str
    newest: str
    usable_from: str = ""
    is_known: bool = True

    @property
    def is_current(self) -> bool:
        """True when nothing is left to migrate."""
        return self.present == self.newest

    @property
    def is_ahead(self) -> bool:
        """True when a newer release migrated it, and lets this one use it."""
        return bool(self.present) and not self.is_known and bool(self.usable_from)

    @property
    def is_usable(self) -> bool:
        """True when this release can work with it as it is."""
        return self.is_current or self.is_ahead
