"""Discrepancies: what the books cannot explain yet; they change under the lock of their stock."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book
from services.inventory.domain.ledger import Account, LotKey
from services.inventory.domain.suspense import Discrepancy, DiscrepancyKind, Suspense
from services.inventory.store.rows import Columns
from shared.sql import Row, Statement, Writes
from shared.types import Condition, EventId, Shelf

_LOTS = Columns(site="text", part="text", lot="text")
_ROWS = Columns(
    discrepancy_id="uuid",
    kind="text",
    site="text",
    part="text",
    lot="text",
    condition="text",
    shelf="text",
    quantity="bigint",
    remaining="bigint",
    cause_id="uuid",
    shipment_id="text",
    order_id="text",
    opened_at="timestamptz",
)
_CHANGED = Columns(discrepancy_id="uuid", remaining="bigint", resolution="text", resolved_by="text")
_OPEN = Statement(f"""
    SELECT d.* FROM {_LOTS.unnest("k")} JOIN discrepancy d USING (site, part, lot)
     WHERE d.remaining > 0 ORDER BY d.opened_at, d.discrepancy_id
""")  # noqa: S608  # names of columns only
_BY_ID = Statement("SELECT * FROM discrepancy WHERE discrepancy_id = ANY(CAST(:ids AS uuid[]))")
_ADD = Statement(f"INSERT INTO discrepancy ({_ROWS.names}) SELECT {_ROWS.names} FROM {_ROWS.unnest('n')}")  # noqa: S608
_SAVE = Statement(f"""
    UPDATE discrepancy d SET remaining = c.remaining, changed_at = clock_timestamp(),
           resolution = COALESCE(c.resolution, d.resolution), resolved_by = COALESCE(c.resolved_by, d.resolved_by)
      FROM {_CHANGED.unnest("c")} WHERE d.discrepancy_id = c.discrepancy_id
""")  # noqa: S608


async def places(session: AsyncSession, ids: Collection[UUID]) -> set[LotKey]:
    """Say which lots discrepancies are about."""
    if not ids:
        return set()
    rows = await _BY_ID.rows(session, {"ids": list(ids)})
    return {LotKey(row.site, row.part, row.lot) for row in rows}


async def load(session: AsyncSession, book: Book, lots: Collection[LotKey], ids: Collection[UUID]) -> None:
    """Load what is open about these lots, and the discrepancies asked for even if nothing of them is left."""
    if lots:
        for row in await _OPEN.rows(session, _LOTS.bind(lots)):
            book.suspense.load(_discrepancy(row))
    if ids:
        for row in await _BY_ID.rows(session, {"ids": list(ids)}):
            book.suspense.load(_discrepancy(row))


def save(writes: Writes, suspense: Suspense) -> None:
    """Write discrepancies."""
    changed = suspense.changed()
    if suspense.opened:
        writes.add(_ADD, _ROWS.bind(map(_row, suspense.opened)))
    if changed:
        rows = ((each.id, each.remaining, each.resolution, each.resolved_by) for each in changed)
        writes.add(_SAVE, _CHANGED.bind(rows))


def _discrepancy(row: Row) -> Discrepancy:
    return Discrepancy(
        id=UUID(int=row.discrepancy_id.int),
        kind=DiscrepancyKind(row.kind),
        account=Account(row.site, row.part, row.lot, Condition(row.condition), Shelf(row.shelf)),
        quantity=row.quantity,
        remaining=row.remaining,
        cause=EventId(int=row.cause_id.int),
        opened_at=row.opened_at,
        shipment=row.shipment_id,
        order=row.order_id,
    )


def _row(each: Discrepancy) -> tuple[object, ...]:
    return (
        each.id,
        each.kind,
        *each.account,
        each.quantity,
        each.remaining,
        each.cause,
        each.shipment,
        each.order,
        each.opened_at,
    )
