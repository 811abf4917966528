# Written by `make openapi`; changes here are lost.

"""The documents of the API: what requests hold and answers bring. Answers may hold more."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict


class AliveReply(TypedDict):
    """The process answers."""

    status: Literal["alive", "ready"]


class AnomalyEntry(TypedDict):
    """A day on which a service cost far more, or less, than it used to."""

    day: str
    provider: str
    account: str
    service: str
    currency: str
    amount: float
    expected: float


class _AroundReply(TypedDict):
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    more: bool


class AroundReply(_AroundReply, total=False):
    """What hangs together with a box."""

    paint: list[list[Any]] | None
    bundles: list[dict[str, Any]] | None


class _AtlasReply(TypedDict):
    version: str
    title: str
    layout: str
    theme: str
    width: float
    height: float
    tile: int
    born: int
    levels: int
    boxes: int
    lines: int
    summary: dict[str, Any]
    layers: list[str]


class AtlasReply(_AtlasReply, total=False):
    """A laid-out map, without its boxes."""

    format: str
    layer: MapLayer | None


class _AttemptModel(TypedDict):
    number: int
    at: str
    error: str
    body: str
    duration_ms: float


class AttemptModel(_AttemptModel, total=False):
    """One try of a delivery."""

    response_status: int | None


class AuditModel(TypedDict):
    """One line of the audit."""

    id: int
    at: str
    actor: str
    action: str
    target: str
    address: str
    detail: dict[str, Any]


class _AuditPage(TypedDict):
    items: list[AuditModel]


class AuditPage(_AuditPage, total=False):
    """One page of the audit, newest first."""

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


class BillEntry(TypedDict):
    """A bill that is kept."""

    id: str
    source: str
    formats: list[str]
    created_at: str
    created_by: str
    lines: int
    lines_lost: int


class BillPage(TypedDict):
    """One page of bills, newest first."""

    items: list[BillEntry]
    next_cursor: str | None


class BillReply(TypedDict):
    """What importing a bill came to. `partial`: lines could not be read, and the sums are without …"""

    bill_id: str
    status: Literal["completed", "partial"]
    formats: list[str]
    months: list[str]
    lines: int
    lines_lost: int
    lines_named: int
    lines_attributed: int
    lines_unattributed: dict[str, int]
    resources: int
    totals: list[CurrencyTotal]
    problems: list[ProblemEntry]


class CacheFamily(TypedDict):
    """The keys that begin with one word."""

    family: Literal["disco", "resources", "costs", "diagram", "session"]
    keys: int | None
    lifetime_seconds: int


class CacheFlushed(TypedDict):
    """What was let go of."""

    flushed: list[Literal["disco", "resources", "costs", "diagram", "session"]]


class _CacheReply(TypedDict):
    state: Literal["memory", "redis", "down"]
    families: list[CacheFamily]
    process: ProcessCache


class CacheReply(_CacheReply, total=False):
    """What is kept ready."""

    redis: RedisFigures | None


class ChainFault(TypedDict):
    """A place where the audit's chain does not hold."""

    kind: str
    seq: int
    detail: str


class ChainReply(TypedDict):
    """What a verification of the audit found."""

    holds: bool
    entries: int
    first: int
    head_seq: int
    head_hash: str
    fault_count: int
    faults: list[ChainFault]


class ChangedModel(TypedDict):
    """A resource in both of its states."""

    before: ResourceModel
    after: ResourceModel
    fields: list[str]


class ChangesModel(TypedDict):
    """What a discovery changed in the inventory, in resources."""

    added: int
    changed: int
    removed: int
    unchanged: int


class _ChildrenReply(TypedDict):
    items: list[dict[str, Any]]


class ChildrenReply(_ChildrenReply, total=False):
    """What lies directly in a container: containers first, each in the order of their names."""

    next_cursor: str | None


class _ChoicesReply(TypedDict):
    items: list[NamedChoice]


class ChoicesReply(_ChoicesReply, total=False):
    """All choices."""

    next_cursor: None


class _ComponentHealth(TypedDict):
    status: Literal["healthy", "degraded", "unhealthy", "unused"]


class ComponentHealth(_ComponentHealth, total=False):
    """How one part is."""

    detail: str


