# Written by `make openapi`; changes here are lost.

"""What can be asked of a server, by subject."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from cloudviz_client import models
from cloudviz_client.events import Event
from cloudviz_client.protocol import Upload

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cloudviz_client.synchronous.client import CloudViz, Job, Paginator


class Admin:
    """``client.admin``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def add_credential(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.CredentialRequest]
    ) -> models.CredentialModel:
        """Keep a credential, sealed."""
        return cast(
            "models.CredentialModel",
            self._client.call("admin_add_credential", {"idempotency_key": idempotency_key}, body=dict(body)),
        )

    def add_user(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.UserRequest]
    ) -> models.UserModel:
        """Add a person."""
        return cast(
            "models.UserModel",
            self._client.call("admin_add_user", {"idempotency_key": idempotency_key}, body=dict(body)),
        )

    def audit(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        target: str | None = None,
        from_address: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[models.AuditModel, models.AuditPage]:
        """Who did what, newest first."""
        return self._client.pages(
            "admin_audit",
            {
                "actor": actor,
                "action": action,
                "target": target,
                "from_address": from_address,
                "since": since,
                "until": until,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def change_user(self, user_id: int, **body: Unpack[models.UserChange]) -> models.UserModel:
        """Change what a person may."""
        return cast(
            "models.UserModel", self._client.call("admin_change_user", {"user_id": user_id}, body=dict(body))
        )

    def credentials(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.CredentialModel, models.CredentialPage]:
        """Credentials for clouds, without their secrets."""
        return self._client.pages("admin_credentials", {"limit": limit, "cursor": cursor})

    def delete_credential(self, name: str) -> None:
        """Delete a credential."""
        self._client.call("admin_delete_credential", {"name": name})

    def end_sessions(self, user_id: int) -> None:
        """Close all sessions of a person."""
        self._client.call("admin_end_sessions", {"user_id": user_id})

    def flush_cache(
        self, *, family: Sequence[Literal["disco", "resources", "costs", "diagram", "session"]] | None = None
    ) -> models.CacheFlushed:
        """Let go of what is kept."""
        return cast("models.CacheFlushed", self._client.call("admin_flush", {"family": family}))

    def identities(self, user_id: int) -> models.IdentitiesReply:
        """By which identities a person signs in."""
        return cast("models.IdentitiesReply", self._client.call("admin_identities", {"user_id": user_id}))

    def link_identity(self, user_id: int, **body: Unpack[models.IdentityRequest]) -> models.IdentityModel:
        """Join an account to an identity."""
        return cast(
            "models.IdentityModel", self._client.call("admin_link_identity", {"user_id": user_id}, body=dict(body))
        )

    def remove_user(self, user_id: int) -> None:
        """Remove a person."""
        self._client.call("admin_remove_user", {"user_id": user_id})

    def roles(
        self,
    ) -> models.RolesReply:
        """The roles and what they allow."""
        return cast("models.RolesReply", self._client.call("admin_roles", {}))

    def set_password(self, user_id: int, **body: Unpack[models.PasswordRequest]) -> None:
        """Set a password."""
        self._client.call("admin_set_password", {"user_id": user_id}, body=dict(body))

    def settings(
        self,
    ) -> models.SettingsReply:
        """Every setting with its value and where that came from."""
        return cast("models.SettingsReply", self._client.call("admin_settings", {}))

    def cache(
        self,
    ) -> models.CacheReply:
        """What is kept ready, and how often it helped."""
        return cast("models.CacheReply", self._client.call("admin_statistics", {}))

    def unlink_identity(self, user_id: int, identity_id: str) -> None:
        """Part an account from an identity."""
        self._client.call("admin_unlink_identity", {"user_id": user_id, "identity_id": identity_id})

    def user(self, user_id: int) -> models.UserModel:
        """A person."""
        return cast("models.UserModel", self._client.call("admin_user", {"user_id": user_id}))

    def users(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.UserModel, models.UserPage]:
        """People who may sign in."""
        return self._client.pages("admin_users", {"limit": limit, "cursor": cursor})

    def verify_audit(
        self,
    ) -> models.ChainReply:
        """Whether the audit is as it was written."""
        return cast("models.ChainReply", self._client.call("admin_verify_audit", {}))


class ApiKeys:
    """``client.api_keys``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def create(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.KeyRequest]
    ) -> models.NewKeyModel:
        """Make an API key."""
        return cast(
            "models.NewKeyModel",
            self._client.call("auth_create", {"idempotency_key": idempotency_key}, body=dict(body)),
        )

    def list(
        self, *, everybody: bool | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.KeyModel, models.KeyPage]:
        """Your API keys, newest first."""
        return self._client.pages("auth_keys", {"everybody": everybody, "limit": limit, "cursor": cursor})

    def revoke(self, key_id: str) -> None:
        """Revoke an API key."""
        self._client.call("auth_revoke", {"key_id": key_id})


class Auth:
    """``client.auth``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def oauth_login(self, provider: str) -> str:
        """Begin to sign in by an identity provider."""
        return str(self._client.call("auth_begin_elsewhere", {"provider": provider}))

    def oauth_callback(self, provider: str) -> str:
        """Come back from an identity provider."""
        return str(self._client.call("auth_come_back", {"provider": provider}))

    def exchange(self, **body: Unpack[models.ExchangeRequest]) -> models.TokenReply:
        """Sign in with the code of a sign-in link."""
        return cast("models.TokenReply", self._client.call("auth_exchange", {}, body=dict(body)))

    def login(self, **body: Unpack[models.LoginRequest]) -> models.TokenReply:
        """Sign in by name and password."""
        return cast("models.TokenReply", self._client.call("auth_login", {}, body=dict(body)))

    def logout(
        self,
    ) -> None:
        """Close this session."""
        self._client.call("auth_logout", {})

    def me(
        self,
    ) -> models.MeReply:
        """Who the access token or API key belongs to."""
        return cast("models.MeReply", self._client.call("auth_me", {}))

    def providers(
        self,
    ) -> models.ProvidersReply:
        """Identity providers to sign in with."""
        return cast("models.ProvidersReply", self._client.call("auth_providers", {}))

    def refresh(self, **body: Unpack[models.RefreshRequest]) -> models.TokenReply:
        """Exchange a refresh token for a new grant."""
        return cast("models.TokenReply", self._client.call("auth_refresh", {}, body=dict(body)))

    def revoke_all(
        self,
    ) -> None:
        """Close all of your sessions."""
        self._client.call("auth_revoke_all", {})


class Aws:
    """``client.aws``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def cost_analysis(
        self,
        *,
        month: str | None = None,
        account: Sequence[str] | None = None,
        currency: str | None = None,
        basis: models.Basis | None = None,
    ) -> models.CostAnalysisReply:
        """What AWS cost."""
        return cast(
            "models.CostAnalysisReply",
            self._client.call(
                "aws_cost_analysis", {"month": month, "account": account, "currency": currency, "basis": basis}
            ),
        )

    def discover(self, *, idempotency_key: str | None = None, **body: Unpack[models.AwsDiscoverRequest]) -> Job:
        """Look at AWS."""
        return self._client.start("aws_discover", {"idempotency_key": idempotency_key}, body=dict(body))

    def discoveries(
        self, *, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.DiscoveryModel, models.DiscoveryPage]:
        """Discoveries of AWS, newest first."""
        return self._client.pages("aws_discoveries", {"status": status, "limit": limit, "cursor": cursor})

    def discovery(self, discovery_id: str) -> models.DiscoveryReply:
        """One discovery of AWS: progress, coverage, problems."""
        return cast("models.DiscoveryReply", self._client.call("aws_discovery", {"discovery_id": discovery_id}))

    def permissions(
        self,
        *,
        types: Sequence[str] | None = None,
        config_aggregator: bool | None = None,
        long_tail: bool | None = None,
    ) -> dict[str, Any]:
        """The least-privilege policy that a scan of AWS needs."""
        return cast(
            "dict[str, Any]",
            self._client.call(
                "aws_permissions", {"types": types, "config_aggregator": config_aggregator, "long_tail": long_tail}
            ),
        )

    def resource_types(
        self,
    ) -> models.TypesReply:
        """Types of AWS that CloudViz knows."""
        return cast("models.TypesReply", self._client.call("aws_resource_types", {}))

    def resources(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        provider: Sequence[str] | None = None,
        type: Sequence[str] | None = None,
        kind: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        account: Sequence[str] | None = None,
        state: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        discovery: Sequence[str] | None = None,
        q: str | None = None,
        at: str | None = None,
        filter: str | None = None,
    ) -> Paginator[models.ResourceModel, models.ResourcePage]:
        """Resources in AWS."""
        return self._client.pages(
            "aws_resources",
            {
                "limit": limit,
                "cursor": cursor,
                "provider": provider,
                "type": type,
                "kind": kind,
                "region": region,
                "account": account,
                "state": state,
                "tag": tag,
                "discovery": discovery,
                "q": q,
                "at": at,
                "filter": filter,
            },
        )

    def test_connection(self, **body: Unpack[models.AwsConnectionRequest]) -> models.ConnectionReply:
        """Test the connection to AWS."""
        return cast("models.ConnectionReply", self._client.call("aws_test_connection", {}, body=dict(body)))


class Azure:
    """``client.azure``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def cost_analysis(
        self,
        *,
        month: str | None = None,
        account: Sequence[str] | None = None,
        currency: str | None = None,
        basis: models.Basis | None = None,
    ) -> models.CostAnalysisReply:
        """What Azure cost."""
        return cast(
            "models.CostAnalysisReply",
            self._client.call(
                "azure_cost_analysis", {"month": month, "account": account, "currency": currency, "basis": basis}
            ),
        )

    def discover(self, *, idempotency_key: str | None = None, **body: Unpack[models.AzureDiscoverRequest]) -> Job:
        """Look at Azure."""
        return self._client.start("azure_discover", {"idempotency_key": idempotency_key}, body=dict(body))

    def discoveries(
        self, *, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.DiscoveryModel, models.DiscoveryPage]:
        """Discoveries of Azure, newest first."""
        return self._client.pages("azure_discoveries", {"status": status, "limit": limit, "cursor": cursor})

    def discovery(self, discovery_id: str) -> models.DiscoveryReply:
        """One discovery of Azure: progress, coverage, problems."""
        return cast("models.DiscoveryReply", self._client.call("azure_discovery", {"discovery_id": discovery_id}))

    def permissions(
        self,
        *,
        types: Sequence[str] | None = None,
        config_aggregator: bool | None = None,
        long_tail: bool | None = None,
    ) -> dict[str, Any]:
        """The least-privilege policy that a scan of Azure needs."""
        return cast(
            "dict[str, Any]",
            self._client.call(
                "azure_permissions",
                {"types": types, "config_aggregator": config_aggregator, "long_tail": long_tail},
            ),
        )

    def resource_types(
        self,
    ) -> models.TypesReply:
        """Types of Azure that CloudViz knows."""
        return cast("models.TypesReply", self._client.call("azure_resource_types", {}))

    def resources(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        provider: Sequence[str] | None = None,
        type: Sequence[str] | None = None,
        kind: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        account: Sequence[str] | None = None,
        state: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        discovery: Sequence[str] | None = None,
        q: str | None = None,
        at: str | None = None,
        filter: str | None = None,
    ) -> Paginator[models.ResourceModel, models.ResourcePage]:
        """Resources in Azure."""
        return self._client.pages(
            "azure_resources",
            {
                "limit": limit,
                "cursor": cursor,
                "provider": provider,
                "type": type,
                "kind": kind,
                "region": region,
                "account": account,
                "state": state,
                "tag": tag,
                "discovery": discovery,
                "q": q,
                "at": at,
                "filter": filter,
            },
        )

    def test_connection(self, **body: Unpack[models.AzureConnectionRequest]) -> models.ConnectionReply:
        """Test the connection to Azure."""
        return cast("models.ConnectionReply", self._client.call("azure_test_connection", {}, body=dict(body)))


class Costs:
    """``client.costs``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def bills(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.BillEntry, models.BillPage]:
        """The bills that are kept, newest first."""
        return self._client.pages("costs_bills", {"limit": limit, "cursor": cursor})

    def cost_estimates(
        self, *, provider: Sequence[str] | None = None, account: Sequence[str] | None = None
    ) -> models.EstimateList:
        """What resources without a bill are likely to cost."""
        return cast(
            "models.EstimateList",
            self._client.call("costs_cost_estimates", {"provider": provider, "account": account}),
        )

    def summary(
        self,
        *,
        month: str | None = None,
        provider: Sequence[str] | None = None,
        account: Sequence[str] | None = None,
        currency: str | None = None,
        basis: models.Basis | None = None,
    ) -> models.CostSummary:
        """What was spent."""
        return cast(
            "models.CostSummary",
            self._client.call(
                "costs_cost_summary",
                {"month": month, "provider": provider, "account": account, "currency": currency, "basis": basis},
            ),
        )

    def cost_waste(
        self,
        *,
        provider: Sequence[str] | None = None,
        account: Sequence[str] | None = None,
        kind: Sequence[models.WasteKind] | None = None,
        confidence: models.Confidence | None = None,
    ) -> models.WasteList:
        """What is paid for and serves nothing."""
        return cast(
            "models.WasteList",
            self._client.call(
                "costs_cost_waste",
                {"provider": provider, "account": account, "kind": kind, "confidence": confidence},
            ),
        )

    def by(
        self,
        group: Literal["account", "region", "type", "tag", "service", "provider", "category", "month"],
        *,
        tag: str | None = None,
        month: str | None = None,
        provider: Sequence[str] | None = None,
        account: Sequence[str] | None = None,
        currency: str | None = None,
        basis: models.Basis | None = None,
        converted: bool | None = None,
    ) -> models.CostGroups:
        """What was spent by account, region, type or tag."""
        return cast(
            "models.CostGroups",
            self._client.call(
                "costs_costs_by",
                {
                    "group": group,
                    "tag": tag,
                    "month": month,
                    "provider": provider,
                    "account": account,
                    "currency": currency,
                    "basis": basis,
                    "converted": converted,
                },
            ),
        )

    def of_resource(self, resource_id: str) -> models.ResourceCharges:
        """What a resource cost."""
        return cast(
            "models.ResourceCharges", self._client.call("costs_costs_of_resource", {"resource_id": resource_id})
        )

    def delete_bill(self, bill_id: str) -> None:
        """Forget a bill."""
        self._client.call("costs_delete_bill", {"bill_id": bill_id})

    def import_bill(
        self,
        files: Sequence[Upload],
        *,
        source: str | None = None,
        account: str | None = None,
        region: str | None = None,
    ) -> models.BillReply:
        """Import a bill."""
        return cast(
            "models.BillReply",
            self._client.call(
                "costs_import_bill_upload",
                {},
                uploads=files,
                form={"source": source, "account": account, "region": region},
            ),
        )


class Diagrams:
    """``client.diagrams``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def get(self, diagram_id: str) -> models.DiagramReply:
        """One picture with its Mermaid code."""
        return cast("models.DiagramReply", self._client.call("visualization_diagram", {"diagram_id": diagram_id}))

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.DiagramModel, models.DiagramPage]:
        """Pictures that were kept, newest first."""
        return self._client.pages("visualization_diagrams", {"limit": limit, "cursor": cursor})

    def diff(self, *, a: str, b: str) -> models.DiffReply:
        """What changed between two looks."""
        return cast("models.DiffReply", self._client.call("visualization_diff", {"a": a, "b": b}))

    def draw(self, *, to: str | os.PathLike[str] | None = None, **body: Unpack[models.ExportRequest]) -> bytes:
        """Draw a picture as a file, without keeping the picture; with `to` it is written to that path."""
        return self._client.download("visualization_export", {}, dict(body), to)

    def export(
        self,
        diagram_id: str,
        *,
        format: models.Format | None = None,
        scale: float | None = None,
        page: models.Page | None = None,
        link_base: str | None = None,
        to: str | os.PathLike[str] | None = None,
    ) -> bytes:
        """A kept picture as a file; with `to` it is written to that path."""
        return self._client.download(
            "visualization_export_diagram",
            {"diagram_id": diagram_id, "format": format, "scale": scale, "page": page, "link_base": link_base},
            None,
            to,
        )

    def file(self, name: str, *, expires: int, signature: str, to: str | os.PathLike[str] | None = None) -> bytes:
        """An exported file, by a signed link; with `to` it is written to that path."""
        return self._client.download(
            "visualization_file", {"name": name, "expires": expires, "signature": signature}, None, to
        )

    def generate(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.GenerateRequest]
    ) -> models.GenerateReply | Job:
        """Draw a picture and keep it."""
        return cast(
            "models.GenerateReply | Job",
            self._client.begin("visualization_generate", {"idempotency_key": idempotency_key}, body=dict(body)),
        )

    def layouts(
        self,
    ) -> models.ChoicesReply:
        """Layouts."""
        return cast("models.ChoicesReply", self._client.call("visualization_layouts", {}))

    def link(
        self,
        diagram_id: str,
        *,
        format: models.Format | None = None,
        scale: float | None = None,
        page: models.Page | None = None,
        link_base: str | None = None,
        seconds: int | None = None,
    ) -> models.LinkReply:
        """A link to a kept picture as a file."""
        return cast(
            "models.LinkReply",
            self._client.call(
                "visualization_link_diagram",
                {
                    "diagram_id": diagram_id,
                    "format": format,
                    "scale": scale,
                    "page": page,
                    "link_base": link_base,
                    "seconds": seconds,
                },
            ),
        )

    def themes(
        self,
    ) -> models.ChoicesReply:
        """Themes."""
        return cast("models.ChoicesReply", self._client.call("visualization_themes", {}))


class Discoveries:
    """``client.discoveries``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def list(
        self, *, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.DiscoveryModel, models.DiscoveryPage]:
        """Discoveries of all clouds and files, newest first."""
        return self._client.pages("discoveries_discoveries", {"status": status, "limit": limit, "cursor": cursor})

    def get(self, discovery_id: str) -> models.DiscoveryReply:
        """One discovery with its coverage and problems."""
        return cast(
            "models.DiscoveryReply", self._client.call("discoveries_discovery", {"discovery_id": discovery_id})
        )


class Gcp:
    """``client.gcp``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def cost_analysis(
        self,
        *,
        month: str | None = None,
        account: Sequence[str] | None = None,
        currency: str | None = None,
        basis: models.Basis | None = None,
    ) -> models.CostAnalysisReply:
        """What Google Cloud cost."""
        return cast(
            "models.CostAnalysisReply",
            self._client.call(
                "gcp_cost_analysis", {"month": month, "account": account, "currency": currency, "basis": basis}
            ),
        )

    def discover(self, *, idempotency_key: str | None = None, **body: Unpack[models.GcpDiscoverRequest]) -> Job:
        """Look at Google Cloud."""
        return self._client.start("gcp_discover", {"idempotency_key": idempotency_key}, body=dict(body))

    def discoveries(
        self, *, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.DiscoveryModel, models.DiscoveryPage]:
        """Discoveries of Google Cloud, newest first."""
        return self._client.pages("gcp_discoveries", {"status": status, "limit": limit, "cursor": cursor})

    def discovery(self, discovery_id: str) -> models.DiscoveryReply:
        """One discovery of Google Cloud: progress, coverage, problems."""
        return cast("models.DiscoveryReply", self._client.call("gcp_discovery", {"discovery_id": discovery_id}))

    def permissions(
        self,
        *,
        types: Sequence[str] | None = None,
        config_aggregator: bool | None = None,
        long_tail: bool | None = None,
    ) -> dict[str, Any]:
        """The least-privilege policy that a scan of Google Cloud needs."""
        return cast(
            "dict[str, Any]",
            self._client.call(
                "gcp_permissions", {"types": types, "config_aggregator": config_aggregator, "long_tail": long_tail}
            ),
        )

    def resource_types(
        self,
    ) -> models.TypesReply:
        """Types of Google Cloud that CloudViz knows."""
        return cast("models.TypesReply", self._client.call("gcp_resource_types", {}))

    def resources(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        provider: Sequence[str] | None = None,
        type: Sequence[str] | None = None,
        kind: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        account: Sequence[str] | None = None,
        state: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        discovery: Sequence[str] | None = None,
        q: str | None = None,
        at: str | None = None,
        filter: str | None = None,
    ) -> Paginator[models.ResourceModel, models.ResourcePage]:
        """Resources in Google Cloud."""
        return self._client.pages(
            "gcp_resources",
            {
                "limit": limit,
                "cursor": cursor,
                "provider": provider,
                "type": type,
                "kind": kind,
                "region": region,
                "account": account,
                "state": state,
                "tag": tag,
                "discovery": discovery,
                "q": q,
                "at": at,
                "filter": filter,
            },
        )

    def test_connection(self, **body: Unpack[models.GcpConnectionRequest]) -> models.ConnectionReply:
        """Test the connection to Google Cloud."""
        return cast("models.ConnectionReply", self._client.call("gcp_test_connection", {}, body=dict(body)))


class Health:
    """``client.health``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def check(
        self,
    ) -> models.HealthReply:
        """How the installation is."""
        return cast("models.HealthReply", self._client.call("health_health", {}))

    def live(
        self,
    ) -> models.AliveReply:
        """Whether the process answers."""
        return cast("models.AliveReply", self._client.call("health_live", {}))

    def metrics(
        self,
    ) -> str:
        """Metrics for Prometheus."""
        return str(self._client.call("health_metrics", {}))

    def ready(
        self,
    ) -> models.AliveReply:
        """Whether requests can be served."""
        return cast("models.AliveReply", self._client.call("health_ready", {}))


class Imports:
    """``client.imports``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def upload(
        self,
        files: Sequence[Upload],
        *,
        idempotency_key: str | None = None,
        source: str | None = None,
        account: str | None = None,
        region: str | None = None,
    ) -> models.ImportReply | Job:
        """Import files."""
        return cast(
            "models.ImportReply | Job",
            self._client.begin(
                "imports_import_uploads",
                {"idempotency_key": idempotency_key},
                uploads=files,
                form={"source": source, "account": account, "region": region},
            ),
        )


class Jobs:
    """``client.jobs``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def cancel(self, job_id: str) -> models.JobModel:
        """Cancel a job."""
        return cast("models.JobModel", self._client.call("jobs_cancel", {"job_id": job_id}))

    def events(self, job_id: str, *, last_event_id: str | None = None) -> Iterator[Event]:
        """Follow a job (server-sent events)."""
        return self._client.events("jobs_events", {"job_id": job_id, "last_event_id": last_event_id})

    def file(self, job_id: str, *, to: str | os.PathLike[str] | None = None) -> bytes:
        """The file that an export wrote; with `to` it is written to that path."""
        return self._client.download("jobs_file", {"job_id": job_id}, None, to)

    def get(self, job_id: str) -> models.JobModel:
        """One job."""
        return cast("models.JobModel", self._client.call("jobs_job", {"job_id": job_id}))

    def list(
        self,
        *,
        status: models.JobStatus | None = None,
        kind: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[models.JobModel, models.JobPage]:
        """Jobs, newest first."""
        return self._client.pages("jobs_jobs", {"status": status, "kind": kind, "limit": limit, "cursor": cursor})

    def start(self, *, idempotency_key: str | None = None, **body: Unpack[models.JobRequest]) -> Job:
        """Start a job."""
        return self._client.start("jobs_start", {"idempotency_key": idempotency_key}, body=dict(body))


class Map:
    """``client.map``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def around(
        self,
        *,
        id: str,
        steps: int | None = None,
        version: str | None = None,
        layout: models.Layout | None = None,
        theme: models.Theme | None = None,
        max_nodes: int | None = None,
        filter: str | None = None,
        group_by: str | None = None,
        focus: str | None = None,
        hops: int | None = None,
        at: str | None = None,
        since: str | None = None,
        direction: models.Direction | None = None,
        previous: str | None = None,
        show_costs: bool | None = None,
        title: str | None = None,
        discovery: Sequence[str] | None = None,
    ) -> models.AroundReply:
        """What hangs together on a map."""
        return cast(
            "models.AroundReply",
            self._client.call(
                "map_around",
                {
                    "id": id,
                    "steps": steps,
                    "version": version,
                    "layout": layout,
                    "theme": theme,
                    "max_nodes": max_nodes,
                    "filter": filter,
                    "group_by": group_by,
                    "focus": focus,
                    "hops": hops,
                    "at": at,
                    "since": since,
                    "direction": direction,
                    "previous": previous,
                    "show_costs": show_costs,
                    "title": title,
                    "discovery": discovery,
                },
            ),
        )

    def atlas(
        self,
        *,
        layer: str | None = None,
        layout: models.Layout | None = None,
        theme: models.Theme | None = None,
        max_nodes: int | None = None,
        filter: str | None = None,
        group_by: str | None = None,
        focus: str | None = None,
        hops: int | None = None,
        at: str | None = None,
        since: str | None = None,
        direction: models.Direction | None = None,
        previous: str | None = None,
        show_costs: bool | None = None,
        title: str | None = None,
        discovery: Sequence[str] | None = None,
    ) -> models.AtlasReply | models.DrawingReply:
        """A map of any size."""
        return cast(
            "models.AtlasReply | models.DrawingReply",
            self._client.call(
                "map_atlas",
                {
                    "layer": layer,
                    "layout": layout,
                    "theme": theme,
                    "max_nodes": max_nodes,
                    "filter": filter,
                    "group_by": group_by,
                    "focus": focus,
                    "hops": hops,
                    "at": at,
                    "since": since,
                    "direction": direction,
                    "previous": previous,
                    "show_costs": show_costs,
                    "title": title,
                    "discovery": discovery,
                },
            ),
        )

    def change_view(self, view_id: str, **body: Unpack[models.ViewRequest]) -> models.ViewModel:
        """Change a saved view."""
        return cast(
            "models.ViewModel", self._client.call("map_change_view", {"view_id": view_id}, body=dict(body))
        )

    def children(
        self,
        *,
        parent: str | None = None,
        limit: int | None = None,
        cursor: int | None = None,
        folded: bool | None = None,
        version: str | None = None,
        layout: models.Layout | None = None,
        theme: models.Theme | None = None,
        max_nodes: int | None = None,
        filter: str | None = None,
        group_by: str | None = None,
        focus: str | None = None,
        hops: int | None = None,
        at: str | None = None,
        since: str | None = None,
        direction: models.Direction | None = None,
        previous: str | None = None,
        show_costs: bool | None = None,
        title: str | None = None,
        discovery: Sequence[str] | None = None,
    ) -> Paginator[dict[str, Any], models.ChildrenReply]:
        """What a container of a map holds."""
        return self._client.pages(
            "map_children",
            {
                "parent": parent,
                "limit": limit,
                "cursor": cursor,
                "folded": folded,
                "version": version,
                "layout": layout,
                "theme": theme,
                "max_nodes": max_nodes,
                "filter": filter,
                "group_by": group_by,
                "focus": focus,
                "hops": hops,
                "at": at,
                "since": since,
                "direction": direction,
                "previous": previous,
                "show_costs": show_costs,
                "title": title,
                "discovery": discovery,
            },
        )

    def coverage(
        self,
    ) -> models.CoverageReply:
        """What was looked at, and what could not be."""
        return cast("models.CoverageReply", self._client.call("map_coverage", {}))

    def delete_view(self, view_id: str) -> None:
        """Delete a saved view."""
        self._client.call("map_delete_view", {"view_id": view_id})

    def icons(self, *, theme: models.Theme | None = None) -> dict[str, Any]:
        """The icons of kinds and types."""
        return cast("dict[str, Any]", self._client.call("map_icons", {"theme": theme}))

    def picture(
        self,
        *,
        format: models.Format | None = None,
        scale: float | None = None,
        page: models.Page | None = None,
        link_base: str | None = None,
        layout: models.Layout | None = None,
        theme: models.Theme | None = None,
        max_nodes: int | None = None,
        filter: str | None = None,
        group_by: str | None = None,
        focus: str | None = None,
        hops: int | None = None,
        at: str | None = None,
        since: str | None = None,
        direction: models.Direction | None = None,
        previous: str | None = None,
        show_costs: bool | None = None,
        title: str | None = None,
        discovery: Sequence[str] | None = None,
        to: str | os.PathLike[str] | None = None,
    ) -> bytes:
        """The same picture as a file; with `to` it is written to that path."""
        return self._client.download(
            "map_picture",
            {
                "format": format,
                "scale": scale,
                "page": page,
                "link_base": link_base,
                "layout": layout,
                "theme": theme,
                "max_nodes": max_nodes,
                "filter": filter,
                "group_by": group_by,
                "focus": focus,
                "hops": hops,
                "at": at,
                "since": since,
                "direction": direction,
                "previous": previous,
                "show_costs": show_costs,
                "title": title,
                "discovery": discovery,
            },
            None,
            to,
        )

    def place(
        self,
        *,
        id: Sequence[str],
        version: str | None = None,
        layout: models.Layout | None = None,
        theme: models.Theme | None = None,
        max_nodes: int | None = None,
        filter: str | None = None,
        group_by: str | None = None,
        focus: str | None = None,
        hops: int | None = None,
        at: str | None = None,
        since: str | None = None,
        direction: models.Direction | None = None,
        previous: str | None = None,
        show_costs: bool | None = None,
        title: str | None = None,
        discovery: Sequence[str] | None = None,
    ) -> models.PlaceReply:
        """Where a resource is on a map."""
        return cast(
            "models.PlaceReply",
            self._client.call(
                "map_place",
                {
                    "id": id,
                    "version": version,
                    "layout": layout,
                    "theme": theme,
                    "max_nodes": max_nodes,
                    "filter": filter,
                    "group_by": group_by,
                    "focus": focus,
                    "hops": hops,
                    "at": at,
                    "since": since,
                    "direction": direction,
                    "previous": previous,
                    "show_costs": show_costs,
                    "title": title,
                    "discovery": discovery,
                },
            ),
        )

    def save_view(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.ViewRequest]
    ) -> models.ViewModel:
        """Save a view."""
        return cast(
            "models.ViewModel",
            self._client.call("map_save_view", {"idempotency_key": idempotency_key}, body=dict(body)),
        )

    def scene(
        self,
        *,
        layout: models.Layout | None = None,
        theme: models.Theme | None = None,
        max_nodes: int | None = None,
        filter: str | None = None,
        group_by: str | None = None,
        focus: str | None = None,
        hops: int | None = None,
        at: str | None = None,
        since: str | None = None,
        direction: models.Direction | None = None,
        previous: str | None = None,
        show_costs: bool | None = None,
        title: str | None = None,
        discovery: Sequence[str] | None = None,
    ) -> models.SceneReply:
        """The laid-out picture."""
        return cast(
            "models.SceneReply",
            self._client.call(
                "map_scene",
                {
                    "layout": layout,
                    "theme": theme,
                    "max_nodes": max_nodes,
                    "filter": filter,
                    "group_by": group_by,
                    "focus": focus,
                    "hops": hops,
                    "at": at,
                    "since": since,
                    "direction": direction,
                    "previous": previous,
                    "show_costs": show_costs,
                    "title": title,
                    "discovery": discovery,
                },
            ),
        )

    def tiles(
        self,
        *,
        tiles: str,
        version: str | None = None,
        layer: str | None = None,
        layout: models.Layout | None = None,
        theme: models.Theme | None = None,
        max_nodes: int | None = None,
        filter: str | None = None,
        group_by: str | None = None,
        focus: str | None = None,
        hops: int | None = None,
        at: str | None = None,
        since: str | None = None,
        direction: models.Direction | None = None,
        previous: str | None = None,
        show_costs: bool | None = None,
        title: str | None = None,
        discovery: Sequence[str] | None = None,
    ) -> models.TilesReply:
        """Windows of a map."""
        return cast(
            "models.TilesReply",
            self._client.call(
                "map_tiles",
                {
                    "tiles": tiles,
                    "version": version,
                    "layer": layer,
                    "layout": layout,
                    "theme": theme,
                    "max_nodes": max_nodes,
                    "filter": filter,
                    "group_by": group_by,
                    "focus": focus,
                    "hops": hops,
                    "at": at,
                    "since": since,
                    "direction": direction,
                    "previous": previous,
                    "show_costs": show_costs,
                    "title": title,
                    "discovery": discovery,
                },
            ),
        )

    def views(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.ViewModel, models.ViewPage]:
        """Your saved views, by name."""
        return self._client.pages("map_views", {"limit": limit, "cursor": cursor})

    def way(
        self,
        *,
        source: str,
        target: str,
        version: str | None = None,
        layout: models.Layout | None = None,
        theme: models.Theme | None = None,
        max_nodes: int | None = None,
        filter: str | None = None,
        group_by: str | None = None,
        focus: str | None = None,
        hops: int | None = None,
        at: str | None = None,
        since: str | None = None,
        direction: models.Direction | None = None,
        previous: str | None = None,
        show_costs: bool | None = None,
        title: str | None = None,
        discovery: Sequence[str] | None = None,
    ) -> models.AroundReply:
        """A way between two resources."""
        return cast(
            "models.AroundReply",
            self._client.call(
                "map_way",
                {
                    "source": source,
                    "target": target,
                    "version": version,
                    "layout": layout,
                    "theme": theme,
                    "max_nodes": max_nodes,
                    "filter": filter,
                    "group_by": group_by,
                    "focus": focus,
                    "hops": hops,
                    "at": at,
                    "since": since,
                    "direction": direction,
                    "previous": previous,
                    "show_costs": show_costs,
                    "title": title,
                    "discovery": discovery,
                },
            ),
        )


