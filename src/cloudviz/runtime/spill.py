"""Bytes put aside in a temporary file: what is much and read again once needs no memory meanwhile."""

from __future__ import annotations

import errno
import os
import tempfile

from cloudviz.errors import Unavailable

AT_ONCE = 1 << 18
"""Bytes gathered before they are written."""


class Spill:
    """A file without a name, which goes when the last who may read it has gone, or the process has.

    It stands where Python puts temporary files (``TMPDIR`` says where). For one thread at a time.
    """

    __slots__ = ("_file", "_gathered", "_size", "_written")

    def __init__(self) -> None:
        try:
            self._file = tempfile.TemporaryFile(prefix="cloudviz-", buffering=0)  # noqa: SIM115 - read as long as this lives
        except OSError as error:
            raise _refused(error) from error
        self._gathered = bytearray()
        self._written = 0
        self._size = 0

    def put(self, data: bytes) -> int:
        """Put bytes aside; returns where they begin. Raises Unavailable where there is no more space."""
        begin = self._size
        self._gathered += data
        self._size += len(data)
        if len(self._gathered) >= AT_ONCE:
            self._write()
        return begin

    def get(self, begin: int, size: int) -> bytes:
        """Bytes that were put aside."""
        if begin + size > self._written:
            self._write()
        found = os.pread(self._file.fileno(), size, begin)
        while len(found) < size:
            more = os.pread(self._file.fileno(), size - len(found), begin + len(found))
            if not more:
                raise Unavailable("a temporary file has become shorter")
            found += more
        return found

    def _write(self) -> None:
        left = memoryview(self._gathered)
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError as error:
            raise _refused(error) from error
        finally:
            left.release()
        self._gathered = bytearray()
        self._written = self._size


def _refused(error: OSError) -> Unavailable:
    what = "there is no more space" if error.errno == errno.ENOSPC else f"it can't be written ({error.strerror})"
    return Unavailable(
        f"a temporary file is needed for files of this size, and {what} in {tempfile.gettempdir()}.",
        hint="Make space there, or name another folder in TMPDIR.",
    )
