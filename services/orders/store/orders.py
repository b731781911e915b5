"""Orders in the database: placed by insert; locked and loaded by one sorted statement; written by one a table.

An order's row is the mutex of everything about it: its work orders, its promises and the numbers of its facts.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.orders.domain.order import Arrival, Demand, Order
from services.orders.domain.placement import Placement
from services.orders.domain.promise import Promise
from services.orders.domain.sourcing import Sourcing
from services.orders.store import fulfilments, work_orders
from shared.sql import Statement, Writes
from shared.types import Condition, OrderId, Platform, Urgency

_PLACE = Statement(
    """
    INSERT INTO orders (order_id, document_number, ordered_by, site, part, quantity, partial, urgency, priority,
                        approved_by, required_by, conditions, accepted, platform, tail_number, placed_at, placed_by,
                        body_hash, for_stock, version, wanted, open, state, supplies, road_days)
    SELECT order_id, document_number, ordered_by, site, part, quantity, partial, urgency, priority,
           approved_by, required_by, string_to_array(conditions, ','), string_to_array(accepted, ' '), platform,
           tail_number, placed_at, placed_by, body_hash, for_stock, 1, quantity, quantity, 'placed', supplies, road_days
    FROM unnest(CAST(:order_ids AS text[]), CAST(:document_numbers AS text[]), CAST(:ordered_by AS text[]),
                CAST(:sites AS text[]), CAST(:parts AS text[]), CAST(:quantities AS bigint[]),
                CAST(:partials AS boolean[]), CAST(:urgencies AS text[]), CAST(:priorities AS smallint[]),
                CAST(:approved_by AS text[]), CAST(:required_by AS date[]), CAST(:conditions AS text[]),
                CAST(:accepted AS text[]), CAST(:platforms AS text[]), CAST(:tail_numbers AS text[]),
                CAST(:placed_at AS timestamptz[]), CAST(:placed_by AS text[]), CAST(:body_hashes AS bytea[]),
                CAST(:for_stock AS boolean[]), CAST(:supplies AS text[]), CAST(:road_days AS integer[]))
         AS placed (order_id, document_number, ordered_by, site, part, quantity, partial, urgency, priority,
                    approved_by, required_by, conditions, accepted, platform, tail_number, placed_at, placed_by,
                    body_hash, for_stock, supplies, road_days)
    ORDER BY order_id
    ON CONFLICT DO NOTHING
    RETURNING order_id
    """
)
# What is heard of a lateral order is decided on with the order that it supplies; which one that is never changes.
_LOCK = Statement(
    """
    SELECT * FROM orders WHERE order_id = ANY(ARRAY(
      SELECT unnest(CAST(:order_ids AS text[])) UNION SELECT supplies FROM orders
      WHERE order_id = ANY(CAST(:order_ids AS text[])) AND supplies IS NOT NULL)) ORDER BY order_id FOR UPDATE
    """
)
_FIND = Statement("SELECT * FROM orders WHERE order_id = ANY(CAST(:order_ids AS text[])) ORDER BY order_id")
_SAVE = Statement(
    """
    UPDATE orders SET version = s.version, urgency = s.urgency, priority = s.priority, approved_by = s.approved_by,
           required_by = s.required_by, conditions = string_to_array(s.conditions, ','),
           accepted = string_to_array(s.accepted, ' '), wanted = s.wanted,
           reductions = s.reductions, cancel_requested = s.cancel_requested, heard = s.heard, reserved = s.reserved,
           issued = s.issued, cancelled = s.cancelled, released = s.released, arrived = s.arrived, lost = s.lost,
           closed = s.closed, unsettled = s.unsettled, arrivals = s.arrivals::jsonb, sourced = s.sourced,
           open = s.open, state = s.state,
           promised_for = s.promised_for, promise_reason = s.promise_reason, promises = s.promises,
           first_promised_for = s.first_promised_for, answered_at = s.answered_at, heard_at = s.heard_at,
           backorders = s.backorders, short_since = s.short_since, met_at = s.met_at, received_at = s.received_at,
           overdue_promise = s.overdue_promise, tail_number = s.tail_number
    FROM unnest(CAST(:order_ids AS text[]), CAST(:versions AS bigint[]), CAST(:urgencies AS text[]),
                CAST(:priorities AS smallint[]), CAST(:approved_by AS text[]), CAST(:required_by AS date[]),
                CAST(:conditions AS text[]), CAST(:accepted AS text[]), CAST(:wanted AS bigint[]),
                CAST(:reductions AS bigint[]),
                CAST(:cancel_requested AS boolean[]),
                CAST(:heard AS bigint[]), CAST(:reserved AS bigint[]), CAST(:issued AS bigint[]),
                CAST(:cancelled AS bigint[]), CAST(:released AS bigint[]), CAST(:arrived AS bigint[]),
                CAST(:lost AS bigint[]), CAST(:closed AS boolean[]), CAST(:unsettled AS boolean[]),
                CAST(:arrivals AS text[]),
                CAST(:sourced AS bigint[]), CAST(:open AS bigint[]), CAST(:states AS text[]),
                CAST(:promised_for AS date[]), CAST(:promise_reasons AS text[]), CAST(:promises AS integer[]),
                CAST(:first_promised_for AS date[]), CAST(:answered_at AS timestamptz[]),
                CAST(:heard_at AS timestamptz[]), CAST(:backorders AS integer[]),
                CAST(:short_since AS timestamptz[]), CAST(:met_at AS timestamptz[]),
                CAST(:received_at AS timestamptz[]), CAST(:overdue_promises AS integer[]),
                CAST(:tail_numbers AS text[]))
         AS s (order_id, version, urgency, priority, approved_by, required_by, conditions, accepted, wanted, reductions,
               cancel_requested, heard, reserved, issued, cancelled, released, arrived, lost, closed, unsettled,
               arrivals, sourced, open, state, promised_for, promise_reason, promises, first_promised_for,
               answered_at, heard_at, backorders, short_since, met_at, received_at, overdue_promise,
               tail_number)
    WHERE orders.order_id = s.order_id
    """
)

_TOTALS = ("heard", "reserved", "issued", "cancelled", "released", "arrived", "lost", "closed", "unsettled")
"""What inventory says of an order, by the names of its columns."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An order to be written for the first time, who placed it, and the digest of what was sent."""

    placement: Placement
    placed_by: str
    body_hash: bytes


