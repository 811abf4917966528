"""Which database a URL means. The URL may hold a password: no message made here shows any of its text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from cloudviz.errors import BadInput

_HINT = (
    "Use sqlite:///FILE (four slashes for an absolute path) or postgresql://USER:PASSWORD@HOST:5432/NAME, in "
    "DATABASE_URL or CLOUDVIZ_DATABASE_URL."
)
_POSTGRES = ("postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg", "postgresql+psycopg2")


@dataclass(frozen=True, slots=True)
class Address:
    """A database that CloudViz can open.

    Attributes:
        file: the SQLite file; ``None`` for PostgreSQL.
        dsn: the libpq URL that asyncpg reads, with its password; empty for SQLite.
        shown: how messages name it, without the password: ``db.internal:5432/cloudviz`` or the file.
    """

    file: Path | None
    dsn: str
    shown: str

    @property
    def is_postgres(self) -> bool:
        """True for PostgreSQL."""
        return self.file is None


def read_address(url: str) -> Address:
    """The database that a URL, or a plain path ending in ``.db`` or ``.sqlite``, means.

    Raises :class:`~cloudviz.errors.BadInput` when it is neither PostgreSQL nor a SQLite file.
    """
    if "\x00" in url:
        raise BadInput("the database URL holds a NUL character", hint=_HINT)
    if "://" not in url and url.endswith((".db", ".sqlite", ".sqlite3")):
        return _sqlite(url)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The chained error would quote the URL, and with it the password.
        raise BadInput("the database URL cannot be read", hint=_HINT) from None
    if parsed.drivername in ("sqlite", "sqlite+aiosqlite"):
        if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
            raise BadInput("the database URL names no SQLite file", hint=_HINT)
        return _sqlite(parsed.database)
    if parsed.drivername in _POSTGRES:
        return _postgres(parsed)
    raise BadInput(f"CloudViz does not know the database {parsed.drivername[:40]!r}", hint=_HINT)


def _sqlite(path: str) -> Address:
    file = Path(path).expanduser()
    return Address(file=file, dsn="", shown=str(file))


def _postgres(parsed: URL) -> Address:
    # One host as user@host:port/name, or all of it in the query: ?host=/run/postgresql.
    host = parsed.host or str(parsed.query.get("host", "localhost"))
    database = parsed.database or parsed.username or "postgres"
    dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return Address(file=None, dsn=dsn, shown=f"{host}:{parsed.port or 5432}/{database}")
