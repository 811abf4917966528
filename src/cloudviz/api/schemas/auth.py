"""Signing in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, SecretStr

from cloudviz.api.schemas.base import SECRET, Asked, Told, example


class LoginRequest(Asked):
    """A name and a password."""

    username: str = Field(max_length=200)
    password: SecretStr = Field(max_length=4096)

    model_config = example(username="ada", password="correct horse battery staple")


class RefreshRequest(Asked):
    """The refresh token of the last grant. It is used up."""

    refresh_token: SecretStr = Field(max_length=200)

    model_config = example(refresh_token="3f0e….Zk9…")


class ExchangeRequest(Asked):
    """The code of a sign-in link. It is used up."""

    code: SecretStr = Field(max_length=200)

    model_config = example(code="5a1c….pX2…")


class TokenReply(Told):
    """A grant: send `access_token` as `Authorization: Bearer …`, and refresh it before `expires_in` is over."""

    access_token: str = Field(json_schema_extra=SECRET)
    refresh_token: str = Field(json_schema_extra=SECRET)
    token_type: Literal["bearer"] = "bearer"
    expires_in: int = Field(description="Seconds until the access token expires.")

    model_config = example(access_token="eyJ…", refresh_token="3f0e….Zk9…", token_type="bearer", expires_in=900)


class MeReply(Told):
    """Who the access token belongs to."""

    id: int
    username: str
    email: str
    roles: list[str]
    api_key: str | None = Field(None, description="The id of the API key, when one was sent.")

    model_config = example(id=1, username="ada", email="ada@example.org", roles=["operator"], api_key=None)


class ProviderModel(Told):
    """An identity provider to sign in with."""

    id: str
    title: str
    login_url: str


class ProvidersReply(Told):
    """The identity providers of this installation; none means: by password only."""

    items: list[ProviderModel]

    model_config = example(items=[])


class UserRequest(Asked):
    """A person to add."""

    username: str = Field(max_length=200)
    email: str = Field(max_length=200)
    password: SecretStr = Field(max_length=4096)
    roles: list[str] = Field(["viewer"], max_length=3)

    model_config = example(username="bo", email="bo@example.org", password="a sentence of words", roles=["viewer"])


class UserModel(Told):
    """Somebody who may sign in."""

    id: int
    username: str
    email: str
    roles: list[str]
    disabled: bool = Field(False, description="Shut out: neither password, session nor key works.")
    created_at: datetime | None = None

    model_config = example(
        id=2,
        username="bo",
        email="bo@example.org",
        roles=["viewer"],
        disabled=False,
        created_at="2026-11-24T08:00:00Z",
    )


class UserChange(Asked):
    """What a person may from now on."""

    roles: list[str] = Field(max_length=3)
    disabled: bool = False

    model_config = example(roles=["operator"], disabled=False)


class PasswordRequest(Asked):
    """A new password."""

    password: SecretStr = Field(max_length=4096)

    model_config = example(password="a sentence of words")


class IdentityRequest(Asked):
    """An identity to join an account to."""

    provider: str = Field(max_length=100, description="The provider's name in the settings.")
    subject: str = Field(max_length=1000, description="The claim `sub` of the identity, letter for letter.")
    tenant: str = Field("", max_length=100, description="The tenant's id, where the provider serves several.")

    model_config = example(provider="corp", subject="248289761001", tenant="")


class IdentityModel(Told):
    """An identity by which somebody may sign in."""

    id: str
    provider: str
    issuer: str
    subject: str
    created_at: datetime | None = None

    model_config = example(
        id="5f0c9d1e6a534a0c9d7c0d6a1f3b2c11",
        provider="corp",
        issuer="https://login.example.com",
        subject="248289761001",
        created_at="2026-11-24T08:00:00Z",
    )


class IdentitiesReply(Told):
    """The identities of somebody, oldest first."""

    items: list[IdentityModel]


class RoleModel(Told):
    """A role, and what it allows. Each includes those before it."""

    name: str
    title: str
    allows: str

    model_config = example(name="viewer", title="Viewer", allows="Reads everything but people and the audit.")


class RolesReply(Told):
    """The roles there are, lowest first."""

    items: list[RoleModel]


class UserPage(Told):
    """One page of people."""

    items: list[UserModel]
    next_cursor: str | None = None


class AuditModel(Told):
    """One line of the audit."""

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    address: str
    detail: dict[str, object]

    model_config = example(
        id=17,
        at="2026-11-24T08:00:00Z",
        actor="ada",
        action="discovery.requested",
        target="2f1b…",
        address="10.0.0.7",
        detail={"provider": "aws"},
    )


class AuditPage(Told):
    """One page of the audit, newest first."""

    items: list[AuditModel]
    next_cursor: str | None = None
