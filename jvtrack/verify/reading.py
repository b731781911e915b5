"""Copies rows of a running database into the workbook: in keyset pages, so that no transaction lasts."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import asyncpg

from jvtrack.verify.workbook import Workbook


@dataclass(frozen=True, slots=True)
class Read:
    """One table of the workbook, and the query that fills it page by page.

    The query takes the key after which to begin and the size of a page; a page's first columns are its key.
    """

    table: str
    query: str
    start: Sequence[str | int]
    page: int = 5000

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
            workbook.add(self.table, [(*lead, *row) for row in found])
