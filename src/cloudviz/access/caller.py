"""Who makes a request, as the rest of the house sees them."""

from __future__ import annotations

from dataclasses import dataclass

from cloudviz.access.roles import Role, allows


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person. ``roles`` are those of now, not those of when the token was issued."""

    person: int
    username: str
    email: str
    roles: tuple[str, ...]
    session: str

    def may(self, needed: Role) -> bool:
        """Whether the caller's roles allow what needs this role."""
        return allows(self.roles, needed)