class Resources:
    """``client.resources``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def facets(
        self,
        *,
        provider: Sequence[str] | None = None,
        type: Sequence[str] | None = None,
        kind: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        account: Sequence[str] | None = None,
        state: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        discovery: Sequence[str] | None = None,
        q: str | None = None,
        at: str | None = None,
        filter: str | None = None,
    ) -> models.FacetsReply:
        """How many resources have each value."""
        return cast(
            "models.FacetsReply",
            self._client.call(
                "resources_facets",
                {
                    "provider": provider,
                    "type": type,
                    "kind": kind,
                    "region": region,
                    "account": account,
                    "state": state,
                    "tag": tag,
                    "discovery": discovery,
                    "q": q,
                    "at": at,
                    "filter": filter,
                },
            ),
        )

    def history(self, resource_id: str) -> models.HistoryReply:
        """Every state a resource has had."""
        return cast("models.HistoryReply", self._client.call("resources_history", {"resource_id": resource_id}))

    def neighbours(
        self, resource_id: str, *, hops: int | None = None, limit: int | None = None
    ) -> models.GraphReply:
        """What a resource hangs together with."""
        return cast(
            "models.GraphReply",
            self._client.call("resources_neighbours", {"resource_id": resource_id, "hops": hops, "limit": limit}),
        )

    def get(self, resource_id: str) -> models.ResourceReply:
        """A resource with its links."""
        return cast("models.ResourceReply", self._client.call("resources_resource", {"resource_id": resource_id}))

    def list(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        provider: Sequence[str] | None = None,
        type: Sequence[str] | None = None,
        kind: Sequence[str] | None = None,
        region: Sequence[str] | None = None,
        account: Sequence[str] | None = None,
        state: Sequence[str] | None = None,
        tag: Sequence[str] | None = None,
        discovery: Sequence[str] | None = None,
        q: str | None = None,
        at: str | None = None,
        filter: str | None = None,
    ) -> Paginator[models.ResourceModel, models.ResourcePage]:
        """Resources that fulfil all conditions."""
        return self._client.pages(
            "resources_resources",
            {
                "limit": limit,
                "cursor": cursor,
                "provider": provider,
                "type": type,
                "kind": kind,
                "region": region,
                "account": account,
                "state": state,
                "tag": tag,
                "discovery": discovery,
                "q": q,
                "at": at,
                "filter": filter,
            },
        )

    def search(self, **body: Unpack[models.SearchRequest]) -> Paginator[models.ResourceModel, models.ResourcePage]:
        """Resources that fulfil all conditions of a body."""
        return self._client.pages("resources_search", {}, body=dict(body))


class Schedules:
    """``client.schedules``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def change(self, schedule_id: str, **body: Unpack[models.ScheduleRequest]) -> models.ScheduleModel:
        """Change a schedule."""
        return cast(
            "models.ScheduleModel",
            self._client.call("schedules_change", {"schedule_id": schedule_id}, body=dict(body)),
        )

    def create(self, **body: Unpack[models.ScheduleRequest]) -> models.ScheduleModel:
        """Make a schedule."""
        return cast("models.ScheduleModel", self._client.call("schedules_create", {}, body=dict(body)))

    def delete(self, schedule_id: str) -> None:
        """Delete a schedule."""
        self._client.call("schedules_delete", {"schedule_id": schedule_id})

    def run_now(self, schedule_id: str) -> Job:
        """Start a schedule's job now."""
        return self._client.start("schedules_run_now", {"schedule_id": schedule_id})

    def runs(
        self, schedule_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.ScheduleRunModel, models.ScheduleRunPage]:
        """The history of a schedule."""
        return self._client.pages("schedules_runs", {"schedule_id": schedule_id, "limit": limit, "cursor": cursor})

    def get(self, schedule_id: str) -> models.ScheduleModel:
        """One schedule."""
        return cast("models.ScheduleModel", self._client.call("schedules_schedule", {"schedule_id": schedule_id}))

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.ScheduleModel, models.SchedulePage]:
        """Schedules, by name."""
        return self._client.pages("schedules_schedules", {"limit": limit, "cursor": cursor})


