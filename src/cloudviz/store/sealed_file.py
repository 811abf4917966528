"""A file that is encrypted while it is written, and read from any place in it.

    magic "CVBS1" | salt, 16 bytes | chunks of 65,536 bytes, each with its tag of 16; the last one shorter or full

Each file has a key of its own: HKDF-SHA256 (RFC 5869) of the master key and the salt. Chunks are sealed by
AES-256-GCM; the nonce is the chunk's number and whether it is the last, so that chunks can't be swapped, left
out, or cut off at the end (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, https://eprint.iacr.org/2015/189).
Nothing of it is ever on the disk in the clear.
"""

from __future__ import annotations

import io
import os
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cloudviz.errors import BadInput

if TYPE_CHECKING:
    from typing_extensions import Buffer  # of collections.abc since Python 3.12

MAGIC = b"CVBS1"
CHUNK = 65_536
_SALT = 16
_TAG = 16
_HEAD = len(MAGIC) + _SALT


def read_key(text: str) -> bytes:
    """The 32 bytes of a key that is written as 64 hex digits, which `openssl rand -hex 32` makes.

    Raises :class:`~cloudviz.errors.BadInput`, without the text, when it is none.
    """
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise BadInput(
            "the setting backup.key is no key of 64 hex digits", hint="Make one with `openssl rand -hex 32`."
        )
    return key


def is_sealed(file: IO[bytes]) -> bool:
    """Whether an open file begins as a sealed one does; it is at its beginning again afterwards."""
    begin = file.read(len(MAGIC))
    file.seek(0)
    return begin == MAGIC


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"cloudviz backup 1").derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class SealingWriter(io.RawIOBase):
    """What is written goes out sealed. Only what was closed is whole.

    Arguments:
        target: where to; left open.
        key: the master key, 32 bytes.
    """

    def __init__(self, target: IO[bytes], key: bytes) -> None:
        super().__init__()
        salt = os.urandom(_SALT)
        self._target, self._cipher = target, _cipher(key, salt)
        self._waiting = bytearray()
        self._number = 0
        target.write(MAGIC + salt)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Buffer, /) -> int:
        """Take bytes; full chunks go out at once, but for the one that may be the last."""
        with memoryview(data) as view:
            self._waiting += view
            length = view.nbytes
        while len(self._waiting) > CHUNK:
            self._put(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return length

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, MAGIC))
        self._number += 1

    def finish(self) -> None:
        """Write the last chunk. Without it the file does not open: it is a part of one."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()


class SealedReader(io.RawIOBase):
    """A sealed file as what is in it.

    Arguments:
        source: the file, open for reading; left open.
        key: the master key, 32 bytes.
        where: the file's name, for messages.

    What does not open raises :class:`~cloudviz.errors.BadInput`.
    """

    def __init__(self, source: IO[bytes], key: bytes, where: str) -> None:
        super().__init__()
        self._source, self._where = source, where
        sealed = source.seek(0, os.SEEK_END) - _HEAD
        self._last = max(0, (sealed - 1) // (CHUNK + _TAG))
        self._length = sealed - (self._last + 1) * _TAG
        if self._length < 0:
            raise self._broken()
        source.seek(0)
        head = source.read(_HEAD)
        self._cipher = _cipher(key, head[len(MAGIC) :])
        self._at = 0
        self._open_number, self._open = -1, b""
        self._chunk(0)  # another key is told at once

    def _broken(self) -> BadInput:
        return BadInput(
            "does not open: it has another key, or is damaged",
            where=self._where,
            hint="Look at the setting backup.key.",
        )

    def _chunk(self, number: int) -> bytes:
        if number != self._open_number:
            self._source.seek(_HEAD + number * (CHUNK + _TAG))
            sealed = self._source.read(CHUNK + _TAG)
            try:
                self._open = self._cipher.decrypt(_nonce(number, last=number == self._last), sealed, MAGIC)
            except InvalidTag as error:
                raise self._broken() from error
            self._open_number = number
        return self._open

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a place in what is in the file."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """The place."""
        return self._at

    def readinto(self, buffer: Buffer, /) -> int:
        """The next bytes, as many as the chunk has; 0 at the end."""
        if self._at >= self._length:
            return 0
        number, offset = divmod(self._at, CHUNK)
        with memoryview(buffer).cast("B") as view:
            piece = self._chunk(number)[offset : offset + len(view)]
            view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