async def place(session: AsyncSession, placed: Sequence[Placed]) -> set[OrderId]:
    """Write new orders, locked from then on; tell which were not there before."""
    if not placed:
        return set()
    asked = [each.placement for each in placed]
    placed_now = await _PLACE.column(
        session,
        {
            "order_ids": [each.order_id for each in asked],
            "document_numbers": [each.document_number for each in asked],
            "ordered_by": [each.ordered_by for each in asked],
            "sites": [each.site for each in asked],
            "parts": [each.part for each in asked],
            "quantities": [each.quantity for each in asked],
            "partials": [each.partial for each in asked],
            "urgencies": [each.urgency for each in asked],
            "priorities": [each.priority for each in asked],
            "approved_by": [each.approved_by for each in asked],
            "required_by": [each.required_by for each in asked],
            "conditions": [",".join(each.conditions) for each in asked],
            "accepted": [" ".join(each.accepted) for each in asked],
            "platforms": [each.platform for each in asked],
            "tail_numbers": [each.tail_number for each in asked],
            "placed_at": [each.placed_at for each in asked],
            "placed_by": [each.placed_by for each in placed],
            "body_hashes": [each.body_hash for each in placed],
            "for_stock": [each.for_stock for each in asked],
            "supplies": [each.supplies for each in asked],
            "road_days": [each.road_days for each in asked],
        },
    )
    return set(placed_now)


