"""The last days of lots: what makers told of them, and what sites marked; both change under the lock of a stock."""

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import LotKey
from services.inventory.domain.life import Lives, Mark
from services.inventory.store.rows import Columns
from shared.sql import Row, Statement, Writes
from shared.types import EventId

_PART_LOTS = Columns(part="text", lot="text")
_TOLD = Columns(part="text", lot="text", expires_on="date")
_MARKS = Columns(site="text", part="text", lot="text", cause_id="uuid", expires_on="date", extends="boolean")
_SAVE_TOLD = Statement(f"""
    INSERT INTO lot ({_TOLD.names}) SELECT {_TOLD.names} FROM {_TOLD.unnest("e")} ORDER BY part, lot
    ON CONFLICT (part, lot) DO UPDATE SET expires_on = excluded.expires_on, told_at = clock_timestamp()
""")  # noqa: S608
_TAKE_BACK = Statement(f"DELETE FROM lot l USING {_PART_LOTS.unnest('k')} WHERE (l.part, l.lot) = (k.part, k.lot)")  # noqa: S608
_ADD_MARKS = Statement(f"INSERT INTO lot_mark ({_MARKS.names}) SELECT {_MARKS.names} FROM {_MARKS.unnest('m')}")  # noqa: S608
_WITHDRAW = Statement("DELETE FROM lot_mark WHERE cause_id = ANY(CAST(:causes AS uuid[]))")


def lasting(rows: str) -> str:
    """Join what is known of the last days of rows of lots at sites: `LASTING` gives it, `LAST_DAY` is which holds."""
    return f"""
        LEFT JOIN lot l ON (l.part, l.lot) = ({rows}.part, {rows}.lot)
        LEFT JOIN LATERAL (
          SELECT m.cause_id, m.expires_on, m.extends FROM lot_mark m
           WHERE (m.site, m.part, m.lot) = ({rows}.site, {rows}.part, {rows}.lot) ORDER BY m.n DESC LIMIT 1) m ON true
    """  # noqa: S608  # our own words


LAST_DAY = """CASE WHEN m.extends THEN GREATEST(l.expires_on, m.expires_on)
                   ELSE COALESCE(l.expires_on, m.expires_on) END"""
LASTING = "l.expires_on AS told, m.cause_id, m.expires_on AS marked, m.extends"


def knowing(rows: str) -> str:
    """Join all that is known of the last days of rows that have a site, a part and a lot: `KNOWN` gives it."""
    return f"""
        LEFT JOIN lot l ON (l.part, l.lot) = ({rows}.part, {rows}.lot)
        LEFT JOIN LATERAL (
          SELECT array_agg(m.cause_id ORDER BY m.n) AS marks, array_agg(m.expires_on ORDER BY m.n) AS last_days,
                 array_agg(m.extends ORDER BY m.n) AS extensions
            FROM lot_mark m WHERE (m.site, m.part, m.lot) = ({rows}.site, {rows}.part, {rows}.lot)) m ON true
    """  # noqa: S608  # our own words


KNOWN = "l.expires_on AS told, m.marks, m.last_days, m.extensions"


def load(book: Book, lot: LotKey, row: Row) -> None:
    """Load the last days of a lot at its site, as `KNOWN` gave them."""
    if row.told is not None:
        book.lives.load_told(lot.part, lot.lot, row.told)
    marked = zip(row.marks or (), row.last_days or (), row.extensions or (), strict=True)
    book.lives.load_marks(lot, [Mark(EventId(int=cause.int), *said) for cause, *said in marked])


def load_last(book: Book, lot: LotKey, row: Row) -> None:
    """Load the last day of a lot that is only looked at, as `LASTING` gave it: the mark that counts is enough."""
    if row.told is not None:
        book.lives.load_told(lot.part, lot.lot, row.told)
    if row.cause_id is not None:
        book.lives.load_marks(lot, [Mark(row.cause_id, row.marked, row.extends)])


def save(writes: Writes, lives: Lives) -> None:
    """Write what makers say otherwise now, and the marks that came and went."""
    changed = lives.changed()
    told = [(*lot, last) for lot, last in changed.items() if last is not None]
    taken_back = [lot for lot, last in changed.items() if last is None]
    if told:
        writes.add(_SAVE_TOLD, _TOLD.bind(told))
    if taken_back:
        writes.add(_TAKE_BACK, _PART_LOTS.bind(taken_back))
    if lives.withdrawn():
        writes.add(_WITHDRAW, {"causes": lives.withdrawn()})
    if lives.new():
        writes.add(_ADD_MARKS, _MARKS.bind((*lot, *mark) for lot, mark in lives.new()))
