# Written by `make openapi`; changes here are lost.

"""The documents of the API: classes for answers, typed dictionaries for requests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, TypedDict

from cloudviz_client.document import Composite, Document, Field, Listed


class AliveReply(Document):
    """The process answers."""

    __slots__ = ()

    status: Literal["alive", "ready"]


class AnomalyEntry(Document):
    """A day on which a service cost far more, or less, than it used to."""

    __slots__ = ()

    day: str
    provider: str
    account: str
    service: str
    currency: str
    amount: float
    expected: float


class AroundReply(Document):
    """What hangs together with a box."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"paint": None, "bundles": None}

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    paint: list[list[Any]] | None
    """With a layer, for each node: the number of its value, and its share in percent."""
    bundles: list[dict[str, Any]] | None
    """Of a tile, for its level only: lines between containers whose content is not there yet …"""
    more: bool
    """Whether there is more than was told."""


class AtlasReply(Composite):
    """A laid-out map, without its boxes."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"layer": "MapLayer"}
    _defaults: ClassVar[dict[str, Any]] = {"format": "cloudviz.atlas/1", "layer": None}

    format: str
    version: str
    """Of the map. Tiles of another version do not fit together."""
    title: str
    layout: str
    theme: str
    width: float
    """Extent in px of the scene."""
    height: float
    tile: int
    """Side of a tile in px of its own level."""
    born: int
    """Px that a box is wide or high at the level at which it appears."""
    levels: int
    """Level n shows tile × 2ⁿ px of the longer side; a map of one level is whole."""
    boxes: int
    lines: int
    summary: dict[str, Any]
    """As in the scene document."""
    layers: list[str]
    """Names of layers by which tiles can be coloured."""
    layer: MapLayer | None
    """The one that was asked for."""


class AttemptModel(Document):
    """One try of a delivery."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["at"])
    _defaults: ClassVar[dict[str, Any]] = {"response_status": None}

    number: int
    at: datetime
    response_status: int | None
    """None where no answer came."""
    error: str
    """Why there was no answer."""
    body: str
    """The beginning of the answer, without what looks like a secret."""
    duration_ms: float


class AuditModel(Document):
    """One line of the audit."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["at"])

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    address: str
    detail: dict[str, Any]


class AuditPage(Composite):
    """One page of the audit, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[AuditModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[AuditModel]
    else:
        items = Field()
    next_cursor: str | None


class AwsConnectionRequest(TypedDict, total=False):
    """Whose connection to test. Nothing given means the account of the server's credentials."""

    accounts: list[str]
    role_arn: str
    credential: str


class AwsDiscoverRequest(TypedDict, total=False):
    """What to look at. Nothing given means everything that the server's credentials reach."""

    accounts: list[str]
    role_arn: str
    regions: list[str]
    services: list[str]
    long_tail: bool
    config_aggregator: str
    resource_types: list[str]
    credential: str
    resume: str
    webhook_url: str


class AzureConnectionRequest(TypedDict, total=False):
    """Which subscriptions to test. Nothing given means every one that the server's credentials see."""

    subscription_id: str
    subscriptions: list[str]
    credential: str


class AzureDiscoverRequest(TypedDict, total=False):
    """What to look at. Nothing given means every subscription that the server's credentials see."""

    subscription_id: str
    subscriptions: list[str]
    resource_groups: list[str]
    regions: list[str]
    resource_types: list[str]
    credential: str
    resume: str
    webhook_url: str


Basis: TypeAlias = "Literal['amortised', 'billed']"


class BillEntry(Document):
    """A bill that is kept."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at"])

    id: str
    source: str
    formats: list[str]
    created_at: datetime
    created_by: str
    lines: int
    lines_lost: int


class BillPage(Composite):
    """One page of bills, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[BillEntry]"}

    if TYPE_CHECKING:
        items: Listed[BillEntry]
    else:
        items = Field()
    next_cursor: str | None


class BillReply(Composite):
    """What importing a bill came to. `partial`: lines could not be read, and the sums are without …"""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"totals": "list[CurrencyTotal]", "problems": "list[ProblemEntry]"}

    bill_id: str
    status: Literal["completed", "partial"]
    formats: list[str]
    months: list[str]
    lines: int
    lines_lost: int
    lines_named: int
    """Lines that name a resource, known or not."""
    lines_attributed: int
    lines_unattributed: dict[str, int]
    resources: int
    totals: list[CurrencyTotal]
    problems: list[ProblemEntry]


class CacheFamily(Document):
    """The keys that begin with one word."""

    __slots__ = ()

    family: Literal["disco", "resources", "costs", "diagram", "session"]
    if TYPE_CHECKING:
        keys: int | None  # type: ignore[assignment]
        """How many are kept; null while Redis does not answer."""
    else:
        keys = Field()
    lifetime_seconds: int
    """The setting cache.<family>_seconds."""


class CacheFlushed(Document):
    """What was let go of."""

    __slots__ = ()

    flushed: list[Literal["disco", "resources", "costs", "diagram", "session"]]


class CacheReply(Composite):
    """What is kept ready."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {
        "families": "list[CacheFamily]",
        "process": "ProcessCache",
        "redis": "RedisFigures",
    }
    _defaults: ClassVar[dict[str, Any]] = {"redis": None}

    state: Literal["memory", "redis", "down"]
    """Where; `down` while Redis does not answer."""
    families: list[CacheFamily]
    process: ProcessCache
    redis: RedisFigures | None


class ChainFault(Document):
    """A place where the audit's chain does not hold."""

    __slots__ = ()

    kind: str
    """changed, missing, foreign, truncated or replaced."""
    seq: int
    detail: str


