"""Which errors of a driver mean that the database is away, and which are faults of ours."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from cloudviz.errors import Unavailable
from cloudviz.store.address import read_address
from cloudviz.store.refusals import refusal

ADDRESS = read_address("postgresql://u:secret@db.example.org/cloudviz")

AWAY = [
    asyncpg.InternalClientError("got result for unknown protocol state 3"),
    asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
    asyncpg.InterfaceError("the underlying connection is closed"),
    asyncpg.TargetServerAttributeNotMatched("None of the hosts match the target attribute requirement"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.CannotConnectNowError("the database system is in recovery mode"),
    asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
    ConnectionResetError(104, "Connection reset by peer"),
    RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed"),
    PendingRollbackError("Can't reconnect until invalid transaction is rolled back."),
    DBAPIError("SELECT 1", None, Exception("whatever"), connection_invalidated=True),
]
OURS = [
    ValueError("x"),
    RuntimeError("x"),
    asyncpg.UniqueViolationError("x"),
    DBAPIError("S", None, Exception("x")),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: f"{type(error).__name__}: {error}"[:60])
def test_a_lost_connection_is_told_as_such_with_when_to_come_again(error: Exception) -> None:
    found = refusal(error, ADDRESS)
    assert isinstance(found, Unavailable)
    assert found.retry_after and "secret" not in found.detail


@pytest.mark.parametrize("error", OURS, ids=lambda error: type(error).__name__)
def test_a_fault_of_ours_is_not_put_down_to_the_database(error: Exception) -> None:
    assert refusal(error, ADDRESS) is None
