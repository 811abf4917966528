# Written by `make openapi`; changes here are lost.

"""What can be asked of a server, by subject."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from cloudviz_client import models
from cloudviz_client.events import Event
from cloudviz_client.protocol import Upload

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from cloudviz_client.asynchronous.client import AsyncCloudViz, AsyncJob, AsyncPaginator


class AsyncAdmin:
    """``client.admin``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def add_credential(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.CredentialRequest]
    ) -> models.CredentialModel:
        """Keep a credential, sealed."""
        return cast(
            "models.CredentialModel",
            await self._client.call("admin_add_credential", {"idempotency_key": idempotency_key}, body=dict(body)),
        )

    async def add_user(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.UserRequest]
    ) -> models.UserModel:
        """Add a person."""
        return cast(
            "models.UserModel",
            await self._client.call("admin_add_user", {"idempotency_key": idempotency_key}, body=dict(body)),
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
    ) -> AsyncPaginator[models.AuditModel, models.AuditPage]:
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

    async def change_user(self, user_id: int, **body: Unpack[models.UserChange]) -> models.UserModel:
        """Change what a person may."""
        return cast(
            "models.UserModel", await self._client.call("admin_change_user", {"user_id": user_id}, body=dict(body))
        )

    def credentials(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.CredentialModel, models.CredentialPage]:
        """Credentials for clouds, without their secrets."""
        return self._client.pages("admin_credentials", {"limit": limit, "cursor": cursor})

    async def delete_credential(self, name: str) -> None:
        """Delete a credential."""
        await self._client.call("admin_delete_credential", {"name": name})

    async def end_sessions(self, user_id: int) -> None:
        """Close all sessions of a person."""
        await self._client.call("admin_end_sessions", {"user_id": user_id})

    async def flush_cache(
        self, *, family: Sequence[Literal["disco", "resources", "costs", "diagram", "session"]] | None = None
    ) -> models.CacheFlushed:
        """Let go of what is kept."""
        return cast("models.CacheFlushed", await self._client.call("admin_flush", {"family": family}))

    async def identities(self, user_id: int) -> models.IdentitiesReply:
        """By which identities a person signs in."""
        return cast("models.IdentitiesReply", await self._client.call("admin_identities", {"user_id": user_id}))

    async def link_identity(self, user_id: int, **body: Unpack[models.IdentityRequest]) -> models.IdentityModel:
        """Join an account to an identity."""
        return cast(
            "models.IdentityModel",
            await self._client.call("admin_link_identity", {"user_id": user_id}, body=dict(body)),
        )

    async def remove_user(self, user_id: int) -> None:
        """Remove a person."""
        await self._client.call("admin_remove_user", {"user_id": user_id})

    async def roles(
        self,
    ) -> models.RolesReply:
        """The roles and what they allow."""
        return cast("models.RolesReply", await self._client.call("admin_roles", {}))

    async def set_password(self, user_id: int, **body: Unpack[models.PasswordRequest]) -> None:
        """Set a password."""
        await self._client.call("admin_set_password", {"user_id": user_id}, body=dict(body))

    async def settings(
        self,
    ) -> models.SettingsReply:
        """Every setting with its value and where that came from."""
        return cast("models.SettingsReply", await self._client.call("admin_settings", {}))

    async def cache(
        self,
    ) -> models.CacheReply:
        """What is kept ready, and how often it helped."""
        return cast("models.CacheReply", await self._client.call("admin_statistics", {}))

    async def unlink_identity(self, user_id: int, identity_id: str) -> None:
        """Part an account from an identity."""
        await self._client.call("admin_unlink_identity", {"user_id": user_id, "identity_id": identity_id})

    async def user(self, user_id: int) -> models.UserModel:
        """A person."""
        return cast("models.UserModel", await self._client.call("admin_user", {"user_id": user_id}))

    def users(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.UserModel, models.UserPage]:
        """People who may sign in."""
        return self._client.pages("admin_users", {"limit": limit, "cursor": cursor})

    async def verify_audit(
        self,
    ) -> models.ChainReply:
        """Whether the audit is as it was written."""
        return cast("models.ChainReply", await self._client.call("admin_verify_audit", {}))


