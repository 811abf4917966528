"""What CloudViz remembers, in PostgreSQL or SQLite: inventories with their history, diagrams, people, jobs, audit.

``migrate(url)`` brings a database to this release's schema, ``open_store(url)`` opens it; the repositories are
attributes of the :class:`Store`. One contract suite holds both databases to the same behaviour.
"""

from __future__ import annotations

from cloudviz.store.accesses import Access
from cloudviz.store.opening import Store, migrate, open_store
from cloudviz.store.records import (
    ApiKeyRecord,
    AuditEntry,
    AuditRecord,
    DiagramRecord,
    DiscoveryRecord,
    DiscoveryStatus,
    ExportedFile,
    IdentityRecord,
    JobRecord,
    JobStatus,
    Page,
    Person,
    RecordedChanges,
    ResourceDetail,
    ResourceVersion,
    SavedView,
    SchemaState,
    SessionRecord,
)
from cloudviz.store.replica import belongs_to

__all__ = [
    "Access",
    "ApiKeyRecord",
    "AuditEntry",
    "AuditRecord",
    "DiagramRecord",
    "DiscoveryRecord",
    "DiscoveryStatus",
    "ExportedFile",
    "IdentityRecord",
    "JobRecord",
    "JobStatus",
    "Page",
    "Person",
    "RecordedChanges",
    "ResourceDetail",
    "ResourceVersion",
    "SavedView",
    "SchemaState",
    "SessionRecord",
    "Store",
    "belongs_to",
    "migrate",
    "open_store",
]