class Components(TypedDict):
    """How each part is."""

    database: ComponentHealth
    redis: ComponentHealth
    cloud_apis: ComponentHealth
    jobs: ComponentHealth
    storage: ComponentHealth


Confidence: TypeAlias = "Literal['high', 'medium', 'low']"


class ConnectionReply(TypedDict):
    """What the credentials are good for."""

    provider: str
    home: str
    identity: str
    accounts: list[str]
    regions: list[str]
    missing: list[MissingModel]
    untested: int


class ConvertedCosts(TypedDict):
    """The bill in one currency, at given rates."""

    currency: str
    total: float
    attributed: float
    unattributed: float
    left_out: list[str]
    as_of: str
    source: str
    rates: dict[str, float]


class _CostAnalysisReply(TypedDict):
    basis: Literal["amortised", "billed"]
    months: list[str]
    currencies: list[CurrencyCosts]
    anomalies: list[AnomalyEntry]
    provider: str
    by_service: list[CostGroup]
    by_account: list[CostGroup]
    by_region: list[CostGroup]
    by_type: list[CostGroup]


class CostAnalysisReply(_CostAnalysisReply, total=False):
    """What one provider's bills say."""

    converted: ConvertedCosts | None


class CostGroup(TypedDict):
    """What one account, region, type or tag cost."""

    key: str
    currency: str
    amount: float
    share: float | None
    resources: int


class _CostGroups(TypedDict):
    items: list[CostGroup]


class CostGroups(_CostGroups, total=False):
    """The sums of a currency add up to its bill, to the cent."""

    next_cursor: None


class _CostSummary(TypedDict):
    basis: Literal["amortised", "billed"]
    months: list[str]
    currencies: list[CurrencyCosts]
    anomalies: list[AnomalyEntry]


class CostSummary(_CostSummary, total=False):
    """Each currency for itself: they are never added up."""

    converted: ConvertedCosts | None


class _CoverageModel(TypedDict):
    provider: str
    account: str
    region: str
    type: str
    status: str


class CoverageModel(_CoverageModel, total=False):
    """What became of looking at one type in one region of one account."""

    count: int
    permission: str | None
    detail: str | None


class CoverageReply(TypedDict):
    """The latest look at each scope, and how many of them hide something."""

    items: list[CoverageModel]
    gaps: int


class _CredentialModel(TypedDict):
    name: str
    provider: str
    facts: dict[str, str]
    key_id: str
    created_by: str
    created_at: str


class CredentialModel(_CredentialModel, total=False):
    """A credential without what is secret in it."""

    last_used_at: str | None


class _CredentialPage(TypedDict):
    items: list[CredentialModel]


class CredentialPage(_CredentialPage, total=False):
    """One page of credentials, in the order of their names."""

    next_cursor: str | None


class CredentialRequest(TypedDict):
    """A credential to keep, sealed. It can be used, replaced and deleted, and is never shown again."""

    name: str
    provider: str
    secret: dict[str, str]


class CurrencyCosts(TypedDict):
    """The bill in one currency. `attributed` and `unattributed` add up to `total`, to the cent."""

    currency: str
    total: float
    attributed: float
    unattributed: float
    unattributed_by_reason: dict[str, float]
    by_category: dict[str, float]
    lines: int
    lines_attributed: int
    resources: int
    by_month: list[MonthTotal]
    forecast: ForecastReply | None


class CurrencyTotal(TypedDict):
    """What a bill came to in a month."""

    month: str
    currency: str
    billed: float
    amortised: float


class _DeliveryModel(TypedDict):
    id: str
    message_id: str
    event: str
    subject: str
    status: str
    created_at: str
    attempts: list[AttemptModel]
    document: dict[str, Any]


class DeliveryModel(_DeliveryModel, total=False):
    """One event for one webhook."""

    due_at: str | None
    finished_at: str | None


class _DeliveryPage(TypedDict):
    items: list[DeliveryModel]


class DeliveryPage(_DeliveryPage, total=False):
    """One page of deliveries, newest first."""

    next_cursor: str | None


DeliveryStatus: TypeAlias = "Literal['waiting', 'delivered', 'failed']"


