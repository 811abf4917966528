"""What an installation can decide, where each value came from, and the folders of the embedded mode.

A value may stand in a file (``CLOUDVIZ_AUTH__SECRET_FILE``) or a secret store (``secret://aws/NAME#FIELD``).
Order: flag > environment ``CLOUDVIZ_*`` > ``./cloudviz.toml`` > the user's config file > default (contract §7).
``DATABASE_URL`` and ``REDIS_URL`` are read too. A group is a section of the TOML file: ``[auth]`` holds
``access_minutes``, whose variable is ``CLOUDVIZ_AUTH__ACCESS_MINUTES``.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, field_validator

from cloudviz.errors import BadInput
from cloudviz.runtime.identity_settings import IdentityProviderSettings
from cloudviz.runtime.secrets import references

_SECRET_QUERY = re.compile(r"(?<=[?&])(?P<name>[^=&]*(?:password|secret|token|key)[^=&]*)=[^&#]*", re.IGNORECASE)

PREFIX = "CLOUDVIZ_"
FILE_NAME = "cloudviz.toml"


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_default=True)


class ServerSettings(_Group):
    """The HTTP server."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field("", description="URL under which users reach CloudViz, when behind a proxy.")
    cors_origins: list[str] = Field([], description="Exact origins that may call the API from a browser.")
    max_upload_mb: int = Field(1024, ge=1, description="Largest file that POST /imports takes, in MB.")
    max_body_kb: int = Field(1024, ge=1, description="Largest JSON body of any other request, in KB.")
    embedded_worker: bool = Field(True, description="Run jobs inside the server process.")
    trusted_proxies: list[str] = Field(
        [], description="Addresses or networks of proxies whose X-Forwarded-* and Forwarded headers are believed."
    )
    allowed_networks: list[str] = Field(
        [], description="Only callers from these addresses or networks are served; all where it is empty."
    )
    request_seconds: float = Field(300.0, gt=0, description="Longest time between two pieces of a request's body.")
    answer_seconds: float = Field(
        120.0, gt=0, description="Longest time until an answer begins; imports may take longer."
    )
    leave_seconds: float = Field(
        0.0,
        ge=0,
        le=300,
        description="Seconds after a SIGTERM for which a server still answers, asking proxies to go elsewhere.",
    )
    max_json_depth: int = Field(64, ge=4, le=200, description="Deepest nesting of a JSON body.")


class AuthSettings(_Group):
    """Signing in."""

    secret: SecretStr = Field(
        SecretStr(""), description="Key that signs tokens (HS256, 32 bytes or more). Generated where it is empty."
    )
    previous_secrets: SecretStr = Field(
        SecretStr(""),
        description="Further keys whose tokens are taken, parted by commas: those before, and the one to come.",
    )
    access_minutes: int = Field(15, ge=1, le=1440, description="Lifetime of an access token, in minutes.")
    refresh_days: int = Field(14, ge=1, le=365, description="Lifetime of a refresh token, in days.")
    issuer: str = Field("cloudviz", description="The `iss` of tokens.")
    audience: str = Field("cloudviz-api", description="The `aud` of tokens.")


class OidcSettings(_Group):
    """Signing in by identity providers (OpenID Connect)."""

    providers: dict[str, IdentityProviderSettings] = Field(
        {}, description="A table for each, [oidc.providers.NAME]; as JSON in the environment."
    )

    @field_validator("providers", mode="before")
    @classmethod
    def _from_environment(cls, given: Any) -> Any:
        return json.loads(given) if isinstance(given, str) else given

    @field_validator("providers")
    @classmethod
    def _names(cls, given: dict[str, IdentityProviderSettings]) -> dict[str, IdentityProviderSettings]:
        for name in given:
            if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
                raise ValueError(f"{name[:60]!r} is no name: use a-z, 0-9 and -")
        return given


class DiscoverySettings(_Group):
    """Reading clouds."""

    workers: int = Field(16, ge=1, le=64, description="Calls under way at once per scan.")
    call_timeout_seconds: float = Field(90.0, gt=0, description="Longest time for one call with all its attempts.")
    listing_timeout_seconds: float = Field(1800.0, gt=0, description="Longest time for one type in one region.")
    aws_config_aggregator: str = Field(
        "", description="AWS Config aggregator to ask first where a scan names none; auto for the one there is."
    )
    gcp_billing_table: str = Field(
        "", description="BigQuery table of Google's detailed usage cost export: project.dataset.table."
    )


