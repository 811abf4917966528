"""The keys of an installation: one that seals, and all that may still be needed to open."""

from __future__ import annotations

from collections.abc import Sequence

from cloudviz.errors import Unavailable
from cloudviz.runtime.secrets import envelope as envelopes
from cloudviz.runtime.secrets.envelope import Envelope, Place, broken
from cloudviz.runtime.secrets.master_keys import MasterKey, WrongKey


class Keyring:
    """Seals and opens values.

    Arguments:
        keys: master keys; the first one seals, all open.
    """

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        if not keys:
            raise ValueError("a keyring needs a key")
        self._sealing = keys[0]
        self._keys = {key.id: key for key in keys}

    @property
    def sealing_id(self) -> str:
        """The id of the key that seals."""
        return self._sealing.id

    async def seal(self, plain: bytes, place: Place) -> bytes:
        """A value as it may be stored at ``place``, and nowhere else. Raises Unavailable."""
        data_key = envelopes.new_data_key()
        wrapped = await self._sealing.wrap(data_key, place.context())
        return Envelope(self._sealing.id, wrapped, *envelopes.encrypt(data_key, plain, place)).to_bytes()

    async def open(self, sealed: bytes, place: Place) -> bytes:
        """The value that was sealed for ``place``.

        Raises SealBroken when it was changed or moved, Unavailable when its key is not there.
        """
        envelope = Envelope.read(sealed)
        return envelopes.decrypt(await self._data_key(envelope, place), envelope, place)

    async def rewrapped(self, sealed: bytes, place: Place) -> bytes | None:
        """The same value under the key that seals now; None when it is under it already.

        The value itself is opened on the way, so that a broken one is noticed and never passed on.
        """
        envelope = Envelope.read(sealed)
        if envelope.key_id == self._sealing.id:
            return None
        data_key = await self._data_key(envelope, place)
        envelopes.decrypt(data_key, envelope, place)
        wrapped = await self._sealing.wrap(data_key, place.context())
        return Envelope(self._sealing.id, wrapped, envelope.nonce, envelope.ciphertext).to_bytes()

    async def _data_key(self, envelope: Envelope, place: Place) -> bytes:
        key = self._keys.get(envelope.key_id)
        if key is None:
            raise Unavailable(
                f"the key {envelope.key_id[:200]!r}, which sealed {place.table}.{place.column}, is not configured",
                hint="Keep former keys in the settings until `cloudviz secrets rotate` is done.",
            )
        try:
            return await key.unwrap(envelope.wrapped, place.context())
        except WrongKey:
            raise broken(place) from None
