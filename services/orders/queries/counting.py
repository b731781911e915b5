"""What of an order's fulfilment counts for which figure: the one place where the figures of demand are defined.

Each figure counts an order on a day of its own, in UTC: fill rate by the day on which it was placed, order-to-receipt
by the day on which it was issued in full, promises by the day that was first promised; a backorder counts for as long
as it lies within the period. An order answered before fulfilments were kept counts for nothing, and so do one by
which another depot supplies an order and one for a depot's own shelf, which nobody waits for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Numeric, Select, and_, any_, case, cast, extract, func, literal, or_, select

from services.orders.domain.order import OrderState
from services.orders.schemas.figures import Counted, DemandFilter
from services.orders.store.lookups import Sight, visible
from services.orders.tables import backorders, orders, part_copies
from shared.http.periods import Period

_DAY_SECONDS = 86_400
_order = orders.c
_IS_FOLLOWED = or_(_order.heard == 0, _order.answered_at.is_not(None))
# Another depot's order that supplies one is counted with that one: it was asked for once.
_IS_ASKED_FOR = and_(_order.supplies.is_(None), ~_order.for_stock)
_WAS_SHORT = _order.backorders > 0
_IS_WITHDRAWN = and_(_order.state == OrderState.CANCELLED, ~_WAS_SHORT)
_IS_RECEIVED = _order.received_at.is_not(None)


def day_of(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give the day of a moment, in UTC."""
    return cast(func.timezone("UTC", moment), Date)


RECEIPT_DAYS = case((_IS_RECEIVED, func.greatest(day_of(_order.received_at) - day_of(_order.placed_at), 0)))
"""Days from order to receipt, none before it: issued in full is received, for the books know no later moment."""
FILLED: Mapping[Counted, ColumnElement[bool]] = {
    Counted.FILLED: and_(_IS_RECEIVED, ~_WAS_SHORT),
    Counted.SHORT: _WAS_SHORT,
    Counted.PENDING: and_(~_IS_RECEIVED, ~_WAS_SHORT, ~_IS_WITHDRAWN),
    Counted.WITHDRAWN: _IS_WITHDRAWN,
}
"""What became of an order that was asked: one of these, always."""


@dataclass(frozen=True, slots=True)
class Counting:
    """A period as of a moment."""

    period: Period
    now: datetime

    @property
    def asked(self) -> ColumnElement[bool]:
        """Choose the orders placed in the period."""
        return self._within(_order.placed_at)

    @property
    def received(self) -> ColumnElement[bool]:
        """Choose the orders issued in full in the period."""
        return self._within(_order.received_at)

    @property
    def slip_days(self) -> ColumnElement[Any]:
        """Days from the day first promised to the day on which nothing was short, or to today while something is."""
        met = func.coalesce(day_of(_order.met_at), literal(self.now.date(), Date))
        return met - _order.first_promised_for

    @property
    def is_late(self) -> ColumnElement[bool]:
        """Tell whether it came after the day first promised, or waits beyond it."""
        return self.slip_days > 0

    @property
    def due(self) -> ColumnElement[bool]:
        """Choose the orders whose first promise can be judged, and was for the period.

        What was never short needed no delivery. What was cancelled whole by its day was neither late nor on time; after
        that day, it had been late until then.
        """
        is_over = or_(_order.first_promised_for < self.now.date(), _order.met_at.is_not(None))
        for_the_period = _order.first_promised_for.between(self.period.first, self.period.last)
        is_excused = and_(_order.state == OrderState.CANCELLED, ~self.is_late)
        return and_(_WAS_SHORT, for_the_period, is_over, ~is_excused)

    @property
    def lasted(self) -> ColumnElement[bool]:
        """Choose the backorders that lie in the period, whole or in part."""
        ended = func.coalesce(backorders.c.ended_at, literal(self.now))
        return and_(backorders.c.began_at < self.period.end, ended >= self.period.begin)

    def days_of(self, begin: Any, end: Any) -> ColumnElement[Any]:
        """Count the days of backorders, as far as they lie between two moments."""
        ended = func.least(func.coalesce(backorders.c.ended_at, literal(self.now)), end)
        seconds = extract("epoch", ended - func.greatest(backorders.c.began_at, begin))
        return func.coalesce(func.sum(func.greatest(cast(seconds, Numeric), 0)), 0) / _DAY_SECONDS

    def counted(self, which: Counted) -> ColumnElement[bool]:
        """Choose the orders that a figure counts."""
        if which in FILLED:
            return and_(self.asked, FILLED[which])
        match which:
            case Counted.RECEIVED:
                return self.received
            case Counted.BACKORDERED:
                return and_(
                    select(backorders.c.n).where(backorders.c.order_id == _order.order_id, self.lasted).exists()
                )
            case Counted.DUE:
                return self.due
            case Counted.ON_TIME:
                return and_(self.due, ~self.is_late)
            case Counted.LATE:
                return and_(self.due, self.is_late)
        return self.asked

    def _within(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        return and_(moment >= self.period.begin, moment < self.period.end)


def chosen(query: Select[Any], wanted: DemandFilter, sight: Sight) -> Select[Any]:
    """Choose the orders that may be seen and are asked for."""
    query = query.where(_IS_FOLLOWED, _IS_ASKED_FOR, visible(sight))
    for name in ("part", "site", "priority"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(_order[name] == value)
    if wanted.platform is None:
        return query
    fits = select(part_copies.c.part_id).where(literal(wanted.platform.value) == any_(part_copies.c.platforms))
    is_for = or_(_order.platform == wanted.platform, and_(_order.platform.is_(None), _order.part.in_(fits)))
    return query.where(is_for)