class CostSettings(_Group):
    """Bills."""

    rates: Path | None = Field(
        None, description="Table of rates of exchange (TOML or JSON), to show sums in one currency as well."
    )


class JobSettings(_Group):
    """Background work."""

    lease_seconds: int = Field(15, ge=5, description="How long a worker holds a job without a heartbeat.")
    heartbeat_seconds: float = Field(5.0, gt=0, description="How often a worker says that it is alive.")
    reaper_seconds: float = Field(5.0, gt=0, description="How often it looks for what dead workers left.")
    progress_seconds: float = Field(1.0, gt=0, description="How often the progress of a job is written.")
    poll_seconds: float = Field(0.5, gt=0, description="How often an idle worker looks for a job.")
    concurrency: int = Field(2, ge=1, le=64, description="Jobs that one worker runs at once.")
    metrics_port: int = Field(
        0, ge=0, le=65535, description="Port of server.host on which a worker answers /metrics; 0 for none."
    )
    per_account: int = Field(1, ge=0, description="Jobs that read one cloud account at once; 0: any number.")
    drain_seconds: float = Field(
        20.0, ge=0, description="How long a worker that stops waits for its jobs; then they are put back."
    )
    retry_seconds: float = Field(5.0, gt=0, description="Wait before a second attempt; doubled each time.")
    retry_most_seconds: float = Field(300.0, gt=0, description="Longest wait between two attempts.")
    missed_seconds: float = Field(60.0, gt=0, description="A tick of a schedule is missed when it is so late.")
    celery: bool = Field(True, description="Wake workers through Celery, where redis_url and the extra are there.")
    celery_queue: str = Field("cloudviz", description="The queue of Celery that doorbells go to.")


class CacheSettings(_Group):
    """What is kept ready, in memory or in Redis (contract §6)."""

    replies: bool = Field(True, description="Answer often asked lists, resources and exports from kept bytes.")
    memory_mb: int = Field(64, ge=1, le=65536, description="Memory that one process gives to it, in MB.")
    disco_seconds: int = Field(3600, ge=1, description="Lifetime of disco:{discovery_id}.")
    resources_seconds: int = Field(1800, ge=1, description="Lifetime of resources:{provider}:{region}.")
    costs_seconds: int = Field(14_400, ge=1, description="Lifetime of costs:{provider}:{date}.")
    diagram_seconds: int = Field(86_400, ge=1, description="Lifetime of diagram:{diagram_id}.")
    session_seconds: int = Field(1800, ge=1, description="Lifetime of session:{user_id}.")


class LimitSettings(_Group):
    """How often who may call. Who signs in counts as a person, who does not as an address."""

    enabled: bool = Field(True, description="Refuse with 429 who calls too often.")
    window_seconds: int = Field(60, ge=1, le=86_400, description="The time in which requests are counted.")
    reads: int = Field(3000, ge=1, description="GETs of one person in that time.")
    writes: int = Field(300, ge=1, description="Other requests of one person in that time.")
    heavy: int = Field(60, ge=1, description="Discoveries, imports and drawings of one person in that time.")
    sign_ins: int = Field(120, ge=1, description="Requests to /auth from one address in that time.")
    strangers: int = Field(600, ge=1, description="Requests without a valid token from one address in that time.")
    warn_at: float = Field(0.8, gt=0, le=1, description="Share of a limit from which replies carry a warning.")
    slow_at: float = Field(0.95, gt=0, le=1, description="Share of a limit from which they name a pause to keep.")
    longest_wait_seconds: int = Field(300, ge=1, description="Retry-After grows up to this.")
    processes: int = Field(1, ge=1, description="Server processes that share the limits; leases go by it.")


class AuditSettings(_Group):
    """The record of what was done."""

    accesses: bool = Field(True, description="Record every request to the API, besides security events.")
    flush_ms: int = Field(250, ge=10, le=60_000, description="How often accesses are written, in milliseconds.")
    most_waiting: int = Field(20_000, ge=100, description="Accesses in memory at most; more are only counted.")


class OutboundSettings(_Group):
    """Requests to places that users name: endpoints, webhooks."""

    allowed_hosts: list[str] = Field(
        [], description="Hosts, addresses or networks inside that may be asked; *.example.org for all below."
    )
    ports: list[int] = Field([80, 443], description="Ports that may be asked, besides those of allowed_hosts.")
    allow_http: bool = Field(False, description="Also without TLS.")
    timeout_seconds: float = Field(10.0, gt=0, le=300, description="Longest time for one request with its reply.")
    max_reply_kb: int = Field(1024, ge=1, description="Largest reply that is read, in KB.")