class AsyncApiKeys:
    """``client.api_keys``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def create(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.KeyRequest]
    ) -> models.NewKeyModel:
        """Make an API key."""
        return cast(
            "models.NewKeyModel",
            await self._client.call("auth_create", {"idempotency_key": idempotency_key}, body=dict(body)),
        )

    def list(
        self, *, everybody: bool | None = None, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.KeyModel, models.KeyPage]:
        """Your API keys, newest first."""
        return self._client.pages("auth_keys", {"everybody": everybody, "limit": limit, "cursor": cursor})

    async def revoke(self, key_id: str) -> None:
        """Revoke an API key."""
        await self._client.call("auth_revoke", {"key_id": key_id})


class AsyncAuth:
    """``client.auth``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def oauth_login(self, provider: str) -> str:
        """Begin to sign in by an identity provider."""
        return str(await self._client.call("auth_begin_elsewhere", {"provider": provider}))

    async def oauth_callback(self, provider: str) -> str:
        """Come back from an identity provider."""
        return str(await self._client.call("auth_come_back", {"provider": provider}))

    async def exchange(self, **body: Unpack[models.ExchangeRequest]) -> models.TokenReply:
        """Sign in with the code of a sign-in link."""
        return cast("models.TokenReply", await self._client.call("auth_exchange", {}, body=dict(body)))

    async def login(self, **body: Unpack[models.LoginRequest]) -> models.TokenReply:
        """Sign in by name and password."""
        return cast("models.TokenReply", await self._client.call("auth_login", {}, body=dict(body)))

    async def logout(
        self,
    ) -> None:
        """Close this session."""
        await self._client.call("auth_logout", {})

    async def me(
        self,
    ) -> models.MeReply:
        """Who the access token or API key belongs to."""
        return cast("models.MeReply", await self._client.call("auth_me", {}))

    async def providers(
        self,
    ) -> models.ProvidersReply:
        """Identity providers to sign in with."""
        return cast("models.ProvidersReply", await self._client.call("auth_providers", {}))

    async def refresh(self, **body: Unpack[models.RefreshRequest]) -> models.TokenReply:
        """Exchange a refresh token for a new grant."""
        return cast("models.TokenReply", await self._client.call("auth_refresh", {}, body=dict(body)))

    async def revoke_all(
        self,
    ) -> None:
        """Close all of your sessions."""
        await self._client.call("auth_revoke_all", {})


