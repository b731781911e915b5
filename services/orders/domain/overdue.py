"""Promises whose day has passed while something is still to come: told once each, by the clock."""

from dataclasses import replace
from datetime import date

from services.orders.domain.order import Decision, Order, tell
from shared.events.orders import OrderPromiseOverdue


def tell_overdue(order: Order, today: date) -> Decision:
    """Tell that the standing promise was not kept, if its day is past and nobody has been told of it."""
    promise = order.promise
    is_told = order.overdue_promise == order.promises
    if promise is None or promise.promised_for is None or is_told or not _still_to_come(order):
        return Decision(order)
    if promise.promised_for >= today:
        return Decision(order)
    fact = OrderPromiseOverdue(
        **order.about,
        platform=order.platform,
        tail_number=order.tail_number,
        number=order.promises,
        promised_for=promise.promised_for,
        first=order.first_promised_for,
        missing=order.need,
        reason=promise.reason,
    )
    return tell(replace(order, overdue_promise=order.promises), fact)


def _still_to_come(order: Order) -> bool:
    """Tell whether work orders still owe something; what is held for the order in full was there in time."""
    return order.demand.may_be_planned and order.sourced > 0
