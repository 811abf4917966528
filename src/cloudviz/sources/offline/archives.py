"""zip archives of files: their members are read one by one within limits, and nothing is written anywhere.

Members' names are only what messages call them. An archive in an archive is refused when its turn comes, as any
other binary file.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from cloudviz.errors import BadInput, TooLarge

MAGIC = b"PK\x03\x04"

MAX_UNPACKED = 4 << 30
"""The most that all members of one archive may come to: 4 GiB."""

BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, zlib.error, EOFError, ValueError)


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def members(path: Path, is_wanted: Callable[[str], bool], most: int, ratio: int) -> list[str]:
    """The names of the members to read, sorted.

    Arguments:
        is_wanted: whether a file of this name is one to look into.
        most: how many there may be.
        ratio: how many times its own size an archive may unpack to, once that is much.

    Raises :class:`~cloudviz.errors.BadInput` for a damaged archive and a saved Terraform plan, and
    :class:`~cloudviz.errors.TooLarge` for one that unpacks to more than the limits.
    """
    name = path.as_posix()
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except BROKEN as error:
        raise BadInput(f"is a damaged zip archive: {error}.", where=name) from error
    if any(entry.filename == "tfplan" for entry in entries):
        raise BadInput(
            "is a zip archive, a saved Terraform plan; if so, give `terraform show -json PLAN` instead.",
            where=name,
        )
    if len(entries) > most:
        raise TooLarge(f"holds more than {most:,} files.", where=name, hint="Give the parts that matter.")
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MAX_UNPACKED or (total > 64 << 20 and total > ratio * max(packed, 1)):
        raise TooLarge(f"unpacks to {total >> 20:,} MiB from {packed >> 20:,} MiB.", where=name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadInput("is a zip archive with a password.", where=name, hint="Unpack it first.")
    return sorted(
        {
            entry.filename
            for entry in entries
            if not entry.is_dir() and not _hidden(entry) and is_wanted(entry.filename)
        }
    )


def _hidden(entry: zipfile.ZipInfo) -> bool:
    return any(
        (part.startswith(".") and part not in (".", "..")) or part == "__MACOSX"
        for part in entry.filename.split("/")
    )


class Member(io.RawIOBase):
    """The text of one member, as a stream that closes its archive."""

    def __init__(self, path: Path, name: str) -> None:
        self._archive = zipfile.ZipFile(path)
        try:
            self._member = self._archive.open(name)
        except (*BROKEN, RuntimeError, KeyError) as error:
            # What the directory says of a member and what stands before it need not agree.
            self._archive.close()
            raise OSError(f"damaged in its zip archive: {str(error)[:200]}") from error
        except BaseException:
            self._archive.close()
            raise

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Raises OSError for a damaged member."""
        try:
            data = self._member.read(len(buffer))
        except BROKEN as error:
            raise OSError(f"damaged in its zip archive: {error}") from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the member and its archive."""
        if not self.closed:
            self._member.close()
            self._archive.close()
        super().close()