class Webhooks:
    """``client.webhooks``."""

    def __init__(self, client: CloudViz) -> None:
        self._client = client

    def change(self, webhook_id: str, **body: Unpack[models.WebhookChange]) -> models.WebhookModel:
        """Change a webhook."""
        return cast(
            "models.WebhookModel",
            self._client.call("webhooks_change", {"webhook_id": webhook_id}, body=dict(body)),
        )

    def delete(self, webhook_id: str) -> None:
        """Delete a webhook."""
        self._client.call("webhooks_delete", {"webhook_id": webhook_id})

    def deliveries(
        self,
        webhook_id: str,
        *,
        status: models.DeliveryStatus | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Paginator[models.DeliveryModel, models.DeliveryPage]:
        """Deliveries of a webhook with their tries, newest first."""
        return self._client.pages(
            "webhooks_deliveries", {"webhook_id": webhook_id, "status": status, "limit": limit, "cursor": cursor}
        )

    def delivery(self, webhook_id: str, delivery_id: str) -> models.DeliveryModel:
        """One delivery with its tries."""
        return cast(
            "models.DeliveryModel",
            self._client.call("webhooks_delivery", {"webhook_id": webhook_id, "delivery_id": delivery_id}),
        )

    def pause(self, webhook_id: str) -> models.WebhookModel:
        """Let events wait."""
        return cast("models.WebhookModel", self._client.call("webhooks_pause", {"webhook_id": webhook_id}))

    def ping(self, webhook_id: str) -> models.DeliveryModel:
        """Send a test."""
        return cast("models.DeliveryModel", self._client.call("webhooks_ping", {"webhook_id": webhook_id}))

    def redeliver(
        self, webhook_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> models.DeliveryModel:
        """Deliver once more."""
        return cast(
            "models.DeliveryModel",
            self._client.call(
                "webhooks_redeliver",
                {"webhook_id": webhook_id, "delivery_id": delivery_id, "idempotency_key": idempotency_key},
            ),
        )

    def register(self, **body: Unpack[models.WebhookRequest]) -> models.WebhookMade:
        """Register a webhook."""
        return cast("models.WebhookMade", self._client.call("webhooks_register", {}, body=dict(body)))

    def resume(self, webhook_id: str) -> models.WebhookModel:
        """Go on with a paused or disabled webhook."""
        return cast("models.WebhookModel", self._client.call("webhooks_resume", {"webhook_id": webhook_id}))

    def rotate(self, webhook_id: str, **body: Unpack[models.SecretRequest]) -> models.WebhookMade:
        """Exchange the signing secret."""
        return cast(
            "models.WebhookMade", self._client.call("webhooks_rotate", {"webhook_id": webhook_id}, body=dict(body))
        )

    def get(self, webhook_id: str) -> models.WebhookModel:
        """One webhook."""
        return cast("models.WebhookModel", self._client.call("webhooks_webhook", {"webhook_id": webhook_id}))

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Paginator[models.WebhookModel, models.WebhookPage]:
        """Webhooks, newest first."""
        return self._client.pages("webhooks_webhooks", {"limit": limit, "cursor": cursor})


class Namespaces:
    """The subjects of a client, as attributes."""

    def __init__(self, client: CloudViz) -> None:
        self.admin = Admin(client)
        self.api_keys = ApiKeys(client)
        self.auth = Auth(client)
        self.aws = Aws(client)
        self.azure = Azure(client)
        self.costs = Costs(client)
        self.diagrams = Diagrams(client)
        self.discoveries = Discoveries(client)
        self.gcp = Gcp(client)
        self.health = Health(client)
        self.imports = Imports(client)
        self.jobs = Jobs(client)
        self.map = Map(client)
        self.resources = Resources(client)
        self.schedules = Schedules(client)
        self.webhooks = Webhooks(client)
