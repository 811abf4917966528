"""The three roles, and what each allows (contract §5). Each includes those below it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from cloudviz.errors import Invalid


class Role(StrEnum):
    """What a person may do: viewers read; operators also discover, import, draw and schedule; admins all."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether somebody with this role may do what ``other`` may."""
        return _ORDER.index(self) >= _ORDER.index(other)


IN_WORDS = {
    Role.VIEWER: "Reads everything but people, settings and the audit.",
    Role.OPERATOR: "Also discovers, imports, draws, schedules, and cancels jobs.",
    Role.ADMIN: "Everything: people, roles, settings, credentials, the audit.",
}
"""What each role allows, for people who give them."""

_ORDER = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)


def allows(held: Iterable[str], needed: Role) -> bool:
    """Whether any of the roles held includes the needed one. Words that are no role count for nothing."""
    return any(Role(word).includes(needed) for word in held if word in _ORDER)


def roles_of(words: Iterable[str]) -> tuple[Role, ...]:
    """The roles that a request names, without twins, lowest first.

    Raises :class:`~cloudviz.errors.Invalid` for a word that is no role, and for none at all.
    """
    wanted = list(words)
    for word in wanted:
        if word not in _ORDER:
            raise Invalid(f"{word!r} is not a role", hint="Use viewer, operator or admin.")
    if not wanted:
        raise Invalid("a person needs at least one role", hint="Use viewer, operator or admin.")
    return tuple(role for role in _ORDER if role in wanted)
