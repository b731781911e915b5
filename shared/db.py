"""The one place that opens transactions and commits them, and that knows a passing failure from a lasting one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from shared.sql import DRIVER, Row, Statement

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a transaction that commits when its block ends well."""

AFTER_COMMIT = "after_commit"
TOLD = "told"
COMMAND_TIMEOUT_SECONDS = 15.0
POOL_TIMEOUT_SECONDS = 5.0
CONNECT_TIMEOUT_SECONDS = 5.0
CLOSE_TIMEOUT_SECONDS = 1.0
STATEMENTS_PREPARED_MAX = 500
"""Of a connection: each set of tables that is written together is a statement of its own."""
DATABASE_ERRORS = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What a transaction fails with: SQLAlchemy's own statements, the driver's, or the way to the server."""
_ASK = Statement("SELECT 1")
_NO_SETTINGS: Mapping[str, str] = {}

# Classes and codes of PostgreSQL's errors that pass by themselves (Appendix A of its manual): connection, transaction
# rollback (deadlock, serialization), resources, operator intervention (shutdown, statement timeout), lock timeout.
_WEATHER_CLASSES = frozenset({"08", "40", "53", "57", "58"})
_WEATHER_CODES = frozenset({"55P03", "25P03", "25P04", "25006"})
# What a driver says of a connection that is gone without a code of the server's.
_GONE = ("connection is closed", "connection was closed", "connection has been closed")
_AWAY_CODES = ("08", "53", "57P")  # The connection, too few resources for one, a server that stops or starts.
# A driver whose connection dies under its hands may fail with an internal error before it knows why; a plan that was
# prepared before a migration fails once, and is prepared anew.
_PASSING = (
    PoolTimeout,
    PendingRollbackError,
    asyncpg.InternalClientError,
    asyncpg.InvalidCachedStatementError,
    OSError,
    TimeoutError,
)


def is_weather(error: BaseException) -> bool:
    """Tell whether the same work may succeed on another try: the database was away, busy or took the other side."""
    if isinstance(error, _PASSING):
        return True
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        return error.orig is not None and is_weather(error.orig)
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state[:2] in _WEATHER_CLASSES or state in _WEATHER_CODES
    cause = error.__cause__
    if cause is not None and cause is not error:
        return is_weather(cause)
    return isinstance(error, asyncpg.InterfaceError) and any(words in str(error) for words in _GONE)


def is_exhausted(error: BaseException) -> bool:
    """Tell whether no connection was free, or rows stayed locked: the server is well, and we are asked for too much."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, PoolTimeout | asyncpg.LockNotAvailableError)


def is_away(error: BaseException) -> bool:
    """Tell whether the server itself cannot be reached, so that other work would fail in the same way."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_away(error.orig))
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_AWAY_CODES)
    is_connection = isinstance(error, PoolTimeout | asyncpg.InterfaceError | asyncpg.InternalClientError | OSError)
    return is_connection and not isinstance(error, TimeoutError)


class Database:
    """One service's database: hands out sessions whose transaction commits when the block ends well.

    `on_told` is called after every commit of a transaction that told facts: the relay's wake-up.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        application_name: str = "jvtrack",
        server_settings: Mapping[str, str] = _NO_SETTINGS,
    ) -> None:
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            pool_pre_ping=False,
            # The driver opens and ends each transaction, for SQLAlchemy's statements and for its own.
            isolation_level="AUTOCOMMIT",
            connect_args={
                "timeout": CONNECT_TIMEOUT_SECONDS,
                "command_timeout": COMMAND_TIMEOUT_SECONDS,
                "statement_cache_size": STATEMENTS_PREPARED_MAX,
                "record_class": Row,
                "server_settings": {"application_name": application_name, "jit": "off", **server_settings},
            },
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_the_dead)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False, info={TOLD: self._told})
        self.on_told: Callable[[], None] = _nobody

    def _told(self) -> None:
        self.on_told()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that commits at the end of the block, then run what waits for its commit."""
        async with self._connected() as session:
            async with self._begun(session):
                yield session
            for hook in session.info.get(AFTER_COMMIT, ()):
                hook()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Read everything as it was at one moment, however many statements that takes, and write nothing."""
        async with self._connected() as session, self._begun(session, isolation="repeatable_read", readonly=True):
            yield session

    @asynccontextmanager
    async def _begun(self, session: AsyncSession, **kind: Any) -> AsyncIterator[None]:
        """Open a transaction that commits at the end of the block."""
        driver = session.info[DRIVER]
        transaction, is_over = driver.transaction(**kind), False
        try:
            await transaction.start()
            try:
                yield
            except Exception:
                with suppress(*DATABASE_ERRORS):
                    await transaction.rollback()
                    is_over = True
                raise
            await transaction.commit()
            is_over = True
        finally:
            # Whoever was interrupted leaves a connection of which nobody knows what it still does. It is ended at
            # once: SQLAlchemy would first wait for a server that perhaps does not answer.
            if not is_over:
                driver.terminate()
                await self._give_up(session)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncSession]:
        """Take a connection, and give it back when the block ends."""
        async with self._sessions() as session:
            connection = await session.connection()
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, asyncpg.Connection), "asyncpg drives every engine of ours"
            session.info[DRIVER] = driver
            yield session

    async def _give_up(self, session: AsyncSession) -> None:
        """Never give a connection back that was ended."""
        await (await session.connection()).invalidate()

    async def ask(self) -> None:
        """Return once the database has answered anything at all; raises if it is away."""
        async with self.transaction() as session:
            await _ASK.run(session)

    async def close(self) -> None:
        """Close every connection; a server that does not answer within a second is left to notice by itself."""
        with suppress(*DATABASE_ERRORS):
            async with asyncio.timeout(CLOSE_TIMEOUT_SECONDS):
                await self._engine.dispose()


def _refuse_the_dead(connection: DBAPIConnection, *_: object) -> None:
    """Let the pool open a new connection where the server has closed one; raises DisconnectionError to tell it so."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _nobody() -> None:
    """Nobody waits for facts yet."""


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncIterator[None]:
    """Undo what the block has done if it fails, and leave the transaction usable."""
    async with session.info[DRIVER].transaction():
        yield


def after_commit(session: AsyncSession, hook: Callable[[], None]) -> None:
    """Run the hook once the session's transaction has committed; never if it rolls back."""
    hooks: dict[Callable[[], None], None] = session.info.setdefault(AFTER_COMMIT, {})
    hooks[hook] = None
