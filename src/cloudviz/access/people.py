"""Giving people access: adding them, their first administrator, a new password."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence

from cloudviz.access.audit import Event, SecurityLog
from cloudviz.access.passwords import Passwords, check_new
from cloudviz.access.roles import Role, roles_of
from cloudviz.errors import Conflict, Invalid, NotFound
from cloudviz.store import Person, Store

LONGEST_USERNAME = 50  # the column of contract §6
LONGEST_EMAIL = 100

_USERNAME = re.compile(r"[\w][\w.@+-]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Admissions:
    """Adds people and changes their passwords, for the API's and the command line's administrators."""

    def __init__(self, store: Store, passwords: Passwords, log: SecurityLog) -> None:
        self._people = store.people
        self._passwords = passwords
        self._log = log

    async def add(
        self,
        username: str,
        email: str,
        password: str,
        roles: Sequence[str] = (Role.VIEWER,),
        *,
        by: str,
        address: str = "",
    ) -> Person:
        """A new person. ``by`` is who adds them.

        Raises :class:`~cloudviz.errors.Invalid` naming the value that is not acceptable, and
        :class:`~cloudviz.errors.Conflict` when name or e-mail address is taken.
        """
        if len(username) > LONGEST_USERNAME or not _USERNAME.fullmatch(username):
            raise Invalid(
                f"{username[:60]!r} is not a username",
                hint=f"Use up to {LONGEST_USERNAME} letters, digits or . _ @ + -, the first a letter or digit.",
            )
        if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
            raise Invalid(
                f"{email[:120]!r} is not an e-mail address", hint=f"Up to {LONGEST_EMAIL} characters: name@host."
            )
        check_new(password)
        words = [role.value for role in roles_of(roles)]
        person = await self._people.create(username, email, await self._passwords.hash(password), words)
        await self._log.note(
            Event.USER_CREATED, actor=by, target=username, address=address, detail={"roles": words}
        )
        return person

    async def set_password(self, username: str, password: str, *, by: str, address: str = "") -> None:
        """Give somebody a new password. Raises :class:`~cloudviz.errors.NotFound`."""
        person = await self._people.by_username(username)
        if person is None:
            raise NotFound(f"there is no user {username!r}", hint="`cloudviz users list` shows them.")
        check_new(password)
        await self._people.set_password_hash(person.id, await self._passwords.hash(password))
        await self._log.note(Event.PASSWORD_CHANGED, actor=by, target=username, address=address)

    async def first_admin(self, username: str = "admin") -> Person:
        """The local administrator of an installation that nobody has signed in to yet.

        It is made, with a random password that nobody knows, when there are no people at all; sign it in with a
        code. Otherwise the administrator of that name is returned. Raises :class:`~cloudviz.errors.NotFound`
        when people exist and none of them is an administrator of that name.
        """
        if await self._people.count() == 0:
            try:
                return await self.add(
                    username,
                    f"{username}@localhost",
                    secrets.token_urlsafe(32),
                    (Role.ADMIN,),
                    by="cloudviz",
                )
            except Conflict:  # another process was first
                pass
        person = await self._people.by_username(username)
        if person is None or Role.ADMIN not in person.roles:
            raise NotFound(
                f"there is no administrator called {username!r}",
                hint="`cloudviz users list` shows who is; name one of them.",
            )
        return person
