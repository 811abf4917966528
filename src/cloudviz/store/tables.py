"""The tables. Names and columns of contract §6 stay; they are widened, and others stand beside them.

A change here needs a migration: a test compares the two.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from cloudviz.store.columns import number, words
from cloudviz.store.types import (
    Json,
    Key,
    Money,
    Serial,
    UtcTime,
    Uuid,
    Uuids,
    Words,
    only_viewer,
    random_uuid,
    utc_now,
)

metadata = MetaData(
    naming_convention={
        "ix": "idx_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _uuid_key() -> Column[Any]:
    return Column("id", Uuid(), primary_key=True, server_default=random_uuid())


def _created() -> Column[Any]:
    return Column("created_at", UtcTime(), nullable=False, server_default=utc_now())


users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("username", String(50), nullable=False),
    Column("email", String(100), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("roles", Words, nullable=False, server_default=only_viewer()),
    _created(),
    Column("disabled_at", UtcTime()),
    UniqueConstraint("username"),
    UniqueConstraint("email"),
    # An id is never given out twice: a token of somebody deleted must not become somebody else's.
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("refresh_hash", Text, nullable=False),
    _created(),
    Column("expires_at", UtcTime(), nullable=False),
    Column("revoked_at", UtcTime()),
)

api_keys = Table(
    "api_keys",
    metadata,
    _uuid_key(),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("roles", Words, nullable=False),
    _created(),
    Column("expires_at", UtcTime()),
    Column("last_used_at", UtcTime()),
    Column("revoked_at", UtcTime()),
    words("access", default="write"),
    Column("limits", Json),
    UniqueConstraint("key_hash"),
)

saved_views = Table(
    "saved_views",
    metadata,
    _uuid_key(),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    # In the order of code points on both databases, as its pages are.
    Column("name", Key, nullable=False),
    Column("place", Text, nullable=False),
    _created(),
    Column("updated_at", UtcTime(), nullable=False, server_default=utc_now()),
    UniqueConstraint("user_id", "name"),
)

# Whom an identity provider vouches for. Issuer and subject together are the only name that stays the same (OpenID
# Connect Core §5.7): e-mail addresses are given to others.
identities = Table(
    "identities",
    metadata,
    Column("issuer", Key, primary_key=True),
    Column("subject", Key, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    words("provider"),
    _created(),
)

# Sign-ins by an identity provider that have begun: the hash of the state, gone when it comes back.
sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("id", Key, primary_key=True),
    words("provider"),
    _created(),
    Column("expires_at", UtcTime(), nullable=False, index=True),
)

discoveries = Table(
    "discoveries",
    metadata,
    _uuid_key(),
    Column("provider", Text, nullable=False),
    Column("status", Text, nullable=False, server_default=text("'pending'")),
    Column("resources_found", Integer, nullable=False, server_default=text("0")),
    Column("cost_estimate", Money()),
    Column("metadata", Json),
    _created(),
    Column("completed_at", UtcTime()),
    words("source"),
    # What only a file with this source may make gone; empty for live scans, which all see the same cloud.
    words("origin"),
    Column("progress", Json),
    Column("changes", Json),
    Column("started_at", UtcTime()),
    Column("seen_at", UtcTime()),
    # The order in which discoveries were recorded: 1, 2, 3… Validity ranges are kept in it and in time.
    Column("seq", BigInteger),
    # The process at work on it, and until when it may be silent; then it is taken for dead.
    Column("owner", Text),
    Column("lease_until", UtcTime()),
    words("reason"),
    UniqueConstraint("seq"),
    Index("idx_discoveries_status", "status"),
    Index("idx_discoveries_created_at_id", "created_at", "id"),
)

coverage = Table(
    "coverage",
    metadata,
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    words("provider"),
    words("account"),
    words("region"),
    words("resource_type"),
    words("status"),
    number("count"),
    Column("permission", Text),
    Column("detail", Text),
    # The newest entry of its key, so that what is known now is found without reading every scan there ever was.
    # The key is a hash of the origin and the scope: a file says nothing of what a live scan could see.
    Column("key", Text, nullable=False),
    Column("latest", Boolean, nullable=False),
    Index("idx_coverage_latest", "key", postgresql_where=text("latest"), sqlite_where=text("latest")),
)

# What a scan that is under way has read so far, by part and listing, in pages: resources as they will be recorded,
# without links. Gone when the discovery is recorded; until then a scan that died can be resumed.
discovery_listings = Table(
    "discovery_listings",
    metadata,
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Key, primary_key=True),
    Column("listing", Integer, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("coverage", Json, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# The parts of it, each with what the cloud's reader noted: the token of the next page. What is not here was not
# written down to its end.
discovery_parts = Table(
    "discovery_parts",
    metadata,
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Key, primary_key=True),
    Column("note", Json, nullable=False),
)

problems = Table(
    "problems",
    metadata,
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    words("resource"),
    words("what"),
    words("where"),
)

# Every (provider, account, region, type) in which a resource was ever seen. What is true of all resources of a
# scope, that it was looked at, is written once here instead of once a resource.
scopes = Table(
    "scopes",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),  # a hash of the four: together they may be too long for an index
    words("provider"),
    words("account"),
    words("region"),
    words("resource_type"),
    UniqueConstraint("key"),
)

# A discovery saw the whole of a scope: all the resources there were then (of its own origin, for a file).
looks = Table(
    "looks",
    metadata,
    Column("scope_id", BigInteger, ForeignKey("scopes.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id", ondelete="CASCADE"), nullable=False, index=True),
    words("origin"),
)

# A discovery saw this resource, though not the whole of its scope: the listing broke off.
sightings = Table(
    "sightings",
    metadata,
    Column("resource_id", Key, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id", ondelete="CASCADE"), nullable=False, index=True),
)


def _ended(table: str, column: str) -> Index:
    """An index of the past alone: most states hold now, and have no end."""
    past = text(f"{column} IS NOT NULL")
    return Index(f"idx_{table}_{column}", column, postgresql_where=past, sqlite_where=past)


def _content() -> list[Column[Any]]:
    """The columns that hold a resource's state, the same in the present and in the past."""
    return [
        words("provider"),
        words("resource_type"),
        words("native_type"),
        words("kind"),
        words("name"),
        words("account"),
        words("region"),
        Column("zone", Text),
        Column("parent", Text),
        Column("state", Text),
        Column("tags", Json, nullable=False),
        Column("properties", Json, nullable=False),
        Column("cost_monthly", Money()),
        Column("currency", Text),
        # ``inventory.select.search_text``: in lower case by Unicode's rules, which SQLite's LIKE does not know.
        # What indexes it is no part of this description: each database has its own (migration trigram_search).
        words("search"),
        Column("content_hash", Text, nullable=False),
        words("source"),
        words("origin"),
        # Of the table scopes; without a foreign key, which would be checked at every row.
        Column("scope_id", BigInteger, nullable=False),
        Column("valid_from", UtcTime(), nullable=False),
    ]


