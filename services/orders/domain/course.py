"""The course of work orders: on which days goods arrived for an order, and when each work order came to its end.

A work order ends when all of it arrived, or when nothing is left of it because it was refused or given back. Inventory
says how much arrived for an order and not from whom: where work orders of several sources bring something, no end is
told of any, or a fast source would be praised for a slow one. Everything here follows from facts and their days alone,
whatever the order in which facts of different streams were heard.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.orders.domain.order import Arrival, Order
from services.orders.domain.sourcing import Sourcing


def follow(before: Order, heard: Order, on: date) -> Order:
    """Take over what a fact, told on this day, says of the course of an order's work orders."""
    arrived = heard.demand.arrived
    arrivals = heard.arrivals
    if arrived != before.demand.arrived:
        arrivals = _with(arrivals, Arrival(on, arrived))
    if arrivals is heard.arrivals and heard.work_orders == before.work_orders:
        return heard
    known = {work.n: work for work in before.work_orders}
    works = tuple(
        work if work.quantity else replace(work, ended_on=_given_up(known.get(work.n), on))
        for work in heard.work_orders
    )
    return ended(replace(heard, arrivals=arrivals, work_orders=works))


def ended(order: Order) -> Order:
    """Tell of every work order that brings something on which day it had, as its others now are."""
    endings = _endings(order.work_orders, order.arrivals)
    works = tuple(replace(work, ended_on=endings.get(work.n)) if work.quantity else work for work in order.work_orders)
    return order if works == order.work_orders else replace(order, work_orders=works)


def _with(arrivals: tuple[Arrival, ...], arrival: Arrival) -> tuple[Arrival, ...]:
    """Add what arrived; of one day the last word is kept, so that no order has more of them than days."""
    earlier = arrivals[:-1] if arrivals and arrivals[-1].on == arrival.on else arrivals
    return (*earlier, arrival)


def _endings(works: Sequence[Sourcing], arrivals: Sequence[Arrival]) -> dict[int, date | None]:
    """Tell on which day each had arrived; who was asked first is taken to have come first."""
    bringing = [work for work in works if work.quantity]
    if len({work.source for work in bringing}) > 1:
        return {}
    endings, needed = dict[int, date | None](), 0
    for work in bringing:
        needed += work.quantity
        endings[work.n] = _since(arrivals, needed)
    return endings


def _since(arrivals: Sequence[Arrival], needed: int) -> date | None:
    """Tell since which day so much has arrived, without having become less again."""
    since = None
    for arrival in reversed(arrivals):
        if arrival.arrived < needed:
            break
        since = arrival.on
    return since


def _given_up(before: Sourcing | None, on: date) -> date | None:
    """Tell since which day nothing is left of it."""
    return before.ended_on if before is not None and not before.quantity else on
