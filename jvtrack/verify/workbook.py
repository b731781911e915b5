"""The scratch workbook of a proof: a throw-away SQLite file, so that memory stays bounded however long the history.

Tables are filled first and indexed then; every invariant is a handful of queries over them. SQLite knows nothing of
their sizes: CROSS JOIN tells it which table is to be read through, and which is looked up by its index.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

Value = str | int | float | bytes | None


class Workbook:
    """Rows copied for one proof."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["Workbook"]:
        """Make an empty workbook, and forget it at the end."""
        with tempfile.TemporaryDirectory(prefix="jvtrack-verify-") as folder:
            connection = sqlite3.connect(Path(folder) / "workbook", check_same_thread=False, isolation_level=None)
            try:
                for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536", "temp_store = FILE"):
                    connection.execute(f"PRAGMA {pragma}")
                connection.executescript(_script("tables.sql"))
                connection.execute("BEGIN")
                yield cls(connection)
            finally:
                connection.close()

    def add(self, table: str, rows: Iterable[Sequence[Value]]) -> None:
        """Copy rows into a table, in the order of its columns."""
        rows = list(rows)
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608  # our own names

    def add_mixed(self, rows: Iterable[tuple[str, Sequence[Value]]]) -> None:
        """Copy rows of several tables, each with the name of its table."""
        tables: dict[str, list[Sequence[Value]]] = {}
        for table, row in rows:
            tables.setdefault(table, []).append(row)
        for table, found in tables.items():
            self.add(table, found)

    def rows(self, query: str) -> Iterator[tuple[Value, ...]]:
        """Read what a query finds, row by row."""
        yield from self._connection.execute(query)

    def number(self, query: str) -> int:
        """Read the one number that a query answers; nothing is 0."""
        return int(self._connection.execute(query).fetchone()[0] or 0)

    async def index(self) -> None:
        """Index what was copied, and derive what several invariants need."""
        await asyncio.to_thread(self._run, _script("derived.sql"))

    def _run(self, script: str) -> None:
        for statement in script.split(";"):
            if statement.strip():
                self._connection.execute(statement)


def _script(name: str) -> str:
    lines = (files("jvtrack.verify") / "sql" / name).read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))
