"""The ledger's lines, consignments and discrepancies, within what a principal sees in full.

Lines are paged by (transaction, sequence) below the oldest transaction that still runs: a number alone would skip
lines that commit late.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, Text, cast, func, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.suspense import DiscrepancyKind
from services.inventory.queries.seen import Seen
from services.inventory.schemas.movements import DiscrepancyRead, End, LedgerLine, ShipmentLineRead, ShipmentRead
from services.inventory.schemas.stock import DiscrepancyFilter, MovementFilter, ShipmentFilter
from services.inventory.tables import discrepancy, part, shipment, shipment_line, slip, transfer
from shared.types import Condition, Shelf

_COMMITTED = text("transfer.tx < pg_snapshot_xmin(pg_current_snapshot())")
_AFTER = "(transfer.tx, transfer.seq) > (CAST(CAST(:after_tx AS text) AS xid8), :after_seq)"


class PlacedLine(NamedTuple):
    """A line of the ledger and its place, after which the next page starts."""

    line: LedgerLine
    place: tuple[str, int]


async def lines(
    session: AsyncSession, wanted: MovementFilter, seen: Seen, *, after: tuple[str, int] | None, limit: int
) -> list[PlacedLine]:
    """List the ledger's lines in the order in which they were written."""
    sites = sorted(seen.full)
    query = (
        select(transfer, cast(transfer.c.tx, Text).label("tx_text"), *(slip.c[name] for name in _SLIP), *_UNIT)
        .select_from(
            transfer.outerjoin(slip, slip.c.cause_id == transfer.c.cause_id).outerjoin(
                part, part.c.part_id == transfer.c.part
            )
        )
        .where(or_(transfer.c.source_site.in_(sites), transfer.c.target_site.in_(sites)))
        .order_by(transfer.c.tx, transfer.c.seq)
        .limit(limit)
    )
    query = query.where(transfer.c.cause_id == wanted.movement) if wanted.movement else query.where(_COMMITTED)
    if wanted.site is not None:
        query = query.where(or_(transfer.c.source_site == wanted.site, transfer.c.target_site == wanted.site))
    named = {"part": wanted.part, "lot": wanted.lot, "reason": wanted.reason}
    named |= {"order_id": wanted.order, "shipment_id": wanted.shipment}
    query = query.where(*(transfer.c[name] == value for name, value in named.items() if value is not None))
    if after is not None:
        query = query.where(text(_AFTER).bindparams(after_tx=after[0], after_seq=after[1]))
    return [PlacedLine(_line(row), (row.tx_text, row.seq)) for row in await session.execute(query)]


async def shipments(
    session: AsyncSession, wanted: ShipmentFilter, seen: Seen, *, after: str | None, limit: int
) -> list[ShipmentRead]:
    """List consignments by id: all lines for who sees the sender, else those for depots that are seen."""
    sites = sorted(seen.full)
    visible = or_(shipment.c.sender.in_(sites), shipment_line.c.depot.in_(sites))
    joined = shipment.join(shipment_line, shipment_line.c.shipment_id == shipment.c.shipment_id)
    ids: Select[Any] = select(shipment.c.shipment_id).select_from(joined).where(visible)
    named = {shipment.c.shipment_id: wanted.shipment, shipment.c.sender: wanted.sender}
    named |= {shipment_line.c.depot: wanted.depot, shipment_line.c.part: wanted.part}
    ids = ids.where(*(column == value for column, value in named.items() if value is not None))
    if after is not None:
        ids = ids.where(shipment.c.shipment_id > after)
    if wanted.open is not None:
        rest = func.sum(shipment_line.c.dispatched - shipment_line.c.received - shipment_line.c.lost)
        ids = ids.having(rest > 0 if wanted.open else rest == 0)
    ids = ids.group_by(shipment.c.shipment_id).order_by(shipment.c.shipment_id).limit(limit)
    chosen = list((await session.execute(ids)).scalars())
    query = select(shipment, *(shipment_line.c[name] for name in _LINE), *_UNIT)
    query = query.select_from(joined.outerjoin(part, part.c.part_id == shipment_line.c.part))
    query = query.where(shipment.c.shipment_id.in_(chosen), visible)
    found = await session.execute(query.order_by(shipment.c.shipment_id, *(shipment_line.c[name] for name in _LINE)))
    return _shipments(found.all())


