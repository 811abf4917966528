"""One database: PostgreSQL or SQLite, opened, guarded, and its errors put into CloudViz's words."""

from __future__ import annotations


class Database:
    """An open database."""

    async def close(self) -> None:
        """Give every connection back."""
        raise NotImplementedError
