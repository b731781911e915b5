"""Saying no to what a source offered: it is asked back whole, and what it gives back is sourced elsewhere.

An offer of less is taken as it is told: what the source makes is expected of it, and the rest sourced by the usual
rules, of anybody but it. Only a person says no; then the source is not asked again for this order.
"""

from dataclasses import replace

from services.orders.domain.asking import Ask, refuse_cancelled, refuse_settled
from services.orders.domain.order import Decision, Order, WorkOrderUnknown, tell
from services.orders.domain.sourcing import number_of
from shared.errors import Refusal
from shared.events.orders import OrderSourcingReduced
from shared.types import WorkOrderId


class NothingOffered(Refusal):
    """Nothing that its source has offered on this work order is left to say no to."""


def decline_offer(order: Order, work_order: WorkOrderId, ask: Ask) -> Decision:
    """Ask a whole work order back that its source has countered; asking again changes nothing."""
    n = number_of(work_order)
    if not 1 <= n <= len(order.work_orders) or work_order != order.work_orders[n - 1].name(order.order_id):
        raise WorkOrderUnknown(work_order=work_order)
    work = order.work_orders[n - 1]
    if work.declined:
        return Decision(order)
    refuse_cancelled(order)
    refuse_settled(order)
    back = work.quantity - work.pending
    if work.making is None or work.making.offered is None or back <= 0:
        raise NothingOffered(work_order=work_order)
    declined = replace(work, declined=True, asked=work.asked + back)
    fact = OrderSourcingReduced(
        **order.about,
        work_order=work_order,
        source=work.source,
        quantity=back,
        asked=declined.asked,
        reason=f"{work.source} has offered {work.making.offered} of {work.sourced}, and was told no",
        asked_by=ask.by,
        note=ask.reason,
        due=None,
        instead=None,
        weighing=None,
        candidates=(),
    )
    return tell(order.with_work(declined), fact)
