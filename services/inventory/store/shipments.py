"""Consignments: each row is locked by id, after the stock and before it is told how it stands."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import LotKey, StockKey
from services.inventory.domain.shipment import Line, LineKey, Shipment, Shipments
from services.inventory.store.rows import Columns
from shared.sql import Row, Statement, Writes
from shared.types import Condition, ShipmentId, SiteId

_LOTS = Columns(depot="text", part="text", lot="text")
_NEW = Columns(shipment_id="text", sender="text", dispatched_on="date")
_CHANGED = Columns(shipment_id="text", closed="boolean", version="bigint")
_LINES = Columns(
    shipment_id="text",
    depot="text",
    part="text",
    lot="text",
    condition="text",
    dispatched="bigint",
    received="bigint",
    lost="bigint",
    order_id="text",
    filling_site="text",
    expires_on="date",
    extends="boolean",
)
_IDS = "= ANY(CAST(:shipments AS text[]))"
_CARRYING = Statement(f"""
    SELECT {", ".join("l." + name for name in _LINES.names.split(", "))}
      FROM {_LOTS.unnest("k")} JOIN shipment_line l USING (depot, part, lot)
""")  # noqa: S608  # names of columns only
_FILLERS = Statement(f"""
    SELECT DISTINCT filling_site, part FROM {_LOTS.unnest("k")} JOIN shipment_line l USING (depot, part, lot)
     WHERE filling_site <> depot
""")  # noqa: S608
_ADD_MISSING = Statement(f"""
    INSERT INTO shipment ({_NEW.names}) SELECT {_NEW.names} FROM {_NEW.unnest("n")} ORDER BY shipment_id
    ON CONFLICT DO NOTHING RETURNING shipment_id
""")  # noqa: S608
_LOCK = Statement(f"SELECT * FROM shipment WHERE shipment_id {_IDS} ORDER BY shipment_id FOR UPDATE")  # noqa: S608
_PLACES = Statement(f"SELECT DISTINCT depot, part, lot FROM shipment_line WHERE shipment_id {_IDS}")  # noqa: S608
_SAVE = Statement(f"""
    UPDATE shipment s SET closed = c.closed, version = c.version FROM {_CHANGED.unnest("c")}
     WHERE s.shipment_id = c.shipment_id
""")  # noqa: S608
_SAVE_LINES = Statement(f"""
    INSERT INTO shipment_line ({_LINES.names}) SELECT {_LINES.names} FROM {_LINES.unnest("l")}
    ON CONFLICT (shipment_id, depot, part, lot, condition) DO UPDATE
    SET dispatched = excluded.dispatched, received = excluded.received, lost = excluded.lost,
        order_id = excluded.order_id, filling_site = excluded.filling_site, expires_on = excluded.expires_on,
        extends = excluded.extends
""")  # noqa: S608
_REMOVE_UNUSED = Statement(f"DELETE FROM shipment WHERE shipment_id {_IDS} AND version = 0")  # noqa: S608


async def places(session: AsyncSession, shipments: Collection[ShipmentId]) -> set[LotKey]:
    """Say which lots these consignments carry where."""
    if not shipments:
        return set()
    rows = await _PLACES.rows(session, {"shipments": list(shipments)})
    return {LotKey(row.depot, row.part, row.lot) for row in rows}


async def fillers(session: AsyncSession, lots: Collection[LotKey]) -> set[StockKey]:
    """Say from which other stock the orders are filled that goods on the way to these lots were made for."""
    if not lots:
        return set()
    return {StockKey(row.filling_site, row.part) for row in await _FILLERS.rows(session, _LOTS.bind(lots))}


async def lock(
    session: AsyncSession,
    book: Book,
    lots: Collection[LotKey],
    named: Mapping[ShipmentId, SiteId | None],
    *,
    today: date,
) -> set[ShipmentId]:
    """Lock what carries these lots and what is named, and load the lots' lines; answers which rows are new.

    The stock is locked, so that no line of these lots can be added or changed meanwhile.
    """
    lines = [_line(row) for row in await _CARRYING.rows(session, _LOTS.bind(lots))] if lots else []
    wanted = set(named) | {line.key.shipment for line in lines}
    if not wanted:
        return set()
    begun = sorted((shipment, sender, today) for shipment, sender in named.items() if sender is not None)
    made = set(await _ADD_MISSING.column(session, _NEW.bind(begun))) if begun else set()
    rows = await _LOCK.rows(session, {"shipments": sorted(wanted)})
    found = {row.shipment_id: _shipment(row) for row in rows}
    for line in lines:
        found[line.key.shipment].lines[line.key] = line
    for shipment in found.values():
        book.shipments.load(shipment)
    return made


def save(writes: Writes, shipments: Shipments, made: Collection[ShipmentId]) -> None:
    """Write consignments, whose versions have been raised, and their lines; nothing stays of an unused new row."""
    changed, lines = shipments.changed(), shipments.changed_lines()
    if changed:
        writes.add(_SAVE, _CHANGED.bind((each.id, each.closed, each.version) for each in changed))
    if lines:
        writes.add(_SAVE_LINES, _LINES.bind(map(_row, lines)))
    unused = set(made) - {each.id for each in changed}
    if unused:
        writes.add(_REMOVE_UNUSED, {"shipments": sorted(unused)})


def _shipment(row: Row) -> Shipment:
    return Shipment(row.shipment_id, row.sender, row.dispatched_on, closed=row.closed, version=row.version)


def _line(row: Row) -> Line:
    return Line(
        LineKey(row.shipment_id, row.depot, row.part, row.lot, Condition(row.condition)),
        dispatched=row.dispatched,
        received=row.received,
        lost=row.lost,
        order=row.order_id,
        filling_site=row.filling_site,
        expires_on=row.expires_on,
        extends=row.extends,
    )


def _row(line: Line) -> tuple[object, ...]:
    totals, made_for = (line.dispatched, line.received, line.lost), (line.order, line.filling_site)
    return (*line.key, *totals, *made_for, line.expires_on, line.extends)
