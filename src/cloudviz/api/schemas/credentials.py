"""Named credentials for clouds."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, SecretStr

from cloudviz.api.schemas.base import Asked, Told, example


class CredentialRequest(Asked):
    """A credential to keep, sealed. It can be used, replaced and deleted, and is never shown again."""

    name: str = Field(description="What discoveries call it.", max_length=200)
    provider: str = Field(description="aws, azure or gcp.", max_length=20)
    secret: dict[str, SecretStr] = Field(
        description=(
            "aws: `access_key_id`, `secret_access_key`, `session_token`; azure: `tenant_id`, `client_id`, "
            "`client_secret`; gcp: the members of a service account's key file."
        ),
        max_length=20,
    )

    model_config = example(
        name="prod-readonly",
        provider="aws",
        secret={"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "…"},
    )


class CredentialModel(Told):
    """A credential without what is secret in it."""

    name: str
    provider: str
    facts: dict[str, str] = Field(description="What may be shown of it: key id, tenant, e-mail address.")
    key_id: str = Field(description="The master key that it is sealed under.")
    created_by: str
    created_at: datetime
    last_used_at: datetime | None = None

    model_config = example(
        name="prod-readonly",
        provider="aws",
        facts={"access_key_id": "AKIAIOSFODNN7EXAMPLE"},
        key_id="local:kept",
        created_by="ada",
        created_at="2026-11-24T08:00:00Z",
        last_used_at=None,
    )


class CredentialPage(Told):
    """One page of credentials, in the order of their names."""

    items: list[CredentialModel]
    next_cursor: str | None = None


class ChainFault(Told):
    """A place where the audit's chain does not hold."""

    kind: str = Field(description="changed, missing, foreign, truncated or replaced.")
    seq: int
    detail: str


class ChainReply(Told):
    """What a verification of the audit found."""

    holds: bool
    entries: int
    first: int = Field(description="The number before the oldest entry that is kept.")
    head_seq: int
    head_hash: str
    fault_count: int
    faults: list[ChainFault] = Field(description="The first hundred.")

    model_config = example(
        holds=True, entries=1200, first=0, head_seq=1200, head_hash="9f86d081…", fault_count=0, faults=[]
    )
