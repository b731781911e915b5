"""When an order is foreseen to be there: as it is promised, and later where a source is silent beyond its day.

A promise whose day has passed says nothing of the day on which its goods come: that is reckoned from how long such work
orders take that are out as long (`resourcing`). Where nothing is known of that, nobody can say, as if nothing were
promised.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.orders.domain.order import Order
from services.orders.domain.ranking import Market
from services.orders.domain.resourcing import estimated
from services.orders.domain.sourcing import Sourcing

Silent = Mapping[int, date | None]
"""When an order's work orders are taken to come whose day has passed without a word; none where nobody can say."""


@dataclass(frozen=True, slots=True)
class Last:
    """The work order that brings the last of what an order needs, and when; none where nobody can say."""

    work: Sourcing
    on: date | None


def silent(order: Order, market: Market, today: date) -> Silent:
    """Reckon when that of an order will come of which the day has passed without a word."""
    left = order.left
    return {work.n: estimated(work, market, today) for work in order.work_orders if left[work.n] and work.due < today}


def last_to_come(order: Order, silent: Silent) -> Last | None:
    """Name what comes last of what an order needs; nothing where nothing is to come."""
    left, needed = order.left, order.sourced
    coming = [Last(work, _day(work, silent)) for work in order.work_orders if left[work.n]]
    for each in sorted(coming, key=lambda each: (each.on or date.max, each.work.n)):
        needed -= left[each.work.n]
        if needed <= 0:
            return each
    return None


def foreseen(order: Order, silent: Silent, today: date) -> date | None:
    """Tell the day on which all of an order is foreseen to be there; none where nobody can say."""
    promised = order.promise.promised_for if order.promise else None
    last = last_to_come(order, silent) if order.sourced else None
    if promised is None or (last is not None and last.on is None):
        return None
    return max(promised, today, last.on if last is not None and last.on is not None else today)


def _day(work: Sourcing, silent: Silent) -> date | None:
    if work.n not in silent:
        return work.due
    estimate = silent[work.n]
    return None if estimate is None else max(estimate, work.due)