resources = Table(
    "resources",
    metadata,
    Column("id", Key, primary_key=True),
    # The discovery that brought the present state; later ones that saw the same write nothing here.
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id"), nullable=False),
    *_content(),
    Column("links_hash", Text, nullable=False, server_default=text("''")),
    Column("created_at", UtcTime(), nullable=False),
    Index("idx_resources_provider", "provider"),
    Index("idx_resources_type", "resource_type"),
    Index("idx_resources_region", "region"),
    Index("idx_resources_scope_id_id", "scope_id", "id"),
    Index("idx_resources_parent", "parent"),
    Index(
        "idx_resources_origin",
        "origin",
        "id",
        postgresql_where=text("origin <> ''"),
        sqlite_where=text("origin <> ''"),
    ),
)

# How many resources have each value now: see ``cloudviz.store.facets``.
facets = Table(
    "facets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Key, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# The same by scope and state, to be added up for who asks of some regions or accounts only.
scope_states = Table(
    "scope_states",
    metadata,
    Column("scope_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Key, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

resource_versions = Table(
    "resource_versions",
    metadata,
    Column("resource_id", Key, primary_key=True),
    Column("first_seq", BigInteger, primary_key=True),
    Column("end_seq", BigInteger),  # the first discovery that saw otherwise; empty while the state holds
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id"), nullable=False),
    *_content(),
    Column("valid_to", UtcTime()),
    Index("idx_resource_versions_first_seq", "first_seq"),
    _ended("resource_versions", "end_seq"),
    Index("idx_resource_versions_valid_from", "valid_from"),
    _ended("resource_versions", "valid_to"),
)

# What files say of resources of which another source's word counts: see ``cloudviz.store.outranked``.
outranked = Table(
    "outranked",
    metadata,
    Column("resource_id", Key, primary_key=True),
    Column("first_seq", BigInteger, primary_key=True),
    *(Column("origin", Key, primary_key=True) if each.name == "origin" else each for each in _content()),
    Column("end_seq", BigInteger),
    Column("discovery_id", Uuid(), ForeignKey("discoveries.id"), nullable=False),
    Column("valid_to", UtcTime()),
    Index("idx_outranked_origin", "origin"),
)

# Present and past in one table: the present has no end. A link has a row for each resource that states it, and is
# there while one of them holds: a scan takes a row away only where it looked at who states it.
links = Table(
    "links",
    metadata,
    Column("key", Text, primary_key=True),  # a hash of who states it, source, target and kind
    Column("first_seq", BigInteger, primary_key=True),
    Column("end_seq", BigInteger),
    Column("stated_by", Key, nullable=False),
    Column("source_id", Key, nullable=False),
    Column("target_id", Key, nullable=False),
    words("kind"),
    Column("valid_from", UtcTime(), nullable=False),
    Column("valid_to", UtcTime()),
    # Who states a link is mostly its source, and is found as such: the index holds the others alone.
    Index(
        "idx_links_stated_by",
        "stated_by",
        postgresql_where=text("stated_by <> source_id"),
        sqlite_where=text("stated_by <> source_id"),
    ),
    Index("idx_links_source_id", "source_id"),
    Index("idx_links_target_id", "target_id"),
    Index("idx_links_first_seq", "first_seq"),
    _ended("links", "end_seq"),
)

diagrams = Table(
    "diagrams",
    metadata,
    _uuid_key(),
    Column("discovery_ids", Uuids(), nullable=False),
    Column("mermaid_code", Text, nullable=False),
    Column("theme", Text, nullable=False, server_default=text("'enterprise'")),
    Column("layout", Text, nullable=False, server_default=text("'hierarchical'")),
    Column("metadata", Json),
    _created(),
    Column("options", Json),
    Column("scene", LargeBinary),
    Index("idx_diagrams_created_at_id", "created_at", "id"),
)

jobs = Table(
    "jobs",
    metadata,
    _uuid_key(),
    words("kind"),
    Column("status", Text, nullable=False, server_default=text("'queued'")),
    Column("arguments", Json, nullable=False),
    words("requested_by"),
    Column("idempotency_key", Text),
    Column("owner", Text),
    number("token"),
    number("attempt"),
    Column("lease_seconds", Float),
    Column("lease_until", UtcTime()),
    Column("run_after", UtcTime(), nullable=False),
    Column("cancel_requested", Boolean, nullable=False, server_default=false()),
    Column("progress", Json),
    Column("result", Json),
    Column("error", Json),
    _created(),
    Column("started_at", UtcTime()),
    Column("finished_at", UtcTime()),
    # Higher ones first; within one, the one that has been ready for longest.
    number("priority"),
    Column("max_attempts", BigInteger, nullable=False, server_default=text("5")),
    UniqueConstraint("requested_by", "idempotency_key"),
    Index("idx_jobs_ready", "status", "priority", "run_after"),
    Index("idx_jobs_created_at_id", "created_at", "id"),
)

# The cloud accounts that a job reads, `aws:123456789012`: so many jobs at once may read one account.
job_accounts = Table(
    "job_accounts",
    metadata,
    Column("account", Key, primary_key=True),
    Column("job_id", Uuid(), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# What happened to a job, for whoever follows it: started, progress, retried, lost, and how it ended.
job_events = Table(
    "job_events",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("job_id", Uuid(), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcTime(), nullable=False, server_default=utc_now()),
    words("what"),
    Column("body", Json, nullable=False),
    Index("idx_job_events_job_id_id", "job_id", "id"),
    sqlite_autoincrement=True,
)

# Who works, and who makes jobs of schedules: each says every few seconds that it lives.
job_workers = Table(
    "job_workers",
    metadata,
    Column("name", Key, primary_key=True),
    words("role"),
    number("slots"),
    number("busy"),
    Column("started_at", UtcTime(), nullable=False),
    Column("seen_at", UtcTime(), nullable=False, index=True),
)

schedules = Table(
    "schedules",
    metadata,
    _uuid_key(),
    Column("name", Key, nullable=False),
    words("cron"),
    words("time_zone", default="UTC"),
    number("jitter_seconds"),
    words("kind"),
    Column("arguments", Json, nullable=False),
    number("priority"),
    # What becomes of ticks at which nobody was there: skip, once, all.
    words("missed", default="once"),
    Column("paused", Boolean, nullable=False, server_default=false()),
    # The next tick that nobody has dealt with; empty where there is none in all the future.
    Column("next_at", UtcTime()),
    words("created_by"),
    _created(),
    Column("updated_at", UtcTime(), nullable=False),
    UniqueConstraint("name"),
    Index("idx_schedules_next_at", "next_at"),
)

# The ticks that were dealt with: that a row is there is what keeps a second scheduler from doing it again.
schedule_runs = Table(
    "schedule_runs",
    metadata,
    Column("schedule_id", Uuid(), ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True),
    Column("tick", UtcTime(), primary_key=True),
    _created(),
    # Without one the tick was missed and skipped. The job may be forgotten before its tick is.
    Column("job_id", Uuid()),
    Index("idx_schedule_runs_created_at", "created_at"),
)

# The outbox: what happened, written in the transaction that made it true. An id is never given out twice.
events = Table(
    "events",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", UtcTime(), nullable=False, server_default=utc_now()),
    words("kind"),
    words("subject"),
    Column("body", Json, nullable=False),
    Index("idx_events_at", "at"),
    sqlite_autoincrement=True,
)

# Named credentials for clouds. What is secret is sealed for this table, this column and this row.
exported_files = Table(
    "exported_files",
    metadata,
    Column("asked", Key, primary_key=True),
    Column("name", Key, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    words("media_type"),
    words("file_name"),
    Column("diagram_id", Uuid(), index=True),
    _created(),
    Column("used_at", UtcTime(), nullable=False, index=True),
)
credentials = Table(
    "credentials",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", Key, nullable=False),
    words("provider"),
    Column("facts", Json, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    words("key_id"),
    words("created_by"),
    _created(),
    Column("last_used_at", UtcTime()),
    UniqueConstraint("name"),
)

# Requests that were sent with an Idempotency-Key, and what was answered: empty while the first is under way.
repeatable_requests = Table(
    "repeatable_requests",
    metadata,
    Column("caller", Key, primary_key=True),
    Column("key", Key, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("status", Integer),
    Column("headers", Json),
    Column("body", LargeBinary),
    _created(),
    Column("expires_at", UtcTime(), nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", UtcTime(), nullable=False, server_default=utc_now()),
    words("actor"),
    words("action"),
    words("target"),
    words("address"),
    Column("detail", Json),
    # The chain: 1, 2, 3… without a gap, and the hash of the entry together with the hash before it.
    Column("seq", BigInteger),
    Column("hash", Text),
    Index("idx_audit_actor", "actor"),
    Index("idx_audit_action", "action"),
    Index("idx_audit_seq", "seq", unique=True),
    sqlite_autoincrement=True,
)

# Two rows: "start", what stands before the oldest entry that is kept, and "end", the last one that was written.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

# One row: the schema's revision, and the oldest revision that a release must know to work with it (ADR 0029).
schema_use = Table(
    "schema_use",
    metadata,
    Column("revision", Text, primary_key=True),
    Column("usable_from", Text, nullable=False),
)
