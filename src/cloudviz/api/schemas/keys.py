"""API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from cloudviz.api.schemas.base import SECRET, Asked, Told, example


class KeyLimits(Asked):
    """Requests that a key has for itself in the window of the settings `limits.*`, in place of its owner's."""

    reads: int | None = Field(None, ge=1, le=1_000_000_000)
    writes: int | None = Field(None, ge=1, le=1_000_000_000)
    heavy: int | None = Field(None, ge=1, le=1_000_000_000)


class KeyRequest(Asked):
    """A key to make."""

    name: str = Field(max_length=200, description="What will use it.")
    roles: list[str] = Field([], max_length=3, description="What it may do at most; empty for all that you may.")
    access: Literal["read", "write"] = Field("write", description="`read` changes nothing, whatever the roles.")
    expires_in_days: int | None = Field(365, ge=1, le=3650, description="null for a key without an end.")
    limits: KeyLimits = KeyLimits()

    model_config = example(name="nightly pictures", roles=["operator"], access="write", expires_in_days=90)


class KeyModel(Told):
    """A key as lists show it: never the key itself."""

    id: str
    name: str
    prefix: str = Field(description="The beginning of the key, to know it by.")
    owner: int = Field(description="The id of the person whom it speaks for.")
    roles: list[str]
    access: Literal["read", "write"]
    limits: dict[str, int]
    created_at: datetime | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = Field(None, description="To the minute.")
    revoked_at: datetime | None = None

    model_config = example(
        id="5a1c3f0e-6a53-4a0c-9d7c-0d6a1f3b2c11",
        name="nightly pictures",
        prefix="cv_live_4fGh2K",
        owner=1,
        roles=["operator"],
        access="write",
        limits={},
        created_at="2026-11-24T08:00:00Z",
        expires_at="2027-02-22T08:00:00Z",
    )


class NewKeyModel(KeyModel):
    """A key that was just made. `key` is shown this once."""

    key: str = Field(
        description="Send it as `Authorization: Bearer …` or as `X-API-Key`.", json_schema_extra=SECRET
    )

    model_config = example(
        id="5a1c3f0e-6a53-4a0c-9d7c-0d6a1f3b2c11",
        name="nightly pictures",
        prefix="cv_live_4fGh2K",
        owner=1,
        roles=["operator"],
        access="write",
        limits={},
        created_at="2026-11-24T08:00:00Z",
        expires_at="2027-02-22T08:00:00Z",
        key="cv_live_4fGh2K…_0aBc1D",
    )


class KeyPage(Told):
    """One page of keys, newest first."""

    items: list[KeyModel]
    next_cursor: str | None = None