class AsyncAws:
    """``client.aws``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def cost_analysis(
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
            await self._client.call(
                "aws_cost_analysis", {"month": month, "account": account, "currency": currency, "basis": basis}
            ),
        )

    async def discover(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.AwsDiscoverRequest]
    ) -> AsyncJob:
        """Look at AWS."""
        return await self._client.start("aws_discover", {"idempotency_key": idempotency_key}, body=dict(body))

    def discoveries(
        self, *, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.DiscoveryModel, models.DiscoveryPage]:
        """Discoveries of AWS, newest first."""
        return self._client.pages("aws_discoveries", {"status": status, "limit": limit, "cursor": cursor})

    async def discovery(self, discovery_id: str) -> models.DiscoveryReply:
        """One discovery of AWS: progress, coverage, problems."""
        return cast(
            "models.DiscoveryReply", await self._client.call("aws_discovery", {"discovery_id": discovery_id})
        )

    async def permissions(
        self,
        *,
        types: Sequence[str] | None = None,
        config_aggregator: bool | None = None,
        long_tail: bool | None = None,
    ) -> dict[str, Any]:
        """The least-privilege policy that a scan of AWS needs."""
        return cast(
            "dict[str, Any]",
            await self._client.call(
                "aws_permissions", {"types": types, "config_aggregator": config_aggregator, "long_tail": long_tail}
            ),
        )

    async def resource_types(
        self,
    ) -> models.TypesReply:
        """Types of AWS that CloudViz knows."""
        return cast("models.TypesReply", await self._client.call("aws_resource_types", {}))

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
    ) -> AsyncPaginator[models.ResourceModel, models.ResourcePage]:
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

    async def test_connection(self, **body: Unpack[models.AwsConnectionRequest]) -> models.ConnectionReply:
        """Test the connection to AWS."""
        return cast("models.ConnectionReply", await self._client.call("aws_test_connection", {}, body=dict(body)))


class AsyncAzure:
    """``client.azure``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def cost_analysis(
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
            await self._client.call(
                "azure_cost_analysis", {"month": month, "account": account, "currency": currency, "basis": basis}
            ),
        )

    async def discover(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.AzureDiscoverRequest]
    ) -> AsyncJob:
        """Look at Azure."""
        return await self._client.start("azure_discover", {"idempotency_key": idempotency_key}, body=dict(body))

    def discoveries(
        self, *, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.DiscoveryModel, models.DiscoveryPage]:
        """Discoveries of Azure, newest first."""
        return self._client.pages("azure_discoveries", {"status": status, "limit": limit, "cursor": cursor})

    async def discovery(self, discovery_id: str) -> models.DiscoveryReply:
        """One discovery of Azure: progress, coverage, problems."""
        return cast(
            "models.DiscoveryReply", await self._client.call("azure_discovery", {"discovery_id": discovery_id})
        )

    async def permissions(
        self,
        *,
        types: Sequence[str] | None = None,
        config_aggregator: bool | None = None,
        long_tail: bool | None = None,
    ) -> dict[str, Any]:
        """The least-privilege policy that a scan of Azure needs."""
        return cast(
            "dict[str, Any]",
            await self._client.call(
                "azure_permissions",
                {"types": types, "config_aggregator": config_aggregator, "long_tail": long_tail},
            ),
        )

    async def resource_types(
        self,
    ) -> models.TypesReply:
        """Types of Azure that CloudViz knows."""
        return cast("models.TypesReply", await self._client.call("azure_resource_types", {}))

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
    ) -> AsyncPaginator[models.ResourceModel, models.ResourcePage]:
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

    async def test_connection(self, **body: Unpack[models.AzureConnectionRequest]) -> models.ConnectionReply:
        """Test the connection to Azure."""
        return cast(
            "models.ConnectionReply", await self._client.call("azure_test_connection", {}, body=dict(body))
        )


