"""The ledger's rows: added, never changed."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.book import Book, Past
from services.inventory.domain.ledger import Account, Cause, Holding, LotKey, Reason, Transfer
from services.inventory.domain.outside import Issued
from services.inventory.domain.postings import Posted
from services.inventory.store.rows import Columns
from shared.sql import Row, Statement, Writes
from shared.types import Condition, EventId, Shelf

_TRANSFERS = Columns(
    cause_id="uuid",
    line="integer",
    part="text",
    lot="text",
    source_site="text",
    source_condition="text",
    source_shelf="text",
    source_version="bigint",
    target_site="text",
    target_condition="text",
    target_shelf="text",
    target_version="bigint",
    quantity="bigint",
    reason="text",
    order_id="text",
    shipment_id="text",
    reverses="uuid",
    actor="text",
    occurred_at="timestamptz",
)
_SLIPS = Columns(
    cause_id="uuid",
    kind="text",
    site="text",
    actor="text",
    on_behalf_of="text",
    note="text",
    issued_to="text",
    serials="jsonb",
)
_LOTS = Columns(site="text", part="text", lot="text")
_ADD = Statement(
    f"INSERT INTO transfer ({_TRANSFERS.names}) SELECT {_TRANSFERS.names} FROM {_TRANSFERS.unnest('t')}"  # noqa: S608
)
_ADD_SLIPS = Statement(f"INSERT INTO slip ({_SLIPS.names}) SELECT {_SLIPS.names} FROM {_SLIPS.unnest('s')}")  # noqa: S608
_PAST = Statement("SELECT * FROM transfer WHERE cause_id = ANY(CAST(:causes AS uuid[])) ORDER BY cause_id, line")
_UNDONE = Statement("SELECT DISTINCT reverses FROM transfer WHERE reverses = ANY(CAST(:causes AS uuid[]))")
_OUTSIDE = Statement(f"""
    SELECT k.site, k.part, k.lot, condition, order_id, sum(change)::bigint AS quantity FROM {_LOTS.unnest("k")}
     CROSS JOIN LATERAL (
       SELECT target_condition AS condition, order_id, quantity AS change FROM transfer t
        WHERE t.part = k.part AND t.lot = k.lot AND t.target_site = k.site AND t.target_shelf = 'issued'
       UNION ALL
       SELECT source_condition, order_id, -quantity FROM transfer t
        WHERE t.part = k.part AND t.lot = k.lot AND t.source_site = k.site AND t.source_shelf = 'issued') AS half
     GROUP BY k.site, k.part, k.lot, condition, order_id
""")  # noqa: S608  # names of columns only
_PLACES = Statement("""
    SELECT source_site AS site, part, lot FROM transfer WHERE cause_id = ANY(CAST(:causes AS uuid[]))
    UNION SELECT target_site, part, lot FROM transfer WHERE cause_id = ANY(CAST(:causes AS uuid[]))
""")


class Slip(NamedTuple):
    """What a person asked for: the request behind a movement."""

    cause: EventId
    kind: str
    site: str
    actor: str
    on_behalf_of: str | None
    note: str | None
    issued_to: str | None
    serials: str


def add(writes: Writes, posted: Sequence[Posted]) -> None:
    """Write transfers."""
    if posted:
        writes.add(_ADD, _TRANSFERS.bind(map(_row, posted)))


def add_slips(writes: Writes, slips: Sequence[Slip]) -> None:
    """Write the requests behind movements."""
    if slips:
        writes.add(_ADD_SLIPS, _SLIPS.bind(slips))


async def places(session: AsyncSession, causes: Collection[EventId]) -> list[Row]:
    """Say which lots at which sites these causes have booked on."""
    return list(await _PLACES.rows(session, {"causes": list(causes)})) if causes else []


async def load_past(session: AsyncSession, book: Book, causes: Collection[EventId]) -> list[Transfer]:
    """Load what causes have booked, and whether it was undone; answers the transfers."""
    if not causes:
        return []
    undone = {EventId(int=row.reverses.int) for row in await _UNDONE.rows(session, {"causes": list(causes)})}
    booked: dict[EventId, list[Transfer]] = {cause: [] for cause in causes}
    for row in await _PAST.rows(session, {"causes": list(causes)}):
        transfer = _transfer(row)
        booked[transfer.cause.id].append(transfer)
    for cause, transfers in booked.items():
        book.load_past(cause, Past(tuple(transfers), undone=cause in undone))
    return [transfer for transfers in booked.values() for transfer in transfers]


async def load_outside(session: AsyncSession, book: Book, lots: Collection[LotKey]) -> None:
    """Load what was issued of lots and has not come back."""
    if not lots:
        return
    book.outside.load_lots(lots)
    for row in await _OUTSIDE.rows(session, _LOTS.bind(lots)):
        goods = Holding(row.site, row.part, row.lot, Condition(row.condition))
        book.outside.load(Issued(goods.on(Shelf.ISSUED), row.order_id), row.quantity)


def _row(posted: Posted) -> tuple[object, ...]:
    transfer = posted.transfer
    source, target = transfer.source, transfer.target
    return (
        transfer.cause.id,
        posted.line,
        source.part,
        source.lot,
        source.site,
        source.condition,
        source.shelf,
        posted.source_version,
        target.site,
        target.condition,
        target.shelf,
        posted.target_version,
        transfer.quantity,
        transfer.reason,
        transfer.order,
        transfer.shipment,
        transfer.reverses,
        transfer.cause.actor,
        transfer.cause.occurred_at,
    )


def _transfer(row: Row) -> Transfer:
    return Transfer(
        Cause(EventId(int=row.cause_id.int), row.occurred_at, row.actor),
        Account(row.source_site, row.part, row.lot, Condition(row.source_condition), Shelf(row.source_shelf)),
        Account(row.target_site, row.part, row.lot, Condition(row.target_condition), Shelf(row.target_shelf)),
        row.quantity,
        Reason(row.reason),
        order=row.order_id,
        shipment=row.shipment_id,
        reverses=row.reverses and EventId(int=row.reverses.int),
    )
