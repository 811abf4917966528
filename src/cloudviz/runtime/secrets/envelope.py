"""An envelope: a value sealed with a key of its own, and that key wrapped by a master key.

AES-256-GCM (NIST SP 800-38D) with a random data key for each value, so that a nonce can't repeat under one key.
What is authenticated with the value is where it belongs: an envelope that was moved to another row, column or
table does not open there.

    magic "CVE1" | length, id of the master key | length, wrapped key | nonce | ciphertext
"""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass
from typing import ClassVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloudviz.errors import CloudVizError

MAGIC = b"CVE1"
KEY_BYTES = 32
NONCE_BYTES = 12
_TAG_BYTES = 16


class SealBroken(CloudVizError):
    """A sealed value does not open: it was changed, moved from its place, or is no envelope at all."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "seal_broken"
    title: ClassVar[str] = "A sealed value cannot be opened"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs: the table, the column, and the row's id."""

    table: str
    column: str
    row: str

    def bound(self) -> bytes:
        """What is authenticated with the value: each part with its length, so that no two places read alike."""
        parts = [part.encode("utf-8", "surrogatepass") for part in (self.table, self.column, self.row)]
        return MAGIC + b"".join(struct.pack(">I", len(part)) + part for part in parts)

    def context(self) -> bytes:
        """The same for the wrapped key: 64 hex digits, since some key services log what they are given."""
        return hashlib.sha256(self.bound()).hexdigest().encode()


@dataclass(frozen=True, slots=True)
class Envelope:
    """The parts of a sealed value."""

    key_id: str
    wrapped: bytes
    nonce: bytes
    ciphertext: bytes

    def to_bytes(self) -> bytes:
        """As it is stored."""
        key_id = self.key_id.encode()
        return b"".join(
            (
                MAGIC,
                struct.pack(">H", len(key_id)),
                key_id,
                struct.pack(">H", len(self.wrapped)),
                self.wrapped,
                self.nonce,
                self.ciphertext,
            )
        )

    @classmethod
    def read(cls, sealed: bytes) -> Envelope:
        """The parts of what :meth:`to_bytes` made. Raises SealBroken for anything else."""
        try:
            if sealed[: len(MAGIC)] != MAGIC:
                raise ValueError
            at = len(MAGIC)
            key_id, at = _piece(sealed, at)
            wrapped, at = _piece(sealed, at)
            nonce, ciphertext = sealed[at : at + NONCE_BYTES], sealed[at + NONCE_BYTES :]
            if len(nonce) != NONCE_BYTES or len(ciphertext) < _TAG_BYTES:
                raise ValueError
            return cls(key_id.decode(), wrapped, nonce, ciphertext)
        except (ValueError, struct.error):
            raise SealBroken("the stored value is no envelope of CloudViz", hint="Restore it.") from None


def _piece(sealed: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", sealed, at)
    piece = sealed[at + 2 : at + 2 + length]
    if len(piece) != length:
        raise ValueError
    return piece, at + 2 + length


def new_data_key() -> bytes:
    """A random key for one value."""
    return AESGCM.generate_key(KEY_BYTES * 8)


def encrypt(data_key: bytes, plain: bytes, place: Place) -> tuple[bytes, bytes]:
    """The nonce and the ciphertext of a value."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce, AESGCM(data_key).encrypt(nonce, plain, place.bound())


def decrypt(data_key: bytes, envelope: Envelope, place: Place) -> bytes:
    """The value. Raises SealBroken when key, place or bytes are not those it was sealed with."""
    try:
        return AESGCM(data_key).decrypt(envelope.nonce, envelope.ciphertext, place.bound())
    except (InvalidTag, ValueError):
        raise broken(place) from None


def broken(place: Place) -> SealBroken:
    """The refusal for an envelope that does not open; it names the place and never what is in it."""
    return SealBroken(
        f"the sealed value of {place.table}.{place.column}, row {place.row[:80]}, does not open: it was "
        "changed or belongs elsewhere",
        hint="Restore the row from a backup, or store the secret again.",
    )
