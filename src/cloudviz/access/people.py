"""Giving people access and taking it: adding, roles, a new password, disabling, removing."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence

from cloudviz.access.audit import Event, SecurityLog
from cloudviz.access.passwords import Passwords, check_new
from cloudviz.access.roles import Role, roles_of
from cloudviz.access.sign_in import SignIn
from cloudviz.errors import Conflict, Invalid, NotFound
from cloudviz.store import Person, Store

LONGEST_USERNAME = 50  # the column of contract §6
LONGEST_EMAIL = 100

_USERNAME = re.compile(r"[\w][\w.@+-]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Admissions:
    """Adds people and changes what they may, for the API's and the command line's administrators.

    Whatever takes something away from somebody closes their sessions, and holds in every process at once.
    """

    def __init__(self, store: Store, passwords: Passwords, log: SecurityLog, sign_in: SignIn) -> None:
        self._people = store.people
        self._passwords = passwords
        self._log = log
        self._sign_in = sign_in

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
        if not is_plain(username):
            raise Invalid(
                f"{username[:60]!r} mixes scripts, or writes letters in a form that looks like others",
                hint="Use the letters of one alphabet, in their usual form.",
            )
        if await self._people.is_like(username):
            raise Conflict(f"there is a user {username!r} already, but for capitals", hint="Choose another name.")
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

    async def named(self, username: str) -> Person:
        """The person of that name. Raises :class:`~cloudviz.errors.NotFound`."""
        person = await self._people.by_username(username)
        if person is None:
            raise NotFound(f"there is no user {username[:60]!r}", hint="`cloudviz users list` shows them.")
        return person

    async def numbered(self, person_id: int) -> Person:
        """The person with that id. Raises :class:`~cloudviz.errors.NotFound`."""
        person = await self._people.by_id(person_id)
        if person is None:
            raise NotFound(f"there is no user with the id {person_id}", hint="GET /admin/users lists them.")
        return person

    async def set_password(self, person: Person, password: str, *, by: str, address: str = "") -> None:
        """Give somebody a new password; their sessions end. Raises :class:`~cloudviz.errors.Invalid`."""
        check_new(password)
        await self._people.set_password_hash(person.id, await self._passwords.hash(password))
        await self._log.note(Event.PASSWORD_CHANGED, actor=by, target=person.username, address=address)
        await self._sign_in.end_sessions(person, by=by, address=address, why="new password")

    async def set_roles(self, person: Person, roles: Sequence[str], *, by: str, address: str = "") -> Person:
        """Give somebody other roles, from their next request on.

        Raises :class:`~cloudviz.errors.Invalid`; :class:`~cloudviz.errors.Conflict` for the last administrator.
        """
        words = [role.value for role in roles_of(roles)]
        if tuple(words) != person.roles:
            await self._people.set_roles(person.id, words, keep=Role.ADMIN)
            await self._sign_in.recognition.changed(person.id)
            detail = {"before": list(person.roles), "after": words}
            await self._log.note(
                Event.ROLES_CHANGED, actor=by, target=person.username, address=address, detail=detail
            )
        return await self.numbered(person.id)

    async def set_disabled(self, person: Person, disabled: bool, *, by: str, address: str = "") -> Person:
        """Shut somebody out, with all their sessions and keys, or let them in again.

        Raises :class:`~cloudviz.errors.Conflict` for the last administrator.
        """
        if disabled is not (person.disabled_at is not None):
            await self._people.set_disabled(person.id, disabled, keep=Role.ADMIN)
            event = Event.USER_DISABLED if disabled else Event.USER_ENABLED
            await self._log.note(event, actor=by, target=person.username, address=address)
            if disabled:
                await self._sign_in.end_sessions(person, by=by, address=address, why="disabled")
        return await self.numbered(person.id)

    async def remove(self, person: Person, *, by: str, address: str = "") -> None:
        """Take somebody out, with their sessions and keys.

        Raises :class:`~cloudviz.errors.Conflict` for the last administrator.
        """
        await self._people.delete(person.id, keep=Role.ADMIN)
        await self._sign_in.recognition.changed(person.id)
        await self._log.note(Event.USER_REMOVED, actor=by, target=person.username, address=address)

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
        if person is None or Role.ADMIN not in person.roles or person.disabled_at:
            raise NotFound(
                f"there is no administrator called {username!r}",
                hint="`cloudviz users list` shows who is; name one of them.",
            )
        return person


def is_plain(name: str) -> bool:
    """Whether a name can't pass for another in a list: no compatibility forms, no two alphabets in it.

    It holds for names that people are given here and for those that identity providers give them.

    A small part of Unicode's restriction levels (https://www.unicode.org/reports/tr39/#Restriction_Level_Detection).
    """
    if unicodedata.normalize("NFKC", name) != name:
        return False
    return len({unicodedata.name(letter, "?").split(" ")[0] for letter in name if letter.isalpha()}) <= 1