class _DiagramMetadata(TypedDict):
    nodes: int
    connections: int


class DiagramMetadata(_DiagramMetadata, total=False):
    """Figures of a picture."""

    cost_total: float | None
    currency: str | None
    resources: int
    gaps: int


class _DiagramModel(TypedDict):
    id: str
    discovery_ids: list[str]
    theme: str
    layout: str
    metadata: dict[str, Any]


class DiagramModel(_DiagramModel, total=False):
    """A kept picture."""

    created_at: str | None


class _DiagramPage(TypedDict):
    items: list[DiagramModel]


class DiagramPage(_DiagramPage, total=False):
    """One page of pictures, newest first."""

    next_cursor: str | None


class _DiagramReply(TypedDict):
    id: str
    discovery_ids: list[str]
    theme: str
    layout: str
    metadata: dict[str, Any]
    mermaid_code: str
    options: dict[str, Any]
    exports: dict[str, str]


class DiagramReply(_DiagramReply, total=False):
    """A kept picture with its Mermaid code and the options it was drawn with."""

    created_at: str | None


class DiffReply(TypedDict):
    """What has to be done to `a` to get `b`."""

    a: str
    b: str
    added: list[ResourceModel]
    removed: list[ResourceModel]
    changed: list[ChangedModel]
    cost_changes: dict[str, float]
    links_added: list[LinkModel]
    links_removed: list[LinkModel]


Direction: TypeAlias = "Literal['down', 'right']"


class _DiscoveryAccepted(TypedDict):
    discovery_id: str
    job_id: str
    status: str


class DiscoveryAccepted(_DiscoveryAccepted, total=False):
    """The discovery and the job that carries it out. Follow `Location`, or GET /jobs/{job_id}."""

    webhook_id: str | None
    webhook_secret: str | None


class _DiscoveryModel(TypedDict):
    id: str
    provider: str
    source: str
    status: str
    resources_found: int


class DiscoveryModel(_DiscoveryModel, total=False):
    """One look at a cloud or at files."""

    changes: ChangesModel | None
    reason: str | None
    progress: dict[str, Any]
    request: dict[str, Any]
    created_at: str | None
    started_at: str | None
    completed_at: str | None
    seen_at: str | None


class _DiscoveryPage(TypedDict):
    items: list[DiscoveryModel]


class DiscoveryPage(_DiscoveryPage, total=False):
    """One page of discoveries, newest first."""

    next_cursor: str | None


class _DiscoveryReply(TypedDict):
    id: str
    provider: str
    source: str
    status: str
    resources_found: int
    coverage: list[CoverageModel]
    gaps: int
    problems: list[ProblemEntry]


class DiscoveryReply(_DiscoveryReply, total=False):
    """One look with what it could see and what it could not."""

    changes: ChangesModel | None
    reason: str | None
    progress: dict[str, Any]
    request: dict[str, Any]
    created_at: str | None
    started_at: str | None
    completed_at: str | None
    seen_at: str | None
    job_id: str | None


class DrawingReply(TypedDict, total=False):
    """The map is being laid out; ask again after `Retry-After`."""

    status: str


class EstimateEntry(TypedDict):
    """What a resource that no bill names is likely to cost a month."""

    id: str
    provider: str
    type: str
    name: str
    account: str
    region: str
    estimate_monthly: float
    low: float
    high: float
    currency: str
    like: int
    same_region: bool
    source: str


class EstimateList(TypedDict):
    """Dearest first. `unknown` have neither a bill nor anything like them on one."""

    items: list[EstimateEntry]
    totals: list[EstimateTotal]
    unknown: int


class EstimateTotal(TypedDict):
    """Of estimates alone."""

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


class FacetsReply(TypedDict):
    """How many of the matching resources have each value; `""` counts those that have none."""

    provider: dict[str, int]
    type: dict[str, int]
    region: dict[str, int]
    account: dict[str, int]
    state: dict[str, int]


class ForecastReply(TypedDict):
    """What the newest month will come to."""

    month: str
    as_of: str
    so_far: float
    expected: float
    error: float | None
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


class _GenerateReply(TypedDict):
    diagram_id: str
    mermaid_code: str
    metadata: DiagramMetadata
    layout: str
    theme: str
    exports: dict[str, str]


