"""The last days of lots: what makers told of them, and what sites marked; both change under the lock of a stock."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import LotKey
from services.inventory.domain.life import Lives, Mark
from services.inventory.store.rows import Columns
from shared.sql import Statement
from shared.types import EventId

_LOTS = Columns(site="text", part="text", lot="text")
_PART_LOTS = Columns(part="text", lot="text")
_TOLD = Columns(part="text", lot="text", expires_on="date")
_MARKS = Columns(site="text", part="text", lot="text", cause_id="uuid", expires_on="date")
_FIND_TOLD = Statement(f"SELECT part, lot, expires_on FROM lot JOIN {_PART_LOTS.unnest('k')} USING (part, lot)")  # noqa: S608  # names of columns only
_FIND_MARKS = Statement(f"""
    SELECT m.* FROM {_LOTS.unnest("k")} JOIN lot_mark m USING (site, part, lot) ORDER BY m.n
""")  # noqa: S608
_SAVE_TOLD = Statement(f"""
    INSERT INTO lot ({_TOLD.names}) SELECT {_TOLD.names} FROM {_TOLD.unnest("e")} ORDER BY part, lot
    ON CONFLICT (part, lot) DO UPDATE SET expires_on = excluded.expires_on
""")  # noqa: S608
_TAKE_BACK = Statement(f"DELETE FROM lot l USING {_PART_LOTS.unnest('k')} WHERE (l.part, l.lot) = (k.part, k.lot)")  # noqa: S608
_ADD_MARKS = Statement(f"INSERT INTO lot_mark ({_MARKS.names}) SELECT {_MARKS.names} FROM {_MARKS.unnest('m')}")  # noqa: S608
_WITHDRAW = Statement("DELETE FROM lot_mark WHERE cause_id = ANY(CAST(:causes AS uuid[]))")


def lasting(rows: str) -> str:
    """Join what is known of the last days of rows that have a site, a part and a lot: `LAST_DAY` is which holds."""
    return f"""
        LEFT JOIN lot l ON (l.part, l.lot) = ({rows}.part, {rows}.lot)
        LEFT JOIN LATERAL (
          SELECT m.cause_id, m.expires_on FROM lot_mark m
           WHERE (m.site, m.part, m.lot) = ({rows}.site, {rows}.part, {rows}.lot) ORDER BY m.n DESC LIMIT 1) m ON true
    """  # noqa: S608  # our own words


LAST_DAY = "COALESCE(l.expires_on, m.expires_on)"


async def load(session: AsyncSession, book: Book, lots: Collection[LotKey]) -> None:
    """Load the last days of lots at their sites."""
    told = await _FIND_TOLD.rows(session, _PART_LOTS.bind({(lot.part, lot.lot) for lot in lots}))
    for row in told:
        book.lives.load_told(row.part, row.lot, row.expires_on)
    marks: dict[LotKey, list[Mark]] = {lot: [] for lot in lots}
    for row in await _FIND_MARKS.rows(session, _LOTS.bind(lots)):
        marks[LotKey(row.site, row.part, row.lot)].append(Mark(EventId(int=row.cause_id.int), row.expires_on))
    for lot, found in marks.items():
        book.lives.load_marks(lot, found)


async def save(session: AsyncSession, lives: Lives) -> None:
    """Write what makers say otherwise now, and the marks that came and went."""
    changed = lives.changed()
    told = [(*lot, last) for lot, last in changed.items() if last is not None]
    taken_back = [lot for lot, last in changed.items() if last is None]
    if told:
        await _SAVE_TOLD.run(session, _TOLD.bind(told))
    if taken_back:
        await _TAKE_BACK.run(session, _PART_LOTS.bind(taken_back))
    if lives.withdrawn():
        await _WITHDRAW.run(session, {"causes": lives.withdrawn()})
    if lives.new():
        await _ADD_MARKS.run(session, _MARKS.bind((*lot, *mark) for lot, mark in lives.new()))