class WebhookSettings(_Group):
    """Telling others of events."""

    concurrency: int = Field(32, ge=1, le=500, description="Deliveries that one worker has under way at once.")
    per_endpoint: int = Field(4, ge=1, le=100, description="Of them to one endpoint; to one that fails, 1.")
    timeout_seconds: float = Field(15.0, gt=0, le=60, description="Longest wait for an answer.")
    poll_seconds: float = Field(1.0, gt=0, description="How often a worker looks for events and deliveries.")
    lease_seconds: int = Field(90, ge=10, description="How long a worker holds a delivery: several time-outs.")
    rotation_hours: int = Field(24, ge=0, le=720, description="How long a former secret signs too.")
    disable_after_days: float = Field(5.0, gt=0, description="An endpoint that fails so long is asked no more.")
    most: int = Field(500, ge=1, description="Webhooks that are kept.")


class StorageSettings(_Group):
    """Where exported files are kept, besides ``storage_url``. Credentials come by AWS's usual chain."""

    endpoint: str = Field("", description="URL of storage that speaks S3, when it is not AWS's own.")
    public_endpoint: str = Field("", description="The same as those outside reach it, for links.")
    region: str = Field("", description="Region of the bucket; AWS_REGION or the profile's when empty.")
    path_style: bool = Field(False, description="Write the bucket in the path; always so with an endpoint.")
    cdn_url: str = Field(
        "", description="URL of a CDN before this server, for links to files; they bypass the storage's own then."
    )
    link_seconds: int = Field(3600, ge=1, le=604_800, description="Lifetime of a link to a file.")


class BackupSettings(_Group):
    """Backups of `cloudviz backup`."""

    key: SecretStr = Field(
        SecretStr(""), description="64 hex digits that backups are encrypted with, and opened by; open when empty."
    )
    endpoint: str = Field(
        "", description="URL of storage that speaks S3, for backups; that of storage when empty."
    )
    region: str = Field("", description="Region of the bucket of backups; that of storage when empty.")


class SecretsSettings(_Group):
    """Credentials at rest: each is sealed with a key of its own, which the master key wraps."""

    master_key: str = Field(
        "local",
        description="What seals: local, aws-kms:ARN, azure-keyvault:URL, gcp-kms:NAME or vault:MOUNT/NAME.",
    )
    former_keys: list[str] = Field([], description="What still opens, until `cloudviz secrets rotate` is done.")
    keys: SecretStr = Field(
        SecretStr(""),
        description="Local keys, id:KEY with 32 bytes in hex or base64, parted by commas; the first seals.",
    )
    key_endpoint: str = Field("", description="Where AWS KMS or Google Cloud KMS is, when not in its usual place.")
    vault_address: str = Field("", description="Where Vault is, for a master key in its transit engine.")
    vault_token: SecretStr = Field(SecretStr(""), description="The token for it.")


class StoreSettings(_Group):
    """The database. What concerns connections is PostgreSQL's; SQLite has one writer and a file."""

    pool_size: int = Field(10, ge=1, le=1000, description="Connections kept open by one process.")
    pool_overflow: int = Field(10, ge=0, le=1000, description="Connections more when all of them are at work.")
    acquire_seconds: float = Field(5.0, gt=0, description="Longest wait for a connection; then 503.")
    connect_seconds: float = Field(5.0, gt=0, description="Longest time to open a connection.")
    statement_seconds: float = Field(300, ge=0, description="Longest time for one statement; 0: no end.")
    idle_seconds: float = Field(300, ge=0, description="An open transaction that does nothing is ended; 0: never.")
    recycle_seconds: int = Field(1800, ge=0, description="Connections older than this are opened anew; 0: never.")
    pre_ping: bool = Field(True, description="Ask each connection for a sign of life before it is used.")
    replica_wait_seconds: float = Field(
        0.2,
        ge=0,
        description="How long a read waits for its own writes on the replica; then it goes to the primary.",
    )
    replica_lag_seconds: float = Field(10, gt=0, description="A replica further behind than this is not asked.")
    migrate_wait_seconds: int = Field(60, ge=1, description="How long to wait for another process that migrates.")
    table_lock_seconds: int = Field(5, ge=1, description="How long a migration waits for one table.")