class ChainReply(Composite):
    """What a verification of the audit found."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"faults": "list[ChainFault]"}

    holds: bool
    entries: int
    first: int
    """The number before the oldest entry that is kept."""
    head_seq: int
    head_hash: str
    fault_count: int
    faults: list[ChainFault]
    """The first hundred."""


class ChangedModel(Composite):
    """A resource in both of its states."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"before": "ResourceModel", "after": "ResourceModel"}

    before: ResourceModel
    after: ResourceModel
    fields: list[str]
    """What differs, as dotted paths: `state`, `tags.env`."""


class ChangesModel(Document):
    """What a discovery changed in the inventory, in resources."""

    __slots__ = ()

    added: int
    changed: int
    removed: int
    unchanged: int


class ChildrenReply(Document):
    """What lies directly in a box: containers first, each in the order of their names; then the …"""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[dict[str, Any]]
    else:
        items = Field()
    next_cursor: str | None


class ChoicesReply(Composite):
    """All choices."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[NamedChoice]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[NamedChoice]
    else:
        items = Field()
    next_cursor: None


class ComponentHealth(Document):
    """How one part is."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"detail": ""}

    status: Literal["healthy", "degraded", "unhealthy", "unused"]
    detail: str


class Components(Composite):
    """How each part is."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {
        "database": "ComponentHealth",
        "redis": "ComponentHealth",
        "cloud_apis": "ComponentHealth",
        "jobs": "ComponentHealth",
        "storage": "ComponentHealth",
    }

    database: ComponentHealth
    redis: ComponentHealth
    cloud_apis: ComponentHealth
    jobs: ComponentHealth
    storage: ComponentHealth


Confidence: TypeAlias = "Literal['high', 'medium', 'low']"


class ConnectionReply(Composite):
    """What the credentials are good for."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"missing": "list[MissingModel]"}

    provider: str
    home: str
    """AWS account, Azure tenant or GCP project they belong to, where they say so."""
    identity: str
    """The name of the user, role or application, where they say so."""
    accounts: list[str]
    """The accounts, subscriptions or projects that can be entered."""
    regions: list[str]
    """The regions that the first account has enabled, for AWS."""
    missing: list[MissingModel]
    """What is denied; empty when a scan will see everything."""
    untested: int
    """How many accounts were left out of looking for what is missing."""


class ConvertedCosts(Document):
    """The bill in one currency, at given rates."""

    __slots__ = ()

    currency: str
    total: float
    attributed: float
    unattributed: float
    left_out: list[str]
    """Currencies that the table lacks: they are in no sum."""
    as_of: str
    source: str
    rates: dict[str, float]
    """What one unit of each is worth."""


class CostAnalysisReply(Composite):
    """What one provider's bills say."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {
        "currencies": "list[CurrencyCosts]",
        "converted": "ConvertedCosts",
        "anomalies": "list[AnomalyEntry]",
        "by_service": "list[CostGroup]",
        "by_account": "list[CostGroup]",
        "by_region": "list[CostGroup]",
        "by_type": "list[CostGroup]",
    }
    _defaults: ClassVar[dict[str, Any]] = {"converted": None}

    basis: Literal["amortised", "billed"]
    months: list[str]
    currencies: list[CurrencyCosts]
    converted: ConvertedCosts | None
    """None where the server has no table of rates."""
    anomalies: list[AnomalyEntry]
    provider: str
    by_service: list[CostGroup]
    by_account: list[CostGroup]
    by_region: list[CostGroup]
    by_type: list[CostGroup]


class CostGroup(Document):
    """What one account, region, type or tag cost."""

    __slots__ = ()

    key: str
    currency: str
    amount: float
    share: float | None
    """Of the bill in its currency, 0 to 1."""
    resources: int


class CostGroups(Composite):
    """The sums of a currency add up to its bill, to the cent."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[CostGroup]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[CostGroup]
    else:
        items = Field()
    next_cursor: None


class CostSummary(Composite):
    """Each currency for itself: they are never added up."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {
        "currencies": "list[CurrencyCosts]",
        "converted": "ConvertedCosts",
        "anomalies": "list[AnomalyEntry]",
    }
    _defaults: ClassVar[dict[str, Any]] = {"converted": None}

    basis: Literal["amortised", "billed"]
    months: list[str]
    currencies: list[CurrencyCosts]
    converted: ConvertedCosts | None
    """None where the server has no table of rates."""
    anomalies: list[AnomalyEntry]


class CoverageModel(Document):
    """What became of looking at one type in one region of one account."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"count": 0, "permission": None, "detail": None}

    provider: str
    account: str
    region: str
    type: str
    status: str
    """seen, denied, throttled, timeout, failed, unsupported or skipped."""
    count: int
    permission: str | None
    """What is missing, when it was denied."""
    detail: str | None


class CoverageReply(Composite):
    """The latest look at each scope, and how many of them hide something."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[CoverageModel]"}

    if TYPE_CHECKING:
        items: Listed[CoverageModel]
    else:
        items = Field()
    gaps: int


class CredentialModel(Document):
    """A credential without what is secret in it."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "last_used_at"])
    _defaults: ClassVar[dict[str, Any]] = {"last_used_at": None}

    name: str
    provider: str
    facts: dict[str, str]
    """What may be shown of it: key id, tenant, e-mail address."""
    key_id: str
    """The master key that it is sealed under."""
    created_by: str
    created_at: datetime
    last_used_at: datetime | None


