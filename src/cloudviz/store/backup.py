"""A backup of the whole database in one file, and an empty database filled from it.

The file is a ZIP with a ``manifest.json``: what made it, the revision of the schema, and of each part its
length and SHA-256. With a key the whole of it is sealed (:mod:`cloudviz.store.sealed_file`). SQLite's part is
the database as its online backup copies it (https://www.sqlite.org/backup.html), while others write.
PostgreSQL's are the tables in COPY's text format, all as one transaction sees them. Neither needs a program of
the database's: the image has none, and ``pg_dump`` refuses servers newer than itself. The files of the storage
follow under their names, which are the checksums of their contents.
"""

from __future__ import annotations

import asyncio
import io
import mimetypes
import os
import sqlite3
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, cast

import orjson
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

import cloudviz
from cloudviz.errors import BadInput, Conflict, NotFound
from cloudviz.runtime.settings import StoreSettings
from cloudviz.runtime.storage import Storage
from cloudviz.store.engine import Database
from cloudviz.store.schema import migrate_database, refuse_newer, refuse_unknown, schema_state, upgrade
from cloudviz.store.sealed_file import SealedReader, SealingWriter, is_sealed

FORMAT = "cloudviz-backup 1"
MANIFEST = "manifest.json"

_MOST_MANIFEST = 2**20  # bytes; ours has some four thousand
_PIECE = 2**20
_REVISIONS = "alembic_version"  # the migrations write it themselves
_SQLITE_PART = "database.sqlite3"
_FILES = "files/"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds, or what was restored from one.

    Attributes:
        database: ``postgresql`` or ``sqlite``.
        revision: of the schema, as it was backed up.
        rows: table → how many rows; of PostgreSQL only.
        bytes: of the backup file.
        taken_at: when it was begun.
        files: how many files of the storage.
        is_sealed: whether it needs a key.
    """

    database: str
    revision: str
    rows: dict[str, int]
    bytes: int
    taken_at: datetime
    files: int = 0
    is_sealed: bool = False


async def back_up(
    url: str,
    file: Path,
    settings: StoreSettings | None = None,
    *,
    storage: Storage | None = None,
    key: bytes = b"",
) -> BackupReport:
    """Write a backup of the database at a URL, as it is at one instant, while others go on reading and writing.

    Arguments:
        file: where to; it appears when it is whole, readable by its owner only: it holds password hashes.
        storage: whose files are to be in it too; none when None.
        key: 32 bytes that the backup is sealed with; open when empty.

    Raises :class:`~cloudviz.errors.Conflict` when the file exists, :class:`~cloudviz.errors.BadInput` for a
    database that is not CloudViz's or is newer, :class:`~cloudviz.errors.Unavailable` when it does not answer.
    """
    if await asyncio.to_thread(file.exists):
        raise Conflict("is there already", where=str(file), hint="Name another file; a backup replaces none.")
    database = Database.at(url, settings)
    try:
        await database.answer()
        async with database.reading() as connection:
            state = await schema_state(connection)
            if not state.present:
                raise BadInput("holds no CloudViz database", where=database.address.shown)
            refuse_newer(state, database.address.shown)
            with _appearing(file, key) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
                manifest: dict[str, Any] = {
                    "format": FORMAT,
                    "made_by": cloudviz.__version__,
                    "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "database": "postgresql" if database.is_postgres else "sqlite",
                    "revision": state.present,
                }
                if database.is_postgres:
                    manifest |= await _copy_out(connection, archive)
                else:
                    assert database.address.file is not None
                    manifest |= await asyncio.to_thread(_copy_sqlite, database.address.file, file, archive)
                if storage is not None:
                    manifest["files"] = await _copy_files(storage, archive)
                archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    finally:
        await database.close()
    return _report(manifest, file)


def check(file: Path, key: bytes = b"") -> BackupReport:
    """Read a backup from its beginning to its end, and hold every part against its checksum; nothing is restored.

    Raises as :func:`restore` does.
    """
    with _opened(file, key) as archive:
        manifest = _manifest(archive, file)
        for name, part in manifest["parts"].items():
            held = name if manifest["database"] == "sqlite" else f"tables/{name}"
            for _ in _pieces(archive, held, part["sha256"], file):
                pass
        for name in _file_names(archive, manifest, file):
            for _ in _pieces(archive, f"{_FILES}{name}", name[:64], file):
                pass
    return _report(manifest, file)


async def restore(
    url: str,
    file: Path,
    settings: StoreSettings | None = None,
    *,
    storage: Storage | None = None,
    key: bytes = b"",
) -> BackupReport:
    """Fill the empty database at a URL from a backup, and bring it to this release's schema.

    Every part is held against its checksum. Whatever is wrong, the database stays as empty as it was.

    Arguments:
        storage: where the files go that are in it; they are left out when None.
        key: what it was sealed with; not asked for where it was not.

    Raises :class:`~cloudviz.errors.NotFound` when there is no such file, :class:`~cloudviz.errors.BadInput` when
    it is no backup, damaged, of the other database or of a newer release, :class:`~cloudviz.errors.Conflict` when
    the database is not empty.
    """
    with _opened(file, key) as archive:
        manifest = _manifest(archive, file)
        database = Database.at(url, settings)
        try:
            ours = "postgresql" if database.is_postgres else "sqlite"
            if manifest["database"] != ours:
                raise BadInput(
                    f"holds a {manifest['database']} database, and {database.address.shown} is {ours}",
                    where=str(file),
                    hint="Restore into the same kind of database.",
                )
            refuse_unknown(manifest["revision"], str(file))
            await _refuse_filled(database)
            if storage is not None:  # before the database that names them; alone they are in nobody's way
                await _put_files(storage, archive, manifest, file)
            if database.is_postgres:
                async with database.writing() as connection:
                    await _copy_in(connection, archive, manifest, file)
            else:
                assert database.address.file is not None
                await asyncio.to_thread(_put_sqlite, database.address.file, archive, manifest, file)
            await migrate_database(database)
        finally:
            await database.close()
    return _report(manifest, file)


def _report(manifest: dict[str, Any], file: Path) -> BackupReport:
    return BackupReport(
        database=manifest["database"],
        revision=manifest["revision"],
        rows={name: part["rows"] for name, part in manifest["parts"].items() if "rows" in part},
        bytes=file.stat().st_size,
        taken_at=datetime.fromisoformat(manifest["taken_at"]),
        files=manifest.get("files", {}).get("count", 0),
        is_sealed=_begins_sealed(file),
    )


def _begins_sealed(file: Path) -> bool:
    with file.open("rb") as opened:
        return is_sealed(opened)


# ---- the file


@contextmanager
def _appearing(file: Path, key: bytes) -> Iterator[IO[bytes]]:
    """A new file for its owner alone, which gets its name when it is whole and on the disk."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(
            f"can't be written: {error.strerror}", where=str(file), hint="Name another file."
        ) from error
    try:
        with os.fdopen(descriptor, "w+b") as opened:
            if key:
                sealing = SealingWriter(opened, key)
                yield cast(IO[bytes], sealing)
                sealing.finish()
            else:
                yield opened
            opened.flush()
            os.fsync(opened.fileno())
        os.link(aside, file)  # unlike a rename it replaces nothing
    except FileExistsError as error:
        raise Conflict("is there already", where=str(file), hint="Name another file.") from error
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def _opened(file: Path, key: bytes) -> Iterator[zipfile.ZipFile]:
    with ExitStack() as stack:
        try:
            opened: IO[bytes] = stack.enter_context(file.open("rb"))
            if is_sealed(opened):
                if not key:
                    raise BadInput("is encrypted", where=str(file), hint="Give its key in the setting backup.key.")
                opened = cast(IO[bytes], io.BufferedReader(SealedReader(opened, key, str(file)), _PIECE))
            archive = stack.enter_context(zipfile.ZipFile(opened))
        except FileNotFoundError:
            raise NotFound("there is no such file", where=str(file)) from None
        except (zipfile.BadZipFile, OSError) as error:
            raise _no_backup(file) from error
        yield archive


