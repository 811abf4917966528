"""Master keys: what wraps the data keys. The local one, and the interface that all have."""

from __future__ import annotations

import base64
import binascii
import os
import re
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloudviz.errors import BadInput
from cloudviz.runtime.secrets.envelope import KEY_BYTES, NONCE_BYTES

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class WrongKey(Exception):
    """A wrapped key does not open with this master key in this context."""


class MasterKey(Protocol):
    """Wraps data keys. ``id`` goes into each envelope, so that the key that can open it is found again."""

    @property
    def id(self) -> str:
        """The key's name, the same for ever."""

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """The data key in a form that only this master key opens. Raises Unavailable."""

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key. Raises WrongKey when it was not wrapped by this key in this context, Unavailable."""


class LocalKey:
    """32 bytes that the installation itself keeps: in the environment, a file, or the data folder."""

    def __init__(self, name: str, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise BadInput(f"the key {name!r} has {len(key)} bytes, not {KEY_BYTES}", hint=_HINT)
        self.id = f"local:{name}"
        self._cipher = AESGCM(key)

    async def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """See :class:`MasterKey`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data_key, self.id.encode() + b"\0" + context)

    async def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See :class:`MasterKey`."""
        try:
            bound = self.id.encode() + b"\0" + context
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            raise WrongKey from None


_HINT = "A key is 32 random bytes in hex or base64: `openssl rand -hex 32`."


def local_keys(text: str) -> list[LocalKey]:
    """The keys of ``id:key`` entries, parted by commas or line breaks; the first one seals.

    Raises BadInput, without repeating the key.
    """
    keys: list[LocalKey] = []
    for number, entry in enumerate(filter(None, (each.strip() for each in re.split(r"[,\n]", text))), 1):
        if entry.startswith("#"):
            continue
        name, parted, encoded = entry.partition(":")
        if not parted or not _ID.fullmatch(name):
            raise BadInput(
                f"entry {number} of the setting secrets.keys has no id before a colon",
                hint=f"Write 2026-11:KEY. {_HINT}",
            )
        keys.append(LocalKey(name, _decoded(encoded.strip(), number)))
    if len({key.id for key in keys}) != len(keys):
        raise BadInput("two keys of the setting secrets.keys have the same id", hint="Give a new key a new id.")
    return keys


def _decoded(text: str, number: int) -> bytes:
    try:
        if re.fullmatch(r"[0-9a-fA-F]{64}", text):
            return bytes.fromhex(text)
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(f"entry {number} of the setting secrets.keys is no key", hint=_HINT) from None
