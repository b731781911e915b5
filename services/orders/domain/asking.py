"""What is asked of an order that was placed: less of it, another day, urgency or reference, or none of it.

Each is recorded with who asked, why, and what it was before. An ask changes nothing of what inventory holds: inventory
answers it.
"""

from dataclasses import dataclass, replace
from datetime import date

from services.orders.domain.days import DAYS_AHEAD_MAX
from services.orders.domain.order import Decision, Order, tell
from shared.errors import Kind, Refusal, VersionStale
from shared.events.expediting import OrderEmergencyUseAllowed
from shared.events.orders import (
    OrderCancelRequested,
    OrderReductionRequested,
    OrderReferencesChanged,
    OrderReprioritised,
    OrderRescheduled,
)
from shared.events.references import read_reference
from shared.types import Priority, ReferenceKey, Urgency


class OrderAlreadyIssued(Refusal):
    """An order that was issued in full can no longer be changed or cancelled."""


class OrderNotDeclinable(Refusal):
    """A depot declines what another depot asks of it; its own order it cancels."""


class OrderCancelled(Refusal):
    """The order is cancelled, or about to be."""


class StockOrderFixed(Refusal):
    """An order for stock is routine, and as large as it was proposed: cancel it, and release what is proposed next."""


class OrderUnanswered(Refusal):
    """Inventory has not said yet what it can give; try again."""

    retry_after_seconds = 1


class QuantityRaised(Refusal):
    """An order's quantity can only go down; order more under a number of its own."""

    field = "quantity"


class RequiredByPast(Refusal):
    """An order cannot be required by a day that has passed."""

    kind = Kind.INVALID
    field = "required_by"


class RequiredByFar(Refusal):
    """The day lies further ahead than anybody plans: correct it."""

    kind = Kind.INVALID
    field = "required_by"


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, and why."""

    by: str | None = None
    reason: str | None = None


NOBODY = Ask()


@dataclass(frozen=True, slots=True)
class Need:
    """An urgency of need with the priority that follows from it, and who approved it, where that needs approval."""

    urgency: Urgency
    priority: Priority
    approved_by: str | None = None


def cancel(order: Order, ask: Ask = NOBODY) -> Decision:
    """Ask inventory to release what is not yet issued; asking again changes nothing."""
    if order.cancel_requested:
        return Decision(order)
    refuse_settled(order)
    asked = replace(order, cancel_requested=True)
    fact = OrderCancelRequested(**order.about, reason=ask.reason, asked_by=ask.by)
    return tell(asked, fact)


def decline(order: Order, ask: Ask) -> Decision:
    """Say no for the depot that was to fill another's order: what is not yet issued is released, as by a cancel."""
    if order.ordered_by == order.site:
        raise OrderNotDeclinable(order=order.order_id)
    if order.cancel_requested:
        return Decision(order)
    refuse_settled(order)
    asked = replace(order, cancel_requested=True)
    fact = OrderCancelRequested(
        **order.about,
        reason=ask.reason,
        declined_by=order.site,
        asked_by=ask.by,
    )
    return tell(asked, fact)


def reduce(order: Order, quantity: int, ask: Ask = NOBODY) -> Decision:
    """Ask inventory to want less; what is issued already stands."""
    refuse_stock_order(order)
    if quantity > order.wanted:
        raise QuantityRaised(order=order.order_id, quantity=order.wanted, asked=quantity)
    refuse_cancelled(order)
    if quantity == order.wanted:
        return Decision(order)
    refuse_settled(order)
    asked = replace(order, wanted=quantity, reductions=order.reductions + 1)
    fact = OrderReductionRequested(
        **order.about,
        quantity=quantity,
        before=order.wanted,
        reason=ask.reason,
        asked_by=ask.by,
    )
    return tell(asked, fact)


def reschedule(order: Order, required_by: date, today: date, ask: Ask = NOBODY) -> Decision:
    """Change the day on which the order is needed."""
    refuse_cancelled(order)
    if required_by == order.required_by:
        return Decision(order)
    refuse_settled(order)
    refuse_out_of_reach(required_by, today)
    fact = OrderRescheduled(
        **order.about,
        required_by=required_by,
        before=order.required_by,
        reason=ask.reason,
        asked_by=ask.by,
    )
    return tell(replace(order, required_by=required_by), fact)


def reprioritise(order: Order, need: Need, ask: Ask) -> Decision:
    """Change how urgent the order is; inventory serves it by its new priority from then on."""
    refuse_stock_order(order)
    refuse_cancelled(order)
    if (need.urgency, need.priority) == (order.urgency, order.priority):
        return Decision(order)
    refuse_settled(order)
    fact = OrderReprioritised(
        **order.about,
        urgency=need.urgency,
        priority=need.priority,
        approved_by=need.approved_by,
        urgency_before=order.urgency,
        priority_before=order.priority,
        reason=ask.reason,
        asked_by=ask.by,
    )
    changed = replace(order, urgency=need.urgency, priority=need.priority, approved_by=need.approved_by)
    return tell(changed, fact)


def accept(order: Order, references: tuple[ReferenceKey, ...], ask: Ask) -> Decision:
    """Change of which references it takes lots; inventory gives and takes back accordingly."""
    refuse_stock_order(order)
    refuse_cancelled(order)
    if references == order.accepted:
        return Decision(order)
    refuse_settled(order)
    fact = OrderReferencesChanged(
        **order.about,
        references=tuple(map(read_reference, references)),
        before=tuple(map(read_reference, order.accepted)),
        reason=ask.reason,
        asked_by=ask.by,
    )
    return tell(replace(order, accepted=references), fact)


def allow_emergency_use(order: Order, allowed_by: str, reason: str) -> Decision:
    """Let goods of condition N be issued to the order as well; inventory gives them after all others."""
    refuse_stock_order(order)
    refuse_cancelled(order)
    refuse_settled(order)
    fact = OrderEmergencyUseAllowed(**order.about, reason=reason, allowed_by=allowed_by)
    return tell(order.with_emergency_use(), fact)


def refuse_stale(seen: Order, changed: Order, version: int | None) -> None:
    """Refuse to change an order that is not as the asker saw it; who asks for what is so already need not know."""
    if version is not None and seen.version not in {version, changed.version}:
        raise VersionStale(
            seen=version,
            version=seen.version,
            quantity=seen.wanted,
            required_by=seen.required_by,
            urgency=seen.urgency.value,
            references=", ".join(seen.accepted) or "any",
        )


def refuse_settled(order: Order) -> None:
    """Refuse to change an order that was issued in full."""
    if order.is_settled:
        raise OrderAlreadyIssued(order=order.order_id, issued=order.demand.issued)


def refuse_cancelled(order: Order) -> None:
    """Refuse to change an order that is cancelled, or about to be."""
    if order.cancel_requested:
        raise OrderCancelled(order=order.order_id)


def refuse_out_of_reach(required_by: date, today: date) -> None:
    """Refuse a day of need that has passed, or that lies beyond all planning."""
    if required_by < today:
        raise RequiredByPast(required_by=required_by, today=today)
    if (required_by - today).days > DAYS_AHEAD_MAX:
        raise RequiredByFar(required_by=required_by, days_ahead_max=DAYS_AHEAD_MAX)


def refuse_stock_order(order: Order) -> None:
    """Refuse to change the need of an order for stock."""
    if order.for_stock:
        raise StockOrderFixed(order=order.order_id)


def refuse_unanswered(order: Order) -> None:
    """Refuse to bring in others for an order before it is known what its own depot can give."""
    if not order.demand.heard:
        raise OrderUnanswered(order=order.order_id)
