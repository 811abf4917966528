"""What a database's own errors mean to a person: the same words for both databases, and never a password."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cloudviz.errors import BadInput, CloudVizError, Unavailable
from cloudviz.store.address import Address

_NOT_MIGRATED = "Run `cloudviz migrate`."

# SQLSTATE → (what is wrong, what to do). PostgreSQL documentation, appendix A.
_STATES = {
    "28P01": ("refused the user name or the password", "Check the credentials in DATABASE_URL."),
    "28000": ("does not let this user in", "Check the credentials in DATABASE_URL and pg_hba.conf."),
    "3D000": ("does not exist on its server", "Create it with `createdb`, or correct the name in DATABASE_URL."),
    "42P01": ("does not have CloudViz's tables", _NOT_MIGRATED),
    "42703": ("does not have the columns of this release", _NOT_MIGRATED),
    "42501": ("does not give this user the right to do that", "Grant it, or use the owner of the database."),
    "53100": ("has no disk space left", "Make room on its server."),
    "53300": ("has no connection left", "Raise max_connections, or run fewer CloudViz processes."),
    "55P03": ("is locked by somebody else for too long", "Try again when the other work is done."),
    "57014": ("took too long and the statement was ended", "Try again, or raise the statement timeout."),
    "40001": ("had to give way to other work", "Try again."),
    "40P01": ("had to give way to other work", "Try again."),
    "57P03": ("is starting up or shutting down", "Try again in a moment."),
    "25006": ("is read-only", "Point DATABASE_URL at the primary server."),
}
_SQLITE = (
    ("no such table", "does not have CloudViz's tables", _NOT_MIGRATED),
    ("no such column", "does not have the columns of this release", _NOT_MIGRATED),
    ("has no column named", "does not have the columns of this release", _NOT_MIGRATED),
    ("database is locked", "is being written by another process for too long", "Try again when it is done."),
    ("unable to open", "cannot be opened", "Check the folder, its permissions and its free space."),
    ("readonly database", "is read-only", "Give CloudViz the right to write to the file and its folder."),
    ("disk is full", "has no disk space left", "Make room, and run the command again."),
    (
        "disk I/O error",
        "cannot be read or written by its disk",
        "Check the disk, and that it is no network share.",
    ),
    ("malformed", "is damaged", "Restore it from a backup, or import and discover again into a new file."),
)


RETRY_SECONDS = 2.0
"""When to come again where a server is away: it is back within seconds, or for long."""

# asyncpg's own errors that come without a state of the server: a connection was lost, or none could be made.
_OF_THE_DRIVER = frozenset({"InterfaceError", "ClientConfigurationError", "InternalClientError"})

# What passes by itself.
_PASSING = ("53300", "55P03", "57P03", "57P01", "57P02", "40001", "40P01")


def refusal(error: BaseException, address: Address) -> CloudVizError | None:
    """The refusal that a driver's error amounts to; ``None`` when it is a fault of CloudViz itself."""
    if isinstance(error, PoolTimeout):
        return Unavailable(
            f"every connection of this process to the database {address.shown} is at work",
            hint="Try again in a moment. An operator raises store.pool_size, or looks for what takes so long.",
            retry_after=RETRY_SECONDS,
        )
    cause: BaseException = getattr(error, "orig", None) or error
    if address.is_postgres:
        found = _postgres_refusal(cause, address)
        broke = isinstance(error, PendingRollbackError) or (
            isinstance(error, DBAPIError) and error.connection_invalidated
        )
        if found is None and broke:  # SQLAlchemy has seen that the connection is of no use any more
            return _lost(address)
        return found
    return _sqlite_refusal(cause, address)


def _postgres_refusal(cause: BaseException, address: Address) -> CloudVizError | None:
    # SQLAlchemy's adapter keeps asyncpg's own error as the cause of the one it raises.
    state = getattr(cause, "sqlstate", None) or getattr(cause.__cause__, "sqlstate", None)
    if state in _STATES:
        what, hint = _STATES[state]
        passing = RETRY_SECONDS if state in _PASSING else None
        return Unavailable(f"the database {address.shown} {what}", hint=hint, retry_after=passing)
    lost = isinstance(state, str) and state[:2] in ("08", "57")
    if lost or any(isinstance(each, OSError | TimeoutError | EOFError) for each in (cause, cause.__cause__)):
        return Unavailable(
            f"cannot connect to the database at {address.shown}",
            hint="Check that it runs and can be reached from here, and DATABASE_URL.",
            retry_after=RETRY_SECONDS,
        )
    if _is_of_the_driver(cause) or _is_of_the_driver(cause.__cause__) or _is_of_a_closed_transport(cause):
        return Unavailable(
            f"the connection to the database at {address.shown} could not be made or was lost",
            hint="Check the options in DATABASE_URL, and that the server still runs.",
            retry_after=RETRY_SECONDS,
        )
    if "connection" in str(cause).lower() and "closed" in str(cause).lower():
        return _lost(address)
    return None


def _lost(address: Address) -> Unavailable:
    return Unavailable(
        f"the connection to the database at {address.shown} was lost",
        hint="Check that it still runs.",
        retry_after=RETRY_SECONDS,
    )


def _is_of_the_driver(error: BaseException | None) -> bool:
    """Whether it is one of asyncpg's errors, which may not be installed here, or of those made of them."""
    return any(
        kind.__module__.startswith("asyncpg") and kind.__name__ in _OF_THE_DRIVER for kind in type(error).__mro__
    )


def _is_of_a_closed_transport(error: BaseException) -> bool:
    """What uvloop says of a socket that was closed while something was to be written to it."""
    return isinstance(error, RuntimeError) and "handler is closed" in str(error)


def _sqlite_refusal(cause: BaseException, address: Address) -> CloudVizError | None:
    text = str(cause)
    if "file is not a database" in text or "unsupported file format" in text:
        return BadInput(
            "is no SQLite database",
            where=address.shown,
            hint="Name another file in DATABASE_URL; CloudViz makes it when it is not there.",
        )
    if isinstance(cause, OSError):
        return Unavailable(
            f"the database {address.shown} cannot be opened: {cause.strerror or 'the system refused'}",
            hint="Check the folder and its permissions.",
        )
    for piece, what, hint in _SQLITE:
        if piece in text:
            passing = RETRY_SECONDS if piece == "database is locked" else None
            return Unavailable(f"the database {address.shown} {what}", hint=hint, retry_after=passing)
    return None
