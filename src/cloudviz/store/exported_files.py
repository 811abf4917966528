"""Exported files: which object of the storage answers which request, and when it was last asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from cloudviz.errors import NotFound
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.records import ExportedFile
from cloudviz.store.rows import key_text, plain_text
from cloudviz.store.types import AnyRow

USED_EVERY = timedelta(hours=6)
"""How exact the time of the last use is: a row is not written for each of a thousand downloads."""

MAP_TYPE = "application/vnd.cloudviz.map"
"""The media type of laid-out maps, which are kept beside the files for people, and not as long."""

_TABLE = tables.exported_files


class ExportedFiles:
    """The table ``exported_files``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, asked: str) -> ExportedFile | None:
        """The file that answers a request, when it was made before; its use is noted.

        Arguments:
            asked: what determines the bytes, as a hash.
        """
        async with self._database.reading() as connection:
            row = (await connection.execute(select(_TABLE).where(_TABLE.c.asked == key_text(asked)))).first()
            now = await self._database.now(connection)
        if row is None:
            return None
        if now - row.used_at > USED_EVERY:
            async with self._database.writing() as connection:
                await connection.execute(update(_TABLE).where(_TABLE.c.asked == row.asked).values(used_at=now))
        return _record(row)

    async def named(self, name: str) -> ExportedFile:
        """The file that is an object of the storage. Raises NotFound."""
        async with self._database.reading(from_replica=True) as connection:
            row = (
                await connection.execute(select(_TABLE).where(_TABLE.c.name == key_text(name)).limit(1))
            ).first()
        if row is None:
            raise NotFound(f"there is no file {plain_text(name)[:80]!r}", hint="Export the picture again.")
        return _record(row)

    async def note(self, file: ExportedFile) -> None:
        """Remember a file that was put into the storage."""
        values = {
            "name": key_text(file.name),
            "size": file.size,
            "media_type": plain_text(file.media_type),
            "file_name": plain_text(file.file_name),
            "diagram_id": file.diagram_id,
        }
        asked = key_text(file.asked)
        for _ in range(2):
            try:
                async with self._database.writing() as connection:
                    now = await self._database.now(connection)
                    done = await connection.execute(
                        update(_TABLE).where(_TABLE.c.asked == asked).values(**values, used_at=now)
                    )
                    if not done.rowcount:
                        await connection.execute(
                            insert(_TABLE).values(asked=asked, **values, created_at=now, used_at=now)
                        )
                return
            except IntegrityError:  # another process was first: its row is brought up to date
                continue

    async def forget(self, asked: str) -> None:
        """Its object is no longer in the storage."""
        async with self._database.writing() as connection:
            await connection.execute(delete(_TABLE).where(_TABLE.c.asked == key_text(asked)))

    async def trim(self, media_type: str, most: int) -> list[str]:
        """Forget all files of a type but those ``most`` that were used last.

        Returns the names of the objects that no request leads to any more.
        """
        rest = (
            select(_TABLE.c.asked, _TABLE.c.name)
            .where(_TABLE.c.media_type == media_type)
            .order_by(_TABLE.c.used_at.desc(), _TABLE.c.asked)
            .offset(most)
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(rest)).all()
            if not rows:
                return []
            await connection.execute(delete(_TABLE).where(_TABLE.c.asked.in_([row.asked for row in rows])))
        names = {row.name for row in rows}
        return sorted(names - await self.known(names))

    async def known(self, names: Collection[str]) -> set[str]:
        """Those of some objects that a request leads to."""
        query = select(_TABLE.c.name).where(_TABLE.c.name.in_(names)).distinct()
        async with self._database.reading() as connection:
            return set((await connection.execute(query)).scalars())


def _record(row: AnyRow) -> ExportedFile:
    return ExportedFile(
        asked=row.asked,
        name=row.name,
        size=row.size,
        media_type=row.media_type,
        file_name=row.file_name,
        diagram_id=row.diagram_id,
        created_at=row.created_at,
        used_at=row.used_at,
    )