class CredentialPage(Composite):
    """One page of credentials, in the order of their names."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[CredentialModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[CredentialModel]
    else:
        items = Field()
    next_cursor: str | None


class CredentialRequest(TypedDict):
    """A credential to keep, sealed. It can be used, replaced and deleted, and is never shown again."""

    name: str
    provider: str
    secret: dict[str, str]


class CurrencyCosts(Composite):
    """The bill in one currency. `attributed` and `unattributed` add up to `total`, to the cent."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"by_month": "list[MonthTotal]", "forecast": "ForecastReply"}

    currency: str
    total: float
    attributed: float
    """What belongs to a resource of the inventory."""
    unattributed: float
    unattributed_by_reason: dict[str, float]
    """not_named, not_in_inventory, ambiguous, not_of_resources."""
    by_category: dict[str, float]
    """usage, commitment, purchase, tax, credit, adjustment."""
    lines: int
    lines_attributed: int
    resources: int
    by_month: list[MonthTotal]
    forecast: ForecastReply | None


class CurrencyTotal(Document):
    """What a bill came to in a month."""

    __slots__ = ()

    month: str
    currency: str
    billed: float
    amortised: float


class DeliveryModel(Composite):
    """One event for one webhook."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"attempts": "list[AttemptModel]"}
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "due_at", "finished_at"])
    _defaults: ClassVar[dict[str, Any]] = {"due_at": None, "finished_at": None}

    id: str
    message_id: str
    """The header `webhook-id`, the same at every try."""
    event: str
    subject: str
    status: str
    """waiting, delivered, or failed: given up."""
    due_at: datetime | None
    """When it is tried next, while it waits."""
    created_at: datetime
    finished_at: datetime | None
    attempts: list[AttemptModel]
    document: dict[str, Any]
    """What is told, before it is put into its shape."""


class DeliveryPage(Composite):
    """One page of deliveries, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[DeliveryModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[DeliveryModel]
    else:
        items = Field()
    next_cursor: str | None


DeliveryStatus: TypeAlias = "Literal['waiting', 'delivered', 'failed']"


class DiagramMetadata(Document):
    """Figures of a picture."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"cost_total": None, "currency": None, "resources": 0, "gaps": 0}

    nodes: int
    """Boxes that stand for resources."""
    connections: int
    """Lines."""
    cost_total: float | None
    """Monthly cost of what is shown; null when unknown."""
    currency: str | None
    resources: int
    """Resources the picture stands for."""
    gaps: int
    """Scopes that could not be looked at."""


class DiagramModel(Document):
    """A kept picture."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at"])
    _defaults: ClassVar[dict[str, Any]] = {"created_at": None}

    id: str
    discovery_ids: list[str]
    theme: str
    layout: str
    metadata: dict[str, Any]
    created_at: datetime | None


class DiagramPage(Composite):
    """One page of pictures, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[DiagramModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[DiagramModel]
    else:
        items = Field()
    next_cursor: str | None


class DiagramReply(Document):
    """A kept picture with its Mermaid code and the options it was drawn with."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at"])
    _defaults: ClassVar[dict[str, Any]] = {"created_at": None}

    id: str
    discovery_ids: list[str]
    theme: str
    layout: str
    metadata: dict[str, Any]
    created_at: datetime | None
    mermaid_code: str
    options: dict[str, Any]
    exports: dict[str, str]


class DiffReply(Composite):
    """What has to be done to `a` to get `b`."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {
        "added": "list[ResourceModel]",
        "removed": "list[ResourceModel]",
        "changed": "list[ChangedModel]",
        "links_added": "list[LinkModel]",
        "links_removed": "list[LinkModel]",
    }

    a: str
    b: str
    added: list[ResourceModel]
    removed: list[ResourceModel]
    changed: list[ChangedModel]
    cost_changes: dict[str, float]
    """By currency, how much more, or less, what differs costs a month."""
    links_added: list[LinkModel]
    links_removed: list[LinkModel]


Direction: TypeAlias = "Literal['down', 'right']"


class DiscoveryAccepted(Document):
    """The discovery and the job that carries it out. Follow `Location`, or GET /jobs/{job_id}."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"webhook_id": None, "webhook_secret": None}
    _secrets: ClassVar[frozenset[str]] = frozenset(["webhook_secret"])

    discovery_id: str
    job_id: str
    status: str
    webhook_id: str | None
    """The webhook of `webhook_url`."""
    webhook_secret: str | None
    """What it signs with (`whsec_…`); shown this once."""


