"""Who makes a request, as the rest of the house sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cloudviz.access.roles import Role, allows


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody signed in, or the key of their program. ``roles`` are those of now.

    Attributes:
        session: the session that an access token belongs to; empty for a key.
        key: the id of the API key; empty for a person.
        read_only: whether the caller may change nothing, whatever the roles.
        limits: requests that a key has for itself, by the names of the settings ``limits.*``; empty for the
            person's.
    """

    person: int
    username: str
    email: str
    roles: tuple[str, ...]
    session: str
    key: str = ""
    read_only: bool = False
    limits: Mapping[str, int] = field(default_factory=dict)

    def may(self, needed: Role) -> bool:
        """Whether the caller's roles allow what needs this role."""
        return _allowed(self.roles, needed)


_allowed = lru_cache(maxsize=256)(allows)  # asked at each request, of the few sets of roles that there are
