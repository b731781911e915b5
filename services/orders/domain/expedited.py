"""What was done to bring an order sooner, in words: sources hurried, other depots asked to ship."""

from collections.abc import Collection, Iterator, Sequence

from services.orders.domain.explaining import Reason, ReasonKind
from services.orders.domain.order import Order
from services.orders.domain.sourcing import Sourcing
from shared.events.expediting import OrderLentAsked, OrderSourceHurried, OrderSplit
from shared.types import OrderId


def why_expedited(
    order: Order,
    hurried: Sequence[OrderSourceHurried],
    splits: Sequence[OrderSplit],
    asked: Sequence[OrderLentAsked],
    *,
    standing: Collection[OrderId] = (),
) -> list[Reason]:
    """Say who was hurried to which day, and what has come of it; who was given a share; which depot was asked.

    A lateral order that is not `standing` any more, and that the order does not count on, brings nothing.
    """
    laterals = (_asked(order, fact, is_standing=fact.lateral in standing) for fact in asked)
    return [*_hurried(order, hurried), *map(_split, splits), *laterals]


def _hurried(order: Order, facts: Sequence[OrderSourceHurried]) -> Iterator[Reason]:
    works = {work.name(order.order_id): work for work in order.work_orders}
    for fact in facts:
        text = f"{fact.asked_by} asked {fact.source} to bring {fact.work_order} by {fact.wanted_by} instead of "
        text += f"{fact.due}: {fact.reason}; {_answer(works[fact.work_order], fact)}"
        yield Reason(kind=ReasonKind.HURRIED, day=fact.wanted_by, site=fact.source, text=text)


def _answer(work: Sourcing, fact: OrderSourceHurried) -> str:
    if work.due == fact.due:
        return f"it has named no other day than {work.due} since"
    return f"it now says {work.due}"


def _split(fact: OrderSplit) -> Reason:
    text = f"{fact.asked_by} gave {fact.quantity} to {fact.source} as {fact.work_order}: {fact.reason}"
    return Reason(kind=ReasonKind.SPLIT, quantity=fact.quantity, site=fact.source, text=text)


def _asked(order: Order, fact: OrderLentAsked, *, is_standing: bool) -> Reason:
    text = f"{fact.asked_by} asked {fact.depot} to ship {fact.quantity} as {fact.lateral}: {fact.reason}; "
    text += _standing(order, fact.lateral, is_standing=is_standing)
    return Reason(kind=ReasonKind.LATERAL, quantity=fact.quantity, site=fact.depot, order=fact.lateral, text=text)


def _standing(order: Order, lateral: OrderId, *, is_standing: bool) -> str:
    work = next((each for each in order.work_orders if each.lateral == lateral), None)
    if work is None:
        return "it has not answered yet" if is_standing else "it does not ship it"
    if not work.quantity:
        return "it does not ship it any more"
    return f"it is to be here on {work.due}: {work.due_reason}"