class AsyncCosts:
    """``client.costs``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    def bills(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.BillEntry, models.BillPage]:
        """The bills that are kept, newest first."""
        return self._client.pages("costs_bills", {"limit": limit, "cursor": cursor})

    async def cost_estimates(
        self, *, provider: Sequence[str] | None = None, account: Sequence[str] | None = None
    ) -> models.EstimateList:
        """What resources without a bill are likely to cost."""
        return cast(
            "models.EstimateList",
            await self._client.call("costs_cost_estimates", {"provider": provider, "account": account}),
        )

    async def summary(
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
            await self._client.call(
                "costs_cost_summary",
                {"month": month, "provider": provider, "account": account, "currency": currency, "basis": basis},
            ),
        )

    async def cost_waste(
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
            await self._client.call(
                "costs_cost_waste",
                {"provider": provider, "account": account, "kind": kind, "confidence": confidence},
            ),
        )

    async def by(
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
            await self._client.call(
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

    async def of_resource(self, resource_id: str) -> models.ResourceCharges:
        """What a resource cost."""
        return cast(
            "models.ResourceCharges",
            await self._client.call("costs_costs_of_resource", {"resource_id": resource_id}),
        )

    async def delete_bill(self, bill_id: str) -> None:
        """Forget a bill."""
        await self._client.call("costs_delete_bill", {"bill_id": bill_id})

    async def import_bill(
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
            await self._client.call(
                "costs_import_bill_upload",
                {},
                uploads=files,
                form={"source": source, "account": account, "region": region},
            ),
        )


class AsyncDiagrams:
    """``client.diagrams``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def get(self, diagram_id: str) -> models.DiagramReply:
        """One picture with its Mermaid code."""
        return cast(
            "models.DiagramReply", await self._client.call("visualization_diagram", {"diagram_id": diagram_id})
        )

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.DiagramModel, models.DiagramPage]:
        """Pictures that were kept, newest first."""
        return self._client.pages("visualization_diagrams", {"limit": limit, "cursor": cursor})

    async def diff(self, *, a: str, b: str) -> models.DiffReply:
        """What changed between two looks."""
        return cast("models.DiffReply", await self._client.call("visualization_diff", {"a": a, "b": b}))

    async def draw(
        self, *, to: str | os.PathLike[str] | None = None, **body: Unpack[models.ExportRequest]
    ) -> bytes:
        """Draw a picture as a file, without keeping the picture; with `to` it is written to that path."""
        return await self._client.download("visualization_export", {}, dict(body), to)

    async def export(
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
        return await self._client.download(
            "visualization_export_diagram",
            {"diagram_id": diagram_id, "format": format, "scale": scale, "page": page, "link_base": link_base},
            None,
            to,
        )

    async def file(
        self, name: str, *, expires: int, signature: str, to: str | os.PathLike[str] | None = None
    ) -> bytes:
        """An exported file, by a signed link; with `to` it is written to that path."""
        return await self._client.download(
            "visualization_file", {"name": name, "expires": expires, "signature": signature}, None, to
        )

    async def generate(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.GenerateRequest]
    ) -> models.GenerateReply | AsyncJob:
        """Draw a picture and keep it."""
        return cast(
            "models.GenerateReply | AsyncJob",
            await self._client.begin(
                "visualization_generate", {"idempotency_key": idempotency_key}, body=dict(body)
            ),
        )

    async def layouts(
        self,
    ) -> models.ChoicesReply:
        """Layouts."""
        return cast("models.ChoicesReply", await self._client.call("visualization_layouts", {}))

    async def link(
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
            await self._client.call(
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

    async def themes(
        self,
    ) -> models.ChoicesReply:
        """Themes."""
        return cast("models.ChoicesReply", await self._client.call("visualization_themes", {}))


class AsyncDiscoveries:
    """``client.discoveries``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    def list(
        self, *, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.DiscoveryModel, models.DiscoveryPage]:
        """Discoveries of all clouds and files, newest first."""
        return self._client.pages("discoveries_discoveries", {"status": status, "limit": limit, "cursor": cursor})

    async def get(self, discovery_id: str) -> models.DiscoveryReply:
        """One discovery with its coverage and problems."""
        return cast(
            "models.DiscoveryReply",
            await self._client.call("discoveries_discovery", {"discovery_id": discovery_id}),
        )


class AsyncGcp:
    """``client.gcp``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def cost_analysis(
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
            await self._client.call(
                "gcp_cost_analysis", {"month": month, "account": account, "currency": currency, "basis": basis}
            ),
        )

    async def discover(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.GcpDiscoverRequest]
    ) -> AsyncJob:
        """Look at Google Cloud."""
        return await self._client.start("gcp_discover", {"idempotency_key": idempotency_key}, body=dict(body))

    def discoveries(
        self, *, status: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.DiscoveryModel, models.DiscoveryPage]:
        """Discoveries of Google Cloud, newest first."""
        return self._client.pages("gcp_discoveries", {"status": status, "limit": limit, "cursor": cursor})

    async def discovery(self, discovery_id: str) -> models.DiscoveryReply:
        """One discovery of Google Cloud: progress, coverage, problems."""
        return cast(
            "models.DiscoveryReply", await self._client.call("gcp_discovery", {"discovery_id": discovery_id})
        )

    async def permissions(
        self,
        *,
        types: Sequence[str] | None = None,
        config_aggregator: bool | None = None,
        long_tail: bool | None = None,
    ) -> dict[str, Any]:
        """The least-privilege policy that a scan of Google Cloud needs."""
        return cast(
            "dict[str, Any]",
            await self._client.call(
                "gcp_permissions", {"types": types, "config_aggregator": config_aggregator, "long_tail": long_tail}
            ),
        )

    async def resource_types(
        self,
    ) -> models.TypesReply:
        """Types of Google Cloud that CloudViz knows."""
        return cast("models.TypesReply", await self._client.call("gcp_resource_types", {}))

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
    ) -> AsyncPaginator[models.ResourceModel, models.ResourcePage]:
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

    async def test_connection(self, **body: Unpack[models.GcpConnectionRequest]) -> models.ConnectionReply:
        """Test the connection to Google Cloud."""
        return cast("models.ConnectionReply", await self._client.call("gcp_test_connection", {}, body=dict(body)))


