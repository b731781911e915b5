"""SQL as it is written, run by the driver itself inside the session's transaction.

SQLAlchemy keeps the pool and builds the queries whose shape depends on a request. A statement whose text is fixed gains
nothing from its adapter, which takes more CPU than the driver needs for the whole statement (ADR 0018).
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg
import sqlalchemy
from sqlalchemy.ext.asyncio import AsyncSession

DRIVER = "driver"
_NAMED = re.compile(r"(?<!:):(\w+)")
_NOTHING: Mapping[str, object] = {}


class Row(asyncpg.Record):
    """A row whose columns are also attributes."""

    def __getattr__(self, name: str) -> Any:
        """Give a column by its name."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


AnyRow: TypeAlias = Row | sqlalchemy.Row[Any]
"""A row, whoever has read it: its columns are attributes."""


class Statement:
    """A fixed statement with `:named` parameters; fails with asyncpg's own errors."""

    __slots__ = ("_names", "_sql", "text")

    def __init__(self, sql: str) -> None:
        self.text = sql
        self._names = tuple(dict.fromkeys(_NAMED.findall(sql)))
        places = {name: f"${number}" for number, name in enumerate(self._names, 1)}
        self._sql = _NAMED.sub(lambda match: places[match[1]], sql)

    async def rows(self, session: AsyncSession, values: Mapping[str, object] = _NOTHING) -> list[Row]:
        """Run it, and give every row that it answers."""
        return await _driver(session).fetch(self._sql, *[values[name] for name in self._names])

    async def row(self, session: AsyncSession, values: Mapping[str, object] = _NOTHING) -> Row | None:
        """Run it, and give its first row, if there is one."""
        return await _driver(session).fetchrow(self._sql, *[values[name] for name in self._names])

    async def one(self, session: AsyncSession, values: Mapping[str, object] = _NOTHING) -> Row:
        """Run it, and give its first row; a statement that may answer none is asked with `row`."""
        found = await self.row(session, values)
        assert found is not None, self._sql
        return found

    async def value(self, session: AsyncSession, values: Mapping[str, object] = _NOTHING) -> Any:
        """Run it, and give the first column of its first row; none if there is no row."""
        return await _driver(session).fetchval(self._sql, *[values[name] for name in self._names])

    async def column(self, session: AsyncSession, values: Mapping[str, object] = _NOTHING) -> list[Any]:
        """Run it, and give the first column of every row."""
        return [row[0] for row in await self.rows(session, values)]

    async def run(self, session: AsyncSession, values: Mapping[str, object] = _NOTHING) -> int:
        """Run it, and tell how many rows it has written or found."""
        status = await _driver(session).execute(self._sql, *[values[name] for name in self._names])
        return int(status.rsplit(" ", 1)[-1])


class Writes:
    """Statements that write different rows, sent as one: who writes ten tables waits once, not ten times.

    All of them see the database as it was before the first (PostgreSQL manual, 7.8.4), so none may build on another's
    rows. Only the last may begin with WITH.
    """

    def __init__(self) -> None:
        self._added: list[tuple[Statement, Mapping[str, object]]] = []

    def add(self, statement: Statement, values: Mapping[str, object]) -> None:
        """Write this too."""
        self._added.append((statement, values))

    async def run(self, session: AsyncSession) -> None:
        """Send what was added, in one statement."""
        added, self._added = self._added, []
        if len(added) == 1:
            await added[0][0].run(session, added[0][1])
        elif added:
            values = {f"w{n}_{name}": value for n, (_, mine) in enumerate(added) for name, value in mine.items()}
            await _together(tuple(statement for statement, _ in added)).run(session, values)


@lru_cache(maxsize=512)
def _together(statements: Sequence[Statement]) -> Statement:
    """Make one statement of several, the last of them as it is, those before as its common table expressions."""
    *others, last = (_NAMED.sub(rf":w{n}_\1", statement.text).strip() for n, statement in enumerate(statements))
    before = ", ".join(f"w{n} AS ({text})" for n, text in enumerate(others))
    return Statement(f"WITH {before}, {last[5:]}" if last.startswith("WITH ") else f"WITH {before} {last}")


def _driver(session: AsyncSession) -> "asyncpg.Connection[Row]":
    driver: asyncpg.Connection[Row] = session.info[DRIVER]
    return driver