class RetentionSettings(_Group):
    """How long what is past is kept, in days; 0 keeps it for ever. What is current is never removed."""

    history_days: int = Field(0, ge=0, description="Past states of resources and links, and discoveries' notes.")
    audit_days: int = Field(0, ge=0, description="Entries of the audit; its chain then begins after them.")
    audit_archive: bool = Field(True, description="Write entries of the audit to a file before they go.")
    jobs_days: int = Field(90, ge=0, description="Jobs that are over.")
    events_days: int = Field(30, ge=0, description="Events that webhooks and streams were told of.")
    webhooks_days: int = Field(30, ge=0, description="Deliveries to webhooks, also those that wait for ever.")
    diagrams_days: int = Field(0, ge=0, description="Drawn pictures.")
    exports_days: int = Field(30, ge=0, description="Exported files that nobody has asked for again.")
    sessions_days: int = Field(7, ge=0, description="Sessions that ran out.")
    checkpoints_days: int = Field(14, ge=0, description="What scans read that nobody resumed.")
    batch: int = Field(1000, ge=1, le=100_000, description="Rows removed in one transaction.")


class Settings(BaseModel):
    """All settings of an installation. Secrets have no default: the embedded mode makes them on its first run."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    database_url: SecretStr = Field(
        SecretStr(""), description="sqlite:///file or postgresql://…; empty: SQLite in the data folder."
    )
    database_replica_url: SecretStr = Field(
        SecretStr(""), description="postgresql://… of a streaming replica that reads go to; empty: none."
    )
    redis_url: SecretStr = Field(SecretStr(""), description="redis://…; empty: cache in memory.")
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("cloudviz", appauthor=False)),
        description="Folder of the embedded database, exports and keys.",
    )
    storage_url: str = Field(
        "", description="Where exported files are: file:///folder or s3://bucket/prefix; empty: the data folder."
    )
    log_level: str = Field("warning", description="debug, info, warning or error.")
    server: ServerSettings = ServerSettings()
    auth: AuthSettings = AuthSettings()
    oidc: OidcSettings = OidcSettings()
    discovery: DiscoverySettings = DiscoverySettings()
    costs: CostSettings = CostSettings()
    jobs: JobSettings = JobSettings()
    cache: CacheSettings = CacheSettings()
    limits: LimitSettings = LimitSettings()
    audit: AuditSettings = AuditSettings()
    store: StoreSettings = StoreSettings()
    retention: RetentionSettings = RetentionSettings()
    outbound: OutboundSettings = OutboundSettings()
    webhooks: WebhookSettings = WebhookSettings()
    secrets: SecretsSettings = SecretsSettings()
    storage: StorageSettings = StorageSettings()
    backup: BackupSettings = BackupSettings()

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    def origins(self) -> dict[str, str]:
        """Where each value came from, by dotted name; empty for settings that were not loaded."""
        return dict(self._origins)

    def database(self) -> str:
        """The database URL in force."""
        given = self.database_url.get_secret_value()
        return given or f"sqlite:///{self.data_dir / 'cloudviz.sqlite3'}"

    def replica(self) -> str:
        """The URL of the read replica; empty for none."""
        return self.database_replica_url.get_secret_value()

    def signing_secrets(self) -> list[str]:
        """The key that signs tokens, then those whose tokens are taken besides."""
        previous = self.auth.previous_secrets.get_secret_value().split(",")
        return [self.signing_secret(), *(each.strip() for each in previous if each.strip())]

    def signing_secret(self) -> str:
        """The key that signs tokens: the one set, else one kept in the data folder, made on first use.

        The file is created with mode 0600 and never overwritten, so that two processes agree on one key.
        """
        given = self.auth.secret.get_secret_value()
        if given:
            if len(given.encode()) < 32:
                raise BadInput(
                    "the setting auth.secret is shorter than 32 bytes",
                    hint="Set CLOUDVIZ_AUTH__SECRET to 32 random bytes or more (RFC 7518 §3.2).",
                )
            return given
        return kept_secret(self.data_dir / "signing.key")


def kept_secret(path: Path) -> str:
    """A random secret of 32 bytes, hex, made at ``path`` on first use.

    Written aside and linked into place, so that a second process sees the whole secret or none.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_text(encoding="ascii").strip()


class LoadedSettings:
    """Settings together with where each value came from, by dotted name (``auth.access_minutes``)."""

    def __init__(self, settings: Settings, origins: Mapping[str, str]) -> None:
        self.settings = settings
        self.origins = dict(origins)