class DiscoveryModel(Composite):
    """One look at a cloud or at files."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"changes": "ChangesModel"}
    _times: ClassVar[frozenset[str]] = frozenset(["completed_at", "created_at", "seen_at", "started_at"])
    _defaults: ClassVar[dict[str, Any]] = {
        "changes": None,
        "reason": None,
        "progress": {},
        "request": {},
        "created_at": None,
        "started_at": None,
        "completed_at": None,
        "seen_at": None,
    }

    id: str
    provider: str
    source: str
    status: str
    """pending, running, completed, partial, failed or cancelled."""
    resources_found: int
    changes: ChangesModel | None
    reason: str | None
    """Why it failed, where that is known."""
    progress: dict[str, Any]
    """Listings done of all, and resources found so far."""
    request: dict[str, Any]
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    seen_at: datetime | None
    """From when on what it recorded holds: a moment to look at."""


class DiscoveryPage(Composite):
    """One page of discoveries, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[DiscoveryModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[DiscoveryModel]
    else:
        items = Field()
    next_cursor: str | None


class DiscoveryReply(Composite):
    """One look with what it could see and what it could not."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {
        "changes": "ChangesModel",
        "coverage": "list[CoverageModel]",
        "problems": "list[ProblemEntry]",
    }
    _times: ClassVar[frozenset[str]] = frozenset(["completed_at", "created_at", "seen_at", "started_at"])
    _defaults: ClassVar[dict[str, Any]] = {
        "changes": None,
        "reason": None,
        "progress": {},
        "request": {},
        "created_at": None,
        "started_at": None,
        "completed_at": None,
        "seen_at": None,
        "job_id": None,
    }

    id: str
    provider: str
    source: str
    status: str
    """pending, running, completed, partial, failed or cancelled."""
    resources_found: int
    changes: ChangesModel | None
    reason: str | None
    """Why it failed, where that is known."""
    progress: dict[str, Any]
    """Listings done of all, and resources found so far."""
    request: dict[str, Any]
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    seen_at: datetime | None
    """From when on what it recorded holds: a moment to look at."""
    job_id: str | None
    """The job at work on it, while there is one."""
    coverage: list[CoverageModel]
    gaps: int
    """How many coverage entries hide something."""
    problems: list[ProblemEntry]


class DrawingReply(Document):
    """The map is being laid out; ask again after `Retry-After`."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"status": "drawing"}

    status: str


class EstimateEntry(Document):
    """What a resource that no bill names is likely to cost a month."""

    __slots__ = ()

    id: str
    provider: str
    type: str
    name: str
    account: str
    region: str
    estimate_monthly: float
    low: float
    """The least that its like costs."""
    high: float
    currency: str
    like: int
    """How many of its like it is taken from."""
    same_region: bool
    source: str


class EstimateList(Composite):
    """Dearest first. `unknown` have neither a bill nor anything like them on one."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[EstimateEntry]", "totals": "list[EstimateTotal]"}

    if TYPE_CHECKING:
        items: Listed[EstimateEntry]
    else:
        items = Field()
    totals: list[EstimateTotal]
    unknown: int


class EstimateTotal(Document):
    """Of estimates alone."""

    __slots__ = ()

    currency: str
    estimated: float


class ExchangeRequest(TypedDict):
    """The code of a sign-in link. It is used up."""

    code: str


class ExportRequest(TypedDict, total=False):
    """A picture to draw and hand over at once, without keeping it; or a kept one by its `diagram_id`."""

    discovery_ids: list[str]
    layout: Layout
    theme: Theme
    max_nodes: int
    include_costs: bool
    include_dependencies: bool
    filter: str
    group_by: str
    focus: str
    hops: int
    title: str
    at: str
    since: str
    direction: Direction
    previous: str
    format: Format
    scale: float
    page: Page
    link_base: str
    diagram_id: str
    delivery: Literal["file", "link"]
    link_seconds: int | None


class FacetsReply(Document):
    """How many of the matching resources have each value; `""` counts those that have none."""

    __slots__ = ()

    provider: dict[str, int]
    type: dict[str, int]
    region: dict[str, int]
    account: dict[str, int]
    state: dict[str, int]


class ForecastReply(Document):
    """What the newest month will come to."""

    __slots__ = ()

    month: str
    as_of: str
    """The last day that is billed."""
    so_far: float
    expected: float
    error: float | None
    """How far off the same reckoning was in past months, as a share."""
    checked_months: int


Format: TypeAlias = "Literal['svg', 'png', 'pdf', 'mermaid', 'markdown', 'json', 'drawio', 'html', 'csv', 'xlsx']"


class GcpConnectionRequest(TypedDict, total=False):
    """Which projects to test. Nothing given means every one that the server's credentials see."""

    project_id: str
    projects: list[str]
    credential: str


class GcpDiscoverRequest(TypedDict, total=False):
    """What to look at. Nothing given means every project that the server's credentials see."""

    project_id: str
    projects: list[str]
    regions: list[str]
    services: list[str]
    resource_types: list[str]
    credential: str
    resume: str
    webhook_url: str


class GenerateReply(Composite):
    """The picture that was drawn."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"metadata": "DiagramMetadata"}
    _defaults: ClassVar[dict[str, Any]] = {"pages": []}

    diagram_id: str
    mermaid_code: str
    pages: list[str]
    """The Mermaid charts that follow the first, where Mermaid cannot take it in one."""
    metadata: DiagramMetadata
    layout: str
    theme: str
    exports: dict[str, str]
    """Format → where to get the file."""


class GenerateRequest(TypedDict, total=False):
    """A picture to draw and keep."""

    discovery_ids: list[str]
    layout: Layout
    theme: Theme
    max_nodes: int
    include_costs: bool
    include_dependencies: bool
    filter: str
    group_by: str
    focus: str
    hops: int
    title: str
    at: str
    since: str
    direction: Direction
    previous: str
    formats: list[Format]


class GraphReply(Composite):
    """Resources and the links between them."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"resources": "list[ResourceModel]", "links": "list[LinkModel]"}

    resources: list[ResourceModel]
    links: list[LinkModel]


class HealthReply(Composite):
    """How the installation is."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"components": "Components"}

    status: Literal["healthy", "degraded", "unhealthy"]
    version: str
    components: Components


class HistoryReply(Composite):
    """Every distinct state of a resource, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[VersionModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[VersionModel]
    else:
        items = Field()
    next_cursor: None


class IdentitiesReply(Composite):
    """The identities of somebody, oldest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[IdentityModel]"}

    if TYPE_CHECKING:
        items: Listed[IdentityModel]
    else:
        items = Field()


class IdentityModel(Document):
    """An identity by which somebody may sign in."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at"])
    _defaults: ClassVar[dict[str, Any]] = {"created_at": None}

    id: str
    provider: str
    issuer: str
    subject: str
    created_at: datetime | None


