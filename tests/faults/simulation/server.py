"""PostgreSQL as its clients see it: connections on which statements travel, take effect and are answered.

Between a statement and its effect, and between the effect and its answer, lies a moment in which the process may die or
freeze; the server does what has reached it all the same. The connections of the dead are closed, those of the frozen
when they have been silent for as long as the client asked for.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg

from tests.faults.simulation.keeper_statements import KEEPER
from tests.faults.simulation.loop import Process, SimulatedLoop, current
from tests.faults.simulation.parking_statements import PARKING
from tests.faults.simulation.relay_statements import LEAD, RELAY
from tests.faults.simulation.statements import BATCHES, Answer, Meaning
from tests.faults.simulation.store import Store, Transaction
from tests.faults.simulation.weather import Weather

MEANINGS: dict[str, Meaning] = {**BATCHES, **RELAY, **PARKING, **KEEPER}
IDLE_IN_TRANSACTION_SECONDS = 5.0
Work = Callable[[], Any]


class Found:
    """A row as the driver gives it: its columns by name, by number and as attributes."""

    __slots__ = ("_columns",)

    def __init__(self, columns: dict[str, Any]) -> None:
        self._columns = columns

    def __getitem__(self, column: str | int) -> Any:
        return [*self._columns.values()][column] if isinstance(column, int) else self._columns[column]

    def keys(self) -> list[str]:
        """Name the columns, so that it can be read as a mapping."""
        return [*self._columns]

    def __getattr__(self, column: str) -> Any:
        try:
            return self._columns[column]
        except KeyError:
            raise AttributeError(column) from None


class Server:
    """One PostgreSQL with one database."""

    def __init__(self, loop: SimulatedLoop, store: Store, weather: Weather) -> None:
        self.loop = loop
        self.store = store
        self.weather = weather
        self.meanings = dict(MEANINGS)
        self.counts = {"rollbacks": 0, "deadlocks": 0, "broken": 0, "silent": 0}
        self.connections: dict[int, Connection] = {}
        self._numbers = 0

    def connect(self, **settings: str) -> "Connection":
        """Open a connection of the process that asks."""
        self._numbers += 1
        made = Connection(self, self._numbers, current.get(), settings)
        self.connections[self._numbers] = made
        return made

    def lose(self, process: Process) -> None:
        """Close the connections of a process that died."""
        for connection in [each for each in self.connections.values() if each.process is process]:
            connection.lose()

    def watch(self, process: Process) -> None:
        """Close the connections of a frozen process when they have been silent too long."""
        for connection in [each for each in self.connections.values() if each.process is process]:
            self.loop.outside(connection.patience, self._end_silent, connection)

    def _end_silent(self, connection: "Connection") -> None:
        if connection.is_silent and connection.process is not None and connection.process.is_frozen:
            self.counts["silent"] += 1
            connection.lose()


class Connection:
    """One connection, with as much of asyncpg's as the backbone uses."""

    def __init__(self, server: Server, number: int, process: Process | None, settings: dict[str, str]) -> None:
        self.process = process
        self.open: Transaction | None = None
        self.server = server
        self._number = number
        self._settings = settings
        self._is_lost = False
        self._is_busy = False

    @property
    def patience(self) -> float:
        """How long the server lets it be silent, in seconds."""
        idle = self._settings.get("idle_session_timeout")
        return int(idle.removesuffix("ms")) / 1000 if idle else IDLE_IN_TRANSACTION_SECONDS

    @property
    def is_silent(self) -> bool:
        """Whether the server waits for its client."""
        return not self._is_busy and not self._is_lost

    def begin(self) -> Transaction:
        """Open a transaction in the name of its process."""
        return Transaction(self.server.store, self.process.name if self.process else "nobody")

    def is_closed(self) -> bool:
        """Tell whether it is closed."""
        return self._is_lost

    def lose(self) -> None:
        """Close it; what is under way ends first, and is taken back unless it was the commit."""
        self._is_lost = True
        self.server.connections.pop(self._number, None)
        if not self._is_busy:
            self._clean()

    terminate = lose

    async def close(self) -> None:
        """Close it in good order."""
        self.lose()

    async def add_listener(self, _channel: str, wake: Callable[..., None]) -> None:
        """Listen: no notice comes through here, so that whoever listens must also look by itself."""

    async def fetch(self, sql: str, *values: Any) -> list[Found]:
        """Run a statement and give its rows."""
        return [Found(row) for row in await self.ask(lambda: self._statement(sql, values))]

    async def fetchrow(self, sql: str, *values: Any) -> Found | None:
        """Run a statement and give its first row."""
        rows = await self.fetch(sql, *values)
        return rows[0] if rows else None

    async def fetchval(self, sql: str, *values: Any) -> Any:
        """Run a statement and give the first column of its first row."""
        row = await self.fetchrow(sql, *values)
        return None if row is None else row[0]

    async def execute(self, sql: str, *values: Any) -> str:
        """Run a statement and tell how many rows it wrote."""
        return f"DONE {len(await self.fetch(sql, *values))}"

    async def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each set of values, all of them or none."""
        async with self.transaction():
            for values in many:
                await self.fetch(sql, *values)

    def transaction(self) -> "DriverTransaction":
        """Make a transaction, or a savepoint within one."""
        return DriverTransaction(self)

    async def ask(self, work: Work) -> Any:
        """Let the server do something, and wait for its answer."""
        if self._is_lost:
            raise asyncpg.InterfaceError("connection is closed")
        loop, weather = self.server.loop, self.server.weather
        answer = loop.create_future()
        loop.outside(weather.delay(), self._arrive, work, answer)
        return await answer

    def _arrive(self, work: Work, answer: "asyncio.Future[Any]") -> None:
        weather = self.server.weather
        if not self._is_lost and weather.strikes(weather.lost):
            self.server.counts["broken"] += 1
            self.lose()
        if self._is_lost:
            self._answer(answer, asyncpg.ConnectionDoesNotExistError("connection was closed"))
            return
        self._is_busy = True
        self.server.loop.drive(self._serve(work, answer))

    async def _serve(self, work: Work, answer: "asyncio.Future[Any]") -> None:
        result: Any
        try:
            result = await work()
        except asyncpg.PostgresError as error:
            self.server.counts["deadlocks"] += isinstance(error, asyncpg.DeadlockDetectedError)
            result = error
        self._is_busy = False
        weather = self.server.weather
        if not self._is_lost and weather.strikes(weather.lost):
            self.server.counts["broken"] += 1
            self.lose()
        if self._is_lost:
            self._clean()
            result = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        self.server.loop.outside(weather.delay(), self._answer, answer, result)

    def _answer(self, answer: "asyncio.Future[Any]", result: Any) -> None:
        if answer.done():
            return
        if isinstance(result, Exception):
            answer.set_exception(result)
            answer.exception()  # nobody may be left who asks
        else:
            answer.set_result(result)

    def _clean(self) -> None:
        """Take back what is open, and let the session's own lock go."""
        if self.server.store.leader is self:
            self.server.store.leader = None
        if self.open is not None:
            self.server.counts["rollbacks"] += 1
            self.open.rollback()
            self.open = None

    async def _statement(self, sql: str, values: Sequence[Any]) -> Answer:
        if sql == LEAD:
            return [{"leads": self._lead()}]
        weather = self.server.weather
        tx = self.open or self.begin()
        if tx.is_failed:
            raise asyncpg.InFailedSQLTransactionError("current transaction is aborted")
        mark = tx.mark()
        try:
            if weather.strikes(weather.refused):
                raise asyncpg.SerializationError("could not serialize access")
            answer = await self.server.meanings[sql](tx, *values)
        except asyncpg.PostgresError:
            tx.back_to(mark)
            tx.is_failed = True
            if self.open is None:
                tx.rollback()
            raise
        if self.open is None:
            tx.commit()
        return answer

    def _lead(self) -> bool:
        store = self.server.store
        store.leader = store.leader or self
        return store.leader is self


class DriverTransaction:
    """A transaction on a connection, or a savepoint if one is open already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._mark: Any = None

    async def start(self) -> None:
        """Begin."""
        await self._connection.ask(self._begin)

    async def commit(self) -> None:
        """Keep what was done."""
        await self._connection.ask(self._commit)

    async def rollback(self) -> None:
        """Take back what was done."""
        await self._connection.ask(self._rollback)

    async def __aenter__(self) -> None:
        await self.start()

    async def __aexit__(self, kind: object, *_: object) -> None:
        await (self.commit() if kind is None else self.rollback())

    async def _begin(self) -> None:
        if self._connection.open is None:
            self._connection.open = self._connection.begin()
        else:
            self._mark = self._connection.open.mark()

    async def _commit(self) -> None:
        tx = self._connection.open
        assert tx is not None, "begun"
        if self._mark is not None:
            return
        self._connection.open = None
        if tx.is_failed:
            tx.rollback()
        else:
            tx.commit()

    async def _rollback(self) -> None:
        tx = self._connection.open
        assert tx is not None, "begun"
        if self._mark is not None:
            tx.back_to(self._mark)
            return
        self._connection.server.counts["rollbacks"] += 1
        self._connection.open = None
        tx.rollback()
