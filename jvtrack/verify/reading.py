"""Copies rows of a running database into the workbook: in keyset pages, so that no transaction lasts."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import asyncpg

from jvtrack.verify.workbook import Value, Workbook

_LOOKED_UP_TOGETHER = 1000


@dataclass(frozen=True, slots=True)
class Read:
    """One table of the workbook, and the query that fills it page by page.

    The query takes the key after which to begin and the size of a page; a page's first columns are its key.
    """

    table: str
    query: str
    start: Sequence[str | int]
    page: int = 5000
    row: Callable[[asyncpg.Record], Sequence[Value]] = tuple
    """Makes the row that is kept of what the query found."""

    async def pages(self, connection: asyncpg.Connection) -> AsyncIterator[list[asyncpg.Record]]:
        """Read page by page what was committed before the first page was; newer rows may or may not be among it."""
        statement = await connection.prepare(self.query)
        key: Sequence[str | int] = self.start
        while found := await statement.fetch(*key, self.page):
            yield found
            key = tuple(found[-1])[: len(self.start)]

    async def copy(self, connection: asyncpg.Connection, workbook: Workbook, *, service: str | None = None) -> None:
        """Copy every row, led by the service's name where the table keeps several services apart."""
        lead = () if service is None else (service,)
        async for found in self.pages(connection):
            workbook.add(self.table, [(*lead, *self.row(row)) for row in found])


def microseconds(moment: str) -> str:
    """Write a column's moment as a whole number, which compares and sorts as the moment does."""
    return f"(extract(epoch FROM {moment}) * 1000000)::bigint"


async def look_up(connection: asyncpg.Connection, query: str, ids: Sequence[str]) -> AsyncIterator[asyncpg.Record]:
    """Find rows by their ids, some at a time."""
    for start in range(0, len(ids), _LOOKED_UP_TOGETHER):
        for row in await connection.fetch(query, ids[start : start + _LOOKED_UP_TOGETHER]):
            yield row