class _IdentityRequest(TypedDict):
    provider: str
    subject: str


class IdentityRequest(_IdentityRequest, total=False):
    """An identity to join an account to."""

    tenant: str


class ImportReply(Composite):
    """What an import came to."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"problems": "list[ProblemEntry]"}

    discovery_id: str
    status: str
    """completed, or partial when something in the files could not be read."""
    resources: int
    links: int
    added: int
    changed: int
    removed: int
    problems: list[ProblemEntry]


class JobAccepted(Document):
    """The work goes on in the background. Follow `Location`."""

    __slots__ = ()

    job_id: str
    status: str


class JobModel(Document):
    """A piece of background work."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "finished_at", "run_after", "started_at"])
    _defaults: ClassVar[dict[str, Any]] = {
        "result": None,
        "error": None,
        "created_at": None,
        "run_after": None,
        "started_at": None,
        "finished_at": None,
    }

    id: str
    kind: str
    status: str
    """queued, running, succeeded, partial, failed or cancelled."""
    requested_by: str
    attempt: int
    max_attempts: int
    priority: int
    cancel_requested: bool
    progress: dict[str, Any]
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    """Code, detail and hint, when it failed."""
    created_at: datetime | None
    run_after: datetime | None
    """It does not start before this."""
    started_at: datetime | None
    finished_at: datetime | None


class JobPage(Composite):
    """One page of jobs, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[JobModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[JobModel]
    else:
        items = Field()
    next_cursor: str | None


class _JobRequest(TypedDict):
    kind: str


class JobRequest(_JobRequest, total=False):
    """Work to be done in the background. The arguments depend on the kind; see docs/guide/jobs.md."""

    arguments: dict[str, Any]
    priority: int


JobStatus: TypeAlias = "Literal['queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled']"


class KeyLimits(TypedDict, total=False):
    """Requests that a key has for itself in the window of the settings `limits.*`, in place of …"""

    reads: int | None
    writes: int | None
    heavy: int | None


class KeyModel(Document):
    """A key as lists show it: never the key itself."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "expires_at", "last_used_at", "revoked_at"])
    _defaults: ClassVar[dict[str, Any]] = {
        "created_at": None,
        "expires_at": None,
        "last_used_at": None,
        "revoked_at": None,
    }

    id: str
    name: str
    prefix: str
    """The beginning of the key, to know it by."""
    owner: int
    """The id of the person whom it speaks for."""
    roles: list[str]
    access: Literal["read", "write"]
    limits: dict[str, int]
    created_at: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""
    revoked_at: datetime | None


class KeyPage(Composite):
    """One page of keys, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[KeyModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[KeyModel]
    else:
        items = Field()
    next_cursor: str | None


class _KeyRequest(TypedDict):
    name: str


class KeyRequest(_KeyRequest, total=False):
    """A key to make."""

    roles: list[str]
    access: Literal["read", "write"]
    expires_in_days: int | None
    limits: KeyLimits


Layout: TypeAlias = "Literal['hierarchical', 'force-directed', 'circular', 'grid']"


class LinkModel(Document):
    """A relation; the source acts on, or sits in, the target."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"resolved": True, "stated_by": None}

    source: str
    target: str
    kind: str
    """contains, attached_to, routes_to, uses, member_of, guarded_by or runs_as."""
    resolved: bool
    """False while the target is not in the inventory."""
    stated_by: list[str] | None
    """Ids of the resources that state it, where that is not the source alone."""


class LinkReply(Document):
    """A link to a file. Whoever has it may follow it until it ends."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["expires_at"])
    _secrets: ClassVar[frozenset[str]] = frozenset(["url"])

    url: str
    """Where the file is; relative to this server where it begins with a slash."""
    expires_at: datetime
    file_name: str
    media_type: str
    size: int
    """In bytes."""
    sha256: str
    """Of the file, in hex."""


class LoginRequest(TypedDict):
    """A name and a password."""

    username: str
    password: str


class MapLayer(Composite):
    """What the numbers of a layer mean."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"values": "list[MapLayerValue]"}

    name: str
    scale: bool
    """Whether the values are steps of a scale."""
    if TYPE_CHECKING:
        values: Listed[MapLayerValue]
    else:
        values = Field()


class MapLayerValue(Document):
    """One value of a layer; the empty one stands for none."""

    __slots__ = ()

    value: str
    count: int
    """How many resources have it."""


class MapPart(Document):
    """Boxes and lines, as in the scene document; containers also tell what is `inside`, and each …"""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"paint": None, "bundles": None}

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    paint: list[list[Any]] | None
    """With a layer, for each node: the number of its value, and its share in percent."""
    bundles: list[dict[str, Any]] | None
    """Of a tile, for its level only: lines between containers whose content is not there yet …"""


