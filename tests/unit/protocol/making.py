"""Production in the exploration: the real work orders of one order, made, scrapped and sent piece by piece."""

from dataclasses import replace
from uuid import UUID

from services.production.domain.totals import totals_of
from services.production.domain.work_order import WorkOrder, open_work_order
from shared.events.envelope import Event
from shared.events.expediting import OrderSourceHurried
from shared.events.factory import (
    FactoryLotDispatched,
    FactoryLotFinished,
    FactoryLotScrapped,
    FactoryWorkOrderRefused,
    LotFact,
)
from shared.events.orders import OrderReprioritised, OrderSourced, OrderSourcingReduced
from shared.events.production import LotDispatched
from shared.events.workshop import FactoryWorkOrderCountered
from tests.unit.protocol.ordering import DEPOT, FACTORY, PART
from tests.unit.protocol.sides import Outcome

Work = tuple[WorkOrder, ...]
LOT = f"{FACTORY}:L-1"
SHIPMENT = f"{FACTORY}:S-1"
ENOUGH = 2
"""What a work order must bring so that less of it can be offered."""
_EVENT = UUID(int=1)


class Making:
    """The factory's work orders; `act` is told what to do on which, such as `make 0`."""

    def act(self, work: Work, action: str) -> Outcome[Work] | None:
        """Make a piece, scrap one, send one; refuse a work order or offer less; bring more or less than asked."""
        verb, number = action.split()
        if int(number) >= len(work):
            return None
        order = work[int(number)]
        if verb == "refuse":
            return self._refuse(work, order)
        if verb == "counter":
            return self._counter(work, order)
        fact = _fact(verb, order)
        if fact is None:
            return None
        counted, changed = order.count(totals_of(fact))
        told: list[Event] = [] if changed is None else [changed]
        if isinstance(fact, FactoryLotDispatched):
            told.append(_dispatched(order))
        return Outcome(_with(work, counted), told)

    def hear(self, work: Work, event: Event) -> Outcome[Work]:
        """Open a work order, be wanted sooner, be told how urgent the order is, or give back what is not begun."""
        if isinstance(event, OrderSourced):
            opened, told = open_work_order(event)
            return Outcome((*work, opened), [told])
        if isinstance(event, OrderSourceHurried):
            hurried, news = _named(work, event).hurry(event)
            return Outcome(_with(work, hurried), [] if news is None else [news])
        if isinstance(event, OrderReprioritised):
            followed = [each.follow(priority=event.priority) for each in work]
            plain = tuple(replace(each, version=1) for each, _ in followed)
            return Outcome(plain, [news for _, news in followed if news is not None])
        assert isinstance(event, OrderSourcingReduced)
        reduced, answer = _named(work, event).reduce(event)
        return Outcome(_with(work, reduced), [answer])

    def broken(self, work: Work) -> str | None:
        """Check that no more is sent than made, and no more made than it will bring."""
        for each in work:
            if not 0 <= each.totals.dispatched <= each.totals.good <= each.quantity:
                return f"production: {each.totals}, brings {each.quantity}"
        return None

    def _refuse(self, work: Work, order: WorkOrder) -> Outcome[Work] | None:
        if order.refused or order.totals.committed >= order.quantity:
            return None
        refused, told = order.note(_EVENT, FactoryWorkOrderRefused(work_order=order.work_order_id, reason="no"))
        return Outcome(_with(work, refused), [told])

    def _counter(self, work: Work, order: WorkOrder) -> Outcome[Work] | None:
        """Offer one less than it would bring, once."""
        if order.said.offers or order.quantity < ENOUGH:
            return None
        offer = FactoryWorkOrderCountered(work_order=order.work_order_id, quantity=order.quantity - 1, reason="less")
        countered, told = order.note(_EVENT, offer)
        return Outcome(_with(work, countered), [told])


def _fact(verb: str, order: WorkOrder) -> LotFact | None:
    """Say what the factory reports, if it can happen: pieces are wanted, or ready to be sent."""
    totals = order.totals
    is_wanted = totals.good < order.quantity
    if verb == "make" and is_wanted:
        return FactoryLotFinished(lot="L-1", part=PART, quantity=1)
    if verb == "scrap" and is_wanted:
        return FactoryLotScrapped(lot="L-1", part=PART, quantity=1)
    if verb == "over" and not is_wanted and order.quantity:
        return FactoryLotFinished(lot="L-1", part=PART, quantity=1)
    if verb == "under" and totals.good + 1 < order.quantity:
        return FactoryLotFinished(lot="L-1", part=PART, quantity=1, completes_work_order=True)
    if verb == "dispatch" and totals.dispatched < totals.good:
        return FactoryLotDispatched(lot="L-1", part=PART, shipment="S-1", depot=DEPOT, quantity=1)
    return None


def _dispatched(order: WorkOrder) -> LotDispatched:
    """Say it as inventory hears it; which of the order's work orders it was made for makes no difference there."""
    return LotDispatched(
        lot=LOT,
        part=PART,
        factory=FACTORY,
        order=order.order,
        filling_site=order.depot,
        shipment=SHIPMENT,
        depot=DEPOT,
        quantity=1,
    )


def _named(work: Work, event: OrderSourcingReduced | OrderSourceHurried) -> WorkOrder:
    return next(each for each in work if each.work_order_id == event.work_order)


def _with(work: Work, changed: WorkOrder) -> Work:
    plain = replace(changed, version=1)
    return tuple(plain if each.work_order_id == changed.work_order_id else each for each in work)