class GenerateReply(_GenerateReply, total=False):
    """The picture that was drawn."""

    pages: list[str]


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


class GraphReply(TypedDict):
    """Resources and the links between them."""

    resources: list[ResourceModel]
    links: list[LinkModel]


class HealthReply(TypedDict):
    """How the installation is."""

    status: Literal["healthy", "degraded", "unhealthy"]
    version: str
    components: Components


class _HistoryReply(TypedDict):
    items: list[VersionModel]


class HistoryReply(_HistoryReply, total=False):
    """Every distinct state of a resource, newest first."""

    next_cursor: None


class ImportReply(TypedDict):
    """What an import came to."""

    discovery_id: str
    status: str
    resources: int
    links: int
    added: int
    changed: int
    removed: int
    problems: list[ProblemEntry]


class JobAccepted(TypedDict):
    """The work goes on in the background. Follow `Location`."""

    job_id: str
    status: str


class _JobModel(TypedDict):
    id: str
    kind: str
    status: str
    requested_by: str
    attempt: int
    max_attempts: int
    priority: int
    cancel_requested: bool
    progress: dict[str, Any]


class JobModel(_JobModel, total=False):
    """A piece of background work."""

    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_at: str | None
    run_after: str | None
    started_at: str | None
    finished_at: str | None


class _JobPage(TypedDict):
    items: list[JobModel]


class JobPage(_JobPage, total=False):
    """One page of jobs, newest first."""

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


class _KeyModel(TypedDict):
    id: str
    name: str
    prefix: str
    owner: int
    roles: list[str]
    access: Literal["read", "write"]
    limits: dict[str, int]


class KeyModel(_KeyModel, total=False):
    """A key as lists show it: never the key itself."""

    created_at: str | None
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None


class _KeyPage(TypedDict):
    items: list[KeyModel]


class KeyPage(_KeyPage, total=False):
    """One page of keys, newest first."""

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


class _LinkModel(TypedDict):
    source: str
    target: str
    kind: str


class LinkModel(_LinkModel, total=False):
    """A relation; the source acts on, or sits in, the target."""

    resolved: bool
    stated_by: list[str]


class LinkReply(TypedDict):
    """A link to a file. Whoever has it may follow it until it ends."""

    url: str
    expires_at: str
    file_name: str
    media_type: str
    size: int
    sha256: str


class LoginRequest(TypedDict):
    """A name and a password."""

    username: str
    password: str


class MapLayer(TypedDict):
    """What the numbers of a layer mean."""

    name: str
    scale: bool
    values: list[MapLayerValue]


class MapLayerValue(TypedDict):
    """One value of a layer; the empty one stands for none."""

    value: str
    count: int


class _MapPart(TypedDict):
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]


class MapPart(_MapPart, total=False):
    """Boxes and lines, as in the scene document; containers also tell what is `inside`."""

    paint: list[list[Any]] | None
    bundles: list[dict[str, Any]] | None


class _MeReply(TypedDict):
    id: int
    username: str
    email: str
    roles: list[str]


class MeReply(_MeReply, total=False):
    """Who the access token belongs to."""

    api_key: str | None


class _MissingModel(TypedDict):
    permission: str
    accounts: list[str]


class MissingModel(_MissingModel, total=False):
    """Something that a scan will not see."""

    detail: str


class MonthTotal(TypedDict):
    """What a month came to."""

    month: str
    total: float


class NamedChoice(TypedDict):
    """A choice and what it is for."""

    name: str
    title: str
    is_default: bool


class _NewKeyModel(TypedDict):
    id: str
    name: str
    prefix: str
    owner: int
    roles: list[str]
    access: Literal["read", "write"]
    limits: dict[str, int]
    key: str


class NewKeyModel(_NewKeyModel, total=False):
    """A key that was just made. `key` is shown this once."""

    created_at: str | None
    expires_at: str | None
    last_used_at: str | None
    revoked_at: str | None


Page: TypeAlias = "Literal['fit', 'a4', 'a3', 'a2', 'letter', 'tabloid']"


class PasswordRequest(TypedDict):
    """A new password."""

    password: str