class MeReply(Document):
    """Who the access token belongs to."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"api_key": None}

    id: int
    username: str
    email: str
    roles: list[str]
    api_key: str | None
    """The id of the API key, when one was sent."""


class MissingModel(Document):
    """Something that a scan will not see."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"detail": ""}

    permission: str
    """The cloud's own name of what is missing; empty when it is no permission."""
    accounts: list[str]
    """The accounts, subscriptions or projects in which it is missing."""
    detail: str
    """What the cloud said."""


class MonthTotal(Document):
    """What a month came to."""

    __slots__ = ()

    month: str
    total: float


class NamedChoice(Document):
    """A choice and what it is for."""

    __slots__ = ()

    name: str
    title: str
    is_default: bool


class NewKeyModel(Document):
    """A key that was just made. `key` is shown this once."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "expires_at", "last_used_at", "revoked_at"])
    _defaults: ClassVar[dict[str, Any]] = {
        "created_at": None,
        "expires_at": None,
        "last_used_at": None,
        "revoked_at": None,
    }
    _secrets: ClassVar[frozenset[str]] = frozenset(["key"])

    id: str
    name: str
    prefix: str
    """The beginning of the key, to know it by."""
    owner: int
    """The id of the person whom it speaks for."""
    roles: list[str]
    access: Literal["read", "write"]
    limits: dict[str, int]
    created_at: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""
    revoked_at: datetime | None
    key: str
    """Send it as `Authorization: Bearer …` or as `X-API-Key`."""


Page: TypeAlias = "Literal['fit', 'a4', 'a3', 'a2', 'letter', 'tabloid']"


class PasswordRequest(TypedDict):
    """A new password."""

    password: str


class PlaceReply(Document):
    """Where a resource is on the map."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"folded": False}

    of: str
    """The id that is meant: the first of those asked for that is shown."""
    folded: bool
    """Whether it has no box, and the box is the one that it belongs to."""
    node: dict[str, Any]
    """The box that shows it."""
    path: list[dict[str, Any]]
    """The containers around it, outermost first."""


class Problem(Composite):
    """Every 4xx and 5xx: an RFC 9457 problem document (`application/problem+json`)."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"errors": "list[WrongValue]"}
    _defaults: ClassVar[dict[str, Any]] = {"errors": [], "request_id": ""}

    type: str
    """A name for the kind of problem; not a place to visit."""
    title: str
    """The kind of problem in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong this time, and where."""
    instance: str
    """The path of the request."""
    code: str
    """A short word that programs may rely on."""
    hint: str
    """What to do about it; may be empty."""
    errors: list[WrongValue]
    """For 422: each value that is not acceptable."""
    request_id: str
    """Find the request in the server's log by it."""


class ProblemEntry(Document):
    """An oddity met while reading; it stopped nothing."""

    __slots__ = ()

    resource: str
    what: str
    where: str


class ProcessCache(Document):
    """What the process that answers keeps in its own memory, and how often it helped since its start."""

    __slots__ = ()

    replies_bytes: int
    replies_most_bytes: int
    """The setting cache.memory_mb."""
    replies_hits: int
    replies_misses: int
    hits: int
    """Values found under the keys of the families."""
    misses: int


class ProviderModel(Document):
    """An identity provider to sign in with."""

    __slots__ = ()

    id: str
    title: str
    login_url: str


class ProvidersReply(Composite):
    """The identity providers of this installation; none means: by password only."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[ProviderModel]"}

    if TYPE_CHECKING:
        items: Listed[ProviderModel]
    else:
        items = Field()


class RedisFigures(Document):
    """What the servers of Redis say, added up."""

    __slots__ = ()

    kind: str
    """single, sentinel or cluster."""
    servers: int
    """Those that hold a part of the keys."""
    version: str
    if TYPE_CHECKING:
        keys: int  # type: ignore[assignment]
        """All there are, those of others too."""
    else:
        keys = Field()
    used_bytes: int
    most_bytes: int
    """maxmemory; 0 where there is no limit."""
    hits: int
    misses: int
    evicted: int


class RefreshRequest(TypedDict):
    """The refresh token of the last grant. It is used up."""

    refresh_token: str


class ResourceCharge(Document):
    """What a resource cost in a month, for one service and category."""

    __slots__ = ()

    month: str
    service: str
    category: str
    currency: str
    billed: float
    amortised: float


class ResourceCharges(Composite):
    """Newest month first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[ResourceCharge]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[ResourceCharge]
    else:
        items = Field()
    next_cursor: None


class ResourceModel(Document):
    """One resource, in the same form for every cloud and source."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {
        "zone": None,
        "parent": None,
        "state": None,
        "cost_monthly": None,
        "currency": None,
    }

    id: str
    """ARN, ARM id in lower case, or full resource name."""
    provider: str
    type: str
    """Type key, as GET /{provider}/resource-types lists them."""
    native_type: str
    """The cloud's own name of the type."""
    kind: str
    """The word for what it is, whichever cloud it is in."""
    name: str
    account: str
    region: str
    zone: str | None
    parent: str | None
    """Id of what it is inside of."""
    state: str | None
    tags: dict[str, str]
    cost_monthly: float | None
    currency: str | None
    properties: dict[str, Any]


class ResourcePage(Composite):
    """One page of resources, in the order of their ids."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[ResourceModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[ResourceModel]
    else:
        items = Field()
    next_cursor: str | None


class ResourceReply(Composite):
    """A resource as it is now, its links, and where that is known from."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"resource": "ResourceModel", "links": "list[LinkModel]"}
    _times: ClassVar[frozenset[str]] = frozenset(["first_seen_at", "last_seen_at"])

    resource: ResourceModel
    links: list[LinkModel]
    source: str
    """The account, file or other source whose word counts."""
    seen_by: list[str]
    """All sources that have it now, that one first: scans and files."""
    source_discovery: str
    """Id of the discovery that saw it last."""
    first_seen_at: datetime
    last_seen_at: datetime
    console: str
    """Its address in the cloud's own console; empty where none is known."""


