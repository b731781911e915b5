"""What differs between live and rebuilt tables, row by row, in pages that no transaction outlasts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.messaging.rebuild.tables import SCHEMA
from shared.sql import Row, Statement

PAGE = 5_000
SUSPECTS_MAX = 10_000
"""Rows of one table that are compared once more at the cut; where more differ, the table as a whole does."""
POSITIONS = "stream_position"

_KEY = Statement(
    """
    SELECT quote_ident(a.attname) AS name, format_type(a.atttypid, NULL) AS type
    FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
    JOIN pg_attribute a ON a.attnum = k.attnum
    WHERE i.indrelid = to_regclass('public.' || :name) AND i.indisprimary AND a.attrelid = i.indrelid ORDER BY k.place
    """
)
_REST = Statement(
    """
    SELECT quote_ident(a.attname) FROM pg_attribute a
    WHERE a.attrelid = to_regclass('public.' || :name) AND a.attnum > 0 AND NOT a.attisdropped
      AND quote_ident(a.attname) <> ALL(CAST(:key AS text[])) ORDER BY a.attname
    """
)

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not the same on both sides; none where it is missing."""

    table: str
    key: Key
    live: str | None
    rebuilt: str | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One table, by what its rows are told apart, and what is compared of them."""

    table: str
    key: Mapping[str, str]
    """Its key's columns and their types."""
    rest: Sequence[str]
    group: str
    condition: str = "true"

    async def differences(self, session: AsyncSession, suspects: Sequence[Key]) -> list[Difference]:
        """Compare the rows with these keys."""
        types = self.key.items()
        arrays = ", ".join(f"CAST(:k{n} AS {type_}[])" for n, (_, type_) in enumerate(types))
        columns = ", ".join(self.key)
        chosen = f"({columns}) IN (SELECT * FROM unnest({arrays}))"  # noqa: S608  # quoted names of columns
        values = {f"k{n}": [key[n] for key in suspects] for n in range(len(self.key))}
        return self._read(await self._unequal(chosen).rows(session, {**values, **self._bounds()}))

    async def page(self, session: AsyncSession, after: Key | None) -> tuple[list[Difference], Key | None]:
        """Compare a page of rows behind a key; gives the key behind which the next begins, none after the last."""
        below = "true" if after is None else f"{self._columns()} > ({self._values('a')})"
        values = {**self._bounds(), **_numbered("a", after or ())}
        end = await Statement(self._end(below)).row(session, values)
        last = None if end is None else tuple(end[: len(self.key)])
        above = "true" if last is None else f"{self._columns()} <= ({self._values('b')})"
        rows = await self._unequal(f"{below} AND {above}").rows(session, {**values, **_numbered("b", last or ())})
        return self._read(rows), last

    def _bounds(self) -> dict[str, object]:
        return {"grp": self.group, "limit": SUSPECTS_MAX + 1, "page": PAGE}

    def _columns(self) -> str:
        return f"({', '.join(self.key)})"

    def _values(self, letter: str) -> str:
        return ", ".join(f"CAST(:{letter}{n} AS {type_})" for n, type_ in enumerate(self.key.values()))

    def _end(self, below: str) -> str:
        columns = ", ".join(self.key)
        pages = " UNION ".join(
            f'(SELECT {columns} FROM {schema}."{self.table}" WHERE {self.condition} AND {below}'  # noqa: S608
            f" ORDER BY {columns} LIMIT :page)"
            for schema in ("public", SCHEMA)
        )
        return f"SELECT {columns} FROM ({pages}) AS sides ORDER BY {columns} OFFSET :page - 1 LIMIT 1"  # noqa: S608

    def _unequal(self, chosen: str) -> Statement:
        columns = ", ".join(self.key)
        live, rebuilt = (
            f"SELECT {columns}, CAST(ROW({', '.join(self.rest)}) AS text) AS said"  # noqa: S608
            f' FROM {schema}."{self.table}" WHERE {self.condition} AND {chosen}'
            for schema in ("public", SCHEMA)
        )
        return Statement(
            f"SELECT {columns}, live.said, rebuilt.said FROM ({live}) AS live FULL JOIN ({rebuilt}) AS rebuilt"  # noqa: S608
            f" USING ({columns}) WHERE live.said IS DISTINCT FROM rebuilt.said ORDER BY {columns} LIMIT :limit"
        )

    def _read(self, rows: Iterable[Row]) -> list[Difference]:
        size = len(self.key)
        return [Difference(self.table, tuple(row[:size]), row[size], row[size + 1]) for row in rows]


def _numbered(letter: str, key: Key) -> dict[str, object]:
    return {f"{letter}{n}": value for n, value in enumerate(key)}


async def compared(session: AsyncSession, tables: Sequence[str], group: str) -> list[Compared]:
    """Say how a group's tables are compared, and its positions with them."""
    found = []
    for name in tables:
        key = {row.name: row.type for row in await _KEY.rows(session, {"name": name})}
        rest = await _REST.column(session, {"name": name, "key": list(key)})
        found.append(Compared(name, key, rest, group))
    positions = {"topic": "smallint", "key": "text"}
    return [*found, Compared(POSITIONS, positions, ("key_seq", "event_id"), group, condition="grp = :grp")]


@dataclass(slots=True)
class Suspicion:
    """The rows of one table that differed while both sides moved on: most of them only for a moment."""

    table: Compared
    keys: list[Key] = field(default_factory=list)

    @property
    def is_total(self) -> bool:
        """Whether so much differs that the rows are not looked at one by one."""
        return len(self.keys) > SUSPECTS_MAX

    async def look(self, database: Database) -> None:
        """Go through the table once, a transaction a page."""
        after: Key | None = None
        while not self.is_total:
            async with database.transaction() as session:
                found, after = await self.table.page(session, after)
            self.keys += [one.key for one in found]
            if after is None:
                return

    async def confirm(self, session: AsyncSession) -> list[Difference]:
        """Tell which of them differ now, when both sides stand at the same place."""
        return await self.table.differences(session, self.keys[:SUSPECTS_MAX])
