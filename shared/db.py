"""The one place that opens transactions and commits them, and that knows a passing failure from a lasting one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

AFTER_COMMIT = "after_commit"
TOLD = "told"
COMMAND_TIMEOUT_SECONDS = 15.0
CONNECT_TIMEOUT_SECONDS = 5.0
_ASK = text("SELECT 1")

# Classes and codes of PostgreSQL's errors that pass by themselves (Appendix A of its manual): connection, transaction
# rollback (deadlock, serialization), resources, operator intervention (shutdown, statement timeout), lock timeout.
_WEATHER_CLASSES = frozenset({"08", "40", "53", "57", "58"})
_WEATHER_CODES = frozenset({"55P03", "25P03", "25P04", "25006"})


def is_weather(error: BaseException) -> bool:
    """Tell whether the same work may succeed on another try: the database was away, busy or took the other side."""
    if isinstance(error, PoolTimeout | PendingRollbackError | OSError | TimeoutError):
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
    return type(error).__module__.startswith("asyncpg") and "connection" in str(error).lower()


class Database:
    """One service's database: hands out sessions whose transaction commits when the block ends well.

    `on_told` is called after every commit of a transaction that told facts: the relay's wake-up.
    """

    def __init__(self, url: str, *, pool_size: int = 10, application_name: str = "jvtrack") -> None:
        self._engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=COMMAND_TIMEOUT_SECONDS,
            pool_pre_ping=False,
            connect_args={
                "timeout": CONNECT_TIMEOUT_SECONDS,
                "command_timeout": COMMAND_TIMEOUT_SECONDS,
                "server_settings": {"application_name": application_name, "jit": "off"},
            },
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False, info={TOLD: self._told})
        self.on_told: Callable[[], None] = _nobody

    def _told(self) -> None:
        self.on_told()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that commits at the end of the block, then run what waits for its commit."""
        async with self._sessions() as session:
            async with session.begin():
                yield session
            for hook in session.info.get(AFTER_COMMIT, ()):
                hook()

    async def ask(self) -> None:
        """Return once the database has answered anything at all; raises if it is away."""
        async with self.transaction() as session:
            await session.execute(_ASK)

    async def close(self) -> None:
        """Close every connection, waiting a bounded time for those in use."""
        async with asyncio.timeout(COMMAND_TIMEOUT_SECONDS):
            await self._engine.dispose()


def _nobody() -> None:
    """Nobody waits for facts yet."""


def after_commit(session: AsyncSession, hook: Callable[[], None]) -> None:
    """Run the hook once the session's transaction has committed; never if it rolls back."""
    hooks: dict[Callable[[], None], None] = session.info.setdefault(AFTER_COMMIT, {})
    hooks[hook] = None