async def discrepancies(
    session: AsyncSession,
    wanted: DiscrepancyFilter,
    seen: Seen,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[DiscrepancyRead]:
    """List discrepancies, oldest first."""
    query = select(discrepancy, func.clock_timestamp().label("now"), *_UNIT)
    query = query.select_from(discrepancy.outerjoin(part, part.c.part_id == discrepancy.c.part))
    query = query.where(discrepancy.c.site.in_(sorted(seen.full)))
    for name in ("site", "part", "kind"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(discrepancy.c[name] == value)
    if wanted.open:
        query = query.where(discrepancy.c.remaining > 0)
    place = (discrepancy.c.opened_at, discrepancy.c.discrepancy_id)
    if after is not None:
        query = query.where(tuple_(*place) > after)
    found = await session.execute(query.order_by(*place).limit(limit))
    return [_discrepancy(row) for row in found]


def _line(row: Row[Any]) -> LedgerLine:
    return LedgerLine(
        movement=row.cause_id,
        line=row.line,
        part=row.part,
        lot=row.lot,
        source=_end(row.source_site, row.source_condition, row.source_shelf),
        target=_end(row.target_site, row.target_condition, row.target_shelf),
        quantity=row.quantity,
        unit_of_issue=row.unit_of_issue,
        quantity_scale=row.quantity_scale,
        reason=row.reason,
        order=row.order_id,
        shipment=row.shipment_id,
        kind=row.kind,
        note=row.note,
        issued_to=row.issued_to,
        serials=row.serials or [],
        reverses=row.reverses,
        actor=row.actor,
        on_behalf_of=row.on_behalf_of,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
    )


def _end(site: str, condition: str, shelf: str) -> End:
    return End(site=site, condition=Condition(condition), shelf=Shelf(shelf))


def _shipments(found: Sequence[Row[Any]]) -> list[ShipmentRead]:
    read: dict[str, ShipmentRead] = {}
    for row in found:
        if row.shipment_id not in read:
            read[row.shipment_id] = ShipmentRead(
                shipment=row.shipment_id,
                sender=row.sender,
                dispatched_on=row.dispatched_on,
                closed=row.closed,
                version=row.version,
                lines=[],
            )
        read[row.shipment_id].lines.append(
            ShipmentLineRead(
                depot=row.depot,
                part=row.part,
                lot=row.lot,
                condition=Condition(row.condition),
                dispatched=row.dispatched,
                received=row.received,
                lost=row.lost,
                open=row.dispatched - row.received - row.lost,
                unit_of_issue=row.unit_of_issue,
                quantity_scale=row.quantity_scale,
                order=row.order_id,
            )
        )
    return list(read.values())


def _discrepancy(row: Row[Any]) -> DiscrepancyRead:
    is_open = row.remaining > 0
    until = row.now if is_open else row.changed_at
    return DiscrepancyRead(
        discrepancy=row.discrepancy_id,
        kind=DiscrepancyKind(row.kind),
        site=row.site,
        part=row.part,
        lot=row.lot,
        condition=Condition(row.condition),
        shelf=Shelf(row.shelf),
        quantity=row.quantity,
        remaining=row.remaining,
        unit_of_issue=row.unit_of_issue,
        quantity_scale=row.quantity_scale,
        state="open" if is_open else "resolved" if row.resolution else "explained",
        movement=row.cause_id,
        shipment=row.shipment_id,
        order=row.order_id,
        opened_at=row.opened_at,
        age_seconds=max(0, int((until - row.opened_at).total_seconds())),
        resolution=row.resolution,
        resolved_by=row.resolved_by,
    )


_UNIT = (part.c.unit_of_issue, part.c.quantity_scale)
_SLIP = ("kind", "note", "issued_to", "serials", "on_behalf_of")
_LINE = ("depot", "part", "lot", "condition", "dispatched", "received", "lost", "order_id")