def _no_backup(file: Path) -> BadInput:
    return BadInput(
        "is no backup of CloudViz, or only a part of one", where=str(file), hint="Take another backup."
    )


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    """What a backup says of itself, checked as far as anything relies on it."""
    try:
        with archive.open(MANIFEST) as opened:
            said = orjson.loads(opened.read(_MOST_MANIFEST))
        if said["format"] != FORMAT or said["database"] not in ("postgresql", "sqlite"):
            raise ValueError("another format")
        datetime.fromisoformat(said["taken_at"])
        for part in said["parts"].values():
            if not (isinstance(part["sha256"], str) and isinstance(part.get("rows", 0), int)):
                raise TypeError("another form")
        if not isinstance(said["revision"], str) or not isinstance(said.get("files", {}).get("count", 0), int):
            raise TypeError("another form")
    except (KeyError, TypeError, ValueError, AttributeError, zipfile.BadZipFile, OSError) as error:
        raise _no_backup(file) from error
    return cast(dict[str, Any], said)


def _pieces(archive: zipfile.ZipFile, name: str, expected: str, file: Path) -> Iterator[bytes]:
    """The bytes of a part. Raises BadInput at their end when they are not those that were backed up."""
    found = sha256()
    try:
        with archive.open(name) as opened:
            while piece := opened.read(_PIECE):
                found.update(piece)
                yield piece
    except (KeyError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise _damaged(file, name) from error
    except Exception as error:
        if type(error).__module__ != "zlib":
            raise
        raise _damaged(file, name) from error
    if found.hexdigest() != expected:
        raise _damaged(file, name)


def _damaged(file: Path, name: str) -> BadInput:
    return BadInput(f"is damaged: its part {name} is not what was backed up", where=str(file), hint="Use another.")


async def _refuse_filled(database: Database) -> None:
    await database.answer()
    async with database.reading() as connection:
        there = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
    if there:
        raise Conflict(
            f"is not empty: it holds {len(there)} tables",
            where=database.address.shown,
            hint="Restore into a new database, and point DATABASE_URL to it.",
        )


# ---- files of the storage


async def _copy_files(storage: Storage, archive: zipfile.ZipFile) -> dict[str, int]:
    """Every file, as it is: pictures are compressed already. One that a clean-up takes meanwhile is left out."""
    count = length = 0
    async for kept in storage.listed():
        if not kept.is_ours:
            continue
        try:
            content = await storage.content(kept.name)
        except NotFound:
            continue
        archive.writestr(zipfile.ZipInfo(f"{_FILES}{kept.name}"), content)
        count, length = count + 1, length + len(content)
    return {"count": count, "bytes": length}


def _file_names(archive: zipfile.ZipFile, manifest: dict[str, Any], file: Path) -> list[str]:
    names = [each.removeprefix(_FILES) for each in archive.namelist() if each.startswith(_FILES)]
    if len(names) != manifest.get("files", {}).get("count", 0):
        raise _no_backup(file)
    return names


async def _put_files(storage: Storage, archive: zipfile.ZipFile, manifest: dict[str, Any], file: Path) -> None:
    for name in _file_names(archive, manifest, file):
        content = b"".join(_pieces(archive, f"{_FILES}{name}", name[:64], file))
        await storage.put(name, content, mimetypes.guess_type(name)[0] or "application/octet-stream")


# ---- SQLite


def _copy_sqlite(source: Path, file: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    copy = file.with_name(f".{file.name}.{os.getpid()}.copy")
    try:
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(copy)) as target:
            opened.backup(target)  # in one step: nobody's commit makes it begin again
            # The copy is one file: no journal beside it that the archive would lack.
            target.execute("PRAGMA journal_mode = DELETE")
            said = target.execute("PRAGMA quick_check").fetchone()[0]
            if said != "ok":
                raise BadInput(f"the database is damaged: {said[:200]}", where=str(source))
        found, length = sha256(), 0
        with archive.open(_SQLITE_PART, "w", force_zip64=True) as part, copy.open("rb") as opened_copy:
            while piece := opened_copy.read(_PIECE):
                found.update(piece)
                length += len(piece)
                part.write(piece)
    finally:
        copy.unlink(missing_ok=True)
    return {"parts": {_SQLITE_PART: {"bytes": length, "sha256": found.hexdigest()}}}


def _put_sqlite(target: Path, archive: zipfile.ZipFile, manifest: dict[str, Any], file: Path) -> None:
    try:
        expected = manifest["parts"][_SQLITE_PART]["sha256"]
    except KeyError as error:
        raise _no_backup(file) from error
    aside = target.with_name(f".{target.name}.{os.getpid()}.restored")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            for piece in _pieces(archive, _SQLITE_PART, expected, file):
                opened.write(piece)
            opened.flush()
            os.fsync(opened.fileno())
        # The file that asking for its tables has made is empty, but may have a journal of its own.
        for beside in ("-wal", "-shm"):
            target.with_name(target.name + beside).unlink(missing_ok=True)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


# ---- PostgreSQL


def _tables(connection: Connection) -> dict[str, list[str]]:
    """Table → its columns, those that refer to others after them. Generated columns make themselves."""
    looked = inspect(connection)
    found: dict[str, list[str]] = {}
    for name, _ in looked.get_sorted_table_and_fkc_names():
        if name is not None and name != _REVISIONS:
            found[name] = [each["name"] for each in looked.get_columns(name) if not each.get("computed")]
    return found


async def _driver(connection: AsyncConnection) -> Any:
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    raw = await connection.get_raw_connection()
    return cast(Any, raw.driver_connection)


async def _copy_out(connection: AsyncConnection, archive: zipfile.ZipFile) -> dict[str, Any]:
    driver = await _driver(connection)
    parts: dict[str, Any] = {}
    for table, columns in (await connection.run_sync(_tables)).items():
        found, length = sha256(), 0
        with archive.open(f"tables/{table}", "w", force_zip64=True) as part:

            async def take(piece: bytes, part: IO[bytes] = part, found: Any = found) -> None:
                nonlocal length
                found.update(piece)
                length += len(piece)
                part.write(piece)

            said = await driver.copy_from_table(table, columns=columns, output=take, format="text")
        rows = int(said.split()[-1])
        parts[table] = {"rows": rows, "columns": columns, "bytes": length, "sha256": found.hexdigest()}
    asked = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"
    numbers = {name: last for name, last in await connection.execute(text(asked)) if last is not None}
    return {"parts": parts, "sequences": dict(sorted(numbers.items()))}


async def _copy_in(
    connection: AsyncConnection, archive: zipfile.ZipFile, manifest: dict[str, Any], file: Path
) -> None:
    driver = await _driver(connection)
    await connection.run_sync(upgrade, manifest["revision"])
    tables = await connection.run_sync(_tables)
    if set(tables) != set(manifest["parts"]):
        raise _no_backup(file)
    quoted = ", ".join(f'"{name}"' for name in tables)
    await connection.execute(text(f"TRUNCATE {quoted}"))  # migrations begin some tables with a row
    for table, columns in tables.items():
        part = manifest["parts"][table]
        if sorted(part.get("columns", ())) != sorted(columns):
            raise _no_backup(file)

        async def given(table: str = table, part: dict[str, Any] = part) -> AsyncIterator[bytes]:
            for piece in _pieces(archive, f"tables/{table}", part["sha256"], file):
                yield piece

        said = await driver.copy_to_table(table, source=given(), columns=part["columns"], format="text")
        if int(said.split()[-1]) != part["rows"]:
            raise _damaged(file, f"tables/{table}")
    mine = text("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")
    for (name,) in (await connection.execute(mine)).all():
        last = manifest.get("sequences", {}).get(name)
        if isinstance(last, int):
            await connection.execute(
                text("SELECT setval(quote_ident(:name)::regclass, :last)"), {"name": name, "last": last}
            )
