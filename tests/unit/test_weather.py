"""Which failures pass by themselves, and which of those mean that the database itself is out of reach."""

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.db import is_away, is_weather


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "weather", "away"),
    [
        (ConnectionRefusedError(), True, True),
        (OSError("no route"), True, True),
        (TimeoutError("slow"), True, False),
        (PoolTimeout("none free"), True, True),
        (asyncpg.ConnectionDoesNotExistError("closed in the middle"), True, True),
        (asyncpg.AdminShutdownError("stopping"), True, True),
        (asyncpg.CannotConnectNowError("starting"), True, True),
        (asyncpg.TooManyConnectionsError("full"), True, True),
        (asyncpg.InternalClientError("cannot switch to state 15"), True, True),
        (asyncpg.InterfaceError("connection is closed"), True, True),
        (asyncpg.DeadlockDetectedError("both"), True, False),
        (asyncpg.SerializationError("again"), True, False),
        (asyncpg.QueryCanceledError("statement timeout"), True, False),
        (asyncpg.LockNotAvailableError("nowait"), True, False),
        (asyncpg.InvalidCachedStatementError("cached plan must not change result type"), True, False),
        (OperationalError("select", {}, asyncpg.CannotConnectNowError("starting")), True, True),
        (OperationalError("select", {}, asyncpg.DeadlockDetectedError("both")), True, False),
        (caused(RuntimeError("wrapped"), ConnectionResetError()), True, False),
        (asyncpg.InterfaceError("cannot use Connection.transaction() in a manually started transaction"), False, True),
        (asyncpg.CheckViolationError("below zero"), False, False),
        (IntegrityError("insert", {}, asyncpg.UniqueViolationError("twice")), False, False),
        (KeyError("a bug"), False, False),
        (AssertionError("a bug"), False, False),
    ],
    ids=lambda each: repr(each)[:50],
)
def test_a_failure_is_weather_only_if_it_passes_by_itself(error: Exception, *, weather: bool, away: bool) -> None:
    assert is_weather(error) is weather
    assert is_away(error) is away or not weather
