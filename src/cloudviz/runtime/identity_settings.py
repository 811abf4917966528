"""What an installation says of an identity provider: ``[oidc.providers.NAME]``."""

from __future__ import annotations

import ipaddress
import uuid
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

TENANT = "{tenantid}"
"""Stands in the issuer of a provider that serves many tenants, as Microsoft Entra writes it."""

RoleName = Literal["viewer", "operator", "admin"]
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class IdentityProviderSettings(BaseModel):
    """An OpenID Connect provider, where CloudViz is registered as a client with the redirect address
    ``<server.public_url>/auth/oauth/NAME/callback``.
    """

    model_config = ConfigDict(extra="forbid")

    issuer: str = Field(
        description="Its issuer, exactly as its tokens say it; https. `{tenantid}` may be one part of its path."
    )
    tenants: list[uuid.UUID] = Field(
        [], description="Whose people may come in, by id; needed where the issuer has `{tenantid}`."
    )
    tenant_endpoint: str = Field(
        "organizations",
        pattern=r"^[A-Za-z0-9.-]{1,253}$",
        description="What stands for `{tenantid}` where the provider itself is asked.",
    )
    client_id: str = Field(min_length=1, description="The id under which CloudViz is registered there.")
    client_secret: SecretStr = Field(SecretStr(""), description="The secret; empty for a public client.")
    title: str = Field("", max_length=60, description="What the button says; the name when empty.")
    scopes: list[str] = Field(["openid", "email", "profile"], description="What is asked for.")
    algorithm: Literal[
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
    ] = Field("RS256", description="The one algorithm by which its ID tokens are signed.")
    group_claim: str = Field("groups", description="The claim that lists somebody's groups.")
    group_roles: dict[str, RoleName] = Field(
        {}, description="Group to role. Roles then follow it at each sign-in."
    )
    default_role: RoleName | Literal[""] = Field(
        "viewer", description="The role of whom no group gives one; empty: they are refused."
    )

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        if parts.username is not None or parts.query or parts.fragment or not parts.hostname:
            raise ValueError("an issuer is an address without user, query or fragment")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            raise ValueError("an issuer is an https address")
        if "{" in issuer.replace(TENANT, "", 1):
            raise ValueError("the one place-holder that an issuer may have is {tenantid}, once")
        return issuer

    @model_validator(mode="after")
    def _names_its_tenants(self) -> Self:
        if TENANT in self.issuer and not self.tenants:
            raise ValueError("an issuer with {tenantid} needs tenants: the ids of those that may come in")
        if self.tenants and urlsplit(self.issuer).path.split("/").count(TENANT) != 1:
            raise ValueError("tenants are for an issuer that has {tenantid} as one part of its path")
        return self

    @property
    def issuers(self) -> dict[str, str]:
        """The issuers that tokens may have, each with its tenant; one without a tenant has ``""``."""
        if not self.tenants:
            return {self.issuer: ""}
        return {self.issuer.replace(TENANT, str(each)): str(each) for each in self.tenants}

    @property
    def asked_at(self) -> str:
        """The address under which the provider itself is asked."""
        return self.issuer.replace(TENANT, self.tenant_endpoint).rstrip("/")

    @field_validator("scopes")
    @classmethod
    def _has_openid(cls, scopes: list[str]) -> list[str]:
        return scopes if "openid" in scopes else ["openid", *scopes]


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine's own, without asking anybody."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
