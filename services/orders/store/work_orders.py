"""Work orders in the database: loaded with their orders, written by one statement; their orders are locked."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.sourcing import Price, Sourcing, WorkState
from shared.events.making import Making
from shared.sql import Statement, Writes
from shared.types import OrderId

_LOAD = Statement("SELECT * FROM work_order WHERE order_id = ANY(CAST(:order_ids AS text[])) ORDER BY order_id, n")
# An order was placed by an earlier transaction than the one that gives it a work order: its part is there to be read.
_SAVE = Statement(
    """
    INSERT INTO work_order (order_id, n, source, sourced, quantity, due, due_reason, asked, answered, given, state,
                            asked_on, due_asked, waiting_days, ended_on, resourced, wanted_by, lateral_order, making,
                            declined, unit_price, currency, part)
    SELECT w.*, (SELECT part FROM orders WHERE orders.order_id = w.order_id)
    FROM unnest(CAST(:order_ids AS text[]), CAST(:ns AS integer[]), CAST(:sources AS text[]),
                CAST(:sourced AS bigint[]), CAST(:quantities AS bigint[]), CAST(:dues AS date[]),
                CAST(:due_reasons AS text[]), CAST(:asked AS bigint[]), CAST(:answered AS bigint[]),
                CAST(:given AS bigint[]), CAST(:states AS text[]), CAST(:asked_on AS date[]),
                CAST(:dues_asked AS date[]), CAST(:waiting AS integer[]), CAST(:ended_on AS date[]),
                CAST(:resourced AS boolean[]), CAST(:wanted_by AS date[]), CAST(:laterals AS text[]),
                CAST(:making AS jsonb[]), CAST(:declined AS boolean[]), CAST(:unit_prices AS numeric[]),
                CAST(:currencies AS text[]))
         AS w (order_id, n, source, sourced, quantity, due, due_reason, asked, answered, given, state, asked_on,
               due_asked, waiting_days, ended_on, resourced, wanted_by, lateral_order, making, declined, unit_price,
               currency)
    ON CONFLICT (order_id, n) DO UPDATE
    SET quantity = excluded.quantity, due = excluded.due, due_reason = excluded.due_reason, asked = excluded.asked,
        answered = excluded.answered, given = excluded.given, state = excluded.state, ended_on = excluded.ended_on,
        resourced = excluded.resourced, wanted_by = excluded.wanted_by, making = excluded.making,
        declined = excluded.declined
    """
)


async def load(session: AsyncSession, order_ids: Sequence[OrderId]) -> dict[OrderId, list[Sourcing]]:
    """Load the work orders of these orders, in one statement."""
    found: dict[OrderId, list[Sourcing]] = {order_id: [] for order_id in order_ids}
    for row in await _LOAD.rows(session, {"order_ids": list(found)}):
        found[row.order_id].append(_read(row))
    return found


def save(writes: Writes, work_orders: Sequence[tuple[OrderId, Sourcing]]) -> None:
    """Write work orders of locked orders as they now are."""
    if not work_orders:
        return
    works = [work for _, work in work_orders]
    writes.add(
        _SAVE,
        {
            "order_ids": [order_id for order_id, _ in work_orders],
            "ns": [work.n for work in works],
            "sources": [work.source for work in works],
            "sourced": [work.sourced for work in works],
            "quantities": [work.quantity for work in works],
            "dues": [work.due for work in works],
            "due_reasons": [work.due_reason for work in works],
            "asked": [work.asked for work in works],
            "answered": [work.answered for work in works],
            "given": [work.given for work in works],
            "states": [work.state for work in works],
            "asked_on": [work.asked_on for work in works],
            "dues_asked": [work.due_asked for work in works],
            "waiting": [work.waiting_days for work in works],
            "ended_on": [work.ended_on for work in works],
            "resourced": [work.resourced for work in works],
            "wanted_by": [work.wanted_by for work in works],
            "laterals": [work.lateral for work in works],
            "making": [work.making and work.making.model_dump_json(exclude_defaults=True) for work in works],
            "declined": [work.declined for work in works],
            "unit_prices": [work.price and work.price.amount for work in works],
            "currencies": [work.price and work.price.currency for work in works],
        },
    )


def _read(row: Any) -> Sourcing:
    return Sourcing(
        n=row.n,
        source=row.source,
        sourced=row.sourced,
        quantity=row.quantity,
        due=row.due,
        due_reason=row.due_reason,
        asked=row.asked,
        answered=row.answered,
        given=row.given,
        state=WorkState(row.state),
        asked_on=row.asked_on,
        due_asked=row.due_asked,
        waiting_days=row.waiting_days,
        ended_on=row.ended_on,
        resourced=row.resourced,
        wanted_by=row.wanted_by,
        lateral=row.lateral_order,
        making=row.making and Making.model_validate(row.making),
        declined=row.declined,
        price=row.currency and Price(row.unit_price, row.currency),
    )
