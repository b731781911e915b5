"""Placing an order: what a depot asks for, in full, as it was recorded."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from services.orders.domain.asking import refuse_out_of_reach
from services.orders.domain.order import Order
from shared.errors import Kind, Refusal
from shared.events.orders import OrderPlaced
from shared.events.references import read_reference
from shared.types import (
    Condition,
    DocumentNumber,
    OrderId,
    PartId,
    Platform,
    Priority,
    ReferenceKey,
    SiteId,
    Urgency,
)


class PlacedInFuture(Refusal):
    """An order that was placed elsewhere was placed today or before."""

    kind = Kind.INVALID
    field = "placed_on"


class QuantityAbsurd(Refusal):
    """The quantity is more than any order holds: correct it, or let who runs the service raise `order_units_max`."""

    kind = Kind.INVALID
    field = "quantity"


def refuse_absurd(quantity: int, *, scale: int, units_max: int) -> None:
    """Refuse more units of issue than anybody orders at once: a slip of the pen, which would keep a source busy."""
    if quantity > units_max * 10**scale:
        raise QuantityAbsurd(quantity=quantity, quantity_max=units_max * 10**scale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What was asked; all but the day on which it is needed stays as it was entered."""

    order_id: OrderId
    document_number: DocumentNumber
    ordered_by: SiteId
    site: SiteId
    part: PartId
    quantity: int
    partial: bool
    urgency: Urgency
    priority: Priority
    approved_by: str | None = None
    required_by: date
    placed_at: datetime
    conditions: tuple[Condition, ...]
    accepted: tuple[ReferenceKey, ...] = ()
    platform: Platform | None = None
    tail_number: str | None = None
    for_stock: bool = False
    supplies: OrderId | None = None
    """The order that a lateral order is for."""
    road_days: int = 0


def placed_at(day: date | None, now: datetime) -> datetime:
    """Give the moment of placing; one of which only the day is known came at its beginning."""
    return now if day is None else datetime.combine(day, time(), UTC)


def place(asked: Placement) -> tuple[Order, OrderPlaced]:
    """Open the order and ask inventory for what it has: the order, and the fact that is its first version."""
    today = asked.placed_at.date()
    refuse_out_of_reach(asked.required_by, today)
    order = Order(
        order_id=asked.order_id,
        ordered_by=asked.ordered_by,
        site=asked.site,
        part=asked.part,
        quantity=asked.quantity,
        urgency=asked.urgency,
        priority=asked.priority,
        approved_by=asked.approved_by,
        required_by=asked.required_by,
        conditions=asked.conditions,
        accepted=asked.accepted,
        wanted=asked.quantity,
        for_stock=asked.for_stock,
        supplies=asked.supplies,
        road_days=asked.road_days,
        platform=asked.platform,
        tail_number=asked.tail_number,
    )
    return order, _fact(asked)


def _fact(asked: Placement) -> OrderPlaced:
    return OrderPlaced(
        order=asked.order_id,
        site=asked.site,
        part=asked.part,
        ordered_by=asked.ordered_by,
        quantity=asked.quantity,
        partial=asked.partial,
        priority=asked.priority,
        required_by=asked.required_by,
        placed_at=asked.placed_at,
        conditions=list(asked.conditions),
        urgency=asked.urgency,
        approved_by=asked.approved_by,
        for_stock=asked.for_stock,
        supplies=asked.supplies,
        references=tuple(map(read_reference, asked.accepted)),
    )
