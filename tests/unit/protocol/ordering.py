"""Orders in the exploration: the real order and the real plan, with a source more than may say no."""

from dataclasses import replace
from datetime import UTC, date, datetime

from services.orders.domain import asking, expediting
from services.orders.domain.asking import Ask, Need
from services.orders.domain.expediting import Actor, Portion
from services.orders.domain.offers import decline_offer
from services.orders.domain.order import Decision, Order
from services.orders.domain.placement import Placement, place
from services.orders.domain.plan import plan
from services.orders.domain.ranking import Market, Resourcing, Weights
from services.orders.domain.source import Source, Span
from services.orders.domain.sourcing import Sourcing
from shared.errors import Refusal
from shared.events.envelope import Event
from shared.events.orders import OrderPlaced, OrderPromised, OrderSourced
from shared.events.production import WorkOrderEvent
from shared.events.stock import DemandEvent
from shared.types import Condition, SiteKind, Urgency
from tests.unit.protocol.sides import Outcome

QUANTITY = 2
WORK_ORDERS_MAX = 3
OFTEN = 2
"""How often each unforeseen thing happens at most."""
ASKED_MAX = (1 + OFTEN) * (QUANTITY + OFTEN)
"""How much a work order is asked back at most: all that it may come to bring, by the plan and each time that what its
factory offers is declined."""
TODAY = date(2026, 6, 15)
LATE = date(2027, 6, 15)
DEPOT, FACTORY, PART = "D-01", "F-01", "GEARBOX"
RAISED = 2
"""The priority of an order that was raised."""
ACTOR = Actor("planner", "platforms stand still")
SHARE = Portion("F-03", 1)
"""What a second source is given of a need that is split."""
LEAD_TIMES = {FACTORY: 30, "F-02": 60, "F-03": 90}
SOURCES = Market(
    [
        Source(site=site, kind=SiteKind.FACTORY, lead_time_days=days, approved=True, approval=Span(TODAY))
        for site, days in LEAD_TIMES.items()
    ]
)


class Overruled(Exception):
    """A rule was broken by a step, not by a state."""