async def lock(session: AsyncSession, order_ids: Iterable[OrderId]) -> dict[OrderId, Order]:
    """Lock orders, in order and in one statement, and load them; an order that is not there is not in the answer."""
    rows = await _LOCK.rows(session, {"order_ids": sorted(set(order_ids))})
    return await load(session, rows)


async def find(session: AsyncSession, order_id: OrderId) -> Order | None:
    """Load an order as it stands, for who only looks at it."""
    return (await find_all(session, [order_id])).get(order_id)


async def find_all(session: AsyncSession, order_ids: Iterable[OrderId]) -> dict[OrderId, Order]:
    """Load orders as they stand, by order id, for who only looks at them."""
    return await load(session, await _FIND.rows(session, {"order_ids": sorted(set(order_ids))}))


def save(writes: Writes, orders: Sequence[Order]) -> None:
    """Write locked orders as they now are."""
    if not orders:
        return
    promises = [order.promise or Promise(None, "") for order in orders]
    writes.add(
        _SAVE,
        {
            "order_ids": [order.order_id for order in orders],
            "versions": [order.version for order in orders],
            "urgencies": [order.urgency for order in orders],
            "priorities": [order.priority for order in orders],
            "approved_by": [order.approved_by for order in orders],
            "required_by": [order.required_by for order in orders],
            "conditions": [",".join(order.conditions) for order in orders],
            "accepted": [" ".join(order.accepted) for order in orders],
            "wanted": [order.wanted for order in orders],
            "reductions": [order.reductions for order in orders],
            "cancel_requested": [order.cancel_requested for order in orders],
            **{name: [getattr(order.demand, name) for order in orders] for name in _TOTALS},
            "arrivals": [json.dumps([(str(each.on), each.arrived) for each in order.arrivals]) for order in orders],
            "sourced": [order.sourced for order in orders],
            "open": [order.open for order in orders],
            "states": [order.state for order in orders],
            "promised_for": [promise.promised_for for promise in promises],
            "promise_reasons": [promise.reason or None for promise in promises],
            "promises": [order.promises for order in orders],
            "first_promised_for": [order.first_promised_for for order in orders],
            **fulfilments.columns([order.fulfilment for order in orders]),
            "overdue_promises": [order.overdue_promise for order in orders],
            "tail_numbers": [order.tail_number for order in orders],
        },
    )


async def load(session: AsyncSession, rows: Sequence[Any]) -> dict[OrderId, Order]:
    """Load the orders of these rows with their work orders, in one statement."""
    if not rows:
        return {}
    works = await work_orders.load(session, [row.order_id for row in rows])
    return {row.order_id: _order(row, works[row.order_id]) for row in rows}


def _order(row: Any, works: Sequence[Sourcing]) -> Order:
    return Order(
        order_id=row.order_id,
        ordered_by=row.ordered_by,
        site=row.site,
        part=row.part,
        quantity=row.quantity,
        urgency=Urgency(row.urgency),
        priority=row.priority,
        approved_by=row.approved_by,
        required_by=row.required_by,
        conditions=tuple(map(Condition, row.conditions)),
        accepted=tuple(row.accepted),
        version=row.version,
        for_stock=row.for_stock,
        wanted=row.wanted,
        reductions=row.reductions,
        cancel_requested=row.cancel_requested,
        demand=Demand(**{name: getattr(row, name) for name in _TOTALS}),
        arrivals=tuple(Arrival(date.fromisoformat(on), arrived) for on, arrived in row.arrivals),
        work_orders=tuple(works),
        promise=Promise(row.promised_for, row.promise_reason) if row.promises else None,
        promises=row.promises,
        first_promised_for=row.first_promised_for,
        fulfilment=fulfilments.read(row),
        overdue_promise=row.overdue_promise,
        supplies=row.supplies,
        road_days=row.road_days,
        platform=row.platform and Platform(row.platform),
        tail_number=row.tail_number,
    )
