"""Named credentials for clouds: sealed when they are given, opened when a scan begins, shown never."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from cloudviz.errors import CloudVizError, Invalid
from cloudviz.runtime.secrets.envelope import Place, SealBroken
from cloudviz.runtime.secrets.keyring import Keyring
from cloudviz.runtime.secrets.opening import keyring_for
from cloudviz.runtime.settings import Settings
from cloudviz.store import Store
from cloudviz.store.credentials import CredentialRecord
from cloudviz.store.types import new_uuid

BATCH = 100
LONGEST_NAME = 100
LONGEST_VALUE = 20_000
GOOGLE_TOKENS = "https://oauth2.googleapis.com/token"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a cloud's credential is made of: members that must be there, that may be, and that may be shown."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


SHAPES: Mapping[str, Shape] = {
    "aws": Shape(("access_key_id", "secret_access_key"), ("session_token",), ("access_key_id",)),
    "azure": Shape(("tenant_id", "client_id", "client_secret"), (), ("tenant_id", "client_id")),
    # A service account's key file, as Google hands it out.
    "gcp": Shape(
        ("type", "client_email", "private_key"),
        (
            "project_id",
            "private_key_id",
            "client_id",
            "auth_uri",
            "token_uri",
            "auth_provider_x509_cert_url",
            "client_x509_cert_url",
            "universe_domain",
        ),
        ("client_email", "project_id"),
    ),
}


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to, in credentials."""

    moved: int
    current: int
    failed: tuple[str, ...]


class Credentials:
    """Keeps credentials.

    Arguments:
        store: where they are kept.
        keyring: the keys that seal them.
    """

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring

    @classmethod
    def of(cls, settings: Settings, store: Store) -> Credentials:
        """Those of an installation. Raises BadInput for keys in the settings that are none."""
        return cls(store, keyring_for(settings))

    async def add(self, name: str, provider: str, secret: Mapping[str, str], by: str) -> CredentialRecord:
        """Seal and keep one. Raises Invalid, Conflict when the name is taken, Unavailable without the key."""
        if not _NAME.fullmatch(name):
            raise Invalid(
                "the name of a credential has letters, digits, dots, dashes and underscores",
                hint=f"Use up to {LONGEST_NAME} of them, such as prod-readonly.",
            )
        checked = _checked(provider, secret)
        facts = {member: checked[member] for member in SHAPES[provider].shown if checked.get(member)}
        credential_id = new_uuid()
        sealed = await self._keyring.seal(orjson.dumps(checked), _place(credential_id))
        return await self._store.credentials.create(
            credential_id, name, provider, facts, sealed, self._keyring.sealing_id, by
        )

    async def open(self, name: str, provider: str) -> dict[str, str]:
        """What a scan signs in with. Raises as :meth:`of_provider` does, SealBroken, Unavailable."""
        record = await self.of_provider(name, provider)
        opened: dict[str, str] = orjson.loads(await self._keyring.open(record.sealed, _place(record.id)))
        await self._store.credentials.used(record.id)
        return opened

    async def of_provider(self, name: str, provider: str) -> CredentialRecord:
        """The one of a name, still sealed. Raises NotFound, Invalid for one of another cloud."""
        record = await self._store.credentials.by_name(name)
        if record.provider != provider:
            raise Invalid(f"the credential {name!r} is for {record.provider}, not for {provider}")
        return record

    async def rotate(self) -> Rotated:
        """Put every envelope under the key that seals now, in batches. May be stopped and begun again."""
        moved = current = 0
        failed: list[str] = []
        async for record in self._all():
            try:
                sealed = await self._keyring.rewrapped(record.sealed, _place(record.id))
                if sealed is None:
                    current += 1
                elif await self._store.credentials.reseal(record, sealed, self._keyring.sealing_id):
                    moved += 1
            except (SealBroken, CloudVizError) as error:
                failed.append(f"{record.name}: {error.one_line()}")
        return Rotated(moved, current, tuple(failed))

    async def _all(self) -> AsyncIterator[CredentialRecord]:
        last = ""
        while batch := await self._store.credentials.after(last, BATCH):
            for record in batch:
                yield record
            last = batch[-1].id


def _place(credential_id: str) -> Place:
    return Place("credentials", "sealed", credential_id)


def _checked(provider: str, secret: Mapping[str, str]) -> dict[str, Any]:
    """The members of a credential. No refusal repeats a value."""
    shape = SHAPES.get(provider)
    if shape is None:
        raise Invalid("credentials are for aws, azure or gcp")
    unknown = sorted(set(secret) - {*shape.needed, *shape.optional})
    missing = [member for member in shape.needed if not secret.get(member, "").strip()]
    if missing or unknown:
        what = f"lacks {', '.join(missing)}" if missing else f"has {len(unknown)} members that it can't have"
        raise Invalid(f"the credential {what}", hint=f"{provider} needs {', '.join(shape.needed)}.")
    if any(len(value) > LONGEST_VALUE for value in secret.values()):
        raise Invalid("a member of the credential is too long")
    checked = {member: value for member, value in secret.items() if value}
    if provider == "gcp":
        # Other types of key files name commands and addresses to be asked for tokens: those are not data.
        if checked["type"] != "service_account":
            raise Invalid("only key files of the type service_account are taken")
        if checked.get("token_uri", GOOGLE_TOKENS) != GOOGLE_TOKENS:
            raise Invalid(f"the token_uri of the key file is not {GOOGLE_TOKENS}")
        if checked.get("universe_domain", "googleapis.com") != "googleapis.com":
            raise Invalid("the key file is for another universe than googleapis.com")
        checked["token_uri"] = GOOGLE_TOKENS
    return checked