def load_settings(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> LoadedSettings:
    """Read the settings in force.

    Arguments:
        flags: dotted name → value given on the command line; None values are ignored.
        environment: the environment; the process's own when None.
        directory: where ``cloudviz.toml`` is looked for; the current folder when None.

    Raises :class:`~cloudviz.errors.BadInput` that names the value and the place it came from.
    """
    env = dict(os.environ if environment is None else environment)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    user_file = Path(platformdirs.user_config_dir("cloudviz", appauthor=False)) / FILE_NAME
    for path in (user_file, (directory or Path.cwd()) / FILE_NAME):
        for name, value in _from_file(path).items():
            values[name], origins[name] = value, str(path)
    for variable, name in (("DATABASE_URL", "database_url"), ("REDIS_URL", "redis_url")):
        if env.get(variable):
            values[name], origins[name] = env[variable], variable
        elif env.get(f"{variable}_FILE"):
            values[name] = references.read_file(env[f"{variable}_FILE"], name)
            origins[name] = f"{variable}_FILE"
    known = _names()
    for variable, text in sorted(env.items()):
        if not variable.startswith(PREFIX):
            continue
        name = variable[len(PREFIX) :].lower().replace("__", ".")
        if name in known:
            values[name], origins[name] = text, variable
        elif name.endswith("_file") and (name := name.removesuffix("_file")) in known and text:
            if variable.removesuffix("_FILE") in env:
                raise BadInput(
                    f"{variable} and {variable.removesuffix('_FILE')} are both set", hint="Set one of them."
                )
            values[name], origins[name] = references.read_file(text, name), variable
    for name, value in (flags or {}).items():
        if value is not None:
            values[name], origins[name] = value, "flag"
    for name, value in values.items():
        if references.is_reference(value):
            values[name] = references.resolved(value, name, env)
            origins[name] = f"{value} in {origins[name]}"
    try:
        settings = Settings.model_validate(_nested(values))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadInput(
            f"the setting {name} is not acceptable: {first['msg']}",
            where=origins.get(name, ""),
            hint="`cloudviz doctor` lists every setting with its meaning.",
        ) from error
    settings._origins = {name: origins.get(name, "default") for name in known}
    return LoadedSettings(settings, settings.origins())


def describe(loaded: LoadedSettings) -> list[tuple[str, str, str, str]]:
    """(name, value, origin, meaning) of every setting, secrets masked, in the order of the declaration."""
    rows: list[tuple[str, str, str, str]] = []
    for name in _names():
        holder: Any = loaded.settings
        *groups, last = name.split(".")
        for group in groups:
            holder = getattr(holder, group)
        value = getattr(holder, last)
        if isinstance(value, SecretStr):
            shown = (
                mask_url(value.get_secret_value())
                if "url" in last
                else ("•••" if value.get_secret_value() else "")
            )
        else:
            shown = mask_url(str(value)) if "://" in str(value) else str(value)
        meaning = type(holder).model_fields[last].description or ""
        rows.append((name, shown, loaded.origins.get(name, "default"), meaning))
    return rows


def mask_url(url: str) -> str:
    """A database or cache URL without its password, which may also stand in its query."""
    url = _SECRET_QUERY.sub(r"\g<name>=•••", url)
    scheme, separator, rest = url.partition("://")
    if not separator or "@" not in rest:
        return url
    credentials, _, place = rest.rpartition("@")
    user = credentials.partition(":")[0]
    return f"{scheme}://{user}:•••@{place}"


def _from_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return {}
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"is not valid TOML: {error}", where=str(path), hint="Mend or remove the file.") from error
    flat: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": item for inner, item in value.items()})
        else:
            flat[key] = value
    unknown = sorted(set(flat) - set(_names()))
    if unknown:
        raise BadInput(
            f"has the unknown setting {unknown[0]!r}",
            where=str(path),
            hint="`cloudviz doctor` lists every setting.",
        )
    return flat


def _names() -> list[str]:
    names: list[str] = []
    for key, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            names.extend(f"{key}.{inner}" for inner in group.model_fields)
        else:
            names.append(key)
    return names


_LISTS = frozenset(
    (
        "server.cors_origins",
        "server.trusted_proxies",
        "server.allowed_networks",
        "outbound.allowed_hosts",
        "outbound.ports",
        "secrets.former_keys",
    )
)
"""Settings that an environment variable gives as words parted by commas."""


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        *groups, last = name.split(".")
        holder = nested
        for group in groups:
            holder = holder.setdefault(group, {})
        if isinstance(value, str) and name in _LISTS:
            value = [part.strip() for part in value.split(",") if part.strip()]
        holder[last] = value
    return nested