class AsyncHealth:
    """``client.health``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def check(
        self,
    ) -> models.HealthReply:
        """How the installation is."""
        return cast("models.HealthReply", await self._client.call("health_health", {}))

    async def live(
        self,
    ) -> models.AliveReply:
        """Whether the process answers."""
        return cast("models.AliveReply", await self._client.call("health_live", {}))

    async def metrics(
        self,
    ) -> str:
        """Metrics for Prometheus."""
        return str(await self._client.call("health_metrics", {}))

    async def ready(
        self,
    ) -> models.AliveReply:
        """Whether requests can be served."""
        return cast("models.AliveReply", await self._client.call("health_ready", {}))


class AsyncImports:
    """``client.imports``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def upload(
        self,
        files: Sequence[Upload],
        *,
        idempotency_key: str | None = None,
        source: str | None = None,
        account: str | None = None,
        region: str | None = None,
    ) -> models.ImportReply | AsyncJob:
        """Import files."""
        return cast(
            "models.ImportReply | AsyncJob",
            await self._client.begin(
                "imports_import_uploads",
                {"idempotency_key": idempotency_key},
                uploads=files,
                form={"source": source, "account": account, "region": region},
            ),
        )


class AsyncJobs:
    """``client.jobs``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def cancel(self, job_id: str) -> models.JobModel:
        """Cancel a job."""
        return cast("models.JobModel", await self._client.call("jobs_cancel", {"job_id": job_id}))

    def events(self, job_id: str, *, last_event_id: str | None = None) -> AsyncIterator[Event]:
        """Follow a job (server-sent events)."""
        return self._client.events("jobs_events", {"job_id": job_id, "last_event_id": last_event_id})

    async def file(self, job_id: str, *, to: str | os.PathLike[str] | None = None) -> bytes:
        """The file that an export wrote; with `to` it is written to that path."""
        return await self._client.download("jobs_file", {"job_id": job_id}, None, to)

    async def get(self, job_id: str) -> models.JobModel:
        """One job."""
        return cast("models.JobModel", await self._client.call("jobs_job", {"job_id": job_id}))

    def list(
        self,
        *,
        status: models.JobStatus | None = None,
        kind: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPaginator[models.JobModel, models.JobPage]:
        """Jobs, newest first."""
        return self._client.pages("jobs_jobs", {"status": status, "kind": kind, "limit": limit, "cursor": cursor})

    async def start(self, *, idempotency_key: str | None = None, **body: Unpack[models.JobRequest]) -> AsyncJob:
        """Start a job."""
        return await self._client.start("jobs_start", {"idempotency_key": idempotency_key}, body=dict(body))


class AsyncMap:
    """``client.map``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def around(
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
            await self._client.call(
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

    async def atlas(
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
            await self._client.call(
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

    async def change_view(self, view_id: str, **body: Unpack[models.ViewRequest]) -> models.ViewModel:
        """Change a saved view."""
        return cast(
            "models.ViewModel", await self._client.call("map_change_view", {"view_id": view_id}, body=dict(body))
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
    ) -> AsyncPaginator[dict[str, Any], models.ChildrenReply]:
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

    async def coverage(
        self,
    ) -> models.CoverageReply:
        """What was looked at, and what could not be."""
        return cast("models.CoverageReply", await self._client.call("map_coverage", {}))

    async def delete_view(self, view_id: str) -> None:
        """Delete a saved view."""
        await self._client.call("map_delete_view", {"view_id": view_id})

    async def icons(self, *, theme: models.Theme | None = None) -> dict[str, Any]:
        """The icons of kinds and types."""
        return cast("dict[str, Any]", await self._client.call("map_icons", {"theme": theme}))

    async def picture(
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
        return await self._client.download(
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

    async def place(
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
            await self._client.call(
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

    async def save_view(
        self, *, idempotency_key: str | None = None, **body: Unpack[models.ViewRequest]
    ) -> models.ViewModel:
        """Save a view."""
        return cast(
            "models.ViewModel",
            await self._client.call("map_save_view", {"idempotency_key": idempotency_key}, body=dict(body)),
        )

    async def scene(
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
            await self._client.call(
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

    async def tiles(
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
            await self._client.call(
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
    ) -> AsyncPaginator[models.ViewModel, models.ViewPage]:
        """Your saved views, by name."""
        return self._client.pages("map_views", {"limit": limit, "cursor": cursor})

    async def way(
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
            await self._client.call(
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


class AsyncResources:
    """``client.resources``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def facets(
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
            await self._client.call(
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

    async def history(self, resource_id: str) -> models.HistoryReply:
        """Every state a resource has had."""
        return cast(
            "models.HistoryReply", await self._client.call("resources_history", {"resource_id": resource_id})
        )

    async def neighbours(
        self, resource_id: str, *, hops: int | None = None, limit: int | None = None
    ) -> models.GraphReply:
        """What a resource hangs together with."""
        return cast(
            "models.GraphReply",
            await self._client.call(
                "resources_neighbours", {"resource_id": resource_id, "hops": hops, "limit": limit}
            ),
        )

    async def get(self, resource_id: str) -> models.ResourceReply:
        """A resource with its links."""
        return cast(
            "models.ResourceReply", await self._client.call("resources_resource", {"resource_id": resource_id})
        )

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
    ) -> AsyncPaginator[models.ResourceModel, models.ResourcePage]:
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

    def search(
        self, **body: Unpack[models.SearchRequest]
    ) -> AsyncPaginator[models.ResourceModel, models.ResourcePage]:
        """Resources that fulfil all conditions of a body."""
        return self._client.pages("resources_search", {}, body=dict(body))


class AsyncSchedules:
    """``client.schedules``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def change(self, schedule_id: str, **body: Unpack[models.ScheduleRequest]) -> models.ScheduleModel:
        """Change a schedule."""
        return cast(
            "models.ScheduleModel",
            await self._client.call("schedules_change", {"schedule_id": schedule_id}, body=dict(body)),
        )

    async def create(self, **body: Unpack[models.ScheduleRequest]) -> models.ScheduleModel:
        """Make a schedule."""
        return cast("models.ScheduleModel", await self._client.call("schedules_create", {}, body=dict(body)))

    async def delete(self, schedule_id: str) -> None:
        """Delete a schedule."""
        await self._client.call("schedules_delete", {"schedule_id": schedule_id})

    async def run_now(self, schedule_id: str) -> AsyncJob:
        """Start a schedule's job now."""
        return await self._client.start("schedules_run_now", {"schedule_id": schedule_id})

    def runs(
        self, schedule_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.ScheduleRunModel, models.ScheduleRunPage]:
        """The history of a schedule."""
        return self._client.pages("schedules_runs", {"schedule_id": schedule_id, "limit": limit, "cursor": cursor})

    async def get(self, schedule_id: str) -> models.ScheduleModel:
        """One schedule."""
        return cast(
            "models.ScheduleModel", await self._client.call("schedules_schedule", {"schedule_id": schedule_id})
        )

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.ScheduleModel, models.SchedulePage]:
        """Schedules, by name."""
        return self._client.pages("schedules_schedules", {"limit": limit, "cursor": cursor})


class AsyncWebhooks:
    """``client.webhooks``."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self._client = client

    async def change(self, webhook_id: str, **body: Unpack[models.WebhookChange]) -> models.WebhookModel:
        """Change a webhook."""
        return cast(
            "models.WebhookModel",
            await self._client.call("webhooks_change", {"webhook_id": webhook_id}, body=dict(body)),
        )

    async def delete(self, webhook_id: str) -> None:
        """Delete a webhook."""
        await self._client.call("webhooks_delete", {"webhook_id": webhook_id})

    def deliveries(
        self,
        webhook_id: str,
        *,
        status: models.DeliveryStatus | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPaginator[models.DeliveryModel, models.DeliveryPage]:
        """Deliveries of a webhook with their tries, newest first."""
        return self._client.pages(
            "webhooks_deliveries", {"webhook_id": webhook_id, "status": status, "limit": limit, "cursor": cursor}
        )

    async def delivery(self, webhook_id: str, delivery_id: str) -> models.DeliveryModel:
        """One delivery with its tries."""
        return cast(
            "models.DeliveryModel",
            await self._client.call("webhooks_delivery", {"webhook_id": webhook_id, "delivery_id": delivery_id}),
        )

    async def pause(self, webhook_id: str) -> models.WebhookModel:
        """Let events wait."""
        return cast("models.WebhookModel", await self._client.call("webhooks_pause", {"webhook_id": webhook_id}))

    async def ping(self, webhook_id: str) -> models.DeliveryModel:
        """Send a test."""
        return cast("models.DeliveryModel", await self._client.call("webhooks_ping", {"webhook_id": webhook_id}))

    async def redeliver(
        self, webhook_id: str, delivery_id: str, *, idempotency_key: str | None = None
    ) -> models.DeliveryModel:
        """Deliver once more."""
        return cast(
            "models.DeliveryModel",
            await self._client.call(
                "webhooks_redeliver",
                {"webhook_id": webhook_id, "delivery_id": delivery_id, "idempotency_key": idempotency_key},
            ),
        )

    async def register(self, **body: Unpack[models.WebhookRequest]) -> models.WebhookMade:
        """Register a webhook."""
        return cast("models.WebhookMade", await self._client.call("webhooks_register", {}, body=dict(body)))

    async def resume(self, webhook_id: str) -> models.WebhookModel:
        """Go on with a paused or disabled webhook."""
        return cast("models.WebhookModel", await self._client.call("webhooks_resume", {"webhook_id": webhook_id}))

    async def rotate(self, webhook_id: str, **body: Unpack[models.SecretRequest]) -> models.WebhookMade:
        """Exchange the signing secret."""
        return cast(
            "models.WebhookMade",
            await self._client.call("webhooks_rotate", {"webhook_id": webhook_id}, body=dict(body)),
        )

    async def get(self, webhook_id: str) -> models.WebhookModel:
        """One webhook."""
        return cast("models.WebhookModel", await self._client.call("webhooks_webhook", {"webhook_id": webhook_id}))

    def list(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPaginator[models.WebhookModel, models.WebhookPage]:
        """Webhooks, newest first."""
        return self._client.pages("webhooks_webhooks", {"limit": limit, "cursor": cursor})


class AsyncNamespaces:
    """The subjects of a client, as attributes."""

    def __init__(self, client: AsyncCloudViz) -> None:
        self.admin = AsyncAdmin(client)
        self.api_keys = AsyncApiKeys(client)
        self.auth = AsyncAuth(client)
        self.aws = AsyncAws(client)
        self.azure = AsyncAzure(client)
        self.costs = AsyncCosts(client)
        self.diagrams = AsyncDiagrams(client)
        self.discoveries = AsyncDiscoveries(client)
        self.gcp = AsyncGcp(client)
        self.health = AsyncHealth(client)
        self.imports = AsyncImports(client)
        self.jobs = AsyncJobs(client)
        self.map = AsyncMap(client)
        self.resources = AsyncResources(client)
        self.schedules = AsyncSchedules(client)
        self.webhooks = AsyncWebhooks(client)
