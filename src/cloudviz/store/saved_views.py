"""Views of the map that people named, to come back to."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cloudviz.errors import Conflict, NotFound
from cloudviz.store import tables
from cloudviz.store.engine import Database
from cloudviz.store.pages import fetch_page
from cloudviz.store.records import Page, SavedView
from cloudviz.store.rows import plain_text
from cloudviz.store.types import AnyRow, new_uuid

MOST_OF_A_PERSON = 500


class SavedViews:
    """The table ``saved_views``. Whatever is asked is asked for one person: those of others are not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, user_id: int, name: str, place: str) -> SavedView:
        """Keep a view.

        Arguments:
            user_id: whose it is.
            name: what they call it; one name is one view.
            place: the address in the web app, behind its ``#``.

        Raises NotFound for the person, Conflict when they have a view of that name, or too many.
        """
        table = tables.saved_views
        try:
            async with self._database.writing() as connection:
                person = select(tables.users.c.id).where(tables.users.c.id == user_id).with_for_update()
                if (await connection.execute(person)).first() is None:
                    raise NotFound(f"there is no user with the id {user_id}", hint="Sign in again.")
                mine = select(func.count()).where(table.c.user_id == user_id)
                if int(await connection.scalar(mine) or 0) >= MOST_OF_A_PERSON:
                    raise Conflict(f"there are {MOST_OF_A_PERSON} saved views already", hint="Delete one.")
                now = await self._database.now(connection)
                made = await connection.execute(
                    insert(table)
                    .values(
                        id=new_uuid(),
                        user_id=user_id,
                        name=plain_text(name),
                        place=plain_text(place),
                        created_at=now,
                        updated_at=now,
                    )
                    .returning(table)
                )
                return _view(made.one())
        except IntegrityError as error:
            raise _taken(name) from error

    async def page(self, user_id: int, limit: int = 50, cursor: str | None = None) -> Page[SavedView]:
        """The views of a person, by their names."""
        table = tables.saved_views
        query = select(table).where(table.c.user_id == user_id)
        async with self._database.reading() as connection:
            return await fetch_page(connection, query, [(table.c.name, str)], _view, limit, cursor)

    async def change(self, user_id: int, view_id: str, name: str, place: str) -> SavedView:
        """Another name or place for a view. Raises NotFound, and Conflict when the name is another's."""
        table = tables.saved_views
        try:
            async with self._database.writing() as connection:
                changed = await connection.execute(
                    update(table)
                    .where(table.c.id == _id(view_id), table.c.user_id == user_id)
                    .values(
                        name=plain_text(name),
                        place=plain_text(place),
                        updated_at=await self._database.now(connection),
                    )
                    .returning(table)
                )
                row = changed.first()
                if row is None:
                    raise _unknown(view_id)
                return _view(row)
        except IntegrityError as error:
            raise _taken(name) from error

    async def delete(self, user_id: int, view_id: str) -> None:
        """Forget a view. Raises NotFound."""
        table = tables.saved_views
        async with self._database.writing() as connection:
            done = await connection.execute(
                delete(table).where(table.c.id == _id(view_id), table.c.user_id == user_id)
            )
            if not done.rowcount:
                raise _unknown(view_id)


def _id(view_id: str) -> str:
    try:
        return str(uuid.UUID(view_id))
    except ValueError:
        raise _unknown(view_id) from None


def _unknown(view_id: str) -> NotFound:
    return NotFound(f"you have no saved view {plain_text(view_id)[:80]!r}", hint="List those that you have.")


def _taken(name: str) -> Conflict:
    return Conflict(f"you have a view called {plain_text(name)[:80]!r}", hint="Choose another name, or change it.")


def _view(row: AnyRow) -> SavedView:
    return SavedView(
        id=row.id,
        user_id=row.user_id,
        name=row.name,
        place=row.place,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