class RoleModel(Document):
    """A role, and what it allows. Each includes those before it."""

    __slots__ = ()

    name: str
    title: str
    allows: str


class RolesReply(Composite):
    """The roles there are, lowest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[RoleModel]"}

    if TYPE_CHECKING:
        items: Listed[RoleModel]
    else:
        items = Field()


class SceneReply(Document):
    """The laid-out picture: the scene document of the contract, which every renderer draws from."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"title": "", "direction": "down", "diagram_id": None}

    format: str
    layout: str
    theme: str
    width: float
    height: float
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    summary: dict[str, Any]
    title: str
    direction: str
    diagram_id: str | None


class ScheduleModel(Document):
    """A schedule, with the times at which it will start its job, before jitter."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "next_runs", "updated_at"])
    _defaults: ClassVar[dict[str, Any]] = {"created_at": None, "updated_at": None}

    id: str
    name: str
    cron: str
    time_zone: str
    kind: str
    arguments: dict[str, Any]
    jitter_seconds: int
    priority: int
    missed: str
    paused: bool
    next_runs: list[datetime]
    """The next five; none while it is paused."""
    created_by: str
    created_at: datetime | None
    updated_at: datetime | None


class SchedulePage(Composite):
    """One page of schedules, by name."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[ScheduleModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[ScheduleModel]
    else:
        items = Field()
    next_cursor: str | None


class _ScheduleRequest(TypedDict):
    name: str
    cron: str
    kind: str


class ScheduleRequest(_ScheduleRequest, total=False):
    """When to start which kind of job again and again."""

    time_zone: str
    arguments: dict[str, Any]
    jitter_seconds: int
    priority: int
    missed: Literal["skip", "once", "all"]
    paused: bool


class ScheduleRunModel(Document):
    """A tick that was dealt with. Without a job it was missed, and skipped."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "tick"])
    _defaults: ClassVar[dict[str, Any]] = {"job_id": None, "status": None}

    tick: datetime
    created_at: datetime
    job_id: str | None
    status: str | None
    """Of the job, while that is remembered."""


class ScheduleRunPage(Composite):
    """One page of ticks, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[ScheduleRunModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[ScheduleRunModel]
    else:
        items = Field()
    next_cursor: str | None


class SearchRequest(TypedDict, total=False):
    """Conditions that must all hold; within one list any value will do."""

    providers: list[str]
    types: list[str]
    kinds: list[str]
    regions: list[str]
    accounts: list[str]
    states: list[str]
    ids: list[str]
    tags: dict[str, str]
    discoveries: list[str]
    text: str
    at: str
    filter: str
    limit: int
    cursor: str | None


class SecretRequest(TypedDict, total=False):
    """The next signing secret."""

    secret: str


class SettingModel(Document):
    """One setting in force."""

    __slots__ = ()

    name: str
    value: str
    """As text; secrets are masked."""
    origin: str
    """The variable or file it came from, `flag`, or `default`."""
    meaning: str


class SettingsReply(Composite):
    """All settings in force, in the order of their declaration."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[SettingModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[SettingModel]
    else:
        items = Field()
    next_cursor: None


Theme: TypeAlias = "Literal['enterprise', 'modern', 'minimal', 'dark', 'light', 'colorful']"


class TilesReply(Composite):
    """Tiles by their names, `level.column.row`."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"tiles": "dict[str, MapPart]"}

    version: str
    tiles: dict[str, MapPart]


class TokenReply(Document):
    """A grant: send `access_token` as `Authorization: Bearer …`, and refresh it before …"""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"token_type": "bearer"}
    _secrets: ClassVar[frozenset[str]] = frozenset(["access_token", "refresh_token"])

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"]
    expires_in: int
    """Seconds until the access token expires."""


class TypeModel(Document):
    """A resource type that CloudViz knows."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"supporting": False}

    key: str
    kind: str
    title: str
    native_type: str
    terraform: list[str]
    """Names of the type in Terraform."""
    icon: str
    supporting: bool
    """Kept for what it tells of others; no headline type."""


class TypesReply(Composite):
    """All types of a cloud, in the order of their keys."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[TypeModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[TypeModel]
    else:
        items = Field()
    next_cursor: None


class _UserChange(TypedDict):
    roles: list[str]


class UserChange(_UserChange, total=False):
    """What a person may from now on."""

    disabled: bool


class UserModel(Document):
    """Somebody who may sign in."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at"])
    _defaults: ClassVar[dict[str, Any]] = {"disabled": False, "created_at": None}

    id: int
    username: str
    email: str
    roles: list[str]
    disabled: bool
    """Shut out: neither password, session nor key works."""
    created_at: datetime | None


class UserPage(Composite):
    """One page of people."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[UserModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[UserModel]
    else:
        items = Field()
    next_cursor: str | None


class _UserRequest(TypedDict):
    username: str
    email: str
    password: str


class UserRequest(_UserRequest, total=False):
    """A person to add."""

    roles: list[str]