class PlaceReply(TypedDict):
    """Where a resource is on the map."""

    of: str
    node: dict[str, Any]
    path: list[dict[str, Any]]


class _Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    hint: str


class Problem(_Problem, total=False):
    """Every 4xx and 5xx: an RFC 9457 problem document (`application/problem+json`)."""

    errors: list[WrongValue]
    request_id: str


class ProblemEntry(TypedDict):
    """An oddity met while reading; it stopped nothing."""

    resource: str
    what: str
    where: str


class ProcessCache(TypedDict):
    """What the process that answers keeps in its own memory, and how often it helped since its start."""

    replies_bytes: int
    replies_most_bytes: int
    replies_hits: int
    replies_misses: int
    hits: int
    misses: int


class ProviderModel(TypedDict):
    """An identity provider to sign in with."""

    id: str
    title: str
    login_url: str


class ProvidersReply(TypedDict):
    """The identity providers of this installation; none means: by password only."""

    items: list[ProviderModel]


class RedisFigures(TypedDict):
    """What the servers of Redis say, added up."""

    kind: str
    servers: int
    version: str
    keys: int
    used_bytes: int
    most_bytes: int
    hits: int
    misses: int
    evicted: int


class RefreshRequest(TypedDict):
    """The refresh token of the last grant. It is used up."""

    refresh_token: str


class ResourceCharge(TypedDict):
    """What a resource cost in a month, for one service and category."""

    month: str
    service: str
    category: str
    currency: str
    billed: float
    amortised: float


class _ResourceCharges(TypedDict):
    items: list[ResourceCharge]


class ResourceCharges(_ResourceCharges, total=False):
    """Newest month first."""

    next_cursor: None


class _ResourceModel(TypedDict):
    id: str
    provider: str
    type: str
    native_type: str
    kind: str
    name: str
    account: str
    region: str
    tags: dict[str, str]
    properties: dict[str, Any]


class ResourceModel(_ResourceModel, total=False):
    """One resource, in the same form for every cloud and source."""

    zone: str | None
    parent: str | None
    state: str | None
    cost_monthly: float | None
    currency: str | None


class _ResourcePage(TypedDict):
    items: list[ResourceModel]


class ResourcePage(_ResourcePage, total=False):
    """One page of resources, in the order of their ids."""

    next_cursor: str | None


class ResourceReply(TypedDict):
    """A resource as it is now, its links, and where that is known from."""

    resource: ResourceModel
    links: list[LinkModel]
    source: str
    seen_by: list[str]
    source_discovery: str
    first_seen_at: str
    last_seen_at: str
    console: str


class RoleModel(TypedDict):
    """A role, and what it allows. Each includes those before it."""

    name: str
    title: str
    allows: str


class RolesReply(TypedDict):
    """The roles there are, lowest first."""

    items: list[RoleModel]


class _SceneReply(TypedDict):
    format: str
    layout: str
    theme: str
    width: float
    height: float
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    summary: dict[str, Any]


class SceneReply(_SceneReply, total=False):
    """The laid-out picture: the scene document of the contract, which every renderer draws from."""

    title: str
    direction: str
    diagram_id: str | None


class _ScheduleModel(TypedDict):
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
    next_runs: list[str]
    created_by: str


class ScheduleModel(_ScheduleModel, total=False):
    """A schedule, with the times at which it will start its job, before jitter."""

    created_at: str | None
    updated_at: str | None


class _SchedulePage(TypedDict):
    items: list[ScheduleModel]


class SchedulePage(_SchedulePage, total=False):
    """One page of schedules, by name."""

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


class _ScheduleRunModel(TypedDict):
    tick: str
    created_at: str


class ScheduleRunModel(_ScheduleRunModel, total=False):
    """A tick that was dealt with. Without a job it was missed, and skipped."""

    job_id: str | None
    status: str | None


class _ScheduleRunPage(TypedDict):
    items: list[ScheduleRunModel]


class ScheduleRunPage(_ScheduleRunPage, total=False):
    """One page of ticks, newest first."""

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


class SettingModel(TypedDict):
    """One setting in force."""

    name: str
    value: str
    origin: str
    meaning: str


class _SettingsReply(TypedDict):
    items: list[SettingModel]


