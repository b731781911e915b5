"""What lots are told to be and to be made of, a row for each fact that stands: a projection of production's facts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from shared.events.production import LotDispatched, LotEvent, LotFinished, LotScrapped
from shared.events.progress import MaterialConsumed
from shared.sql import Statement
from shared.types import EventId, LotId, WorkOrderId

_SAVE = Statement(
    """
    INSERT INTO lot_fact (event_id, kind, lot, factory, part, work_order, recorded_on, quantity, depot, material,
                          input_lot, origin, amount, unit, unit_cost, currency)
    SELECT * FROM unnest(CAST(:event_ids AS uuid[]), CAST(:kinds AS text[]), CAST(:lots AS text[]),
                         CAST(:factories AS text[]), CAST(:parts AS text[]), CAST(:work_orders AS text[]),
                         CAST(:recorded_on AS date[]), CAST(:quantities AS bigint[]), CAST(:depots AS text[]),
                         CAST(:materials AS text[]), CAST(:input_lots AS text[]), CAST(:origins AS text[]),
                         CAST(:amounts AS numeric[]), CAST(:units AS text[]), CAST(:unit_costs AS numeric[]),
                         CAST(:currencies AS text[]))
    ON CONFLICT (event_id) DO NOTHING
    """
)
_VOID = Statement("DELETE FROM lot_fact WHERE event_id = ANY(CAST(:event_ids AS uuid[]))")
_SENT = Statement(
    """
    SELECT work_order, sum(quantity)::bigint AS quantity FROM lot_fact
    WHERE kind = 'dispatched' AND work_order = ANY(CAST(:work_orders AS text[])) GROUP BY work_order
    """
)
_MADE = Statement(
    """
    SELECT lot, work_order,
           greatest(sum(CASE kind WHEN 'finished' THEN quantity WHEN 'scrapped' THEN -quantity ELSE 0 END),
                    sum(quantity) FILTER (WHERE kind = 'dispatched'))::bigint AS quantity
    FROM lot_fact WHERE lot = ANY(CAST(:lots AS text[])) AND work_order IS NOT NULL GROUP BY lot, work_order
    """
)
KINDS: dict[type[LotEvent], str] = {
    LotFinished: "finished",
    LotScrapped: "scrapped",
    LotDispatched: "dispatched",
    MaterialConsumed: "consumed",
}
"""How each fact is kept; a scrap in process is not, for it was never finished."""


@dataclass(frozen=True, slots=True)
class LotFact:
    """A fact about a lot, and when it was recorded."""

    event_id: EventId
    recorded_on: date
    told: LotEvent


async def save(session: AsyncSession, facts: Sequence[LotFact]) -> None:
    """Keep facts, each once."""
    if not facts:
        return
    told = [fact.told for fact in facts]
    material = [each if isinstance(each, MaterialConsumed) else None for each in told]
    await _SAVE.run(
        session,
        {
            "event_ids": [fact.event_id for fact in facts],
            "kinds": [KINDS[type(each)] for each in told],
            "lots": [each.lot for each in told],
            "factories": [each.factory for each in told],
            "parts": [each.part for each in told],
            "work_orders": [each.work_order for each in told],
            "recorded_on": [fact.recorded_on for fact in facts],
            "quantities": [getattr(each, "quantity", None) for each in told],
            "depots": [each.depot if isinstance(each, LotDispatched) else None for each in told],
            "materials": [each and each.material for each in material],
            "input_lots": [each and each.input_lot for each in material],
            "origins": [each and each.origin for each in material],
            "amounts": [each and Decimal(each.amount) for each in material],
            "units": [each and each.unit for each in material],
            "unit_costs": [each and _exact(each.unit_cost) for each in material],
            "currencies": [each and each.currency for each in material],
        },
    )


async def void(session: AsyncSession, event_ids: Collection[EventId]) -> None:
    """Forget facts that did not happen."""
    if event_ids:
        await _VOID.run(session, {"event_ids": sorted(event_ids)})


async def sent(session: AsyncSession, work_orders: Collection[WorkOrderId]) -> dict[WorkOrderId, int]:
    """Tell how much of these work orders has been dispatched; of which nothing has been is not in the answer."""
    rows = await _SENT.rows(session, {"work_orders": sorted(work_orders)})
    return {row.work_order: row.quantity for row in rows}


async def made(session: AsyncSession, lots: Collection[LotId]) -> dict[LotId, dict[WorkOrderId, int]]:
    """Tell how much of these lots was made for which work orders, or sent for them where nobody told of its making."""
    found: dict[LotId, dict[WorkOrderId, int]] = {}
    for row in await _MADE.rows(session, {"lots": sorted(lots)}):
        if row.quantity and row.quantity > 0:
            found.setdefault(row.lot, {})[row.work_order] = row.quantity
    return found


def _exact(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)
