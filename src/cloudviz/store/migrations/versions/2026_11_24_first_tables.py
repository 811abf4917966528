"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

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

revision = "2026_11_24_first_tables"
down_revision = None


def upgrade() -> None:
    """Make every table of the first release."""
    op.create_table(
        "audit",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("actor", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("action", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("target", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("detail", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_audit_action", "audit", ["action"], unique=False)
    op.create_index("idx_audit_actor", "audit", ["actor"], unique=False)
    op.create_table(
        "diagrams",
        sa.Column("id", Uuid(), server_default=random_uuid(), nullable=False),
        sa.Column("discovery_ids", Uuids(), nullable=False),
        sa.Column("mermaid_code", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), server_default=sa.text("'enterprise'"), nullable=False),
        sa.Column("layout", sa.Text(), server_default=sa.text("'hierarchical'"), nullable=False),
        sa.Column("metadata", Json, nullable=True),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("options", Json, nullable=True),
        sa.Column("scene", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagrams")),
    )
    op.create_index("idx_diagrams_created_at_id", "diagrams", ["created_at", "id"], unique=False)
    op.create_table(
        "discoveries",
        sa.Column("id", Uuid(), server_default=random_uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("resources_found", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cost_estimate", Money(), nullable=True),
        sa.Column("metadata", Json, nullable=True),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("completed_at", UtcTime(), nullable=True),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("origin", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("progress", Json, nullable=True),
        sa.Column("changes", Json, nullable=True),
        sa.Column("started_at", UtcTime(), nullable=True),
        sa.Column("seen_at", UtcTime(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discoveries")),
        sa.UniqueConstraint("seq", name=op.f("uq_discoveries_seq")),
    )
    op.create_index("idx_discoveries_created_at_id", "discoveries", ["created_at", "id"], unique=False)
    op.create_index("idx_discoveries_status", "discoveries", ["status"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", Uuid(), server_default=random_uuid(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("requested_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("token", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_seconds", sa.Float(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("run_after", UtcTime(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("progress", Json, nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("error", Json, nullable=True),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=True),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("requested_by", "idempotency_key", name=op.f("uq_jobs_requested_by_idempotency_key")),
    )
    op.create_index("idx_jobs_created_at_id", "jobs", ["created_at", "id"], unique=False)
    op.create_index("idx_jobs_status_run_after", "jobs", ["status", "run_after"], unique=False)
    op.create_table(
        "links",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("end_seq", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", Key, nullable=False),
        sa.Column("source_id", Key, nullable=False),
        sa.Column("target_id", Key, nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("valid_from", UtcTime(), nullable=False),
        sa.Column("valid_to", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", "first_seq", name=op.f("pk_links")),
    )
    op.create_index(
        "idx_links_end_seq",
        "links",
        ["end_seq"],
        unique=False,
        postgresql_where=sa.text("end_seq IS NOT NULL"),
        sqlite_where=sa.text("end_seq IS NOT NULL"),
    )
    op.create_index("idx_links_first_seq", "links", ["first_seq"], unique=False)
    op.create_index("idx_links_owner_id", "links", ["owner_id"], unique=False)
    op.create_index("idx_links_source_id", "links", ["source_id"], unique=False)
    op.create_index("idx_links_target_id", "links", ["target_id"], unique=False)
    op.create_table(
        "scopes",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("region", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("resource_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scopes")),
        sa.UniqueConstraint("key", name=op.f("uq_scopes_key")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("username", sa.String(length=50), nullable=False),
        sa.Column("email", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("roles", Words, server_default=only_viewer(), nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "api_keys",
        sa.Column("id", Uuid(), server_default=random_uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("roles", Words, nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=True),
        sa.Column("last_used_at", UtcTime(), nullable=True),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_index(op.f("idx_api_keys_user_id"), "api_keys", ["user_id"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("region", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("resource_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("permission", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["discovery_id"], ["discoveries.id"], name=op.f("fk_coverage_discovery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("discovery_id", "position", name=op.f("pk_coverage")),
    )
    op.create_index(
        "idx_coverage_latest",
        "coverage",
        ["key"],
        unique=False,
        postgresql_where=sa.text("latest"),
        sqlite_where=sa.text("latest"),
    )
    op.create_table(
        "looks",
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.Column("origin", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["discovery_id"], ["discoveries.id"], name=op.f("fk_looks_discovery_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scopes.id"], name=op.f("fk_looks_scope_id")),
        sa.PrimaryKeyConstraint("scope_id", "seq", name=op.f("pk_looks")),
    )
    op.create_index(op.f("idx_looks_discovery_id"), "looks", ["discovery_id"], unique=False)
    op.create_table(
        "problems",
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("resource", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("what", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("where", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(
            ["discovery_id"], ["discoveries.id"], name=op.f("fk_problems_discovery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("discovery_id", "position", name=op.f("pk_problems")),
    )
    op.create_table(
        "resource_versions",
        sa.Column("resource_id", Key, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("end_seq", sa.BigInteger(), nullable=True),
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("resource_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("native_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("region", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("tags", Json, nullable=False),
        sa.Column("properties", Json, nullable=False),
        sa.Column("cost_monthly", Money(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("search", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("origin", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", UtcTime(), nullable=False),
        sa.Column("valid_to", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["discovery_id"], ["discoveries.id"], name=op.f("fk_resource_versions_discovery_id")
        ),
        sa.PrimaryKeyConstraint("resource_id", "first_seq", name=op.f("pk_resource_versions")),
    )
    op.create_index(
        "idx_resource_versions_end_seq",
        "resource_versions",
        ["end_seq"],
        unique=False,
        postgresql_where=sa.text("end_seq IS NOT NULL"),
        sqlite_where=sa.text("end_seq IS NOT NULL"),
    )
    op.create_index("idx_resource_versions_first_seq", "resource_versions", ["first_seq"], unique=False)
    op.create_index("idx_resource_versions_valid_from", "resource_versions", ["valid_from"], unique=False)
    op.create_index(
        "idx_resource_versions_valid_to",
        "resource_versions",
        ["valid_to"],
        unique=False,
        postgresql_where=sa.text("valid_to IS NOT NULL"),
        sqlite_where=sa.text("valid_to IS NOT NULL"),
    )
    op.create_table(
        "resources",
        sa.Column("id", Key, nullable=False),
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("resource_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("native_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("account", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("region", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("tags", Json, nullable=False),
        sa.Column("properties", Json, nullable=False),
        sa.Column("cost_monthly", Money(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("search", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("origin", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", UtcTime(), nullable=False),
        sa.Column("links_hash", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["discovery_id"], ["discoveries.id"], name=op.f("fk_resources_discovery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resources")),
    )
    op.create_index(
        "idx_resources_origin",
        "resources",
        ["origin", "id"],
        unique=False,
        postgresql_where=sa.text("origin <> ''"),
        sqlite_where=sa.text("origin <> ''"),
    )
    op.create_index("idx_resources_parent", "resources", ["parent"], unique=False)
    op.create_index("idx_resources_provider", "resources", ["provider"], unique=False)
    op.create_index("idx_resources_region", "resources", ["region"], unique=False)
    op.create_index("idx_resources_scope_id_id", "resources", ["scope_id", "id"], unique=False)
    op.create_index("idx_resources_type", "resources", ["resource_type"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", Key, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("refresh_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), server_default=utc_now(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("idx_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("resource_id", Key, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("discovery_id", Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["discovery_id"], ["discoveries.id"], name=op.f("fk_sightings_discovery_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", "seq", name=op.f("pk_sightings")),
    )
    op.create_index(op.f("idx_sightings_discovery_id"), "sightings", ["discovery_id"], unique=False)