class VersionModel(Composite):
    """One state of a resource, and how long it held."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"resource": "ResourceModel"}
    _times: ClassVar[frozenset[str]] = frozenset(["last_seen_at", "valid_from", "valid_to"])
    _defaults: ClassVar[dict[str, Any]] = {"valid_to": None}

    resource: ResourceModel
    valid_from: datetime
    valid_to: datetime | None
    """Null while it holds."""
    last_seen_at: datetime
    first_discovery: str
    last_discovery: str
    content_hash: str


class ViewModel(Document):
    """A view that you named."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "updated_at"])
    _defaults: ClassVar[dict[str, Any]] = {"created_at": None, "updated_at": None}

    id: str
    name: str
    place: str
    created_at: datetime | None
    updated_at: datetime | None


class ViewPage(Composite):
    """One page of your views, by their names."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[ViewModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[ViewModel]
    else:
        items = Field()
    next_cursor: str | None


class ViewRequest(TypedDict):
    """A view to keep."""

    name: str
    place: str


class WasteEntry(Document):
    """A resource that is paid for and serves nothing."""

    __slots__ = ()
    _defaults: ClassVar[dict[str, Any]] = {"estimated_from": None}

    id: str
    provider: str
    type: str
    name: str
    account: str
    region: str
    kind: Literal["unattached", "idle", "stopped", "orphaned", "empty"]
    reason: str
    confidence: Literal["high", "medium", "low"]
    cost_monthly: float | None
    currency: str | None
    cost_source: Literal["bill", "estimate", ""]
    """Empty where nothing is known."""
    estimated_from: str | None


WasteKind: TypeAlias = "Literal['unattached', 'idle', 'stopped', 'orphaned', 'empty']"


class WasteList(Composite):
    """Dearest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[WasteEntry]", "totals": "list[WasteTotal]"}

    if TYPE_CHECKING:
        items: Listed[WasteEntry]
    else:
        items = Field()
    totals: list[WasteTotal]


class WasteTotal(Document):
    """What it comes to in one currency; what is billed and what is estimated apart."""

    __slots__ = ()

    currency: str
    billed: float
    estimated: float
    resources: int


class WebhookChange(TypedDict, total=False):
    """What is given replaces what there was; the secret stays."""

    url: str
    events: list[str] | None
    filters: WebhookFilters | None
    shape: Literal["standard", "slack", "teams"] | None
    description: str | None


class WebhookFilters(TypedDict, total=False):
    """Conditions that must all hold. Those that say nothing of an event let it pass."""

    providers: list[str]
    accounts: list[str]
    tags: dict[str, str]
    min_severity: Literal["info", "warning", "error"] | None
    min_changes: int
    min_amount: float


class WebhookMade(Document):
    """A webhook with its present secret, which is shown this once."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "failing_since", "last_success_at", "quiet_until"])
    _defaults: ClassVar[dict[str, Any]] = {"failing_since": None, "quiet_until": None, "last_success_at": None}
    _secrets: ClassVar[frozenset[str]] = frozenset(["secret"])

    id: str
    url: str
    shape: str
    events: list[str]
    """discovery.completed, discovery.partial, discovery.failed, change.detected, diagram.ready …"""
    filters: dict[str, Any]
    description: str
    status: str
    """active, paused (events wait) or disabled (events pass by)."""
    reason: str
    """Why it is paused or disabled."""
    subject: str
    """The one thing that it is for, such as `discovery:ID`; empty for all."""
    failing_since: datetime | None
    quiet_until: datetime | None
    """The endpoint asked not to be asked before."""
    last_success_at: datetime | None
    created_by: str
    created_at: datetime
    secret: str
    """`whsec_…`: receivers verify with it."""


class WebhookModel(Document):
    """A webhook without its secrets; of the addresses of Slack and Teams only the host is shown."""

    __slots__ = ()
    _times: ClassVar[frozenset[str]] = frozenset(["created_at", "failing_since", "last_success_at", "quiet_until"])
    _defaults: ClassVar[dict[str, Any]] = {"failing_since": None, "quiet_until": None, "last_success_at": None}

    id: str
    url: str
    shape: str
    events: list[str]
    """discovery.completed, discovery.partial, discovery.failed, change.detected, diagram.ready …"""
    filters: dict[str, Any]
    description: str
    status: str
    """active, paused (events wait) or disabled (events pass by)."""
    reason: str
    """Why it is paused or disabled."""
    subject: str
    """The one thing that it is for, such as `discovery:ID`; empty for all."""
    failing_since: datetime | None
    quiet_until: datetime | None
    """The endpoint asked not to be asked before."""
    last_success_at: datetime | None
    created_by: str
    created_at: datetime


class WebhookPage(Composite):
    """One page of webhooks, newest first."""

    __slots__ = ()
    _parts: ClassVar[dict[str, Any]] = {"items": "list[WebhookModel]"}
    _defaults: ClassVar[dict[str, Any]] = {"next_cursor": None}

    if TYPE_CHECKING:
        items: Listed[WebhookModel]
    else:
        items = Field()
    next_cursor: str | None


class _WebhookRequest(TypedDict):
    url: str


class WebhookRequest(_WebhookRequest, total=False):
    """Where to send which events."""

    events: list[str]
    filters: WebhookFilters
    shape: Literal["standard", "slack", "teams"] | None
    description: str
    secret: str


class WrongValue(Document):
    """One value of a request that is not acceptable. The value itself is never repeated."""

    __slots__ = ()

    in_: str
    """Where it came: body, query, path or header."""
    pointer: str
    """JSON Pointer to it (RFC 6901)."""
    detail: str
    """Why."""