class SettingsReply(_SettingsReply, total=False):
    """All settings in force, in the order of their declaration."""

    next_cursor: None


Theme: TypeAlias = "Literal['enterprise', 'modern', 'minimal', 'dark', 'light', 'colorful']"


class TilesReply(TypedDict):
    """Tiles by their names, `level.column.row`."""

    version: str
    tiles: dict[str, MapPart]


class _TokenReply(TypedDict):
    access_token: str
    refresh_token: str
    expires_in: int


class TokenReply(_TokenReply, total=False):
    """A grant: send `access_token` as `Authorization: Bearer …`, and refresh it before …"""

    token_type: Literal["bearer"]


class _TypeModel(TypedDict):
    key: str
    kind: str
    title: str
    native_type: str
    terraform: list[str]
    icon: str


class TypeModel(_TypeModel, total=False):
    """A resource type that CloudViz knows."""

    supporting: bool


class _TypesReply(TypedDict):
    items: list[TypeModel]


class TypesReply(_TypesReply, total=False):
    """All types of a cloud, in the order of their keys."""

    next_cursor: None


class _UserChange(TypedDict):
    roles: list[str]


class UserChange(_UserChange, total=False):
    """What a person may from now on."""

    disabled: bool


class _UserModel(TypedDict):
    id: int
    username: str
    email: str
    roles: list[str]


class UserModel(_UserModel, total=False):
    """Somebody who may sign in."""

    disabled: bool
    created_at: str | None


class _UserPage(TypedDict):
    items: list[UserModel]


class UserPage(_UserPage, total=False):
    """One page of people."""

    next_cursor: str | None


class _UserRequest(TypedDict):
    username: str
    email: str
    password: str


class UserRequest(_UserRequest, total=False):
    """A person to add."""

    roles: list[str]


class _VersionModel(TypedDict):
    resource: ResourceModel
    valid_from: str
    last_seen_at: str
    first_discovery: str
    last_discovery: str
    content_hash: str


class VersionModel(_VersionModel, total=False):
    """One state of a resource, and how long it held."""

    valid_to: str | None


class _ViewModel(TypedDict):
    id: str
    name: str
    place: str


class ViewModel(_ViewModel, total=False):
    """A view that you named."""

    created_at: str | None
    updated_at: str | None


class _ViewPage(TypedDict):
    items: list[ViewModel]


class ViewPage(_ViewPage, total=False):
    """One page of your views, by their names."""

    next_cursor: str | None


class ViewRequest(TypedDict):
    """A view to keep."""

    name: str
    place: str


class _WasteEntry(TypedDict):
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


class WasteEntry(_WasteEntry, total=False):
    """A resource that is paid for and serves nothing."""

    estimated_from: str | None


WasteKind: TypeAlias = "Literal['unattached', 'idle', 'stopped', 'orphaned', 'empty']"


class WasteList(TypedDict):
    """Dearest first."""

    items: list[WasteEntry]
    totals: list[WasteTotal]


class WasteTotal(TypedDict):
    """What it comes to in one currency; what is billed and what is estimated apart."""

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


class _WebhookMade(TypedDict):
    id: str
    url: str
    shape: str
    events: list[str]
    filters: dict[str, Any]
    description: str
    status: str
    reason: str
    subject: str
    created_by: str
    created_at: str
    secret: str


class WebhookMade(_WebhookMade, total=False):
    """A webhook with its present secret, which is shown this once."""

    failing_since: str | None
    quiet_until: str | None
    last_success_at: str | None


class _WebhookModel(TypedDict):
    id: str
    url: str
    shape: str
    events: list[str]
    filters: dict[str, Any]
    description: str
    status: str
    reason: str
    subject: str
    created_by: str
    created_at: str


class WebhookModel(_WebhookModel, total=False):
    """A webhook without its secrets; of the addresses of Slack and Teams only the host is shown."""

    failing_since: str | None
    quiet_until: str | None
    last_success_at: str | None


class _WebhookPage(TypedDict):
    items: list[WebhookModel]


class WebhookPage(_WebhookPage, total=False):
    """One page of webhooks, newest first."""

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


WrongValue = TypedDict("WrongValue", {"in": "str", "pointer": "str", "detail": "str"}, total=False)