class Ordering:
    """One order, as its depot and its facts change it."""

    ordered_by = DEPOT
    sources = SOURCES
    for_stock = False

    def begin(self) -> tuple[Order, OrderPlaced]:
        """Place the order."""
        asked = Placement(
            order_id="7201YA6166A001-2026",
            document_number="7201YA6166A001",
            ordered_by=self.ordered_by,
            site=DEPOT,
            part=PART,
            quantity=QUANTITY,
            partial=self.ordered_by == DEPOT,
            urgency=Urgency.B,
            priority=5,
            required_by=TODAY,
            placed_at=datetime(2026, 6, 15, 12, tzinfo=UTC),
            conditions=() if self.for_stock else (Condition.A,),
            for_stock=self.for_stock,
        )
        return place(asked)

    def act(self, order: Order, action: str) -> Outcome[Order] | None:
        """Cancel the order, want one less, say no to what was offered, raise it, hurry a source, split the need."""
        try:
            decided = self._ask(order, action)
        except Refusal:
            return None
        return Outcome(_plain(decided.order), decided.facts) if decided.facts else None

    def _ask(self, order: Order, action: str) -> Decision:
        match action:
            case "cancel":
                return self.cancel(order)
            case "reduce":
                return asking.reduce(order, order.wanted - 1)
            case "raise":
                return asking.reprioritise(order, Need(Urgency.A, RAISED, approved_by="commander"), Ask())
            case "hurry":
                asked = next((work for work in order.work_orders if order.left[work.n]), None)
                return Decision(order) if asked is None else self._hurry(order, asked)
            case "split":
                return expediting.split(order, self.sources, SHARE, today=TODAY, actor=ACTOR)
            case _:
                offered = next((work for work in order.work_orders if work.making is not None), None)
                return Decision(order) if offered is None else decline_offer(order, offered.name(order.order_id), Ask())

    def _hurry(self, order: Order, asked: Sourcing) -> Decision:
        return expediting.hurry(order, asked.name(order.order_id), TODAY, today=TODAY, actor=ACTOR)

    def cancel(self, order: Order) -> Decision:
        """Ask for what is not issued to be released."""
        return asking.cancel(order)

    def hear(self, order: Order, event: Event) -> Outcome[Order]:
        """Take a fact over, then plan anew."""
        heard = self.take_over(order, event)
        decided = self.plan(heard, event)
        sourced = 0
        for fact in decided.facts:
            wanted = max(0, heard.ceiling - heard.demand.reserved - heard.demand.issued)
            sourced += fact.quantity if isinstance(fact, OrderSourced) else 0
            if isinstance(fact, OrderSourced) and heard.outstanding + sourced > wanted:
                raise Overruled("sourced beyond what is wanted")
            if isinstance(fact, OrderSourced) and isinstance(event, DemandEvent) and event.unsettled:
                raise Overruled("sourced on totals that were never true")
        told = [fact for fact in decided.facts if not isinstance(fact, OrderPromised)]
        return Outcome(_plain(decided.order), told)

    def take_over(self, order: Order, event: Event) -> Order:
        """Take over what inventory or production says."""
        if isinstance(event, DemandEvent):
            return order.hear_demand(event, 1)
        assert isinstance(event, WorkOrderEvent)
        return order.hear_work_order(event)

    def plan(self, order: Order, event: Event) -> Decision:  # noqa: ARG002  # a broken variant looks at it
        """Plan; after so many work orders no source is left, so that the search ends."""
        sources = self.sources if len(order.work_orders) < WORK_ORDERS_MAX else Market()
        return plan(order, sources, TODAY)

    def broken(self, order: Order) -> str | None:
        """Check that the quantity adds up, and that no work order is asked again and again."""
        demand = order.demand
        parts = (demand.reserved, order.sourced, demand.issued, demand.cancelled, order.open)
        if min(parts) < 0 or sum(parts) != order.quantity:
            return f"I8: {parts}"
        if any(work.asked > ASKED_MAX for work in order.work_orders):
            return "a work order is asked again for ever"
        return None


class BetweenDepots(Ordering):
    """An order of another depot: all or nothing, and the filling depot is the one that says no."""

    ordered_by = "D-02"

    def cancel(self, order: Order) -> Decision:
        """Decline it."""
        return asking.decline(order, Ask(reason="Held for our own."))


class ForStock(Ordering):
    """An order for the depot's shelf: it takes nothing that is there, and what arrives for it is no longer wanted."""

    for_stock = True

    def broken(self, order: Order) -> str | None:
        """Check beside that it holds nothing, and wants what has not arrived and no more."""
        demand = order.demand
        if demand.reserved or demand.issued:
            return "an order for stock holds what is there"
        if not demand.closed and demand.cancelled != min(order.quantity, demand.arrived):
            return f"of {order.quantity}, {demand.arrived} arrived and {demand.cancelled} is no longer wanted"
        return super().broken(order)


class SharesOut(Ordering):
    """An order that no source could fill in time by itself: it is shared out over two."""

    sources = Market([replace(source, lead_time_days=30, capacity_per_week=1) for source in SOURCES.sources])


class Resources(Ordering):
    """An order whose first source slips as soon as it is asked: what it has not begun is asked back for the other."""

    sources = replace(SOURCES, weights=Weights(resourcing=Resourcing.AUTOMATIC, resourcing_days=1))

    def take_over(self, order: Order, event: Event) -> Order:
        """Take it over, and let what the first source has be a year late."""
        heard = super().take_over(order, event)
        late = (replace(work, due=LATE) if work.source == FACTORY else work for work in heard.work_orders)
        return replace(heard, work_orders=tuple(late))


def _plain(order: Order) -> Order:
    return replace(order, version=1, promises=0, promise=None, first_promised_for=None)
