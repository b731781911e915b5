"""Tables in memory with transactions that see what is committed, statement by statement, and rows that are locked.

READ COMMITTED as PostgreSQL means it: a statement sees what was committed when it began and what its own transaction
has written; whoever writes a row waits for its lock, and goes on with the row as it was committed last. Numbers that
were drawn are never given back.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from tests.faults.simulation.locks import Holder, Locks

Key: TypeAlias = Any
Row: TypeAlias = Mapping[str, Any]
Write: TypeAlias = tuple[str, Key, Row | None]


class Store:
    """One database: what is committed, what is locked, which numbers were drawn."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.tables: dict[str, dict[Key, Row]] = {}
        self.locks = Locks()
        self.leader: object | None = None
        """The session that holds the relay's advisory lock."""
        self.on_commit: Callable[[str, list[Write]], None] = lambda *_: None
        self._numbers: dict[str, int] = {}

    def table(self, name: str) -> dict[Key, Row]:
        """Give what is committed of a table."""
        return self.tables.setdefault(name, {})

    def draw(self, sequence: str) -> int:
        """Draw the next number of a sequence."""
        self._numbers[sequence] = self._numbers.get(sequence, 0) + 1
        return self._numbers[sequence]


class Transaction:
    """One transaction's view and writes."""

    def __init__(self, store: Store, whose: str = "") -> None:
        self.store = store
        self.whose = whose
        self.is_failed = False
        """Whether a statement has failed, so that only a rollback is left."""
        self._holder = Holder()
        self._writes: dict[tuple[str, Key], Row | None] = {}

    def get(self, table: str, key: Key) -> Row | None:
        """Read a row by its key."""
        written = self._writes.get((table, key), self)
        return self.store.table(table).get(key) if written is self else written  # type: ignore[return-value]

    def rows(self, table: str) -> list[Row]:
        """Read every row of a table."""
        seen = self.store.table(table)
        mine = {key: row for (name, key), row in self._writes.items() if name == table}
        if not mine:
            return list(seen.values())
        return [row for row in {**seen, **mine}.values() if row is not None]

    async def lock(self, table: str, key: Key, *, is_shared: bool = False) -> Row | None:
        """Lock a row, and read it as it is then."""
        await self.store.locks.take(self._holder, (table, key), is_shared=is_shared)
        return self.get(table, key)

    async def put(self, table: str, key: Key, row: Row) -> None:
        """Lock a row and write it."""
        await self.lock(table, key)
        self._writes[table, key] = row

    async def delete(self, table: str, keys: Iterable[Key]) -> list[Row]:
        """Lock rows and delete them; gives those that were there."""
        gone = []
        for key in keys:
            row = self.get(table, key)
            if row is None:
                continue
            row = await self.lock(table, key)
            if row is not None:
                self._writes[table, key] = None
                gone.append(row)
        return gone

    def mark(self) -> dict[tuple[str, Key], Row | None]:
        """Remember what is written so far, to come back to it."""
        return dict(self._writes)

    def back_to(self, mark: dict[tuple[str, Key], Row | None]) -> None:
        """Take back what was written since; the locks stay."""
        self._writes = dict(mark)
        self.is_failed = False

    def commit(self) -> None:
        """Make what was written seen by all, and let the locks go."""
        written = [(table, key, row) for (table, key), row in self._writes.items()]
        for table, key, row in written:
            if row is None:
                self.store.table(table).pop(key, None)
            else:
                self.store.table(table)[key] = row
        if written:
            self.store.on_commit(self.whose, written)
        self.rollback()

    def rollback(self) -> None:
        """Forget what was written, and let the locks go."""
        self._writes = {}
        self.store.locks.release(self._holder)
